"""Slips in the lines of a list of lessons: the line to change, and what to write there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from outlines.refused import found_in

if TYPE_CHECKING:
    from outlines.author import Author

HEAD = "id: 4711\ntitle: T\nsections:\n  - key: w\n    title: W\n"  # lines 1 to 5
TOUR = "      - key: tour\n        title: A tour\n"
AGAIN = "The rest of the file is checked once this is correct."
NO_DASH = "there is no `-` before the name of this file"
NO_SPACE = "there is no space after the `-`"
OWN = "the lesson above is a file, and its fields are written in that file"
EACH = "each file needs a line of its own that starts with `-` and a space"
BOTH = "Write `- a.md` and below it, in the same column, `- b.md`"
NO_TITLE = "there is no `title:` before the text"
OTHERS = "and move its other lines by the same number of columns."
FILE = "the file of a lesson ends in .md, and"

# the lines from the sixth on; the place, the problem, and the remedy or its beginning
SLIPS = {
    "no dash, first": (f"    lessons:\n      a.md\n{TOUR}", "7:7", NO_DASH, "Write `- a.md`"),
    "no dash, in the course": (
        "lessons:\n  a.md\n  - title: A\n",
        "7:3",
        NO_DASH,
        "Write `- a.md`",
    ),
    "no dash, after fields": (
        f"    lessons:\n{TOUR}      a.md\n",
        "9:7",
        NO_DASH,
        "Write `- a.md`",
    ),
    "no dash, after a file": (
        f"    lessons:\n      - b.md\n      a.md\n{TOUR}",
        "8:7",
        NO_DASH,
        "Write `- a.md`",
    ),
    "no dash at all": ("    lessons:\n      a.md\n      b.md\n", "7:7", EACH, BOTH),
    "no dash, before a file": ("    lessons:\n      a.md\n      - b.md\n", "7:7", EACH, BOTH),
    "no dash, and indented": ("    lessons:\n      - a.md\n        b.md\n", "7:9", EACH, BOTH),
    "a file indented too far": ("    lessons:\n      - a.md\n        - b.md\n", "7:9", EACH, BOTH),
    "no dash before the first fields": (
        f"    lessons:\n      key: a\n      title: A\n{TOUR}",
        "7:7",
        "the first lesson of this list has no `-`",
        f"Write `- key: a` and put 2 more spaces before its other lines. {AGAIN}",
    ),
    "no space, first": (f"    lessons:\n      -a.md\n{TOUR}", "7:7", NO_SPACE, "Write `- a.md`"),
    "no space, last": (f"    lessons:\n{TOUR}      -a.md\n", "9:7", NO_SPACE, "Write `- a.md`"),
    "no space, alone": ("    lessons:\n      -a.md\n", "7:7", EACH, "Write `- a.md`"),
    "another dash": (
        f"    lessons:\n      \u2013 a.md\n{TOUR}",
        "7:7",
        "an item starts with `-`, and this is U+2013 (EN DASH)",
        "Write `- a.md`",
    ),
    "a star": (
        "    lessons:\n      * a.md\n      * b.md\n",
        "7:7",
        "an item starts with `-`, and this is U+002A (ASTERISK)",
        "Write `- a.md`",
    ),
    "fields below a file": (
        f"    lessons:\n      - a.md\n        title: A\n{TOUR}",
        "8:9",
        OWN,
        (
            "If a new lesson begins here, write `- title: A` with its `-` below that of the lesson "
            "above. Otherwise, move this line between the two lines `---` of `a.md`"
        ),
    ),
    "a new lesson below a file": (
        "    lessons:\n      - a.md\n        key: b\n        title: B\n      - c.md\n",
        "8:9",
        OWN,
        "If a new lesson begins here, write `- key: b` with its `-` below that of the lesson",
    ),
    "contents below a file": (
        f"    lessons:\n      - a.md\n        contents: A\n{TOUR}",
        "8:9",
        OWN,
        "Move this line between the two lines `---` of `a.md`",
    ),
    "no dash at all, and fields": (
        "    lessons:\n      key: a\n      title: A\n",
        "7:7",
        "the first lesson of this list has no `-`",
        "Write `- key: a` and put 2 more spaces before its other lines.",
    ),
    "no dash at all, and a section": (
        "    lessons:\n      contents: {html: a.html}\n",
        "7:7",
        "the first lesson of this list has no `-`",
        "Write `- contents:`",
    ),
    "the first too far left": (
        f"    lessons:\n    - a.md\n{TOUR}",
        "7:5",
        "this item starts in column 5, and the next one in column 7",
        f"Put exactly 6 spaces before it. {AGAIN}",
    ),
    "the first left of the list": (
        f"    lessons:\n   - a.md\n{TOUR}",
        "7:4",
        "this item starts in column 4, and its `lessons:` in column 5",
        f"Put exactly 6 spaces before it. {AGAIN}",
    ),
    "the second too far left": (
        "    lessons:\n      - key: a\n        title: A\n    - key: b\n      title: B\n",
        "9:5",
        "this item starts in column 5, and those above it in column 7",
        f"Put exactly 6 spaces before it, {OTHERS}",
    ),
    "the second too far right": (
        "    lessons:\n      - key: a\n        title: A\n        - key: b\n          title: B\n",
        "9:9",
        "this item starts in column 9, and those above it in column 7",
        f"Put exactly 6 spaces before it, {OTHERS}",
    ),
    "a field below a dash": (
        f"    lessons:\n{TOUR}      contents: Hi\n",
        "9:7",
        "`contents:` starts in column 7, and the fields above it in column 9",
        f"Put exactly 8 spaces before it. {AGAIN}",
    ),
    "the list of a section below its dash": (
        "  lessons:\n      - a.md\n",
        "6:3",
        "`lessons:` starts in column 3, and the fields above it in column 5",
        f"Put exactly 4 spaces before it. {AGAIN}",
    ),
    "a lesson's dash is missing": (
        f"    lessons:\n{TOUR}        key: b\n        title: B\n",
        "9:9",
        "`key` is given a second time; the first is on line 7",
        (
            "If a new lesson starts here, its `-` is missing: write `- key: b` with the `-` below "
            "that of the lesson above."
        ),
    ),
    "lessons twice": (
        f"    lessons:\n{TOUR}    lessons:\n      - a.md\n",
        "9:5",
        "`lessons` is given a second time; the first is on line 6",
        "Write all lessons below the first one; then delete this line.",
    ),
    "no colon": (
        "    lessons\n      - a.md\n",
        "6:5",
        "there is no colon after `lessons`",
        "Write `lessons:`",
    ),
    "an item beside the name": (
        "    lessons:- a.md\n",
        "6:5",
        "there is no new line after `lessons:`",
        "Write on the next line `- a.md`",
    ),
    "a # in a file's name": (
        "    lessons:\n      - c #1.md\n",
        "7:11",
        "`#1.md` is dropped here: after a space, # starts a comment",
        'Put all of it in quotes: `"c #1.md"`. For a comment, write a space after the #.',
    ),
    "a file without its ending": (
        "    lessons:\n      - w/a\n",
        "7:9",
        f"{FILE} `w/a` does not",
        "Did you mean `- w/a.md`?",
    ),
    "an HTML file": (
        "    lessons:\n      - w/the-desk.html\n",
        "7:9",
        f"{FILE} `w/the-desk.html` is HTML",
        (
            "Write `- title: The desk` and on the next line, in the column of title, "
            "`contents: {html: w/the-desk.html}`"
        ),
    ),
    "another file": (
        "    lessons:\n      - w/a.docx\n",
        "7:9",
        f"{FILE} `w/a.docx` does not",
        "Save its text as Markdown in a file that ends in .md, and list that.",
    ),
    "a video": (
        "    lessons:\n      - https://youtu.be/abc\n",
        "7:9",
        "a web address alone is no lesson",
        (
            "Write `- title: Welcome` and on the next line, in the column of title, "
            '`contents: <iframe src="https://www.youtube.com/embed/abc"></iframe>`'
        ),
    ),
    "a title": (
        "    lessons:\n      - Find your desk\n",
        "7:9",
        f'{NO_TITLE} "Find your desk"',
        "Write `- title: Find your desk` or, for a Markdown file, its whole name,",
    ),
    "a field that names the file": (
        "    lessons:\n      - lesson: a.md\n",
        "7:9",
        "there is no field `lesson`",
        "To list a Markdown file, write only its path, as in `- a.md`",
    ),
    "a content file that is the lesson": (
        "    lessons:\n      - {markdown: a.md}\n",
        "7:10",
        "there is no field `markdown`",
        "To list a Markdown file, write only its path, as in `- a.md`",
    ),
    "a content file beside a title": (
        "    lessons:\n      - title: A\n        markdown: a.md\n",
        "8:9",
        "`markdown` belongs in `contents`, not beside it",
        "Write `contents: {markdown: a.md}`",
    ),
    "a colon after the file": (
        "    lessons:\n      - a.md:\n          title: A\n",
        "7:9",
        "the name of a file has no colon after it here",
        "Write only `- a.md` and move the lines below it to that file, between its two lines `---`",
    ),
    **{
        f"{word} for no lesson": (
            f"    lessons: {word}\n",
            "6:14",
            f"`lessons` must be a list, and is {found}",
            (
                "If there should be none, write `lessons: []`. "
                "To keep the lessons on the site as they are, delete the line."
            ),
        )
        for word, found in (("none", 'the text "none"'), ("false", "a yes/no value"))
    },
}


@pytest.mark.parametrize(("lines", "place", "problem", "remedy"), SLIPS.values(), ids=SLIPS)
def test_a_slip_in_a_list_is_reported_once_where_it_is(
    lines: str, place: str, problem: str, remedy: str, writer: Author
) -> None:
    """One mistake is one message, at the line to change, with the line to write."""
    (writer.courses / "c.yaml").write_text(HEAD + lines, encoding="utf-8")
    for name in ("a.md", "b.md", "c #1.md"):
        (writer.courses / name).write_text("---\ntitle: A\n---\n\nHi\n")

    ran = writer.cli("validate")

    assert ran.code == 3
    ((at, words, advised),) = found_in(ran.err, "c.yaml")
    assert [at, words] == [place, problem]
    assert advised.startswith(remedy)


def test_a_remedy_for_a_column_leads_to_a_valid_list(writer: Author) -> None:
    """To follow one message is enough: the item's other lines move with it."""
    wrong = "    lessons:\n    - a.md\n      - key: b\n        title: B\n        contents: Hi\n"
    (writer.courses / "a.md").write_text("---\ntitle: A\n---\n\nHi\n")
    for lines, code in ((wrong, 3), (wrong.replace("    - a.md", "      - a.md"), 0)):
        (writer.courses / "c.yaml").write_text(HEAD + lines)
        assert writer.cli("validate").code == code


def test_a_file_named_in_a_text_is_no_item(writer: Author) -> None:
    """A text for members may hold lines that look like items; the slip below it is named."""
    lines = (
        "    lessons:\n      - title: A\n        contents: |\n          a.md\n          - b.md\n"
        "            title: B\n        summary: @home\n"
    )
    (writer.courses / "c.yaml").write_text(HEAD + lines)

    ((place, problem, _),) = found_in(writer.cli("validate").err, "c.yaml")

    assert (place, problem) == ("12:18", "a text can't start with @")
