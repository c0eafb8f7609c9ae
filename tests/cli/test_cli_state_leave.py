"""`state leave`: what stays on the site without an outline is reported until somebody knows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer

APPLY = ("apply", "--auto-approve")
NOTHING = "Nothing to do: the outlines match the state."


@pytest.fixture
def removed(author: CommandLine, courses: Path) -> CommandLine:
    """A command line after the apply of three sections, of which one left its outline."""
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    assert author(*APPLY).code == 0
    write_outline(courses, "a", 4711, "One", "Three")
    return author


def test_the_plan_names_the_command_that_leaves_it(removed: CommandLine) -> None:
    """After that command the plan has nothing to do, and shows nothing."""
    before = removed("plan")
    done = removed("state", "leave", "section.a.two")
    after = removed("plan")

    assert "coursesync state leave section.a.two" in " ".join(before.out.split())
    assert done.code == 0, done.err
    assert "stays on the site; plan no longer reports it." in " ".join(done.err.split())
    assert NOTHING in after.out
    assert "Two" not in after.out


def test_what_is_left_stays_known(removed: CommandLine, api: SandboxServer) -> None:
    """The JSON plan has it, drift looks at it, and a deletion lists it and deletes it."""
    removed("state", "leave", "section.a.two")
    (kept,) = json.loads(removed("plan", "--format", "json").out)["changes"]
    listed = removed("plan", "--on-removal", "delete", "--prune")
    looked = removed("drift")
    (number,) = (int(str(each["Id"])) for each in api.records() if each["Title"] == "Two")
    api.foreign_change(number, Title="Theirs")
    edited = removed("drift")
    deleted = removed(*APPLY, "--on-removal", "delete", "--prune")

    assert (kept["action"], kept["acknowledged"]) == ("keep", True)
    assert "1 to delete" in listed.out
    assert looked.code == 0, looked.err
    assert edited.code == 2
    assert "Theirs" in edited.out
    assert deleted.code in {0, 6}, deleted.err


def test_what_returns_is_reported_when_it_leaves_again(removed: CommandLine, courses: Path) -> None:
    """An apply that has it in an outline again ends what somebody knew."""
    removed("state", "leave", "section.a.two")
    write_outline(courses, "a", 4711, "One", "Two", "Three", "Four")
    assert removed(*APPLY).code == 0
    write_outline(courses, "a", 4711, "One", "Three", "Four")

    assert "no longer in any outline" in removed("plan").out


def test_what_an_outline_has_is_not_left(removed: CommandLine) -> None:
    """The command refuses it, names the plan, and changes nothing."""
    ran = removed("state", "leave", "section.a.two", "section.a.one")

    assert ran.code == 1
    assert "section.a.one is in an outline" in " ".join(ran.err.split())
    assert "no longer in any outline" in removed("plan").out


def test_a_dry_run_leaves_nothing(removed: CommandLine) -> None:
    """It says what would happen, and the plan reports the section as before."""
    ran = removed("state", "leave", "section.a.two", "--dry-run")

    assert "plan would no longer report it" in " ".join(ran.err.split())
    assert "no longer in any outline" in removed("plan").out
