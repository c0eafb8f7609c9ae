"""Do two pieces of HTML say the same? A server may write ours its own way. Pure."""

from __future__ import annotations

from html.parser import HTMLParser

from coursesync.text import with_short_references

_MOST_OPEN = 50
_MOST_DECLARED = 50


def same_html(one: str, other: str) -> bool:
    """Say whether two texts are the same HTML but for blanks, quotes, entities and comments."""
    if one == other:
        return True
    if not (_is_quick(one) and _is_quick(other)):
        return one.split() == other.split()
    return _Tokens.of(one) == _Tokens.of(other)


def _is_quick(html: str) -> bool:
    """Say whether the parser reads it in good time.

    It takes the square of how many tags are left open, and of how many declarations there are.
    """
    is_closed = html.count("<") <= html.count(">") + _MOST_OPEN
    return is_closed and html.count("<!") + html.count("<?") <= _MOST_DECLARED


class _Tokens(HTMLParser):
    """HTML as a list of its tags and words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tokens: list[object] = []

    @classmethod
    def of(cls, html: str) -> list[object]:
        parser = cls()
        try:
            parser.feed(with_short_references(html))
            parser.close()
        except AssertionError:  # what html.parser makes of a declaration that it does not know
            return list(html.split())
        return parser.tokens

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tokens.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tokens.append(("/" + tag,))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        self.tokens += data.split()
