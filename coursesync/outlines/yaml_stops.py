"""Finds the place where the YAML parser stops, and what it read last.

Owns which of the parser's two places is the one to show. It must never explain the error:
`yaml_mistakes` does.
"""

from __future__ import annotations

from contextlib import suppress

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # it is re-exported
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import ScalarEvent, StreamEndEvent

from coursesync.outlines.line_slips import Quoted


def place_of(error: Exception) -> tuple[int, int]:
    """Return the line and column of an error, or of the quote, bracket or field around it."""
    if not isinstance(error, MarkedYAMLError):
        return 0, 0
    begun, mark, problem = error.context_mark, error.problem_mark, str(error.problem)
    starts = ("end of stream", "could not find expected ':'", "alphabetic or numeric")
    is_open = any(each in problem for each in starts)
    if begun and (is_open or ("expected ',' or" in problem and begun.line < mark.line)):
        mark = begun
    return (mark.line, mark.column) if mark else (0, 0)


def last_quoted(text: str) -> Quoted | None:
    """Return the text in quotes after which a file can't be read, if there is one."""
    advance = CParser(text).get_event
    last = None
    with suppress(YAMLError, ValueError, KeyError, AttributeError):
        while not isinstance(last, StreamEndEvent):
            last = advance()
    if not isinstance(last, ScalarEvent) or last.style not in {"'", '"'}:
        return None
    start, end = last.start_mark, last.end_mark
    return Quoted(start.line, start.column, end.line, end.column)
