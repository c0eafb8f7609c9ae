"""Removes from an author's HTML all that could run, load, style or lead anywhere.

Owns that text from outlines is safe to show, and that this takes no longer than its size.
"""

from __future__ import annotations

import re
from html import escape, unescape

import nh3

from coursesync.outlines.advice.nesting import is_tangled
from coursesync.text import unescaped, without_unseen

_SHORT, _LONGEST_VALUE = 20_000, 2_000  # characters of HTML, and of an attribute
# `blocks` shows these as text: a picture's description, and the addresses of links and of pages
_KEPT = {"img": {"alt", "src"}, "ol": {"start"}, "td": {"colspan"}, "th": {"colspan"}}
_KEPT |= {"a": {"href"}, "iframe": {"src"}}
_TAGS = nh3.ALLOWED_TAGS | {"iframe"}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_KEPT,
    attribute_filter=lambda _tag, _name, value: value[:_LONGEST_VALUE],
    link_rel=None,
)
_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9-]{0,30})")
_ANY_TAG = re.compile(r"<[a-zA-Z/!?][^>]*+>?")
# html5ever is slow with bare ampersands, and with characters whose first byte is that of U+00A0
_AMPERSAND = "\U0010f000"
_STAND_INS = {code: chr(0x10F000 + code) for code in range(0x80, 0xC0)}
_AS_HTML = {ord(mark): chr(code) for code, mark in _STAND_INS.items()} | {
    ord(_AMPERSAND): "&amp;",
    ord(_STAND_INS[0xA0]): "&nbsp;",
}
_WITHOUT_STAND_INS = dict.fromkeys(_AS_HTML, "\ufffd")
_LONGEST_REFERENCE = 40  # characters; no name is longer, and no number needs to be
_BARE = re.compile(r"&(?!#[0-9]|#[xX][0-9a-fA-F]|[a-zA-Z])")
_REFERENCE = re.compile(r"&(?:#[xX][0-9a-fA-F]+|#[0-9]+|[a-zA-Z][a-zA-Z0-9]*);?")
_TANGLED = "The tags are nested too deeply, or too many are not closed. This is only the text:"
_MOST_NAMES = 10  # elements that are not shown


def sanitised(html: str) -> str:
    """Keep only the text of HTML, its formatting, and the addresses in it, as nh3 writes them."""
    if len(html) > _SHORT and is_tangled(html):
        text = escape(unescaped(_ANY_TAG.sub(" ", html)), quote=False)
        return without_unseen(f"<p><em>{_TANGLED}</em></p><p>{text}</p>", " ")
    quick = html if len(html) <= _SHORT else _without_slow(html)
    cleaned = _CLEANER.clean(quick)
    return without_unseen(cleaned if quick is html else cleaned.translate(_AS_HTML), " ")


def left_out(html: str) -> tuple[str, ...]:
    """Return the names of the first elements in HTML that `sanitised` removes."""
    names = dict.fromkeys(tag.lower() for tag in _TAG.findall(html))
    return tuple(name for name in names if name not in _TAGS)[:_MOST_NAMES]


def _without_slow(html: str) -> str:
    """Replace characters that the HTML parser is slow with by characters for private use.

    At each of them the parser looks for the next tag, if need be to the end of a long text. In its
    output, `_AS_HTML` puts the original characters back.
    """
    marked = _BARE.sub(_AMPERSAND, html.translate(_WITHOUT_STAND_INS))
    return _REFERENCE.sub(_read_reference, marked).translate(_STAND_INS)


def _read_reference(found: re.Match[str]) -> str:
    """Replace a reference to a slow character, and leave all others."""
    written = found[0]
    if written.startswith("&#") and len(written) > _LONGEST_REFERENCE:
        return written
    if (read := unescape(written)) == written:
        return f"{_AMPERSAND}{written[1:]}"  # not a reference
    if len(read) != 1 or found.string.startswith("=", found.end()):
        return written  # an attribute reads this in another way
    return _AMPERSAND if read == "&" else read if ord(read) in _STAND_INS else written
