"""Reads an item from a Markdown file: its fields as front matter, then its contents.

The convention of MkDocs, Hugo and Docusaurus. Owns where front matter begins and ends. It must
never decide which fields are valid: the models do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, Remedy, Where
from coursesync.kinds.tree import Tree
from coursesync.outlines.items import ItemFile
from coursesync.outlines.leftovers import in_item, lines_of_front_matter
from coursesync.outlines.yaml_reader import parse
from coursesync.text import coded, find_unseen, without_unseen

if TYPE_CHECKING:
    from coursesync.errors import Sentence

_FENCE = "---"
FRONT = re.compile(r"---[ \t]*\n(?P<fields>(?:.*\n)*?)---[ \t]*(?:\n|\Z)")
_BEGUN = re.compile(r"(?P<above>\s*)(?P<fence>---|\+\+\+|;;;|\{)[ \t]*(?:\n|\Z)")
_HOLDS_FIELDS = re.compile(r"^[ \t]*[^\s#]", re.MULTILINE)
_BLANK = re.compile(r"(?:[ \t]*\n)*+(?=[ \t]*\S)")
_SHAPE = coded("Begin it with three lines: `---` and `title: Welcome` and `---`")


def read_item(text: str, path: str) -> ItemFile:
    """Read a file that is an item.

    Args:
        text: the file's characters, every line end a line feed.
        path: its path as shown to people.
    """
    if left := in_item(text, path):
        return ItemFile(path, None, diagnostics=(left,))
    unseen = tuple(find_unseen(text, path))
    if unseen:
        text = without_unseen(text, "\N{REPLACEMENT CHARACTER}")
    if (found := FRONT.match(text)) is None:
        return ItemFile(path, None, diagnostics=(*unseen, _no_front(text, path)))
    lines = text.count("\n", 0, found.end())
    below = "\n" * lines + text[found.end() :]
    blank = _BLANK.match(below)
    first = blank[0].count("\n") + 1 if blank else lines + 1
    diagnostics = list(unseen)
    if again := lines_of_front_matter(text[found.end() :]):
        place = Where(path, again[0] + lines)
        problem = "the contents begin with front matter again: members would see it"
        remedy = f"Delete it, or move its fields up between the first two lines {_FENCE}."
        diagnostics.append(Diagnostic(place, problem, remedy))
    if not _HOLDS_FIELDS.search(found["fields"]):
        empty = Tree(path, {}, lambda: (0, 0, None, {}))
        return ItemFile(path, empty, below, first, tuple(diagnostics))
    tree, more = parse("\n" + found["fields"], path)
    return ItemFile(path, tree, below, first, (*diagnostics, *more))


def _no_front(text: str, path: str) -> Diagnostic:
    found = _BEGUN.match(text)
    problem, remedy, line = "the file does not begin with front matter", Remedy(_SHAPE), 1
    words: tuple[str, Sentence]
    if found is not None:
        line = found["above"].count("\n") + 1
        if found["fence"] != _FENCE:
            words = "this front matter is not YAML", _SHAPE
        elif line > 1:
            words = "front matter must begin on the first line", "Delete the blank lines above it."
        else:
            words = (
                "the front matter is never closed",
                coded(f"Put a line `{_FENCE}` between the fields and the text for members."),
            )
        return Diagnostic(Where(path, line), *words)
    return Diagnostic(
        Where(path),
        problem,
        Remedy(remedy, "Below them follows the text for members."),
    )
