"""Outlines on the disk, laid out anew or added to: where nothing is lost, and each as a whole.

What would be written is read again by the loader's own parser and compared with what was there:
the same values but for keys that were derived, and the same comments. Never decides the layout
(`coursesync.canonical` does).
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # it is re-exported
from ruamel.yaml.events import ScalarEvent, StreamEndEvent

from coursesync.errors import CoursesyncError, Diagnostic, UnusableFile, Where
from coursesync.files import check_size, read, shown, with_line_ends_of, write_whole
from coursesync.outlines.canonical import canonical
from coursesync.outlines.checks import ITEMS, item_key
from coursesync.outlines.content_files import text_of as contents_of
from coursesync.outlines.layout import UnusualLayout
from coursesync.outlines.merging import merged
from coursesync.outlines.outline import build
from coursesync.outlines.yaml_reader import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from coursesync.kinds.tree import Tree, Value
    from coursesync.outlines.writer import WantedCourse, Written

_COMMENT = re.compile(r"#[^\n]*")
_BY_HAND = "Nothing was written. Give it keys and order by hand, or write that part in another way."


def laid_out(text: str, path: str) -> str:
    """Return the text of a valid outline in its canonical layout.

    Args:
        text: the file's characters, every line end a line feed, without a byte order mark.
        path: the file's path as shown to people.

    Raises:
        UnusableFile: it can't be laid out without a loss.
    """
    tree = _read(text, path)
    if tree is None:
        raise UnusableFile(f"{path} is not valid any more", "Run  coursesync validate")
    try:
        done = canonical(text, tree)
    except UnusualLayout:
        raise UnusableFile(
            f"{path} can't be laid out: it stands in braces, or has a key after a ?",
            "Write each field on a line of its own, as in  title: Welcome",
        ) from None
    check_same(text, done, tree)
    return done


def check_same(text: str, done: str, tree: Tree) -> None:
    """Raise UnusableFile where a rewritten outline says anything else, or less, than it did.

    Args:
        text: the outline as it is; `tree` is what was read from it.
        done: the same with keys and in another layout.
        tree: its path is named to people.
    """
    after = _read(done, tree.path)
    if after is None or after.value != _with_keys(tree.value):
        raise UnusableFile(f"{tree.path} would not mean the same, laid out anew", _BY_HAND)
    if sorted(comments(text)) != sorted(comments(done)):
        raise UnusableFile(f"{tree.path} would lose a comment, laid out anew", _BY_HAND)


def with_items(text: str, path: str, course: WantedCourse) -> Written:
    """Write the sections that a valid outline lacks into it, as `merging.merged` does.

    Raises:
        CoursesyncError: its sections stand in brackets, or something there would be lost.
    """
    tree = _read(text, path)
    if tree is None:
        raise UnusableFile(f"{path} is not valid any more", "Run  coursesync validate")
    done = merged(text, tree, course)
    after = parse(done.text, path)[0]
    there = {item_key(section) for section in _sections(tree.value)}
    if (
        after is None
        or not isinstance(after.value, dict)
        or tree.value != {**after.value, ITEMS: _of_keys(after.value, there)}
        or sorted(comments(text)) != sorted(comments(done.text))
    ):
        raise UnusableFile(f"{path} would not mean the same with those sections", _BY_HAND)
    return done


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


def comments(text: str) -> Iterator[str]:
    """Find the comments of a YAML text that can be read, each from its `#` to the line's end."""
    advance = CParser(text).get_event
    at = 0
    while not isinstance(event := advance(), StreamEndEvent):
        if isinstance(event, ScalarEvent):
            start, end = event.start_mark.index, event.end_mark.index
            yield from _COMMENT.findall(text, at, start)
            if event.style in {"|", ">"}:
                yield from _COMMENT.findall(text, start, text.find("\n", start))
            at = max(at, end)
    yield from _COMMENT.findall(text, at)


def _read(text: str, path: str) -> Tree | None:
    """Read an outline, its content files aside; None where it is not valid."""
    tree, diagnostics = parse(text, path)
    if tree is None or diagnostics or build(tree, lambda _name: "")[1]:
        return None
    return tree


def _with_keys(outline: Value) -> Value:
    assert isinstance(outline, dict)  # noqa: S101 - a valid outline is one
    with_keys: list[Value] = [
        {"key": item_key(section), **section} if isinstance(section, dict) else section
        for section in _sections(outline)
    ]
    return {**outline, ITEMS: with_keys}


def _of_keys(outline: Value, keys: Collection[str]) -> list[Value]:
    return [section for section in _sections(outline) if item_key(section) in keys]


def _sections(outline: Value) -> list[Value]:
    sections = outline.get(ITEMS) if isinstance(outline, dict) else None
    return sections if isinstance(sections, list) else []


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
