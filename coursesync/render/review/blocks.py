"""Reads sanitised HTML as blocks of words, and writes blocks as HTML that does nothing.

Owns which elements the review page shows. Whatever it reads, what it writes is well-formed: each
tag is its own, and it never writes a tag, an address to follow or a style of the author's. In place
of a picture or an embedded page, it writes a description.
"""

from __future__ import annotations

import re
from itertools import count, groupby
from typing import TYPE_CHECKING, NamedTuple

from coursesync.text import FLAG, MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PIECE = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)>|([^<]+|<)')
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
# a time such as 9:00 and an address are one word; joiners stay with the characters that they join;
# Chinese and Japanese have no blanks between words
_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(
    rf"\s+|&\w+;|{FLAG}|[{_CJK}]|[\w{MARKS}](?:[^\s&<>{_CJK}]{{0,60}}[\w{MARKS}])?"
    rf"|[^\w\s](?:[\ufe00-\ufe0f]|\u200d[^\w\s]){{0,10}}"
)
_LONGEST_ADDRESS, _MOST_STYLES, _DEEPEST = 200, 8, 30

# elements that hold blocks, as they are written
_HOLDERS = {
    **{each: each for each in ("ul", "ol", "li", "dl", "dt", "dd", "blockquote", "caption")},
    **{each: each for each in ("table", "thead", "tbody", "tr", "td", "th")},
    **dict.fromkeys(("article", "aside", "center", "details", "div", "figure", "footer"), "div"),
    **dict.fromkeys(("header", "hgroup", "nav"), "div"),
}
# blocks of words; the page has headings of its own
_LEAVES = {
    **dict.fromkeys(("p", "figcaption", "summary"), ("p", "")),
    **{f"h{level}": ("p", f' class="h{level}"') for level in range(1, 7)},
    "pre": ("pre", ""),
}
_STYLES = {
    **{each: each for each in ("a", "abbr", "b", "cite", "code", "dfn", "em", "i", "kbd", "mark")},
    **{each: each for each in ("q", "rp", "rt", "ruby", "s", "samp", "small", "strong", "sub")},
    **{each: each for each in ("sup", "u", "var")},
    "acronym": "abbr",
    "tt": "code",
    "strike": "s",
    "del": "s",  # <ins> and <del> are the page's own
    "ins": "u",
}
_CELLS = frozenset({"td", "th"})
_NUMBERS = {"ol": "start", "td": "colspan", "th": "colspan"}


class Part(NamedTuple):
    """An element that holds blocks or words; `number` distinguishes it from others like it."""

    tag: str
    attributes: str
    number: int


class Style(NamedTuple):
    """The tags around words, such as those of bold text."""

    start: str = ""
    end: str = ""


class Word(NamedTuple):
    """A word, or what stands between words, as HTML."""

    html: str
    style: Style

    @property
    def key(self) -> str:
        """What two equal words have in common."""
        return self.html if self.html.isspace() else f"{self.style.start}{self.html}"


class Block(NamedTuple):
    """The words in one element without blocks in it; `path` leads to it from outside."""

    path: tuple[Part, ...]
    words: tuple[Word, ...]

    @property
    def form(self) -> str:
        """How its words are laid out: two blocks of one form differ only in their words."""
        forms = (f"{each.tag}{each.attributes}" for each in self.path)
        return ">".join(each for each in forms if each not in _SAME_FORM)

    @property
    def row(self) -> Part | None:
        """The row of the table around it, if any."""
        return next((each for each in reversed(self.path) if each.tag == "tr"), None)

    @property
    def key(self) -> str:
        """What two equal blocks have in common."""
        return f"{self.form}\0{''.join(each.key for each in self.words)}"


_PLAIN = Style()
_SAME_FORM = frozenset({"div", "p"})  # without these, a text reads the same


def read(html: str, step: int = 1, *, by_word: bool = True) -> list[Block]:
    """Read HTML as nh3 writes it.

    The numbers of its parts go up or down by `step`, so that those of two texts are apart. With
    `by_word` False, a piece of text without tags counts as one word; that is fast.
    """
    reader = _Reader(step, _WORD if by_word else None)
    for found in _PIECE.finditer(html):
        end, tag, attributes, text = found.groups()
        if text is not None:
            reader.text(text)
        elif end:
            reader.end(tag)
        else:
            reader.start(tag, attributes)
    reader.flush()
    return reader.blocks


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of plain text."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return tuple(Word(each, _PLAIN) for each in _WORD.findall(escaped))


