"""The one tool that edits an outline's text.

Owns what an edit does to the lines: all that it does not touch stays as it is, to the letter. It
must never return a text that is not read as intended, or that has lost a comment.
"""

from __future__ import annotations

import json
from collections import Counter
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING

from coursesync.errors import InvalidOutlines, UnusableFile
from coursesync.outlines import placing
from coursesync.outlines.checks import item_key
from coursesync.outlines.edit import AddItem, Edit, LayOut, Move, PinKey, Remove, SetField
from coursesync.outlines.fields import fields_at
from coursesync.outlines.pieces import UnusualLayout
from coursesync.outlines.pieces_reader import take_apart
from coursesync.outlines.yaml_reader import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coursesync.kinds.tree import Path, Value
    from coursesync.outlines.pieces import Document

_BY_HAND = "Nothing was written. Make that change by hand, or write that part in another way."


def edited(text: str, path: str, edits: Iterable[Edit]) -> str:
    """Carry edits out in a text, one after the other.

    Args:
        text: an outline, every line end a line feed, without a byte order mark.
        path: its path as shown to people.
        edits: what is to be done.

    Returns:
        The whole text, which is read as intended; the very same where nothing changes.

    Raises:
        InvalidOutlines: the text, or what would be written, can't be read without a mistake.
        UnusableFile: it is laid out in a way that can't be edited, or something would be lost.
        LookupError: nothing stands where an edit is to be made.
    """
    value = _read(text, path)
    try:
        sheet = _Sheet(value, take_apart(text))
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
    if not _is_same(read, sheet.value):
        raise UnusableFile(f"{path} would not mean the same after that change", _BY_HAND)
    if before != after + sheet.removed:
        raise UnusableFile(f"{path} would lose a comment by that change", _BY_HAND)
    return done


def _read(text: str, path: str) -> Value:
    tree, found = parse(text, path)
    if tree is None or found:
        raise InvalidOutlines(found)
    return tree.value


def _is_same(one: Value, other: Value) -> bool:
    """Say whether two values are the same; for Python, 1 and true would be."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


class _Sheet:
    """An outline while it is edited: the value that is intended, and the pieces of its text."""

    def __init__(self, value: Value, document: Document) -> None:
        self.value = value
        self.document = document
        self.removed: Counter[str] = Counter()  # comments

    def carry_out(self, edit: Edit) -> None:
        path = edit.path
        match edit:
            case SetField():
                self._set(path, edit.value)
            case PinKey():
                self._set((*path, "key"), item_key(self._at(path)))
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
                self.removed.update(removed.comments())
            case LayOut():
                at = self._place(path)
                placing.lay_out(self.document, at, edit.column, edit.fields)

    def _set(self, path: Path, value: Value) -> None:
        above, name = path[:-1], path[-1]
        holder, values = self._place(above), self._at(above)
        is_new = isinstance(values, dict) and name not in values
        if not is_new and _is_same(self._at(path), value):
            return
        values[name] = deepcopy(value)  # type: ignore[index]  # it is there, or new
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
        value = self._at(path)
        del self._at(path[:-1])[path[-1]]  # type: ignore[union-attr,arg-type]  # it is there
        return value

    def _place(self, path: Path) -> placing.Place:
        return placing.place(self.document, path)

    def _at(self, path: Path) -> Value:
        value = self.value
        for step in path:
            if not isinstance(value, dict | list):
                raise LookupError(path)  # noqa: TRY004 - nothing stands there
            value = value[step]  # type: ignore[index]  # a step that does not fit raises
        return value
