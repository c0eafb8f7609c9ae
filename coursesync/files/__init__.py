"""Reads regular files of bounded size, and writes a file whole or not at all.

A file is written beside its place, synced to the disk, then renamed. Text is UTF-8.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, Remedy, Shell, UnusableFile, Where
from coursesync.text import as_argument, coded

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES = 1_048_576


def shown(path: Path | str) -> str:
    """Return a path in printable characters."""
    written = (path if isinstance(path, Path) else PurePosixPath(path)).as_posix()
    if written.isprintable():
        return written
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in written)


def read(path: Path, most: int = MAX_BYTES) -> bytes:
    """Read a file's bytes.

    Raises:
        UnusableFile: it can't be opened, is not a regular file, or is larger than `most` bytes.
    """
    descriptor = _opened(path)
    try:
        size = os.fstat(descriptor).st_size
        content = bytearray()
        # to its end, because it may grow while it is read
        while len(content) <= most and (more := os.read(descriptor, 65_536)):
            content += more
    finally:
        os.close(descriptor)
    check_size(path, max(size, len(content)), most)
    return bytes(content)


def start_of(path: Path, size: int) -> bytes:
    """Read at most the first `size` bytes of a file, however large it is.

    Raises:
        UnusableFile: it can't be opened, or is not a regular file.
    """
    descriptor = _opened(path)
    try:
        return os.read(descriptor, size)
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    """Open a regular file for reading; raises UnusableFile."""
    try:
        # without O_NONBLOCK, opening a FIFO waits for a writer
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise UnusableFile(
            f"{shown(path)} can't be read: {error.strerror}",
            "Check the name and its spelling."
            if isinstance(error, FileNotFoundError | NotADirectoryError)
            else Remedy("To see who may read it:", Shell("ls", "-l", as_argument(path))),
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnusableFile(
            f"{shown(path)} is not a file",
            "A name that ends in .yaml, .yml, .html or .md must belong to a file, not to a folder.",
        )
    return descriptor


def check_size(path: Path, size: int, most: int = MAX_BYTES) -> None:
    """Raise UnusableFile if `size` is more than `most` bytes."""
    if size > most:
        raise UnusableFile(
            f"{shown(path)} is larger than {most >> 20} MB ({size / 1e6:.1f} MB)",
            "An outline or a content file is text; put pictures and films on the web, or split it.",
        )


class NotText(UnusableFile):
    """A file that is not UTF-8; knows the place of the first wrong byte."""

    def __init__(self, problem: str, before: bytes) -> None:
        super().__init__(
            problem, coded("Save it as UTF-8: in most editors, under `Save as…` or `Encoding`")
        )
        self._before = before

    def at(self, path: str) -> Where:
        """Return the place of that byte; `path` is the file's path as shown to people."""
        line = self._before.rpartition(b"\n")[2].decode(errors="replace")
        return Where(path, self._before.count(b"\n") + 1, len(line) + 1)


def decode(content: bytes) -> str:
    """Return the text of a file, with line feeds as line ends and no byte order mark.

    Raises:
        NotText: it is in another encoding.
    """
    nulls = content.count(b"\0")
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"} or nulls * 4 > len(content):
        raise NotText("the file is in UTF-16, not in UTF-8", b"")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotText(
            f"the file is not in UTF-8 (byte 0x{content[error.start]:02X} is no character there)",
            content[: error.start].removeprefix(b"\xef\xbb\xbf"),
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def with_line_ends_of(content: bytes, text: str) -> bytes:
    """Return a text as UTF-8, with the line ends of most lines of a file.

    Args:
        content: the file; it may be empty.
        text: its lines end in line feeds.
    """
    windows = content.count(b"\r\n")
    unix, mac = content.count(b"\n") - windows, content.count(b"\r") - windows
    end, _ = max(("\n", unix), ("\r\n", windows), ("\r", mac), key=itemgetter(1))
    return text.replace("\n", end).encode()


def unwritable(path: Path, error: OSError, more: str = "") -> CoursesyncError:
    """Return the error for a file that can't be written; its remedy begins with `more`."""
    look = Shell("ls", "-ld", as_argument(path.parent))
    return CoursesyncError(
        f"{shown(path)} can't be written: {error.strerror}",
        Remedy(more, "To see who may write in its folder:", look),
    )


def write_named(path: Path, text: str, what: str, is_one: Callable[[Path], bool]) -> None:
    """Write a file that the user named; it may replace an older file of its kind only.

    Args:
        path: the file.
        text: its content.
        what: the word for its kind, for messages.
        is_one: returns whether an existing file is of this kind.

    Raises:
        CoursesyncError: another kind of file is there, or the file can't be written.
    """
    if os.path.lexists(path) and not is_one(path):
        raise CoursesyncError(
            f"{shown(path)} already exists and is not a {what}",
            "Name another file, or delete that one yourself.",
        )
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise CoursesyncError(
            f"the {what} {shown(path)} can't be written: {error.strerror}",
            "Name a file in a folder that exists and that you may write in.",
        ) from error


def write_whole(path: Path, content: bytes, mode: int | None = None) -> None:
    """Write or replace a file; at no time does it hold only a part of the content.

    Args:
        path: the file; its folder exists.
        content: its bytes.
        mode: its permissions; by default those of any new file.

    Raises:
        OSError: it can't be written; an existing file is unchanged.
    """
    part = path.parent / f".{os.urandom(8).hex()}.tmp"
    try:
        with part.open("xb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there, or has that content; raises CoursesyncError.

    If it can't be written whole, it is not there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        check_real_folder(path.parent)
        with path.open("xb") as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            except OSError:  # half of it would count as the file
                path.unlink()
                raise
    except FileExistsError as error:
        if path.is_file() and path.read_bytes() == content:
            return  # from an interrupted run
        raise in_the_way(path) from error
    except OSError as error:
        raise unwritable(path, error) from error


def check_real_folder(folder: Path) -> None:
    """Raise CoursesyncError if new files can't be in a folder: it is a link or a file."""
    if folder.is_symlink():
        raise CoursesyncError(
            f"{shown(folder)} is a symbolic link that could lead out of the workspace",
            "Replace it by a folder, then run this again.",
        )
    if os.path.lexists(folder) and not folder.is_dir():
        raise in_the_way(folder)


def in_the_way(path: Path) -> CoursesyncError:
    """Return the error for a new file whose name is taken."""
    return CoursesyncError(f"{shown(path)} exists already", "Move it away, then run this again.")
