"""What the YAML parser complains of, in words that a course author understands.

The parser's own words (libyaml's, in ruamel.yaml.clib) name its grammar; an author wants the
habit that led there: a colon in a title, a tab, a quote left open. What is not known here is
told in the parser's words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursesync.kinds import LISTED
from coursesync.text import count

if TYPE_CHECKING:
    from collections.abc import Sequence

START = f"Start it with  id:, title:  and  {LISTED.plural}:"

# the parser's problem (or its start) -> what is wrong, what to do
_WORDS = {
    "mapping values are not allowed": (
        "there is a second `: ` on this line, or the line is indented wrongly",
        (
            'Put a text that holds `: ` in quotes, as in  title: "Part 1: the kitchen"; else start '
            "the line in the same column as its neighbours."
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
        "Put a space after the colon, as in  {after_days: 7}; put a text in quotes.",
    ),
    "found unexpected end of stream": (
        "a quote that was opened here is never closed",
        "Add the closing quote at the end of the text.",
    ),
    "did not find expected node content": (
        "a bracket or brace is left open, or stands where a text should start",
        "Close it; a text that starts with [ ] { or } needs quotes.",
    ),
    "did not find expected ',' or": (
        "a bracket or brace is left open, or a comma is missing",
        "Close it, or put a comma between its parts.",
    ),
    "did not find expected key": (
        "this doesn't line up with the lines above it, or follows a closing quote or bracket",
        (
            "Start it in its neighbours' column; put a text that begins with a quote or a bracket "
            "in quotes as a whole; in 'single quotes' write '' for an apostrophe; or look above "
            "for a quote left open."
        ),
    ),
    "did not find expected '-' indicator": (
        "this line should be an item of the list above it",
        "Start it with  -  in the same column as the other items, or indent it further.",
    ),
    "block sequence entries are not allowed": (
        "a list can't start on this line",
        "Put  -  on a line of its own below, or the text in quotes.",
    ),
    "found unknown escape character": (
        'in "double quotes" a backslash starts an escape, and this is none',
        "Write \\\\ for a backslash, or use 'single quotes'.",
    ),
    "found invalid Unicode character escape code": (
        "this escape stands for no character, or for half of one",
        "Type the character itself; as an escape, 🎉 is \\U0001F389.",
    ),
    "found duplicate %": (
        "a % directive is not allowed here",
        "Delete the lines that start with %.",
    ),
    "could not find expected ':'": (
        "this line has no `: ` between a field's name and its value",
        "Write  name: value; a text that goes on must be indented further than its first line.",
    ),
    "did not find expected <document start>": (
        "there is text after the end of the outline, or before its first field",
        "Delete it, or turn it into a comment by putting  #  before it.",
    ),
    "did not find expected comment or line break": (
        "text can't follow | or > on the same line",
        "Start the text on the next line, indented further.",
    ),
    "found incompatible YAML document": (
        "a % directive is not allowed here",
        "Delete the line that starts with %.",
    ),
    "found unknown directive name": (
        "a % directive is not allowed here",
        "Delete the line that starts with %.",
    ),
}
_COLUMNS = (
    "mapping values are not allowed",
    "did not find expected key",
    "did not find expected '-' indicator",
)
_TAB = ("a tab is used to indent this line", "Indent with spaces; YAML allows no tabs there.")


def advice(error: Exception, text: str, line: int) -> tuple[str, str]:
    """Say what is wrong and what to do.

    Args:
        error: what the parser raised.
        text: the whole file.
        line: the line, from 0, that the parser points to.

    Returns:
        The problem and the remedy, each a sentence.
    """
    problem = str(getattr(error, "problem", None) or error).partition("\n")[0]
    lines = text.split("\n")
    written = lines[line] if line < len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip(" \t-"))]:
        return _TAB
    if problem.startswith(_COLUMNS) and (told := _misplaced(lines, line)):
        return told
    for start, words in _WORDS.items():
        if problem.startswith(start):
            return words
    return (
        f"this can't be read as YAML: {problem or 'it is malformed'}",
        "Check the lines just above it.",
    )


# what an author may have left open above, or put into a text: then columns tell nothing
_OTHERWISE = re.compile("""["'\\[\\]{}]|: .*: """)
_FIELD = re.compile(r"( *(?:- +)?)\w+:(?: |$)")  # and the columns before it
_NO_BLANK = re.compile(" *-[^ -]")
_ITEM = re.compile("( *)- ")
_CLOSE_BY = 40  # lines above


def _misplaced(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    """Tell a line that stands in another column than those above it; None where it may not be that.

    Args:
        lines: of the file.
        at: the index of the line that the parser points to.
    """
    above = [line for line in lines[max(0, at - _CLOSE_BY) : at] if line.strip()]
    if not above or any(map(_OTHERWISE.search, (*above, lines[at]))):
        return None
    if _NO_BLANK.match(lines[at]):
        return "the  -  has no blank behind it", "Put one there, as in  - title: Welcome"
    if _NO_BLANK.match(above[-1]):
        return "the  -  above has no blank behind it", "Put one there, as in  - title: Welcome"
    what = "item" if lines[at].lstrip(" ").startswith("-") else "field"
    here = len(lines[at]) - len(lines[at].lstrip(" "))
    shape = _ITEM if what == "item" else _FIELD
    known = [found.end(1) for found in map(shape.match, above) if found]
    items = {found.end(1) for found in map(_ITEM.match, above) if found}
    if what == "field" and (here in items or not _FIELD.match(lines[at])):
        return None  # it lacks its dash, or is a text that goes on
    nearest = min(known, key=lambda column: (abs(column - here), column), default=here)
    if nearest == here:
        return None
    return (
        f"this {what} starts in column {here + 1}, and those above it in column {nearest + 1}",
        f"Start it in the same column: put {count(nearest, 'blank')} before it."
        if nearest
        else "Delete the blanks before it.",
    )
