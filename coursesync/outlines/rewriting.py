"""Formats outlines, adds items to them, and replaces their files.

Owns the edits that `fmt` and `import` make, and how an outline's file is replaced. It must never
write what the loader would not read (`mistakes_in`).
"""

from __future__ import annotations

import os
import re
import stat
from codecs import BOM_UTF8
from collections import defaultdict, deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import Command, Diagnostic, Remedy, UnusableFile, Where
from coursesync.files import check_size, read, unwritable, with_line_ends_of, write_whole
from coursesync.kinds.address import key_of
from coursesync.kinds.contents import is_quick, to_html
from coursesync.kinds.course import COURSE
from coursesync.outlines.checks import fields_of
from coursesync.outlines.content_files import text_of as contents_of
from coursesync.outlines.edit import AddItem, LayOut, PinKey, SetField, edited, fields_at, fields_in
from coursesync.outlines.items import kinds_in, unread
from coursesync.outlines.leftovers import FRONT
from coursesync.outlines.outline import PicturesOf, build
from coursesync.outlines.writer import ItemWriter, Written
from coursesync.outlines.yaml_reader import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coursesync.kinds.kind import Kind
    from coursesync.kinds.resource import Resource
    from coursesync.kinds.tree import Path as TreePath
    from coursesync.kinds.tree import Tree, Value
    from coursesync.outlines.edit import Edit
    from coursesync.outlines.items import ReadItem
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.writer import WantedCourse, WantedItem

_STEP = 2  # columns from a field to the dashes below it, and from a dash to its fields


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
    outline = _valid(text, path, unread)
    places = [*held(outline)]
    pins = [PinKey(at) for at, _ in places if isinstance(outline.tree.value_at(at), dict)]
    # keys first, because this may put a list in brackets on lines
    course = _group_of_course(outline.tree)
    lists = _canonical(outline.tree)
    return edited(text, path, [*pins, LayOut((), 0, fields_at(())), *course, *lists])


def _group_of_course(tree: Tree) -> Iterator[Edit]:
    """Lay out the fields of the course's own record."""
    at = (COURSE.name,)
    group = fields_of(tree.value).get(COURSE.name)
    if isinstance(group, dict):
        yield LayOut(at, _STEP, fields_at(at))
        for name, inner in group.items():
            if isinstance(inner, dict):
                yield LayOut((*at, name), 2 * _STEP)


def item_laid_out(text: str, path: str, item: Resource) -> str:
    """Return the text of a file that is an item, with its front matter in the canonical layout.

    Args:
        text: the file's characters, every line end a line feed, without a byte order mark.
        path: the file's path as shown to people.
        item: what it is read as.

    Raises:
        UnusableFile: it can't be laid out without a loss.
    """
    found = FRONT.match(text)
    fields = text[: found.end("fields")] if found else ""
    tree, _ = parse(fields, path)
    if tree is None:
        raise _not_valid(path)
    pins = [SetField(("key",), key_of(item.address))] if item.key_is_derived else []
    inner = (
        LayOut((name,), _STEP)
        for name, value in fields_of(tree.value).items()
        if isinstance(value, dict | list)
    )
    edits = [*pins, LayOut((), 0, fields_in(item.kind)), *inner, *_canonical(tree, (), item.kind)]
    return edited(fields, path, edits) + text[len(fields) :]


def _canonical(tree: Tree, path: TreePath = (), kind: Kind | None = None) -> Iterator[Edit]:
    """Lay out the lists of an outline, or of an item, and all that is in them."""
    value = tree.value_at(path)
    for each in kinds_in(kind):
        items = fields_of(value).get(each.plural)
        at: TreePath = (*path, each.plural)
        dash = _STEP * len(at)
        yield from [LayOut(at, dash)] if isinstance(items, list) else []
        for i, item in enumerate(items if isinstance(items, list) else ()):
            yield LayOut((*at, i), dash + _STEP, fields_at((*at, i)))
            for name, inner in fields_of(item).items():
                if isinstance(inner, dict | list):
                    yield LayOut((*at, i, name), dash + 2 * _STEP)
            yield from _canonical(tree, (*at, i), each)


def held(outline: Outline) -> Iterator[tuple[TreePath, Resource]]:
    """Yield the items of an outline, each with its place there, in the order of its resources."""
    left = iter(outline.resources)

    def below(path: TreePath, kind: Kind | None) -> Iterator[tuple[TreePath, Resource]]:
        for each in kinds_in(kind):
            items = fields_of(outline.tree.value_at(path)).get(each.plural)
            for i in range(len(items) if isinstance(items, list) else 0):
                at: TreePath = (*path, each.plural, i)
                yield at, next(left)
                yield from below(at, each)

    return below((), None)


def with_items(text: str, path: str, course: WantedCourse, read_item: ReadItem = unread) -> Written:
    """Write the items that a valid outline lacks into it, each after its predecessor.

    An item counts as present if the list that it belongs to has its key, written or made from a
    title. An item without a key counts as present if that list has its title. Present items do not
    change, except that one gets a list that it lacks.

    Args:
        text: the outline, every line end a line feed, without a byte order mark.
        path: its path as shown to people.
        course: all items that the outline is to have, in the members' order.
        read_item: gives a Markdown file that is an item.

    Raises:
        InvalidOutlines: a new item holds something that no outline may hold.
        UnusableFile: something there would be lost.
    """
    additions = _Additions(_valid(text, path, read_item), course)
    additions.to_lists((), None, ())
    return Written(edited(text, path, additions.edits), additions.writer.texts)


