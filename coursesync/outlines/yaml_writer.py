"""Writes values as YAML that is read as those values.

Owns what is written on lines: fields, items and blocks of text; `inline` writes the rest.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from coursesync.kinds import ITEMS
from coursesync.kinds.course import COURSE, DESCRIPTION
from coursesync.kinds.field import Role
from coursesync.kinds.inline import flow, quoted, scalar
from coursesync.outlines.pieces import Group, Part, text_of
from coursesync.text import holds_unseen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.kinds.tree import Value

SHORT = 200  # characters; a longer text for members is written as a block


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


def _is_prose(name: str) -> bool:
    """Return whether a field of some kind holds a text for members."""
    kinds = (*ITEMS.values(), COURSE)
    return name == DESCRIPTION.name or any(name in kind.names(Role.CONTENTS) for kind in kinds)


def _lists_items(name: str) -> bool:
    """Return whether a field holds items of some kind."""
    return any(name == kind.plural for kind in ITEMS.values())


def holds_mappings(value: Value) -> bool:
    """Return whether a value is a list with a mapping in it: each item gets lines of its own."""
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def field(name: str, value: Value, column: int) -> Part:
    """Write a field on lines of its own; a list of items, or of mappings, is below its name."""
    part = Part(f"{scalar(name)}:", "", name)
    if isinstance(value, list) and value and (holds_mappings(value) or _lists_items(name)):
        items = [item(each, column + 2) for each in value]
        for above, each in pairwise(items):
            each.lead = "\n" if above.lines or each.lines else ""
        part.value = Group(is_list=True, column=column + 2, parts=items)
        return part
    if name == COURSE.name and isinstance(value, dict) and value:
        part.value = _group(value, column + 2)
        return part
    part.sep = " "
    if isinstance(value, str):
        part.value = "\n".join(_prose(value, column)) if _is_prose(name) else scalar(value)
    else:
        part.value = flow(value)
    return part


def item(value: Value, column: int, width: int = 2) -> Part:
    """Write an item of a list: its dash in a column, its fields `width` columns to the right."""
    part = Part("-", flow(value), sep=" " * (width - 1))
    if isinstance(value, dict) and value:
        part.value = _group(value, column + width)
    return part


def _group(value: Mapping[str, Value], column: int) -> Group:
    fields = [field(name, each, column) for name, each in value.items()]
    return Group(is_list=False, column=column, parts=fields)


def document(value: Mapping[str, Value]) -> str:
    """Write a whole text that holds a mapping."""
    return text_of(Part("", _group(value, 0)))
