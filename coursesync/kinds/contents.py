"""Renders Markdown contents as the HTML that Nexudus stores.

Owns the dialect, and the bounds on a course. The dialect is CommonMark with tables and
strikethrough, as GitHub shows it to a reviewer; HTML inside Markdown is kept. The renderer takes
quadratic time for some texts: who calls it must have checked a text by `check_markdown`. The bounds
are far above the needs of a lesson.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from coursesync.errors import UnusableFile
from coursesync.text import coded, inert, unescaped

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it import MarkdownIt

    from coursesync.kinds.tree import Value

MAX_MARKDOWN = 65_536  # characters a file: ten thousand words
MAX_COURSE = 4_000_000  # characters that the items of a course take from files
# a course, as `markdown_effort` counts: about a second, for half a megabyte of prose
MAX_EFFORT = 50_000
DEEPEST = 8
MOST_BRACKETS = 1_000  # each may start a link, whose end is searched for
_MARKS = re.compile(r"[*_~\[\]<&|\\`!]")
# quotes and list items inside each other, on one line
_NESTED = re.compile(
    rf"^[ \t]*(?:(?:>|[-+*](?=[ \t])|[0-9]{{1,9}}[.)](?=[ \t]))[ \t]*){{{DEEPEST + 1}}}",
    re.MULTILINE,
)
_OTHER = r"(?:\s+(?!src[\s=])[a-zA-Z][\w:.-]*(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*+"
# a comment, or a picture whose tag every parser reads in the same way
_IMG = re.compile(
    rf"<!--.*?-->|<img{_OTHER}\s+src\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')"
    rf"{_OTHER}\s*/?>",
    re.IGNORECASE | re.DOTALL,
)
_SPLIT = "Split it into several files, each for a section or a lesson of its own."


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - for a course with Markdown only

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


class Contents:
    """The contents of one course, bounded in size and effort."""

    def __init__(
        self, read: Callable[[str], str], render: Callable[[str, str], str] | None = None
    ) -> None:
        """Make it with two functions that may raise UnusableFile.

        `read` returns a content file's text by its name; `render` returns HTML for a file's name
        and its Markdown, by default the same for every file.
        """
        self._read = read
        self._render = render or (lambda _name, text: to_html(text))
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
            return self.rendered(str(name), self._read(str(name)))
        return self._counted(self._read(str(written["html"])))

    def rendered(self, name: str, text: str) -> str:
        """Return the Markdown of the file `name` as HTML; raises UnusableFile."""
        check_markdown(text, f"`{inert(name, 60)}`")
        if text not in self._rendered:
            self._rendered.add(text)
            self._effort += markdown_effort(text)
        if self._effort > MAX_EFFORT:
            raise UnusableFile(
                "the Markdown of this course has too many lines and marks to be rendered",
                "Use HTML files for some of the contents, or split the course.",
            )
        return self._counted(self._render(name, text))

    def _counted(self, html: str) -> str:
        self._characters += len(html)
        if self._characters > MAX_COURSE:
            raise UnusableFile(
                f"the contents of this course have more than {MAX_COURSE:,} characters",
                "Name a file in fewer places, or split the course.",
            )
        return html


@lru_cache(maxsize=32)  # sections, and courses, may share a file
def to_html(markdown: str) -> str:
    """Render Markdown (CommonMark, tables, strikethrough) to an HTML fragment."""
    html: str = _markdown().render(markdown)
    return html


def with_addresses(markdown: str, address: Callable[[str, int], str]) -> str:
    """Render Markdown, with other addresses for its pictures.

    Args:
        markdown: the text.
        address: gives the address of a picture by what the text has in its place, with character
            references decoded, and the number of the line, from 0, at which its block starts. The
            pictures are those of Markdown, and `<img src="…">` in the HTML inside it.
    """
    parser = _markdown()
    environment: dict[str, object] = {}
    tokens = parser.parse(markdown, environment)
    for block in tokens:
        line = block.map[0] if block.map else 0
        for token in (block, *(block.children or ())):
            if token.type == "image":
                token.attrSet("src", address(str(token.attrGet("src") or ""), line))
            elif token.type in {"html_inline", "html_block"}:
                token.content = pictures_replaced(token.content, partial(_at, address, line))
    html: str = parser.renderer.render(tokens, parser.options, environment)
    return html


def _at(address: Callable[[str, int], str], line: int, written: str) -> str:
    return address(written, line)


def pictures_replaced(html: str, address: Callable[[str], str]) -> str:
    """Give the pictures in HTML other addresses; a tag that is not regular stays."""

    def replaced(found: re.Match[str]) -> str:
        if (quoted := found["double"] or found["single"]) is None:
            return found[0]
        written = unescaped(quoted)
        new = address(written)
        if new == written:
            return found[0]
        start, end = found.span("double" if found["double"] else "single")
        whole, at = found[0], found.start()
        return f"{whole[: start - at]}{escape(new)}{whole[end - at :]}"

    return _IMG.sub(replaced, html) if "<img" in html.lower() else html


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


def check_markdown(markdown: str, name: str) -> None:
    """Raise UnusableFile for Markdown beyond the bounds; `name` names its file."""
    if len(markdown) > MAX_MARKDOWN:
        raise UnusableFile(f"{name} has more than {MAX_MARKDOWN:,} characters of Markdown", _SPLIT)
    if markdown.count("[") > MOST_BRACKETS:
        raise UnusableFile(f"{name} has more than {MOST_BRACKETS:,} opening brackets", _SPLIT)
    if found := _NESTED.search(markdown):
        line = markdown.count("\n", 0, found.end()) + 1
        raise UnusableFile(
            f"{name} has quotes or lists more than {DEEPEST} deep on line {line}",
            coded("Use fewer `>` and `-` at the start of that line."),
        )


def markdown_effort(markdown: str) -> int:
    """Estimate the work of rendering: 3 x lines + marks + brackets x marks / 200."""
    marks = len(_MARKS.findall(markdown))
    return 3 * markdown.count("\n") + marks + markdown.count("[") * marks // 200
