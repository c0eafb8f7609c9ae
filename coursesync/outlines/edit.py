"""The one tool that edits an outline's text: edits as values, and `edited`, which carries them out.

Lines that no edit concerns stay the same, to the letter. A comment above a field or an item moves
with it, but stays if the part is removed. A comment beside or inside a removed part goes; one
inside a replaced value moves above the field. A value in brackets is one text here: an edit inside
it replaces all of it.

It must never return a text that is not read as intended, or that has lost a comment.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import Code, InvalidOutlines, Remedy, UnusableFile
from coursesync.kinds.course import COURSE
from coursesync.outlines import placing
from coursesync.outlines.checks import item_key
from coursesync.outlines.items import kinds_in
from coursesync.outlines.models import course_model
from coursesync.outlines.pieces import UnusualLayout, text_of
from coursesync.outlines.pieces_reader import comments, take_apart
from coursesync.outlines.yaml_reader import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coursesync.kinds.kind import Kind
    from coursesync.kinds.tree import Path, Value
    from coursesync.outlines.pieces import Part

_BY_HAND = "Nothing was written. Make that change by hand, or write that part in another way."


@dataclass(frozen=True, slots=True)
class SetField:
    """Give a field, or an existing item, a value. A new field gets its place by its name."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class PinKey:
    """Write the key of an item that has one only by its title."""

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
class LayOut:
    """Move the fields of a mapping, or the dashes of a list, to a column, and order the fields.

    The first field of an item moves beside its dash. A value in brackets stays the same.
    In the outline itself, comments at its end move to the margin, and its last blank lines go.
    """

    path: Path
    column: int
    fields: tuple[str, ...] = ()


Edit: TypeAlias = SetField | PinKey | AddItem | Move | Remove | LayOut


def fields_at(path: Path) -> tuple[str, ...]:
    """Return the fields of the outline, of its course, or of an item, in their order.

    Of other mappings there are none.
    """
    if not path:
        return tuple(course_model().model_fields)
    if path == (COURSE.name,):
        return tuple(each.name for each in COURSE.fields if each.name not in COURSE.beside)
    kind = _kind_at(path)
    return fields_in(kind) if kind else ()


def fields_in(kind: Kind) -> tuple[str, ...]:
    """Return the fields of an item of a kind in their order; its lists are the last."""
    lists = (each.plural for each in kinds_in(kind))
    return (*(field.name for field in kind.fields), *lists)


def _kind_at(path: Path) -> Kind | None:
    """Return the kind of the item at a path; None if there can be none."""
    if len(path) < 2:  # noqa: PLR2004 - the list and an index
        return None
    *above, name, index = path
    outer = _kind_at(tuple(above))
    if not isinstance(index, int) or (above and outer is None):
        return None
    return next((each for each in kinds_in(outer) if each.plural == name), None)


def edited(text: str, path: str, edits: Sequence[Edit]) -> str:
    """Carry edits out in a text, one after the other.

    Args:
        text: an outline, every line end a line feed, without a byte order mark.
        path: its path as shown to people.
        edits: what to do; each path refers to the outline after the earlier edits.

    Returns:
        The whole text, which is read as intended and ends in a line feed; without edits, `text`.

    Raises:
        InvalidOutlines: the text, or the edited text, can't be read without a mistake.
        UnusableFile: its layout can't be edited, or something would be lost.
        LookupError: the path of an edit leads nowhere.
    """
    if not edits:
        return text
    value = _read(text, path)
    try:
        sheet = _Sheet(value, take_apart(text))
    except UnusualLayout:
        raise UnusableFile(
            f"{path} can't be edited: it is written in braces, or has a key after a ?",
            Remedy("Write each field on a line of its own, as in", Code("title: Welcome")),
        ) from None
    for edit in edits:
        sheet.carry_out(edit)
    done = text_of(sheet.root)
    if not _is_same(_read(done, path), sheet.value):
        raise UnusableFile(f"{path} would not mean the same after that change", _BY_HAND)
    if Counter(comments(text)) != Counter(comments(done)) + sheet.removed:
        raise UnusableFile(f"{path} would lose a comment by that change", _BY_HAND)
    return done


