"""What a plan says of lines that left an outline: first how to put them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import lift_limits

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

APPLY = ("apply", "--auto-approve")
TWO = "  - title: Two\n    lessons:\n      - title: Tour\n      - title: Desk\n"
OUTLINE = f"id: 4711\ntitle: Course a\nsections:\n  - title: One\n{TWO}  - title: Three\n"


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """A course of three sections that stands on the server, one of them with lessons."""
    lift_limits(courses)
    (courses / "a.yaml").write_text(OUTLINE)
    assert author(*APPLY).code == 0
    return author


def planned(cli: CommandLine, courses: Path, old: str, new: str) -> str:
    """Return what a plan says of a changed outline, on one line."""
    (courses / "a.yaml").write_text(OUTLINE.replace(old, new))
    return " ".join(cli("plan").out.split())


def test_a_kept_section_is_hidden_by_its_own_lines_first(
    applied: CommandLine, courses: Path
) -> None:
    """What hides everything that was ever kept comes after it, and says so."""
    said = planned(applied, courses, "  - title: Three\n", "")
    own = said.index("put its lines back into the outline, with `active: false`")

    assert own < said.index("in the whole workspace, add")


def test_a_lost_list_is_put_back(applied: CommandLine, courses: Path) -> None:
    """Its lessons are named; an empty list would let a plan delete them."""
    said = planned(applied, courses, TWO, "  - title: Two\n")

    assert "put it back, with these lessons: tour (Tour), desk (Desk)." in said
    assert "lessons: []" not in said


def test_the_question_about_a_new_key_has_its_lines(applied: CommandLine, courses: Path) -> None:
    """Where the old key is to be pasted is named for each new section."""
    said = planned(applied, courses, "  - title: Three\n", "  - title: Drei\n    key: other\n")

    assert "New here: other at courses/a.yaml:9:5." in said
