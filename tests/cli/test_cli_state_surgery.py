"""Repairs of the state: journalled, locked, without a request, and shown by --dry-run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import files_below, saved, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

APPLY = ("apply", "--auto-approve")


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    write_outline(courses, "a", 4711, "One", "Two")
    assert author(*APPLY).code == 0
    return author


def test_an_entry_is_shown(applied: CommandLine) -> None:
    """Its Id, its course, and what was last sent."""
    ran = applied("state", "show", "section.a.two")

    assert ran.code == 0
    assert "Id: 1000002\ncourse: 4711\n" in ran.out
    assert "title: Two\nunlock: immediate\n" in ran.out


def test_a_record_goes_on_under_another_key(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Only the state changes; the message says what to write in the outline; nothing is left."""
    met = len(api.log())
    ran = applied("state", "mv", "section.a.two", "section.a.zwei")
    path = courses / "a.yaml"
    path.write_text(path.read_text().replace("- title: Two", "- key: zwei\n    title: Two"))

    assert ran.code == 0, ran.err
    assert "write `key: zwei`" in ran.err
    assert saved(courses).entries == {"section.a.one": 1000001, "section.a.zwei": 1000002}
    assert len(api.log()) == met
    assert applied("plan", "--detailed-exitcode").code == 0


def test_what_is_in_a_record_goes_with_its_address(author: CommandLine, courses: Path) -> None:
    """The lessons of a section whose key changes in the state are still its lessons there."""
    path = courses / "a.yaml"
    outline = "id: 4711\ntitle: A\nsections:\n  - {{key: {}, title: One, lessons: [{}]}}\n"
    path.write_text(outline.format("one", "{title: Tour}, {title: Desk}"))
    assert author(*APPLY).code == 0
    path.write_text(outline.format("uno", "{title: Tour}"))
    moved = author("state", "mv", "section.a.one", "section.a.uno")
    taken = author("state", "mv", "section.a.uno", "section.a.uno", "--dry-run")

    assert moved.code == 0, moved.err
    assert taken.code == 1
    assert saved(courses).entries == {
        "lesson.a.uno.desk": 2000002,
        "lesson.a.uno.tour": 2000001,
        "section.a.uno": 1000001,
    }
    assert "0 to create, 0 to update, 0 to delete, 1 lesson kept" in author("plan").out


def test_a_forgotten_record_stays_on_the_site_and_is_adopted_again(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """It is no longer managed; if an outline has it, the next apply adopts it."""
    ran = applied("state", "rm", "section.a.two")
    forgotten = saved(courses).entries
    again = applied(*APPLY)

    assert ran.code == 0, ran.err
    assert "Id 1000002" in ran.err
    assert forgotten == {"section.a.one": 1000001}
    assert "1 adopted" in again.err
    assert saved(courses).entries["section.a.two"] == 1000002
    assert len(api.creates()) == 2


def test_the_protection_of_a_forgotten_record_is_reported(
    author: CommandLine, courses: Path
) -> None:
    """Only the outline keeps its protection, which applies again after the import."""
    path = write_outline(courses, "a", 4711, "One", "Two")
    path.write_text(f"{path.read_text()}    protect: true\n")
    assert author(*APPLY).code == 0
    ran = author("state", "rm", "section.a.two")
    back = author("import", "section.a.two", "1000002")

    assert "protection from deletion is removed" in ran.said
    assert "protect: true" in ran.err
    assert back.code == 0, back.err
    assert "protected: it is never deleted" in author("state", "show", "section.a.two").out


@pytest.mark.parametrize(
    "command",
    [("mv", "section.a.two", "section.a.zwei"), ("rm", "section.a.two")],
)
def test_a_dry_run_changes_nothing(
    applied: CommandLine, courses: Path, command: tuple[str, ...]
) -> None:
    """It says what would be, and writes no byte."""
    before = files_below(courses)
    ran = applied("state", *command, "--dry-run")

    assert ran.code == 0
    assert "would" in ran.err
    assert files_below(courses) == before


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (("mv", "section.a.none", "section.a.x"), 1, "section.a.none is not in the state"),
        (("mv", "section.a.one", "section.a.two"), 1, "section.a.two is in the state already"),
        (("mv", "section.a.one", "section.b.one"), 64, "previous_keys: [a.one]"),
        (("mv", "section.a.one", "nonsense"), 64, '"nonsense" is not an address'),
        (("rm", "section.a.none"), 1, "coursesync state list"),
        (("show", "section.a.none"), 1, "section.a.none is not in the state"),
    ],
)
def test_what_can_not_be_done_is_an_error(
    applied: CommandLine, courses: Path, command: tuple[str, ...], code: int, words: str
) -> None:
    """Each with what to do instead, and without a change."""
    before = files_below(courses)
    ran = applied("state", *command)

    assert ran.code == code
    assert words in ran.err
    assert files_below(courses) == before
