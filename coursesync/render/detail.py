"""One difference of a change as lines of text, of a bounded width and inert. Pure."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, TypeAlias

from coursesync.render.text_diff import Fold, Mark, Piece
from coursesync.text import as_shown, inert, unseen, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coursesync.render.differences import Difference
    from coursesync.render.text_diff import Shown

    Paint: TypeAlias = Callable[[str, str], str]
_STYLES = {Mark.GONE: "red", Mark.NEW: "green", Mark.SAME: ""}
_LONGEST_ESCAPE = 10  # characters that one is shown as
_STEP = 2  # columns that what belongs to a line is indented by


def detail(difference: Difference, margin: int, width: int, paint: Paint) -> Iterator[str]:
    """Write a difference.

    Args:
        difference: what differs.
        margin: the columns that are left free at the left.
        width: the columns that there are.
        paint: takes a style and a text, returns the text in it.
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
    """Say a difference in two parts, that may stand on one line or on two."""
    before, after = difference.values
    field, remark = inert(difference.field), inert(difference.remark)
    if difference.moved:
        return f"{field}: {remark}", f"({before} -> {after})"
    if remark:
        return f"{field}: renumbered {before} -> {after}", f"({remark})"
    return f"{field}: {before}", f"-> {after}"


def _line(line: Shown, margin: int, width: int, paint: Paint) -> Iterator[str]:
    """Write a line of a text: its mark stands before each row that it takes."""
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
    """Break a line into rows at its blanks, a long word anywhere; nothing in it acts.

    Args:
        pieces: the line; of blanks that follow each other one is left.
        width: the columns of a row.
    """
    text, changed = _clean(pieces)
    fit = re.compile(
        rf"\S(?:.{{0,{max(0, width - 3)}}}\S)?(?!\S)|\S{{1,{width - 1}}}"
    )  # room for a blank
    return [_row(text, changed, found.span()) for found in fit.finditer(text)]


def one_row(pieces: Sequence[Piece]) -> str:
    """Write a line in one row; nothing in it acts."""
    room = 2 + sum(_LONGEST_ESCAPE * len(piece.text) for piece in pieces)
    return "".join(piece.text for row in rows(pieces, room) for piece in row)


def _clean(pieces: Sequence[Piece]) -> tuple[str, list[bool]]:
    """Return a line of characters that are shown, and for each whether it is changed."""
    kept: list[str] = []
    changed: list[bool] = []
    dropped = {found.start() for found in unseen("".join(piece.text for piece in pieces))}
    places = itertools.count()
    for piece in pieces:
        for character, place in zip(piece.text, places, strict=False):
            if character.isspace():
                character = " "  # noqa: PLW2901 - whatever blank it is
                if kept[-1:] == [" "]:
                    continue
            if place not in dropped:
                if character == "[" and kept[-2:] == ["#", "#"]:  # a command to a CI's log
                    kept.append(" ")
                    changed.append(piece.changed)
                written = as_shown(character)
                kept += written
                changed += [piece.changed] * len(written)
    return "".join(kept), changed


def _row(text: str, changed: Sequence[bool], span: tuple[int, int]) -> list[Piece]:
    """Return the pieces of a row; one that would begin as a command gets a blank in it."""
    row: list[Piece] = []
    start, end = span
    cuts = [start, *(i for i in range(start + 1, end) if changed[i] != changed[i - 1]), end]
    if text.startswith("::", start, end):
        row.append(Piece(": ", changed[start]))
        cuts[0] += 1
        cuts = sorted(set(cuts))
    return row + [Piece(text[low:high], changed[low]) for low, high in itertools.pairwise(cuts)]
