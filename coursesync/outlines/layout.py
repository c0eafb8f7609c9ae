"""Where the pieces of an outline's text stand: each field and section, with its comments.

Pure. The places are those that the parser gave to the `Tree`; no YAML is read here. An outline
is rearranged by moving whole lines of it, for to load and dump it, even by a library that keeps
comments, writes multi-line texts, escapes and `null` another way and leaves a moved field's
comment behind. What comes out is checked by whoever writes it (`rewriting`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from coursesync.outlines.checks import ITEMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.kinds.tree import Mark, Tree

_DASH = re.compile(r" *-(?:[ \t]+|$)")
_DASH_ALONE = re.compile(r" *-[ \t]*(?P<comment>#.*)?")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"|\'(?:[^\']|\'\')*+\'', re.DOTALL)
_KEEPS = re.compile(r"^([|>][1-9]?)\+?")
_END_OF_DOCUMENT = re.compile(r"\.\.\.(?:\s|$)")


class UnusualLayout(Exception):  # noqa: N818 - no verdict
    """The text is valid, and written in a way that can't be taken apart by lines."""


@dataclass(frozen=True, slots=True)
class FieldLines:
    """A field: its comments are on the lines `lead` to `start`, the field itself to `end`.

    Lines are counted from 0, and each span is without its last. `inner` is the column of the
    mapping or list that is the value, where that begins on a line of its own. `is_block`: the
    value is a text that goes on as long as lines are indented.
    """

    name: str
    lead: int
    start: int
    end: int
    column: int
    inner: int | None = None
    is_block: bool = False


@dataclass(frozen=True, slots=True)
class SectionLines:
    """A section: its comments from `lead`, its dash on `dash`, its own last comments to `end`.

    A section in braces has no `fields`; its brace stands at `start` and `column`.
    """

    lead: int
    dash: int
    start: int
    column: int
    fields: tuple[FieldLines, ...]
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """An outline's lines, taken apart: what comes before the first field, fields, sections, rest.

    `sections` is None where they stand in brackets. `dash` is the column of their dashes.
    """

    lines: tuple[str, ...]
    fields: tuple[FieldLines, ...]
    sections: tuple[SectionLines, ...] | None
    dash: int


def layout_of(text: str, tree: Tree) -> Layout:
    """Take the text of a valid outline apart; its lines mean the same when each has an end.

    Args:
        text: its characters, every line end a line feed.
        tree: what was read from that text.

    Raises:
        UnusualLayout: it is one mapping in braces, or has a key after a question mark.
    """
    layout = _layout(text, tree)
    return layout if text.endswith("\n") else _ended(layout, tree.mark)


def _layout(text: str, tree: Tree) -> Layout:
    lines = tuple(text.removesuffix("\n").split("\n"))
    marks = _fields_of(tree.mark, lines)
    if marks is None:
        raise UnusualLayout
    stop = _end_of_document(lines, marks[-1][1])
    fields = list(_fields(lines, marks, stop))
    at = next(i for i, field in enumerate(fields) if field.name == ITEMS)
    head = fields[at]
    below = marks[at][3]
    if not isinstance(below[3], list) or _in_flow(lines, below):
        return Layout(lines, tuple(fields), None, head.column + 2)
    stop = fields[at + 1].start if at + 1 < len(fields) else stop
    sections = tuple(_sections(lines, below[3], head.start + 1, stop))
    end = _own_comments(lines, sections[-1].end, stop, max(below[1], head.column + 1))
    fields[at] = replace(head, end=end)
    if at + 1 < len(fields):
        after = fields[at + 1]
        fields[at + 1] = replace(after, lead=end)
    return Layout(lines, tuple(fields), sections, below[1])


def _in_flow(lines: Sequence[str], mark: Mark) -> bool:
    return lines[mark[0]][mark[1] : mark[1] + 1] in {"{", "["}


def _fields_of(mark: Mark, lines: Sequence[str]) -> list[tuple[str, int, int, Mark]] | None:
    """Return name, line, column and value of a block mapping's fields, as they stand."""
    below = mark[3]
    if not isinstance(below, dict) or _in_flow(lines, mark):
        return None
    return sorted(
        ((name, line, column, value) for name, (line, column, value) in below.items()),
        key=lambda field: field[1],
    )


