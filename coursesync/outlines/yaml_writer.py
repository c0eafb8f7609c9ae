"""How a text is written as a YAML scalar, so that it is read as that very text. Pure.

Plain where a person would write it plain and nobody, of YAML 1.2 or 1.1, takes it for anything
else; else in quotes, or as a block. Tests hold it to the real loader.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from coursesync.outlines.yaml_scalars import CURLY
from coursesync.text import holds_unseen

if TYPE_CHECKING:
    from coursesync.kinds.tree import Value

# what some reader of YAML, 1.1 or 1.2, takes for no text: https://yaml.org/type/
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_NUMBER = re.compile(r"[-+.0-9][-+.0-9a-fA-FxXoO_:eETZ]*")
_NOT_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@`.~=")
_BRACKETS = re.compile(r"[,\[\]{}]")
_NOT_INSIDE = re.compile(r":(?:\s|$)|\s#|[\t\r\n]")


def scalar(text: str) -> str:
    """Write a text on one line, plain or in double quotes."""
    return text if _is_plain(text) else quoted(text)


def quoted(text: str) -> str:
    """Write a text in double quotes, whatever it holds."""
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
        return f"{{{', '.join(f'{name}: {flow(inner)}' for name, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, str):
        return quoted(value) if _BRACKETS.search(value) else scalar(value)
    return json.dumps(value)


def block(text: str, column: int) -> list[str] | None:
    """Write a text as a literal block.

    Args:
        text: what is to be read.
        column: that of the field, from 0; the text stands two to the right of it.

    Returns:
        The lines, of which the first (`|` or `|-`) follows the field's name; None where the text
        can't be written so, or ends in more than one line end, which a block hides from readers.
    """
    if not text.strip(" \t\n") or "\r" in text or text.endswith("\n\n") or holds_unseen(text):
        return None
    sign = "|2" if text[0] in " \t\n" else "|"
    lines = text.removesuffix("\n").split("\n")
    blanks = " " * (column + 2)
    return [
        sign + ("" if text.endswith("\n") else "-"),
        *(blanks + line if line else "" for line in lines),
    ]
