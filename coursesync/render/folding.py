"""What of a comparison of two texts a reader is shown: what changed, with little around it.

Pure. What is the same is folded, what is long is cut, and what is too much is counted. Nothing is
made safe to print here: that is the renderers' part.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from coursesync.render.lookalikes import only_unseen
from coursesync.render.text_diff import WHOLE, Piece, words
from coursesync.text import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.render.matching import Effort
    from coursesync.render.text_diff import Stretch

_CONTEXT = 1  # lines on either side
_SAME = 100  # characters that are shown of unchanged words
_AROUND = 40  # those that are left of longer ones beside a change


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
    room = WHOLE
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
