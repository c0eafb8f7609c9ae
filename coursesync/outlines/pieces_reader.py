"""Takes a YAML text apart into pieces, by the positions in the parser's events.

Owns which piece a comment belongs to: the one below or beside it. A comment below a whole mapping
or list belongs to it if it is indented as far. It must never change a character.
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
    StreamEndEvent,
)

from coursesync.outlines.pieces import COMMENT, INDENT, Group, Part, UnusualLayout, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ruamel.yaml.events import Event

_COMMENT_OR_BLANK = re.compile(r"(?P<blanks>[ \t]*)(?P<comment>#[^\n]*)?\n")
_ABOVE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*+")
_COLON = re.compile(r"\s*:")
_HEADER = re.compile(r"[|>][-+1-9]*")
_KEEPS = re.compile(r"^([|>][1-9]?)\+?")


def take_apart(text: str) -> Part:
    """Take an outline's text apart.

    Args:
        text: readable YAML, every line end a line feed, without a byte order mark.

    Returns:
        The whole outline as a part. `text_of` gives the text again, with a line feed at its end.

    Raises:
        UnusualLayout: the outline has braces around it, or a key after a question mark.
    """
    is_ended = text.endswith("\n")
    root = _Reader(text if is_ended else text + "\n", is_ended=is_ended).root()
    if is_ended and text_of(root) != text:
        raise UnusualLayout
    return root


def comments(text: str) -> list[str]:
    """Find all comments of a text that can be read, each from its # to the end of its line."""
    return [text[start:end] for start, end in comments_in(text)]


def comments_in(text: str) -> list[tuple[int, int]]:
    """Find where all comments of a text that can be read start and end, as offsets."""
    found: list[tuple[int, int]] = []
    at, advance = 0, CParser(text).get_event
    while not isinstance(event := advance(), StreamEndEvent):
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, ScalarEvent) and start < end:
            is_block = event.style in {"|", ">"}  # its first line may end in a comment
            header = text.find("\n", start) if is_block else start
            found += [each.span() for each in COMMENT.finditer(text, at, header)]
            at = end
    return found + [each.span() for each in COMMENT.finditer(text, at)]


class _Reader:
    """One pass over the events of a text; `_at` is the first character without a piece."""

    def __init__(self, text: str, *, is_ended: bool) -> None:
        self._text = text
        self._is_ended = is_ended
        self._at = 0
        self._next: Callable[[], Event] = CParser(text).get_event

    def root(self) -> Part:
        self._next()  # the start of the stream
        self._next()  # the start of the document
        event = self._next()
        if not _is_on_lines(event):
            raise UnusualLayout
        self._at = self._text.rfind("\n", 0, event.start_mark.index) + 1
        lead = self._text[: self._at]
        return Part("", self._on_lines(event), lead=lead, tail=self._text[self._at :])

    def _on_lines(self, start: Event, *, is_inline: bool = False) -> Group:
        """Read a group on lines; `is_inline` if it begins after a dash."""
        column = start.start_mark.column
        group = Group(isinstance(start, SequenceStartEvent), column)
        while not isinstance(event := self._next(), MappingEndEvent | SequenceEndEvent):
            part = Part("-", "")
            if not is_inline or group.parts:
                if found := _ABOVE.match(self._text, self._at):
                    part.lead, self._at = found[0], found.end()
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
        """Read the value after a colon or a dash; their line begins at `column`."""
        start = event.start_mark
        if not _is_on_lines(event):
            self._value(event, part)
            part.after += self._rest_of_line()
            if part.name:  # a comment below a field belongs to the next field
                return
        elif "\n" in (between := self._text[self._at : start.index]):
            part.after = self._rest_of_line()
            part.value = self._on_lines(event)
        else:
            part.sep, self._at = between, start.index
            part.value = self._on_lines(event, is_inline=True)
        part.tail = self._own_comments(max(start.column, column + 1))

    def _key(self, event: Event, part: Part) -> Event:
        if not isinstance(event, ScalarEvent) or event.start_mark.index != self._at:
            raise UnusualLayout
        part.name = unicodedata.normalize("NFC", event.value)
        found = _COLON.match(self._text, event.end_mark.index)
        end = found.end() if found else event.end_mark.index
        part.mark = self._text[self._at : end]
        self._at = end
        return self._next()

    def _value(self, event: Event, part: Part) -> None:
        start, last, depth = event.start_mark.index, event, _depth(event)
        while depth:
            last = self._next()
            depth += _depth(last)
        end = last.end_mark.index
        if start < end:
            part.sep, part.value = self._text[self._at : start], self._text[start:end]
            self._at = end
            if header := _HEADER.match(part.value):
                part.value = self._block(start, end, header[0], part)

    def _block(self, start: int, end: int, signs: str, part: Part) -> str:
        """Read a block of text, without the last blank lines unless it keeps them."""
        first = self._text.index("\n", start) + 1
        part.after = self._text[start + len(signs) : first - 1]
        used = INDENT.search(self._text, first, end)
        while end > first and ("+" not in signs or self._is_open_end(end)):
            above = self._text.rfind("\n", 0, end - 1) + 1
            blanks = self._text[above : end - 1]
            if blanks.strip(" ") or (used and len(blanks) > len(used[1])):
                break
            end = above
        self._at = end - 1
        if end == len(self._text) and not self._is_ended and "-" not in signs:
            signs = _KEEPS.sub(r"\1-", signs)  # its last line had no line feed, and gets one
        return f"{signs}\n{self._text[first : end - 1]}" if end > first else signs

    def _is_open_end(self, end: int) -> bool:
        """Return whether a block ends at the end of a text that has no final line feed.

        Blanks there are not a line.
        """
        return end == len(self._text) and not self._is_ended

    def _rest_of_line(self) -> str:
        start, end = self._at, self._text.index("\n", self._at)
        self._at = end + 1
        return self._text[start:end]

    def _own_comments(self, column: int) -> str:
        """Read comments up to the first that is less indented than `column`."""
        at = end = self._at
        while found := _COMMENT_OR_BLANK.match(self._text, at):
            at = found.end()
            if found["comment"]:
                if len(found["blanks"]) < column:
                    break
                end = at
        start, self._at = self._at, end
        return self._text[start:end]


def _is_on_lines(event: Event) -> bool:
    return isinstance(event, MappingStartEvent | SequenceStartEvent) and not event.flow_style


def _depth(event: Event) -> int:
    """Return 1 for the start of a group, -1 for its end, else 0."""
    opens = isinstance(event, MappingStartEvent | SequenceStartEvent)
    return opens - isinstance(event, MappingEndEvent | SequenceEndEvent)
