"""A YAML text as pieces, each with the comments above, beside and below it.

Owns how pieces are moved to another column and put together: a text that was taken apart
(`pieces_reader`) is the same again, to the last character. It must never decide what an outline
should say (`edit` does).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMENT = re.compile(r"#[^\n]*")
INDENT = re.compile(r"^( *)[^ \n]", re.MULTILINE)
_KEEPS = re.compile(r"^([|>][1-9]?)\+?")
_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*+")
_FIRST_COMMENT = re.compile(r"(?:[ \t]*\n)*+(?P<blanks> *)#")


class UnusualLayout(Exception):  # noqa: N818 - it is handled, and no failure by itself
    """The text is valid, and is written in a way that can't be taken apart by lines."""


@dataclass(slots=True)
class Leaf:
    """The text of a scalar; `is_block` where it is a literal or folded one, after | or >.

    `is_open`: its last line has no end, and the text might be read otherwise if it had one.
    """

    text: str
    is_block: bool = False
    is_open: bool = False


@dataclass(slots=True)
class Group:
    """A mapping or a list.

    Attributes:
        is_list: whether it is a list.
        column: where its fields or dashes stand, from 0; None for one in brackets or braces.
        parts: its fields or items.
        end: what stands before the closing bracket, with the last comma.
    """

    is_list: bool
    column: int | None
    parts: list[Part] = field(default_factory=list)
    end: str = ""

    def index(self, step: str | int) -> int:
        """Return where a field or an item is among the parts; raises LookupError."""
        if isinstance(step, int):
            if step in range(len(self.parts)):
                return step
        else:
            for i, part in enumerate(self.parts):
                if part.name == step:
                    return i
        raise LookupError(step)


@dataclass(slots=True)
class Part:
    """A field or an item.

    Attributes:
        mark: the field's name with its colon, as written, or the item's dash.
        value: what it holds.
        name: the field's name as it is read; "" for an item.
        lead: what stands above, in whole lines; in brackets, what stands before it.
        sep: what stands between mark and value.
        after: the comment on the line of the mark, with the blanks before it; below a value of
            several lines it stands beside the last, and in brackets there may be more of it.
        tail: the comments below that belong to it, in whole lines.
        is_inline: whether the value is a group on lines that begins beside the mark.
    """

    mark: str
    value: Leaf | Group
    name: str = ""
    lead: str = ""
    sep: str = ""
    after: str = ""
    tail: str = ""
    is_inline: bool = False

    @property
    def lines(self) -> Group | None:
        """The group on lines that it holds, if it does."""
        if isinstance(self.value, Group) and self.value.column is not None:
            return self.value
        return None

    def comments(self) -> Iterator[str]:
        """Find the comments inside, beside and below it, each from its `#` to the line's end."""
        yield from COMMENT.findall(self.sep)
        yield from self.inner_comments()
        yield from COMMENT.findall(self.after + "\n" + self.tail)

    def inner_comments(self) -> Iterator[str]:
        """Find the comments inside its value."""
        if isinstance(self.value, Group):
            for part in self.value.parts:
                yield from COMMENT.findall(part.lead)
                yield from part.comments()
            yield from COMMENT.findall(self.value.end)

    def shift(self, by: int) -> None:
        """Move all lines but those above and the first to the right, or to the left."""
        if not by:
            return
        self.sep, self.after = _move_rest(self.sep, by), _move_rest(self.after, by)
        self.tail = move_lines(self.tail, by)
        if isinstance(self.value, Leaf):
            self.value.text = _move_rest(self.value.text, by)
            return
        move = _move_rest if self.value.column is None else move_lines
        self.value.column = None if self.value.column is None else self.value.column + by
        self.value.end = _move_rest(self.value.end, by)
        for part in self.value.parts:
            part.lead = move(part.lead, by)
            part.shift(by)

    def ends_blank(self) -> bool:
        """Say whether its last line is blank: the end of a block that keeps its last lines."""
        lines = self.lines
        if self.tail or lines:
            return not self.tail and lines is not None and lines.parts[-1].ends_blank()
        end = self.value.text.rpartition("\n") if isinstance(self.value, Leaf) else ("", "", "")
        return bool(end[1]) and not end[2].strip()


