"""The value of a plain scalar: YAML 1.2's core schema, never YAML 1.1's.

https://yaml.org/spec/1.2.2/#103-core-schema; so `no`, `2024-01-01` and `1_000` are text.
"""

from __future__ import annotations

import re

MAX_DIGITS = 19
_WORDS = dict.fromkeys(("", "~", "null", "Null", "NULL")) | {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
MAYBE_NOT_TEXT = frozenset("0123456789+-.~nNtTfF")
_BASES = {"0o": 8, "0x": 16}


class TooLongError(ValueError):
    """A number of more digits than any field takes (and than Python would convert in time)."""


def resolve(text: str) -> str | int | float | bool | None:
    """Return the value of a plain scalar; text is returned as the same object.

    Raises:
        TooLongError: it is a whole number of more than `MAX_DIGITS` characters.
    """
    if text.isdecimal() and text.isascii() and len(text) <= MAX_DIGITS:
        return int(text)  # nearly all scalars that are not text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        if len(text) > MAX_DIGITS:
            raise TooLongError
        return int(text[2:], _BASES[text[:2]]) if text[:2] in _BASES else int(text)
    if not text[0].isalpha() and _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
