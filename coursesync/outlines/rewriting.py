"""Formats outlines, adds items to them, and replaces their files.

Owns the edits that `fmt` and `import` make, and how an outline's file is replaced. It must never
write what the loader would not read (`mistakes_in`).
"""

from __future__ import annotations

import os
import re
import stat
from collections import defaultdict, deque
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import Command, Diagnostic, Remedy, UnusableFile, Where
from coursesync.files import check_size, read, unwritable, with_line_ends_of, write_whole
from coursesync.outlines.checks import ITEMS, item_key
from coursesync.outlines.content_files import text_of as contents_of
from coursesync.outlines.edit import AddItem, LayOut, PinKey, edited, fields_at
from coursesync.outlines.outline import build
from coursesync.outlines.writer import ContentFiles, Written, with_keys
from coursesync.outlines.yaml_reader import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from coursesync.kinds.tree import Path as TreePath
    from coursesync.kinds.tree import Value
    from coursesync.outlines.edit import Edit
    from coursesync.outlines.writer import WantedCourse, WantedItem

_DASH, _FIELD = 2, 4  # the columns of an item's dash and of its fields


def laid_out(text: str, path: str) -> str:
    """Return the text of a valid outline in its canonical layout.

    Keys are written in every item, fields have one order, an indent is two blanks; comments, blank
    lines, quotes and texts stay to the letter.

    Args:
        text: the file's characters, every line end a line feed, without a byte order mark.
        path: the file's path as shown to people.

    Raises:
        UnusableFile: it can't be laid out without a loss.
    """
    return edited(text, path, list(_canonical(_items_of(text, path))))


def _canonical(items: Sequence[Value]) -> Iterator[Edit]:
    paths: list[TreePath] = [(ITEMS, i) for i in range(len(items))]
    yield from map(PinKey, paths)  # first, because this may put a list in brackets on lines
    yield LayOut((), 0, fields_at(()))
    yield LayOut((ITEMS,), _DASH)
    for path, item in zip(paths, items, strict=True):
        yield LayOut(path, _FIELD, fields_at(path))
        for name, value in item.items() if isinstance(item, dict) else ():
            if isinstance(value, dict | list):
                yield LayOut((*path, name), _FIELD + 2)


def with_items(text: str, path: str, course: WantedCourse) -> Written:
    """Write the items that a valid outline lacks into it, each after its predecessor.

    An item counts as present if the outline has its key, written or made from a title. An item
    without a key counts as present if the outline has its title. Present items do not change.

    Args:
        text: the outline, every line end a line feed, without a byte order mark.
        path: its path as shown to people.
        course: all items that the outline is to have, in the members' order.

    Raises:
        InvalidOutlines: a new item holds something that no outline may hold.
        UnusableFile: something there would be lost.
    """
    edits, files = _additions(_items_of(text, path), course)
    return Written(edited(text, path, edits), files)


def _items_of(text: str, path: str) -> list[Value]:
    """Return the items of a valid outline; its content files are not read."""
    tree, found = parse(text, path)
    if tree is None or found or build(tree, lambda _name: "")[1]:
        raise UnusableFile(f"{path} is not valid any more", Remedy("Run", Command("validate")))
    items = tree.value.get(ITEMS) if isinstance(tree.value, dict) else None
    return items if isinstance(items, list) else []


def _additions(
    held: Sequence[Value], course: WantedCourse
) -> tuple[list[AddItem], Mapping[str, str]]:
    there = _places(held, course.items)
    lacking = [item for item, place in zip(course.items, there, strict=True) if place is None]
    keyed = with_keys(lacking, _keys_of(held) | course.taken)
    new = sorted(zip(_new_places(there), keyed, strict=True), key=lambda each: each[0])
    files = ContentFiles(course)
    edits = [
        AddItem((ITEMS, place + before), files.fields(item))
        for before, (place, item) in enumerate(new)
    ]
    return edits, files.texts


def _keys_of(items: Sequence[Value]) -> set[str]:
    keys: set[str] = set()
    for item in items:
        keys.add(item_key(item))
        former = item.get("previous_keys") if isinstance(item, dict) else None
        keys |= {
            str(key).rpartition(".")[2] for key in (former if isinstance(former, list) else ())
        }
    return keys


def _places(outline: Sequence[Value], items: Sequence[WantedItem]) -> list[int | None]:
    """Return the index of each item in the outline, None if it is not there."""
    by_key = {item_key(item): i for i, item in enumerate(outline)}
    places = [by_key.get(item.key) if item.key else None for item in items]
    met = {place for place in places if place is not None}
    free: defaultdict[object, deque[int]] = defaultdict(deque)
    for i, item in enumerate(outline):
        if i not in met and isinstance(item, dict):
            free[item.get("title")].append(i)
    for at, wanted in enumerate(items):
        if not wanted.key and free[wanted.title]:
            places[at] = free[wanted.title].popleft()
    return places


def _new_places(places: Sequence[int | None]) -> Iterator[int]:
    """Return, for each lacking item, the index in the outline of the item that follows it."""
    at = next((place for place in places if place is not None), 0)
    for place in places:
        if place is None:
            yield at
        else:
            at = place + 1


def mistakes_in(
    done: Written, path: str, there: Callable[[str], str] = lambda _name: ""
) -> list[Diagnostic]:
    """Return all mistakes that the loader would find in an outline that is not written yet.

    Args:
        done: the outline's text and its new content files.
        path: its path as shown to people.
        there: gives the text of a content file that the outline names and that is not new, or
            raises UnusableFile; by default they are not read.
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
    """Replace the text of a file, whole or not at all.

    The file keeps its mode and its line ends, a link its target.

    Raises:
        CoursesyncError: it can't be written; the file is as it was.
    """
    real = Path(os.path.realpath(path))
    try:
        content = with_line_ends_of(read(real), text)
        write_whole(real, content, stat.S_IMODE(real.stat().st_mode))
    except OSError as error:
        raise unwritable(path, error, "It is unchanged.") from error
