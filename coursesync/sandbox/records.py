"""The sandbox's records: courses and course sections.

Owns what is stored of each kind and how it reads on the wire. It must never validate (what comes
in has been) and never decide who may do what.
"""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from coursesync.sandbox.database import Database
from coursesync.sandbox.settings import Switches

Record: TypeAlias = Mapping[str, object]
"""A record in the words of the wire, such as `{"Id": 1000001, "Title": "Welcome", …}`."""

_BOOLEANS = frozenset({"Active", "IsNew"})  # SQLite stores them as 0 and 1


@dataclass(frozen=True)
class Kind:
    """One kind of record, and how a search over it may be narrowed.

    Attributes:
        name: the kind's name in messages, roles and filters, such as `CourseSection`.
        relation: the view that it is read from.
        removed: the view of those that were removed; None for a kind whose lists never lag.
        texts: text filters, name on the wire (after `name_`) to column.
        values: filters by one value, name on the wire to column.
        ranges: the columns that `from_` and `to_` filters exist for.
        collections: the columns that lists leave out.
    """

    name: str
    relation: str
    texts: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)
    ranges: Sequence[str] = ("CreatedOn", "UpdatedOn")
    collections: frozenset[str] = frozenset({"LocalizationDetails", "CustomFields"})
    removed: str | None = None


@dataclass(frozen=True)
class Touch:
    """Who writes, and when.

    Attributes:
        author: what `UpdatedBy` says.
        stamp: the time as the wire has it, for `CreatedOn` and `UpdatedOn`.
        at: the same moment in seconds of the sandbox's clock, for what lists show.
    """

    author: str
    stamp: str
    at: float


COURSES = Kind("Course", "course_records", {"Title": "Title"}, {"Active": "Active"})
SECTIONS = Kind(
    "CourseSection",
    "section_records",
    texts={
        "Course_Title": "CourseTitle",
        "Title": "Title",
        "SectionContents": "SectionContents",
    },
    values={
        "Course": "CourseId",
        "Active": "Active",
        "DisplayOrder": "DisplayOrder",
        "UnlockType": "UnlockType",
        "UnlockAfterDays": "UnlockAfterDays",
    },
    ranges=("DisplayOrder", "UnlockAfterDays", "CreatedOn", "UpdatedOn"),
    removed="removed_section_records",
)

_INSERT = """
INSERT INTO sections (UniqueId, CourseId, Title, DisplayOrder, UnlockType, UnlockAfterDays,
    SectionContents, Active, ImageFileName, CreatedOn, UpdatedOn, UpdatedBy)
VALUES (:UniqueId, :CourseId, :Title, :DisplayOrder, :UnlockType, :UnlockAfterDays,
    :SectionContents, :Active, :ImageFileName, :Now, :Now, :By)
"""
_UPDATE = """
UPDATE sections SET CourseId = :CourseId, Title = :Title, DisplayOrder = :DisplayOrder,
    UnlockType = :UnlockType, UnlockAfterDays = :UnlockAfterDays,
    SectionContents = :SectionContents, Active = :Active, UpdatedOn = :Now, UpdatedBy = :By,
    ImageFileName = CASE
        WHEN :ImageFileName IS NOT NULL THEN :ImageFileName
        WHEN :ClearImageFile THEN NULL
        ELSE ImageFileName END
WHERE Id = :Id
"""
_MOMENT = """
INSERT INTO section_moments (Id, {column}) VALUES (?, ?)
ON CONFLICT (Id) DO UPDATE SET {column} = excluded.{column}
"""
# Both bounds are bound: a moment ahead of the clock is some other boot's, and long ago.
_MADE_LATELY = "(SELECT Id FROM section_moments WHERE made_at > ? AND made_at <= ?)"
_GONE_LATELY = "(SELECT Id FROM section_moments WHERE gone_at > ? AND gone_at <= ?)"

# A caller that waits out the lag may arrive, in floating point, a hair before it is over.
_HAIR = 1e-6


