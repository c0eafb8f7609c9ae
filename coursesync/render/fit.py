"""Owns the choice of the parts of a document that fit within a number of bytes.

Parts are left out whole, and counted, so that the document can say what is missing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Rank(IntEnum):
    """Priority when a document must be cut: a flood of new records must not hide a deletion."""

    ALWAYS = 0
    LOST = 1  # rows of deleted records
    WEIGHTY = 2  # other rows that take something from members, or need a person's answer
    ASKED = 3  # questions to a person
    ROWS = 4  # rows of other existing records
    NEW = 5  # rows of new records
    ASIDE = 6  # advice
    DETAIL = 7  # differences


_ROWS = frozenset({Rank.LOST, Rank.WEIGHTY, Rank.ROWS, Rank.NEW})


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that are kept or left out together; `records` is how many records they describe."""

    rank: Rank
    lines: tuple[str, ...]
    records: int = 0

    @property
    def size(self) -> int:
        """Its size in bytes of UTF-8, with line ends."""
        return sum(len(line.encode()) + 1 for line in self.lines)


def joined(parts: Iterable[Part]) -> str:
    """Return the lines of parts as one text, with a final line end."""
    return "\n".join(line for part in parts for line in part.lines) + "\n"


def fit(parts: Sequence[Part], most: int) -> tuple[list[Part], Counter[Rank]]:
    """Choose the parts that fit into `most` bytes.

    Parts are added by rank, and within a rank from the first on. If a row does not fit, nothing of
    a lower rank is added. Parts of rank `ALWAYS` are added even if they alone are too large.

    Returns:
        These parts, and the number of records that are left out, by rank.
    """
    room = most
    kept: list[int] = []
    left: Counter[Rank] = Counter()
    for i, part in sorted(enumerate(parts), key=lambda each: each[1].rank):
        if part.rank is Rank.ALWAYS or part.size <= room:
            kept.append(i)
            room -= part.size
            continue
        left[part.rank] += part.records
        if part.rank in _ROWS:
            room = 0
    return [parts[i] for i in sorted(kept)], left
