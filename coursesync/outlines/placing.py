"""Puts fields and items into the pieces of a text, takes them out, rewrites them, lays them out.

Owns where the comments and blank lines around them go. It must never touch another piece. It knows
no edit, and does not check the result (`edit` does).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.kinds.inline import flow
from coursesync.outlines.pieces import (
    COMMENT,
    Group,
    Part,
    blank_lines,
    hoisted,
    move_lines,
    text_of,
)
from coursesync.outlines.pieces_reader import comments
from coursesync.outlines.yaml_writer import SHORT, field, holds_mappings, item

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coursesync.kinds.tree import Path, Value

_BLANK_LINE = re.compile(r"^[ \t]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """A part, and the column in which its line begins.

    A new group in a part begins two columns to the right of it. The whole outline has column -2, so
    that its fields get column 0. `gap` are the lines between an item and the next one in the list
    that it was cut from.
    """

    part: Part
    column: int
    gap: str | None = None

    @property
    def group(self) -> Group:
        """The group that the part holds; raises LookupError if it holds none."""
        if not isinstance(self.part.value, Group):
            raise LookupError(self.part.name)  # noqa: TRY004 - the path leads nowhere
        return self.part.value


def find(root: Part, path: Path) -> tuple[Place, Path]:
    """Find the part at a path.

    Returns:
        Its place. If the path leads into brackets: the place of these, and the rest of the path.
    """
    place = Place(root, -2)
    for i, step in enumerate(path):
        group = place.part.value
        if isinstance(group, str):
            return place, path[i:]
        place = Place(group.parts[group.index(step)], group.column)
    return place, ()


def comments_in(place: Place) -> list[str]:
    """Return the comments above, inside, beside and below a part."""
    text = text_of(Part("", Group(is_list=True, column=place.column, parts=[place.part])))
    return comments(text) if "#" in text else []


def put_above(place: Place, found: Iterable[str]) -> None:
    """Put comments on lines of their own directly above a part."""
    place.part.lead += "".join(f"{' ' * place.column}{comment}\n" for comment in found)


def rewrite(place: Place, value: Value) -> None:
    """Replace the value of a field or an item; the braces of an item stay if they are short."""
    part, column = place.part, place.column
    new = field(part.name, value, column) if part.name else item(value, column)
    is_brace = isinstance(part.value, str) and part.value.startswith("{")
    if is_brace and isinstance(value, dict) and _fits_in_braces(value):
        new = Part(part.mark, flow(value), sep=" ")
    beside = "" if new.is_inline else part.after
    inside = replace(part, lead="", tail="", after=part.after if new.is_inline else "")
    put_above(place, comments_in(Place(inside, column)))
    part.value, part.sep, part.after = new.value, new.sep, beside
    if part.name and not part.mark.endswith(":"):
        part.mark += ":"


def _fits_in_braces(value: dict[str, Value]) -> bool:
    return len(flow(value)) <= SHORT and not any(map(holds_mappings, value.values()))


def open_list(place: Place) -> None:
    """Turn an empty list in brackets into one on lines."""
    part = place.part
    put_above(place, comments_in(Place(replace(part, lead="", tail="", after=""), place.column)))
    part.value, part.sep = Group(is_list=True, column=place.column + 2), ""
    part.after = part.after if "#" in part.after else ""


def add_field(holder: Place, name: str, value: Value, names: Sequence[str]) -> None:
    """Put in a new field, after those that come before it in `names`."""
    group = holder.group
    before = names[: names.index(name)] if name in names else [part.name for part in group.parts]
    places = [i + 1 for i, part in enumerate(group.parts) if part.name in before]
    _insert(group, max(places, default=0), field(name, value, group.column))


def add_item(holder: Place, index: int, value: Value, moved: Place | None) -> None:
    """Put an item into a list: one that was cut elsewhere, or a new one."""
    group = holder.group
    if moved is None:
        part = item(value, group.column, _width(group))
    else:
        part, by = moved.part, group.column - moved.column
        part.lead = move_lines(part.lead, by)
        part.shift(by)
    _insert(group, index, part, moved.gap if moved else None)


def cut(holder: Place, step: str | int) -> Place:
    """Take a field or an item out, with the comments above it; blank lines at the top stay."""
    group = holder.group
    index = group.index(step)
    gap = _gap(group, group.parts[index]) if len(group.parts) > 1 else None
    part = group.parts.pop(index)
    top, part.lead = blank_lines(part.lead)
    if group.parts and not index:
        group.parts[0].lead = top + blank_lines(group.parts[0].lead)[1]
    cut_out = Place(part, group.column, gap)
    _close_empty(holder)
    return cut_out


def remove(holder: Place, step: str | int) -> Place:
    """Take a field or an item out, and leave the comments above it where they are."""
    group = holder.group
    index = group.index(step)
    lead = group.parts[index].lead
    if "#" not in lead:
        return cut(holder, step)
    part = group.parts.pop(index)
    part.lead = ""
    if index < len(group.parts):
        group.parts[index].lead = lead + group.parts[index].lead
    else:
        holder.part.tail = lead + holder.part.tail
    _close_empty(holder)
    return Place(part, group.column)


def lay_out(root: Part, at: Place, column: int, fields: Sequence[str]) -> None:
    """Move a group on lines to a column, beside its dash if it has one; order its fields."""
    part, lines = at.part, at.part.lines
    if part is root:
        part.shift(column - at.group.column)
        part.tail = re.sub(r"(?m)^[ \t]+", "", part.tail).rstrip("\n")
        part.tail += "\n" if part.tail else ""
    elif part.mark == "-":
        _join(part, at.column, max(column, at.column + 2))
    elif lines:
        part.shift(max(column, at.column + 1) - lines.column)
    if lines and fields:
        lines.parts.sort(key=lambda each: [*fields, each.name].index(each.name))


def _join(part: Part, dash: int, column: int) -> None:
    """Move the value of an item to a column beside its dash."""
    lines = part.lines
    beside, end, below = part.sep.partition("\n")
    if lines:
        old = lines.column
        if not part.is_inline:
            beside, end, part.after = part.after, "\n", ""
            below, lines.parts[0].lead = lines.parts[0].lead, ""
    elif end:
        old = len(below) - len(below.rstrip(" "))
        below = below[: len(below) - old]
    else:
        old = dash + 1 + len(part.sep)
    if end:
        put_above(Place(part, dash), COMMENT.findall(beside))
        part.lead += hoisted(below, old, dash)
    part.sep = " " * (column - dash - 1)
    part.shift(column - old)


def _width(group: Group) -> int:
    """Return the distance of the items' values from their dashes, at least 2."""
    for part in group.parts[:1]:
        if part.lines:
            return max(2, part.lines.column - group.column)
        if part.sep and "\n" not in part.sep:
            return 1 + len(part.sep)
    return 2


