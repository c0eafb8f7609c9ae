"""The canonical layout of an outline, which `coursesync fmt` writes, as a list of edits.

Keys are written in every item, fields are in one order, two blanks are an indent; comments,
blank lines, quotes and texts stay to the letter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.outlines.checks import ITEMS
from coursesync.outlines.edit import LayOut, PinKey
from coursesync.outlines.fields import fields_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.kinds.tree import Path, Value
    from coursesync.outlines.edit import Edit

DASH, FIELD = 2, 4  # the columns of a item's dash and of its fields


def canonical(outline: Value) -> Iterator[Edit]:
    """Return the edits that lay a valid outline out."""
    yield LayOut((), 0, fields_at(()))
    yield LayOut((ITEMS,), DASH)
    items = outline.get(ITEMS) if isinstance(outline, dict) else None
    for i, item in enumerate(items if isinstance(items, list) else ()):
        path: Path = (ITEMS, i)
        yield LayOut(path, FIELD, fields_at(path))
        yield PinKey(path)
        for name, value in item.items() if isinstance(item, dict) else ():
            if isinstance(value, dict | list):
                yield LayOut((*path, name), FIELD + 2)
