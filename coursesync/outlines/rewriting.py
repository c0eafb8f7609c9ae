"""Outlines on the disk, formatted or added to, each as a whole.

Owns which edits are made in an outline, and how its file is replaced. It must never write what the
loader would not read (`mistakes_in`).
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, Diagnostic, UnusableFile, Where
from coursesync.files import check_size, read, shown, with_line_ends_of, write_whole
from coursesync.outlines.canonical import canonical
from coursesync.outlines.content_files import text_of as contents_of
from coursesync.outlines.editing import edited
from coursesync.outlines.merging import additions
from coursesync.outlines.outline import build
from coursesync.outlines.writer import Written
from coursesync.outlines.yaml_reader import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from coursesync.kinds.tree import Value
    from coursesync.outlines.writer import WantedCourse


def laid_out(text: str, path: str) -> str:
    """Return the text of a valid outline in its canonical layout.

    Args:
        text: the file's characters, every line end a line feed, without a byte order mark.
        path: the file's path as shown to people.

    Raises:
        UnusableFile: it can't be laid out without a loss.
    """
    return edited(text, path, canonical(_valid(text, path)))


def with_items(text: str, path: str, course: WantedCourse) -> Written:
    """Write the items that a valid outline lacks into it, as `merging.additions` has them.

    Raises:
        InvalidOutlines: a new item has what no outline may hold.
        UnusableFile: something there would be lost.
    """
    edits, files = additions(_valid(text, path), course)
    return Written(edited(text, path, edits), files)


def _valid(text: str, path: str) -> Value:
    """Return what an outline holds that is valid, its content files aside."""
    tree, found = parse(text, path)
    if tree is None or found or build(tree, lambda _name: "")[1]:
        raise UnusableFile(f"{path} is not valid any more", "Run  coursesync validate")
    return tree.value


def mistakes_in(
    done: Written, path: str, there: Callable[[str], str] = lambda _name: ""
) -> list[Diagnostic]:
    """Read an outline that was not written yet as the loader would; return all its mistakes.

    Args:
        done: the outline's text and its new content files.
        path: its path as shown to people.
        there: gives the text of a content file that it names and that is not new, or raises
            UnusableFile; by default none of them is looked at.
    """

    def text_of(name: str) -> str:
        if name not in done.files:
            return there(name)
        content = done.files[name].encode(errors="replace")
        try:
            check_size(Path(name), len(content))
            return contents_of(content, name)
        except UnusableFile as unusable:  # it is in no file yet
            wrong = re.sub(rf"^{re.escape(name)}(:\d+)*:? ", "", unusable.problem)
            why = f"in a file, its contents would be a mistake: {wrong}"
            raise UnusableFile(why, unusable.remedy) from None

    try:
        check_size(Path(path), len(done.text.encode(errors="replace")))
    except UnusableFile as unusable:
        return [Diagnostic(Where(path), unusable.problem, unusable.remedy)]
    tree, diagnostics = parse(done.text, path)
    if tree is not None:
        diagnostics += build(tree, text_of)[1]
    return sorted(set(diagnostics))


def rewrite(path: Path, text: str) -> None:
    """Put a text in the place of a file's, at once.

    The file keeps its mode and its line ends, a link its target.

    Raises:
        CoursesyncError: it can't be written; the file is as it was.
    """
    real = Path(os.path.realpath(path))
    try:
        content = with_line_ends_of(read(real), text)
        write_whole(real, content, stat.S_IMODE(real.stat().st_mode))
    except OSError as error:
        raise CoursesyncError(
            f"{shown(path)} can't be written: {error.strerror}",
            "It is as it was. Check who may write in its folder, with  ls -ld",
        ) from error
