"""Finds the Markdown for HTML contents.

Owns the proof: a converter's result is a guess, and only a text that our renderer turns into the
same HTML, byte for byte, is Markdown for it. It must never return another.
"""

from __future__ import annotations

import re
import warnings

from coursesync.errors import UnusableFile
from coursesync.kinds.contents import MAX_MARKDOWN, check_markdown, to_html

# the converter takes quadratic time for these, and no person writes them
_SLOW = re.compile(r"[^\S\n]{80}|\n{20}|<!")
_MOST_TAGS = 2_000


def markdown_of(html: str) -> str | None:
    """Return a Markdown text that renders to exactly that HTML, or None."""
    if not html.endswith("\n") or len(html) > MAX_MARKDOWN or "\r" in html:
        return None
    if _SLOW.search(html) or html.count("<") > _MOST_TAGS:
        return None
    from bs4.exceptions import ParserRejectedMarkup  # noqa: PLC0415 - for import only
    from markdownify import markdownify  # noqa: PLC0415 - the same

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about HTML that looks like a path or like XML
        try:
            text = f"{markdownify(html, heading_style='ATX', bullets='-')}\n"
            check_markdown(text)
        except (ParserRejectedMarkup, RecursionError, UnusableFile, ValueError):
            return None  # ValueError: a number with too many digits, or with unusual ones
    return text if to_html(text) == html else None
