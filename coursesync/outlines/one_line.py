"""Finds a field that is written on the line of another one: `unlock: after_days: 7`.

Owns which fields hold others, and the words for these slips. It must never propose a line that is
not certain: then the text goes into quotes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursesync.errors import Code, Remedy
from coursesync.kinds import ITEMS, LISTED
from coursesync.kinds.course import COURSE, DESCRIPTION
from coursesync.kinds.field import Role
from coursesync.kinds.unlock import AFTER_DAYS
from coursesync.kinds.visibility import PAID, VISIBILITY
from coursesync.outlines.line_slips import LONGEST_SHOWN, NAMES, in_quotes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.errors import Sentence
    from coursesync.outlines.line_slips import Words

_UNLOCK, _CONTENTS = LISTED.names(Role.UNLOCK, Role.CONTENTS)
(_OVERVIEW,) = COURSE.names(Role.CONTENTS)
_INNER = {
    _UNLOCK: (AFTER_DAYS,),
    **dict.fromkeys((_CONTENTS, _OVERVIEW), ("html", "markdown")),
    DESCRIPTION.name: ("markdown",),
    VISIBILITY.name: (PAID,),
}
_NUMBERS = {AFTER_DAYS, PAID}
_LISTS = {kind.plural for kind in ITEMS.values()}
_VALUE = r"""(?P<value>"[^"]*"|'[^']*'|[^\s,{}\[\]#"'][^,{}\[\]#"']*?)"""
_BEFORE = re.compile(r"\s*(?:- +)*(?P<name>[\w-]+)\s*:\s+")
_SECOND = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*:(?=\s)")


def inner_field(name: str, text: str) -> Code | None:
    """Return the line that is meant by a field whose text names a field that belongs in it.

    `text` is what follows the field's colon, as in `after_days: 7`, `after_days:7` or
    `after_days 7`.
    """
    for inner in _INNER.get(name, ()):
        given = re.fullmatch(rf"\s*{inner}\s*[:=]?\s*{_VALUE}\s*", text)
        if given and _fits(inner, given["value"]):
            return _written(name, inner, given["value"])
    return None


def _fits(inner: str, value: str) -> bool:
    return value.isdecimal() if inner in _NUMBERS else "." in value


def _written(name: str, inner: str, value: str) -> Code:
    return Code(f"{name}: {{{inner}: {value}}}"[:LONGEST_SHOWN])


def group_on_line(line: str, column: int) -> Words | None:
    """Find a field on the line of the one that it belongs in, around the column."""
    for name, inner, pattern in _groups():
        for found in re.finditer(pattern, line):
            if found.start() <= column <= found.end():
                whole = _written(name, inner, found["value"])
                return f"`{inner}` needs braces on the line of `{name}`", Remedy("Write", whole)
    return None


def _groups() -> Iterator[tuple[str, str, str]]:
    for name, inner_fields in _INNER.items():
        for inner in inner_fields:
            start = rf"(?<![\w-]){name}\s*:\s+{inner}\s*:\s*{_VALUE}"
            yield name, inner, rf"{start}(?=\s*(?:[,}}\]#]|$))"


def second_field(line: str, column: int) -> Words | None:
    """Find a field's name between another one and its value: `image: summary: Read this`."""
    before = _BEFORE.match(line)
    found = _SECOND.match(line, before.end()) if before else None
    if not before or not found or found["name"] not in NAMES or column > found.end():
        return None
    first, second, rest = before["name"], found["name"], line[found.end() :].strip()
    if first == second:
        remedy: Sentence = Remedy("Write", Code(f"{first}: {rest}"[:LONGEST_SHOWN]))
        return f"`{first}:` is there twice", remedy
    problem = f"`{second}:` is on the line of `{first}:`"
    field = Code(f"{second}: {rest}"[:LONGEST_SHOWN])
    if first in _LISTS:
        item = Code(f"- {field}")
        return problem, Remedy("Write below", Code(f"{first}:"), "and indented further,", item)
    return problem, Remedy(
        "Give it a line of its own:", field, "If it is text,", _lower(line, column)
    )


def _lower(line: str, column: int) -> Remedy:
    pieces = Remedy(in_quotes(line, column)).pieces
    first = pieces[0]
    return Remedy(first[0].lower() + first[1:] if isinstance(first, str) else first, *pieces[1:])
