"""Finds HTML in contents that members may not see, or should not; nh3 parses it.

Owns what contents may hold. nh3 parses a text as browsers do, and its callback lists the elements
and attributes. Plain contents, as most are, are recognised without it. nh3 must never get more than
the bounds here allow, because tangled tags take it quadratic time.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

from coursesync.outlines.advice.addresses import (
    ADDRESSES,
    LOADED,
    PROGRAMS,
    UNFIT,
    addresses_in,
    fault_of,
    scheme_of,
)
from coursesync.outlines.advice.nesting import FEW_TAGS, is_regular, nesting_of, shows_nothing
from coursesync.outlines.advice.plain import is_plain
from coursesync.outlines.advice.rule import Rule
from coursesync.outlines.advice.words import (
    ADDRESS_WORDS,
    ATTRIBUTE_RULES,
    ATTRIBUTE_WORDS,
    SLIP_RULES,
    SLIP_WORDS,
    TAG_RULES,
    TAG_WORDS,
    UNCHECKED,
    UNLINKED,
    objection,
    objection_to,
)
from coursesync.text import unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nh3 import Cleaner

    from coursesync.outlines.advice.nesting import Nesting
    from coursesync.outlines.advice.words import Objection, Token

MOST_EFFORT = 5_000  # a piece of contents, as `html_effort` counts
MOST_FINDINGS = 5  # a piece of contents
MOST_ADDRESSES = 20  # findings on addresses, a piece of contents
_LONGEST_TANGLED = 50_000  # characters

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
_LEADING = frozenset({"href", "poster", "src"})  # a browser runs a program there
_CODE = re.compile(r"<!--.*?-->|<(?:code|pre)\b.*?(?:</(?:code|pre)>|\Z)", re.DOTALL)
_UNLINKED = re.compile(
    r"!\[[^][<>\n]{0,300}\]\([^()<>\n]{0,1000}\)"
    r"|(?:\]\(\s*(?:&lt;)?|(?:^|(?<=>))\[[^][<>\n]{1,300}\]:\s*(?:&lt;)?|&lt;)"
    r"(?:file|data|vbscript|javascript|[a-z]):[^\s<>()]*",
    re.IGNORECASE | re.MULTILINE,
)
_TAG = re.compile("</?[a-zA-Z]")
_MARKDOWN = re.compile(
    r"^ {0,3}#{1,6} \S|\*\*[^\s*][^*\n]{0,300}\*\*|\[[^][\n]{1,300}\]\([^()\s]{1,1000}\)",
    re.MULTILINE,
)
_MARK = "data-coursesync"  # set by the cleaner on each element


def is_empty(text: str) -> bool:
    """Return whether contents hold nothing to read, to look at or to hear."""
    if not text or text.isspace():
        return True
    if is_plain(text) and _SHOWN.search(text):
        return False
    return shows_nothing(text)


def is_markdown(text: str) -> bool:
    """Return whether contents without a tag have a heading, bold text or a link of Markdown."""
    return not _TAG.search(text) and _MARKDOWN.search(text) is not None


def html_effort(text: str) -> int:
    """Return the effort of checking contents: 1 for a tag or for ten entities."""
    return text.count("<") + text.count("&") // 10


@lru_cache(maxsize=32)  # items, and courses, may share a file
def findings(text: str) -> tuple[Objection, ...]:
    """Return the problems in contents, tags first, at most a few of each kind."""
    if is_plain(text):
        return ()
    if html_effort(text) > MOST_EFFORT:
        return (UNCHECKED,)
    nesting = nesting_of(text)
    slips = [_slip(how, tag) for how, tag in nesting.slips]
    is_long = text.count("<") > FEW_TAGS or len(text) > _LONGEST_TANGLED
    if nesting.has("overloaded") or (is_long and (slips or not is_regular(text))):
        return (*slips[: MOST_FINDINGS - 1], UNCHECKED)
    there = _judge().tokens(text)
    dropped = [*slips, *islice(_dropped(nesting, there), MOST_FINDINGS)]
    return (*dropped[:MOST_FINDINGS], *islice(_misled(there), MOST_ADDRESSES))


class _Judge:
    """A cleaner that notes the elements and attributes it keeps."""

    def __init__(self) -> None:
        import nh3  # noqa: PLC0415 - for contents that are not plain only

        self._there: dict[Token, None] = {}
        tags = set(_ALLOWED_TAGS | _OTHER_TAGS)
        self._cleaner: Cleaner = nh3.Cleaner(
            tags=tags,
            clean_content_tags=set(),
            attributes={},
            generic_attribute_prefixes={""},
            attribute_filter=self._note,
            set_tag_attribute_values={tag: {_MARK: ""} for tag in tags},
            # no attribute with another scheme is noted
            url_schemes=nh3.ALLOWED_URL_SCHEMES | PROGRAMS | UNFIT,
            link_rel=None,
        )

    def _note(self, tag: str, attribute: str, value: str) -> None:
        self._there[tag, attribute, value] = None

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Return each (tag, attribute, value) of a text in order; each element has `_MARK`."""
        self._there.clear()
        self._cleaner.clean(text)
        return tuple(self._there)