def _fields(
    lines: Sequence[str], marks: list[tuple[str, int, int, Mark]], stop: int
) -> Iterator[FieldLines]:
    lead = marks[0][1]
    stops = [line for _, line, _, _ in marks[1:]] + [stop]
    for (name, line, column, value), until in zip(marks, stops, strict=True):
        before = lines[line][:column].strip()
        if before not in {"", "-"}:
            raise UnusualLayout
        end = _end(lines, line, column, value, until)
        nested = value[3] is not None and value[0] > line and not _in_flow(lines, value)
        inner = value[1] if nested else None
        yield FieldLines(name, lead, line, end, column, inner, _is_block(lines, value))
        lead = end


def _end(lines: Sequence[str], line: int, column: int, value: Mark, stop: int) -> int:
    """Return the line after a field's last, where the next one, or the end, stands at `stop`."""
    if _is_block(lines, value):
        return _end_of_block(lines, value, column, stop)
    header = lines[value[0]][value[1] :]
    least = line + 1
    if value[3] is None and header[:1] in {"'", '"'}:  # its last line may look like a comment
        found = _QUOTED.match("\n".join([header, *lines[value[0] + 1 : stop]]))
        least = value[0] + found[0].count("\n") + 1 if found else least
    end = stop
    while end > least and _says_nothing(lines[end - 1]):
        end -= 1
    return end


def _is_block(lines: Sequence[str], value: Mark) -> bool:
    return value[3] is None and lines[value[0]][value[1] : value[1] + 1] in {"|", ">"}


def _end_of_block(lines: Sequence[str], value: Mark, column: int, stop: int) -> int:
    """Return the line after a block scalar's last, which may well look like a comment."""
    signs = lines[value[0]][value[1] :].partition("#")[0]
    given = re.search("[1-9]", signs)
    indent = column + int(given[0]) if given else 0
    end = value[0] + 1
    for i in range(end, stop):
        line = lines[i]
        blanks = len(line) - len(line.lstrip(" "))
        if blanks == len(line) and (not indent or blanks <= indent):
            end = i + 1 if "+" in signs else end
            continue
        indent = indent or blanks
        if blanks <= column or blanks < indent:
            break
        end = i + 1
    return end


def _says_nothing(line: str) -> bool:
    stripped = line.lstrip()
    return not stripped or stripped[0] == "#"


def _end_of_document(lines: Sequence[str], after: int) -> int:
    for i in range(after, len(lines)):
        if _END_OF_DOCUMENT.match(lines[i]):
            return i
    return len(lines)


def _own_comments(lines: Sequence[str], at: int, stop: int, column: int) -> int:
    """Return the line after the last comment, from `at`, that stands no less deep than `column`."""
    end = at
    for i in range(at, stop):
        stripped = lines[i].lstrip()
        if stripped and len(lines[i]) - len(stripped) < column:
            break
        end = i + 1 if stripped else end
    return end


def _sections(
    lines: Sequence[str], marks: Sequence[Mark], lead: int, stop: int
) -> Iterator[SectionLines]:
    starts = [_dash_of(lines, mark, lead) for mark in marks]
    for (dash, until), mark in zip(pairwise([*starts, stop]), marks, strict=True):
        fields = _fields_of(mark, lines)
        known = tuple(_fields(lines, fields, until)) if fields is not None else ()
        end = known[-1].end if known else _end(lines, mark[0], mark[1], mark, until)
        end = _own_comments(lines, end, until, mark[1])
        yield SectionLines(lead, dash, mark[0], mark[1], known, end)
        lead = end


def _dash_of(lines: Sequence[str], mark: Mark, lead: int) -> int:
    before = lines[mark[0]][: mark[1]]
    if _DASH.fullmatch(before):
        return mark[0]
    for i in range(mark[0] - 1, lead - 1, -1):
        if not before.strip() and _DASH_ALONE.fullmatch(lines[i]):
            return i
    raise UnusualLayout


def _ended(layout: Layout, mark: Mark) -> Layout:
    """Let a block of text whose last line has no end go on being read so when it gets one."""
    blocks = [*layout.fields, *(field for each in layout.sections or () for field in each.fields)]
    if not any(field.is_block and field.end == len(layout.lines) for field in blocks):
        return layout
    line, column, *_ = _last(mark)
    before, header = layout.lines[line][:column], layout.lines[line][column:]
    if "-" in header.partition("#")[0]:
        return layout
    clipped = before + _KEEPS.sub(r"\1-", header, count=1)
    return replace(layout, lines=(*layout.lines[:line], clipped, *layout.lines[line + 1 :]))


def _last(mark: Mark) -> Mark:
    """Return the mark of the value that stands last."""
    below = mark[3]
    if not below:
        return mark
    marks = [each[2] for each in below.values()] if isinstance(below, Mapping) else below
    return _last(max(marks, key=lambda each: each[:2]))
