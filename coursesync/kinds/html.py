"""Reads HTML with the standard library's parser, in linear time, and compares it by its tokens."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from coursesync.text import with_short_references

_BARE = re.compile(r"<(?![a-zA-Z/!?])")


def same_html(one: str, other: str) -> bool:
    """Return whether two texts are the same HTML except for blanks, quotes, entities, comments."""
    if one == other:
        return True
    return _tokens(one) == _tokens(other)


def fed(parser: HTMLParser, html: str) -> str | None:
    """Feed HTML to a parser, in linear time.

    Returns:
        The unread rest, for example a tag without its end; None if the parser stopped at an
        unknown declaration.
    """
    try:
        parser.feed(_BARE.sub("&lt;", with_short_references(html)))
    except AssertionError:
        return None
    return parser.rawdata  # `close()` would search for the end of each open tag


def _tokens(html: str) -> list[object]:
    parser = _Tokens()
    rest = fed(parser, html)
    return [*html.split()] if rest is None else [*parser.tokens, *unescape(rest).split()]


class _Tokens(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tokens: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tokens.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tokens.append(("/" + tag,))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        self.tokens += data.split()