_judge = cache(_Judge)


def _dropped(nesting: Nesting, there: Sequence[Token]) -> Iterator[Objection]:
    """Find the tags, then the attributes, that a sanitizer drops."""
    names = {tag: None for tag, attribute, _ in there if attribute == _MARK}
    for tag in {**nesting.tags, **names}:
        if tag not in names or tag not in _ALLOWED_TAGS:
            yield _tag(tag)
    read = {(tag, attribute) for tag, attribute, _ in there}
    kinds = {token: _kind(token) for token in there}
    # addresses that nh3 could not read
    kinds |= {(*each, ""): "address" for each in nesting.addressed if each not in read}
    for token, kind in kinds.items():
        if kind and token[0] in names and token[0] in _ALLOWED_TAGS:
            words, rule = ATTRIBUTE_WORDS[kind], ATTRIBUTE_RULES[kind]
            yield objection_to(rule, words, _clues(token), token)


def _misled(there: Sequence[Token]) -> Iterator[Objection]:
    for token in there:
        tag, attribute, value = token
        if tag not in _ALLOWED_TAGS:
            continue
        for fault in _faults(*token):
            words = ADDRESS_WORDS[fault]["media" if tag in _MEDIA_TAGS else "link"]
            clues = _clues(token) if value else ("]()", attribute)
            yield objection_to(Rule.BAD_LINK, words, clues, token)


def unlinked(html: str) -> Iterator[Objection]:
    """Find links in rendered Markdown that are still text, because their address is invalid."""
    text = _CODE.sub("", html) if "](" in html or "&lt;" in html or "]:" in html else ""
    for found in islice(_UNLINKED.finditer(text), MOST_ADDRESSES):
        yield replace(UNLINKED, clues=(unescaped(found[0])[:200],))


def _faults(tag: str, attribute: str, value: str) -> tuple[str, ...]:
    if attribute not in ADDRESSES:
        return ()
    is_media = tag in _MEDIA_TAGS
    faults = (fault_of(each, is_media=is_media) for each in addresses_in(attribute, value))
    return tuple(dict.fromkeys(filter(None, faults)))


def _is_insecure(tag: str, attribute: str, value: str) -> bool:
    is_loaded = tag in _MEDIA_TAGS and attribute in LOADED
    return is_loaded and any(scheme_of(each) == "http" for each in addresses_in(attribute, value))


def _kind(token: Token) -> str:
    """Return why an attribute is dropped, as in `ATTRIBUTE_WORDS`; "" if it is not."""
    attribute, value = token[1:]
    if attribute.startswith("on"):
        return "handler"
    is_known = attribute in _ALLOWED_ATTRIBUTES or attribute.startswith(("aria-", "data-"))
    if scheme_of(value) in PROGRAMS and (attribute in _LEADING or not is_known):
        return "program"
    if _is_insecure(*token):
        return "" if _faults(*token) else "insecure"
    return "" if is_known else "other"


def _clues(token: Token) -> tuple[str, ...]:
    tag, attribute, value = token
    address = (value, unquote(value)) if attribute in ADDRESSES else ()
    return tuple(clue[:200] for clue in (*address, attribute, f"<{tag}") if clue)


def _tag(name: str) -> Objection:
    fitting = TAG_WORDS["misplaced" if name in _ALLOWED_TAGS else "other"]
    rule = TAG_RULES.get(name, Rule.BAD_TAG)
    return objection(rule, TAG_WORDS.get(name, fitting), (f"<{name}",), name=name)


def _slip(how: str, tag: str) -> Objection:
    mark = "</" if how == "stray" else "<"
    return objection(SLIP_RULES[how], SLIP_WORDS[how], (f"{mark}{tag}",), name=tag)
