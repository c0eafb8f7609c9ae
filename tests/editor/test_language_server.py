"""The schema in an editor: VS Code's YAML extension is this language server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from editor.corpus import STRUCTURAL
from editor.language_server import Editor, editor
from editor.valid import FEW, VALID
from harness import ROOT, CommandLine
from hypothesis import given
from hypothesis import strategies as st
from outlines.test_bad_outlines import BAD, expectations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("language-server")  # one server is enough
HEAD = "# yaml-language-server: $schema=./coursesync.schema.json\nid: 4711\ntitle: Course\n"
# the server marks another line: a number too large for JavaScript, and empty files
# for a misspelt `title` or `course`, an editor marks what is without one as well
ELSEWHERE = {"id-too-large", "empty-after-dashes", "empty-but-for-comments"} | {
    "unknown-field-misspelt",
    "course-misspelt",
}
FIELDS = {"key", "previous_keys", "title", "unlock", "display_order", "active", "protect", "leave"}
FIELDS |= {"image", "contents"}
SECTION = FIELDS | {"lessons"}
LESSON = FIELDS | {"summary", "completion", "instructor"}
# where a lesson can be: the lines above it, and the column of its dash
PLACES = {
    "in a section": ("sections:\n  - title: Welcome\n    lessons:\n", 7),
    "in the course": ("sections: []\nlessons:\n", 3),
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a schema in it, written by the command line."""
    folder = tmp_path_factory.mktemp("here")
    (folder / "courses").mkdir()
    ran = CommandLine(folder)("schema", "--out", "courses/coursesync.schema.json")
    assert ran.code == 0
    return folder / "courses"


@pytest.fixture(scope="module")
def vs_code(workspace: Path) -> Iterator[Editor]:
    """An editor with that workspace open."""
    with editor(workspace) as opened:
        yield opened


@pytest.fixture(scope="module")
def set_up(schema_file: Path, workspace: Path) -> Iterator[Editor]:
    """An editor whose settings name the schema for every outline."""
    with editor(workspace, schema_file) as opened:
        yield opened


def test_the_fields_of_a_section_are_offered(vs_code: Editor, workspace: Path) -> None:
    """On a new line of a section, every missing field is offered with its meaning."""
    path = workspace / "fields.yaml"
    vs_code.open(path, f"{HEAD}sections:\n  - title: Welcome\n    \n")

    offered = vs_code.completions(path, 6, 5)

    assert set(offered) == SECTION - {"title"}
    assert "its Id in Nexudus" in offered["key"]


def test_the_ways_to_unlock_are_offered(vs_code: Editor, workspace: Path) -> None:
    """After `unlock:` all three ways are offered with their meanings."""
    path = workspace / "unlock.yaml"
    vs_code.open(path, f"{HEAD}sections:\n  - title: Welcome\n    unlock: \n")

    offered = vs_code.completions(path, 6, 13)

    assert set(offered) == {"immediate", "sequential", "{after_days: 7}"}
    assert offered["sequential"] == "Opens once the one before it is done."


def test_whoever_rests_on_unlock_reads_what_it_means(vs_code: Editor, workspace: Path) -> None:
    """Hover shows our explanation, and the possible values."""
    path = workspace / "hover.yaml"
    vs_code.open(path, f"{HEAD}sections:\n  - title: Welcome\n    unlock: sequential\n")

    shown = vs_code.hover(path, 6, 7)

    assert "#### When it opens" in shown
    assert "once the section before it is done" in shown
    assert "after\\_days: 7" in shown


@pytest.mark.parametrize("place", PLACES)
def test_the_fields_of_a_lesson_are_offered(place: str, vs_code: Editor, workspace: Path) -> None:
    """On a new line of a lesson, every missing field is offered, wherever the lesson is."""
    above, column = PLACES[place]
    dash = " " * (column - 1) + "- "
    path = workspace / f"lesson-{place.replace(chr(32), chr(45))}.yaml"
    text = f"{HEAD}{above}{dash}title: Your desk\n{' ' * (column + 1)}\n"
    vs_code.open(path, text)

    offered = vs_code.completions(path, text.count("\n"), column + 2)

    assert set(offered) == LESSON - {"title"}
    assert "below the title" in offered["summary"]


def test_whoever_rests_on_a_field_of_a_lesson_reads_what_it_means(
    vs_code: Editor, workspace: Path
) -> None:
    """Hover shows our explanation of a lesson's field, and of the list itself."""
    path = workspace / "lesson-hover.yaml"
    above, _ = PLACES["in a section"]
    vs_code.open(path, f"{HEAD}{above}      - title: Your desk\n        completion: button\n")

    assert "when the member presses a button" in vs_code.hover(path, 8, 11)
    assert "those in Nexudus are left alone" in vs_code.hover(path, 6, 7)


