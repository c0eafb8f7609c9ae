"""The kinds of records in the sandbox: one table of properties for each.

Owns the names: of tables, columns, filters and roles. It must never read or write a record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

# the properties that are collections; they are stored as JSON, and lists leave them out
COLLECTIONS = ("LocalizationDetails", "CustomFields")
# the properties that are true or false; SQLite stores them as 1 and 0
FLAGS = frozenset(
    {
        *("Active", "Approved", "Blocked", "IsNew"),
        *("HasCommunityGroup", "ShowInHomePage", "ShowOverview"),
    }
)
_LABELS = ("Title", "Name")  # the properties that can stand for a record
_MEASURES = ("DisplayOrder", "UnlockAfterDays")  # the properties with `from_` and `to_` filters


@dataclass(frozen=True)
class Link:
    """A property with the Id of another record.

    Attributes:
        kind: the other record's kind.
        required: whether a record needs one.
        shows: properties of the other record that are shown as well, as in `CourseTitle`.
    """

    kind: "Kind"
    required: bool = True
    shows: Sequence[str] = ("Title",)


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of record.

    Attributes:
        name: the kind's name in messages, roles and filters, such as `CourseSection`.
        table: its table and its control page, such as `sections`.
        own: the properties of its create page, beside its links, with their types in SQL.
        links: the properties with the Id of another record.
        contents: the properties that are HTML.
        pictures: the properties with the name of a stored picture; each has a property to send
            one, and a property to clear it.
        computed: the properties that follow from other records, in SQL; the record is `r`.
        defaults: values of a record that an outline or another editor creates without them.
        makes: properties that create a record of another kind, with a `CourseId`, when they
            become true.
        rows: the records of a new sandbox, by their Ids.
        joins: whether it only joins the records that it links: there is one for the same records,
            and it is deleted with each of them.
        area: the part of its path before its word; empty if it has no path.
    """

    name: str
    table: str
    own: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    contents: Sequence[str] = ()
    pictures: Sequence[str] = ()
    computed: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, object] = field(default_factory=dict)
    makes: Mapping[str, "Kind"] = field(default_factory=dict)
    rows: Mapping[int, Mapping[str, object]] = field(default_factory=dict)
    joins: bool = False
    area: str = "content"

    @property
    def is_written(self) -> bool:
        """Whether the API's clients write it."""
        return self.area == "content"

    @cached_property
    def relation(self) -> str:
        """The view for reads."""
        return f"shown_{self.table}"

    @cached_property
    def moments(self) -> str:
        """The table of the times of creation and removal."""
        return f"moments_of_{self.table}"

    @cached_property
    def kept(self) -> Sequence[str]:
        """The properties that every record can have and that its create page does not have."""
        return (*self.pictures, "SystemId", *COLLECTIONS)

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """Every property that a write stores in the table, and their types in SQL."""
        ids = {name: _WHOLE if link.required else "INTEGER" for name, link in self.links.items()}
        return {**ids, **self.own, **dict.fromkeys(self.kept, "TEXT")}

    @cached_property
    def label(self) -> str:
        """The property that stands for a record; empty if there is none."""
        return next((each for each in _LABELS if each in self.own), "")

    @cached_property
    def shown(self) -> Mapping[str, tuple[str, str]]:
        """The properties of linked records that a record shows: the link and the other's column."""
        return {
            f"{_word(name)}{column}": (name, column)
            for name, link in self.links.items()
            for column in link.shows
        }

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The text filters: the parameter (after `name_`) and its column."""
        linked = {
            f"{_word(link)}_{column}": shown
            for shown, (link, column) in self.shown.items()
            if column in _LABELS
        }
        return {**linked, **{each: each for each in self.own if self._is(each, "TEXT")}}

    @cached_property
    def values(self) -> Mapping[str, str]:
        """The filters by one value: the parameter (after `name_`) and its column."""
        return {_word(each): each for each in self.columns if self._is(each, "INTEGER")}

    @cached_property
    def ranges(self) -> Sequence[str]:
        """The columns with `from_` and `to_` filters."""
        return (*(each for each in _MEASURES if each in self.own), "CreatedOn", "UpdatedOn")

    def _is(self, name: str, type_: str) -> bool:
        return self.columns[name].startswith(type_)


def sent_as(picture: str) -> tuple[str, str]:
    """Return the properties that send and clear a picture, such as `LargeImageFileName`.

    Source: https://developers.nexudus.com/rest-api/content/post-courses
    """
    stem = picture.removesuffix("FileName")
    return f"New{stem}Url", f"Clear{stem}File"


def _word(link: str) -> str:
    return link.removesuffix("Id")


_WHOLE, _TEXT = "INTEGER NOT NULL", "TEXT NOT NULL"  # types in SQL
_PICTURE = "ImageFileName"

# https://developers.nexudus.com/rest-api/sys/get-businesses
BUSINESSES = Kind(
    "Business",
    "businesses",
    {"Name": _TEXT},
    rows={1204: {"Name": "Harbour House"}, 1205: {"Name": "Mill Yard"}},
    area="sys",
)
# Customers and administrators. They have no names here.
COWORKERS = Kind("Coworker", "coworkers", rows={88123: {}}, area="")
TARIFFS = Kind(
    "Tariff",
    "tariffs",
    {"Name": _TEXT},
    rows={301: {"Name": "Course pass"}},
    area="",
)
# the discussion groups that courses have created
GROUPS = Kind("CommunityGroup", "groups", {"CourseId": _WHOLE}, area="")
# https://developers.nexudus.com/rest-api/content/post-courses
COURSES = Kind(
    "Course",
    "courses",
    {
        "Title": _TEXT,
        "DisplayOrder": _WHOLE,
        "Visibility": _WHOLE,
        "SummaryText": "TEXT",
        "FullDescription": "TEXT",
        "OverviewText": "TEXT",
        "ShowOverview": _WHOLE,
        "Active": _WHOLE,
        "GroupName": "TEXT",
        "ShowInHomePage": _WHOLE,
        "HasCommunityGroup": _WHOLE,
    },
    links={
        "BusinessId": Link(BUSINESSES, shows=("Name",)),
        "HostId": Link(COWORKERS, shows=()),
        "TariffId": Link(TARIFFS, required=False, shows=("Name",)),
    },
    contents=("FullDescription", "OverviewText"),
    pictures=(_PICTURE, f"Large{_PICTURE}"),
    defaults={
        "BusinessId": 1204,
        "HostId": 88123,
        "DisplayOrder": 10,
        "Visibility": 1,
        "Active": True,
    },
    makes={"HasCommunityGroup": GROUPS},
)


def written(
    name: str,
    table: str,
    own: Mapping[str, str],
    contents: Sequence[str] = (),
    within: Kind | None = None,
) -> Kind:
    """Return a kind of records that a course holds; each property has a filter.

    Args:
        name: as in `Kind`.
        table: as in `Kind`.
        own: as in `Kind`.
        contents: as in `Kind`.
        within: the kind that may hold such records; the course may in any case.
    """
    links = {"CourseId": Link(COURSES)}
    if within:
        word = within.name.removeprefix("Course")
        links[f"{word}Id"] = Link(within, required=False, shows=("Title", "DisplayOrder"))
    return Kind(name, table, own, links, contents, pictures=(_PICTURE,))


SECTIONS = written(
    "CourseSection",
    "sections",
    {
        "Title": _TEXT,
        "DisplayOrder": _WHOLE,
        "UnlockType": _WHOLE,
        "UnlockAfterDays": _WHOLE,
        "SectionContents": "TEXT",
        "Active": _WHOLE,
    },
    contents=("SectionContents",),
)
LESSONS = written(
    "CourseLesson",
    "lessons",
    {
        "Title": _TEXT,
        "SummaryText": "TEXT",
        "LessonContents": "TEXT",
        "DisplayOrder": _WHOLE,
        "UnlockType": _WHOLE,
        "UnlockAfterDays": _WHOLE,
        "CompletionType": _WHOLE,
        "InstructorId": "INTEGER",
        "Active": _WHOLE,
    },
    contents=("LessonContents",),
    within=SECTIONS,
)
_LAST = "(SELECT {} FROM completions p WHERE p.CourseMemberId = r.Id ORDER BY {} LIMIT 1)"
_NEWEST = "p.CreatedOn DESC, p.Id DESC"
# https://developers.nexudus.com/rest-api/content/get-coursemembers-by-id
MEMBERS = Kind(
    "CourseMember",
    "members",
    {"Approved": _WHOLE, "Blocked": _WHOLE},
    links={"CourseId": Link(COURSES), "CoworkerId": Link(COWORKERS, shows=())},
    computed={
        "LastCompletedLessonId": _LAST.format("p.CourseLessonId", _NEWEST),
        "LastAccess": _LAST.format("p.CreatedOn", _NEWEST),
    },
    defaults={"Approved": True},
    joins=True,
)
# https://developers.nexudus.com/rest-api/content/get-coursecompletedlessons-by-id
COMPLETIONS = Kind(
    "CourseCompletedLesson",
    "completions",
    links={"CourseLessonId": Link(LESSONS), "CourseMemberId": Link(MEMBERS, shows=())},
    joins=True,
)
# The kinds with a path, by its last part. The first Ids of each kind follow this order.
KINDS = {
    "coursesections": SECTIONS,
    "courselessons": LESSONS,
    "courses": COURSES,
    "coursemembers": MEMBERS,
    "coursecompletedlessons": COMPLETIONS,
    "businesses": BUSINESSES,
}


def every_kind() -> list[Kind]:
    """Return every kind, also those without a path."""
    return [*KINDS.values(), COWORKERS, TARIFFS, GROUPS]
