"""Finds slips that are certain from the lines of a file: another dash, text after a quote.

Owns the words of these slips. It must never guess: what is not certain is left to the words for the
parser's error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Code, Remedy
from coursesync.kinds import ITEMS, LISTED
from coursesync.kinds.course import COURSE, DESCRIPTION
from coursesync.kinds.field import Role
from coursesync.kinds.inline import quoted
from coursesync.kinds.unlock import AFTER_DAYS
from coursesync.kinds.visibility import PAID, VISIBILITY
from coursesync.text import coded, count, inert, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from coursesync.errors import Sentence

    Words: TypeAlias = tuple[str, Sentence]  # a problem and its remedy
    Found: TypeAlias = tuple[int, int, str, Sentence]  # from 0: line, column; problem, remedy

NAMES = {"id", AFTER_DAYS, COURSE.name, PAID, *(kind.plural for kind in ITEMS.values())} | {
    field.name for kind in (*ITEMS.values(), COURSE) for field in kind.fields
}
_TITLE, *_GROUPS = LISTED.names(Role.TITLE, Role.UNLOCK, Role.CONTENTS)
_IN_BRACKETS = {*_GROUPS, "leave", "previous_keys"}
_IN_BRACKETS |= {DESCRIPTION.name, VISIBILITY.name, *COURSE.names(Role.CONTENTS)}
CLOSE_BY = 40  # lines above
LONGEST_LINE = 1_000  # characters that are looked at
LONGEST_SHOWN = 100  # characters of a line that a remedy repeats
DASHES = "-\u2010-\u2015\u2212\u2043\ufe58\ufe63\uff0d*+\u2022\u00b7\u25aa\u25cf\u25e6"
_DASH = re.compile(
    rf"\s*(?P<dash>[{DASHES}])(?P<blank>\s*)"
    r"(?P<item>(?P<name>\w+)(?::(?:\s.*)?|)|\w[^:#]*\.(?:md|markdown))$",
    re.IGNORECASE,
)
_COLON = re.compile(
    r"\s*(?:- +)?(?P<name>[A-Za-z_]+)\s*(?P<colon>[\uff1a\ufe55\ufe13\u2236\ua789])(?P<value>.*)"
)
# a value of one line: a comment has two blanks before it, because a text may hold a #
_VALUE = re.compile(r"(?P<before> *(?:- +)*(?:(?P<name>[\w-]+): +)?)(?P<text>\S.*?) *(?: {2}#.*)?$")
_BAR = re.compile(r" *(?:- +)*(?P<name>[\w-]+): +[|>][-+0-9]* *(?: #.*)?$")
_KNOWN = re.compile(rf" *(?:- +)*(?:{'|'.join(sorted(NAMES))}):(?: |$)")
_SECOND_FIELD = re.compile(rf".* (?P<name>{'|'.join(sorted(NAMES))})")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text in quotes: its first character and the end of it, lines and columns from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


def dash(text: str) -> Words | None:
    """Find another dash, or one without a space, before a field or a file at a text's start."""
    found = _DASH.match(text)
    if not found or (found["dash"] == "-" and found["blank"]):
        return None
    if found["name"] and found["name"] not in NAMES:
        return None
    colon = ":" if found["name"] == found["item"] else ""
    written = Code(f"- {found['item'].rstrip()}{colon}"[:LONGEST_SHOWN])
    if found["dash"] == "-":
        return "there is no space after the `-`", Remedy("Write", written)
    return f"an item starts with `-`, and this is {named(found['dash'])}", Remedy("Write", written)


def dash_above(lines: Sequence[str], at: int) -> Found | None:
    """Find that slip in a line, or in the one above that begins the item of this line."""
    for number, indent in _outwards(lines, at):
        if words := dash(lines[number]):
            return number, indent, *words
    return None


