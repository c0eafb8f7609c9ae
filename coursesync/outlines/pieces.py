"""A YAML text as pieces, each with the comments above, beside and below it.

Owns how pieces move to another column, and how they become a text: the pieces of `pieces_reader`
give the same text, to the last character. It must never decide what an outline says (`edit` does).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

COMMENT = re.compile(r"#[^\n]*")
INDENT = re.compile(r"^( *)[^ \n]", re.MULTILINE)
_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*+")
_FIRST_COMMENT = re.compile(r"(?:[ \t]*\n)*+(?P<blanks> *)#")


class UnusualLayout(Exception):  # noqa: N818 - it is handled, and no failure by itself
    """The text is valid, but can't be taken apart by lines."""


@dataclass(slots=True)
class Group:
    """A mapping or a list on lines.

    Attributes:
        is_list: whether it is a list.
        column: the column of its fields or dashes, from 0.
        parts: its fields or items.
    """

    is_list: bool
    column: int
    parts: list[Part] = field(default_factory=list)

    def index(self, step: str | int) -> int:
        """Return the index of a field or an item among the parts; raises LookupError."""
        if isinstance(step, int):
            return step
        for i, part in enumerate(self.parts):
            if part.name == step:
                return i
        raise LookupError(step)


@dataclass(slots=True)
class Part:
    """A field or an item.

    Attributes:
        mark: the field's name with its colon, as written, or the item's dash.
        value: the text of a scalar or of a value in brackets, or a group on lines.
        name: the field's name as it is read; "" for an item.
        lead: the comments and blank lines above, in whole lines.
        sep: the characters between mark and value; none before a group on the next line.
        after: the comment beside it, with the blanks before it: on the last line of a scalar or a
            value in brackets, else on the line of the mark.
        tail: its comments below, in whole lines.
    """

    mark: str
    value: str | Group
    name: str = ""
    lead: str = ""
    sep: str = ""
    after: str = ""
    tail: str = ""

    @property
    def lines(self) -> Group | None:
        """The group on lines that it holds, if any."""
        return self.value if isinstance(self.value, Group) else None

    @property
    def is_inline(self) -> bool:
        """Whether it holds a group that begins beside the mark."""
        return isinstance(self.value, Group) and self.sep != ""

    def shift(self, by: int) -> None:
        """Move its lines below the first to the right, or to the left."""
        if not by:
            return
        self.sep, self.tail = _move_rest(self.sep, by), move_lines(self.tail, by)
        if isinstance(self.value, str):
            self.value = _move_rest(self.value, by)
            return
        self.value.column += by
        for part in self.value.parts:
            part.lead = move_lines(part.lead, by)
            part.shift(by)

    def ends_blank(self) -> bool:
        """Return whether it ends in a block whose last line is blank."""
        if self.tail:
            return False
        if isinstance(self.value, Group):
            return self.value.parts[-1].ends_blank()
        _, end, last = self.value.rpartition("\n")
        return bool(end) and not last.strip()


def text_of(root: Part) -> str:
    """Put the pieces of a whole text together."""
    writer = _Writer()
    writer.root(root)
    return "".join(writer.out)


def move_lines(lines: str, by: int) -> str:
    """Move whole lines to the right, or to the left as far as there are blanks."""
    if by >= 0:
        return re.sub(r"(?m)^(?=[^\n])", " " * by, lines)
    return re.sub(rf"(?m)^ {{1,{-by}}}", "", lines)


def _move_rest(text: str, by: int) -> str:
    first, end, rest = text.partition("\n")
    return first + end + move_lines(rest, by)


def hoisted(lines: str, old: int, new: int) -> str:
    """Shift comment lines from column `old` to `new`; those still further right go to `new`."""
    return re.sub(rf"(?m)^ {{{new},}}(?=\S)", " " * new, move_lines(lines, new - old))


def blank_lines(lead: str) -> tuple[str, str]:
    """Split off the first blank lines."""
    found = _BLANK_LINES.match(lead)
    end = found.end() if found else 0
    return lead[:end], lead[end:]


class _Writer:
    """Puts pieces together so that no comment or blank line becomes part of a block of text."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.most: int | None = None  # the column up to which a comment ends the block above
        self._indent: int | None = None  # that of this block; a longer blank line is part of it
        self._keeps = False  # whether blank lines below belong to that block

    def root(self, root: Part) -> None:
        self.out.append(root.lead)
        if root.lines and root.lines.parts:
            self._group(root.lines)
        else:
            self._end("{}\n")
        self._above(root.tail)

    def _group(self, group: Group, head: str | None = None) -> None:
        """Write a group; `head` is the start of its first line if it begins after a dash."""
        for part in group.parts:
            if head is None:
                self._above(part.lead)
                head = " " * group.column
            head += part.mark + part.sep
            if isinstance(part.value, str):
                self._line(head, part.value, part.after, group.column)
            elif part.is_inline:
                self._above(hoisted(part.value.parts[0].lead, part.value.column, group.column))
                self._group(part.value, head)
            else:
                self._end(f"{head}{part.after}\n")
                self._group(part.value)
            self._above(part.tail)
            head = None

    def _line(self, head: str, text: str, after: str, column: int) -> None:
        if not text.startswith(("|", ">")):
            self._end(f"{head}{text}{after}\n")
            return
        signs, end, lines = text.partition("\n")
        self._end(f"{head}{signs}{after}{end}{lines}\n")
        self._keeps = "+" in signs
        deeper, used = re.search("[1-9]", signs), INDENT.search(lines)
        if deeper:
            self._indent = column + int(deeper[0])
        elif used:
            self._indent = len(used[1])
        self.most = column if self._indent is None else self._indent - 1

    def _end(self, line: str) -> None:
        self.out.append(line)
        self.most, self._indent, self._keeps = None, None, False

    def _above(self, lines: str) -> None:
        if self._keeps:
            lines = blank_lines(lines)[1]
        if not lines:
            return
        if self._indent is not None:
            blank, rest = blank_lines(lines)
            lines = re.sub(rf"(?m)^([ \t]{{{self._indent}}})[ \t]+$", r"\1", blank) + rest
        found = _FIRST_COMMENT.match(lines)
        if found and self.most is not None:
            start, end = found.span("blanks")
            lines = lines[: min(end, start + self.most)] + lines[end:]
            self.most = None
        self._keeps = False
        self.out.append(lines)
