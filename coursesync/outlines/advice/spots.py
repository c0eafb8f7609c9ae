"""Finds where a text has an address: in a tag, or in a link or a picture of Markdown.

Owns what is passed over: plain text, and the code in Markdown. It must never take more than linear
time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from coursesync.outlines.advice.addresses import ADDRESSES
from coursesync.text import unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE = re.compile(
    r"<!--.*?-->"
    r"|^[ \t>]*(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?^[ \t>]*(?P=fence)[`~]*[ \t]*$|.*\Z)"
    r"|(?<!`)(?P<ticks>`+)(?!`).{1,1000}?(?<!`)(?P=ticks)(?!`)",
    re.DOTALL | re.MULTILINE,
)
# the end of a link or a picture, the definition of one, or an address alone
_LINK = re.compile(
    r"(?:(?P<end>\])\(|^ {0,3}\[[^\]\n]{1,300}\]:)[ \t]*"
    r"(?:<(?P<angled>[^<>\n]*)>|(?P<bare>[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*))"
    r"|<(?P<auto>[a-z][a-z0-9+.-]{1,31}:[^<>\s]*)>",
    re.IGNORECASE | re.MULTILINE,
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_LONGEST_WORDS = 1_000  # characters of a link's words
_INDENTED = re.compile(r"\n(?: {4}|\t)[^\n]*\Z")


def without_code(markdown: str) -> str:
    """Return Markdown with spaces in place of its code and comments; lines stay."""
    return _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), markdown)


def in_tag(text: str, tag: str, attribute: str, value: str) -> int | None:
    """Return the place of an attribute in HTML: of its value if that is an address."""
    attributes = re.compile(
        rf"(?<=[\s/\"']){re.escape(attribute)}(?![\w-])"
        r"(?:\s*=\s*(?:\"(?P<double>[^\"]*)|'(?P<single>[^']*)|(?P<bare>[^\s>\"']*)))?",
        re.IGNORECASE,
    )
    for begun in re.finditer(rf"<{re.escape(tag)}(?=[\s/])[^<>]{{0,5000}}", text, re.IGNORECASE):
        if (found := attributes.search(text, *begun.span())) is None:
            continue
        form = next((each for each in found.groupdict() if found[each]), "")
        if _plain(found[form] if form else "") == _plain(value):
            return found.start(form if form and attribute in ADDRESSES else 0)
    return None


def in_link(markdown: str, address: str, *, is_picture: bool) -> int | None:
    """Return the place of the address of a link or a picture in Markdown without code.

    A line that is indented like code comes last: it may belong to a list.
    """
    found = _links(markdown, _plain(address), is_picture=is_picture)
    return min(found, key=lambda at: _is_indented(markdown, at), default=None)


def _links(markdown: str, address: str, *, is_picture: bool) -> Iterator[int]:
    for found in _LINK.finditer(markdown):
        form = next((each for each in ("angled", "bare", "auto") if found[each]), "bare")
        written = found[form] or ""
        if form != "auto":
            written = _ESCAPED.sub(r"\1", written)
        if _plain(written) != address:
            continue
        if not found["end"] or _is_of_picture(markdown, found.start()) == is_picture:
            yield found.start(form)


def _is_of_picture(markdown: str, end: int) -> bool:
    """Return whether a closing bracket is that of a picture: `!` is before the opening one."""
    depth = 0
    for at in range(end, max(-1, end - _LONGEST_WORDS), -1):
        if markdown[at - 1 : at] != "\\":
            depth += {"]": 1, "[": -1}.get(markdown[at], 0)
        if not depth:
            return markdown[:at].endswith("!")
    return False


def _is_indented(markdown: str, at: int) -> bool:
    start = markdown.rfind("\n", 0, at)
    return start >= 0 and _INDENTED.match(markdown, start, at) is not None


def _plain(address: str) -> str:
    return unquote(unescaped(address)).strip()