def test_the_ways_to_complete_a_lesson_are_offered(vs_code: Editor, workspace: Path) -> None:
    """After `completion:` all four ways are offered with their meanings."""
    path = workspace / "completion.yaml"
    above, _ = PLACES["in a section"]
    vs_code.open(path, f"{HEAD}{above}      - title: Your desk\n        completion: \n")

    offered = vs_code.completions(path, 8, 21)

    assert set(offered) == {"none", "visited", "button", "video"}
    assert offered["button"] == "Done when the member presses a button."


def test_a_slip_in_a_lesson_is_marked_at_its_line(vs_code: Editor, workspace: Path) -> None:
    """A slip in a lesson is marked once, in words: it may be fields or a file, not a choice."""
    path = workspace / "lesson-slip.yaml"
    lessons = (
        "  - welcome.md",
        "  - title: Desk",
        "    summery: Hello",
        "    completion: quiz",
        "    instructor: Priya",
        "  - Your desk",
        "  - summary: Hello",
    )
    vs_code.open(path, f"{HEAD}sections: []\nlessons:\n" + "\n".join(lessons) + "\n")

    found = vs_code.mistakes(path)

    assert [line for line, _ in found] == [8, 9, 10, 11, 12]
    words = [text for _, text in found]
    assert words[0] == "Property summery is not allowed."
    assert words[1].startswith("Value is not accepted. Valid values: ")
    assert words[2] == 'Incorrect type. Expected "integer".'
    assert words[3].startswith("Write fields, as in - title: Welcome, or the path of a .md file")
    assert words[4] == 'Missing property "title".'


def test_a_slip_is_marked_at_its_line(vs_code: Editor, workspace: Path) -> None:
    """An unknown field and a value of the wrong type are marked while an author types."""
    path = workspace / "slip.yaml"
    vs_code.open(path, f"{HEAD}sections:\n  - title: Welcome\n    titel: Hello\n    active: 1\n")

    assert vs_code.mistakes(path) == [
        (6, "Property titel is not allowed."),
        (7, 'Incorrect type. Expected "boolean".'),
    ]


def test_a_pattern_is_explained_in_words(vs_code: Editor, workspace: Path) -> None:
    """A wrong pattern is explained in words for authors, not by a regular expression."""
    path = workspace / "pattern.yaml"
    vs_code.open(path, f"{HEAD}sections:\n  - title: Welcome\n    key: First Week\n")

    assert vs_code.mistakes(path) == [
        (6, "This can't be a key: use small letters, digits and hyphens, as in first-week.")
    ]


def test_the_examples_are_not_marked() -> None:
    """The examples of this project, with the schema beside them, have no marks.

    That it is that schema which they are checked by, a slip in one of them shows.
    """
    with editor(ROOT) as opened:
        for path in sorted((ROOT / "courses").glob("*.yaml")):
            text = path.read_text()
            opened.open(path, text)
            assert opened.mistakes(path) == []
            opened.open(path.with_name(f"new-{path.name}"), f"{text}owner: Priya\n")
            ((_, words),) = opened.mistakes(path.with_name(f"new-{path.name}"))
            assert words == "Property owner is not allowed."


@pytest.mark.parametrize("case", sorted({*STRUCTURAL} - ELSEWHERE))
def test_a_structural_mistake_is_marked_where_validate_reports_it(
    case: str, set_up: Editor, workspace: Path
) -> None:
    """Each structural mistake of the corpus is marked at the line that `validate` names."""
    path = workspace / f"{case}.yaml"
    expected = {each.where.line for each in expectations(BAD / f"{case}.yaml", path)}
    set_up.open(path, (BAD / f"{case}.yaml").read_text())

    assert {line for line, _ in set_up.mistakes(path)} == expected


@FEW
@given(texts=st.lists(VALID, min_size=20, max_size=20))
def test_valid_outlines_are_not_marked(texts: list[str], set_up: Editor, workspace: Path) -> None:
    """A valid outline has no marks, in any layout."""
    paths = [workspace / f"valid-{number}.yaml" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        set_up.open(path, text)

    assert [set_up.mistakes(path) for path in paths] == [[]] * len(texts)


@pytest.mark.parametrize("letter", ["𞤢", "𠀀"])
def test_a_letter_of_two_halves_counts_as_one(letter: str, set_up: Editor, workspace: Path) -> None:
    """A key and a title of the greatest length are also valid in an editor in JavaScript."""
    path = workspace / f"{ord(letter)}.yaml"
    sections = f"sections:\n  - key: {letter * 100}\n    title: {letter * 1_000}\n"
    set_up.open(path, HEAD + sections)

    assert set_up.mistakes(path) == []
