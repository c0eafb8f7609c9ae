"""Edits of an outline as values, and the one tool that carries them out in its text.

Owns what an edit does to the lines: all that it does not touch stays as it is, to the letter. It
must never return a text that is not read as intended, or that has lost a comment.

A comment above a field or an item stays there when that is removed, and moves when that is moved.
A comment beside or inside what is removed goes with it; one inside a value that gets replaced is
put above the field. Blank lines between items stay where they are.
"""

from __future__ import annotations

import json
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import InvalidOutlines, UnusableFile
from coursesync.outlines import placing
from coursesync.outlines.checks import section_key
from coursesync.outlines.fields import fields_at
from coursesync.outlines.pieces import UnusualLayout
from coursesync.outlines.pieces_reader import take_apart
from coursesync.outlines.yaml_reader import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coursesync.kinds.tree import Path, Value
    from coursesync.outlines.pieces import Document

_BY_HAND = "Nothing was written. Make that change by hand, or write that part in another way."


@dataclass(frozen=True, slots=True)
class SetField:
    """Give a field, or the item at the end of the path, a value; a new field gets its place."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class PinKey:
    """Write down the key that a section has by its title, where none is written."""

    path: Path


@dataclass(frozen=True, slots=True)
class AddItem:
    """Put an item into a list; the path ends in the index that it gets."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class Move:
    """Take an item out of a list, then put it in at `to`, in that list or in another."""

    path: Path
    to: Path


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a field or an item."""

    path: Path


@dataclass(frozen=True, slots=True)
class Order:
    """Put the fields of a mapping that is on lines of its own into an order."""

    path: Path
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indent:
    """Move the fields of a mapping, or the dashes of a list, to a column.

    The first field of an item then stands beside its dash. What is in brackets stays. With the
    outline itself, the comments after it move to the margin, and the last blank lines go.
    """

    path: Path
    column: int


Edit: TypeAlias = SetField | PinKey | AddItem | Move | Remove | Order | Indent


def edited(text: str, path: str, edits: Iterable[Edit]) -> str:
    """Carry edits out in a text, one after the other: the paths of each are those after the last.

    Args:
        text: an outline that can be read; byte order mark and line ends are kept.
        path: its path as shown to people.
        edits: what is to be done.

    Returns:
        The whole text, which is read as intended; the very same where nothing changes.

    Raises:
        InvalidOutlines: the text, or what would be written, can't be read without a mistake.
        UnusableFile: it is laid out in a way that can't be edited, or something would be lost.
        LookupError: nothing stands where an edit is to be made.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    plain = text.removeprefix(mark).replace("\r\n", "\n").replace("\r", "\n")
    value = _read(plain, path)
    try:
        sheet = _Sheet(value, take_apart(plain))
        before = Counter(sheet.document.comments())
        for edit in edits:
            sheet.carry_out(edit)
        done = sheet.document.text()
        read = _read(done, path)
        after = Counter(take_apart(done).comments())
    except UnusualLayout:
        raise UnusableFile(
            f"{path} can't be edited: it stands in braces, or has a key after a ?",
            "Write each field on a line of its own, as in  title: Welcome",
        ) from None
    if _same(read) != _same(sheet.value):
        raise UnusableFile(f"{path} would not mean the same after that change", _BY_HAND)
    if before != after + sheet.dropped:
        raise UnusableFile(f"{path} would lose a comment by that change", _BY_HAND)
    return text if done == plain else mark + done.replace("\n", _line_end(text))


def _line_end(text: str) -> str:
    """Return the line end that most lines have."""
    windows = text.count("\r\n")
    counts = {"\n": text.count("\n") - windows, "\r\n": windows, "\r": text.count("\r") - windows}
    return max(counts, key=lambda end: counts[end])


def _read(text: str, path: str) -> Value:
    tree, found = parse(text, path)
    if tree is None or found:
        raise InvalidOutlines(found)
    return tree.value


def _same(value: Value) -> str:
    """Return what two values have in common only where they are the same: 1 is not `true`."""
    return json.dumps(value, sort_keys=True)


class _Sheet:
    """An outline while it is edited: the value that is intended, and the pieces of its text."""

    def __init__(self, value: Value, document: Document) -> None:
        self.value = value
        self.document = document
        self.dropped: Counter[str] = Counter()

    def carry_out(self, edit: Edit) -> None:
        path = edit.path
        match edit:
            case SetField():
                self._set(path, edit.value)
            case PinKey():
                section = self._mapping(path)
                self._set((*path, "key"), section.get("key", section_key(section)))
            case AddItem():
                index = self._put(path, edit.value)
                placing.add_item(self._place(path[:-1]), index, edit.value)
            case Move():
                holder, value = self._place(path[:-1]), self._taken(path)
                index = self._put(edit.to, value)
                to = partial(self._place, edit.to[:-1])
                placing.move(holder, holder.group.index(path[-1]), value, to, index)
            case Remove():
                self._taken(path)
                removed = placing.remove(self._place(path[:-1]), path[-1])
                self.dropped.update(removed.comments())
            case Order():
                placing.order(self._place(path), edit.names)
            case Indent():
                placing.indent(self.document, self._place(path), edit.column)

    def _set(self, path: Path, value: Value) -> None:
        above, name = path[:-1], path[-1]
        holder = self._place(above)
        values = self._at(above)
        is_new = isinstance(values, dict) and name not in values
        if not is_new and _same(self._at(path)) == _same(value):
            return
        values[name] = deepcopy(value)  # type: ignore[index]  # an edit without a place raises
        if is_new:
            placing.add_field(holder, str(name), value, fields_at(above))
        else:
            placing.set_value(holder, name, value)

    def _put(self, path: Path, value: Value) -> int:
        """Put a value into the list that is intended; return its index there."""
        items, index = self._at(path[:-1]), path[-1]
        if not isinstance(items, list) or index not in range(len(items) + 1):
            raise LookupError(path)
        items.insert(int(index), deepcopy(value))
        return int(index)

    def _taken(self, path: Path) -> Value:
        """Take a value out of what is intended."""
        values: dict[str | int, Value] = self._at(path[:-1])  # type: ignore[assignment]  # or a list
        return values.pop(path[-1])

    def _mapping(self, path: Path) -> dict[str, Value]:
        value = self._at(path)
        if not isinstance(value, dict):
            raise LookupError(path)  # noqa: TRY004 - there is none of that kind
        return value

    def _place(self, path: Path) -> placing.Place:
        return placing.place(self.document, path)

    def _at(self, path: Path) -> Value:
        value = self.value
        for step in path:
            value = value[step]  # type: ignore[index]  # an edit without a place raises
        return value
