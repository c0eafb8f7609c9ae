"""Markdown contents to the HTML that Nexudus stores, and bounds on what a course may hold.

CommonMark with tables and strikethrough, as GitHub shows it to the reviewer of the file.
HTML inside Markdown is kept, for authors may also write HTML in place.

The renderer takes time and memory for what it is asked to look at, and for some of it the square
of that: so what it may be asked is bounded here, far above what a lesson needs, before it starts.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from coursesync.errors import UnusableFile
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it import MarkdownIt

    from coursesync.kinds.tree import Value

MAX_MARKDOWN = 65_536  # characters a file: ten thousand words
MAX_COURSE = 4_000_000  # characters of all that a course's sections take from files
# a course, as `markdown_effort` counts: about a second, for half a megabyte of prose
MAX_EFFORT = 50_000
DEEPEST = 8
MOST_BRACKETS = 1_000  # each may be the start of a link, and is looked for to the end
_MARKS = re.compile(r"[*_~\[\]<&|\\`!]")
# quotes and list items, one in the other, on one line
_NESTED = re.compile(
    rf"^[ \t]*(?:(?:>|[-+*](?=[ \t])|[0-9]{{1,9}}[.)](?=[ \t]))[ \t]*){{{DEEPEST + 1}}}",
    re.MULTILINE,
)
_SPLIT = "Split it into several files, each the contents of a section of its own."


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only where a course has Markdown

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


class Contents:
    """What the sections of one course take from files: all of it of bounded size and effort."""

    def __init__(self, read: Callable[[str], str]) -> None:
        """`read` gives the text of a file that the outline names, or raises UnusableFile."""
        self._read = read
        self._rendered: set[str] = set()
        self._effort = 0
        self._characters = 0

    def of(self, written: Value) -> str:
        """Return contents, written in place or as `{html: NAME}` or `{markdown: NAME}`, as HTML.

        Raises:
            UnusableFile: the file can't be used.
        """
        if not isinstance(written, dict):
            return str(written)
        if (name := written.get("markdown")) is not None:
            return self.markdown(str(name))
        return self.html(str(written["html"]))

    def html(self, name: str) -> str:
        """Return an HTML file's text; raises UnusableFile."""
        return self._counted(self._read(name))

    def markdown(self, name: str) -> str:
        """Return a Markdown file's text as HTML; raises UnusableFile."""
        text = self._read(name)
        try:
            check_markdown(text)
        except UnusableFile as unusable:
            raise UnusableFile(f"`{inert(name, 60)}` {unusable.problem}", unusable.remedy) from None
        if text not in self._rendered:
            self._rendered.add(text)
            self._effort += markdown_effort(text)
        if self._effort > MAX_EFFORT:
            raise UnusableFile(
                "the Markdown of this course has more lines and marks than is read in good time",
                "Let some sections take their contents from HTML files, or split the course.",
            )
        return self._counted(to_html(text))

    def _counted(self, html: str) -> str:
        self._characters += len(html)
        if self._characters > MAX_COURSE:
            raise UnusableFile(
                f"the contents of this course come to more than {MAX_COURSE:,} characters",
                "Name a file in fewer sections, or split the course.",
            )
        return html


@lru_cache(maxsize=32)  # sections, and courses, may share a file
def to_html(markdown: str) -> str:
    """Render Markdown (CommonMark, tables, strikethrough) to an HTML fragment."""
    html: str = _markdown().render(markdown)
    return html


def check_markdown(markdown: str) -> None:
    """Raise UnusableFile, in words that follow a file's name, for what is no lesson."""
    if len(markdown) > MAX_MARKDOWN:
        raise UnusableFile(f"has more than {MAX_MARKDOWN:,} characters of Markdown", _SPLIT)
    if markdown.count("[") > MOST_BRACKETS:
        raise UnusableFile(f"has more than {MOST_BRACKETS:,} opening brackets", _SPLIT)
    if found := _NESTED.search(markdown):
        line = markdown.count("\n", 0, found.end()) + 1
        raise UnusableFile(
            f"has quotes or lists more than {DEEPEST} deep, one in the other, on line {line}",
            "Use fewer  >  and  -  at the start of that line.",
        )


def markdown_effort(markdown: str) -> int:
    """Return how much there is for the renderer to look at.

    A line is three and a mark in it is one; for each bracket it may look at the marks after it.
    """
    marks = len(_MARKS.findall(markdown))
    return 3 * markdown.count("\n") + marks + markdown.count("[") * marks // 200
