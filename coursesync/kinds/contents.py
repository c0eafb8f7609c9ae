"""Renders Markdown contents as the HTML that Nexudus stores.

Owns the dialect, and the bound on a course. The dialect is CommonMark with tables and
strikethrough, as GitHub shows it to a reviewer; HTML inside Markdown is kept. The renderer takes
long, and much memory, for some texts: a text that is not `is_quick` must be rendered in a process
of its own, which has limits.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import UnusableFile
from coursesync.text import coded, inert, unescaped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from coursesync.kinds.tree import Value

    # makes HTML of the Markdown of the file of a name, or raises UnusableFile, with mistakes at
    # their places in the file, or with a problem that follows the file's name
    Render: TypeAlias = Callable[[str, str], str]

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
_OTHER = r"(?:\s+(?!src[\s=])[a-zA-Z][\w:.-]*(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*+"
# a comment, or a picture whose tag every parser reads in the same way
_IMG = re.compile(
    rf"<!--.*?-->|<img{_OTHER}\s+src\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')"
    rf"{_OTHER}\s*/?>",
    re.IGNORECASE | re.DOTALL,
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

    def __init__(self, read: Callable[[str], str], render: Render) -> None:
        """Make it with `read`, which returns a content file's text or raises UnusableFile."""
        self._read = read
        self._render = render
        self._characters = 0

    def of(self, written: Value) -> tuple[str, str]:
        """Return contents as HTML, and their Markdown, "" if they are written as HTML.

        They are written in place, or as `{html: NAME}` or `{markdown: NAME}`.

        Raises:
            UnusableFile: the file can't be used.
        """
        if not isinstance(written, dict):
            return str(written), ""
        if (name := written.get("markdown")) is not None:
            markdown = self._read(str(name))
            return self.rendered(str(name), markdown), markdown
        return self._counted(self._read(str(written["html"]))), ""

    def source(self, written: Value) -> str:
        """Return a text as it is written, in place or as `{markdown: NAME}`.

        Raises:
            UnusableFile: the file can't be used.
        """
        if not isinstance(written, dict):
            return str(written)
        return self._counted(self._read(str(written["markdown"])))

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
            html = self._render(name, text)
        except UnusableFile as unusable:
            if unusable.mistakes:
                raise
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


def pictures_in(markdown: str) -> list[tuple[str, int]]:
    """Return the pictures of Markdown, and those that `<img src="…">` in the HTML inside it shows.

    Each is what the text has in the place of the address, with character references decoded, and
    the number of the line, from 0, at which its block starts.
    """
    found: list[tuple[str, int]] = []

    def noted(written: str, line: int) -> str:
        found.append((written, line))
        return written

    _parsed(markdown, noted)
    return found


def with_addresses(markdown: str, addresses: Mapping[str, str]) -> str:
    """Render Markdown with other addresses for its pictures, by those in `pictures_in`."""
    tokens, environment = _parsed(markdown, lambda written, _: addresses.get(written, written))
    parser = _markdown()
    html: str = parser.renderer.render(tokens, parser.options, environment)
    return html


def _parsed(
    markdown: str, address: Callable[[str, int], str]
) -> tuple[list[Token], dict[str, object]]:
    """Parse Markdown, and give each picture the address for what is written, and for its line."""
    environment: dict[str, object] = {}
    tokens = _markdown().parse(markdown, environment)
    for block in tokens:
        line = block.map[0] if block.map else 0
        for token in (block, *(block.children or ())):
            if token.type == "image":
                token.attrSet("src", address(str(token.attrGet("src") or ""), line))
            elif token.type in {"html_inline", "html_block"}:
                token.content = pictures_replaced(token.content, partial(_at, address, line))
    return tokens, environment


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
