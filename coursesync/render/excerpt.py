"""The part of a difference that people see: its shortened values, and some lines of a long text.

Owns what is left out: equal lines are folded, long lines are cut, and lines beyond a limit are
counted. The renderers make the lines safe to print; this module does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from coursesync.render.lookalikes import only_unseen
from coursesync.render.text_diff import WHOLE, Piece, common_start, words
from coursesync.text import count, inert
from coursesync.text.cells import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from coursesync.render.text_diff import Effort, Stretch


_CONTEXT = 1  # unchanged lines shown before and after a change
_SAME = 100  # characters of unchanged words that are shown uncut
_AROUND = 40  # characters of longer unchanged words that are shown beside a change
_ALIKE = "the difference is not shown here"
_LONG, _LEAD = 160, 40  # characters of a value, and before its first difference


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


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a changed resource.

    `field` is its name in the outline, `properties` are the API's properties that differ. `before`
    and `after` are its values in words, or None; `quoted` says that they are an author's text.
    `remark` adds to the values; for a record that has `moved`, it says where. `lines` compares long
    texts. `note` explains the difference between two values that look the same. `unread` says that
    nobody knows the first value.
    """

    field: str
    properties: tuple[str, ...]
    before: str | None
    after: str | None
    quoted: bool = False
    remark: str = ""
    moved: bool = False
    lines: tuple[Shown, ...] = ()
    note: str = ""
    unread: bool = False

    @property
    def values(self) -> tuple[str, str]:
        """Both values, short and safe to print.

        If the second looks like the first, it is replaced by, or followed by, an explanation.
        """
        before, after = self.before, self.after
        if before and after:
            is_long = max(len(before), len(after)) > _LONG
            start = max(0, common_start(before, after) - _LEAD) if is_long else 0
            before, after = _excerpt(before, start), _excerpt(after, start)
        was, now = (_worded(value, quoted=self.quoted) for value in (before, after))
        was = "not known" if self.unread else was
        return was, self.note or (f"{now} ({_ALIKE})" if was == now else now)


def _excerpt(text: str, start: int) -> str:
    start = len(cut(text, start))
    part = cut(text[start:], _LONG)
    return f"{'…' if start else ''}{part}{'…' if start + len(part) < len(text) else ''}"


def _worded(value: str | None, *, quoted: bool) -> str:
    if value is None:
        return "(none)"
    if not value:
        return "(empty)"
    return f'"{inert(value)}"' if quoted else inert(value)


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
    room = WHOLE
    for i, piece in enumerate(pieces):
        text, changed = piece
        if not changed and len(text) > _SAME:
            text = _around(text, first=i == 0, last=i == len(pieces) - 1)
        if len(text) > room:
            kept.append(Piece(f"{cut(text, room)}…", changed))
            break
        room -= len(text)
        kept.append(Piece(text, changed))
    return _without_end(kept)


def _around(text: str, *, first: bool, last: bool) -> str:
    """Keep the part of an unchanged piece beside a change; without a change, its start."""
    if first and last:
        return f"{_head(text, _SAME)}…"
    before = "" if first else _head(text, _AROUND)
    after = "" if last else _tail(text, _AROUND)
    return f"{before}…{after}"


def _head(text: str, size: int) -> str:
    """Return at most `size` characters of a text, if possible up to a space."""
    return text[:size].rpartition(" ")[0] or cut(text, size)


def _tail(text: str, size: int) -> str:
    """Return about the last `size` characters of a text, if possible from a space on."""
    return text[-size:].partition(" ")[2] or text[len(cut(text, len(text) - size)) :]


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