@dataclass(slots=True)
class Document:
    """A whole text; `is_ended`: its last line has an end."""

    root: Part
    is_ended: bool = True

    def text(self) -> str:
        """Put the pieces together."""
        writer = _Writer()
        writer.document(self.root)
        at, closed = writer.open
        last = len(writer.out) - 1
        if at >= 0 and (self.is_ended or at < last):
            writer.out[at] = closed
        text = "".join(writer.out)
        # another block would be read otherwise without the end of its last line
        is_ended = self.is_ended or at < last == writer.block
        return text if is_ended else text.removesuffix("\n")

    def comments(self) -> Iterator[str]:
        """Find all comments."""
        yield from COMMENT.findall(self.root.lead)
        yield from self.root.comments()


def move_lines(lines: str, by: int) -> str:
    """Move whole lines to the right, or to the left as far as there are blanks."""
    if by >= 0:
        return re.sub(r"(?m)^(?=[^\n])", " " * by, lines)
    return re.sub(rf"(?m)^ {{1,{-by}}}", "", lines)


def _move_rest(text: str, by: int) -> str:
    first, end, rest = text.partition("\n")
    return first + end + move_lines(rest, by)


def hoisted(lines: str, old: int, new: int) -> str:
    """Move comments from one column to another, and none further to the right than there."""
    return re.sub(rf"(?m)^ {{{new},}}(?=\S)", " " * new, move_lines(lines, new - old))


def blank_lines(lead: str) -> tuple[str, str]:
    """Part the first blank lines from the others."""
    found = _BLANK_LINES.match(lead)
    end = found.end() if found else 0
    return lead[:end], lead[end:]


class _Writer:
    """Puts pieces together; what follows a block of text must not be read as a part of it."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.block = -1  # where the last block is
        self._most: int | None = None  # the column up to which a comment ends the block above
        self._keeps = False  # whether that block takes blank lines for its own
        self.open = (-1, "")  # where the block that was open is, and how it is written with an end

    def document(self, root: Part) -> None:
        self.out.append(root.lead)
        if root.lines:
            self._group(root.lines)
        else:
            self._line(root.sep, root)
        self._above(root.tail)

    def _group(self, group: Group, head: str | None = None) -> None:
        """Write a group on lines; `head` stands before it, where it begins after a dash."""
        column = group.column or 0
        for part in group.parts:
            if head is None:
                self._above(part.lead)
                head = " " * column
            head += part.mark + part.sep
            lines = part.lines
            if lines is None:
                self._line(head, part, column)
            elif part.is_inline:
                self._above(hoisted(lines.parts[0].lead, lines.column or 0, column))
                self._group(lines, head)
            else:
                self._end(f"{head}{part.after}\n")
                self._group(lines)
            self._above(part.tail)
            head = None

    def _line(self, head: str, part: Part, column: int = 0) -> None:
        text = _on_line(part.value)
        if not (isinstance(part.value, Leaf) and part.value.is_block):
            self._end(f"{head}{text}{part.after}\n")
            return
        signs, end, lines = text.partition("\n")
        self.block = len(self.out)
        if part.value.is_open:
            clipped = signs if "-" in signs else _KEEPS.sub(r"\1-", signs)
            self.open = (self.block, f"{head}{clipped}{part.after}{end}{lines}\n")
        self._end(f"{head}{signs}{part.after}{end}{lines}\n")
        self._keeps = "+" in signs
        deeper, used = re.search("[1-9]", signs), INDENT.search(lines)
        self._most = column + int(deeper[0]) - 1 if deeper else len(used[1]) - 1 if used else column

    def _end(self, line: str) -> None:
        self.out.append(line)
        self._most, self._keeps = None, False

    def _above(self, lines: str) -> None:
        if self._keeps:
            lines = blank_lines(lines)[1]
        if not lines:
            return
        found = _FIRST_COMMENT.match(lines)
        if found and self._most is not None:
            start, end = found.span("blanks")
            lines = lines[: min(end, start + self._most)] + lines[end:]
            self._most = None
        self._keeps = False
        self.out.append(lines)


def _on_line(value: Leaf | Group) -> str:
    if isinstance(value, Leaf):
        return value.text
    parts = (
        f"{part.lead}{part.mark}{part.sep}{_on_line(part.value)}{part.after}"
        for part in value.parts
    )
    opening, closing = "[]" if value.is_list else "{}"
    return f"{opening}{','.join(parts)}{value.end}{closing}"
