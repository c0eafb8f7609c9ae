"""The sandbox's storage: one SQLite database, in a file or in memory.

Owns the schema, the connection and the transactions. It must never know what a record means: the
modules with the statements do.
"""

import sqlite3
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from coursesync.sandbox.tables import Kind, every_kind, sent_as

_WAIT_FOR_OTHERS = 30.0  # seconds that a statement waits while another process writes

_TABLES = """
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, purpose TEXT NOT NULL, email TEXT NOT NULL,
    client_id TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS requests (
    number INTEGER PRIMARY KEY AUTOINCREMENT, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, body TEXT NOT NULL, status INTEGER, at REAL NOT NULL,
    carried_out INTEGER NOT NULL, fault TEXT);
CREATE TABLE IF NOT EXISTS last_ids (name TEXT PRIMARY KEY, last INTEGER NOT NULL)
"""
_TABLE = "CREATE TABLE IF NOT EXISTS {} (Id INTEGER PRIMARY KEY, UniqueId TEXT NOT NULL, {})"
_REMOVED = "CREATE TABLE IF NOT EXISTS removed_{0} AS SELECT * FROM {0} WHERE 0"
_MOMENTS = "CREATE TABLE IF NOT EXISTS {} (Id INTEGER PRIMARY KEY, made_at REAL, gone_at REAL)"
_INDEX = "CREATE INDEX IF NOT EXISTS {0}_by_{1} ON {0} ({1}Id)"
_ONCE = "CREATE UNIQUE INDEX IF NOT EXISTS {0}_once ON {0} ({1})"
# Each kind has a range of Ids of its own. A file of an earlier version has its last Ids elsewhere.
_LAST_ID = """
INSERT INTO last_ids VALUES (:name, max(
    :least, (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = :name)))
ON CONFLICT (name) DO UPDATE SET last = max(last, :least)
"""
_COLUMNS = """
SELECT t.name AS held_in, c.name FROM sqlite_master t, pragma_table_info(t.name) c
WHERE t.type = 'table'
"""
BY_ITSELF = "sandbox@sandbox.example"  # the author of records that the sandbox was given
_THEN = "2025-01-01T00:00:00Z"  # the date of records that it always had
_DATED = {"CreatedOn": _THEN, "UpdatedOn": _THEN, "UpdatedBy": BY_ITSELF}


def unique_id(kind: Kind, record_id: int) -> str:
    """Return the GUID of a record, which is the same in every sandbox."""
    digest = sha256(f"{kind.table}/{record_id}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _columns_of(kind: Kind) -> Mapping[str, str]:
    """Return the columns of a kind's table; a column that can't be null has a default."""
    columns = {**kind.columns, **dict.fromkeys(_DATED, "TEXT NOT NULL")}
    defaults = {**_DATED, **kind.defaults}
    return {
        name: f"{type_} DEFAULT {_literal(type_, defaults.get(name))}" if "NOT" in type_ else type_
        for name, type_ in columns.items()
    }


def _literal(type_: str, default: object) -> str:
    if type_.startswith("TEXT"):
        return f"'{default or ''}'"
    return str(int(default) if isinstance(default, int) else 0)


def _views_of(kind: Kind) -> Mapping[str, str]:
    """Return the views of a kind's existing and removed records, as answers show them.

    They are temporary, so that a file of an earlier version has no outdated views.
    """
    linked = [f"{link}_.{column} AS {name}" for name, (link, column) in kind.shown.items()]
    writes = [f"NULL AS {each}" for picture in kind.pictures for each in sent_as(picture)]
    stored = [f"r.{name}" for name in ("Id", "UniqueId", *kind.columns, *_DATED)]
    computed = [f"{meaning} AS {name}" for name, meaning in kind.computed.items()]
    label = f"r.{kind.label}" if kind.label else "NULL"
    rest = ["0 AS IsNew", f"{label} AS ToStringText"]
    selected = ", ".join([*stored, *linked, *computed, *writes, *rest])
    holders = {link: kind.links[link].kind.table for link, _ in kind.shown.values()}
    joins = " ".join(
        f"LEFT JOIN {table} {link}_ ON {link}_.Id = r.{link}" for link, table in holders.items()
    )
    view = f"SELECT {selected} FROM {{}} r {joins}"  # noqa: S608 - only constants
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
        for statement in _TABLES.split(";\n"):
            self._connection.execute(statement)
        there = {(row["held_in"], row["name"]) for row in self.read(_COLUMNS)}
        for number, kind in enumerate(every_kind()):
            self._set_up_kind(kind, there)
            least = ids_from - 1 + number * ids_apart
            self.write(_LAST_ID, {"name": kind.table, "least": least})
            for name, selected in _views_of(kind).items():
                self._connection.execute(f"CREATE TEMP VIEW {name} AS {selected}")

    def _set_up_kind(self, kind: Kind, there: set[tuple[str, str]]) -> None:
        columns = _columns_of(kind)
        listed = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        tables = (_TABLE.format(kind.table, listed), _REMOVED.format(kind.table))
        for table, statement in zip((kind.table, f"removed_{kind.table}"), tables, strict=True):
            self._connection.execute(statement)
            for name in columns:
                # a column that is missing in a file of an earlier version
                if (table, "Id") in there and (table, name) not in there:
                    self._connection.execute(f"ALTER TABLE {table} ADD {name} {columns[name]}")
        self._connection.execute(_MOMENTS.format(kind.moments))
        for link in kind.links:
            self._connection.execute(_INDEX.format(kind.table, link.removesuffix("Id")))
        if kind.joins:
            self._connection.execute(_ONCE.format(kind.table, ", ".join(kind.links)))
        for record_id, row in kind.rows.items():
            given = {"Id": record_id, "UniqueId": unique_id(kind, record_id), **row}
            marks = ", ".join("?" * len(given))
            self.write(
                f"INSERT OR IGNORE INTO {kind.table} ({', '.join(given)}) VALUES ({marks})",  # noqa: S608
                list(given.values()),
            )

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
