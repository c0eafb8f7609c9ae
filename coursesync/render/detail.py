"""Writes one difference as lines of text, safe to print and of a bounded width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from coursesync.render.text_diff import Fold, Mark, Piece, joined
from coursesync.text import as_shown, inert, unseen, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coursesync.render.differences import Difference
    from coursesync.render.text_diff import Shown

    Paint: TypeAlias = Callable[[str, str], str]
_STYLES = {Mark.GONE: "red", Mark.NEW: "green", Mark.SAME: ""}
_STEP = 2  # columns of indent


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