class Records:
    """The courses and sections of one sandbox, over its database."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        switches: Switches,
    ) -> None:
        """Keep records in `database`, dated by `now` (an aware datetime).

        `clock` (seconds) is what the lag of lists goes by.
        """
        self._database = database
        self._clock = clock
        self._now = now
        self._switches = switches

    def add_course(self, course_id: int, title: str) -> None:
        """Make the course, or give the one that has this Id the title."""
        stamp = self.stamp()
        with self._database.transaction():
            self._database.write(
                "INSERT INTO courses VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (Id) DO UPDATE SET Title = excluded.Title",
                (course_id, str(uuid.uuid4()), title, stamp, stamp),
            )

    def create_section(self, values: Record, touch: Touch) -> int:
        """Store a new section and return its Id, which no section had before."""
        with self._database.transaction():
            stored = {**self._stored(values, touch), "UniqueId": str(uuid.uuid4())}
            _, section_id = self._database.write(_INSERT, stored)
            self._note("made_at", section_id, touch.at)
            return section_id

    def update_section(self, values: Record, touch: Touch) -> bool:
        """Overwrite the section whose `Id` is in `values`; False where there is none."""
        with self._database.transaction():
            return self._database.write(_UPDATE, self._stored(values, touch))[0] == 1

    def change_section(
        self, section_id: int, change: Callable[[Record], Record], touch: Touch
    ) -> bool:
        """Overwrite a section by what `change` makes of it; False where there is none."""
        with self._database.transaction():
            section = self.one(SECTIONS, section_id)
            return section is not None and self.update_section(change(section), touch)

    def delete_section(self, section_id: int, at: float) -> bool:
        """Remove a section, at that second of the clock; False where there is none."""
        with self._database.transaction():
            self._database.write(
                "INSERT INTO removed_sections SELECT * FROM sections WHERE Id = ?", (section_id,)
            )
            gone, _ = self._database.write("DELETE FROM sections WHERE Id = ?", (section_id,))
            if gone:
                self._note("gone_at", section_id, at)
            return gone == 1

    def one(self, kind: Kind, record_id: int) -> Record | None:
        """Return a whole record, or None where there is none with this Id."""
        found = self.select(kind, "WHERE Id = ?", (record_id,))
        return found[0] if found else None

    def several(self, kind: Kind, ids: Sequence[int]) -> list[Record]:
        """Return whole those records among `ids` that lists show, in that order."""
        marks = ", ".join("?" * len(ids))
        relation, bounds = self._listing(kind)
        listed = self._read(relation, f"WHERE Id IN ({marks})", [*bounds, *ids])
        found = {record["Id"]: record for record in listed}
        return [found[record_id] for record_id in dict.fromkeys(ids) if record_id in found]

    def page(
        self, kind: Kind, where: str, window: str, values: Sequence[object]
    ) -> tuple[int, list[Record]]:
        """Return how many records that lists show are selected, and those in the window.

        `where` and `window` hold column names and marks, and never a value.
        """
        with self._database.transaction():
            relation, bounds = self._listing(kind)
            values = [*bounds, *values]
            count = f"SELECT count(*) FROM {relation} {where}"  # noqa: S608 - see `_read`
            total = self._database.read(count, values)[0][0]
            listed = self._read(relation, f"{where} {window}", values)
        return int(total), [self._as_listed(kind, record) for record in listed]

    def select(self, kind: Kind, clauses: str, values: Sequence[object]) -> list[Record]:
        """Return whole records; `clauses` holds column names and marks, and never a value."""
        return self._read(kind.relation, clauses, values)

    def stamp(self, ago: float = 0) -> str:
        """Return the time `ago` seconds back as the wire has it: ISO 8601, UTC, whole seconds."""
        then = self._now() - timedelta(seconds=ago)
        return then.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _listing(self, kind: Kind) -> tuple[str, tuple[float, ...]]:
        at, lag = self._clock(), self._switches.settings.list_lag
        if kind.removed is None or lag <= 0:
            return kind.relation, ()
        there = f"SELECT * FROM {kind.relation} WHERE Id NOT IN {_MADE_LATELY}"  # noqa: S608
        gone = f"SELECT * FROM {kind.removed} WHERE Id IN {_GONE_LATELY}"  # noqa: S608
        relation = f"({there} UNION ALL {gone} AND Id NOT IN {_MADE_LATELY})"
        return relation, (at - lag + _HAIR, at) * 3

    def _read(self, relation: str, clauses: str, values: Sequence[object]) -> list[Record]:
        # The relation and the clauses are spelled in this package; what a client sent is bound.
        statement = f"SELECT * FROM {relation} {clauses}"  # noqa: S608
        return [_in_words(dict(row)) for row in self._database.read(statement, values)]

    def _as_listed(self, kind: Kind, record: Record) -> Record:
        # https://developers.nexudus.com/rest-api/content/search-coursesections
        settings = self._switches.settings
        absent = kind.collections | settings.lists_without
        return {
            name: None if name in settings.lists_null else value
            for name, value in record.items()
            if name not in absent
        }

    def _note(self, column: str, section_id: int, at: float) -> None:
        self._database.write(_MOMENT.format(column=column), (section_id, at))

    def _stored(self, values: Record, touch: Touch) -> Record:
        contents = values["SectionContents"]
        if self._switches.settings.normalise_html and isinstance(contents, str):
            contents = re.sub(r">\s+<", "><", contents).strip()
        return {**values, "SectionContents": contents, "Now": touch.stamp, "By": touch.author}


def _in_words(row: Record) -> Record:
    return {name: bool(value) if name in _BOOLEANS else value for name, value in row.items()}
