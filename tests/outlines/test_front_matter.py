"""Slips at the edges of a lesson's front matter: each is named, and its remedy mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from outlines.refused import SECONDS, found_in
from shares import bounded_time

if TYPE_CHECKING:
    from outlines.author import Author

OUTLINE = "id: 4711\ntitle: T\nsections: []\nlessons: [a.md]\n"
ONLY = "only a line `---` begins or ends front matter"
WRITE = "Write three hyphens here, with no space before them: `---`"
ABOVE = "the fields begin without a line `---` above them"
AGAIN = "the contents begin with front matter again: members would see it"
MOVE = "Delete it, or move its fields up between the first two lines `---`."
LINES = ["—", "\u2013", "———", "--", "----", "- - -", "—-", "  ---", "\u2212\u2212\u2212"]


def mistakes(writer: Author, text: str) -> list[list[str]]:
    """Return the mistakes in a course whose only lesson is this file: place, problem, remedy."""
    (writer.courses / "c.yaml").write_text(OUTLINE)
    (writer.courses / "a.md").write_text(text, encoding="utf-8")
    ran = writer.cli("validate")
    found = found_in(ran.err, "a.md")
    assert (ran.code == 0) is (found == []), ran.err
    return found


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_meant_as_three_hyphens_is_named(line: str, writer: Author) -> None:
    """Both lines are reported at once, together with a mistake in the fields between them."""
    both = f"{line}\ntitle: A\nsummery: B\n{line}\n\nHi\n"
    last = f"---\ntitle: A\n\n{line}\n\nHi\n"

    assert mistakes(writer, both) == [
        ["1:1", ONLY, WRITE],
        ["3:1", "there is no field `summery`", "Did you mean `summary:`?"],
        ["4:1", ONLY, WRITE],
    ]
    assert mistakes(writer, last) == [["4:1", ONLY, WRITE]]
    assert mistakes(writer, both.replace(line, "---").replace("summery", "summary")) == []
    assert mistakes(writer, last.replace(f"\n{line}\n", "\n---\n")) == []


SLIPS = {
    "three dots at the end": ("---\ntitle: A\n...\n\nHi\n", [["3:1", ONLY, WRITE]]),
    "indented as a whole": (
        "  ---\n  title: A\n  ---\n\nHi\n",
        [["1:1", ONLY, WRITE], ["3:1", ONLY, WRITE]],
    ),
    "another line, and a rule in the text": (
        "---\ntitle: A\n----\n\nHi\n\n---\n\nHo\n",
        [["3:1", ONLY, WRITE]],
    ),
    "no first line": (
        "title: A\n---\n\nHi\n",
        [["1:1", ABOVE, "Put a line `---` above line 1."]],
    ),
    "no first line, below blank ones": (
        "\n\nTitle: A\nsummary: B\n---\n\nHi\n",
        [["3:1", ABOVE, "Put a line `---` above line 3."]],
    ),
    "neither line": (
        "title: A\nsummary: B\n\nHi\n",
        [["1:1", ABOVE, "Put a line `---` above line 1, and another one below line 2."]],
    ),
    "no last line": (
        "---\ntitle: A\nsummary: |\n  B\n\nHi\n",
        [["1:1", "the front matter is never closed", "Put a line `---` below line 4."]],
    ),
    "no last line and no field": (
        "---\n\nHi\n",
        [
            [
                "1:1",
                "the front matter is never closed",
                "Put a line `---` between the fields and the text.",
            ]
        ],
    ),
    "the fields below the front matter": (
        "---\ntitle: Welcome\n---\ntitle: A\n---\n\nHi\n",
        [["4:1", AGAIN, MOVE]],
    ),
    "no field": (
        "Hello.\n",
        [
            [
                "1:1",
                "the file does not begin with front matter",
                (
                    "Begin it with three lines: `---` and `title: Welcome` and `---`. "
                    "Below them follows the text for members."
                ),
            ]
        ],
    ),
    "a no-break space before the only field": (
        "---\n\u00a0title: A\n---\n\nHi\n",
        [
            [
                "2:1",
                "this line is indented by U+00A0 (NO-BREAK SPACE), which only looks like a space",
                "Delete it, and type spaces.",
            ]
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), SLIPS.values(), ids=SLIPS)
def test_a_slip_in_front_matter_is_reported_where_it_is(
    text: str, expected: list[list[str]], writer: Author
) -> None:
    """The message names the line to change, and what to write there."""
    assert [[place, problem] for place, problem, _ in expected] == [
        [place, problem] for place, problem, _ in mistakes(writer, text)
    ]
    assert next(remedy for *_, remedy in mistakes(writer, text)).startswith(expected[0][2])


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A\nsummary: |\n  B\n  ----\n  C\n---\n\nHi\n",
        "---\ntitle: A\n---\n\nHi\n\n---\n\nHo\n",
        "---\ntitle: A\n---\n\n—\n\nHo\n",
        "---\ntitle: A\n---\n\nTitle: a word\n\nNote: Hi\n",
        "---\ntitle: A\n---\n\nA heading\n---\n",
    ],
)
def test_what_only_looks_like_an_edge_is_text(text: str, writer: Author) -> None:
    """A text in the fields, and a line across the page below them, may hold dashes."""
    assert mistakes(writer, text) == []


@pytest.mark.parametrize("line", ["-" + " " * 900_000 + "x", "- " * 400_000 + "x", "a" * 900_000])
def test_a_long_line_is_read_quickly(line: str, writer: Author) -> None:
    """Looking for the edges takes no longer than reading the file."""
    with bounded_time(SECONDS):
        found = mistakes(writer, f"{line}\ntitle: A\n")

    assert found
