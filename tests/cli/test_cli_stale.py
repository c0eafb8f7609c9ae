"""What was reviewed is what is applied: a stale plan file, or another digest, ends with 4."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from harness import STATE, Ran, files_below, pointed_at, sandbox_here, saved, write_outline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import CommandLine, SandboxServer

PLAN = "reviewed.json"


def refused(ran: Ran, why: str) -> bool:
    """Say whether a run ended as one of a stale plan, for the reason given, and says what next."""
    return ran.code == 4 and why in ran.said and "coursesync plan" in ran.err and ran.out == ""


def test_a_plan_file_is_applied(author: CommandLine, api: SandboxServer, courses: Path) -> None:
    """A plan file that still holds is applied without a question, and a second time refused."""
    write_outline(courses, "a", 4711, "One", "Two")
    author("plan", "--out", PLAN)
    applied = author("apply", "--plan", PLAN)
    again = author("apply", "--plan", PLAN)

    assert applied.code == 0
    assert len(api.records()) == 2
    assert refused(again, "it was made when there was no state, and now there is one")
    assert len(api.creates()) == 2


def test_changed_outlines_make_it_stale(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A title changed after the review is not applied, and no file is written."""
    write_outline(courses, "a", 4711, "One")
    author("plan", "--out", PLAN)
    write_outline(courses, "a", 4711, "One, changed")
    before = files_below(courses)
    ran = author("apply", "--plan", PLAN)

    assert refused(ran, "the outlines have changed since it was made (section.a.one,")
    assert f"coursesync plan courses --out {PLAN}\n" in ran.err
    assert api.log() == []
    assert files_below(courses) == before


def test_a_comment_in_an_outline_does_not(author: CommandLine, courses: Path) -> None:
    """What changes no record leaves the plan file good: the digest is over meaning, not text."""
    path = write_outline(courses, "a", 4711, "One")
    author("plan", "--out", PLAN)
    path.write_text("# a comment\n" + path.read_text())
    ran = author("apply", "--plan", PLAN)

    assert ran.code == 0


