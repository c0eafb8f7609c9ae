"""A document that has to fit: its parts by rank, and which of them there is room for. Pure.

What is left out is left out by whole parts, and counted, so that the document can say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Rank(IntEnum):
    """What is kept first. Of rows the first are kept, and none after one that has no room."""

    ALWAYS = 0
    ROWS = 1
    ASIDE = 2
    DETAIL = 3


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that stand or fall together; `tells` counts the changes that they tell of."""

    rank: Rank
    lines: tuple[str, ...]
    tells: int = 0

    @property
    def size(self) -> int:
        """The bytes that it takes in UTF-8, line ends included."""
        return sum(len(line.encode()) + 1 for line in self.lines)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The lines that there is room for, and the number of changes told of in those left out."""

    lines: tuple[str, ...]
    rows_left_out: int = 0
    details_left_out: int = 0


def fit(parts: Sequence[Part], most: int | None) -> Fitted:
    """Choose the parts that there is room for.

    Args:
        parts: in the order in which they stand.
        most: how many bytes there are, None for any number. What is of the first rank is kept all
            the same.

    Returns:
        What is kept, in order.
    """
    room = (most or 0) - sum(part.size for part in parts if part.rank is Rank.ALWAYS)
    kept: set[int] = set()
    for rank in Rank:
        for i, part in enumerate(parts):
            if part.rank is not rank:
                continue
            if rank is Rank.ALWAYS or most is None:
                kept.add(i)
            elif part.size <= room:
                kept.add(i)
                room -= part.size
            elif rank is Rank.ROWS:
                room = 0
    left = [part for i, part in enumerate(parts) if i not in kept]
    return Fitted(
        tuple(line for i, part in enumerate(parts) if i in kept for line in part.lines),
        sum(part.tells for part in left if part.rank is Rank.ROWS),
        sum(part.tells for part in left if part.rank is Rank.DETAIL),
    )