def _close_empty(holder: Place) -> None:
    """Write a group that lost its last part as [] or {}, except the outline itself."""
    part, group = holder.part, holder.group
    if not group.parts and part.mark:
        part.value, part.sep = "[]" if group.is_list else "{}", " "


def _insert(group: Group, index: int, part: Part, gap: str | None = None) -> None:
    """Put a part in; blank lines before the first stay before the first.

    `gap` is for a list that shows none, because it has one part.
    """
    if gap is None or len(group.parts) > 1:
        gap = _gap(group, part)
    if index:
        part.lead = ("" if group.parts[index - 1].ends_blank() else gap) + part.lead
    elif group.parts:
        first = group.parts[0]
        top, rest = blank_lines(first.lead)
        part.lead, first.lead = top + part.lead, gap + rest
    group.parts.insert(index, part)


def _gap(group: Group, part: Part) -> str:
    """Return the lines between two parts: a blank one if the last part has one above it.

    A blank line that ends a part of several lines says nothing about two of one line.
    """
    if not group.is_list:
        return ""
    if len(group.parts) < 2:  # noqa: PLR2004 - there is no other gap
        return "\n" if part.lines else ""
    before, last = group.parts[-2:]
    if before.lines and not (last.lines or part.lines):
        return ""
    return "\n" if _BLANK_LINE.search(last.lead) else ""
