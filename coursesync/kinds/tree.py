"""A YAML document as plain values with their positions.

`yaml_reader` makes a `Tree`; `outline` reads it. `Mark`s mirror the values: line, column and, if a
plain scalar is not text, its characters. Marks are bare tuples because a workspace has hundreds of
thousands of them. It must never know a YAML library.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import Where

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"
# (line, column, raw text, child marks), both numbers from 0; children by index, or by key as (line
# and column of the key, mark of its value)
Mark: TypeAlias = "tuple[int, int, str | None, Below]"
Below: TypeAlias = "Mapping[str, tuple[int, int, Mark]] | Sequence[Mark] | None"
Path: TypeAlias = "tuple[str | int, ...]"


@dataclass(frozen=True)
class Tree:
    """A document: the file's path as shown to people, its value, and all positions.

    `locate` returns the value's mark; it is called once, and only if a position is needed.
    """

    path: str
    value: Value
    locate: Callable[[], Mark]

    @cached_property
    def mark(self) -> Mark:
        """The mark of the whole value."""
        return self.locate()

    def find(self, path: Path) -> tuple[Mark, bool]:
        """Return the mark at `path`, or its nearest ancestor's, and whether `path` was found."""
        mark = self.mark
        for step in path:
            below = mark[3]
            if isinstance(below, dict) and step in below:
                mark = below[step][2]
            elif isinstance(below, list) and isinstance(step, int) and step < len(below):
                mark = below[step]
            else:
                return mark, False
        return mark, True

    def value_at(self, path: Path) -> Value:
        """Return the value at a path that is in the tree."""
        value = self.value
        for step in path:
            value = value[step]  # type: ignore[index]  # the caller's condition
        return value

    def where(self, path: Path = ()) -> Where:
        """Return the place of the value at `path`, or of its nearest ancestor."""
        line, column, *_ = self.find(path)[0]
        return Where(self.path, line + 1, column + 1)

    def where_key(self, path: Path) -> Where:
        """Return the place of the key at the end of `path`, or of its parent if it is missing."""
        below = self.find(path[:-1])[0][3]
        if isinstance(below, dict) and path[-1] in below:
            line, column, _ = below[path[-1]]
            return Where(self.path, line + 1, column + 1)
        return self.where(path[:-1])

    def written(self, path: Path) -> str | None:
        """Return the characters of the plain scalar at `path` if it may have been meant as text."""
        mark, found = self.find(path)
        return mark[2] if found else None
