"""Finds the Markdown for HTML contents.

Owns the proof: a converter's result is a guess, and only a text that our renderer turns into the
same HTML, byte for byte, is Markdown for it. It must never return another.
"""

from __future__ import annotations

import re
import warnings
from itertools import groupby
from typing import TYPE_CHECKING

from coursesync.errors import UnusableFile
from coursesync.kinds.contents import is_quick, to_html

if TYPE_CHECKING:
    from coursesync.outlines.rendering import Renderer

# the converter takes quadratic time for these, and no person writes them
_SLOW = re.compile(r"[^\S\n]{80}|\n{20}|<!")
_MOST_TAGS = 2_000
_LONGEST = 65_536  # characters
_BLOCK = re.compile(r"<(p|h[1-6])>[^\n]*</\1>\n")


def markdown_for(html: str, before: str, renderer: Renderer) -> str | None:
    """Return Markdown for HTML that takes the place of a text, or None.

    The blocks of that text that did not change, above and below the others, stay to the letter.
    What Markdown has no signs for, such as `<u>`, is in it as HTML. A final line end of the HTML
    does not count.

    Args:
        html: the new contents.
        before: the Markdown of the present ones.
        renderer: renders them, however long they are.

    Raises:
        UnusableFile: that takes too long.
    """
    html = f"{html.rstrip()}\n" if html.strip() else ""
    if not html or renderer.html(before) == html:
        return before if html else ""
    blocks = renderer.blocks(before)
    first = last = 0
    start, end = 0, len(html)
    while first < len(blocks) and html.startswith(blocks[first][1], start):
        start += len(blocks[first][1])
        first += 1
    rest = blocks[first:]
    while last < len(rest) and html.endswith(rest[-1 - last][1], start, end):
        end -= len(rest[-1 - last][1])
        last += 1
    above = "".join(text for text, _ in blocks[:first])
    below = "".join(text for text, _ in blocks[len(blocks) - last :])
    changed = html[start:end]
    for between in (markdown_of(changed), _mixed(changed), changed) if changed else ("",):
        parts = [part.strip("\n") for part in (above, between or "", below)]
        joined = "\n\n".join(part for part in parts if part) + "\n"
        if _gives(joined, html, renderer):
            return joined
    return markdown_of(html) or (html if _gives(html, html, renderer) else None)


def _mixed(html: str) -> str:
    """Return the paragraphs and headings of an HTML text as Markdown, where they have any."""
    parts = []
    for is_block, lines in groupby(html.splitlines(keepends=True), _is_block):
        group = [*lines]
        texts = [markdown_of(e) or e for e in group] if is_block else ["".join(group)]
        parts += [text.strip("\n") for text in texts]
    return "\n\n".join(parts)


def _is_block(line: str) -> bool:
    return _BLOCK.fullmatch(line) is not None


def _gives(markdown: str, html: str, renderer: Renderer) -> bool:
    try:
        return renderer.html(markdown) == html
    except UnusableFile:  # it takes too long
        return False


def markdown_of(html: str) -> str | None:
    """Return a Markdown text that renders to exactly that HTML, or None."""
    if not html.endswith("\n") or len(html) > _LONGEST or "\r" in html:
        return None
    if _SLOW.search(html) or html.count("<") > _MOST_TAGS:
        return None
    from bs4.exceptions import ParserRejectedMarkup  # noqa: PLC0415 - for import only
    from markdownify import markdownify  # noqa: PLC0415 - for import only

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about HTML that looks like a path or like XML
        try:
            text = f"{markdownify(html, heading_style='ATX', bullets='-')}\n"
        except (ParserRejectedMarkup, RecursionError, ValueError):
            return None  # ValueError: a number with too many digits, or with unusual ones
    return text if is_quick(text) and to_html(text) == html else None
