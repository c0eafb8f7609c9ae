"""The file system, and how the state's file and its journal reach the disk.

Every write, fsync, rename and removal is one of these calls, in the order in which it must reach
the disk, so that a test's disk can forget what was not fsynced. Each call raises OSError if it
fails. The guarantees: https://man7.org/linux/man-pages/man2/fsync.2.html and rename.2; a new name
in a folder is safe only after the folder is fsynced, too.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy, Shell, StateError
from coursesync.text import as_argument

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coursesync.errors import Sentence
    from coursesync.state.journal import Header, Step
    from coursesync.state.state import State

MAX_BYTES = 1_000_000_000  # ten million entries; coursesync writes no larger file
_PART = 1_048_576


@contextmanager
def _opened(path: Path, flags: int = os.O_NOFOLLOW) -> Iterator[int]:
    # a FIFO would block an open that waits for a writer
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | flags)
    try:
        yield file
    finally:
        os.close(file)


class Disk:
    """The operating system's file system; an open file is known by its descriptor, a number."""

    def read(self, path: Path) -> bytes:
        """Return a regular file's bytes, never through a link."""
        with _opened(path) as file:
            facts = os.fstat(file)
            if not stat.S_ISREG(facts.st_mode):
                raise OSError(errno.EINVAL, "it is not a regular file")
            if facts.st_size > MAX_BYTES:
                raise OSError(errno.EFBIG, "it is larger than 1 GB")
            parts = []
            while part := os.read(file, max(_PART, facts.st_size + 1)):
                parts.append(part)
            return b"".join(parts)

    def beside(self, path: Path) -> list[Path]:
        """Return the files of the same folder whose names begin with that of `path`."""
        folder = path.parent
        files = folder.iterdir() if folder.is_dir() else ()
        return sorted(each for each in files if each.name.startswith(path.name))

    def create(self, path: Path) -> int:
        """Create and open a file that does not exist yet."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        return os.open(path, flags, 0o666)

    def append(self, file: int, content: bytes) -> None:
        """Append all of the content to an open file, or raise OSError."""
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]

    def sync(self, file: int) -> None:
        """Return when everything written to an open file outlives a power cut."""
        os.fsync(file)

    def sync_file(self, path: Path) -> None:
        """Return when the contents of a file outlive a power cut, whoever wrote them."""
        with _opened(path) as file:
            os.fsync(file)

    def close(self, file: int) -> None:
        """Close an open file; that releases its lock."""
        os.close(file)

    def has_name(self, file: int) -> bool:
        """Return whether an open file still has a name in a folder."""
        return os.fstat(file).st_nlink > 0

    def lock(self, file: int) -> None:
        """Lock an open file until it is closed or the process dies."""
        import fcntl  # noqa: PLC0415 - a plan locks nothing

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def is_locked(self, path: Path) -> bool:
        """Return whether a process holds the lock on a file."""
        try:
            with _opened(path) as file:
                self.lock(file)
        except BlockingIOError:
            return True
        return False

    def replace(self, path: Path, other: Path) -> None:
        """Replace a file by another one, atomically."""
        path.replace(other)

    def remove(self, path: Path) -> None:
        """Remove a file, if it exists."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in a folder outlive a power cut."""
        with _opened(folder, os.O_DIRECTORY) as file:
            os.fsync(file)


def away(path: Path | str) -> Shell:
    """Return the command that renames whatever has a file's name, so that nothing is lost."""
    name = as_argument(path)
    return Shell("mv", name, f"{name}.aside")


def unwritable_remedy(error: OSError) -> Sentence:
    """Return what helps if a file can't be written."""
    file = error.filename2 or error.filename
    if file and isinstance(error, IsADirectoryError):
        return Remedy("Move away what is in its place:", away(file))
    return "Check that you may write to that folder, and that the disk has space."


def temporary(path: Path) -> Path:
    """Return the path at which a file is written before it replaces `path`."""
    return path.with_name(f".{path.name}.tmp")


def replace_whole(disk: Disk, path: Path, content: bytes) -> None:
    """Write a file as a whole, over an old one if there is one: no reader sees a part of it.

    It differs from `files.write_whole`: it goes through `disk`, which tests can cut the power of,
    and returns when the new name outlives a power cut. No other process may write the file at the
    same time, because the temporary file of an interrupted run is removed.
    """
    beside = temporary(path)
    disk.remove(beside)
    file = disk.create(beside)
    try:
        try:
            disk.append(file, content)
            disk.sync(file)
        finally:
            disk.close(file)
        disk.replace(beside, path)
    except OSError:
        with suppress(OSError):
            disk.remove(beside)
        raise
    disk.sync_folder(path.parent)


@dataclass(slots=True)
class JournalFile:
    """The journal at one path: each record is on the disk before the run goes on.

    It must never write a line after half a line: that would damage the journal. Raises OSError if
    the disk does.
    """

    path: Path
    disk: Disk
    _file: int | None = None
    _is_torn: bool = False

    def begin(self, state: State, checksum: str) -> None:
        """Create the file, lock it until the run ends, and write which state it begins from.

        `checksum` is that of the state's file.
        """
        from coursesync.state.journal import Header  # noqa: PLC0415 - a plan writes no journal

        self._file = self.disk.create(self.path)
        self._is_torn = False
        self.disk.lock(self._file)
        self.append(
            Header(
                checksum=checksum, lineage=state.lineage, serial=state.serial, target=state.target
            )
        )
        self.disk.sync_folder(self.path.parent)

    def append(self, record: Header | Step) -> None:
        """Add a record; when this returns, it outlives a power cut.

        Raises:
            StateError: the file was removed during the run.
        """
        from coursesync.state.journal import line  # noqa: PLC0415 - a plan writes no journal

        assert self._file is not None  # noqa: S101 - `begin` comes first
        if not self.disk.has_name(self._file):
            raise StateError(
                f"the journal {self.path} was removed while this ran",
                Remedy(
                    "Perhaps the lock was deleted, and another apply was started. First run:",
                    Command("plan"),
                ),
            )
        content = line(record)
        if self._is_torn:
            raise OSError(errno.EIO, "the journal ends in the middle of a line")
        self._is_torn = True
        self.disk.append(self._file, content)
        self.disk.sync(self._file)
        self._is_torn = False

    def is_live(self) -> bool:
        """Return whether a run has the journal open, in this process or another."""
        try:
            return self.disk.is_locked(self.path)
        except OSError:
            return False  # there is none; or the error is reported when it is read

    def drop(self) -> None:
        """Close the file, if this run has it open, and remove it."""
        self.close()
        self.disk.remove(self.path)
        self.disk.sync_folder(self.path.parent)

    def close(self) -> None:
        """Close the file, if this run has it open."""
        file, self._file = self._file, None
        if file is not None:
            self.disk.close(file)
