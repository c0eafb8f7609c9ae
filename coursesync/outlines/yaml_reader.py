"""Reads YAML text as a positioned `Tree`, with all its mistakes.

Owns what YAML an outline may hold. It composes the events of ruamel's C parser itself: they are
several times faster than ruamel's composer, carry every position, and show anchors, tags and the
style of a scalar, which the rules need. It must never read without bounds on depth and number of
nodes, because the parser has none.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # it is re-exported
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from coursesync.errors import Diagnostic, Remedy, Where
from coursesync.kinds import ITEMS, LISTED
from coursesync.kinds.content_spec import is_markdown_path
from coursesync.kinds.inline import CURLY
from coursesync.kinds.tree import Tree
from coursesync.outlines.leftovers import in_outline
from coursesync.outlines.line_slips import LONGEST_LINE, dash, lost_tail, may_begin_item, twice
from coursesync.outlines.yaml_mistakes import DIRECTIVE, explained
from coursesync.outlines.yaml_stops import last_quoted, place_of
from coursesync.outlines.yaml_values import MAX_NODES, MAYBE_NOT_TEXT, Unusual, quickly, resolve
from coursesync.text import UNSEEN_REMEDY, coded, find_unseen, inert, named, unseen, without_unseen

if TYPE_CHECKING:
    from collections.abc import Callable

    from ruamel.yaml.error import StreamMark
    from ruamel.yaml.events import Event

    from coursesync.errors import Sentence
    from coursesync.kinds.tree import Below, Mark, Value

MAX_DEPTH = 16
_LISTS = {kind.plural: kind for kind in ITEMS.values()}
MAX_NOTES = 1_000  # a file; later fewer are shown
_HALTED = "The rest of the file is checked once this is correct."
_LONGEST_NAME = 1_000  # composing a long run of combining marks takes quadratic time

_ALLOWS = r"(?!#+[ \t]*coursesync:)"  # a comment that allows advice is meant as a comment
_LOST_TAIL = re.compile(rf"[ \t]+({_ALLOWS}#[^\s#!].*)")
# a title may hold a #, as in  C # basics: there a comment needs two blanks before it
_TAIL_OF_TITLE = re.compile(rf"(?:[ \t]|[ \t]+(?=#[^\s#!]))({_ALLOWS}#.*)")


class _Halt(Exception):  # noqa: N818 - ends the reading of one file, never leaves this module
    """The rest of the file can't be read; the diagnostic is noted."""


