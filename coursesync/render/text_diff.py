"""Compares two texts by line and by word, in bounded time.

The comparison is complete: both texts can be rebuilt from it. difflib does the work, but it may
take the square of the texts' length and more. So equal items at both ends are set aside first, a
long rest is cut at items that occur once in each text, and only as many pairs are compared as the
caller's `Effort` allows. The rest counts as different.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from coursesync.planning.ordering import longest_rise
from coursesync.text import FLAG, MARKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_SMALL = 40_000  # pairs: two hundred lines with two hundred
_SETUP = 30  # the number of pairs that take as long as starting a comparison
_LONG_LINE = 120  # characters; HTML with a longer line is cut at its block elements
_LONG_WORDS = 20_000  # characters of two lines; longer ones are not compared by word
WHOLE = 600  # characters: the longest line that is shown
_LEAST = 0.3  # the share of equal words below which two lines are shown as wholly different
_BLOCKS = (
    "address|article|aside|blockquote|dd|details|div|dl|dt|figure|footer|form|h[1-6]|header|hr|"
    "iframe|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul|video"
)
_TAG = re.compile(rf"<(?:(?P<end>/)?(?:{_BLOCKS})\b[^<>]*|(?P<br>br)\b[^<>]*)>", re.IGNORECASE)
# joiners of scripts and emoji stay with the characters that they join
_WORD = re.compile(
    rf"</?\w{{1,20}}>?|{FLAG}|[\w{MARKS}]{{1,40}}|\s{{1,40}}"
    rf"|[^\w\s](?:[\ufe00-\ufe0f]|\u200d[^\w\s]){{0,10}}"
)


class Piece(NamedTuple):
    """A part of a line, changed or not."""

    text: str
    changed: bool


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


def compare(before: str, after: str, effort: Effort) -> list[Stretch]:
    """Compare two texts line by line; if `effort` is not enough, more lines count as replaced.

    If either text has a very long line, HTML is cut at its block elements.

    Returns:
        Equal and different stretches in turn. The joined lines of one side are its text.
    """
    one, other = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if max(map(len, (*one, *other)), default=0) > _LONG_LINE:
        one, other = _cut(one), _cut(other)
    return stretches(one, other, effort)


def _cut(lines: list[str]) -> list[str]:
    """Cut lines of HTML before and after block elements."""
    parts: list[str] = []
    for line in lines:
        at, first = 0, len(parts)
        for tag in _TAG.finditer(line) if "<" in line else ():
            place = tag.end() if tag["end"] or tag["br"] else tag.start()
            if line[at:place].strip():
                parts.append(line[at:place])
                at = place
        rest = line[at:]
        if rest.isspace() and len(parts) > first:
            parts[-1] += rest
        elif rest:
            parts.append(rest)
    return parts


def words(before: str, after: str, effort: Effort) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Compare two lines word by word.

    Returns:
        The pieces of each line; joined, they are the line. Unchanged pieces are the same in both.
        If hardly anything is the same, each line is one changed piece.
    """
    if len(before) + len(after) > _LONG_WORDS:
        one, other = _ends(before, after)
    else:
        one, other = _WORD.findall(before), _WORD.findall(after)
    found = stretches(one, other, effort, str.isspace)
    same = sum(len("".join(run.before).strip()) for run in found if run.same)
    longest = max(len(before.strip()), len(after.strip()))
    if same < _LEAST * longest and longest <= WHOLE:
        return (Piece(before, changed=True),), (Piece(after, changed=True),)
    return (
        tuple(Piece("".join(run.before), changed=not run.same) for run in found),
        tuple(Piece("".join(run.after), changed=not run.same) for run in found),
    )


def _ends(before: str, after: str) -> list[list[str]]:
    """Cut each of two very long lines into an equal start, the difference, and an equal end."""
    head, tail = _at_both_ends(before, after)
    return [
        [text[:head], text[head : len(text) - tail], text[len(text) - tail :]]
        for text in (before, after)
    ]


def stretches(
    one: Sequence[str],
    other: Sequence[str],
    effort: Effort,
    weightless: Callable[[str], bool] | None = None,
) -> list[Stretch]:
    """Compare two sequences, and spend `effort`.

    `weightless` items (blank words) count as equal only beside other equal items.

    Returns:
        Equal and different stretches in turn, which together are both sequences.
    """
    head, tail = _at_both_ends(one, other)
    low, high = Match(0, 0, head), Match(len(one) - tail, len(other) - tail, tail)
    blocks = [low]
    for before, after in pairwise([low, *_once(one, other, low, high), high]):
        at, to = before.a + before.size, before.b + before.size
        here, there = one[at : after.a], other[to : after.b]
        if here and there and effort.pays(len(here) * len(there) + _SETUP):
            found = SequenceMatcher(weightless, here, there, autojunk=False)
            blocks += [Match(at + a, to + b, size) for a, b, size in found.get_matching_blocks()]
        blocks.append(after)
    return _in_turn(one, other, blocks)


def _at_both_ends(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    head = common_start(one, other)
    return head, common_start(one[head:][::-1], other[head:][::-1])


def common_start(one: Sequence[str], other: Sequence[str]) -> int:
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


def _in_turn(one: Sequence[str], other: Sequence[str], blocks: Iterable[Match]) -> list[Stretch]:
    """Return stretches from the blocks of equal items; blocks that touch are one stretch."""
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