def _read(text: str, path: str) -> Value:
    tree, found = parse(text, path)
    if tree is None or found:
        raise InvalidOutlines(found)
    return tree.value


def _is_same(one: Value, other: Value) -> bool:
    """Compare two values by their JSON, because Python takes 1 and true for equal."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _copied(value: Value) -> Value:
    """Copy a value; no two places in the copy share a group, so an edit changes one of them."""
    copy: Value = json.loads(json.dumps(value))
    return copy


class _Sheet:
    """An outline during its edits: each changes the intended value, then the pieces of text."""

    def __init__(self, value: Value, root: Part) -> None:
        self.value = value
        self.root = root
        self.removed: Counter[str] = Counter()  # comments

    def carry_out(self, edit: Edit) -> None:
        path = edit.path
        match edit:
            case SetField():
                self._set(path, edit.value)
            case PinKey():
                self._set((*path, "key"), item_key(self._at(path)))
            case AddItem():
                self._put(path, edit.value)
            case Move():
                value, moved = self._take(path, placing.cut)
                self._put(edit.to, value, moved)
            case Remove():
                _, removed = self._take(path, placing.remove)
                self.removed.update(placing.comments_in(removed) if removed else ())
            case LayOut():
                found, inside = placing.find(self.root, path)
                if not inside:
                    placing.lay_out(self.root, found, edit.column, edit.fields)

    def _set(self, path: Path, value: Value) -> None:
        above, name = path[:-1], path[-1]
        values = self._at(above)
        is_new = isinstance(values, dict) and name not in values
        if not is_new and _is_same(self._at(path), value):
            return
        values[name] = _copied(value)  # type: ignore[index]  # it is there, or new
        names = fields_at(above)
        if isinstance(values, dict) and name in names:
            for later in [each for each in names[names.index(str(name)) + 1 :] if each in values]:
                values[later] = values.pop(later)
        if not is_new:
            self._rewrite(path)
        elif holder := self._holder(above):
            placing.add_field(holder, str(name), value, names)

    def _put(self, path: Path, value: Value, moved: placing.Place | None = None) -> None:
        """Put an item into a list; `moved` is its text, if it had one on lines."""
        above, index = path[:-1], path[-1]
        items = self._at(above)
        if not isinstance(items, list) or index not in range(len(items) + 1):
            raise LookupError(path)
        is_first = not items
        items.insert(int(index), _copied(value))
        found, inside = placing.find(self.root, above)
        if is_first and not inside and (isinstance(value, dict) or _kind_at(path)):
            placing.open_list(found)
        if holder := self._holder(above):
            placing.add_item(holder, int(index), value, moved)
        elif moved:
            placing.put_above(found, placing.comments_in(moved))

    def _take(
        self, path: Path, take: Callable[[placing.Place, str | int], placing.Place]
    ) -> tuple[Value, placing.Place | None]:
        """Take a value out; return its text too, if it had one on lines."""
        value = self._at(path)
        del self._at(path[:-1])[path[-1]]  # type: ignore[union-attr,arg-type]  # it is there
        holder = self._holder(path[:-1])
        return value, take(holder, path[-1]) if holder else None

    def _holder(self, path: Path) -> placing.Place | None:
        """Return the place of a group on lines; write one in brackets again from its value."""
        found, _ = placing.find(self.root, path)
        if isinstance(found.part.value, str):
            self._rewrite(path)
            return None
        return found

    def _rewrite(self, path: Path) -> None:
        found, inside = placing.find(self.root, path)
        placing.rewrite(found, self._at(path[: len(path) - len(inside)]))

    def _at(self, path: Path) -> Value:
        value = self.value
        for step in path:
            if not isinstance(value, dict | list):
                raise LookupError(path)  # noqa: TRY004 - the path leads nowhere
            value = value[step]  # type: ignore[index]  # a step that does not fit raises
        return value
