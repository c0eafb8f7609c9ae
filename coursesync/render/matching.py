"""What two rows of lines, or of words, have in common. It is bounded.

That is difflib's work, which may take the square of their length and more. So what is the same at
both ends is set aside first; a long rest is cut at what stands once in either; and of what is then
left, only so much is compared as the caller's `Effort` pays for. The rest counts as different.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from coursesync.planning.ordering import longest_rise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_SMALL = 40_000  # pairs: two hundred lines with two hundred
_SETUP = 30  # pairs that could be compared in the time that it takes to begin


class Block(NamedTuple):
    """`size` items from `at` in the one row that are those from `to` in the other."""

    at: int
    to: int
    size: int


@dataclass(slots=True)
class Effort:
    """How many pairs of items may still be compared."""

    left: int

    def pays(self, pairs: int) -> bool:
        """Spend what a comparison takes, or say that it is too dear."""
        if pairs > self.left:
            return False
        self.left -= pairs
        return True


def blocks(
    one: Sequence[str],
    other: Sequence[str],
    effort: Effort,
    weightless: Callable[[str], bool] | None = None,
) -> list[Block]:
    """Find what two rows have in common.

    Args:
        one: the first row.
        other: the second.
        effort: what may be spent; it is less afterwards.
        weightless: tells the items by which alone nothing is the same, such as blanks.

    Returns:
        Blocks that rise in both rows and don't touch, then one of no size at the rows' ends.
    """
    ends = Block(len(one), len(other), 0)
    head = alike(one, other)
    tail = alike(one[head:][::-1], other[head:][::-1])
    low = Block(0, 0, head)
    high = Block(len(one) - tail, len(other) - tail, tail)
    found = [low]
    fixed = [low, *_once(one, other, low, high), high]
    for before, after in pairwise(fixed):
        found += _between(one, other, (before, after), effort, weightless)
        found.append(after)
    return [*_joined(found), ends]


def alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the items, or the characters, that two rows or texts begin with alike."""
    low, high = 0, min(len(one), len(other))  # by halving: texts of a megabyte are met
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _once(one: Sequence[str], other: Sequence[str], low: Block, high: Block) -> list[Block]:
    """Find the items of a long rest that stand once in either row, and in the same order."""
    here, there = range(low.size, high.at), range(low.size, high.to)
    if len(here) * len(there) <= _SMALL:
        return []
    often, elsewhere = Counter(one[i] for i in here), Counter(other[j] for j in there)
    places = {other[j]: j for j in there if elsewhere[other[j]] == 1}
    at = [i for i in here if often[one[i]] == 1 and one[i] in places]
    to = [places[one[i]] for i in at]
    return [Block(at[k], to[k], 1) for k in longest_rise(to)]


def _between(
    one: Sequence[str],
    other: Sequence[str],
    fixed: tuple[Block, Block],
    effort: Effort,
    weightless: Callable[[str], bool] | None,
) -> Iterator[Block]:
    low, high = fixed
    at, to = low.at + low.size, low.to + low.size
    here, there = one[at : high.at], other[to : high.to]
    if not here or not there or not effort.pays(len(here) * len(there) + _SETUP):
        return
    for match in SequenceMatcher(weightless, here, there, autojunk=False).get_matching_blocks():
        yield Block(at + match.a, to + match.b, match.size)


def _joined(found: Iterable[Block]) -> Iterator[Block]:
    """Make one block of those that touch, and leave out those of no size."""
    last: Block | None = None
    for block in found:
        if not block.size:
            continue
        if last and (last.at + last.size, last.to + last.size) == (block.at, block.to):
            last = Block(last.at, last.to, last.size + block.size)
            continue
        if last:
            yield last
        last = block
    if last:
        yield last
