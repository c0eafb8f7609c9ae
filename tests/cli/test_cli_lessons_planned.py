"""What a plan says of lessons that take another's place, that move, or that go."""

from __future__ import annotations

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
