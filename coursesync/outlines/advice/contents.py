"""What in a section's contents members may not get to see, or should not: the judge is nh3.

Pure: nh3 cleans a text by a list of what is allowed and does no I/O. It is given the text twice,
once with all allowed and once with what lessons are made of; what is missing the second time is
what to speak of. Plain contents, as most are, are recognised without it. How much it is given is
bounded, for what it takes for tangled tags grows with their square.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote

from coursesync.outlines.advice.addresses import PROGRAMS, addresses_in, fault_of, scheme_of
from coursesync.outlines.advice.plain import is_plain
from coursesync.outlines.advice.tags import Scan, Slip, is_blank, scan
from coursesync.outlines.advice.words import (
    ADDRESS_WORDS,
    ATTRIBUTE_WORDS,
    SLIP_WORDS,
    TAG_WORDS,
    UNCHECKED_WORDS,
    UNLINKED_WORDS,
    filled,
)
from coursesync.text import unescaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nh3 import Cleaner

    from coursesync.errors import Sentence

MOST_EFFORT = 5_000  # a piece of contents, as `html_effort` counts
MOST_TANGLED = 500  # where tags are not nested as they are meant to be
MOST_FINDINGS = 5  # a piece of contents
MOST_ADDRESSES = 20  # the same, of those that lead nowhere
_LONGEST_TANGLED = 50_000  # characters
_Token: TypeAlias = tuple[str, str, str]  # tag, attribute, value

_SHOWN = re.compile(r"(?:^|>)\s*+[^\s<&]|<img ")

_TEXT_TAGS = frozenset(
    {
        *("a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote"),
        *("br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details"),
        *("dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2"),
        *("h3", "h4", "h5", "h6", "header", "hr", "i", "ins", "kbd", "li", "main", "mark", "nav"),
        *("ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span"),
        *("strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th"),
        *("thead", "time", "tr", "tt", "u", "ul", "var", "wbr"),
    }
)
_MEDIA_TAGS = frozenset({"audio", "iframe", "img", "picture", "source", "track", "video"})
_ALLOWED_TAGS = _TEXT_TAGS | _MEDIA_TAGS
_OTHER_TAGS = {
    *("acronym", "area", "base", "button", "data", "dialog", "embed", "fieldset", "form", "input"),
    *("label", "legend", "link", "map", "menu", "meta", "meter", "noscript", "object", "optgroup"),
    *("option", "output", "param", "progress", "script", "select", "style", "svg", "template"),
    *("textarea", "title"),
}
_ALLOWED_ATTRIBUTES = frozenset(
    {
        *("abbr", "align", "allow", "allowfullscreen", "alt", "autoplay", "bgcolor", "border"),
        *("cellpadding", "cellspacing", "cite", "class", "color", "cols", "colspan", "controls"),
        *("controlslist", "crossorigin", "datetime", "decoding", "default", "dir", "download"),
        *("face", "fetchpriority", "frameborder", "headers", "height", "href", "hreflang"),
        *("hspace", "id", "itemprop", "kind", "label", "lang", "loading", "loop", "marginheight"),
        *("marginwidth", "media", "muted", "name", "nowrap", "open", "playsinline", "poster"),
        *("preload", "referrerpolicy", "rel", "reversed", "role", "rowspan", "rules", "sandbox"),
        *("scope", "scrolling", "size", "sizes", "span", "src", "srclang", "srcset", "start"),
        *("style", "summary", "tabindex", "target", "title", "translate", "type", "valign"),
        *("value", "vspace", "width", "xml:lang"),
    }
)
_LOADED = frozenset({"src", "srcset", "poster"})
_ADDRESSES = _LOADED | {"href"}
_CODE = re.compile(r"<(?:code|pre)\b.*?(?:</(?:code|pre)>|\Z)", re.DOTALL)
_UNLINKED = re.compile(
    r"!\[[^][<>\n]{0,300}\]\([^()<>\n]{0,1000}\)"
    r"|(?:\]\(\s*(?:&lt;)?|(?:^|(?<=>))\[[^][<>\n]{1,300}\]:\s*(?:&lt;)?|&lt;)"
    r"(?:file|data|vbscript|javascript|[a-z]):[^\s<>()]*",
    re.IGNORECASE | re.MULTILINE,
)
_MARK = "data-coursesync"  # set by the cleaner on each element that it keeps


@dataclass(frozen=True, slots=True)
class Objection:
    """What is wrong in a piece of HTML, what to do about it, and where in it that stands.

    `clues` are what to look for in a text that the HTML was made of, the best one first.
    """

    start: int
    problem: str
    remedy: Sentence
    clues: tuple[str, ...] = ()


def is_empty(text: str) -> bool:
    """Say whether contents hold nothing to read, to look at or to hear."""
    if not text or text.isspace():
        return True
    if is_plain(text) and _SHOWN.search(text):
        return False
    return is_blank(text)


def html_effort(text: str) -> int:
    """Return how much there is to look at in contents: a tag's end is one, ten entities are."""
    return text.count("<") + text.count("&") // 10


