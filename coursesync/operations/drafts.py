"""Files as they would be written, before they are.

Owns how a file that exists is extended or replaced. It must never ask anyone.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, Remedy, Shell
from coursesync.files import read, shown, unwritable, with_line_ends_of, write_new, write_whole
from coursesync.text import as_argument, inert

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LONGEST = 200  # characters of a line of a difference


class FileStatus(StrEnum):
    """What `init` did with a file."""

    NEW = "new"
    EXTENDED = "extended"
    CHANGED = "changed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that `init` would write: its path, what is there now (None: nothing), and the text."""

    path: Path
    before: bytes | None
    after: bytes

    @property
    def status(self) -> FileStatus:
        """What writing it would do."""
        if self.before is None:
            return FileStatus.NEW
        if self.before == self.after:
            return FileStatus.KEPT
        is_longer = self.after.startswith(self.before.rstrip())
        return FileStatus.EXTENDED if is_longer else FileStatus.CHANGED

    def difference(self) -> Iterator[str]:
        """Yield the lines of a unified diff of what is there and the draft, each made inert."""
        before, after = (_text(each or b"").splitlines() for each in (self.before, self.after))
        name = shown(self.path)
        for line in unified_diff(before, after, name, name, lineterm="", n=1):
            yield inert(line, _LONGEST)


def new(path: Path, text: str) -> Draft:
    """Draft a file that is written only if nothing is there, whatever it is."""
    content = text.encode()
    return Draft(path, content if os.path.lexists(path) else None, content)


def text_of(path: Path) -> str:
    """Return the text of a file, with line feeds as line ends; "" if there is none."""
    return _text(_content(path) or b"")


def replaced(path: Path, text: str) -> Draft:
    """Draft a file with a text; one that is there keeps its line ends."""
    before = _content(path)
    if before is not None and _text(before) == text:
        return Draft(path, before, before)
    return Draft(path, before, with_line_ends_of(before or b"", text))


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _content(path: Path) -> bytes | None:
    """Return what a file of git or the forge holds; None if there is none."""
    if not os.path.lexists(path):
        return None
    if path.is_symlink() or not path.is_file():
        raise CoursesyncError(
            f"{shown(path)} is a link or a folder, and git reads only a file there",
            Remedy("Look at it with", Shell("ls", "-ld", as_argument(path))),
        )
    return read(path)


def extended(path: Path, text: str) -> Draft:
    """Draft a file of git with the lines that it lacks; the text's first line is their comment."""
    before = _content(path)
    if before is None:
        return Draft(path, None, text.encode())
    there = {line.strip() for line in before.split(b"\n")}
    comment, *lines = text.splitlines()
    missing = [line for line in lines if line.encode() not in there]
    if not missing:
        return Draft(path, before, before)
    gap = "" if not before else "\n" if before.endswith((b"\n", b"\r")) else "\n\n"
    added = gap + "\n".join([comment, *missing, ""])
    return Draft(path, before, before + with_line_ends_of(before, added))


def written(draft: Draft) -> FileStatus:
    """Write a draft, if it changes anything, and return what was done."""
    if draft.before is None:
        write_new(draft.path, draft.after)
    elif draft.status is not FileStatus.KEPT:
        try:
            mode = stat.S_IMODE(draft.path.stat().st_mode)
            write_whole(draft.path, draft.after, mode)
        except OSError as error:
            raise unwritable(draft.path, error, "It is unchanged.") from error
    return draft.status
