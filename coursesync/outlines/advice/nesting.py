"""Checks how the tags of a piece of HTML are nested, and whether it shows anything.

Owns which tags end which, and which may stay open, by the HTML standard. It must never take more
than linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from coursesync.kinds.html import fed
from coursesync.text import is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence

DEEPEST = 100  # tags inside each other
MOST_ATTRIBUTES = 50  # a tag
FEW_TAGS = 500  # up to this many tags, parsing is fast
_MOST_EFFORT = 1_000_000  # limit on unclosed tags x tags: a parser may open them once more
_CUT = re.compile(r"<(/?[a-zA-Z][^\s>=\"'&]*)")
# HTML in which all parsers find the same tags
_REGULAR = re.compile(
    r"(?:[^<]++|<(?![a-zA-Z/!?])"
    r"|<[a-zA-Z][\w:-]*+(?:\s++[a-zA-Z][\w:.-]*+"
    r"(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'=])[^\s>]++))?+)*+\s*+/?>"
    r"|</[a-zA-Z][\w:-]*+\s*+>"
    r"|<!--(?!-?>)(?:(?!--).)*+-->|<[!?][a-zA-Z][^>]*+>)*+",
    re.DOTALL | re.ASCII,
)
_FOREIGN = re.compile("<(?:svg|math)", re.IGNORECASE)
_VOID = frozenset(
    {*("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param")}
    | {"source", "track", "wbr"}
)
# tags whose content is text up to their own end tag
_RAW = frozenset(
    {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"},
)
_RAW_START = re.compile(f"<(?:{'|'.join(sorted(_RAW))})", re.IGNORECASE)
# https://html.spec.whatwg.org/multipage/syntax.html#optional-tags: the tags that a start tag ends
_ENDS_A_PARAGRAPH = (
    *("address", "article", "aside", "blockquote", "center", "details", "dialog", "div", "dl"),
    *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("header", "hr", "main", "menu", "nav", "ol", "p", "pre", "section", "table", "ul"),
)
_ROWS = frozenset({"td", "th", "tr", "p"})
_ENDS = {
    **dict.fromkeys(_ENDS_A_PARAGRAPH, frozenset({"p"})),
    "li": frozenset({"li", "p"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"dt", "dd", "p"})),
    **dict.fromkeys(("td", "th"), frozenset({"td", "th", "p"})),
    "tr": _ROWS | {"colgroup"},
    "thead": _ROWS | {"colgroup"},
    "tbody": _ROWS | {"thead", "tbody", "colgroup"},
    "tfoot": _ROWS | {"thead", "tbody"},
    **dict.fromkeys(("rt", "rp"), frozenset({"rt", "rp"})),
}
_MAY_STAY_OPEN = frozenset().union(*_ENDS.values()) | {"tfoot"}
_SHOWN_BY_ITSELF = frozenset({"img", "iframe", "video", "audio", "embed", "object", "svg"})


@dataclass(slots=True)
class Nesting:
    """The result of one pass over the tags, in the order of the text.

    Attributes:
        slips: a fault and the tag's name. The faults: "open", never closed; "stray", closes
            nothing; "cut", without `>`; "deep"; "overloaded" with attributes.
        left: the number of tags that are never closed.
        tags: the names of all tags.
        addressed: each tag and attribute that holds an address.
    """

    slips: dict[tuple[str, str], None] = field(default_factory=dict)
    left: int = 0
    tags: dict[str, None] = field(default_factory=dict)
    addressed: dict[tuple[str, str], None] = field(default_factory=dict)

    def has(self, fault: str) -> bool:
        """Return whether a tag has this fault."""
        return any(how == fault for how, _ in self.slips)


def nesting_of(text: str) -> Nesting:
    """Check the tags of a piece of HTML, up to the first that is nested too deep."""
    reader = _Nester()
    reader.read(text)
    return reader.end()


def is_regular(text: str) -> bool:
    """Return whether the sanitizer's parser sees the tags that `nesting_of` sees."""
    if _FOREIGN.search(text) and _RAW_START.search(text):
        return False  # in SVG and MathML, the content of these tags is not text
    return _REGULAR.fullmatch(text) is not None


def is_tangled(text: str) -> bool:
    """Return whether a sanitizer may take long for HTML.

    For each tag, it searches the open tags, or opens again those that were never closed.
    """
    found, tags = nesting_of(text), text.count("<")
    if found.has("overloaded") or tags <= FEW_TAGS:
        return found.has("overloaded")
    return found.has("deep") or found.left * tags > _MOST_EFFORT or not is_regular(text)


def shows_nothing(text: str) -> bool:
    """Return whether a piece of HTML has nothing to read, to look at or to hear."""
    return not _Looker().read(text)


class _EnoughError(Exception):
    """The rest of the text does not matter."""


class _Reader(HTMLParser):
    rest = ""

    def read(self, text: str) -> bool:
        """Read a text; return whether that ended early."""
        try:
            self.rest = fed(self, text) or ""
            if not self.rest.startswith("<") and not self.cdata_elem:
                self.handle_data(unescape(self.rest))
        except _EnoughError:
            return True
        return False

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # in HTML, `/>` means nothing


class _Looker(_Reader):
    """Stops at the first visible thing."""

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - html.parser's
        if tag in _SHOWN_BY_ITSELF:
            raise _EnoughError
        if tag in _RAW:
            self.set_cdata_mode(tag)

    def handle_data(self, data: str) -> None:
        if not self.cdata_elem and not is_blank(data):
            raise _EnoughError


class _Nester(_Reader):
    def __init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
        self._found = Nesting()

    def end(self) -> Nesting:
        cut = None if self.cdata_elem else _CUT.match(self.rest)
        if cut is not None:
            self._slip("cut", cut[1].lower())
        self._close_down_to(0)
        return self._found

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._found.tags[tag] = None
        for name, _ in attrs:
            if name in {"href", "src"}:
                self._found.addressed[tag, name] = None
        if len(attrs) > MOST_ATTRIBUTES:
            self._slip("overloaded", tag)
        if tag in _RAW:
            self.set_cdata_mode(tag)
        while self._open and self._open[-1] in _ENDS.get(tag, ()):
            self._open.pop()
        if tag not in _VOID:
            self._open.append(tag)
        if len(self._open) > DEEPEST:
            self._slip("deep", tag)
            self._open.clear()
            raise _EnoughError

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            last = len(self._open) - 1 - self._open[::-1].index(tag)
            self._close_down_to(last + 1)
            self._open.pop()
        elif tag not in {"p", "br"}:  # browsers read these as start tags
            self._slip("stray", tag)

    def _close_down_to(self, depth: int) -> None:
        for tag in self._open[depth:]:
            if tag not in _MAY_STAY_OPEN:
                self._found.left += 1
                self._slip("open", tag)
        del self._open[depth:]

    def _slip(self, how: str, tag: str) -> None:
        self._found.slips[how, tag] = None
