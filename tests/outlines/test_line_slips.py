"""Slips of the keyboard in the lines of an outline: the exact place, cause and remedy of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from outlines.refused import found_in

if TYPE_CHECKING:
    from outlines.author import Author

HEAD = "title: T\nsections:\n"  # lines 2 and 3; the first is the Id
A = "  - key: a\n    title: A\n"  # lines 4 and 5
AGAIN = "The rest of the file is checked once this is correct."
GOES_ON = "the text goes on after the closing"

# the lines from the fourth on; the place, the problem and the remedy
SLIPS = {
    "a dash is missing": (
        A + "    key: rules\n    title: Rules\n    active: true\n",
        "6:5",
        "`key` is given a second time; the first is on line 4",
        (
            "If a new section starts here, its `-` is missing: write `- key: rules` with the `-` "
            "below that of the section above. Otherwise, delete one of the two."
        ),
    ),
    "a dash is missing before a title": (
        "  - title: A\n    active: true\n\n    # the rules\n    title: Rules\n    active: true\n",
        "8:5",
        "`title` is given a second time; the first is on line 4",
        (
            "If a new section starts here, its `-` is missing: write `- title: Rules` with the `-` "
            "below that of the section above. Otherwise, delete one of the two."
        ),
    ),
    "another field is given again": (
        A + "    active: true\n    active: false\n",
        "7:5",
        "`active` is given a second time; the first is on line 6",
        "A field may be given once; delete one of the two.",
    ),
    "a field is given again in braces": (
        "  - {title: A,\n    title: B}\n",
        "5:5",
        "`title` is given a second time; the first is on line 4",
        "A field may be given once; delete one of the two.",
    ),
    "the list is given again": (
        A + "sections:\n" + A,
        "6:1",
        "`sections` is given a second time; the first is on line 3",
        "Write all sections below the first one; then delete this line.",
    ),
    **{
        f"an open quote {quote}": (
            f"  - title: {quote}One\n    active: true\n  - title: {quote}Two{quote}\n",
            "4:12",
            "the quote that is opened here ends only on line 6",
            f"Put the closing quote at the end of the text; inside the text, {inside}. {AGAIN}",
        )
        for quote, inside in (('"', 'a quote is \\"'), ("'", "an apostrophe is ''"))
    },
    "an open quote, then a text with quotes": (
        '  - title: "One\'\n    contents: say "hi" to: them\n',
        "4:12",
        "the quote that is opened here ends only on line 5",
        f'Put the closing quote at the end of the text; inside the text, a quote is \\". {AGAIN}',
    ),
    "text after double quotes": (
        '  - title: "Welcome" to us\n',
        "4:22",
        f"{GOES_ON} quote",
        f"Put all of it in quotes: `title: '\"Welcome\" to us'`. {AGAIN}",
    ),
    "text after single quotes": (
        "  - title: 'Welcome' to us  # draft\n",
        "4:22",
        f"{GOES_ON} quote",
        f"Put all of it in quotes: `title: \"'Welcome' to us\"`. {AGAIN}",
    ),
    "a colon after quotes": (
        '  - title: "Part 1": it\'s the kitchen\n',
        "4:20",
        f"{GOES_ON} quote",
        f"Put all of it in quotes: `title: '\"Part 1\": it''s the kitchen'`. {AGAIN}",
    ),
    "text after quotes in brackets": (
        A + '    previous_keys: ["a, "b"]\n',
        "6:21",
        "the quote that is opened here is not closed before the next one",
        f"Put the closing quote at the end of the text. {AGAIN}",
    ),
    **{
        f"text after {bracket}": (
            f"  - title: {bracket}{text}\n",
            f"4:{12 + len(bracket) + len(text) - len(text.lstrip())}",
            f"{GOES_ON} bracket",
            f'Put all of it in quotes: `title: "{bracket}{text}"`. {AGAIN}',
        )
        for bracket, text in (
            ("[new]", " Welcome"),
            ("[Hello]", "(https://example.com)"),
            ("{new}", " Welcome"),
            ("{{ name }}", ", welcome"),
        )
    },
    "text after the braces of a group": (
        A + "    contents: {markdown: a.md} and more\n",
        "6:32",
        f"{GOES_ON} bracket",
        f"Delete what follows the bracket. {AGAIN}",
    ),
    **{
        f"{name} for the first dash": (
            f"  {dash}key: a\n    title: A\n",
            "4:3",
            f"an item starts with `-`, and this is {name}",
            f"Write `- key: a`. {AGAIN}",
        )
        for dash, name in (
            ("\u2013 ", "U+2013 (EN DASH)"),
            ("\u2013", "U+2013 (EN DASH)"),
            ("— ", "U+2014 (EM DASH)"),
            ("• ", "U+2022 (BULLET)"),
            ("* ", "U+002A (ASTERISK)"),
            ("\u2212 ", "U+2212 (MINUS SIGN)"),
            ("\u2013\u00a0", "U+2013 (EN DASH)"),
        )
    },
    "another dash later": (
        A + "  \u2013 title: B\n    active: true\n",
        "6:3",
        "an item starts with `-`, and this is U+2013 (EN DASH)",
        f"Write `- title: B`. {AGAIN}",
    ),
    "another dash above other lines": (
        A + "  \u2013 title: B\n\n    unlock: immediate\n    active: true\n",
        "6:3",
        "an item starts with `-`, and this is U+2013 (EN DASH)",
        f"Write `- title: B`. {AGAIN}",
    ),
    "another dash before the only field": (
        "  \u2013 title: A\n",
        "4:3",
        "an item starts with `-`, and this is U+2013 (EN DASH)",
        "Write `- title:`",
    ),
    "no space after the first dash": (
        "  -key: a\n    title: A\n",
        "4:3",
        "there is no space after the `-`",
        f"Write `- key: a`. {AGAIN}",
    ),
    "indented too far": (
        "  - key: a\n        title: A\n",
        "5:9",
        "this field starts in column 9, and those above it in column 5",
        f"Start it in the same column, with exactly 4 spaces before it. {AGAIN}",
    ),
    "indented too far below an apostrophe": (
        "  - title: Anna's\n      active: true\n",
        "5:7",
        "this field starts in column 7, and those above it in column 5",
        f"Start it in the same column, with exactly 4 spaces before it. {AGAIN}",
    ),
    "a text with a colon on its second line": (
        "  - title: Anna's and\n      Part 2: the kitchen\n",
        "5:13",
        "this line continues the text above it, and a text without quotes can't hold `: `",
        (
            "If it is a field, start it in the column of the other fields; else put the whole text "
            f"in quotes. {AGAIN}"
        ),
    ),
    "a second colon": (
        "  - title: Part 1: the kitchen\n",
        "4:18",
        "there is a second `:` on this line",
        f'Put all of it in quotes: `title: "Part 1: the kitchen"`. {AGAIN}',
    ),
    "a colon at the end": (
        '  - title: The "rules":\n    active: true\n',
        "4:23",
        "there is a second `:` on this line",
        f"Put all of it in quotes: `title: 'The \"rules\":'`. {AGAIN}",
    ),
    "the first quote is missing": (
        '  - title: Part 1: the kitchen"\n',
        "4:18",
        "there is a second `:` on this line",
        f'Put all of it in quotes: `title: "Part 1: the kitchen"`. {AGAIN}',
    ),
    "an apostrophe after a colon": (
        "  - title: Part 1: don't\n",
        "4:18",
        "there is a second `:` on this line",
        f'Put all of it in quotes: `title: "Part 1: don\'t"`. {AGAIN}',
    ),
    "two fields on a line": (
        "  - key: a title: A\n",
        "4:17",
        "there is a second `:` on this line, after `title`",
        (
            "If that is a field, give it a line of its own. Otherwise, it is text. "
            f'Put all of it in quotes: `key: "a title: A"`. {AGAIN}'
        ),
    ),
    **{
        f"a text starts with {text[0]}": (
            f"  - title: {text}\n",
            "4:12",
            f"a text can't start with {text[0]}",
            f'Put all of it in quotes: {ticks}title: "{text}"{ticks}. {AGAIN}',
        )
        for text in (
            *("*bold*", "**bold** move", "& more", "@home", "%home", "`home`", "? who", "] who"),
            *("} who", ", who"),
        )
        for ticks in ("" if "`" in text else "`",)
    },
    **{
        f"a text below {bar}, {len(indent)} spaces": (
            f"  - title: A\n    contents: {bar}\n{indent}<p>Hello</p>\n{indent}<p>you</p>\n",
            f"6:{len(indent) + 1}",
            "this line belongs to the text of `contents`, and is not indented enough",
            f"Put at least 6 spaces before each line of the text. {AGAIN}",
        )
        for bar in ("|", ">-")
        for indent in ("", "    ")
    },
    "the second line of a text is not indented": (
        "  - contents: |\n      <p>Hello</p>\n    <p>you</p>\n    title: A\n",
        "6:5",
        "this line belongs to the text of `contents`, and is not indented enough",
        f"Put at least 6 spaces before each line of the text. {AGAIN}",
    ),
    **{
        f"{name} for the colon": (
            A + f"    active{colon}true\n",
            "6:5",
            f"after `active` comes {name}, and not a colon",
            f"Write `active: true`. {AGAIN}",
        )
        for colon, name in (
            ("\uff1a", "U+FF1A (FULLWIDTH COLON)"),
            ("\uff1a ", "U+FF1A (FULLWIDTH COLON)"),
            ("\u2236 ", "U+2236 (RATIO)"),
        )
    },
    "another colon in the only field": (
        "  - title\uff1a W\n",
        "4:5",
        "after `title` comes U+FF1A (FULLWIDTH COLON), and not a colon",
        "Write `title: W`",
    ),
}


@pytest.mark.parametrize(("lines", "place", "problem", "remedy"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_reported_once_where_it_is(
    lines: str, place: str, problem: str, remedy: str, writer: Author
) -> None:
    """One mistake is one message, at the line to change, with the line to write if that is known.

    Line ends of Windows change nothing.
    """
    for number, end in enumerate(("\n", "\r\n"), 4711):
        text = f"id: {number}\n{HEAD}{lines}".replace("\n", end)
        (writer.courses / f"{number}.yaml").write_text(text, encoding="utf-8", newline="")

    ran = writer.cli("validate")

    assert ran.code == 3
    assert found_in(ran.err, "4711.yaml") == [[place, problem, remedy]]
    assert found_in(ran.err, "4712.yaml") == [[place, problem, remedy]]


def test_each_missing_dash_is_reported(writer: Author) -> None:
    """The fields of a section without a dash are no mistakes, and the next such section is one."""
    writer.write(
        "- key: a\n  title: A\n  active: true\n"
        "  key: b\n  title: B\n  active: true\n"
        "  key: c\n  title: C\n  active: true\n"
    )

    found = found_in(writer.cli("validate").err, "onboarding.yaml")

    assert [(place, problem) for place, problem, _ in found] == [
        ("7:5", "`key` is given a second time; the first is on line 4"),
        ("10:5", "`key` is given a second time; the first is on line 7"),
    ]


def test_a_dash_in_a_text_is_text(writer: Author) -> None:
    """A text may hold lines that look like items with another dash: the slip below it is named."""
    writer.write(
        "- title: A\n  contents: |\n    \u2013 title: B\n    * key: c\n    title\uff1aW\n"
        "  unlock: @home\n"
    )

    found = found_in(writer.cli("validate").err, "onboarding.yaml")

    assert [each[:2] for each in found] == [["9:13", "a text can't start with @"]]