def test_a_state_that_moved_on_makes_it_stale(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Another apply between review and apply is found out by the state's serial."""
    path = write_outline(courses, "a", 4711, "One")
    author("apply", "--auto-approve")
    write_outline(courses, "b", 4712, "Two")
    author("plan", "--out", PLAN)
    serial = saved(courses).serial
    path.write_text(path.read_text() + "  - title: Three\n")
    author("apply", "--auto-approve")
    ran = author("apply", "--plan", PLAN)

    assert refused(ran, f"the state has changed since (serial {serial}, now {serial + 1})")
    assert len(api.creates()) == 3


def test_another_state_makes_it_stale(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A state that was made again is a different one, whatever its serial; it adopts records."""
    write_outline(courses, "a", 4711, "One")
    author("apply", "--auto-approve")
    write_outline(courses, "a", 4711, "One", "Two")
    author("plan", "--out", PLAN)
    (courses / STATE).unlink()
    author("apply", "--auto-approve")
    ran = author("apply", "--plan", PLAN)

    assert refused(ran, "it was made from another state")
    assert len(api.creates()) == len(api.records()) == 2


def test_another_target_makes_it_stale(
    author: CommandLine, api: SandboxServer, cli: CommandLine, courses: Path
) -> None:
    """A plan that was reviewed for one target is not applied to another."""
    write_outline(courses, "a", 4711, "One")
    author("plan", "--out", PLAN)
    with sandbox_here() as other:
        ran = pointed_at(cli, other)("apply", "--plan", PLAN)
        assert other.log() == []

    assert refused(ran, f"it was made for {api.url}")
    assert api.log() == []


@pytest.mark.parametrize("options", [["--auto-approve"], ["--plan", PLAN]])
def test_another_digest_is_refused(
    author: CommandLine, api: SandboxServer, courses: Path, options: list[str]
) -> None:
    """`--expect-digest` refuses any plan but that of the digest, with a plan file or without."""
    write_outline(courses, "a", 4711, "One")
    author("plan", "--out", PLAN)
    ran = author("apply", *options, "--expect-digest", "0" * 64)

    assert refused(ran, "not the one that was expected")
    assert api.log() == []


def test_the_expected_digest_is_applied(author: CommandLine, courses: Path) -> None:
    """The digest that a plan shows is the one that `--expect-digest` takes, in any letters."""
    write_outline(courses, "a", 4711, "One")
    shown = author("plan").out.rpartition("Digest: ")[2].strip()
    told = json.loads(author("plan", "--format", "json").out)["digest"]
    ran = author("apply", "--auto-approve", "--expect-digest", shown.upper())

    assert shown == told
    assert ran.code == 0


def test_what_is_no_digest_is_a_slip(author: CommandLine, courses: Path) -> None:
    """A digest that was copied in part is called incomplete, not stale."""
    write_outline(courses, "a", 4711, "One")
    ran = author("apply", "--auto-approve", "--expect-digest", "abc")

    assert ran.code == 64
    assert "a digest is 64 characters" in ran.err


EDITS: list[Callable[[dict[str, Any]], object]] = [
    lambda told: told["changes"].clear(),
    lambda told: told["changes"][0]["after"].update(Title="Else"),
    lambda told: told["changes"][0].update(action="update"),
    lambda told: told["changes"][0].update(address="section.a.else"),
    lambda told: told["changes"][0].update(course_id=4712),
    lambda told: told["changes"][0].update(protected=True),
    lambda told: told["summary"].update(create=1),
    lambda told: told.update(writes=0),
    lambda told: told.update(has_changes=False),
    lambda told: told.update(digest="0" * 64),
]


@pytest.mark.parametrize("edit", EDITS)
def test_what_a_plan_file_shows_is_what_is_applied(
    author: CommandLine,
    api: SandboxServer,
    courses: Path,
    edit: Callable[[dict[str, Any]], object],
) -> None:
    """Whoever reviews a file reads its changes: a file that shows others than it has is refused."""
    write_outline(courses, "a", 4711, "One", "Two")
    author("plan", "--out", PLAN)
    told = json.loads((author.cwd / PLAN).read_text())
    edit(told)
    (author.cwd / PLAN).write_text(json.dumps(told))
    ran = author("apply", "--plan", PLAN)
    over = author("plan", "--out", PLAN)

    assert ran.code == 1
    assert f"{PLAN} was edited since it was written" in ran.err
    assert api.log() == []
    assert over.code == 1
    assert json.loads((author.cwd / PLAN).read_text()) == told


def test_a_name_that_stands_twice_in_a_plan_file_is_refused(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Of two readers each might take another of the two for what is planned."""
    write_outline(courses, "a", 4711, "One")
    author("plan", "--out", PLAN)
    path = author.cwd / PLAN
    path.write_text(path.read_text().replace('"changes": [', '"changes": [],\n  "changes": [', 1))
    ran = author("apply", "--plan", PLAN)

    assert ran.code == 1
    assert f"{PLAN} is not a plan file of this version" in ran.err
    assert api.log() == []


@pytest.mark.parametrize("option", ["--prune", "--refresh", "--on-removal=delete"])
def test_a_plan_file_is_not_contradicted(
    author: CommandLine, api: SandboxServer, courses: Path, option: str
) -> None:
    """What says how a plan is made is refused beside one that is made already."""
    write_outline(courses, "a", 4711, "One")
    author("plan", "--out", "plan.json")
    ran = author("apply", "--plan", "plan.json", option)

    assert ran.code == 64
    assert f"coursesync plan courses {option.replace('=', ' ')} --out FILE" in ran.err
    assert api.log() == []


def test_a_variable_does_not_contradict_a_plan_file(author: CommandLine, courses: Path) -> None:
    """What stands in the environment is for plans that are to be made."""
    write_outline(courses, "a", 4711, "One")
    author("plan", "--out", "plan.json")

    assert author("apply", "--plan", "plan.json", COURSESYNC_ON_REMOVAL="delete").code == 0
