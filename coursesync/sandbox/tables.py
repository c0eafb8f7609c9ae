"""The kinds of records in the sandbox, and where they are stored.

Owns the names: of tables, columns, filters and roles. It must never read or write a record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# the properties that are collections; they are stored as JSON, and lists leave them out
COLLECTIONS = ("LocalizationDetails", "CustomFields")
# the properties that every record can have and that its create page does not have
KEPT_BY_OTHERS = ("ImageFileName", "SystemId", *COLLECTIONS)


@dataclass(frozen=True)
class Kind:
    """One kind of record, and the filters of a search over it.

    Attributes:
        name: the kind's name in messages, roles and filters, such as `CourseSection`.
        relation: the view for reads.
        texts: text filters: the parameter (after `name_`) and its column.
        values: filters by one value: the parameter (after `name_`) and its column.
        ranges: the columns with `from_` and `to_` filters.
        table: the table for writes; empty for a kind that no request writes.
        columns: the properties that a write stores in the table, and their types in SQL.
        contents: the property that is HTML; empty if there is none.
        moments: the table of the times of creation and removal; empty if lists never lag.
        within: the kind that may hold records of this kind; the course may in any case.
        link: the property with such a parent's Id; empty if only the course may hold them.
    """

    name: str
    relation: str
    texts: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)
    ranges: Sequence[str] = ("CreatedOn", "UpdatedOn")
    table: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    contents: str = ""
    moments: str = ""
    within: "Kind | None" = None
    link: str = ""


COURSES = Kind("Course", "course_records", {"Title": "Title"}, {"Active": "Active"})
_WHOLE, _TEXT = "INTEGER NOT NULL", "TEXT NOT NULL"  # types in SQL


def written(
    name: str, table: str, own: Mapping[str, str], contents: str = "", within: Kind | None = None
) -> Kind:
    """Return the kind of records that clients write; each property has a filter.

    Args:
        name: as in `Kind`.
        table: the table's name, the word for several.
        own: the properties of its create page, beside the Ids of the course and of the parent,
            with their types in SQL.
        contents: as in `Kind`.
        within: as in `Kind`.
    """
    word, stem = within.name.removeprefix("Course") if within else "", table.removesuffix("s")
    link = f"{word}Id" if word else ""
    ids = {"CourseId": _WHOLE, **({link: "INTEGER"} if link else {})}
    filtered = {**ids, **own}
    titles = {f"{each}_Title": f"{each}Title" for each in ("Course", word) if each}
    return Kind(
        name,
        f"{stem}_records",
        texts={**titles, **{each: each for each in own if own[each].startswith("TEXT")}},
        values={
            each.removesuffix("Id"): each
            for each in filtered
            if filtered[each].startswith("INTEGER")
        },
        ranges=[
            *(each for each in ("DisplayOrder", "UnlockAfterDays") if each in own),
            *("CreatedOn", "UpdatedOn"),
        ],
        table=table,
        columns={**filtered, **dict.fromkeys(KEPT_BY_OTHERS, "TEXT")},
        contents=contents,
        moments=f"{stem}_moments",
        within=within,
        link=link,
    )


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
    contents="SectionContents",
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
    contents="LessonContents",
    within=SECTIONS,
)
MEMBERS = Kind(
    "CourseMember",
    "member_records",
    texts={"Course_Title": "CourseTitle"},
    values={
        "Course": "CourseId",
        "Coworker": "CoworkerId",
        "Approved": "Approved",
        "Blocked": "Blocked",
    },
)
COMPLETIONS = Kind(
    "CourseCompletedLesson",
    "completion_records",
    texts={},
    values={"CourseLesson": "CourseLessonId", "CourseMember": "CourseMemberId"},
)
# every kind, by the last part of its path below `/api/content/`
KINDS = {
    "courses": COURSES,
    "coursesections": SECTIONS,
    "courselessons": LESSONS,
    "coursemembers": MEMBERS,
    "coursecompletedlessons": COMPLETIONS,
}


def stored() -> list[Kind]:
    """Return the kinds that clients write."""
    return [kind for kind in KINDS.values() if kind.table]
