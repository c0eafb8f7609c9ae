"""Markdown contents to the HTML that Nexudus stores.

CommonMark with tables and strikethrough, as GitHub shows it to the reviewer of the file.
HTML inside Markdown is kept, for authors may also write HTML in place.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only where a course has Markdown

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def to_html(markdown: str) -> str:
    """Render Markdown (CommonMark, tables, strikethrough) to an HTML fragment."""
    html: str = _markdown().render(markdown)
    return html
