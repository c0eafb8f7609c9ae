"""Slips in the names and the values of fields: the exact place, cause and remedy of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from outlines.refused import found_in

if TYPE_CHECKING:
    from outlines.author import Author

CURLY = "is in curly quotes: \u201c and \u201d are part of the text"
BARE = "Write it without them:"
NUMBER = "a number of 20 characters is more than any field takes"
A = "  - title: A\n"  # line 4
HEAD = "id: 4711\ntitle: T\nsections:\n"

# the outline; the place, the problem and the remedy
SLIPS = {
    **{
        f"{written} for {name}": (
            text,
            place,
            f"there is no field `{written}`",
            f"Did you mean `{name}:`?",
        )
        for written, name, text, place in (
            ("titel", "title", f"{HEAD}  - titel: A\n", "4:5"),
            ("Title", "title", f"{HEAD}  - Title: A\n", "4:5"),
            ("name", "title", f"{HEAD}  - name: A\n", "4:5"),
            ("kee", "key", f"{HEAD}{A}    kee: a\n", "5:5"),
            ("section", "sections", "id: 1\ntitle: T\nsection: []\n", "3:1"),
            (
                "after-days",
                "after_days",
                f"{HEAD}{A}    unlock: {{after-days: 7}}\n",
                "5:14",
            ),
        )
    },
    **{
        f"curly quotes in {name}": (
            f"{HEAD}{A}    {before}{name}: {quoted}{after}\n",
            f"5:{7 + len(before) + len(name)}",
            f"`{name}` is in curly quotes: {quoted[0]} and {quoted[-1]} are part of the text",
            f"{BARE} `{name}: {plain}`",
        )
        for before, name, quoted, after, plain in (
            ("contents: {", "markdown", "“m.md”", "}", "m.md"),
            ("contents: {", "html", "\u2018m.html\u2019", "}", "m.html"),
            ("", "key", "„a“", "", "a"),
            ("", "unlock", "“immediate”", "", "immediate"),
            ("", "active", "“true”", "", "true"),
            ("", "image", "“https://example.com/a.png”", "", "https://example.com/a.png"),
            ("unlock: {", "after_days", "“7”", "}", "7"),
        )
    },
    "curly quotes in the Id": (
        "id: “4711”\ntitle: T\nsections: []\n",
        "1:5",
        f"`id` {CURLY}",
        f"{BARE} `id: 4711`",
    ),
    "curly quotes in a list": (
        f"{HEAD}{A}    previous_keys: [old, “b”]\n",
        "5:26",
        f"item 2 of `previous_keys` {CURLY}",
        f"{BARE} `b`",
    ),
    **{
        f"{null} for contents": (
            f"{HEAD}{A}    contents: {null}\n",
            "5:15",
            f"`contents` must be text, and {null} is read as empty",
            (
                "Write, for example, `contents: <p>Welcome!</p>` or "
                "`contents: {markdown: welcome.md}` or delete the line"
            ),
        )
        for null in ("null", "~")
    },
    "null for a title": (
        f"{HEAD}  - title: null\n",
        "4:12",
        "`title` must be text, and null is read as empty",
        'Quote this: `title: "null"`',
    ),
    "an Id of 20 digits": (
        f"id: {'9' * 20}\ntitle: T\nsections: []\n",
        "1:5",
        NUMBER,
        "Correct it. A text, such as a title, needs quotes.",
    ),
    "a backslash": (
        f"{HEAD}{A}    contents: {{markdown: a\\b\\m.md}}\n",
        "5:15",
        "`a\\b\\m.md` has a backslash; between folders, write /",
        "Write `a/b/m.md`",
    ),
    **{
        f"a way out, {name}": (
            f"{HEAD}{A}    contents: {{markdown: '{name}'}}\n",
            "5:15",
            f"`{name}` leads out of the outline's folder",
            "Name a file beside the outline or in a folder below it, with `/` between folders.",
        )
        for name in ("..\\m.md", "C:\\m.md", "\\m.md", "a/../../m.md")
    },
    "a merge that is not settled": (
        f"{HEAD}<<<<<<< HEAD\n{A}=======\n{A}>>>>>>> other\n",
        "4:1",
        "the file holds an unsettled merge: the markers are on lines 4, 6, 8",
        "Keep the text that you want, and delete the other text and the lines of the markers.",
    ),
}


@pytest.mark.parametrize(("text", "place", "problem", "remedy"), SLIPS.values(), ids=SLIPS)
def test_a_slip_in_a_field_is_reported_once(
    text: str, place: str, problem: str, remedy: str, writer: Author
) -> None:
    """One mistake is one message: a misspelt field is not reported as missing, too."""
    (writer.courses / "a.yaml").write_text(text, encoding="utf-8")

    ran = writer.cli("validate")

    assert ran.code == 3
    assert found_in(ran.err, "a.yaml") == [[place, problem, remedy]]


def test_a_field_that_is_missing_is_reported_beside_another_typo(writer: Author) -> None:
    """Only the field that was meant is not missing."""
    writer.write("- kee: a\n")

    found = found_in(writer.cli("validate").err, "onboarding.yaml")

    assert [problem for _, problem, _ in found] == [
        "the section has no `title`",
        "there is no field `kee`",
    ]


@pytest.mark.parametrize("folder", ["", "team/", "Team/sub/"])
def test_a_proposed_file_name_can_be_written_as_it_is(folder: str, writer: Author) -> None:
    """It begins at the outline's folder, and an outline that has it is valid."""
    writer.write("- title: A\n  contents: {html: texts/T.html}\n", f"{folder}a.yaml")
    (writer.courses / folder / "texts").mkdir()
    (writer.courses / folder / "texts" / "t.html").write_text("<p>Hello</p>\n")

    found = found_in(writer.cli("validate").err, f"{folder}a.yaml")

    assert found == [
        [
            "5:15",
            f"there is no file courses/{folder}texts/T.html",
            "Did you mean `texts/t.html`? Capital and small letters count.",
        ]
    ]
    writer.write("- title: A\n  contents: {html: texts/t.html}\n", f"{folder}a.yaml")
    assert writer.cli("validate").code == 0


