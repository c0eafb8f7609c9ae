"""A line of a file with a caret below one of its characters.

Owns how many columns a text takes on a terminal, and which part of a long line is shown. It must
never let a character through that a terminal obeys.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.text import unseen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST = 1_000  # characters before and after the caret that are looked at
_TAB = "    "
_CUT = "…"
_JOINER, _EMOJI_STYLE = "\u200d", "\ufe0f"
_SKIN = range(0x1F3FB, 0x1F400)


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a terminal shows for a character, and how many columns that takes."""

    shown: str
    width: int


def pointed(line: str, column: int, width: int) -> tuple[str, str]:
    """Return a line of at most `width` columns, and the line below it with a caret.

    Args:
        line: the characters of the line, without its end.
        column: the character to point to, from 1; one behind the line's end is the place after it.
        width: the columns that there are.
    """
    at = min(column, len(line) + 1) - 1
    start = max(0, at - _MOST)
    before = [*_cells(line[start:at])]
    after = [*_cells(line[at : at + _MOST], line[at - 1 : at])]
    is_cut = start > 0
    while before and _width(before) + is_cut > max(width * 2 // 3, width - _width(after) - 1):
        before.pop(0)
        is_cut = True
    while before and is_cut and not before[0].width:  # belongs to a character that is cut off
        before.pop(0)
    room = width - _width(before) - is_cut
    kept = _fitting(after, room, more=at + _MOST < len(line))
    margin = _CUT if is_cut else ""
    shown = "".join(each.shown for each in (*before, *kept))
    caret = " " * (_width(before) + is_cut) + "^"
    return f"{margin}{shown}".rstrip(), caret


def _fitting(cells: Sequence[_Cell], room: int, *, more: bool) -> list[_Cell]:
    """Return the first cells that fit into some columns, and a sign for what is cut off."""
    if _width(cells) <= room and not more:
        return [*cells]
    kept: list[_Cell] = []
    for each in cells:
        if _width(kept) + each.width > room - 1:
            break
        kept.append(each)
    return [*kept, _Cell(_CUT, 1)]


def _width(cells: Sequence[_Cell]) -> int:
    return sum(each.width for each in cells)


def _cells(text: str, before: str = "") -> Iterator[_Cell]:
    """Yield a cell for each character; `before` is the character above the first, if any."""
    hidden = {each.start() for each in unseen(text)}
    for number, character in enumerate(text):
        if character == "\t":
            yield _Cell(_TAB, len(_TAB))
        elif number in hidden or unicodedata.category(character) == "Co":
            shown = ascii(character)[1:-1]
            yield _Cell(shown, len(shown))
        else:
            yield _Cell(character, columns(character, before))
        before = character


def columns(character: str, before: str = "") -> int:
    """Return the columns that a character takes on a terminal, after the character `before`.

    By Unicode's East Asian Width (https://www.unicode.org/reports/tr11/). A combining mark takes
    none, nor does a character that a joiner joins to the one before it.
    """
    if character == _EMOJI_STYLE:  # makes a picture of a narrow sign
        return 1 if before and columns(before) == 1 and not before.isalnum() else 0
    is_joined = before == _JOINER or (ord(character) in _SKIN and before != "")
    if is_joined or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
