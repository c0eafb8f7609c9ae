"""What an answer says, without the secrets that it repeats, however spelt. Keeps no secret itself.

Makers of JSON, HTML and URLs differ in what they escape, and one wraps another: so a text is read
layer by layer, and where any of them tells a secret, nothing of that text is handed on. Each step
takes a time that grows with the text, and no faster.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from coursesync.text import unescaped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_LAYERS = 4  # of JSON in HTML in JSON: more is nobody's
_LEAST = 6  # characters of a secret without its layers: fewer are found where it is not meant
_HIDDEN = "***"
_RUN = re.compile(r"\\+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4}))?")


def without_secrets(told: object, secrets: Collection[str]) -> object:
    """Return JSON's values with what tells a secret put out of sight.

    A secret that stands as it is is cut out; where another spelling of it is left, the whole text
    goes. Names and numbers stay: what is shown under a name is its value, and an Id is no secret.

    Raises:
        RecursionError: it is nested too deeply.
    """
    # the longest first, for one may be a part of another
    ordered = sorted(filter(None, secrets), key=len, reverse=True)
    return _without(told, ordered, _forms(ordered)) if ordered else told


def _without(told: object, secrets: Collection[str], forms: Collection[str]) -> object:
    if isinstance(told, dict):
        return {name: _without(value, secrets, forms) for name, value in told.items()}
    if isinstance(told, list):
        return [_without(value, secrets, forms) for value in told]
    if not isinstance(told, str):
        return told
    for secret in secrets:
        told = told.replace(secret, _HIDDEN)
    is_told = any(form in layer for layer in _layers(told) for form in forms)
    return _HIDDEN if is_told else told


def _forms(secrets: Collection[str]) -> frozenset[str]:
    """Return what to look for in the layers of a text: a secret as it is, and all layers off."""
    written = [*secrets, *(base64.b64encode(secret.encode()).decode() for secret in secrets)]
    layers = [list(_layers(each)) for each in written]
    bare = [each[-1] for each in layers if len(each[-1]) >= _LEAST]
    return frozenset(filter(None, [*bare, *(each[0] for each in layers)]))


def _layers(text: str) -> Iterator[str]:
    """Give a text as it reads, and after each layer that is taken off it."""
    text = _seen(text)
    yield text
    for _ in range(_LAYERS):
        before = text
        for take_off in (_without_escapes, unescaped, unquote_plus):
            text = _seen(take_off(text))
            yield text
        if text == before:
            return


def _without_escapes(text: str) -> str:
    """Read the escapes of JSON, each behind any number of backslashes."""
    if "\\" not in text:
        return text
    single = _RUN.sub(r"\\", text)
    units = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else "", single)
    return units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _seen(text: str) -> str:
    """Leave out blanks, which are never shown as they came, and what can't be seen."""
    joined = "".join(text.split())
    return joined if joined.isprintable() else "".join(filter(str.isprintable, joined))
