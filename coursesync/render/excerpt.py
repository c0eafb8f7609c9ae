"""Chooses what a reader is shown of a difference, and writes it as lines of text.

Equal lines are folded, long lines are cut, and lines beyond a limit are counted. `detail` makes the
text safe to print; the lines that `shown` returns are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from coursesync.render.lookalikes import only_unseen
from coursesync.render.text_diff import WHOLE, Piece, words
from coursesync.text import as_shown, count, inert, unseen, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from coursesync.render.differences import Difference
    from coursesync.render.text_diff import Effort, Stretch

    Paint: TypeAlias = Callable[[str, str], str]

_CONTEXT = 1  # unchanged lines shown before and after a change
_SAME = 100  # characters of unchanged words that are shown uncut
_AROUND = 40  # characters of longer unchanged words that are shown beside a change
_STEP = 2  # columns of indent


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


_STYLES = {Mark.GONE: "red", Mark.NEW: "green", Mark.SAME: ""}


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


def detail(difference: Difference, margin: int, width: int, paint: Paint) -> Iterator[str]:
    """Write a difference behind `margin` empty columns, in at most `width` columns.

    `paint` takes a style and a text, and returns the styled text.
    """
    edge = " " * margin
    if difference.lines:
        yield f"{edge}{inert(difference.field)}:"
        for line in difference.lines:
            yield from _line(line, margin + _STEP, width, paint)
        return
    head, rest = _sentence(difference)
    if margin + len(f"{head} {rest}") <= width:
        yield f"{edge}{head} {rest}".rstrip()
        return
    yield from wrapped(head, edge, width, " " * _STEP)
    yield from wrapped(rest, f"{edge}{' ' * _STEP}", width)


def _sentence(difference: Difference) -> tuple[str, str]:
    """Return a difference in two parts, for one line or for two."""
    before, after = difference.values
    field, remark = inert(difference.field), inert(difference.remark)
    if difference.moved:
        return f"{field}: {remark}", f"({before} -> {after})"
    if remark:
        return f"{field}: renumbered {before} -> {after}", f"({remark})"
    return f"{field}: {before}", f"-> {after}"


def _line(line: Shown, margin: int, width: int, paint: Paint) -> Iterator[str]:
    """Write a line of a text, its mark before each row that it takes."""
    edge = " " * margin
    if isinstance(line, Fold):
        yield f"{edge}  {line.words}"
        return
    style, mark = _STYLES[line.mark], line.mark.value
    noted = (Piece(f" ({line.note})", changed=False),) if line.note else ()
    for i, row in enumerate(rows((*line.pieces, *noted), width - margin - 2 * _STEP) or [()]):
        start = f"{mark} {' ' * _STEP if i else ''}"
        painted = [paint(style, text) if changed else text for text, changed in row]
        yield f"{edge}{paint(style, start) if style else start}{''.join(painted)}".rstrip()


def rows(pieces: Sequence[Piece], width: int) -> list[list[Piece]]:
    """Break a line into rows that are safe to print: at spaces, or anywhere in a long word.

    Several spaces become one. `width` is the columns of a row.
    """
    line = _clean(pieces)
    fit = re.compile(
        rf"\S(?:.{{0,{max(0, width - 3)}}}\S)?(?!\S)|\S{{1,{width - 1}}}"
    )  # one column less: `_row` may add a space
    found = fit.finditer("".join(character for character, _ in line))
    return [_row(line[slice(*each.span())]) for each in found]


def _clean(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the characters of a line that can be shown, each as a piece."""
    kept: list[Piece] = []
    dropped = {found.start() for found in unseen("".join(piece.text for piece in pieces))}
    characters = (Piece(each, piece.changed) for piece in pieces for each in piece.text)
    for place, (character, changed) in enumerate(characters):
        before = "".join(piece.text for piece in kept[-2:])
        is_blank = character.isspace()
        if place in dropped or (is_blank and before.endswith(" ")):
            continue
        written = " " if is_blank else as_shown(character)
        if character == "[" and before == "##":  # a command to a CI's log
            written = " ["
        kept += (Piece(each, changed) for each in written)
    return kept


def _row(line: Sequence[Piece]) -> list[Piece]:
    """Join the characters of a row; a `::` at its start, a command to a CI's log, gets a space."""
    first, *rest = joined(line)
    if "".join(character for character, _ in line[:2]) == "::":
        first = first._replace(text=f": {first.text[1:]}")
    return [first, *rest]
