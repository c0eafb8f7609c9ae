"""What a plan says of lessons that take another's place, that move, or that go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from outlines.author import Author

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

COFFEE = "---\ntitle: Coffee\n---\nHow to make coffee.\n"
DRILL = "---\ntitle: Fire drill\ncompletion: button\n---\nWhat to do when the bell rings.\n"
DESK = "---\ntitle: Find your desk\n---\nAny desk.\n"


@pytest.fixture
def writer(cli: CommandLine, courses: Path) -> Author:
    """Return someone who writes outlines in the workspace of the command line."""
    return Author(cli, courses)


def apply(writer: Author, items: str) -> None:
    writer.write(items)
    done = writer.cli("apply", "--sandbox", "--auto-approve")
    assert done.code == 0, done.err


def lessons(*files: str) -> str:
    listed = "".join(f"\n  - {name}" for name in files)
    return f"- key: a\n  title: A\n  lessons:{listed}\n"


@pytest.mark.parametrize("lays_out", [False, True])
def test_a_lesson_file_in_the_place_of_another_is_a_new_lesson(
    writer: Author, *, lays_out: bool
) -> None:
    """Members who completed the old one have not completed it; fmt does not change that."""
    (writer.courses / "coffee.md").write_text(COFFEE)
    (writer.courses / "desk.md").write_text(DESK)
    apply(writer, lessons("coffee.md", "desk.md"))
    (writer.courses / "drill.md").write_text(DRILL)
    writer.write(lessons("drill.md", "desk.md"))
    if lays_out:
        assert writer.cli("fmt").code == 0
    planned = writer.cli("plan", "--sandbox")

    assert "1 lesson to create, 0 to update, 0 to delete, 1 lesson kept" in planned.out
    assert "Is a new lesson an old one under a new key?" in planned.out


def test_an_item_with_another_title_and_text_is_a_new_one(writer: Author) -> None:
    """Without a key, an item is recognised in its place only if nothing but its title changed."""
    first = "- title: A\n  contents: one\n  lessons:\n  - {title: B, contents: two}\n"
    apply(writer, first)
    writer.write(first.replace("title: ", "title: New ").replace("contents: ", "contents: new "))
    other = writer.cli("plan", "--sandbox")
    writer.write(first.replace("title: ", "title: New "))
    retitled = writer.cli("plan", "--sandbox")

    assert "1 section and 1 lesson to create" in other.out
    assert "0 to create, 1 section and 1 lesson to update" in retitled.out


OTHER = "id: 4712\ntitle: Other\nsections: []\nlessons:{}\n"
TWO = """\
- key: locked
  title: Locked
  unlock: {after_days: 7}
  lessons:
  - {key: one, title: One, contents: one}
- key: open
  title: Open
  lessons: []
"""
WITHOUT_ONE = TWO.replace("lessons:\n  - {key: one, title: One, contents: one}", "lessons: []")


def both(writer: Author, items: str) -> None:
    """Write two outlines, the second without lessons, and apply them."""
    (writer.courses / "other.yaml").write_text(OTHER.format(" []"))
    apply(writer, items)


def planned(writer: Author, *options: str) -> str:
    """Return the plan, with one blank wherever it has blanks or the end of a line."""
    ran = writer.cli("plan", "--sandbox", *options)
    assert ran.code == 0, ran.err
    return " ".join(ran.out.split())


def test_a_lesson_like_one_of_another_course_is_called_a_new_one(writer: Author) -> None:
    """No line is suggested that validate would refuse, and the old one is not called moved."""
    both(writer, TWO)
    one = "\n- {key: one, title: One, contents: one}"
    (writer.courses / "other.yaml").write_text(OTHER.format(one))
    writer.write(WITHOUT_ONE)
    shown = planned(writer)

    assert "a lesson can't move to another course: this one is new" in shown
    assert "previous_keys" not in shown
    assert "possibly moved" not in shown
    assert "1 lesson to delete" in planned(writer, "--on-removal", "delete", "--prune")


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_plan_that_deletes_a_lesson_names_the_completions(writer: Author, form: str) -> None:
    """Whoever reviews it reads that members may lose what they completed, and what apply does."""
    both(writer, TWO)
    writer.write(WITHOUT_ONE)
    shown = planned(writer, "--on-removal", "delete", "--prune", "--format", form)

    assert "What members completed in the deleted lessons would be lost." in shown
    assert "--allow-progress-loss" in shown
    assert "Deleting lessons loses what members completed in them." in planned(writer)


def test_a_json_plan_lists_the_deletions_that_lose_completions(writer: Author) -> None:
    """A script reads their addresses; a section has no completions of its own."""
    both(writer, TWO)
    writer.write("[]")
    ran = writer.cli("plan", "--sandbox", "--on-removal", "delete", "--prune", "--format", "json")

    assert json.loads(ran.out)["loses_completions"] == ["lesson.onboarding.locked.one"]


def test_a_lesson_that_moves_shows_when_it_opens(writer: Author) -> None:
    """Members notice that: it was locked with its section, and is open now."""
    both(writer, TWO)
    writer.write(
        "- {key: locked, title: Locked, unlock: {after_days: 7}, lessons: []}\n"
        "- {key: open, title: Open, lessons: [{key: one, title: One, contents: one}]}\n"
    )
    shown = planned(writer)

    assert "moved from “Locked” to “Open”; open from the start; keeps its Id" in shown


def test_a_lesson_alone_in_its_new_place_is_called_that(writer: Author) -> None:
    """Where it has no neighbours, no words are missing beside its numbers."""
    both(writer, TWO.replace("  - {key: one", "  - {key: zero, title: Zero}\n  - {key: one"))
    writer.write(
        "- {key: locked, title: Locked, unlock: {after_days: 7}, lessons: []}\n"
        "- {key: open, title: Open, lessons: [{key: one, title: One, contents: one}]}\n"
    )

    assert "the only one in its list (20 -> 10)" in planned(writer)


def test_lessons_of_a_section_that_goes_to_another_course_stand_below_it(writer: Author) -> None:
    """Its title is shown above them, and not its key."""
    both(writer, TWO)
    writer.write("- {key: open, title: Open, lessons: []}\n")
    moved = (
        "id: 4712\ntitle: Other\nsections:\n- {title: Locked, previous_keys: [onboarding.locked]}\n"
    )
    (writer.courses / "other.yaml").write_text(moved)
    shown = planned(writer)

    assert "Locked moves to course 4712 (Other); keeps its Id 1000001 ! 10 One" in shown


def test_lessons_without_a_list_are_kept_with_what_ends_it(writer: Author) -> None:
    """The plan says how to decide about them, and how to leave them alone."""
    both(writer, TWO)
    writer.write(
        "- {key: locked, title: Locked, unlock: {after_days: 7}}\n- {key: open, title: Open}\n"
    )
    shown = planned(writer, "--on-removal", "delete", "--prune")

    assert "put it back, with these lessons: one (One)" in shown
    assert "coursesync state rm lesson.onboarding.locked.one" in shown
