"""The sandbox's records: courses and course sections.

Owns what is stored of each kind and how it reads on the wire. It must never validate (what comes
in has been) and never decide who may do what.
"""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from coursesync.sandbox.database import Database

Record: TypeAlias = Mapping[str, object]
"""A record in the words of the wire, such as `{"Id": 1000001, "Title": "Welcome", …}`."""

_BOOLEANS = frozenset({"Active", "IsNew"})  # SQLite stores them as 0 and 1


@dataclass(frozen=True)
class Kind:
    """One kind of record, and how a search over it may be narrowed.

    Attributes:
        name: the kind's name in messages, roles and filters, such as `CourseSection`.
        relation: the view that it is read from.
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


class Records:
    """The courses and sections of one sandbox, over its database."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], *, normalise_html: bool
    ) -> None:
        """Keep records in `database`, dated by `now` (an aware datetime)."""
        self._database = database
        self._now = now
        self._normalise_html = normalise_html

    def add_course(self, course_id: int, title: str) -> None:
        """Make the course, or give the one that has this Id the title."""
        stamp = self.stamp()
        with self._database.transaction():
            self._database.write(
                "INSERT INTO courses VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (Id) DO UPDATE SET Title = excluded.Title",
                (course_id, str(uuid.uuid4()), title, stamp, stamp),
            )

    def create_section(self, values: Record, author: str, stamp: str) -> int:
        """Store a new section and return its Id, which no section had before."""
        with self._database.transaction():
            unique = {"UniqueId": str(uuid.uuid4())}
            return self._database.write(_INSERT, {**self._stored(values, author, stamp), **unique})[
                1
            ]

    def update_section(self, values: Record, author: str, stamp: str) -> bool:
        """Overwrite the section whose `Id` is in `values`; False where there is none."""
        with self._database.transaction():
            return self._database.write(_UPDATE, self._stored(values, author, stamp))[0] == 1

    def delete_section(self, section_id: int) -> bool:
        """Remove a section; False where there is none."""
        with self._database.transaction():
            return self._database.write("DELETE FROM sections WHERE Id = ?", (section_id,))[0] == 1

    def one(self, kind: Kind, record_id: int) -> Record | None:
        """Return a whole record, or None where there is none with this Id."""
        found = self.select(kind, "WHERE Id = ?", (record_id,))
        return found[0] if found else None

    def several(self, kind: Kind, ids: Sequence[int]) -> list[Record]:
        """Return the records that exist among `ids`, in that order, without their collections."""
        marks = ", ".join("?" * len(ids))
        found = {
            record["Id"]: without_collections(kind, record)
            for record in self.select(kind, f"WHERE Id IN ({marks})", ids)
        }
        return [found[record_id] for record_id in dict.fromkeys(ids) if record_id in found]

    def count(self, kind: Kind, clauses: str, values: Sequence[object]) -> int:
        """Return how many records the clauses select."""
        statement = f"SELECT count(*) FROM {kind.relation} {clauses}"  # noqa: S608 - see `select`
        return int(self._database.read(statement, values)[0][0])

    def select(self, kind: Kind, clauses: str, values: Sequence[object]) -> list[Record]:
        """Return whole records; `clauses` holds column names and marks, and never a value."""
        # The relation and the clauses are spelled in this package; what a client sent is bound.
        statement = f"SELECT * FROM {kind.relation} {clauses}"  # noqa: S608
        return [_read(dict(row)) for row in self._database.read(statement, values)]

    def stamp(self) -> str:
        """Return the time now as the wire has it: ISO 8601, UTC, whole seconds."""
        return self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _stored(self, values: Record, author: str, stamp: str) -> Record:
        contents = values["SectionContents"]
        if self._normalise_html and isinstance(contents, str):
            contents = re.sub(r">\s+<", "><", contents).strip()
        return {**values, "SectionContents": contents, "Now": stamp, "By": author}


def without_collections(kind: Kind, record: Record) -> Record:
    """Return the record as a list shows it.

    Source: https://developers.nexudus.com/rest-api/content/search-coursesections
    """
    return {name: value for name, value in record.items() if name not in kind.collections}


def _read(row: Record) -> Record:
    return {name: bool(value) if name in _BOOLEANS else value for name, value in row.items()}
