"""Reads the values of an ordinary YAML document without their positions.

Owns the fast path, which takes two thirds of the time of `yaml_reader`: most documents are
ordinary, and most positions are never needed. It also owns the value of a plain scalar, by YAML
1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema): `no`, `2024-01-01` and `1_000` are
text. It must never judge: an unusual document may be valid.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # it is re-exported
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ruamel.yaml.events import Event

    from coursesync.kinds.tree import Value

MAX_NODES = 50_000
MAX_DIGITS = 19  # more than any field takes, and few enough for Python to convert in time
MAYBE_NOT_TEXT = frozenset("0123456789+-.~nNtTfF")  # first characters of a plain scalar
_DEEPEST = 8
_COMMENTED = re.compile(r"[^\s#][ \t]+#")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_BASES = {"0o": 8, "0x": 16}


class Unusual(Exception):  # noqa: N818 - it may be valid
    """Only `yaml_reader` can read this document."""


def resolve(text: str) -> str | int | float | bool | None:
    """Return the value of a plain scalar; text is returned as the same object.

    Raises:
        ValueError: it is a whole number of more than `MAX_DIGITS` characters.
    """
    if text.isdecimal() and text.isascii() and len(text) <= MAX_DIGITS:
        return int(text)  # nearly all scalars that are not text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        if len(text) > MAX_DIGITS:
            raise ValueError(text)
        return int(text[2:], _BASES[text[:2]]) if text[:2] in _BASES else int(text)
    if not text[0].isalpha() and _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def quickly(text: str) -> Value:
    """Return a document's value.

    Raises:
        Unusual: the document may hold more than values, or is not valid.
    """
    # an escape; a text whose end may be cut off as a comment
    if "\\" in text or ("#" in text and _COMMENTED.search(text)):
        raise Unusual
    try:
        return _Values(text).document()
    except (YAMLError, ValueError, KeyError, AttributeError):
        raise Unusual from None


class _Values:
    def __init__(self, text: str) -> None:
        self._advance: Callable[[], Event] = CParser(text).get_event
        self._nodes = 0

    def document(self) -> Value:
        advance = self._advance
        advance()  # the start of the stream
        start = advance()
        if not isinstance(start, DocumentStartEvent) or start.version or start.tags:
            raise Unusual
        value = self._node(advance(), _DEEPEST)
        advance()  # the end of the document
        if not isinstance(advance(), StreamEndEvent) or self._nodes > MAX_NODES:
            raise Unusual
        return value

    def _node(self, event: Event, depth: int) -> Value:
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if not (depth and isinstance(event, MappingStartEvent | SequenceStartEvent)):
            raise Unusual
        if event.anchor or event.ctag:
            raise Unusual
        if isinstance(event, MappingStartEvent):
            return self._mapping(depth - 1)
        return self._sequence(depth - 1)

    def _mapping(self, depth: int) -> Value:
        values: dict[str, Value] = {}
        advance = self._advance
        while True:
            event = advance()
            if event.__class__ is MappingEndEvent:
                self._nodes += len(values)
                return values
            if not isinstance(event, ScalarEvent) or event.anchor or event.ctag:
                raise Unusual
            key = event.value
            if key in values or not key.isascii():
                raise Unusual
            event = advance()
            values[key] = (
                _scalar(event) if isinstance(event, ScalarEvent) else self._node(event, depth)
            )

    def _sequence(self, depth: int) -> Value:
        values: list[Value] = []
        advance = self._advance
        while True:
            event = advance()
            if event.__class__ is SequenceEndEvent:
                self._nodes += len(values)
                return values
            values.append(self._node(event, depth))


def _scalar(event: ScalarEvent) -> Value:
    if event.anchor or event.ctag:
        raise Unusual
    text: str = event.value
    if event.implicit[0] and (not text or text[0] in MAYBE_NOT_TEXT):
        return resolve(text)
    return text
