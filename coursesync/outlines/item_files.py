"""Reads an item from a Markdown file: its fields as front matter, then its contents.

The convention of MkDocs, Hugo and Docusaurus. Owns where front matter begins and ends. It must
never decide which fields are valid: the models do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, Remedy, Where
from coursesync.kinds.tree import Tree
from coursesync.outlines.items import ItemFile
from coursesync.outlines.leftovers import FRONT, in_item, lines_of_front_matter
from coursesync.outlines.line_slips import NAMES
from coursesync.outlines.yaml_reader import parse
from coursesync.text import coded, find_unseen, without_unseen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.errors import Sentence

_FENCE = "---"
_BEGUN = re.compile(r"(?P<above>\s*)(?P<fence>---|\+\+\+|;;;|\{)[ \t]*(?:\n|\Z)")
_HOLDS_FIELDS = re.compile(r"^[ \t]*[^ \t\n#]", re.MULTILINE)
_BLANK = re.compile(r"(?:[ \t]*\n)*+(?=[ \t]*\S)")
_EXACT = re.compile(r"---[ \t]*")
# what word processors make of three hyphens, and what people write instead
_MEANT = re.compile(
    r"\s*+(?:(?:-[ \t]*+){2,}+|\.\.\."
    r"|-*+[\u2012-\u2015\u2212\ufe58\uff0d][-\u2010-\u2015\u2212]*+)\s*+"
)
_FIELD = re.compile(r"\s*(?P<name>\w+)\s*:(?:\s.*)?")
_OF_FIELDS = re.compile(r"\s.*|#.*|-[ \t].*|[\w.$/-]+[ \t]*:.*|")  # a line of front matter
_MOST_LINES = 200  # of fields that are looked at
_WRONG = (
    "only a line `---` begins or ends front matter",
    coded("Write three hyphens here, with no space before them: `---`"),
)
_PUT = coded("Put a line `---`")
_SHAPE = coded("Begin it with three lines: `---` and `title: Welcome` and `---`")


def read_item(text: str, path: str) -> ItemFile:
    """Read a file that is an item.

    Args:
        text: the file's characters, every line end a line feed.
        path: its path as shown to people.
    """
    if left := in_item(text, path):
        return ItemFile(path, None, diagnostics=(left,))
    diagnostics = list(find_unseen(text, path))
    if diagnostics:
        text = without_unseen(text, "\N{REPLACEMENT CHARACTER}")
    text, odd = _mended(text, path)
    diagnostics += odd
    if (found := FRONT.match(text)) is None:
        return ItemFile(path, None, diagnostics=(*diagnostics, _no_front(text, path)))
    lines = text.count("\n", 0, found.end())
    below = "\n" * lines + text[found.end() :]
    blank = _BLANK.match(below)
    first = blank[0].count("\n") + 1 if blank else lines + 1
    again = lines_of_front_matter(text[found.end() :])
    if again or _fields(below.split("\n"), first - 1).is_closed:
        place = Where(path, again[0] + lines if again else first)
        problem = "the contents begin with front matter again: members would see it"
        remedy = coded(f"Delete it, or move its fields up between the first two lines `{_FENCE}`.")
        diagnostics.append(Diagnostic(place, problem, remedy))
    if not _HOLDS_FIELDS.search(found["fields"]):
        empty = Tree(path, {}, lambda: (0, 0, None, {}))
        return ItemFile(path, empty, below, first, tuple(diagnostics))
    tree, more = parse("\n" + found["fields"], path)
    return ItemFile(path, tree, below, first, (*diagnostics, *more))


@dataclass(frozen=True, slots=True)
class _Fields:
    """Lines of fields: the line after the last, from 0, and the next line of another kind.

    `is_any` is whether a field is known; `is_closed` whether that next line ends front matter.
    """

    last: int
    after: int
    is_any: bool
    is_closed: bool


def _fields(lines: Sequence[str], top: int) -> _Fields:
    """Find the fields that start on a line."""
    is_closed = any(map(_EXACT.fullmatch, lines[top:]))
    last = number = top
    is_any = False
    for number, line in enumerate(lines[top : top + _MOST_LINES], top):
        if _is_fence(line, is_closed=is_closed) or not _OF_FIELDS.fullmatch(line):
            return _Fields(last, number, is_any, is_any and _EXACT.fullmatch(line) is not None)
        last = number + 1 if line.strip() else last
        field = _FIELD.fullmatch(line)
        is_any = is_any or (field is not None and field["name"].lower() in NAMES)
    return _Fields(last, len(lines), is_any, is_closed=False)


def _is_fence(line: str, *, is_closed: bool) -> bool:
    """Return whether a line is `---`, or meant so; an indented one may be text, if others are."""
    if is_closed and line[:1].isspace():
        return False
    return bool(_EXACT.fullmatch(line) or _MEANT.fullmatch(line))


def _first(lines: Sequence[str]) -> int:
    return next((number for number, line in enumerate(lines) if line.strip()), 0)


def _mended(text: str, path: str) -> tuple[str, list[Diagnostic]]:
    """Put `---` in place of the lines that are meant so, and report them.

    Returns:
        The text, with each line where it was; and the diagnostics.
    """
    lines = text.split("\n")
    top = _first(lines)
    wrong = [] if _EXACT.fullmatch(lines[top]) else [top]
    if wrong and not _MEANT.fullmatch(lines[top]):
        return text, []
    fields = _fields(lines, top + 1)
    if wrong and not fields.is_any:
        return text, []  # a line across the page
    for number, line in enumerate(lines[fields.after : fields.after + 1], fields.after):
        wrong += [] if _EXACT.fullmatch(line) or not _MEANT.fullmatch(line) else [number]
    for number in wrong:
        lines[number] = _FENCE
    return "\n".join(lines), [Diagnostic(Where(path, number + 1), *_WRONG) for number in wrong]


def _no_front(text: str, path: str) -> Diagnostic:
    lines, found = text.split("\n"), _BEGUN.match(text)
    top = _first(lines)
    fields = _fields(lines, top + 1 if found else top)
    close = f"below line {fields.last}" if fields.is_any else "between the fields and the text"
    words: tuple[str, Sentence]
    if found is None:
        words = (
            "the file does not begin with front matter",
            Remedy(_SHAPE, "Below them follows the text for members."),
        )
        if fields.is_any:
            also = "." if fields.is_closed else f", and another one {close}."
            remedy = Remedy(_PUT, f"above line {top + 1}{also}")
            words = "the fields begin without a line `---` above them", remedy
    elif found["fence"] != _FENCE:
        words = "this front matter is not YAML", _SHAPE
    elif top:
        words = "front matter must begin on the first line", "Delete the blank lines above it."
    else:
        words = "the front matter is never closed", Remedy(_PUT, f"{close}.")
    return Diagnostic(Where(path, top + 1), *words)
