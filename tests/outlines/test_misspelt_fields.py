"""A misspelt field is one mistake: it names the field that was meant, which is not missing then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from outlines.refused import found_in

if TYPE_CHECKING:
    from outlines.author import Author

HEAD = "id: 1\ntitle: A\nsections:\n"
ITEM = f"{HEAD}  - title: One\n    "
MISSPELT = {
    "the Id": ("ID: 1\ntitle: A\nsections: []\n", "1:1", "ID", "id"),
    "the course's Id": ("course_id: 1\ntitle: A\nsections: []\n", "1:1", "course_id", "id"),
    "the course's title": ("id: 1\ntitel: A\nsections: []\n", "2:1", "titel", "title"),
    "another word for the list": ("id: 1\ntitle: A\nchapters: []\n", "3:1", "chapters", "sections"),
    "a title": (f"{HEAD}  - tilte: One\n", "4:5", "tilte", "title"),
    "another word for a title": (f"{HEAD}  - headline: One\n", "4:5", "headline", "title"),
    "one unknown field of two": (
        f"{HEAD}  - headline: One\n    active: true\n",
        "4:5",
        "headline",
        "title",
    ),
    "days": (f"{ITEM}unlock: {{days_after: 7}}\n", "5:14", "days_after", "after_days"),
    "a file": (f"{ITEM}contents: {{md: a.md}}\n", "5:16", "md", "markdown"),
    "a page": (f"{ITEM}contents: {{file: a.html}}\n", "5:16", "file", "html"),
    "a lesson's title": (f"{ITEM}lessons:\n      - Title: Two\n", "6:9", "Title", "title"),
}


@pytest.mark.parametrize(("text", "place", "name", "meant"), MISSPELT.values(), ids=MISSPELT)
def test_a_misspelt_field_is_one_mistake(
    text: str, place: str, name: str, meant: str, writer: Author
) -> None:
    """The field that was meant is proposed, and not reported as missing."""
    (writer.courses / "a.yaml").write_text(text)

    assert found_in(writer.cli("validate").err, "a.yaml") == [
        [place, f"there is no field `{name}`", f"Did you mean `{meant}:`?"]
    ]


def test_a_misspelt_field_in_front_matter_is_one_mistake(writer: Author) -> None:
    """Front matter has the fields of a lesson."""
    (writer.courses / "a.yaml").write_text(f"{HEAD}lessons: [b.md]\n".replace("s:\n", "s: []\n"))
    (writer.courses / "b.md").write_text("---\nheadline: Two\n---\nHi\n")

    assert found_in(writer.cli("validate").err, "b.md") == [
        ["2:1", "there is no field `headline`", "Did you mean `title:`?"]
    ]


def test_a_field_is_not_guessed_if_two_could_be_meant(writer: Author) -> None:
    """Then what is missing is reported as well."""
    (writer.courses / "a.yaml").write_text(f"{HEAD}  - headline: One\n    slogan: Two\n")

    problems = [problem for _, problem, _ in found_in(writer.cli("validate").err, "a.yaml")]

    assert problems == [
        "the section has no `title`",
        "there is no field `headline`",
        "there is no field `slogan`",
    ]
