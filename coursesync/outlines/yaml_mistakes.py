"""The YAML parser's errors in words that a course author understands.

Owns these words: the parser (libyaml, in ruamel.yaml.clib) names its grammar, an author needs the
cause: a colon in a title, a tab, an open quote. It must never hide an error that it does not know:
an unknown error is shown in the parser's words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursesync.errors import Code, Remedy
from coursesync.kinds.inline import quoted
from coursesync.outlines.line_slips import (
    CLOSE_BY,
    LONGEST_LINE,
    LONGEST_SHOWN,
    NAMES,
    after_bracket,
    dash_above,
    late_quote,
    odd_colon,
    outside_blocks,
    second_colon,
    text_after,
    unindented,
    without_colon,
    wrong_start,
)
from coursesync.outlines.list_slips import below_a_dash, in_another_column, without_dash
from coursesync.outlines.one_line import group_on_line, inner_field, second_field
from coursesync.text import coded, count, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.errors import Sentence
    from coursesync.outlines.line_slips import Found, Quoted

DIRECTIVE = ("a % directive is not allowed here", "Delete each line that starts with %.")
NO_SPACE = "there is no space after the `-`"
# the parser's problem (or its start) -> our problem and remedy
_WORDS: dict[str, tuple[str, Sentence]] = {
    "mapping values are not allowed": (
        "this line continues the text above it, and a text without quotes can't hold `: `",
        (
            "If it is a field, start it in the column of the other fields; else put the whole text "
            "in quotes."
        ),
    ),
    "found character that cannot start any token": (
        "a text can't start with this character here",
        "Put the whole text in quotes.",
    ),
    "did not find expected alphabetic or numeric character": (
        "a text can't start with * or &",
        "Put the whole text in quotes.",
    ),
    "found unexpected ':'": (
        "a text in brackets or braces can't hold a colon",
        coded("Put a space after the colon, as in `{after_days: 7}` or a text in quotes."),
    ),
    "found unexpected end of stream": (
        "a quote that was opened here is never closed",
        "Add the closing quote at the end of the text.",
    ),
    "did not find expected node content": (
        "a bracket or brace is left open, or is where a text should start",
        "Close it; a text that starts with [ ] { or } needs quotes.",
    ),
    "did not find expected ',' or": (
        "a bracket or brace is left open, or a comma is missing",
        "Close it, or put a comma between its parts.",
    ),
    "did not find expected key": (
        "this doesn't line up with the lines above it",
        "Start it in the same column as the fields around it.",
    ),
    "did not find expected '-' indicator": (
        "this line should be an item of the list above it",
        coded("Start it with `-` in the same column as the other items, or indent it further."),
    ),
    "block sequence entries are not allowed": (
        "a list can't start on this line",
        coded("Put `-` on a line of its own below, or the text in quotes."),
    ),
    "found unknown escape character": (
        'in "double quotes" a backslash starts an escape, but this is not one',
        "Write \\\\ for a backslash, or use 'single quotes'.",
    ),
    "found invalid Unicode character escape code": (
        "this escape is not a character, or only half of one",
        "Type the character itself; as an escape, 🎉 is \\U0001F389.",
    ),
    "found duplicate %": DIRECTIVE,
    "could not find expected ':'": (
        "this line has no `: ` between a field's name and its value",
        coded("Write `name: value`; indent the next lines of a text further than its first."),
    ),
    "did not find expected <document start>": (
        "there is text after the end of the outline, or before its first field",
        coded("Delete it, or turn it into a comment by putting `#` before it."),
    ),
    "did not find expected comment or line break": (
        "text can't follow | or > on the same line",
        "Start the text on the next line, indented further.",
    ),
    "found incompatible YAML document": DIRECTIVE,
    "found unknown directive name": DIRECTIVE,
}
# problems whose cause may be the column of the line
_OF_COLUMNS = (
    "mapping values are not allowed",
    "did not find expected key",
    "did not find expected '-' indicator",
)
_BLANKS = re.compile(r"(?P<indent>[\s-]*)\w*(?P<beside>\s*(?::[^\S ])?)")
_NO_SPACE = re.compile(r" *(?:- +)?(?P<name>\w+):(?P<value>(?!//)[^\s:].{0,60})")
_APOSTROPHE = re.compile(r" *(?:- +)?(?P<name>\w+): +'(?P<text>.*\w'\w.*|[^']*'[^'\s].*)' *")
# problems whose cause is a text that starts with the character that the parser points to
_OF_STARTS = (
    "found character that cannot start any token",
    "did not find expected alphabetic or numeric character",
    "did not find expected node content",
    "mapping keys are not allowed",
)


def explained(
    error: Exception, text: str, line: int, column: int, last: Quoted | None
) -> tuple[int, int, str, Sentence]:
    """Explain why the parser can't read a file, and find the place of the cause.

    Args:
        error: the parser's exception.
        text: the whole file.
        line: of the place that the parser points to, from 0.
        column: of the same place, from 0.
        last: the text in quotes that the parser read last, if it read no other value after it.

    Returns:
        The line and the column of the cause, from 0; the problem and the remedy.
    """
    lines = text.split("\n")
    if line >= len(lines):  # a last line without an end
        line, column = len(lines) - 1, len(lines[-1])
    above = max((i for i in range(line) if lines[i].strip()), default=line)
    for at in (line, above):
        indent = len(lines[at]) - len(lines[at].lstrip(" -"))
        is_text = indent > len(lines[line]) - len(lines[line].lstrip(" -"))  # below a field above
        if not is_text and (words := odd_blank(lines[at]) or no_space(lines[at])):
            return at, column if at == line else indent, *words
    found = without_dash(lines, line) or dash_above(lines, line) or late_quote(lines, last)
    if found:
        return found
    written = lines[line][:LONGEST_LINE]
    if words := _slip(written, column):
        return line, column, *words
    if found := text_after(lines, last):
        return found
    problem = str(getattr(error, "problem", None) or error).partition("\n")[0]
    words = _of_line(problem, written, column)
    is_column = words is None and problem.startswith(_OF_COLUMNS)
    misplaced = _misplaced(lines, line, problem) if is_column else None
    return misplaced or (line, column, *(words or _words_for(problem, lines, line)))


def _of_line(problem: str, written: str, column: int) -> tuple[str, Sentence] | None:
    """Find what the parser's problem means on its line."""
    if problem.startswith(_OF_STARTS):
        return wrong_start(written, column)
    if not problem.startswith(_OF_COLUMNS):
        return None
    is_colon = problem.startswith("mapping values")
    if words := after_bracket(written, column):
        return words
    if not is_colon:
        return None
    return second_field(written, column) or second_colon(written, column)


