"""Writes values on one line of YAML, in outlines and in messages that show what to write.

Owns when a text is plain: when a person would write it so and every reader, of YAML 1.2 or 1.1,
takes it for that text. Otherwise it is in quotes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from coursesync.errors import Code
from coursesync.text import holds_unseen

if TYPE_CHECKING:
    from coursesync.kinds.tree import Value

CURLY = "\u201c\u201d\u201e\u2018\u2019\u201a"  # quotes as word processors write them
# words that some reader of YAML, 1.1 or 1.2, does not read as text: https://yaml.org/type/
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_NUMBER = re.compile(r"[-+.0-9][-+.0-9a-fA-FxXoO_:eETZ]*")
_NOT_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@`.~=")
_NOT_IN_BRACKETS = re.compile(r"[,\[\]{}:?]")  # libyaml ends a plain scalar at : and ?
_NOT_INSIDE = re.compile(r":(?:\s|$)|\s#|[\t\r\n]")


def scalar(text: str) -> str:
    """Write a text on one line, plain or in double quotes."""
    return text if _is_plain(text) else quoted(text)


def in_curly(text: str) -> str:
    """Return what is wrong with a text that has a curly quote at one end or both."""
    ends = [each for each in dict.fromkeys((text[0], text[-1])) if each in CURLY]
    return (
        f"is in curly quotes: {' and '.join(ends)} {'are' if ends[1:] else 'is'} part of the text"
    )


def quoted(text: str) -> str:
    """Write a text in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def _is_plain(text: str) -> bool:
    return (
        text != ""
        and text == text.strip()
        and text[0] not in _NOT_FIRST
        and text.casefold() not in _WORDS
        and not _NUMBER.fullmatch(text)
        and not _NOT_INSIDE.search(text)
        and not holds_unseen(text)
        and text[0] not in CURLY
    )


def flow(value: Value) -> str:
    """Write a value on one line, as in `{after_days: 7}`."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{scalar(name)}: {flow(each)}' for name, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, str):
        return quoted(value) if _NOT_IN_BRACKETS.search(value) else scalar(value)
    return json.dumps(value)


def line_of(name: str, value: Value) -> Code:
    """Return a field's line to type, as in `previous_keys: ["2024"]`."""
    return Code(f"{name}: {flow(value)}")
