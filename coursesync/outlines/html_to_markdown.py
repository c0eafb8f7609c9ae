"""Finds the Markdown for HTML contents.

Owns the proof: a converter's result is a guess, and only a text that our renderer turns into the
same HTML, byte for byte, is Markdown for it. It must never return another.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, groupby
from typing import TYPE_CHECKING

from coursesync.errors import UnusableFile
from coursesync.kinds.contents import is_quick, to_html

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coursesync.outlines.rendering import Renderer

# the converter takes quadratic time for these, and no person writes them
_SLOW = re.compile(r"[^\S\n]{80}|\n{20}|<!")
_MOST_TAGS = 2_000
_LONGEST = 65_536  # characters
_BLOCK = re.compile(r"<(p|h[1-6])>[^\n]*</\1>\n")


def markdown_for(html: str, before: str, renderer: Renderer) -> str | None:
    """Return Markdown for HTML that takes the place of a text, or None.

    The blocks of that text that did not change stay to the letter, also between two changes.
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
    above, blocks, changed, below = _apart(renderer.blocks(before), html)
    for middle in (_aligned(blocks, changed), [_Part(changed)]):
        parts = [*above, *middle, *below]
        for converted in (_as_markdown, _mixed, str):
            joined = _joined(parts, converted)
            if _gives(joined, html, renderer):
                return joined
    return markdown_of(html) or (html if _gives(html, html, renderer) else None)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the new HTML, with the present Markdown if it did not change."""

    html: str
    text: str = ""


def _apart(
    blocks: Sequence[tuple[str, str]], html: str
) -> tuple[list[_Part], Sequence[tuple[str, str]], str, list[_Part]]:
    """Return the blocks at the start of HTML, the other blocks and HTML, and those at its end."""
    first = last = start = 0
    end = len(html)
    while first < len(blocks) and html.startswith(blocks[first][1], start):
        start += len(blocks[first][1])
        first += 1
    while last < len(blocks) - first and html.endswith(blocks[-1 - last][1], start, end):
        end -= len(blocks[-1 - last][1])
        last += 1
    parts, until = [_Part(own, text) for text, own in blocks], len(blocks) - last
    return parts[:first], blocks[first:until], html[start:end], parts[until:]


def _aligned(blocks: Sequence[tuple[str, str]], html: str) -> list[_Part]:
    """Divide HTML at the blocks that it still holds, in their order; a block is whole lines."""
    old = [own.splitlines(keepends=True) for _, own in blocks]
    new = html.splitlines(keepends=True)
    runs = SequenceMatcher(None, [*chain(*old)], new).get_matching_blocks()
    places = {run.a + i: run.b + i for run in runs for i in range(run.size)}
    parts: list[_Part] = []
    at = done = 0
    for (text, own), lines in zip(blocks, old, strict=True):
        found = [places.get(at + i, -1) for i in range(len(lines))]
        at += len(lines)
        if found and found[0] >= 0 and found == [*range(found[0], found[0] + len(found))]:
            between = new[done : found[0]]
            parts += [*([_Part("".join(between))] if between else []), _Part(own, text)]
            done = found[-1] + 1
        else:
            parts.append(_Part(""))  # its neighbours are no neighbours in the present text
    return [*parts, _Part("".join(new[done:]))]


def _joined(parts: Sequence[_Part], converted: Callable[[str], str]) -> str:
    """Return the Markdown of all parts; neighbours that did not change keep what is between."""
    texts = (
        "".join(part.text if is_kept else converted(part.html) for part in group).strip("\n")
        for is_kept, group in groupby(parts, lambda part: bool(part.text))
    )
    return "\n\n".join(filter(None, texts)) + "\n"


def _as_markdown(html: str) -> str:
    return markdown_of(html) or _mixed(html)


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