@lru_cache(maxsize=32)  # sections, and courses, may share a file
def findings(text: str) -> tuple[Objection, ...]:
    """Return what is wrong in contents, in their order; of much, the first `MOST_FINDINGS`."""
    if is_plain(text):
        return ()
    if html_effort(text) > MOST_EFFORT:
        return (UNCHECKED,)
    scanned = scan(text)
    found = [_slip(slip, text) for slip in scanned.slips]
    tangled = text.count("<") > MOST_TANGLED or len(text) > _LONGEST_TANGLED
    orderly = scanned.orderly and scanned.tags.keys() <= _ALLOWED_TAGS
    if (tangled and not orderly) or scanned.overloaded:
        found.append(UNCHECKED)
    else:
        found += _dropped(text, scanned)
    first = [*_first(found, MOST_FINDINGS), *_first(_misled(scanned, text), MOST_ADDRESSES)]
    return tuple(_first(first, len(first)))


def _first(found: Iterable[Objection], most: int) -> list[Objection]:
    return sorted(found, key=lambda finding: finding.start)[:most]


UNCHECKED = Objection(0, *UNCHECKED_WORDS)


class _Judge:
    """A cleaner, and the elements and attributes that it kept of the text it was given last."""

    def __init__(self, tags: frozenset[str], *, strict: bool) -> None:
        import nh3  # noqa: PLC0415 - only where contents are not plain

        self._strict = strict
        self._kept: dict[_Token, None] = {}
        schemes = nh3.ALLOWED_URL_SCHEMES
        self._cleaner: Cleaner = nh3.Cleaner(
            tags=set(tags),
            clean_content_tags=set(),
            attributes={"*": set(_ALLOWED_ATTRIBUTES)} if strict else {},
            generic_attribute_prefixes={"aria-", "data-"} if strict else {""},
            attribute_filter=self._filter,
            set_tag_attribute_values={tag: {_MARK: ""} for tag in tags},
            url_schemes=schemes if strict else schemes | PROGRAMS | {"data"},
            link_rel=None,
        )

    def _filter(self, tag: str, attribute: str, value: str) -> str | None:
        if self._strict and _is_insecure(tag, attribute, value):
            return None
        self._kept[tag, attribute, value] = None
        return value

    def kept(self, text: str) -> dict[_Token, None]:
        """Return each (tag, attribute, value) that is kept, in order; an element has `_MARK`."""
        self._kept = {}
        self._cleaner.clean(text)
        return self._kept


@cache
def _judges() -> tuple[_Judge, _Judge]:
    everything = _Judge(_ALLOWED_TAGS | _OTHER_TAGS, strict=False)
    return everything, _Judge(_ALLOWED_TAGS, strict=True)


def _dropped(text: str, scanned: Scan) -> Iterator[Objection]:
    """Find what the strict judge drops of what is there: tags first, then attributes."""
    everything, strict = _judges()
    kept = strict.kept(text)
    # `kept` has attributes of tags that were dropped, too, but no mark of them
    names = {tag for tag, attribute, _ in kept if attribute == _MARK}
    if scanned.tags.keys() <= names and all(token in kept for token in scanned.tokens()):
        return
    there = everything.kept(text)
    for tag in dict.fromkeys([*scanned.tags, *(tag for tag, _, _ in there)]):
        if tag not in names:
            yield _tag(tag, scanned.tags.get(tag, 0), text)
    read = {(tag, attribute) for tag, attribute, _ in there}
    unread = [
        (tag, attribute, "")  # an address that can't be one
        for (tag, attribute), places in scanned.attributes.items()
        if attribute in {"href", "src"} and (tag, attribute) not in read
        if not any(_faults(tag, attribute, written) for _, written in places)
    ]
    gone = (token for token in (*there, *unread) if token[1] != _MARK and token not in kept)
    for token in islice((token for token in gone if token[0] in names), MOST_FINDINGS):
        if not (token[2] and _faults(*token)):  # reported already
            yield _attribute(token, scanned, text)


