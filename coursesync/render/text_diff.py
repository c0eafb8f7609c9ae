"""What differs between two texts, by line and by word, and how much of it a reader is shown.

The comparison is complete: both texts can be had back from it. What is the same is then folded,
what is long is cut, and what is too much is counted. Nothing is made safe to print here: the
renderers do that.
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
    from collections.abc import Iterator, Sequence

    from coursesync.render.matching import Effort, Stretch

_LONG_LINE = 120  # characters; HTML with a longer one is cut at its blocks
_LONG_WORDS = 20_000  # characters of two lines; above it words are not looked for
_WHOLE = 600  # characters up to which lines that have little in common are told as a whole
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
_CONTEXT = 1  # lines on either side
_SAME = 100  # characters that are shown of unchanged words
_AROUND = 40  # those that are left of longer ones beside a change


class Piece(NamedTuple):
    """Words of a line, changed or not."""

    text: str
    changed: bool


class Mark(Enum):
    """What became of a line."""

    SAME = " "
    GONE = "-"
    NEW = "+"


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is shown; `note` says in what it differs from one that looks the same."""

    mark: Mark
    pieces: tuple[Piece, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines that are not shown: unchanged ones, or the changed ones that are too many."""

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
    return stretches(one, other, effort)


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
    """Cut two very long lines in three: where they begin to differ, and where they end to."""
    head = alike(before, after)
    tail = alike(before[head:][::-1], after[head:][::-1])
    return (
        [before[:head], before[head : len(before) - tail], before[len(before) - tail :]],
        [after[:head], after[head : len(after) - tail], after[len(after) - tail :]],
    )


def shown(runs: Sequence[Stretch], effort: Effort, most: int) -> tuple[Shown, ...]:
    """Fold what two texts have in common, down to a line on either side of what changed.

    Args:
        runs: what `compare` found.
        effort: how much may be compared.
        most: how many changed lines are shown; the others are counted at the end.

    Returns:
        Lines without their ends, and folds between them; what is long in a line is cut.
    """
    told: list[Shown] = []
    left, untold = most, 0
    for i, run in enumerate(runs):
        if not run.same:
            gone, new = _share(len(run.before), len(run.after), left)
            left -= gone + new
            untold += len(run.before) + len(run.after) - gone - new
            told += _replaced(run.before[:gone], run.after[:new], effort)
        elif not untold:
            told += _folded(run.before, first=i == 0, last=i == len(runs) - 1)
    return (*told, Fold(untold, changed=True)) if untold else tuple(told)


def _share(gone: int, new: int, left: int) -> tuple[int, int]:
    """Divide the lines that may be shown between those of the one text and of the other."""
    some = min(gone, max(left // 2, left - new))
    return some, min(new, left - some)


def _folded(lines: Sequence[str], *, first: bool, last: bool) -> Iterator[Shown]:
    head, tail = (0 if first else _CONTEXT), (0 if last else _CONTEXT)
    hidden = len(lines) - head - tail
    if hidden <= 1:  # to say that a line is hidden takes a line
        head, tail, hidden = len(lines), 0, 0
    yield from map(_unchanged, lines[:head])
    if hidden:
        yield Fold(hidden, changed=False)
    yield from map(_unchanged, lines[len(lines) - tail :])


def _unchanged(line: str) -> Line:
    return Line(Mark.SAME, _brief((Piece(line, changed=False),)))


def _replaced(before: Sequence[str], after: Sequence[str], effort: Effort) -> list[Line]:
    """Tell what stood there, then what stands there now; words are paired line by line."""
    paired = min(len(before), len(after))
    gone, new = [], []
    for old, now in zip(before[:paired], after[:paired], strict=True):
        was, is_ = map(_brief, words(old, now, effort))
        gone.append(Line(Mark.GONE, was))
        new.append(Line(Mark.NEW, is_, only_unseen(old, now)))
    gone += [Line(Mark.GONE, _brief((Piece(line, changed=True),))) for line in before[paired:]]
    new += [Line(Mark.NEW, _brief((Piece(line, changed=True),))) for line in after[paired:]]
    return gone + new


def _brief(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Cut what is unchanged and long, and the end of a line that is very long all the same."""
    told: list[Piece] = []
    room = _WHOLE
    for i, piece in enumerate(pieces):
        text, changed = piece
        if not changed and len(text) > _SAME:
            text = _around(text, first=i == 0, last=i == len(pieces) - 1)
        if len(text) > room:
            told.append(Piece(f"{text[:room]}…", changed))
            break
        room -= len(text)
        told.append(Piece(text, changed))
    return _without_end(told)


def _around(text: str, *, first: bool, last: bool) -> str:
    """Leave of unchanged words those beside a change; where there is none, the first ones."""
    if first and last:
        return f"{_head(text, _SAME)}…"
    before = "" if first else _head(text, _AROUND)
    after = "" if last else _head(text[: -_AROUND - 1 : -1], _AROUND)[::-1]
    return f"{before}…{after}"


def _head(text: str, size: int) -> str:
    """Return the start of a text up to a blank, or up to `size` where there is none."""
    return text[:size].rpartition(" ")[0] or text[:size]


def _without_end(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Leave out the line's end, which is not for showing, and join what is alike."""
    if pieces:
        text, changed = pieces[-1]
        pieces[-1] = Piece(text.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"), changed)
    seen = groupby((piece for piece in pieces if piece.text), key=lambda piece: piece.changed)
    return tuple(Piece("".join(piece.text for piece in alike), changed) for changed, alike in seen)