def _outwards(lines: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
    """Yield a line, and above it each line that is indented less than all after it."""
    least = len(lines[at]) + 1
    for number in range(at, max(-1, at - CLOSE_BY), -1):
        indent = len(lines[number]) - len(lines[number].lstrip(" "))
        if lines[number].strip() and indent < least:
            least = indent
            yield number, indent


def odd_colon(text: str) -> Words | None:
    """Find a character that only looks like a colon after a field's name."""
    found = _COLON.match(text)
    if not found or found["name"] not in NAMES:
        return None
    written = f"{found['name']}: {found['value'].strip()}".strip()
    problem = f"after `{found['name']}` comes {named(found['colon'])}, and not a colon"
    return problem, Remedy("Write", Code(written[:LONGEST_SHOWN]))


def without_colon(line: str) -> Words | None:
    """Find a field's name alone on its line."""
    name = line.strip().removeprefix("-").strip()
    if name not in NAMES:
        return None
    return f"there is no colon after `{name}`", Remedy("Write", Code(f"{name}:"))


def lost_tail(kept: str, tail: str, *, in_title: bool) -> Words:
    """Report the end of a text that YAML reads as a comment."""
    shown, dropped = inert(kept.replace('"', '\\"'), 80), inert(tail, 60)
    blanks = "two spaces before the # and one after it" if in_title else "a space after the #"
    return (
        f"`{dropped}` is dropped here: after a space, # starts a comment",
        Remedy(
            "Put all of it in quotes:",
            Code(f'"{shown} {dropped}"'),
            f"For a comment, write {blanks}.",
        ),
    )


def late_quote(lines: Sequence[str], last: Quoted | None) -> Found | None:
    """Find a quote that ends on a later line, at the opening quote of another text."""
    if not last or last.line == last.end_line or not _goes_on(lines, last):
        return None
    inside = 'a quote is \\"' if lines[last.line][last.column] == '"' else "an apostrophe is ''"
    return (
        last.line,
        last.column,
        f"the quote that is opened here ends only on line {last.end_line + 1}",
        f"Put the closing quote at the end of the text; inside the text, {inside}.",
    )


def text_after(lines: Sequence[str], last: Quoted | None) -> Found | None:
    """Find text on the same line after a closing quote."""
    if not last or last.line != last.end_line or not (rest := _goes_on(lines, last)):
        return None
    line = lines[last.line]
    column = line.index(rest, last.end_column)
    if rest[0].isalnum() and line[last.end_column - 2] in " ,[{:":  # it opens another text
        problem = "the quote that is opened here is not closed before the next one"
        return last.line, last.column, problem, "Put the closing quote at the end of the text."
    whole = _VALUE.match(line := line[:LONGEST_LINE])
    remedy: Sentence = "Check the quotes: a text has one quote before it, and the same after it."
    if whole and whole.start("text") == last.column:
        remedy = in_quotes(line, column)
    return last.line, column, "the text goes on after the closing quote", remedy


def _goes_on(lines: Sequence[str], last: Quoted) -> str:
    """Return the text after a quoted one on its last line, if none may be there."""
    rest = lines[last.end_line][last.end_column :].strip()
    is_name = not lines[last.line][: last.column].rstrip().endswith(":")
    return "" if rest.startswith(("#", ",", "]", "}")) or (is_name and rest[:1] == ":") else rest


def after_bracket(line: str, column: int) -> Words | None:
    """Find text after a closing bracket or brace, where the parser points to."""
    found = _VALUE.match(line)
    if not found or found["text"][0] not in "[{" or found.start("text") >= column:
        return None
    if not line[:column].rstrip().endswith(("]", "}")):
        return None
    is_group = found["name"] in _IN_BRACKETS
    remedy = "Delete what follows the bracket." if is_group else in_quotes(line, column)
    return "the text goes on after the closing bracket", remedy


def second_colon(line: str, column: int) -> Words | None:
    """Find a colon in a text that stands on the line of its field."""
    found = _VALUE.match(line)
    if not found or not found["name"] or found.start("text") > column:
        return None
    if field := _SECOND_FIELD.fullmatch(line[found.start("text") : column]):
        return (
            f"there is a second `:` on this line, after `{field['name']}`",
            Remedy(
                "If that is a field, give it a line of its own. Otherwise, it is text.",
                in_quotes(line, column),
            ),
        )
    return "there is a second `:` on this line", in_quotes(line, column)


def wrong_start(line: str, column: int) -> Words | None:
    """Name the character that no text may start with."""
    found = _VALUE.match(line)
    if not found or found.start("text") != column:
        return None
    return f"a text can't start with {line[column]}", in_quotes(line, column)


def in_quotes(line: str, column: int) -> Sentence:
    """Return the remedy to put the value of a line in quotes, if it holds the column."""
    found = _VALUE.match(line)
    if not found or found.start("text") > column or len(found["text"]) > LONGEST_SHOWN:
        return "Put the whole text in quotes."
    text, name = found["text"], found["name"]
    if text.endswith('"') and text.count('"') == 1 and "\\" not in text:
        text = text[:-1]  # the closing quote is there, and the first one is missing
    whole = "'" + text.replace("'", "''") + "'" if '"' in text or "\\" in text else quoted(text)
    return Remedy("Put all of it in quotes:", Code(f"{name}: {whole}" if name else f"- {whole}"))


def unindented(lines: Sequence[str], at: int) -> Words | None:
    """Find a text below | or > that is not indented further than its field."""
    if _KNOWN.match(lines[at]):
        return None
    here = len(lines[at]) - len(lines[at].lstrip(" "))
    found = None
    for line in filter(str.strip, reversed(lines[max(0, at - CLOSE_BY) : at])):
        found = _BAR.match(line)
        if found or len(line) - len(line.lstrip(" ")) <= here:
            break
    if not found:
        return None
    return (
        f"this line belongs to the text of `{found['name']}`, and is not indented enough",
        f"Put at least {count(found.start('name') + 2, 'space')} before each line of the text.",
    )


def outside_blocks(lines: Sequence[str], start: int, end: int) -> list[int]:
    """Return the numbers of the lines that are neither blank nor in a text below | or >."""
    found, block = [], -1
    for number in range(start, end):
        line = lines[number]
        indent = len(line) - len(line.lstrip(" "))
        if not line.strip() or -1 < block < indent:
            continue
        bar = _BAR.match(line)
        block = bar.start("name") if bar else -1
        found.append(number)
    return found


def may_begin_item(name: str, line: str, column: int) -> bool:
    """Return whether the field at a column names an item and begins its line, not in braces."""
    is_first = not line[:column].strip(" ") and not line.rstrip().endswith((",", "}"))
    return is_first and name in {"key", _TITLE}


def twice(name: str, line: str, first: int, noun: str, *, is_new: bool) -> Words:
    """Report a field that is given again.

    Args:
        name: the field's name.
        line: the characters of the line that gives it again, from the field on.
        first: the line of its first use, from 1.
        noun: the word for an item of the list that the line belongs to.
        is_new: whether a new item may start here, whose dash is missing.
    """
    problem = f"`{name}` is given a second time; the first is on line {first}"
    if is_new:
        return problem, Remedy(
            coded(f"If a new {noun} starts here, its `-` is missing: write"),
            Code(f"- {line.strip()}"[:LONGEST_SHOWN]),
            coded(
                f"with the `-` below that of the {noun} above. Otherwise, delete one of the two."
            ),
        )
    if name in {kind.plural for kind in ITEMS.values()}:
        return problem, coded(f"Write all {name} below the first one; then delete this line.")
    return problem, "A field may be given once; delete one of the two."
