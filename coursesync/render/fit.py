"""A document that has to fit: its parts by rank, and which of them there is room for. Pure.

What is left out is left out by whole parts, and counted, so that the document can say so.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Rank(IntEnum):
    """Priority when a document must be cut: a flood of new records must not hide a deletion."""

    ALWAYS = 0
    LOST = 1  # rows of what is gone for good
    WEIGHTY = 2  # rows of what else takes from members, or waits for a person
    ASKED = 3  # what a person is asked of those
    ROWS = 4  # of what is there already
    NEW = 5  # rows of what is new
    ASIDE = 6
    DETAIL = 7


_ROWS = frozenset({Rank.LOST, Rank.WEIGHTY, Rank.ROWS, Rank.NEW})


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that stand or fall together; `tells` counts the records that they tell of."""

    rank: Rank
    lines: tuple[str, ...]
    tells: int = 0

    @property
    def size(self) -> int:
        """The bytes that it takes in UTF-8, line ends included."""
        return sum(len(line.encode()) + 1 for line in self.lines)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The lines that there is room for, and how much is told of in those left out, by rank."""

    lines: tuple[str, ...]
    left_out: Mapping[Rank, int] = field(default_factory=dict)


def takes(*parts: Part) -> int:
    """Return the bytes that parts take."""
    return sum(part.size for part in parts)


def joined(*parts: Part | Fitted) -> str:
    """Return the lines of parts, one below the other, the last with its end."""
    return "\n".join(line for part in parts for line in part.lines) + "\n"


def fit(parts: Sequence[Part], most: int) -> Fitted:
    """Choose the parts that there is room for.

    Args:
        parts: in the order in which they stand.
        most: how many bytes there are. What is of the first rank is kept all the same; of rows the
            first are kept, and nothing of less weight where one has no room.

    Returns:
        What is kept, in order.
    """
    room = most - takes(*(part for part in parts if part.rank is Rank.ALWAYS))
    kept: set[int] = set()
    for i in sorted(range(len(parts)), key=lambda i: parts[i].rank):
        part = parts[i]
        if part.rank is Rank.ALWAYS:
            kept.add(i)
        elif part.size <= room:
            kept.add(i)
            room -= part.size
        elif part.rank in _ROWS:
            room = 0
    left: Counter[Rank] = Counter()
    for i, part in enumerate(parts):
        if i not in kept:
            left[part.rank] += part.tells
    lines = tuple(line for i, part in enumerate(parts) if i in kept for line in part.lines)
    return Fitted(lines, dict(left))
