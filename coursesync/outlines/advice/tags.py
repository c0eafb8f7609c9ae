"""The tags of a piece of HTML as they are written: where each stands, and which are left open.

Pure, and in time that grows no faster than the text: it never looks back, and never nests.
What a tag means is not decided here (`contents`); how HTML is divided into tags is the
standard's: https://html.spec.whatwg.org/multipage/parsing.html#tokenization
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.text import unescaped, without_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SLIPS = 5
DEEPEST = 100  # tags, one in the other
MOST_ATTRIBUTES = 50  # a tag

_TOKEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"  # a comment
    r"|<(?:[!?]|/(?![a-zA-Z]))[^>]*+>?"  # what is read as one
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<attributes>(?:[\s/]++"
    r"|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])[^\s>]*+)|(?!\s*+=)))*+)>"
    r"|<(?P<cut>/?[a-zA-Z]).*",  # without its `>` a tag swallows the rest
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?+"
)
_VOID = frozenset(
    {*("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param")}
    | {"source", "track", "wbr"}
)
# what is text up to the tag's own end
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}
# https://html.spec.whatwg.org/multipage/syntax.html#optional-tags: what a start ends
_ENDS_A_PARAGRAPH = (
    *("address", "article", "aside", "blockquote", "center", "details", "dialog", "div", "dl"),
    *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("header", "hr", "main", "menu", "nav", "ol", "p", "pre", "section", "table", "ul"),
)
_ROWS = frozenset({"td", "th", "tr", "p"})
_ENDS = {
    **dict.fromkeys(_ENDS_A_PARAGRAPH, frozenset({"p"})),
    "li": frozenset({"li", "p"}),
    "dt": frozenset({"dt", "dd", "p"}),
    "dd": frozenset({"dt", "dd", "p"}),
    "td": frozenset({"td", "th", "p"}),
    "th": frozenset({"td", "th", "p"}),
    "tr": _ROWS | {"colgroup"},
    "thead": _ROWS | {"colgroup"},
    "tbody": _ROWS | {"thead", "tbody", "colgroup"},
    "tfoot": _ROWS | {"thead", "tbody"},
    "rt": frozenset({"rt", "rp"}),
    "rp": frozenset({"rt", "rp"}),
}
_FOREIGN = re.compile("<(?:svg|math)", re.IGNORECASE)
_OTHERWISE_THERE = re.compile(rf"<(?:!\[|{'|'.join(_RAW)})", re.IGNORECASE)
_SHORT = 20_000  # characters
_MOST_EFFORT = 1_000_000  # tags that are looked at; a page of 900 KB as people write it takes half
_MAY_STAY_OPEN = frozenset().union(*_ENDS.values()) | {"tfoot"}
_SHOWN_BY_ITSELF = frozenset({"img", "iframe", "video", "audio", "embed", "object", "svg"})


@dataclass(frozen=True, slots=True)
class Slip:
    """A tag that is written wrongly: its name, where it begins, and how it is wrong."""

    name: str
    start: int
    # "open": never closed; "stray": closes nothing; "cut": has no `>`; "deep"; "overloaded"
    how: str


@dataclass(slots=True)
class Scan:
    """What one pass over a piece of HTML finds.

    `tags` maps each name, in small letters, to where its first tag begins; `attributes` each
    (tag, attribute) to each place and what is written there. `orderly` says that tags are nested
    as they are meant to be; `overloaded` that there is a tag of more attributes than are read.
    """

    tags: dict[str, int] = field(default_factory=dict)
    attributes: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)
    slips: list[Slip] = field(default_factory=list)
    orderly: bool = True
    overloaded: bool = False

    def tokens(self) -> Iterator[tuple[str, str, str]]:
        """Give each tag, attribute and value, as a browser reads it."""
        for (tag, attribute), places in self.attributes.items():
            for _, value in places:
                yield tag, attribute, unescaped(value)


def scan(text: str) -> Scan:
    """Go over a piece of HTML once; tags that are nested too deep end it early."""
    return _Scanner(text).run()


def is_blank(text: str) -> bool:
    """Say whether a piece of HTML has nothing to read, to look at or to hear."""
    at = 0
    while (token := _TOKEN.search(text, at)) is not None:
        name = token["name"].lower() if token["name"] else ""
        if name in _SHOWN_BY_ITSELF or _is_seen(text[at : token.start()]):
            return False
        at = token.end()
        if name in _RAW and not token["end"]:
            end = _RAW[name].search(text, at)
            at = end.start() if end else len(text)
    return not _is_seen(text[at:])


def _is_seen(text: str) -> bool:
    return bool(text) and not text.isspace() and bool(without_marks(unescaped(text)).strip())


def is_tangled(text: str) -> bool:
    """Say whether a parser of HTML may take long, for how tags are nested or left open.

    For each tag, it looks through those that are open, or opens them once more. A tag counts as
    open here until it is closed without doubt. Nothing takes long in a short text.
    """
    if len(text) < _SHORT:
        return False
    is_foreign = bool(_FOREIGN.search(text))
    if is_foreign and _OTHERWISE_THERE.search(text):
        return True  # what is a tag in there is not judged here
    effort, at, opened = 0, 0, list[str]()
    while (token := _TOKEN.search(text, at)) is not None:
        at = token.end()
        name = token["name"].lower() if token["name"] else ""
        if name and token["end"]:
            _shut(opened, name)
        elif name and name not in _VOID:
            while opened and opened[-1] in _ENDS.get(name, ()):
                opened.pop()
            opened.append(name)
            if name in _RAW:
                end = _RAW[name].search(text, at)
                at = end.start() if end else len(text)
        effort += len(opened) + 1
        if effort > _MOST_EFFORT:
            return True
    return False


def _shut(opened: list[str], name: str) -> None:
    """Close a tag, with those in it that need no end of their own; where others are, none."""
    for depth in range(len(opened) - 1, -1, -1):
        if opened[depth] == name:
            del opened[depth:]
            return
        if opened[depth] not in _MAY_STAY_OPEN:
            return


def without_tags(text: str) -> str:
    """Return what is between the tags."""
    return _TOKEN.sub(" ", text)


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[tuple[str, int]] = []
        self._found = Scan()
        self._at = 0

    def run(self) -> Scan:
        found = self._found
        while (token := _TOKEN.search(self._text, self._at)) is not None:
            self._at = token.end()
            self._token(token)
            if len(self._open) > DEEPEST:
                found.orderly = False
                return found
        self._close_down_to(0)
        found.orderly = found.orderly and not found.slips
        return found

    def _token(self, token: re.Match[str]) -> None:
        if token["cut"]:
            self._slip(_name(token[0][1:32]), token.start(), "cut")
        elif token["name"]:
            name = token["name"].lower()
            if token["end"]:
                self._end(name, token.start())
            else:
                self._start(name, token)

    def _start(self, name: str, token: re.Match[str]) -> None:
        found = self._found
        found.tags.setdefault(name, token.start())
        if token["attributes"]:
            self._attributes(name, token)
        ended = _ENDS.get(name, frozenset())
        while self._open and self._open[-1][0] in ended:
            self._open.pop()
        if name in _RAW:
            self._raw(name, token.start())
        elif name not in _VOID:
            self._open.append((name, token.start()))
            if len(self._open) > DEEPEST:
                self._slip(name, token.start(), "deep")

    def _raw(self, name: str, start: int) -> None:
        end = _RAW[name].search(self._text, self._at)
        if end is None:
            self._slip(name, start, "open")
            self._at = len(self._text)
        else:
            self._open.append((name, start))
            self._at = end.start()

    def _attributes(self, tag: str, token: re.Match[str]) -> None:
        found, start = self._found, token.start("attributes")
        for number, each in enumerate(_ATTRIBUTE.finditer(token["attributes"])):
            if number >= MOST_ATTRIBUTES:
                found.overloaded = True
                self._slip(tag, token.start(), "overloaded")
                return
            value = each[2] or each[3] or each[4] or ""
            at = found.attributes.setdefault((tag, each[1].lower()), [])
            at.append((start + each.start(), value))

    def _end(self, name: str, start: int) -> None:
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth][0] == name:
                self._close_down_to(depth + 1)
                self._open.pop()
                return
        if name not in {"p", "br"}:  # which are read as an empty paragraph, and a line's end
            self._slip(name, start, "stray")

    def _close_down_to(self, depth: int) -> None:
        left = self._open[depth:]
        del self._open[depth:]
        for name, start in left:
            if name not in _MAY_STAY_OPEN:
                self._slip(name, start, "open")

    def _slip(self, name: str, start: int, how: str) -> None:
        if len(self._found.slips) < MOST_SLIPS:
            self._found.slips.append(Slip(name, start, how))


def _name(text: str) -> str:
    return re.split(r"[\s>=\"'&]", text.lower(), maxsplit=1)[0]
