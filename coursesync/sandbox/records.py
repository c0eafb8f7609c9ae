"""The sandbox's records, of every kind in `tables`.

Owns how records are stored and how they look in an answer. It must never validate values
(`validation` has done that) nor check roles.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from coursesync.sandbox.answers import InvalidError, Problem
from coursesync.sandbox.database import BY_ITSELF, Database, unique_id
from coursesync.sandbox.switches import Switches
from coursesync.sandbox.tables import COLLECTIONS, COURSES, FLAGS, SECTIONS, Kind, every_kind

# a record as the API has it, such as `{"Id": 1000001, "Title": "Welcome", …}`
Record: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Touch:
    """The author and the time of a write.

    Attributes:
        author: the value of `UpdatedBy`.
        stamp: the value of `CreatedOn` or `UpdatedOn`.
        at: the same moment in seconds of the sandbox's clock, for the lag of lists.
    """

    author: str
    stamp: str
    at: float


# It gives an outline's course the outline's title, until somebody has written to the course. A
# course that was deleted stays deleted.
_COURSE = """
INSERT INTO courses (Id, UniqueId, Title, CreatedOn, UpdatedOn, UpdatedBy)
SELECT :Id, :UniqueId, :Title, :stamp, :stamp, :author
WHERE NOT EXISTS (SELECT 1 FROM removed_courses WHERE Id = :Id)
ON CONFLICT (Id) DO UPDATE SET Title = excluded.Title WHERE UpdatedBy = excluded.UpdatedBy
"""
_MOMENT = """
INSERT INTO {0} (Id, {column}) VALUES (?, ?)
ON CONFLICT (Id) DO UPDATE SET {column} = excluded.{column}
"""
_NEXT_ID = "UPDATE last_ids SET last = last + 1 WHERE name = ? RETURNING last"
# The upper bound excludes moments of an earlier boot, which may be ahead of this boot's clock.
_RECENT = "(SELECT Id FROM {0} WHERE {column} > ? AND {column} <= ?)"

# With floating-point times, a caller that waits for the lag may seem to arrive slightly too early.
_TOLERANCE = 1e-6


class Records:
    """The records of one sandbox, over its database."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        switches: Switches,
    ) -> None:
        """Keep records in `database`.

        `now` (an aware datetime) dates them; the lag of lists uses `clock` (seconds).
        """
        self._database = database
        self._clock = clock
        self._now = now
        self._switches = switches

    def transaction(self) -> AbstractContextManager[None]:
        """Return a context that makes its writes one transaction."""
        return self._database.transaction()

    def add_course(self, course_id: int, title: str) -> None:
        """Let there be a course with this Id.

        It has this title, unless it was created or changed in another way.
        """
        guid = unique_id(COURSES, course_id)
        given = {"Id": course_id, "UniqueId": guid, "Title": title, "stamp": self.stamp()}
        with self._database.transaction():
            self._database.write(_COURSE, {**given, "author": BY_ITSELF})

    def create(self, kind: Kind, values: Record, touch: Touch, record_id: int | None = None) -> int:
        """Store a new record and return its Id, by default one that no record of its kind had.

        Raises:
            InvalidError: the record would join the same records as an existing one.
        """
        with self._database.transaction():
            if record_id is None:
                record_id = self._next_id(kind)
            else:  # it may come back
                back = f"DELETE FROM removed_{kind.table} WHERE Id = ?"  # noqa: S608
                self._database.write(back, (record_id,))
            stored = {
                "Id": record_id,
                "UniqueId": unique_id(kind, record_id),
                **self._stored(kind, values),
                "CreatedOn": touch.stamp,
                **_dated(touch),
            }
            marks = ", ".join(f":{name}" for name in stored)
            statement = f"INSERT INTO {kind.table} ({', '.join(stored)}) VALUES ({marks})"  # noqa: S608
            self._write(kind, statement, stored)
            self._note(kind, "made_at", record_id, touch.at)
            self._make(kind, record_id, {}, values, touch)
            return record_id

    def change(
        self, kind: Kind, record_id: int, change: Callable[[Record], Record], touch: Touch
    ) -> bool:
        """Replace a record by the result of `change`; False if there is none.

        Raises:
            InvalidError: the record would join the same records as another one.
        """
        with self._database.transaction():
            record = self.one(kind, record_id)
            if record is None:
                return False
            after = change(record)
            stored = {**self._stored(kind, after), **_dated(touch)}
            values = ", ".join(f"{name} = :{name}" for name in stored)
            statement = f"UPDATE {kind.table} SET {values} WHERE Id = :Id"  # noqa: S608
            self._write(kind, statement, {**stored, "Id": record_id})
            self._make(kind, record_id, record, after, touch)
            return True

    def delete(self, kind: Kind, record_id: int, touch: Touch) -> bool:
        """Remove a record; False if there is none.

        Raises:
            InvalidError: there are records in it, and the settings refuse its removal.
        """
        with self._database.transaction():
            for inner in reversed(every_kind()):  # what is in a section before the section
                for name, link in inner.links.items():
                    if link.kind is kind:
                        self._release(inner, name, record_id, touch)
            move = f"INSERT INTO removed_{kind.table} SELECT * FROM {kind.table} WHERE Id = ?"  # noqa: S608
            self._database.write(move, (record_id,))
            statement = f"DELETE FROM {kind.table} WHERE Id = ?"  # noqa: S608
            gone, _ = self._database.write(statement, (record_id,))
            if gone:
                self._note(kind, "gone_at", record_id, touch.at)
            return gone == 1

    def one(self, kind: Kind, record_id: int) -> Record | None:
        """Return a whole record, or None if there is none with this Id."""
        found = self.select(kind, "WHERE Id = ?", (record_id,))
        return found[0] if found else None

    def exists(self, kind: Kind, record_id: int) -> bool:
        """Return whether there is a record with this Id."""
        statement = f"SELECT 1 FROM {kind.table} WHERE Id = ?"  # noqa: S608 - a constant
        return bool(self._database.read(statement, (record_id,)))

    def several(self, kind: Kind, ids: Sequence[int]) -> list[Record]:
        """Return the whole records with these Ids that lists show, in the order of `ids`."""
        marks = ", ".join("?" * len(ids))
        relation, bounds = self._listing(kind)
        listed = self._read(relation, f"WHERE Id IN ({marks})", [*bounds, *ids])
        found = {record["Id"]: record for record in listed}
        return [found[record_id] for record_id in dict.fromkeys(ids) if record_id in found]

    def page(
        self, kind: Kind, where: str, window: str, values: Sequence[object]
    ) -> tuple[int, list[Record]]:
        """Return the number of listed records that `where` selects, and the records in `window`.

        `where` and `window` hold column names and placeholders, never a value.
        """
        with self._database.transaction():
            relation, bounds = self._listing(kind)
            values = [*bounds, *values]
            count = f"SELECT count(*) FROM {relation} {where}"  # noqa: S608 - see `_read`
            total = self._database.read(count, values)[0][0]
            listed = self._read(relation, f"{where} {window}", values)
        return int(total), [self._as_listed(record) for record in listed]

    def select(self, kind: Kind, clauses: str, values: Sequence[object]) -> list[Record]:
        """Return whole records; `clauses` holds column names and placeholders, never a value."""
        return self._read(kind.relation, clauses, values)

    def stamp(self, ago: float = 0) -> str:
        """Return the time `ago` seconds ago as the API has it."""
        return as_stamp(self._now() - timedelta(seconds=ago))

    def _release(self, inner: Kind, link: str, holder: int, touch: Touch) -> None:
        choice = self._at_delete(inner, link)
        for record in self.select(inner, f"WHERE {link} = ?", (holder,)):
            record_id = int(str(record["Id"]))
            if choice == "refused":
                raise InvalidError([Problem("Id", f"has {inner.table}", holder)])
            if choice == "deletes":
                self.delete(inner, record_id, touch)
            elif choice == "ungroups":
                self.change(inner, record_id, lambda each: {**each, link: None}, touch)

    def _at_delete(self, inner: Kind, link: str) -> str:
        settings = self._switches.settings
        if inner.joins:
            return "deletes"
        in_section = inner.links[link].kind is SECTIONS
        return settings.section_delete if in_section else settings.course_delete

    def _next_id(self, kind: Kind) -> int:
        while True:
            found = self._database.read(_NEXT_ID, (kind.table,))
            record_id = int(found[0]["last"])
            if not self.exists(kind, record_id):  # an outline may have named it
                return record_id

    def _write(self, kind: Kind, statement: str, stored: Record) -> None:
        try:
            self._database.write(statement, stored)
        except sqlite3.IntegrityError as error:
            name = [*kind.links][-1]
            raise InvalidError([Problem(name, "is already there", stored[name])]) from error

    def _make(
        self, kind: Kind, record_id: int, before: Record, after: Record, touch: Touch
    ) -> None:
        for flag, made in kind.makes.items():
            if after[flag] and not before.get(flag):
                self.create(made, {"CourseId": record_id}, touch)

    def _listing(self, kind: Kind) -> tuple[str, tuple[float, ...]]:
        at, lag = self._clock(), self._switches.settings.list_lag
        if lag <= 0:
            return kind.relation, ()
        made_recently = _RECENT.format(kind.moments, column="made_at")
        gone_recently = _RECENT.format(kind.moments, column="gone_at")
        existing = f"SELECT * FROM {kind.relation} WHERE Id NOT IN {made_recently}"  # noqa: S608
        removed = f"SELECT * FROM removed_{kind.relation} WHERE Id IN {gone_recently}"  # noqa: S608
        relation = f"({existing} UNION ALL {removed} AND Id NOT IN {made_recently})"
        return relation, (at - lag + _TOLERANCE, at) * 3

    def _read(self, relation: str, clauses: str, values: Sequence[object]) -> list[Record]:
        # Constants of this package make the relation and the clauses; a client's values are bound.
        statement = f"SELECT * FROM {relation} {clauses}"  # noqa: S608
        return [_from_row(dict(row)) for row in self._database.read(statement, values)]

    def _as_listed(self, record: Record) -> Record:
        # https://developers.nexudus.com/rest-api/content/search-coursesections
        settings = self._switches.settings
        absent = {*COLLECTIONS} | settings.lists_without
        return {
            name: None if name in settings.lists_null else value
            for name, value in record.items()
            if name not in absent
        }

    def _note(self, kind: Kind, column: str, record_id: int, at: float) -> None:
        statement = _MOMENT.format(kind.moments, column=column)
        self._database.write(statement, (record_id, at))

    def _stored(self, kind: Kind, values: Record) -> dict[str, object]:
        stored = {name: values.get(name) for name in kind.columns}
        for name in COLLECTIONS:
            stored[name] = None if stored[name] is None else json.dumps(stored[name])
        for name in kind.contents if self._switches.settings.normalise_html else ():
            if isinstance(contents := stored[name], str):
                stored[name] = re.sub(r">\s+<", "><", contents).strip()
        return stored


def as_stamp(moment: datetime) -> str:
    """Return a moment as the API has it: ISO 8601, UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _dated(touch: Touch) -> Record:
    return {"UpdatedOn": touch.stamp, "UpdatedBy": touch.author}


def _from_row(row: dict[str, object]) -> Record:
    for name in FLAGS:
        if name in row:
            row[name] = bool(row[name])
    for name in COLLECTIONS:
        text = row[name]
        row[name] = json.loads(text) if isinstance(text, str) else None
    return row
