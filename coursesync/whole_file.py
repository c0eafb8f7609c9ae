"""Writing a file whole or not at all: into one beside it, onto the disk, then into its place."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError
from coursesync.files import shown

if TYPE_CHECKING:
    from collections.abc import Callable


def write_named(path: Path, text: str, what: str, is_one: Callable[[Path], bool]) -> None:
    """Write a file that somebody named, in the place of an older one or where nothing is.

    Args:
        path: the file.
        text: what it is to hold.
        what: what it is, in a word.
        is_one: says of what is there whether it is such a file; nothing else is overwritten.

    Raises:
        CoursesyncError: something else is there, or it can't be written.
    """
    if os.path.lexists(path) and not is_one(path):
        raise CoursesyncError(
            f"{shown(path)} is there already, and is no {what}",
            "Name another file, or delete that one yourself.",
        )
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise CoursesyncError(
            f"the {what} {shown(path)} can't be written: {error.strerror}",
            "Name a file in a folder that is there and that you may write in.",
        ) from error


def write_whole(path: Path, content: bytes, mode: int | None = None) -> None:
    """Put a file in the place of what is there, if anything is; at no time is it there in part.

    Args:
        path: the file; its folder is there.
        content: its bytes.
        mode: its permissions; by default those that any new file gets.

    Raises:
        OSError: it can't be written; what was there before still is.
    """
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), _usual_mode() if mode is None else mode)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _usual_mode() -> int:
    umask = os.umask(0o077)
    os.umask(umask)
    return 0o666 & ~umask
