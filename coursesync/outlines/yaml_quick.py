"""Reads the values of an ordinary YAML document without their positions.

Owns the fast path: most documents are ordinary, and most positions are never needed. It takes two
thirds of the time of `yaml_reader`, which reads everything else. It must never judge: an unusual
document may be valid.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

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

from coursesync.outlines.yaml_scalars import MAYBE_NOT_TEXT, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from ruamel.yaml.events import Event

    from coursesync.kinds.tree import Value

MOST_NODES = 50_000
DEEPEST = 8


class Unusual(Exception):  # noqa: N818 - it may be valid
    """Only `yaml_reader` can read this document."""


_UNUSUAL: Final = Unusual()
_COMMENTED = re.compile(r"[^\s#][ \t]+#")


def quickly(text: str) -> Value | Unusual:
    """Return a document's value, or `Unusual`."""
    # an escape; a text whose end may be cut off as a comment
    if "\\" in text or ("#" in text and _COMMENTED.search(text)):
        return _UNUSUAL
    try:
        return _document(CParser(text).get_event)
    except (Unusual, YAMLError, ValueError, KeyError, AttributeError):
        return _UNUSUAL


def _document(advance: Callable[[], Event]) -> Value:
    advance()  # the start of the stream
    start = advance()
    if not isinstance(start, DocumentStartEvent) or start.version or start.tags:
        raise Unusual
    value = _Values(advance).node(advance(), DEEPEST)
    advance()  # the end of the document
    if not isinstance(advance(), StreamEndEvent):
        raise Unusual
    return value


class _Values:
    def __init__(self, advance: Callable[[], Event]) -> None:
        self._advance = advance
        self._left = MOST_NODES

    def node(self, event: Event, depth: int) -> Value:
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if not (depth and isinstance(event, MappingStartEvent | SequenceStartEvent)):
            raise Unusual
        if event.anchor or event.ctag:
            raise Unusual
        if isinstance(event, MappingStartEvent):
            return self._mapping(depth - 1)
        return self._sequence(depth - 1)

    def _spend(self, nodes: int) -> None:
        self._left -= nodes
        if self._left < 0:
            raise Unusual

    def _mapping(self, depth: int) -> Value:
        values: dict[str, Value] = {}
        advance = self._advance
        while True:
            event = advance()
            if event.__class__ is MappingEndEvent:
                self._spend(len(values))
                return values
            if not isinstance(event, ScalarEvent) or event.anchor or event.ctag:
                raise Unusual
            key = event.value
            if key in values or not key.isascii():
                raise Unusual
            event = advance()
            values[key] = (
                _scalar(event) if isinstance(event, ScalarEvent) else self.node(event, depth)
            )

    def _sequence(self, depth: int) -> Value:
        values: list[Value] = []
        advance = self._advance
        while True:
            event = advance()
            if event.__class__ is SequenceEndEvent:
                self._spend(len(values))
                return values
            values.append(self.node(event, depth))


def _scalar(event: ScalarEvent) -> Value:
    if event.anchor or event.ctag:
        raise Unusual
    text: str = event.value
    if event.implicit[0] and (not text or text[0] in MAYBE_NOT_TEXT):
        return resolve(text)
    return text
