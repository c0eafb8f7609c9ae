"""What is left after a whole plan was carried out is counted, and the exit code is never 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import STATE, doubted, lift_limits, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

APPLY = ("apply", "--auto-approve")
LEFT = "1 change is left.\n"


@pytest.fixture
def edited(author: CommandLine, api: SandboxServer, courses: Path) -> CommandLine:
    """A workspace whose outline was edited while its create was in doubt."""
    lift_limits(courses)
    path = write_outline(courses, "a", 4711, "One")
    path.write_text(f"{path.read_text()}    contents: old\n")
    doubted(author, api)
    path.write_text(path.read_text().replace("old", "new"))
    return author


def test_a_doubt_that_settles_as_it_was_sent_leaves_an_update(
    edited: CommandLine, api: SandboxServer
) -> None:
    """Its record is found as it was sent, and the outline wants another: exit 6, then 0."""
    settled = edited(*APPLY)
    then = edited(*APPLY)

    assert settled.code == 6, settled.err
    assert "Apply: 1 no longer in doubt.\n" in settled.err
    assert f"{LEFT}  To continue:\n    coursesync apply courses --auto-approve\n" in settled.err
    assert then.code == 0, then.err
    assert [record["SectionContents"] for record in api.records()] == ["new"]
    assert edited("plan", "--detailed-exitcode").code == 0


def test_what_is_left_of_a_reviewed_plan_is_another_plan(edited: CommandLine) -> None:
    """After a reviewed plan, the message asks to make and review the next plan."""
    edited("plan", "--out", "reviewed.json")
    settled = edited("apply", "--plan", "reviewed.json")

    assert settled.code == 6, settled.err
    assert f"{LEFT}  To continue, make and review a plan of what is left:\n" in settled.err
    assert "coursesync plan courses --out reviewed.json\n" in settled.err


def test_a_record_that_is_adopted_without_its_picture_leaves_an_update(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Where the site has no picture of a section that is there already: exit 6, then 0."""
    path = write_outline(courses, "a", 4711, "One")
    author(*APPLY)
    (courses / STATE).unlink()
    path.write_text(f"{path.read_text()}    image: https://cdn.example.com/one.png\n")
    adopted = author(*APPLY)
    then = author(*APPLY)

    assert (adopted.code, then.code) == (6, 0), adopted.err + then.err
    assert "Apply: 1 adopted.\n" in adopted.err
    assert LEFT in adopted.err
    assert len(api.records()) == 1


def test_a_finished_plan_reports_nothing_left(author: CommandLine, courses: Path) -> None:
    """A plan that is carried out and followed by an empty one exits with 0."""
    write_outline(courses, "a", 4711, "One")
    applied = author(*APPLY)

    assert applied.code == 0, applied.err
    assert applied.err.endswith("\nApply: 1 created.\n")