def _misled(scanned: Scan, text: str) -> Iterator[Objection]:
    """Find the addresses of links and pictures that lead members nowhere."""
    for (tag, attribute), places in scanned.attributes.items():
        if tag not in _ALLOWED_TAGS or attribute not in _ADDRESSES:
            continue
        for start, written in places:
            for fault in _faults(tag, attribute, unescaped(written)):
                words = ADDRESS_WORDS[fault]["media" if tag in _MEDIA_TAGS else "link"]
                problem, remedy = filled(words, name=attribute, tag=tag)
                value = unescaped(written)
                clues = (_clue(text, start), written, value, unquote(value), "]()")
                yield Objection(start, problem, remedy, tuple(clue[:200] for clue in clues if clue))


def unlinked(html: str) -> Iterator[Objection]:
    """Find what in HTML that Markdown became is still written as a link: its address is none."""
    text = _CODE.sub("", html) if "](" in html or "&lt;" in html or "]:" in html else ""
    for found in islice(_UNLINKED.finditer(text), MOST_ADDRESSES):
        yield Objection(0, *UNLINKED_WORDS, clues=(unescaped(found[0])[:200],))


def _faults(tag: str, attribute: str, value: str) -> tuple[str, ...]:
    """Name what is wrong with the addresses in an attribute, each once."""
    if attribute not in _ADDRESSES:
        return ()
    is_media = tag in _MEDIA_TAGS
    faults = (fault_of(each, is_media=is_media) for each in addresses_in(attribute, value))
    return tuple(dict.fromkeys(filter(None, faults)))


def _is_insecure(tag: str, attribute: str, value: str) -> bool:
    if tag not in _MEDIA_TAGS or attribute not in _LOADED:
        return False
    addresses = value.split(",") if attribute == "srcset" else (value,)
    return any(scheme_of(address) == "http" for address in addresses)


def _tag(name: str, start: int, text: str) -> Objection:
    fitting = TAG_WORDS["misplaced" if name in _ALLOWED_TAGS else "other"]
    problem, remedy = filled(TAG_WORDS.get(name, fitting), name=name)
    return Objection(start, problem, remedy, (_clue(text, start),))


def _attribute(token: _Token, scanned: Scan, text: str) -> Objection:
    tag, attribute, value = token
    start = _start_of(token, scanned)
    problem, remedy = filled(ATTRIBUTE_WORDS[_kind(token)], name=attribute, tag=tag)
    clues = tuple(clue for clue in (_clue(text, start), value[:200]) if clue)
    return Objection(start, problem, remedy, clues)


def _kind(token: _Token) -> str:
    _, attribute, value = token
    scheme = scheme_of(value)
    if attribute.startswith("on"):
        return "handler"
    if scheme in PROGRAMS:
        return "program"
    if _is_insecure(*token):
        return "insecure"
    return "address" if attribute in {"href", "src"} else "other"


def _start_of(token: _Token, scanned: Scan) -> int:
    tag, attribute, value = token
    places = scanned.attributes.get((tag, attribute), ())
    same = (start for start, written in places if unescaped(written) == value)
    return next(same, places[0][0] if places else scanned.tags.get(tag, 0))


def _slip(slip: Slip, text: str) -> Objection:
    problem, remedy = filled(SLIP_WORDS[slip.how], name=slip.name)
    return Objection(slip.start, problem, remedy, (_clue(text, slip.start),))


def _clue(text: str, start: int) -> str:
    """Return what stands at a place, up to the end of its tag or line."""
    return re.split(r"[>\n]", text[start : start + 200], maxsplit=1)[0]
