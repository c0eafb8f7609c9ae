"""The sandbox's storage: one SQLite database, in a file or in memory.

Owns the schema, the connection and the transactions. It must never know what a record means: the
modules with the statements do.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from coursesync.sandbox.tables import KEPT_BY_OTHERS, Kind, stored

_WAIT_FOR_OTHERS = 30.0  # seconds that a statement waits while another process writes

# AUTOINCREMENT: an Id is never used again, even after the newest record is deleted.
_TABLES = """
CREATE TABLE IF NOT EXISTS courses (
    Id INTEGER PRIMARY KEY, UniqueId TEXT NOT NULL, Title TEXT NOT NULL,
    CreatedOn TEXT NOT NULL, UpdatedOn TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS members (
    Id INTEGER PRIMARY KEY AUTOINCREMENT, UniqueId TEXT NOT NULL, CourseId INTEGER NOT NULL,
    CoworkerId INTEGER NOT NULL, CreatedOn TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS members_by_course ON members (CourseId);
CREATE TABLE IF NOT EXISTS completions (
    Id INTEGER PRIMARY KEY AUTOINCREMENT, UniqueId TEXT NOT NULL, CourseLessonId INTEGER NOT NULL,
    CourseMemberId INTEGER NOT NULL, CreatedOn TEXT NOT NULL,
    UNIQUE (CourseLessonId, CourseMemberId));
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, purpose TEXT NOT NULL, email TEXT NOT NULL,
    client_id TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS requests (
    number INTEGER PRIMARY KEY AUTOINCREMENT, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, body TEXT NOT NULL, status INTEGER, at REAL NOT NULL,
    carried_out INTEGER NOT NULL, fault TEXT)
"""
# The tables of a kind whose records clients write.
_TABLES_OF_A_KIND = """
CREATE TABLE IF NOT EXISTS {table} (
    Id INTEGER PRIMARY KEY AUTOINCREMENT, UniqueId TEXT NOT NULL, {columns});
CREATE INDEX IF NOT EXISTS {table}_by_course ON {table} (CourseId);
CREATE TABLE IF NOT EXISTS removed_{table} AS SELECT * FROM {table} WHERE 0;
CREATE TABLE IF NOT EXISTS {moments} (Id INTEGER PRIMARY KEY, made_at REAL, gone_at REAL)
"""
_DATED = {"CreatedOn": "TEXT NOT NULL", "UpdatedOn": "TEXT NOT NULL", "UpdatedBy": "TEXT NOT NULL"}
# Columns that are missing in a file of an earlier version, by table.
_NEW = ("SystemId TEXT", "LocalizationDetails TEXT", "CustomFields TEXT")
_ADDED = dict.fromkeys(("sections", "removed_sections"), _NEW)
# The tables that assign Ids, after those of the kinds. Each has a range of its own, so that an Id
# belongs to one kind only.
_SEQUENCES = ("members", "completions")
_COMMON = """
    NULL AS NewImageUrl, NULL AS ClearImageFile, r.CreatedOn, r.UpdatedOn, r.UpdatedBy,
    0 AS IsNew, r.SystemId, r.Title AS ToStringText, r.LocalizationDetails, r.CustomFields"""
_MEMBERS = """
    SELECT r.Id, r.UniqueId, r.CourseId, c.Title AS CourseTitle, r.CoworkerId, 1 AS Approved,
        0 AS Blocked, max(p.CourseLessonId) AS LastCompletedLessonId,
        max(p.CreatedOn) AS LastAccess, r.CreatedOn, r.CreatedOn AS UpdatedOn, 0 AS IsNew,
        NULL AS SystemId, NULL AS LocalizationDetails, NULL AS CustomFields
    FROM members r JOIN courses c ON c.Id = r.CourseId
        LEFT JOIN completions p ON p.CourseMemberId = r.Id
    GROUP BY r.Id"""
# The join hides the completions of a removed lesson.
_COMPLETIONS = """
    SELECT r.Id, r.UniqueId, r.CourseLessonId, r.CourseMemberId, r.CreatedOn,
        r.CreatedOn AS UpdatedOn, 0 AS IsNew, NULL AS SystemId,
        NULL AS LocalizationDetails, NULL AS CustomFields
    FROM completions r JOIN lessons l ON l.Id = r.CourseLessonId"""
_COURSES = """
    SELECT Id, UniqueId, Title, 1 AS Active, CreatedOn, UpdatedOn, 0 AS IsNew,
        NULL AS SystemId, Title AS ToStringText,
        NULL AS LocalizationDetails, NULL AS CustomFields
    FROM courses"""
# The views that reads use, for existing and for removed records. They are temporary, so that a file
# of an earlier version has no outdated views.
_VIEWS = {
    "course_records": _COURSES,
    "member_records": _MEMBERS,
    "completion_records": _COMPLETIONS,
}


def _columns_of(kind: Kind) -> str:
    return ", ".join(f"{name} {type_}" for name, type_ in {**kind.columns, **_DATED}.items())


def _views_of(kind: Kind) -> Mapping[str, str]:
    """Return the views of a kind's existing and removed records, as answers show them."""
    inside, word = kind.within, kind.link.removesuffix("Id")
    linked = f"{word}Title", f"{word}DisplayOrder"
    holder = (
        [*(f"r.{kind.link}", f"s.Title AS {linked[0]}", f"s.DisplayOrder AS {linked[1]}")]
        if inside
        else []
    )
    own = [
        f"r.{name}" for name in kind.columns if name not in {"CourseId", kind.link, *KEPT_BY_OTHERS}
    ]
    selected = ", ".join([*holder, *own, "r.ImageFileName"])
    join = f"LEFT JOIN {inside.table} s ON s.Id = r.{kind.link}" if inside else ""
    view = f"""
        SELECT r.Id, r.UniqueId, r.CourseId, c.Title AS CourseTitle, {selected}, {_COMMON}
        FROM {{}} r JOIN courses c ON c.Id = r.CourseId {join}"""  # noqa: S608 - only constants
    return {
        kind.relation: view.format(kind.table),
        f"removed_{kind.relation}": view.format(f"removed_{kind.table}"),
    }


class _Undo(Exception):  # noqa: N818 - not an error: it ends a transaction without a commit
    pass


class Database:
    """One connection, which all threads of this process share; other processes open their own."""

    def __init__(self, path: Path | None, ids_from: int, ids_apart: int) -> None:
        """Open the database at `path` (None: in memory), and create missing tables and columns.

        `ids_from` is the lowest Id of a new section, `ids_apart` the distance from it to the first
        Id of the next kind.

        Raises:
            OSError: the database can't be opened.
        """
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                path or ":memory:",
                timeout=_WAIT_FOR_OTHERS,
                isolation_level=None,  # only `transaction` begins a transaction
                check_same_thread=False,
            )
            self._prepare(ids_from, ids_apart)
        except sqlite3.Error as error:
            raise OSError(str(error)) from error

    def _prepare(self, ids_from: int, ids_apart: int) -> None:
        self._connection.row_factory = sqlite3.Row
        # Without fsync a killed process loses nothing, because the kernel has the pages. Only a
        # power cut loses records, and a sandbox's records are not worth an fsync at every request.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("PRAGMA temp_store = MEMORY")
        with self.transaction():
            self._set_up(ids_from, ids_apart)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block as one transaction; nested, it joins the outer transaction."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Run the block as a transaction, and roll it back at the end."""
        with suppress(_Undo), self.transaction():
            yield
            raise _Undo

    def _set_up(self, ids_from: int, ids_apart: int) -> None:
        kinds = stored()
        own = (
            _TABLES_OF_A_KIND.format(
                table=kind.table, columns=_columns_of(kind), moments=kind.moments
            )
            for kind in kinds
        )
        for statement in ";\n".join([_TABLES, *own]).split(";\n"):
            self._connection.execute(statement)
        for table, added in _ADDED.items():
            there = {row["name"] for row in self.read(f"PRAGMA table_info({table})")}
            for column in added:
                if column.partition(" ")[0] not in there:
                    self._connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
        for number, table in enumerate([*(kind.table for kind in kinds), *_SEQUENCES]):
            least = ids_from - 1 + number * ids_apart
            if not self.read("SELECT 1 FROM sqlite_sequence WHERE name = ?", (table,)):
                self.write("INSERT INTO sqlite_sequence (name, seq) VALUES (?, 0)", (table,))
            raised = "UPDATE sqlite_sequence SET seq = ? WHERE name = ? AND seq < ?"
            self.write(raised, (least, table, least))
        views = [_VIEWS, *map(_views_of, kinds)]
        for name, selected in (view for each in views for view in each.items()):
            self._connection.execute(f"CREATE TEMP VIEW {name} AS {selected}")

    def read(
        self, statement: str, values: Mapping[str, object] | Sequence[object] = ()
    ) -> list[sqlite3.Row]:
        """Run a statement and return all its rows."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def write(
        self, statement: str, values: Mapping[str, object] | Sequence[object] = ()
    ) -> tuple[int, int]:
        """Run a statement; return how many rows it changed, and the Id of the last one inserted."""
        with self._lock:
            cursor = self._connection.execute(statement, values)
            return cursor.rowcount, cursor.lastrowid or 0

    def close(self) -> None:
        """Close the connection; a database in memory is lost."""
        with self._lock:
            self._connection.close()
