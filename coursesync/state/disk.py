"""What the state's file and its journal need of a file system, effect by effect.

Every write, fsync, rename and removal goes through one of these calls, in the order in which it
must reach the disk; a test's disk that forgets what was not fsynced fits the same Protocol.
Raises OSError, always. What each call promises: https://man7.org/linux/man-pages/man2/fsync.2.html
and rename.2 (a folder has to be fsynced too before a new name in it is safe).
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from coursesync.errors import Remedy, Shell
from coursesync.text import as_argument

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.errors import Sentence

MAX_BYTES = 1_000_000_000  # ten million sections; what is larger was not written by us
_PART = 1_048_576


class Disk(Protocol):
    """A file system; an open file is known by its descriptor, a number."""

    def read(self, path: Path) -> bytes:
        """Return a regular file's bytes, never through a link."""
        ...

    def beside(self, path: Path) -> list[Path]:
        """Return the files of the same folder whose names begin with that of `path`."""
        ...

    def create(self, path: Path) -> int:
        """Make and open a file that is not there yet."""
        ...

    def append(self, file: int, content: bytes) -> None:
        """Write at the end of an open file; all of it, or OSError."""
        ...

    def sync(self, file: int) -> None:
        """Return when what was written to an open file outlives a power cut."""
        ...

    def sync_file(self, path: Path) -> None:
        """Return when what is read of a file outlives a power cut, whoever wrote it."""
        ...

    def close(self, file: int) -> None:
        """Close an open file."""
        ...

    def has_name(self, file: int) -> bool:
        """Say whether an open file still stands in a folder."""
        ...

    def lock(self, file: int) -> None:
        """Lock an open file until it is closed or the process dies."""
        ...

    def is_locked(self, path: Path) -> bool:
        """Say whether some process holds the lock on a file."""
        ...

    def replace(self, path: Path, other: Path) -> None:
        """Put a file in the place of another, at once."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in a folder outlive a power cut."""
        ...


class RealDisk:
    """The operating system's file system. Fits `Disk`."""

    def read(self, path: Path) -> bytes:
        """Return a regular file's bytes, never through a link."""
        # a FIFO would block an open that waits for a writer
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            facts = os.fstat(file)
            if not stat.S_ISREG(facts.st_mode):
                raise OSError(errno.EINVAL, "it is no regular file")
            if facts.st_size > MAX_BYTES:
                raise OSError(errno.EFBIG, "it is larger than 1 GB")
            parts = []
            while part := os.read(file, max(_PART, facts.st_size + 1)):
                parts.append(part)
            return b"".join(parts)
        finally:
            os.close(file)

    def beside(self, path: Path) -> list[Path]:
        """Return the files of the same folder whose names begin with that of `path`."""
        folder = path.parent
        files = folder.iterdir() if folder.is_dir() else ()
        return sorted(each for each in files if each.name.startswith(path.name))

    def create(self, path: Path) -> int:
        """Make and open a file that is not there yet."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        return os.open(path, flags, 0o666)

    def append(self, file: int, content: bytes) -> None:
        """Write at the end of an open file; all of it, or OSError."""
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]

    def sync(self, file: int) -> None:
        """Return when what was written to an open file outlives a power cut."""
        os.fsync(file)

    def sync_file(self, path: Path) -> None:
        """Return when what is read of a file outlives a power cut, whoever wrote it."""
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            os.fsync(file)
        finally:
            os.close(file)

    def close(self, file: int) -> None:
        """Close an open file."""
        os.close(file)

    def has_name(self, file: int) -> bool:
        """Say whether an open file still stands in a folder."""
        return os.fstat(file).st_nlink > 0

    def lock(self, file: int) -> None:
        """Lock an open file until it is closed or the process dies."""
        import fcntl  # noqa: PLC0415 - a plan locks nothing

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def is_locked(self, path: Path) -> bool:
        """Say whether some process holds the lock on a file."""
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
        except FileNotFoundError:
            return False
        try:
            self.lock(file)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def replace(self, path: Path, other: Path) -> None:
        """Put a file in the place of another, at once."""
        path.replace(other)

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in a folder outlive a power cut."""
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def away(path: Path | str) -> Shell:
    """Return the command that takes away what stands in a file's place; nothing of it is lost."""
    name = as_argument(path)
    return Shell("mv", name, f"{name}.aside")


def unwritable_remedy(error: OSError) -> Sentence:
    """Say what helps where a file can't be written."""
    file = error.filename2 or error.filename
    if file and isinstance(error, IsADirectoryError):
        return Remedy("Take away what stands there:", away(file))
    return "Check that you may write in that folder and that the disk has room."


def temporary(path: Path) -> Path:
    """Return where a file is written before it is put in the place of `path`."""
    return path.with_name(f".{path.name}.tmp")


def replace_whole(disk: Disk, path: Path, content: bytes) -> None:
    """Put a file in the place of what is there, if anything is; at no time is it there in part.

    As `files.write_whole`, through a disk that tests can cut the power of, and onto it with its
    name. No other process may write it meanwhile: what a cut-off run left beside it is removed.
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