class _Reader:
    """Collects blocks."""

    def __init__(self, step: int, word: re.Pattern[str] | None) -> None:
        self.blocks: list[Block] = []
        self._numbers = count(step, step)
        self._word = word
        self._holders: list[tuple[Part, str, int]] = []  # with its tag, and the blocks before it
        self._leaf: Part | None = None
        self._styles: list[tuple[str, Style]] = []
        self._style = _PLAIN
        self._words: list[Word] = []
        self._skipped = ""  # up to the end of this element

    def start(self, tag: str, attributes: str) -> None:
        """Read a start tag."""
        if self._skipped:
            return
        if tag in _HOLDERS:
            self.flush()
            self._leaf = None
            if len(self._holders) < _DEEPEST:
                part = Part(_HOLDERS[tag], _number(tag, attributes), next(self._numbers))
                self._holders.append((part, tag, len(self.blocks)))
        elif tag in _LEAVES:
            self.flush()
            self._leaf = Part(*_LEAVES[tag], next(self._numbers))
        elif tag in _STYLES:
            self._styles.append((tag, _style(tag, attributes)))
            self._restyle()
        elif tag == "br":
            self._add("<br>")
        elif tag == "hr":
            self.flush()
            self._leaf = None
            self._add("<hr>")
            self.flush()
        elif tag in {"img", "iframe"}:
            self._add(_described(tag, attributes))
            self._skipped = tag if tag == "iframe" else ""

    def end(self, tag: str) -> None:
        """Read an end tag."""
        if self._skipped:
            self._skipped = "" if tag == self._skipped else self._skipped
        elif tag in _STYLES:
            if self._styles and self._styles[-1][0] == tag:
                self._styles.pop()
                self._restyle()
        elif tag in _LEAVES:
            self.flush()
            self._leaf = None
        elif tag in _HOLDERS and any(each[1] == tag for each in self._holders):
            self._end_holder(tag)

    def _end_holder(self, tag: str) -> None:
        self.flush()
        self._leaf = None
        while True:
            _, ended, before = self._holders[-1]
            if ended in _CELLS and before == len(self.blocks):  # without it, others would shift
                self.blocks.append(Block(tuple(each[0] for each in self._holders), ()))
            self._holders.pop()
            if ended == tag:
                return

    def text(self, text: str) -> None:
        """Read text between tags."""
        if self._skipped:
            return
        for each in (text,) if self._word is None else self._word.findall(text):
            if not each.isspace():
                self._add(each.replace("<", "&lt;").replace(">", "&gt;"))
            elif self._leaf is not None and self._leaf.tag == "pre":
                self._add(each)
            elif self._words:  # none at the start
                self._add(" ")

    def flush(self) -> None:
        """End a block."""
        while self._words and self._words[-1].html.isspace():
            self._words.pop()
        if not self._words:
            return
        leaf = self._leaf or Part("div", "", next(self._numbers))
        path = (*(each[0] for each in self._holders), leaf)
        self.blocks.append(Block(path, tuple(self._words)))
        self._words = []

    def _add(self, html: str) -> None:
        self._words.append(Word(html, self._style))

    def _restyle(self) -> None:
        styles = [each for _, each in self._styles[:_MOST_STYLES]]
        self._style = Style(
            "".join(each.start for each in styles), "".join(each.end for each in reversed(styles))
        )


def _number(tag: str, attributes: str) -> str:
    """Return the attribute of a list or a cell that is a number."""
    found = dict(_ATTRIBUTE.findall(attributes)).get(_NUMBERS.get(tag, ""), "")
    return f' {_NUMBERS[tag]}="{found}"' if re.fullmatch(r"[0-9]{1,4}", found) else ""


def _style(tag: str, attributes: str) -> Style:
    address = dict(_ATTRIBUTE.findall(attributes)).get("href", "") if tag == "a" else ""
    written = f"{_STYLES[tag]}{_address(address)}"
    return Style(f"<{written}>", f"</{_STYLES[tag]}>")


def _address(address: str) -> str:
    """Return an attribute that shows where a link or a picture leads; nothing follows it."""
    return f' data-to="{_cut(address)}"' if address else ""


def _cut(escaped: str) -> str:
    """Shorten escaped text; never within a reference."""
    if len(escaped) <= _LONGEST_ADDRESS:
        return escaped
    return re.sub(r"&[^;]*$", "", escaped[:_LONGEST_ADDRESS]) + "…"


def _described(tag: str, attributes: str) -> str:
    """Describe a picture or an embedded page, in a word."""
    found = dict(_ATTRIBUTE.findall(attributes))
    address = found.get("src", "")
    words = _cut(found.get("alt") or address or "without an address")
    name = "Picture" if tag == "img" else "Embedded page"
    shown = words.replace("<", "&lt;").replace(">", "&gt;")
    leads = "" if words == address else _address(address)
    return f'<span class="picture"{leads}>{name}: {shown}</span>'


def written(blocks: Iterable[tuple[Sequence[Part], str]]) -> str:
    """Write blocks, each with its path and its words as HTML; neighbours share their elements."""
    out: list[str] = []
    opened: list[Part] = []
    for path, inside in blocks:
        shared = 0
        for one, other in zip(opened, path, strict=False):
            if one != other:
                break
            shared += 1
        _close(out, opened, shared)
        for part in path[shared:]:
            out.append(f"<{part.tag}{part.attributes}>")
            opened.append(part)
        out.append(inside)
    _close(out, opened, 0)
    return "".join(out)


def _close(out: list[str], opened: list[Part], kept: int) -> None:
    out += [f"</{part.tag}>" for part in reversed(opened[kept:])]
    del opened[kept:]


def in_html(words: Iterable[Word]) -> str:
    """Write words as HTML, with the tags around them."""
    return "".join(_styled(words))


def _styled(words: Iterable[Word]) -> Iterator[str]:
    for style, group in groupby(words, key=lambda each: each.style):
        yield style.start
        yield from (each.html for each in group)
        yield style.end