def _valid(text: str, path: str, read_item: ReadItem) -> Outline:
    """Read a valid outline; what its items take from content files does not matter."""
    tree, found = parse(text, path)
    outline = (
        None
        if tree is None or found
        else build(tree, lambda _name: "", read_item=read_item, pictures=PicturesOf(_if_quick))[0]
    )
    if outline is None:
        raise _not_valid(path)
    return outline


def _if_quick(_name: str, markdown: str) -> str:
    """Render Markdown; of one that may take long, nothing, because only mistakes matter here."""
    return to_html(markdown) if is_quick(markdown) else ""


def _not_valid(path: str) -> UnusableFile:
    return UnusableFile(f"{path} is not valid any more", Remedy("To see why:", Command("validate")))


class _Additions:
    """The edits that write a course's items into an outline, and the new content files."""

    def __init__(self, outline: Outline, course: WantedCourse) -> None:
        self.writer = ItemWriter(course)
        self.edits: list[Edit] = []
        self._tree = outline.tree
        self._held = dict(held(outline))

    def to_lists(self, path: TreePath, kind: Kind | None, above: Sequence[WantedItem]) -> None:
        """Write into the lists of the item at a path, which holds what is `above`."""
        value = fields_of(self._tree.value_at(path))
        for each in kinds_in(kind) if value else ():
            wanted = self.writer.items(each, above)
            items, at = value.get(each.plural), (*path, each.plural)
            if isinstance(items, list):
                self._to_list(at, [self._held[*at, i] for i in range(len(items))], wanted, above)
            elif wanted:
                keyed = self.writer.with_keys(wanted, above)
                fields: list[Value] = [self.writer.fields(item, above) for item in keyed]
                self.edits.append(SetField(at, fields))

    def _to_list(
        self,
        path: TreePath,
        there: Sequence[Resource],
        wanted: Sequence[WantedItem],
        above: Sequence[WantedItem],
    ) -> None:
        places = _places(there, wanted)
        # what is inside an item first: later the item may have another place
        for item, place in zip(wanted, places, strict=True):
            if place is not None:
                inner = replace(item, key=key_of(there[place].address))
                self.to_lists((*path, place), item.kind, (*above, inner))
        lacking = [item for item, place in zip(wanted, places, strict=True) if place is None]
        keyed = self.writer.with_keys(lacking, above, _keys_of(there))
        new = sorted(zip(_new_places(places), keyed, strict=True), key=lambda each: each[0])
        self.edits += [
            AddItem((*path, place + before), self.writer.fields(item, above))
            for before, (place, item) in enumerate(new)
        ]


def _keys_of(items: Sequence[Resource]) -> set[str]:
    former = {key.rpartition(".")[2] for item in items for key in item.previous_keys}
    return {*former, *(key_of(item.address) for item in items)}


def _places(there: Sequence[Resource], items: Sequence[WantedItem]) -> list[int | None]:
    """Return the index of each item in a list, None if it is not there."""
    by_key = {key_of(each.address): i for i, each in enumerate(there)}
    places = [by_key.get(item.key) if item.key else None for item in items]
    met = {place for place in places if place is not None}
    free: defaultdict[str, deque[int]] = defaultdict(deque)
    for i, each in enumerate(there):
        if i not in met:
            free[each.title].append(i)
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
    done: Written,
    path: str,
    there: Callable[[str], str] = lambda _name: "",
    read_item: ReadItem = unread,
) -> list[Diagnostic]:
    """Return all mistakes that the loader would find in an outline that is not written yet.

    Args:
        done: the outline's text and its new content files.
        path: its path as shown to people.
        there: gives the text of a content file that the outline names and that is not new, or
            raises UnusableFile; by default they are not read.
        read_item: gives a Markdown file that is an item, or raises UnusableFile; likewise.
    """

    def text_of(name: str) -> str:
        if name not in done.files:
            return there(name)
        content = done.files[name].encode(errors="replace")
        try:
            check_size(Path(name), len(content))
            return contents_of(content, name)
        except UnusableFile as unusable:  # its contents are not in a file yet
            wrong = re.sub(rf"^{re.escape(name)}(:\d+)*:? ", "", unusable.problem)
            why = f"in a file, its contents would be a mistake: {wrong}"
            raise UnusableFile(why, unusable.remedy) from None

    try:
        check_size(Path(path), len(done.text.encode(errors="replace")))
    except UnusableFile as unusable:
        return [Diagnostic(Where(path), unusable.problem, unusable.remedy)]
    tree, diagnostics = parse(done.text, path)
    if tree is not None:
        diagnostics += build(tree, text_of, read_item=read_item, pictures=PicturesOf(_if_quick))[1]
    return sorted(set(diagnostics))


def rewrite(path: Path, text: str, *, keep_mark: bool = False) -> None:
    """Replace the text of a file, whole or not at all.

    The file keeps its mode and its line ends, a link its target; with `keep_mark` also a byte order
    mark.

    Raises:
        CoursesyncError: it can't be written; the file is as it was.
    """
    real = Path(os.path.realpath(path))
    try:
        before = read(real)
        mark = BOM_UTF8 if keep_mark and before.startswith(BOM_UTF8) else b""
        content = mark + with_line_ends_of(before, text)
        write_whole(real, content, stat.S_IMODE(real.stat().st_mode))
    except OSError as error:
        raise unwritable(path, error, "It is unchanged.") from error