def _slip(written: str, column: int) -> tuple[str, Sentence] | None:
    """Find a slip that is certain in a line."""
    if words := group_on_line(written, column):
        return words
    if (found := _APOSTROPHE.fullmatch(written)) and '"' not in found["text"]:
        meant = quoted(found["text"].replace("''", "'"))
        remedy = Remedy("Put it in double quotes:", Code(f"{found['name']}: {meant}"))
        return "an apostrophe ends a text in 'single quotes'", remedy
    return None


def odd_blank(text: str) -> tuple[str, Sentence] | None:
    """Find a character that looks like a space in the indent of a field or beside its name.

    Args:
        text: a line of the file, or the name of a field as YAML reads it.
    """
    if text.isascii() or not (found := _BLANKS.match(text)):
        return None
    for place, what in (("indent", "this line is indented by"), ("beside", "a name is beside")):
        if odd := next((each for each in found[place] if not each.isascii()), ""):
            remedy = "Delete it, and type spaces."
            return f"{what} {named(odd)}, which only looks like a space", remedy
    return None


def no_space(text: str) -> tuple[str, Sentence] | None:
    """Find a field's name without a colon and a space, at the start of a line or a text."""
    if words := odd_colon(text):
        return words
    found = _NO_SPACE.match(text)
    if not found or found["name"] not in NAMES:
        return None
    name, value = found["name"], found["value"].strip()
    if value.startswith("-"):
        written = Code(f"- {value.lstrip('- ')}")
        return f"there is no new line after `{name}:`", Remedy("Write on the next line", written)
    if whole := inner_field(name, value):
        return f"there is no space after `{name}:`", Remedy("Write", whole)
    return f"there is no space after `{name}:`", Remedy("Write", Code(f"{name}: {value}"))


def _words_for(problem: str, lines: Sequence[str], line: int) -> tuple[str, Sentence]:
    written = lines[line]
    if "\t" in written[: len(written) - len(written.lstrip(" \t-"))]:
        return "a tab is used to indent this line", "Indent with spaces; YAML allows no tabs there."
    if words := unindented(lines, line) or without_colon(written):
        return words
    unknown = f"this can't be read as YAML: {problem or 'it is malformed'}"
    known = (words for start, words in _WORDS.items() if problem.startswith(start))
    return next(known, (unknown, "Check the lines just above it."))


# a line whose quotes and brackets are closed, and whose text has no colon: others may hold a slip
# that moves what is below them, and then the columns prove nothing
_SOUND = re.compile(
    r" *(?:- +)*(?:[\w-]+:(?: +|$))?"
    r"(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|\[[^][{}\"']*\]|\{[^][{}\"']*\}"
    r"|[|>][-+0-9]*|[^\s\"'\[\]{}|>&*!%@`](?:(?!: ).)*)? *(?:#.*)?"
)
_FIELD = re.compile(r"( *(?:- +)?)\w+:(?: |$)")  # and the columns before it
_NO_BLANK = re.compile(" *-[^ -]")
_ITEM = re.compile("( *)- ")


def _misplaced(lines: Sequence[str], at: int, problem: str) -> Found | None:
    """Report a line that starts in another column than those above it, if that is certain."""
    above = outside_blocks(lines, max(0, at - CLOSE_BY), at)
    is_certain = problem.startswith("mapping values")  # in quotes, a colon is text
    near = [lines[number][:LONGEST_LINE] for number in above]
    if not above or not (is_certain or all(map(_SOUND.fullmatch, (*near, lines[at])))):
        return None
    for number in (at, above[-1]):
        if begun := _NO_BLANK.match(lines[number]):
            written = Code(f"- {lines[number][begun.end() - 1 :].strip()}"[:LONGEST_SHOWN])
            return number, begun.end() - 2, NO_SPACE, Remedy("Write", written)
    if found := in_another_column(lines, at) or below_a_dash(lines, at):
        return found
    what = "item" if lines[at].lstrip(" ").startswith("-") else "field"
    here = len(lines[at]) - len(lines[at].lstrip(" "))
    shape = _ITEM if what == "item" else _FIELD
    known = [each.end(1) for each in map(shape.match, near) if each]
    items = {each.end(1) for each in map(_ITEM.match, near) if each}
    if what == "field" and (here in items or not _FIELD.match(lines[at])):
        return None  # its dash is missing, or it continues a text
    nearest = min(known, key=lambda column: (abs(column - here), column), default=here)
    if nearest == here:
        return None
    return (
        at,
        here,
        f"this {what} starts in column {here + 1}, and those above it in column {nearest + 1}",
        f"Start it in the same column, with exactly {count(nearest, 'space')} before it."
        if nearest
        else "Delete the spaces before it.",
    )