def parse(text: str, path: str) -> tuple[Tree | None, list[Diagnostic]]:
    """Read one YAML document.

    Args:
        text: the file's characters, without a byte order mark.
        path: the file's path as shown to people.

    Returns:
        The tree, None if the text can't be read; and every diagnostic. A tree with diagnostics
        holds None where they point, so that the rest can be checked.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # a lone carriage return ends a line, too
    diagnostics = list(find_unseen(text, path))
    if diagnostics:
        text = without_unseen(text, "\N{REPLACEMENT CHARACTER}")
    tree: Tree | None
    try:
        tree = Tree(path, quickly(text), partial(_marks, text, path))
    except Unusual:
        tree = _Composer(text, path, diagnostics).document()
    is_outline = tree is not None and isinstance(tree.value, dict)
    left = in_outline(text, path, is_outline=is_outline)
    if left and (diagnostics or not is_outline):
        return None, left  # the rest follows from these
    return tree, [*left, *diagnostics]


def _marks(text: str, path: str) -> Mark:
    """Read a document again for the positions of its values, which only messages need."""
    tree = _Composer(text, path, []).document()
    assert tree is not None  # noqa: S101 - it was read before
    return tree.mark


class _Composer:
    def __init__(self, text: str, path: str, diagnostics: list[Diagnostic]) -> None:
        self._text = text
        self._path = path
        self._diagnostics = diagnostics
        self._nodes = 0
        self._depth = 0
        self._listed = LISTED  # the kind whose list is being read
        self._escapes = "\\" in text
        self._lines = text.split("\n") if " #" in text or "\t#" in text else []
        self._next: Callable[[], Event] = CParser(text).get_event

    def document(self) -> Tree | None:
        with suppress(_Halt):
            try:
                return self._document()
            except (YAMLError, ValueError, KeyError, AttributeError) as error:
                # the parser raises the last three on some malformed input
                self._unreadable(error)
        return None

    def _document(self) -> Tree | None:
        self._next()  # the start of the stream
        start = self._next()
        if isinstance(start, StreamEndEvent):
            remedy = coded(f"Start it with `id:`, `title:` and `{LISTED.plural}:`")
            self._note(Where(self._path), "the file is empty", remedy)
            return None
        if isinstance(start, DocumentStartEvent) and (start.version or start.tags):
            self._note(start.start_mark, *DIRECTIVE)
        value, mark = self._node(self._next())
        self._next()  # the end of the document
        end = self._next()
        if isinstance(end, DocumentStartEvent):
            self._note(
                end.start_mark,
                "a second document starts here; one file is one course",
                coded("Delete the line `---`, or move the text after it into a file of its own."),
            )
        return Tree(self._path, value, lambda: mark)

    def _unreadable(self, error: Exception) -> None:
        last = last_quoted(self._text)
        line, column, problem, remedy = explained(error, self._text, *place_of(error), last)
        # what was found on this line before comes from the same mistake
        self._diagnostics[:] = [each for each in self._diagnostics if each.where.line != line + 1]
        self._note(Where(self._path, line + 1, column + 1), problem, Remedy(remedy, _HALTED))

    def _node(self, event: Event) -> tuple[Value, Mark]:
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, AliasEvent):
            at, remedy = event.start_mark, "Write the value out, or put it in quotes."
            self._note(at, "an alias (*) is not allowed", remedy)
            return None, (at.line, at.column, None, None)
        assert isinstance(event, MappingStartEvent | SequenceStartEvent)  # noqa: S101 - the only others
        self._extras(event)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            problem = f"this is nested more than {MAX_DEPTH} levels deep"
            remedy = "An outline needs six: check the brackets, and the spaces before each line."
            self._note(event.start_mark, problem, remedy)
            raise _Halt
        value: Value
        below: Below
        if isinstance(event, MappingStartEvent):
            value, below = self._mapping()
        else:
            value, below = self._sequence()
        self._depth -= 1
        mark = event.start_mark
        return value, (mark.line, mark.column, None, below)

    def _sequence(self) -> tuple[Value, Below]:
        values: list[Value] = []
        marks: list[Mark] = []
        advance = self._next
        while True:
            event = advance()
            if event.__class__ is SequenceEndEvent:
                return values, marks
            self._nodes += 1
            if self._nodes > MAX_NODES:
                self._too_many(event)
            value, mark = self._node(event)
            values.append(value)
            marks.append(mark)

    def _mapping(self) -> tuple[Value, Below]:
        values: dict[str, Value] = {}
        marks: dict[str, tuple[int, int, Mark]] = {}
        advance, scalar = self._next, self._scalar
        again: dict[str, int] = {}
        while True:
            event = advance()
            if event.__class__ is MappingEndEvent:
                return values, marks
            self._nodes += 1
            if self._nodes > MAX_NODES:
                self._too_many(event)
            key = self._key(event)
            if key in values:
                self._twice(event, key, marks[key][0], again)
                key = None
            node = advance()
            if isinstance(node, ScalarEvent):
                value, mark = scalar(node, _TAIL_OF_TITLE if key == "title" else _LOST_TAIL)
            else:
                outer, self._listed = self._listed, _LISTS.get(key or "", self._listed)
                value, mark = self._node(node)
                self._listed = outer
            if key is not None:
                at = event.start_mark
                values[key] = value
                marks[key] = (at.line, at.column, mark)

    def _key(self, event: Event) -> str | None:
        if not isinstance(event, ScalarEvent):
            self._node(event)
            remedy = coded("Write `name: value`")
            self._note(event.start_mark, "a field's name must be plain text", remedy)
            return None
        if event.anchor or event.ctag:  # `tag` is computed each time
            self._extras(event)
        key: str = event.value
        self._check_escapes(event)
        if not key.isascii():
            key = unicodedata.normalize("NFC", key[:_LONGEST_NAME])
        return key

    def _twice(self, event: Event, key: str, first: int, again: dict[str, int]) -> None:
        """Report a field that is given again.

        Once a new item seems to start, `again` holds the lines of its fields, which are no mistake.
        """
        at = event.start_mark
        if again and key not in again:
            again[key] = at.line
            return
        begin = self._text.rfind("\n", 0, at.index) + 1
        line = self._text[begin : begin + at.column + LONGEST_LINE].partition("\n")[0]
        is_new = self._depth > 1 and may_begin_item(key, line, at.column)
        first = again.get(key, first) + 1
        if is_new:
            again.clear()
            again[key] = at.line
        shown, noun = inert(key, 40), self._listed.name
        slip = dash(key) or twice(shown, line[at.column :], first, noun, is_new=is_new)
        self._note(at, *slip)

    def _scalar(self, event: ScalarEvent, lost: re.Pattern[str] = _LOST_TAIL) -> tuple[Value, Mark]:
        at = event.start_mark
        text: str = event.value
        if event.anchor or event.ctag:  # `tag` is computed each time
            self._extras(event)
        if event.implicit[0]:  # a plain scalar
            if not text or text[0] in MAYBE_NOT_TEXT:
                try:
                    value = resolve(text)
                except ValueError:
                    problem = f"a number of {len(text):,} characters is more than any field takes"
                    self._note(at, problem, "Correct it. A text, such as a title, needs quotes.")
                    value = None
                if value is not text:
                    return value, (at.line, at.column, text, None)
            if self._lines:
                text = self._lost_tail(event, lost)
            if text[0] in CURLY:
                return text, (at.line, at.column, text, None)
        else:
            self._check_escapes(event)
        return text, (at.line, at.column, None, None)

    def _check_escapes(self, event: ScalarEvent) -> None:
        for found in unseen(event.value) if self._escapes else ():
            problem = f"{named(found[0])} can't be seen, and is not allowed, not even as an escape"
            place = f" (character {found.start() + 1:,} of this text)"
            self._note(event.start_mark, problem + place, UNSEEN_REMEDY)

    def _lost_tail(self, event: ScalarEvent, lost: re.Pattern[str]) -> str:
        """Report what a # takes from a text; return the text, for a file's name the whole."""
        end, text = event.end_mark, str(event.value)
        line = self._lines[end.line] if end.line < len(self._lines) else ""
        if len(line) > end.column and (tail := lost.match(line, end.column)):
            where = Where(self._path, end.line + 1, tail.start(1) + 1)
            self._note(where, *lost_tail(text, tail[1], in_title=lost is _TAIL_OF_TITLE))
            whole = f"{text} {tail[1]}"
            text = whole if is_markdown_path(whole) else text
        return text

    def _extras(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent) -> None:
        for given, what in ((event.anchor, "an anchor (&)"), (event.ctag, "a tag (!)")):
            if given:
                remedy = "Delete it, or put the text in quotes."
                self._note(event.start_mark, f"{what} is not allowed", remedy)

    def _too_many(self, event: Event) -> NoReturn:
        self._note(
            event.start_mark,
            f"the file holds more than {MAX_NODES:,} values",
            "No course needs that many: look for lines that were pasted repeatedly.",
        )
        raise _Halt

    def _note(self, at: StreamMark | Where, problem: str, remedy: Sentence) -> None:
        if not isinstance(at, Where):
            at = Where(self._path, at.line + 1, at.column + 1)
        self._diagnostics.append(Diagnostic(at, problem, remedy))
        if len(self._diagnostics) >= MAX_NOTES:
            raise _Halt