def test_two_outlines_get_their_own_proposals_for_one_file(writer: Author) -> None:
    """Each is proposed the name from its own folder."""
    writer.write("- title: A\n  contents: {html: team/T.html}\n", "a.yaml")
    writer.write(
        "- title: A\n  contents: {html: T.html}\n",
        "team/b.yaml",
        "id: 4712\ntitle: T\nsections:\n",
    )
    (writer.courses / "team" / "t.html").write_text("<p>Hello</p>\n")
    err = writer.cli("validate").err

    for name, proposed in (("a.yaml", "team/t.html"), ("team/b.yaml", "t.html")):
        ((_, _, remedy),) = found_in(err, name)
        assert remedy == f"Did you mean `{proposed}`? Capital and small letters count."


FAR = "A name counts from the folder of the outline."
MISSING = {
    "w/Desk.md": "Did you mean `w/desk.md`? Capital and small letters count.",
    "w/dsek.md": "Did you mean `w/desk.md`?",
    "desk.md": f"Did you mean `w/desk.md`? {FAR}",
    "courses/w/desk.md": f"Did you mean `w/desk.md`? {FAR}",
    "tour.md": f"Did you mean `w/first/tour.md`? {FAR}",
    "w/tour.md": f"Did you mean `w/first/tour.md`? {FAR}",
    "first/tour.md": f"Did you mean `w/first/tour.md`? {FAR}",
    "w/cafe\u0301.md": "Did you mean `w/caf\u00e9.md`? It looks the same, but is stored as",
    "w/other.md": "Check the name and its spelling.",
}


@pytest.mark.parametrize(("name", "remedy"), MISSING.items(), ids=ascii)
@pytest.mark.parametrize("line", ["contents: {{markdown: {}}}", "lessons: [{}]"])
def test_a_file_that_is_missing_is_proposed_by_its_name(
    name: str, remedy: str, line: str, writer: Author
) -> None:
    """A slip in a name, or in the folders before it, has the same remedy in every place."""
    writer.write(f"- title: A\n  {line.format(name)}\n")
    (writer.courses / "w" / "first").mkdir(parents=True)
    (writer.courses / "LICENSE").write_text("MIT\n")
    for each in ("desk.md", "caf\u00e9.md", "first/tour.md"):
        (writer.courses / "w" / each).write_text("Hi\n", encoding="utf-8")

    ((_, problem, found),) = found_in(writer.cli("validate").err, "onboarding.yaml")

    assert problem == f"there is no file courses/{name}"
    assert found.startswith(remedy)
