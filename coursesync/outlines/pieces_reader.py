"""A YAML text taken apart into pieces, by the places that the parser's events give.

Owns what each comment belongs to: what it stands above or beside. One below the last field of a
mapping, or the last item of a list, belongs to these where it is indented as far as they are; in
brackets, one after a comma stands above what comes next. It must never change a character.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # it is re-exported
from ruamel.yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from coursesync.outlines.pieces import INDENT, Document, Group, Leaf, Part, UnusualLayout

if TYPE_CHECKING:
    from collections.abc import Callable

    from ruamel.yaml.events import Event

_SAYS_NOTHING = re.compile(r"(?P<blanks>[ \t]*)(?P<comment>#[^\n]*)?\n")
_ABOVE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*+")
_BESIDE = re.compile(r"(?:\s|#[^\n]*)*+")
_COLON = re.compile(r"\s*:")
_HEADER = re.compile(r"[|>][-+1-9]*")


def take_apart(text: str) -> Document:
    """Take a text apart that can be read, its line ends line feeds, without a byte order mark.

    Raises:
        UnusualLayout: it has a key after a question mark, or a field in brackets.
    """
    is_ended = text.endswith("\n")
    root = _Reader(text if is_ended else text + "\n", is_ended=is_ended).root()
    document = Document(root, is_ended)
    if document.text() != text:
        raise UnusualLayout
    return document


class _Reader:
    """One pass over the events of a text; `_at` is the first character that is in no piece yet."""

    def __init__(self, text: str, *, is_ended: bool) -> None:
        self._text = text
        self._is_ended = is_ended
        self._at = 0
        self._next: Callable[[], Event] = CParser(text).get_event

    def root(self) -> Part:
        self._next()  # the start of the stream
        self._next()  # the start of the document
        event = self._next()
        self._at = self._text.rfind("\n", 0, event.start_mark.index) + 1
        root = Part("", Leaf(""), lead=self._text[: self._at])
        if _is_on_lines(event):
            root.value = self._on_lines(event)
        else:
            self._value(event, root)
            root.after = self._rest_of_line()
        root.tail = self._text[self._at :]
        return root

    def _on_lines(self, start: Event, *, is_inline: bool = False) -> Group:
        """Read a group on lines of its own; it is `is_inline` where it begins after a dash."""
        column = start.start_mark.column
        group = Group(isinstance(start, SequenceStartEvent), column)
        while not isinstance(event := self._next(), MappingEndEvent | SequenceEndEvent):
            part = Part("-", Leaf(""))
            if not is_inline or group.parts:
                part.lead = self._matched(_ABOVE)
                if self._text[self._at : self._at + column].strip(" "):
                    raise UnusualLayout
                self._at += column
            if not group.is_list:
                event = self._key(event, part)
            elif self._text[self._at] != "-":
                raise UnusualLayout
            else:
                self._at += 1
            self._part(event, part, column)
            group.parts.append(part)
        return group

    def _part(self, event: Event, part: Part, column: int) -> None:
        """Read what follows a colon or a dash, whose line begins at `column`."""
        start = event.start_mark
        if not _is_on_lines(event):
            self._value(event, part)
            part.after += self._rest_of_line()
            if not part.name:  # what is below a field, stands above the next
                part.tail = self._own_comments(max(start.column, column + 1))
            return
        if "\n" in self._text[self._at : start.index]:
            part.after = self._rest_of_line()
        else:
            part.is_inline = True
            part.sep = self._text[self._at : start.index]
            self._at = start.index
        part.value = self._on_lines(event, is_inline=part.is_inline)
        part.tail = self._own_comments(max(start.column, column + 1))

    def _key(self, event: Event, part: Part) -> Event:
        """Read a field's name; return the event of its value."""
        if not isinstance(event, ScalarEvent) or event.start_mark.index != self._at:
            raise UnusualLayout
        part.name = unicodedata.normalize("NFC", event.value)
        found = _COLON.match(self._text, event.end_mark.index)
        end = found.end() if found else event.end_mark.index
        part.mark = self._text[self._at : end]
        self._at = end
        return self._next()

    def _value(self, event: Event, part: Part) -> None:
        """Read a scalar, or a group in brackets."""
        start, end = event.start_mark.index, event.end_mark.index
        if not isinstance(event, ScalarEvent):
            part.sep = self._text[self._at : start]
            self._at = start
            part.value = self._in_brackets(event)
        elif start < end:
            part.sep = self._text[self._at : start]
            self._at = end
            part.value = Leaf(self._text[start:end])
            if event.style in {"|", ">"}:
                part.value = self._block(start, end, part)

    def _block(self, start: int, end: int, part: Part) -> Leaf:
        """Read a block of text; the last blank lines are no part of it where they don't count."""
        header = _HEADER.match(self._text, start)
        signs = header[0] if header else ""
        first = self._text.index("\n", start) + 1
        part.after = self._text[start + len(signs) : first - 1]
        used = INDENT.search(self._text, first, end)
        while end > first and "+" not in signs:
            above = self._text.rfind("\n", 0, end - 1) + 1
            blanks = self._text[above : end - 1]
            if blanks.strip(" ") or (used and len(blanks) > len(used[1])):
                break
            end = above
        self._at = end - 1
        is_open = end == len(self._text) and not self._is_ended
        lines = self._text[first : end - 1] if end > first else ""
        text = f"{signs}\n{lines}" if end > first else signs
        return Leaf(text, is_block=True, is_open=is_open)

    def _in_brackets(self, start: Event) -> Group:
        if self._text[self._at] not in "[{":
            raise UnusualLayout
        self._at += 1
        group = Group(isinstance(start, SequenceStartEvent), None)
        end = self._at
        while not isinstance(event := self._next(), MappingEndEvent | SequenceEndEvent):
            part = Part("", Leaf(""), lead=self._matched(_BESIDE))
            if event.start_mark.index != self._at:
                raise UnusualLayout
            self._value(event if group.is_list else self._key(event, part), part)
            part.after = self._matched(_BESIDE)
            end = self._at
            self._at += self._text[self._at] == ","
            group.parts.append(part)
        self._at = event.end_mark.index
        group.end = self._text[end : self._at - 1]
        return group

    def _matched(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found[0] if found else ""

    def _rest_of_line(self) -> str:
        start, end = self._at, self._text.index("\n", self._at)
        self._at = end + 1
        return self._text[start:end]

    def _own_comments(self, column: int) -> str:
        """Read the comments to the last that comes before one less indented than `column`."""
        at = end = self._at
        while found := _SAYS_NOTHING.match(self._text, at):
            at = found.end()
            if found["comment"]:
                if len(found["blanks"]) < column:
                    break
                end = at
        start, self._at = self._at, end
        return self._text[start:end]


def _is_on_lines(event: Event) -> bool:
    return isinstance(event, MappingStartEvent | SequenceStartEvent) and not event.flow_style
