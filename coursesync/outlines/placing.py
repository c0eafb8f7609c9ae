"""How fields and items are put in, taken out, replaced and laid out among the pieces of a text.

Owns what becomes of the comments and blank lines around them. It must never touch a piece that no
edit is about. Knows no edit, and does not check what comes out (`edit` does).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.outlines.pieces import (
    COMMENT,
    Group,
    Leaf,
    Part,
    UnusualLayout,
    blank_lines,
    hoisted,
    move_lines,
)
from coursesync.outlines.yaml_writer import field, in_brackets, item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from coursesync.kinds.tree import Path, Value
    from coursesync.outlines.pieces import Document

_BLANK_LINE = re.compile(r"^[ \t]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """A part, the column in which its line begins, and whether it stands in brackets itself.

    What a part holds on lines stands two columns to the right of it, unless it is there already;
    so the outline itself, at no column, counts as -2.
    """

    part: Part
    column: int
    in_brackets: bool

    @property
    def group(self) -> Group:
        """The mapping or list that the part holds; raises LookupError where it holds none."""
        if isinstance(self.part.value, Leaf):
            raise LookupError(self.part.name)  # noqa: TRY004 - nothing stands there
        return self.part.value


def place(document: Document, path: Path) -> Place:
    """Find the part at a path; raises LookupError where there is none."""
    at = Place(document.root, -2, in_brackets=False)
    for step in path:
        group = at.group
        column = at.column if group.column is None else group.column
        in_flow = at.in_brackets or group.column is None
        at = Place(group.parts[group.index(step)], column, in_flow)
    return at


def set_value(holder: Place, name: str | int, value: Value) -> None:
    """Replace the value of a field or an item."""
    group = holder.group
    index = group.index(name)
    old = group.parts[index]
    kept = [*old.inner_comments(), *(COMMENT.findall(old.sep) if "\n" in old.sep else ())]
    if group.column is None:
        new = in_brackets(value, old.name)
        blanks = "\n" + " " * (holder.column + 4)
        new.lead = old.lead + "".join(f" {comment}{blanks}" for comment in kept)
    else:
        new = field(old.name, value, group.column) if old.name else item(value, group.column)
        kept += COMMENT.findall(old.tail)
        if new.is_inline:
            kept += COMMENT.findall(old.after)
        new.lead = old.lead + _as_lines(kept, group.column)
    new.after = "" if new.is_inline else old.after
    if old.name:
        new.mark = old.mark if old.mark.endswith(":") else f"{old.mark}:"
    group.parts[index] = new


def add_field(holder: Place, name: str, value: Value, names: Sequence[str]) -> None:
    """Put in a new field, after those that come before it in `names`."""
    group = holder.group
    before = names[: names.index(name)] if name in names else [part.name for part in group.parts]
    places = [i + 1 for i, part in enumerate(group.parts) if part.name in before]
    is_flow = group.column is None
    new = in_brackets(value, name) if is_flow else field(name, value, group.column or 0)
    _insert(group, max(places, default=0), new)


def add_item(holder: Place, index: int, value: Value) -> None:
    """Put a new item into a list."""
    _insert(holder.group, index, _new_item(holder, value))


def move(holder: Place, index: int, value: Value, find: Callable[[], Place], to: int) -> None:
    """Take an item, with the comments above it, out of a list, and put it into another.

    Args:
        holder: the list that has the item.
        index: where that stands there.
        value: what it holds.
        find: finds the other list once the item is out of this one.
        to: the index that the item gets there.
    """
    old = holder.group.column
    part = _cut(holder.group, index)
    _close_empty(holder)
    holder = find()
    new = _new_item(holder, value)
    column = holder.group.column
    if (old is None) != (column is None):
        kept = [*COMMENT.findall(part.lead), *part.comments()]
        part = new
        part.lead = _as_lines(kept, holder.column + 4 if column is None else column)
    elif old is not None and column is not None:
        part.lead = move_lines(part.lead, column - old)
        part.shift(column - old)
    _insert(holder.group, to, part)


def remove(holder: Place, name: str | int) -> Part:
    """Take a field or an item out, and leave the comments above it where they are."""
    group = holder.group
    index = group.index(name)
    lead = group.parts[index].lead
    if "#" not in lead:
        part = _cut(group, index)
    else:
        part = group.parts.pop(index)
        if index < len(group.parts):
            group.parts[index].lead = lead + group.parts[index].lead
        elif group.column is not None:
            holder.part.tail = lead + holder.part.tail
        elif group.parts:
            group.parts[-1].after += lead
        else:
            group.end = lead + group.end.removeprefix(",")
    _close_empty(holder)
    return part


def lay_out(document: Document, at: Place, column: int, fields: Sequence[str]) -> None:
    """Move a group on lines to a column, and order its fields; the first stands beside its dash."""
    part, lines = at.part, at.part.lines
    if part is document.root:
        if lines is None:
            raise UnusualLayout
        part.shift(column - (lines.column or 0))
        part.tail = re.sub(r"(?m)^[ \t]+", "", part.tail).rstrip("\n")
        part.tail += "\n" if part.tail else ""
        document.is_ended = True
    elif at.in_brackets:
        return
    elif part.mark == "-":
        _join(part, at.column, max(column, at.column + 2))
    elif lines:
        part.shift(max(column, at.column + 1) - (lines.column or 0))
    if lines and fields:
        lines.parts.sort(key=lambda each: [*fields, each.name].index(each.name))


def _join(part: Part, dash: int, column: int) -> None:
    """Let what an item holds begin beside its dash, in a column."""
    lines = part.lines
    beside, end, below = part.sep.partition("\n")
    old = dash + 1 + len(part.sep)
    if lines:
        old = lines.column or 0
        if not part.is_inline:
            beside, end, part.after = part.after, "\n", ""
            below, lines.parts[0].lead = lines.parts[0].lead, ""
    elif end:
        old = len(below) - len(below.rstrip(" "))
        below = below[: len(below) - old]
    if end:
        part.lead += _as_lines(COMMENT.findall(beside), dash) + hoisted(below, old, dash)
    part.is_inline = lines is not None
    part.sep = " " * (column - dash - 1)
    part.shift(column - old)


def _new_item(holder: Place, value: Value) -> Part:
    """Write an item of a list as its others are; an empty list gets lines of its own."""
    part, group = holder.part, holder.group
    if isinstance(value, dict) and not group.parts and not holder.in_brackets:
        group.column = holder.column + 2
        beside, end, below = part.sep.partition("\n")
        if end:  # the brackets stand below the mark
            beside, below = beside.rstrip(), f"{below}{part.after}"
        else:
            beside = part.after.rstrip()
        kept = [*COMMENT.findall(below), *COMMENT.findall(group.end)]
        part.sep, part.after, group.end = "", beside, ""
        part.tail = _as_lines(kept, group.column) + part.tail
    if group.column is None:
        return in_brackets(value)
    return item(value, group.column, _width(group))


def _width(group: Group) -> int:
    """Return how far what the items hold stands to the right of the dashes."""
    for part in group.parts[:1]:
        if part.lines:
            return (part.lines.column or 0) - (group.column or 0)
        if part.sep and "\n" not in part.sep:
            return 1 + len(part.sep)
    return 2


def _close_empty(holder: Place) -> None:
    """Write a group that lost its last part as [] or {}."""
    part, group = holder.part, holder.group
    if not group.parts and group.column is not None:
        group.column = None
        part.sep = " " if part.mark else ""
        part.is_inline = False


def _insert(group: Group, index: int, part: Part) -> None:
    """Put a part in; what stands before the first stays before the first."""
    above, below = group.parts[max(index - 1, 0) : index], group.parts[index : index + 1]
    gap = _gap(group, part)
    if above:
        part.lead = ("" if above[0].ends_blank() else gap) + part.lead
    elif below:
        top, rest = _apart(group, below[0].lead)
        part.lead, below[0].lead = top + part.lead, gap + rest
    if group.column is None:
        if not group.parts:
            part.after, group.end = part.after + group.end, ""
        elif not below and not group.end and "#" not in above[0].after:
            part.after, above[0].after = part.after + above[0].after, ""
    group.parts.insert(index, part)


def _cut(group: Group, index: int) -> Part:
    """Take a part out; what stands before the first stays before the first."""
    part = group.parts.pop(index)
    below = group.parts[index : index + 1]
    top, part.lead = _apart(group, part.lead)
    if below and not index:
        below[0].lead = top + _apart(group, below[0].lead)[1]
    if not group.parts:
        group.end = group.end.removeprefix(",")
    elif not below and not group.end and "#" not in part.after:
        group.parts[-1].after, part.after = group.parts[-1].after + part.after, ""
    return part


def _apart(group: Group, lead: str) -> tuple[str, str]:
    """Part the blank lines, or the blanks in brackets, before a part from its comments."""
    if group.column is not None:
        return blank_lines(lead)
    return (" ", lead) if "#" in lead else (lead, "")


def _gap(group: Group, part: Part) -> str:
    """Return what is to stand between two parts: what stands before the last of several."""
    is_alone = len(group.parts) < 2  # noqa: PLR2004 - there is none between them
    like = group.parts[-1].lead if group.parts else ""
    if group.column is None:
        return " " if "#" in like or (is_alone and "\n" not in like) else like
    if is_alone or not group.is_list:
        return "\n" if group.is_list and isinstance(part.value, Group) else ""
    return "\n" if _BLANK_LINE.search(like) else ""


def _as_lines(comments: Iterable[str], column: int) -> str:
    return "".join(f"{' ' * column}{comment}\n" for comment in comments)
