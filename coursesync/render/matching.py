"""Finds what two sequences of lines or words have in common, in bounded time.

difflib does the comparison, but it may take the square of their length and more. So equal items at
both ends are set aside first, a long rest is cut at items that occur once in each sequence, and
only as many pairs are compared as the caller's `Effort` allows. The rest counts as different.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from coursesync.planning.ordering import longest_rise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_SMALL = 40_000  # pairs: two hundred lines with two hundred
_SETUP = 30  # the number of pairs that take as long as starting a comparison


@dataclass(frozen=True, slots=True)
class Stretch:
    """Items at the same place in two sequences: equal ones, or some that replace others."""

    before: Sequence[str]
    after: Sequence[str]
    same: bool


@dataclass(slots=True)
class Effort:
    """How many pairs of items may still be compared."""

    left: int

    def pays(self, pairs: int) -> bool:
        """Spend so many pairs and return True; return False if too few are left."""
        if pairs > self.left:
            return False
        self.left -= pairs
        return True


def stretches(
    one: Sequence[str],
    other: Sequence[str],
    effort: Effort,
    weightless: Callable[[str], bool] | None = None,
) -> list[Stretch]:
    """Compare two sequences, and spend `effort`.

    `weightless` items (blank lines) count as equal only beside other equal items.

    Returns:
        Equal and different stretches in turn, which together are both sequences.
    """
    head = alike(one, other)
    tail = alike(one[head:][::-1], other[head:][::-1])
    low, high = Match(0, 0, head), Match(len(one) - tail, len(other) - tail, tail)
    blocks = [low]
    for before, after in pairwise([low, *_once(one, other, low, high), high]):
        blocks += _between(one, other, (before, after), effort, weightless)
        blocks.append(after)
    runs: list[Stretch] = []
    at = to = size = 0  # of equal items, to which touching blocks are added
    for block in (*blocks, Match(len(one), len(other), 0)):
        if (block.a, block.b) == (at + size, to + size):
            size += block.size
            continue
        if size:
            runs.append(Stretch(one[at : at + size], other[to : to + size], same=True))
        runs.append(Stretch(one[at + size : block.a], other[to + size : block.b], same=False))
        at, to, size = block
    if size:
        runs.append(Stretch(one[at:], other[to:], same=True))
    return runs


def alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many items, or characters, two sequences have in common at their start."""
    low, high = 0, min(len(one), len(other))  # halving is fast even for texts of a megabyte
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _once(one: Sequence[str], other: Sequence[str], low: Match, high: Match) -> list[Match]:
    """Find the items of a long rest that occur once in each sequence, in the same order."""
    here, there = range(low.size, high.a), range(low.size, high.b)
    if len(here) * len(there) <= _SMALL:
        return []
    often, elsewhere = Counter(one[i] for i in here), Counter(other[j] for j in there)
    places = {other[j]: j for j in there if elsewhere[other[j]] == 1}
    at = [i for i in here if often[one[i]] == 1 and one[i] in places]
    to = [places[one[i]] for i in at]
    return [Match(at[k], to[k], 1) for k in longest_rise(to)]


def _between(
    one: Sequence[str],
    other: Sequence[str],
    fixed: tuple[Match, Match],
    effort: Effort,
    weightless: Callable[[str], bool] | None,
) -> Iterator[Match]:
    low, high = fixed
    at, to = low.a + low.size, low.b + low.size
    here, there = one[at : high.a], other[to : high.b]
    if not here or not there or not effort.pays(len(here) * len(there) + _SETUP):
        return
    for match in SequenceMatcher(weightless, here, there, autojunk=False).get_matching_blocks():
        yield Match(at + match.a, to + match.b, match.size)
