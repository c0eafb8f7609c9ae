"""Finds slips in the lines of a list: a dash that is missing, an item in another column.

Owns which list a line is in, and the words of these slips. It must never claim that a text for
members is an item: a line counts only in the column of the items, or directly below the list's
name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Code, Remedy
from coursesync.kinds import ITEMS
from coursesync.outlines.line_slips import DASHES, LONGEST_SHOWN, NAMES, dash, may_begin_item
from coursesync.text import coded, count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.outlines.line_slips import Found

_FAR = 2_000  # lines above
_KINDS = {kind.plural: kind for kind in ITEMS.values()}
_OPENS = re.compile(rf" *(?:- +)?(?P<name>{'|'.join(_KINDS)}): *(?:#.*)?$")
_ITEM = re.compile(" *(?P<dash>-)(?: |$)")
_BEGUN = re.compile(rf"(?P<dash> *- +)(?:{'|'.join(sorted(NAMES))}):(?: |$)")
_FIELD = re.compile(rf" *(?P<name>{'|'.join(sorted(NAMES))}):(?: |$)")
_PATH = r"(?P<path>[^\s:#&*!|>'\"%@`{}\[\]-][^:#]*\.(?:md|markdown))\s*$"
_FILE = re.compile(rf" *- +{_PATH}", re.IGNORECASE)
_BARE = re.compile(rf" *(?:[{DASHES}]\s*)?{_PATH}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _List:
    """A list whose name is on the line `at`, in a column, and the lines of it that have text."""

    name: str
    column: int
    body: Sequence[int]

    @property
    def noun(self) -> str:
        return _KINDS[self.name].name


def _list_of(lines: Sequence[str], at: int) -> _List | None:
    """Return the list that a line is in, up to that line."""
    here = _indent(lines[at])
    body = [at]
    for number in range(at - 1, max(-1, at - _FAR), -1):
        line = lines[number]
        if found := _OPENS.match(line):
            column = found.start("name")
            is_in = all(_indent(lines[each]) >= min(column, here) for each in body)
            return _List(found["name"], column, body[::-1]) if is_in else None
        if line.strip() and not line.lstrip().startswith("#"):
            body.append(number)
    return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def without_dash(lines: Sequence[str], at: int) -> Found | None:
    """Find a file's name without a dash, or fields below one, in the list of a line."""
    if (listed := _list_of(lines, at)) is None:
        return None
    items = (_indent(lines[each]) for each in listed.body if _ITEM.match(lines[each]))
    column = next(items, None)
    above: re.Match[str] | None = None
    is_first = True
    for number in listed.body:
        line = lines[number]
        is_bare = _BARE.match(line) and not _FILE.match(line)
        if is_bare and (is_first or _indent(line) == column):
            return number, _indent(line), *(dash(line) or _no_dash(line))
        field = _FIELD.match(line) if above else None
        if above and field and _indent(line) > above.start("path") - 2:
            return number, _indent(line), *_below_a_file(listed.noun, above, field)
        above = _FILE.match(line) if _indent(line) == column else None
        is_first = False
    return None


def _below_a_file(noun: str, above: re.Match[str], field: re.Match[str]) -> tuple[str, Remedy]:
    begin = Remedy()
    if may_begin_item(field["name"], field.string, field.start("name")):
        begin = Remedy(
            f"If a new {noun} begins here, write",
            Code(f"- {field.string.strip()}"[:LONGEST_SHOWN]),
            coded(f"with its `-` below that of the {noun} above. Otherwise,"),
        )
    path = Code(above["path"].strip()[:LONGEST_SHOWN])
    move = f"{'move' if begin.pieces else 'Move'} this line between the two lines"
    return (
        f"the {noun} above is a file, and its fields are written in that file",
        Remedy(begin, move, Code("---"), "of", path),
    )


def _no_dash(line: str) -> tuple[str, Remedy]:
    written = Code(f"- {line.strip()}"[:LONGEST_SHOWN])
    return "there is no `-` before the name of this file", Remedy("Write", written)


def in_another_column(lines: Sequence[str], at: int) -> Found | None:
    """Find an item that starts in another column than the others of its list, up to a line."""
    listed = _list_of(lines, at)
    if listed is None or not _ITEM.match(lines[at]):
        return None
    first, here = listed.body[0], _indent(lines[at])
    if first == at:
        return _left_of_its_name(lines, at, listed)
    if found := _FIELD.match(lines[first]):
        written = Code(f"- {lines[first].strip()}"[:LONGEST_SHOWN])
        return (
            first,
            found.start("name"),
            f"the first {listed.noun} of this list has no `-`",
            Remedy("Write", written, "and put 2 more spaces before its other lines."),
        )
    columns = [_indent(lines[each]) for each in listed.body[:-1] if _ITEM.match(lines[each])]
    if here < listed.column or not columns or here == (usual := min(columns)):
        return None
    if here > usual and len(listed.body) == 2:  # noqa: PLR2004 - the first, on one line, and this
        problem = f"this item starts in column {usual + 1}, and the next one in column {here + 1}"
        return first, usual, problem, _to_column(here, lines, first)
    problem = f"this item starts in column {here + 1}, and those above it in column {usual + 1}"
    return at, here, problem, _to_column(usual, lines, at)


def below_a_dash(lines: Sequence[str], at: int) -> Found | None:
    """Find a field in the column of the dashes of its list, if it can't begin an item."""
    listed, field = _list_of(lines, at), _FIELD.match(lines[at])
    if listed is None or field is None or field["name"] in {"key", "title"}:
        return None
    here, name = _indent(lines[at]), field["name"]
    items = [number for number in listed.body[:-1] if _indent(lines[number]) == here]
    begun = _BEGUN.match(lines[items[-1]]) if items else None
    if begun is None:
        return None
    column = begun.end("dash")
    problem = (
        f"`{name}:` starts in column {here + 1}, and the fields above it in column {column + 1}"
    )
    return at, here, problem, _to_column(column, lines, at)


def _left_of_its_name(lines: Sequence[str], at: int, listed: _List) -> Found | None:
    here = _indent(lines[at])
    if here >= listed.column:
        return None
    below = next((line for line in lines[at + 1 :] if line.strip()), "")
    is_guide = _ITEM.match(below) and _indent(below) > listed.column
    column = _indent(below) if is_guide else listed.column + 2
    problem = (
        f"this item starts in column {here + 1}, and its `{listed.name}:` in column "
        f"{listed.column + 1}"
    )
    return at, here, problem, _to_column(column, lines, at)


def _to_column(column: int, lines: Sequence[str], at: int) -> Remedy:
    """Return the remedy to move an item, and its other lines if it has some, to a column."""
    below = next((line for line in lines[at + 1 :] if line.strip()), "")
    with_others = _indent(below) > _indent(lines[at]) and not _ITEM.match(below)
    others = ", and move its other lines by the same number of columns" if with_others else ""
    if not column:
        return coded(f"Delete the spaces before it{others}.")
    return coded(f"Put exactly {count(column, 'space')} before it{others}.")
