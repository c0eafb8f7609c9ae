"""Edits of an outline, as values. Their paths are those after the edits before them.

A comment above a field or an item stays there when that is removed, and moves when that is moved.
A comment beside or inside what is removed goes with it; one inside a value that is replaced is put
above the field. Blank lines between items stay where they are. `editing` carries edits out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from coursesync.kinds.tree import Path, Value


@dataclass(frozen=True, slots=True)
class SetField:
    """Give a field, or an item that is there, a value; a new field gets its place by its name."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class PinKey:
    """Write down the key that an item has by its title, where none is written."""

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

    The first field of an item then stands beside its dash. What is in brackets stays as it is.
    With the outline itself, comments after it move to the margin, and its last blank lines go.
    """

    path: Path
    column: int
    fields: tuple[str, ...] = ()


Edit: TypeAlias = SetField | PinKey | AddItem | Move | Remove | LayOut
