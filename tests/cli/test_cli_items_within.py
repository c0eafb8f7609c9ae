"""Lessons through the command line, from the outline to the site and the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from outlines.author import Author

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

OUTLINE = """\
- key: welcome
  title: Welcome
  lessons:
  - {key: desk, title: Find your desk, contents: <p>Here.</p>}
  - tour.md
- key: week
  title: First week
  contents: <p>Hello</p>
"""
TOUR = "---\ntitle: A tour\nunlock: sequential\n---\n# The kitchen\n\nNice *coffee*.\n"


@pytest.fixture
def writer(cli: CommandLine, courses: Path) -> Author:
    """Return someone who writes outlines in the workspace of the command line."""
    return Author(cli, courses)


@pytest.fixture
def applied(writer: Author) -> Author:
    """Return a workspace with lessons, applied to the sandbox."""
    writer.write(OUTLINE)
    (writer.courses / "tour.md").write_text(TOUR)
    done = writer.cli("apply", "--sandbox", "--auto-approve")
    assert done.code == 0, done.err
    assert "Apply: 4 created." in done.err
    return writer


def test_lessons_are_made_with_their_section_and_then_nothing_is_left(applied: Author) -> None:
    """One apply makes both; the next plan is empty, and there is no drift."""
    assert applied.cli("plan", "--sandbox", "--detailed-exitcode").code == 0
    assert applied.cli("drift", "--sandbox").code == 0
    listed = applied.cli("state", "list", "--sandbox").out.split()
    assert listed[::2] == [
        "lesson.onboarding.welcome.desk",
        "lesson.onboarding.welcome.tour",
        "section.onboarding.week",
        "section.onboarding.welcome",
    ]


def test_a_lesson_file_is_a_source_of_its_outline(applied: Author) -> None:
    """Its text and its front matter are planned as changes of the lesson."""
    (applied.courses / "tour.md").write_text(TOUR.replace("A tour", "The tour"))
    planned = applied.cli("plan", "--sandbox")

    assert "1 lesson to update" in planned.out
    assert "The tour" in planned.out


def test_a_plan_file_of_new_sections_and_lessons_can_be_applied(writer: Author) -> None:
    """An Id that is not known yet is a reference to an address in the file."""
    writer.write(OUTLINE)
    (writer.courses / "tour.md").write_text(TOUR)
    planned = writer.cli("plan", "--sandbox", "--out", "plan.json")
    assert planned.code == 0, planned.err
    done = writer.cli("apply", "--sandbox", "--plan", "plan.json")

    assert done.code == 0, done.err
    assert "4 created" in done.err


@pytest.mark.parametrize(
    ("to", "problem"),
    [
        ("section.onboarding.desk", "is a lesson, and section.onboarding.desk would be a section"),
        ("lesson.other.desk", "are in two courses"),
    ],
)
def test_a_lesson_gets_no_address_that_it_can_not_have(
    applied: Author, to: str, problem: str
) -> None:
    """It stays a lesson, and stays in its course."""
    refused = applied.cli("state", "mv", "lesson.onboarding.welcome.desk", to, "--sandbox")

    assert refused.code == 64
    assert problem in " ".join(refused.err.split())
