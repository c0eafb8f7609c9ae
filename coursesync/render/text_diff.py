"""Compares two texts by line and by word, and chooses what a reader is shown of them.

The comparison is complete: both texts can be rebuilt from it. What is shown is not: equal lines are
folded, long lines are cut, and lines beyond a limit are counted. The renderers make text safe to
print, this module does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from coursesync.render.lookalikes import only_unseen
from coursesync.render.matching import alike, stretches
from coursesync.text import FLAG, MARKS, count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from coursesync.render.matching import Effort, Stretch

_LONG_LINE = 120  # characters; HTML with a longer line is cut at its block elements
_LONG_WORDS = 20_000  # characters of two lines; longer ones are not compared by word
_WHOLE = 600  # characters: the longest line that is shown
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
_CONTEXT = 1  # unchanged lines shown before and after a change
_SAME = 100  # characters of unchanged words that are shown uncut
_AROUND = 40  # characters of longer unchanged words that are shown beside a change


class Piece(NamedTuple):
    """A part of a line, changed or not."""

    text: str
    changed: bool


class Mark(Enum):
    """Whether a line is unchanged, removed or added."""

    SAME = " "
    GONE = "-"
    NEW = "+"


@dataclass(frozen=True, slots=True)
class Line:
    """A line to show; `note` explains its difference from a line that looks the same."""

    mark: Mark
    pieces: tuple[Piece, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """The number of lines that are not shown: unchanged lines, or changed ones beyond the limit."""

    count: int
    changed: bool

    @property
    def words(self) -> str:
        """How many lines are not shown."""
        if self.changed:
            return f"… {count(self.count, 'more changed line')}"
        return f"… {count(self.count, 'line')} unchanged"


Shown: TypeAlias = "Line | Fold"


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
    if same < _LEAST * longest and longest <= _WHOLE:
        return (Piece(before, changed=True),), (Piece(after, changed=True),)
    return (
        tuple(Piece("".join(run.before), changed=not run.same) for run in found),
        tuple(Piece("".join(run.after), changed=not run.same) for run in found),
    )


def _ends(before: str, after: str) -> tuple[list[str], list[str]]:
    """Cut each of two very long lines into an equal start, the difference, and an equal end."""
    head = alike(before, after)
    tail = alike(before[head:][::-1], after[head:][::-1])
    return (
        [before[:head], before[head : len(before) - tail], before[len(before) - tail :]],
        [after[:head], after[head : len(after) - tail], after[len(after) - tail :]],
    )


def shown(runs: Sequence[Stretch], effort: Effort, most: int) -> tuple[Shown, ...]:
    """Choose the lines to show: `most` changed lines, each with a line of context around it.

    Returns:
        Lines without line ends, long ones cut; folds between them; at the end, the number of
        changed lines that are not shown.
    """
    lines: list[Shown] = []
    left, hidden = most, 0
    for i, run in enumerate(runs):
        if not run.same:
            gone, new = _share(len(run.before), len(run.after), left)
            left -= gone + new
            hidden += len(run.before) + len(run.after) - gone - new
            lines += _replaced(run.before[:gone], run.after[:new], effort)
        elif not hidden:
            lines += _folded(run.before, first=i == 0, last=i == len(runs) - 1)
    return (*lines, Fold(hidden, changed=True)) if hidden else tuple(lines)


def _share(gone: int, new: int, left: int) -> tuple[int, int]:
    """Return how many removed and how many added lines are shown, if only `left` may be."""
    some = min(gone, max(left // 2, left - new))
    return some, min(new, left - some)


def _folded(lines: Sequence[str], *, first: bool, last: bool) -> Iterator[Shown]:
    head, tail = (0 if first else _CONTEXT), (0 if last else _CONTEXT)
    hidden = len(lines) - head - tail
    if hidden <= 1:  # a fold takes a line itself
        head, tail, hidden = len(lines), 0, 0
    yield from map(_unchanged, lines[:head])
    if hidden:
        yield Fold(hidden, changed=False)
    yield from map(_unchanged, lines[len(lines) - tail :])


def _unchanged(line: str) -> Line:
    return Line(Mark.SAME, _brief((Piece(line, changed=False),)))


def _replaced(before: Sequence[str], after: Sequence[str], effort: Effort) -> list[Line]:
    """Return the removed lines, then the added ones; words are compared line by line."""
    gone, new = [], []
    for old, now in zip(before, after, strict=False):
        was, is_ = map(_brief, words(old, now, effort))
        gone.append(Line(Mark.GONE, was))
        new.append(Line(Mark.NEW, is_, only_unseen(old, now)))
    paired = len(gone)
    gone += [Line(Mark.GONE, _brief((Piece(line, changed=True),))) for line in before[paired:]]
    new += [Line(Mark.NEW, _brief((Piece(line, changed=True),))) for line in after[paired:]]
    return gone + new


def _brief(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Cut long unchanged pieces, and then the end of a line that is still too long."""
    kept: list[Piece] = []
    room = _WHOLE
    for i, piece in enumerate(pieces):
        text, changed = piece
        if not changed and len(text) > _SAME:
            text = _around(text, first=i == 0, last=i == len(pieces) - 1)
        if len(text) > room:
            kept.append(Piece(f"{text[:room]}…", changed))
            break
        room -= len(text)
        kept.append(Piece(text, changed))
    return _without_end(kept)


def _around(text: str, *, first: bool, last: bool) -> str:
    """Keep the part of an unchanged piece beside a change; without a change, its start."""
    if first and last:
        return f"{_head(text, _SAME)}…"
    before = "" if first else _head(text, _AROUND)
    after = "" if last else _head(text[: -_AROUND - 1 : -1], _AROUND)[::-1]
    return f"{before}…{after}"


def _head(text: str, size: int) -> str:
    """Return at most `size` characters of a text, if possible up to a space."""
    return text[:size].rpartition(" ")[0] or text[:size]


def _without_end(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Remove the line end, which is in the last piece."""
    if pieces:
        text, changed = pieces[-1]
        pieces[-1] = Piece(text.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"), changed)
    return joined(pieces)


def joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Join neighbours that are both changed, or both unchanged, and leave out empty pieces."""
    groups = groupby((piece for piece in pieces if piece.text), key=lambda piece: piece.changed)
    return tuple(Piece("".join(text for text, _ in group), changed) for changed, group in groups)
