"""After somebody's edit in Nexudus, every message offers to keep it before it offers to undo it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from harness import lift_limits, saved, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, Ran, SandboxServer

APPLY = ("apply", "--auto-approve")
BY = {"By": "someone@example.com", "At": "2030-01-01T00:00:00Z"}


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """Two courses that stand on the server, the first with a lesson."""
    lift_limits(courses)
    path = write_outline(courses, "a", 4711, "One", "Two", "Three")
    path.write_text(f"{path.read_text()}    lessons:\n      - title: Tour\n")
    write_outline(courses, "b", 4712, "Four")
    assert author(*APPLY).code == 0
    return author


def rewrite(courses: Path, old: str, new: str) -> None:
    path = courses / "a.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def edit(api: SandboxServer, courses: Path, address: str, **fields: object) -> None:
    """Let someone change a section in Nexudus."""
    api.foreign_change(saved(courses).entries[address], **fields, **BY)


def commands(ran: Ran, *, to: str) -> list[str]:
    """Return the commands of one name in a message, in order."""
    lines = [line.strip() for line in f"{ran.out}\n{ran.err}".splitlines()]
    return [line for line in lines if line.startswith(f"coursesync {to}")]


def typed(cli: CommandLine, command: str, *more: str) -> Ran:
    return cli(*shlex.split(command)[1:], *more)


def test_a_skipped_change_offers_to_keep_the_edit(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Of another field: the command takes it, and the next apply sends the outline's change."""
    edit(api, courses, "section.a.two", SectionContents="<p>Theirs</p>")
    rewrite(courses, "title: Two", "key: two\n    title: Ours")
    skipped = applied(*APPLY)
    (pull,) = commands(skipped, to="pull")

    assert pull == "coursesync pull section.a.two"
    assert skipped.err.index(pull) < skipped.err.index("--overwrite-drift")
    assert typed(applied, pull).code == 0
    assert applied(*APPLY).code == 0
    assert "Theirs" in (courses / "a.yaml").read_text()


def test_a_skipped_change_of_the_same_field_offers_theirs(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Without the option, the command would take nothing."""
    edit(api, courses, "section.a.two", Title="Theirs")
    rewrite(courses, "title: Two", "key: two\n    title: Ours")
    (pull,) = commands(applied(*APPLY), to="pull")

    assert pull == "coursesync pull section.a.two --theirs"
    assert typed(applied, pull).code == 0
    assert "title: Theirs" in (courses / "a.yaml").read_text()


def test_drift_offers_to_remove_only_what_the_outline_does_not_change(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A pull never removes lines that have changed since the last apply."""
    for key in ("one", "two"):
        api.foreign_remove(saved(courses).entries[f"section.a.{key}"])
    rewrite(courses, "title: Two", "key: two\n    title: Ours")
    told = applied("drift")
    (pull,) = commands(told, to="pull")

    assert pull == "coursesync pull section.a.one --deleted"
    assert "what the outline also changes, delete its lines there" in " ".join(told.out.split())
    assert typed(applied, pull).code == 0


def test_drift_offers_theirs_where_the_outline_changes_it_too(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Each command names the sections that it is for, and takes what it promises."""
    edit(api, courses, "section.a.one", Title="One there")
    edit(api, courses, "section.a.two", Title="Two there")
    rewrite(courses, "title: Two", "key: two\n    title: Ours")
    pulls = commands(applied("drift"), to="pull")

    assert pulls == ["coursesync pull section.a.one", "coursesync pull section.a.two --theirs"]
    assert [typed(applied, each).code for each in pulls] == [0, 0]
    assert applied("drift").code == 0


def test_drift_of_one_course_restores_that_course_only(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What another course has not applied yet stays as it is."""
    edit(api, courses, "section.a.one", Title="One there")
    write_outline(courses, "b", 4712, "Four", "Not yet")
    (restore,) = commands(applied("drift"), to="apply")

    assert restore == "coursesync apply a --refresh"
    assert typed(applied, restore, "--auto-approve").code == 0
    assert applied("drift").code == 0
    assert "section.b.not-yet" not in saved(courses).entries


def test_many_edits_are_pulled_by_course(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A command of many addresses would be too long to read."""
    write_outline(courses, "a", 4711, "One", "Two", "Three", "Six")
    assert applied(*APPLY).code == 0
    for key in ("one", "two", "three", "six"):
        edit(api, courses, f"section.a.{key}", Title=f"{key} there")

    assert commands(applied("drift"), to="pull") == ["coursesync pull a"]


def test_a_deleted_section_does_not_change_its_lessons(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Of an outline that did not change, drift does not say that it changes something."""
    (lesson,) = (int(str(each["Id"])) for each in api.lessons())
    api.remove_lesson(lesson)
    api.foreign_remove(saved(courses).entries["section.a.three"])
    told = applied("drift").out

    assert "lesson.a.three.tour" in told
    assert "The outline also changes it" not in told
