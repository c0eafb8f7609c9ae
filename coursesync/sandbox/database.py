"""The sandbox's storage: one SQLite database, in a file or in memory.

Owns the schema, the connection and the transactions. It must never know what a record means:
that is the business of the modules that hold the statements.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_WAIT_FOR_OTHERS = 30.0  # seconds that a statement waits while another process writes

# What is read of a section, whether it is there still (`sections`) or was removed.
_SECTION_COLUMNS = """
    SELECT s.Id, s.UniqueId, s.CourseId, c.Title AS CourseTitle, s.Title, s.DisplayOrder,
        s.UnlockType, s.UnlockAfterDays, s.SectionContents, s.Active, s.ImageFileName,
        NULL AS NewImageUrl, NULL AS ClearImageFile, s.CreatedOn, s.UpdatedOn, s.UpdatedBy,
        0 AS IsNew, NULL AS SystemId, s.Title AS ToStringText,
        NULL AS LocalizationDetails, NULL AS CustomFields"""

# AUTOINCREMENT: an Id is never given twice, even after the newest record is deleted. Ids start
# high so that a client that takes some other small number for an Id is found out.
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS courses (
    Id INTEGER PRIMARY KEY, UniqueId TEXT NOT NULL, Title TEXT NOT NULL,
    CreatedOn TEXT NOT NULL, UpdatedOn TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sections (
    Id INTEGER PRIMARY KEY AUTOINCREMENT, UniqueId TEXT NOT NULL,
    CourseId INTEGER NOT NULL REFERENCES courses (Id), Title TEXT NOT NULL,
    DisplayOrder INTEGER NOT NULL, UnlockType INTEGER NOT NULL, UnlockAfterDays INTEGER NOT NULL,
    SectionContents TEXT, Active INTEGER NOT NULL, ImageFileName TEXT,
    CreatedOn TEXT NOT NULL, UpdatedOn TEXT NOT NULL, UpdatedBy TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS sections_by_course ON sections (CourseId);
INSERT INTO sqlite_sequence (name, seq) SELECT 'sections', 1000000
    WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'sections');
CREATE VIEW IF NOT EXISTS section_records AS {_SECTION_COLUMNS}
    FROM sections s JOIN courses c ON c.Id = s.CourseId;
CREATE TABLE IF NOT EXISTS removed_sections (
    Id INTEGER PRIMARY KEY, UniqueId TEXT NOT NULL, CourseId INTEGER NOT NULL, Title TEXT NOT NULL,
    DisplayOrder INTEGER NOT NULL, UnlockType INTEGER NOT NULL, UnlockAfterDays INTEGER NOT NULL,
    SectionContents TEXT, Active INTEGER NOT NULL, ImageFileName TEXT,
    CreatedOn TEXT NOT NULL, UpdatedOn TEXT NOT NULL, UpdatedBy TEXT NOT NULL);
CREATE VIEW IF NOT EXISTS removed_section_records AS {_SECTION_COLUMNS}
    FROM removed_sections s JOIN courses c ON c.Id = s.CourseId;
CREATE TABLE IF NOT EXISTS section_moments (Id INTEGER PRIMARY KEY, made_at REAL, gone_at REAL);
CREATE VIEW IF NOT EXISTS course_records AS
    SELECT Id, UniqueId, Title, 1 AS Active, CreatedOn, UpdatedOn, 0 AS IsNew,
        NULL AS SystemId, Title AS ToStringText,
        NULL AS LocalizationDetails, NULL AS CustomFields
    FROM courses;
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, purpose TEXT NOT NULL, email TEXT NOT NULL,
    client_id TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS requests (
    number INTEGER PRIMARY KEY AUTOINCREMENT, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, body TEXT NOT NULL, status INTEGER, at REAL NOT NULL,
    carried_out INTEGER NOT NULL, fault TEXT);
"""  # noqa: S608 - what is put in is spelled above


class Database:
    """One connection, shared by all threads of this process; other processes may have theirs."""

    def __init__(self, path: Path | None) -> None:
        """Open the database at `path` (None: in memory), and make what is missing in it.

        Raises:
            OSError: it can't be opened there.
        """
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                path or ":memory:",
                timeout=_WAIT_FOR_OTHERS,
                isolation_level=None,  # transactions begin where `transaction` says, nowhere else
                check_same_thread=False,
            )
            self._prepare()
        except sqlite3.Error as error:
            raise OSError(str(error)) from error

    def _prepare(self) -> None:
        self._connection.row_factory = sqlite3.Row
        # A killed process loses nothing by this, for the kernel has the pages. Only a power cut
        # would, and no record in a sandbox is worth an fsync at every request.
        self._connection.execute("PRAGMA synchronous = OFF")
        with self.transaction():
            for statement in _SCHEMA.split(";\n"):
                self._connection.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do what the block does altogether or not at all, with no other writer in between.

        Within another such block it is a part of that one.
        """
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
        """Close the connection; a database in memory is gone with it."""
        with self._lock:
            self._connection.close()
