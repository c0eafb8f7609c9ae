"""What differs between two texts: line by line, and in a changed line word by word.

Pure, and complete: both texts can be had back from what is told. What of it a reader is shown is
up to `folding`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from coursesync.render.matching import blocks
from coursesync.text import FLAG, MARKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.render.matching import Block, Effort

_LONG_LINE = 120  # characters; HTML with a longer one is cut at its blocks
_LONG_WORDS = 20_000  # characters of two lines; above it words are not looked for
WHOLE = 600  # characters up to which lines that have little in common are told as a whole
_LEAST = 0.3  # of two such lines that are the same words
_BLOCKS = (
    "address|article|aside|blockquote|dd|details|div|dl|dt|figure|footer|form|h[1-6]|header|hr|"
    "iframe|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul|video"
)
_TAG = re.compile(rf"<(?:(?P<end>/)?(?:{_BLOCKS})\b[^<>]*|(?P<br>br)\b[^<>]*)>", re.IGNORECASE)
# what scripts and emoji are joined by stays with what it joins
_WORD = re.compile(
    rf"</?\w{{1,20}}>?|{FLAG}|[\w{MARKS}]{{1,40}}|\s{{1,40}}"
    rf"|[^\w\s](?:[\ufe00-\ufe0f]|\u200d[^\w\s]){{0,10}}"
)


class Piece(NamedTuple):
    """Words of a line, changed or not."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines of two texts at the same place: the same ones, or some in place of others."""

    before: Sequence[str]
    after: Sequence[str]
    same: bool


def compare(before: str, after: str, effort: Effort) -> list[Stretch]:
    """Compare two texts line by line.

    Args:
        before: the one text; where either has a very long line, HTML is cut at its blocks.
        after: the other.
        effort: how much may be compared; where it does not do, more is told as replaced.

    Returns:
        Runs that are the same and runs that are not, in turn. All lines of one side, with their
        ends, joined: that is its text.
    """
    one, other = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if max(map(len, (*one, *other)), default=0) > _LONG_LINE:
        one, other = _cut(one), _cut(other)
    runs, at, to = [], 0, 0
    for block in blocks(one, other, effort):
        if (block.at, block.to) != (at, to):
            runs.append(Stretch(one[at : block.at], other[to : block.to], same=False))
        at, to = block.at + block.size, block.to + block.size
        if block.size:
            runs.append(Stretch(one[block.at : at], other[block.to : to], same=True))
    return runs


def _cut(lines: list[str]) -> list[str]:
    """Cut lines of HTML before and after the elements that a browser puts on lines of their own."""
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
        The pieces of the one and of the other; joined they are the lines. What is unchanged is the
        same in both. Where hardly anything is, each line is one changed piece.
    """
    if len(before) + len(after) > _LONG_WORDS:
        one, other = _ends(before, after)
    else:
        one, other = _WORD.findall(before), _WORD.findall(after)
    found = blocks(one, other, effort, str.isspace)
    same = sum(len("".join(one[at : at + size]).strip()) for at, _, size in found)
    longest = max(len(before.strip()), len(after.strip()))
    if same < _LEAST * longest and longest <= WHOLE:
        return (Piece(before, changed=True),), (Piece(after, changed=True),)
    return _pieces(one, other, found)


def _ends(before: str, after: str) -> tuple[list[str], list[str]]:
    """Cut two very long lines in three: where they begin to differ, and where they end to."""
    head = alike(before, after)
    tail = alike(before[head:][::-1], after[head:][::-1])
    return (
        [before[:head], before[head : len(before) - tail], before[len(before) - tail :]],
        [after[:head], after[head : len(after) - tail], after[len(after) - tail :]],
    )


def alike(one: str, other: str) -> int:
    """Count the characters that two texts begin with alike."""
    low, high = 0, min(len(one), len(other))  # by halving: texts of a megabyte are met
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _pieces(
    one: Sequence[str], other: Sequence[str], found: Sequence[Block]
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Make pieces of two lines that stand beside each other: an empty one for what is not there."""
    was, now, at, to = [], [], 0, 0
    for block in found:
        if (block.at, block.to) != (at, to):
            was.append(Piece("".join(one[at : block.at]), changed=True))
            now.append(Piece("".join(other[to : block.to]), changed=True))
        at, to = block.at + block.size, block.to + block.size
        if block.size:
            was.append(Piece("".join(one[block.at : at]), changed=False))
            now.append(Piece("".join(other[block.to : to]), changed=False))
    return tuple(was), tuple(now)
