"""Writes values as YAML that is read as those values.

Owns when a text is plain: when a person would write it so and every reader, of YAML 1.2 or 1.1,
takes it for that text. Otherwise it is in quotes, or a block.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from coursesync.kinds import LISTED
from coursesync.kinds.field import Role
from coursesync.outlines.pieces import Group, Part, text_of
from coursesync.outlines.yaml_scalars import CURLY
from coursesync.text import holds_unseen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.kinds.tree import Value

SHORT = 200  # characters; a longer text for members is written as a block
_PROSE = LISTED.field(Role.CONTENTS).name

# words that some reader of YAML, 1.1 or 1.2, does not read as text: https://yaml.org/type/
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_NUMBER = re.compile(r"[-+.0-9][-+.0-9a-fA-FxXoO_:eETZ]*")
_NOT_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@`.~=")
_NOT_IN_BRACKETS = re.compile(r"[,\[\]{}:?]")  # libyaml ends a plain scalar at : and ?
_NOT_INSIDE = re.compile(r":(?:\s|$)|\s#|[\t\r\n]")


def scalar(text: str) -> str:
    """Write a text on one line, plain or in double quotes."""
    return text if _is_plain(text) else quoted(text)


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


def block(text: str, column: int) -> list[str] | None:
    """Write a text as a literal block.

    Args:
        text: the text.
        column: the field's, from 0; the text begins two columns to the right of it.

    Returns:
        The lines; the first (`|` or `|-`) follows the field's name. None if the text can't be
        a block, or ends in more than one line feed, which people don't see in a block.
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


def _prose(text: str, column: int) -> list[str]:
    """Write a text for members: on one line if it is short, else as a block if that is possible."""
    plain = scalar(text)
    if "\n" not in text and len(text) <= SHORT and (plain == text or "\\" not in plain):
        return [plain]
    return block(text, column) or [quoted(text)]


def field(name: str, value: Value, column: int) -> Part:
    """Write a field on lines of its own; a list of mappings is below its name."""
    part = Part(f"{scalar(name)}:", "", name)
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        items = [item(each, column + 2) for each in value]
        for each in items[1:]:
            each.lead = "\n"
        part.value = Group(is_list=True, column=column + 2, parts=items)
        return part
    part.sep = " "
    if isinstance(value, str):
        part.value = "\n".join(_prose(value, column)) if name == _PROSE else scalar(value)
    else:
        part.value = flow(value)
    return part


def item(value: Value, column: int, width: int = 2) -> Part:
    """Write an item of a list: its dash in a column, its fields `width` columns to the right."""
    part = Part("-", flow(value), sep=" " * (width - 1))
    if isinstance(value, dict) and value:
        below = column + width
        fields = [field(name, each, below) for name, each in value.items()]
        part.value = Group(is_list=False, column=below, parts=fields)
    return part


def document(value: Mapping[str, Value]) -> str:
    """Write a whole text that holds a mapping."""
    fields = [field(name, each, 0) for name, each in value.items()]
    return text_of(Part("", Group(is_list=False, column=0, parts=fields)))
