"""A secret in each of the ways in which an answer may spell it. Keeps no secret by itself."""

from __future__ import annotations

import base64
import html
import re
from functools import cache
from html.entities import codepoint2name
from urllib.parse import unquote_plus

_LAYERS = 4  # of JSON in HTML in JSON: more is nobody's


def any_spelling(secret: str) -> re.Pattern[bytes]:
    """Return what finds a secret, as it is or as JSON, URLs, HTML and base64 write it.

    Makers of JSON differ in what they escape (.NET: all that means something in HTML), so each
    character is looked for in each of its spellings. Figures are found only by themselves, so
    that no one-time code is cut out of the middle of an Id.
    """
    either = b"|".join(b"".join(map(_spellings, text)) for text in (secret, _base64(secret)))
    found = rb"(?<![0-9])(?:%b)(?![0-9])" if secret.isdecimal() else b"(?:%b)"
    return re.compile(found % either)


def is_spelt_in(secret: str, body: bytes) -> bool:
    """Say whether an answer holds a secret, under several layers of spelling too: JSON in HTML."""
    text = body.decode(errors="surrogateescape")
    plain = _plain(text)
    both = (secret, _base64(secret))
    return any(each in text or _plain(each) in plain for each in both)


def _plain(text: str) -> str:
    for _ in range(_LAYERS):
        text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
        text = unquote_plus(html.unescape(text.replace("\\", "")), errors="surrogateescape")
    return text


@cache
def _spellings(character: str) -> bytes:
    units = character.encode("utf-16-be", errors="surrogatepass").hex()
    escapes = (rb"\\+u" + units[at : at + 4].encode() for at in range(0, len(units), 4))
    code, written = ord(character), _bytes(character)
    ways = [
        re.escape(written),
        b"(?i:%b)" % b"".join(b"%%%02x" % byte for byte in written),
        b"(?i:%b)" % b"".join(escapes),
        b"&#0*%d;" % code,
        b"(?i:&#x0*%x;)" % code,
    ]
    if code in codepoint2name:
        ways.append(b"&%b;" % codepoint2name[code].encode())
    if character in "\"'\\/":
        ways.append(rb"\\+" + re.escape(written))
    if character == " ":
        ways.append(rb"\+")
    ways.sort(key=len, reverse=True)  # a backslash also begins its own escapes
    return b"(?:%b)" % b"|".join(ways)


def _base64(text: str) -> str:
    return base64.b64encode(_bytes(text)).decode()


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
