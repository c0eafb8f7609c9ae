"""Renders Markdown contents as the HTML that Nexudus stores.

Owns the dialect, and the bound on a course. The dialect is CommonMark with tables and
strikethrough, as GitHub shows it to a reviewer; HTML inside Markdown is kept. The renderer takes
long, and much memory, for some texts: a text that is not `is_quick` must be rendered in a process
of its own, which has limits.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import UnusableFile
from coursesync.text import coded, inert

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it import MarkdownIt

    from coursesync.kinds.tree import Value

    # makes HTML of Markdown, or raises UnusableFile, whose problem follows the file's name
    Render: TypeAlias = Callable[[str], str]

MAX_COURSE = 8_000_000  # characters of HTML that a course takes from files: 4 MB of Markdown
DEEPEST = 8  # the renderer drops what is more than 20 deep
# a text within these bounds takes about a second at most, and most such texts a few milliseconds
_QUICK_LENGTH = 65_536  # characters: ten thousand words
_QUICK_EFFORT = 50_000
_QUICK_BRACKETS = 1_000  # each may start a link, whose end is searched for
_MARKS = re.compile(r"[*_~\[\]<&|\\`!]")
# quotes and list items inside each other, on one line
_NESTED = re.compile(
    rf"^[ \t]*(?:(?:>|[-+*](?=[ \t])|[0-9]{{1,9}}[.)](?=[ \t]))[ \t]*){{{DEEPEST + 1}}}",
    re.MULTILINE,
)


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - for a course with Markdown only

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


@lru_cache(maxsize=32)  # sections, and courses, may share a file
def to_html(markdown: str) -> str:
    """Render Markdown (CommonMark, tables, strikethrough) to an HTML fragment."""
    html: str = _markdown().render(markdown)
    return html


class Contents:
    """The contents of one course, bounded in size."""

    def __init__(self, read: Callable[[str], str], render: Render = to_html) -> None:
        """Make it with `read`, which returns a content file's text or raises UnusableFile."""
        self._read = read
        self._render = render
        self._characters = 0

    def of(self, written: Value) -> str:
        """Return contents, written in place or as `{html: NAME}` or `{markdown: NAME}`, as HTML.

        Raises:
            UnusableFile: the file can't be used.
        """
        if not isinstance(written, dict):
            return str(written)
        if (name := written.get("markdown")) is not None:
            return self.rendered(str(name), self._read(str(name)))
        return self._counted(self._read(str(written["html"])))

    def rendered(self, name: str, text: str) -> str:
        """Return the Markdown of the file `name` as HTML; raises UnusableFile."""
        named = f"`{inert(name, 60)}`"
        if found := _NESTED.search(text):
            line = text.count("\n", 0, found.end()) + 1
            raise UnusableFile(
                f"{named} has quotes or lists more than {DEEPEST} deep on line {line}",
                coded("Use fewer `>` and `-` at the start of that line."),
            )
        try:
            html = self._render(text)
        except UnusableFile as unusable:
            raise UnusableFile(f"{named} {unusable.problem}", unusable.remedy) from unusable
        return self._counted(html)

    def _counted(self, html: str) -> str:
        self._characters += len(html)
        if self._characters > MAX_COURSE:
            raise UnusableFile(
                f"the contents of this course have more than {MAX_COURSE:,} characters of HTML",
                "Name a file in fewer places, or split the course.",
            )
        return html


def rendered_blocks(markdown: str) -> list[tuple[str, str]]:
    """Return the blocks of a Markdown text, each with its HTML.

    A block has all lines up to the next one; lines above the first block are left out.
    """
    parser, lines = _markdown(), markdown.splitlines(keepends=True)
    tokens = parser.parse(markdown)
    starts = [i for i, each in enumerate(tokens) if each.level == 0 and each.nesting >= 0]
    found = []
    for begin, end in pairwise([*starts, len(tokens)]):
        first = tokens[begin].map
        after = tokens[end].map if end < len(tokens) else None
        if first is None:
            return []
        text = "".join(lines[first[0] : after[0] if after else len(lines)])
        found.append((text, parser.renderer.render(tokens[begin:end], parser.options, {})))
    return found


def is_quick(markdown: str) -> bool:
    """Return whether a text is certain to be rendered in about a second, in little memory."""
    return (
        len(markdown) <= _QUICK_LENGTH
        and markdown.count("[") <= _QUICK_BRACKETS
        and _effort(markdown) <= _QUICK_EFFORT
        and not _NESTED.search(markdown)
    )


def _effort(markdown: str) -> int:
    """Estimate the work of rendering: 3 x lines + marks + brackets x marks / 200."""
    marks = len(_MARKS.findall(markdown))
    return 3 * markdown.count("\n") + marks + markdown.count("[") * marks // 200
