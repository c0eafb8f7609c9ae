"""How much is printed: a long plan by its counts, each request, or only what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import SECTIONS, TOKEN, lift_limits, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

MANY = [f"Part {number}" for number in range(600)]


def test_a_long_plan_is_shown_as_counts(cli: CommandLine, courses: Path) -> None:
    """Six hundred new sections are one line, with the command that shows each of them."""
    write_outline(courses, "a", 4711, *MANY)
    brief, full = cli("plan"), cli("plan", "--full")

    assert "  + 600 to create\n" in brief.out
    assert "To see all 600 changes:\n  coursesync plan courses --full\n" in brief.out
    assert len(brief.out.splitlines()) < 20
    assert "Part 599" in full.out
    assert full.out.splitlines()[-1] == brief.out.splitlines()[-1]  # one digest


def test_the_longest_plan_shows_what_members_lose(author: CommandLine, courses: Path) -> None:
    """However many sections there are, each that is hidden or deleted has its line."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "Gone")
    assert author("apply", "--auto-approve").code == 0
    write_outline(courses, "a", 4711, *MANY)
    planned = author("plan", "--on-removal", "delete", "--prune")

    assert "  + 600 to create\n" in planned.out
    assert "  -   10  Gone" in planned.out


def test_each_request_can_be_logged(author: CommandLine, courses: Path) -> None:
    """With -v a run prints method, path and answer, but no secret and no text of a course."""
    write_outline(courses, "a", 4711, "One")
    ran = author("apply", "--auto-approve", "-v")

    assert f"POST {SECTIONS}: 200, " in ran.err
    assert f"GET {SECTIONS}: 200, " in ran.err
    assert TOKEN not in ran.err
    assert "CourseSection_Course=" not in ran.err


@pytest.mark.parametrize("words", [("drift",), ("plan", "--refresh"), ("import", "--all")])
def test_every_online_command_can_log_each_request(
    author: CommandLine, courses: Path, words: tuple[str, ...]
) -> None:
    """As an apply does; without -v, none of them says anything of it."""
    write_outline(courses, "a", 4711, "One")
    author("apply", "--auto-approve")
    told, left_out = author(*words, "-v"), author(*words)

    assert f"GET {SECTIONS}: 200, " in told.err
    assert SECTIONS not in left_out.err
    assert TOKEN not in told.err


def test_a_quiet_run_that_is_too_large_says_how_much_it_would_change(
    author: CommandLine, courses: Path
) -> None:
    """Without the plan above it, the stop itself has to say of what."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, *MANY[:12])
    author("apply", "--auto-approve")
    path = courses / "a.yaml"
    path.write_text(path.read_text().replace("  - title", "  - active: false\n    title"))
    ran = author("apply", "--auto-approve", "-q")

    assert ran.code == 6
    assert ran.said.startswith(
        "Nothing was changed, because this is a large change: 12 of all 12 sections "
        "(all of them taken from members, which count double)."
    )


def test_a_quiet_run_reports_what_went_wrong_and_its_end(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Neither the plan nor what went well; the Ids are on stdout as ever."""
    write_outline(courses, "a", 4711, "One", "Two")
    api.fault_create(2, "status=400")
    ran = author("apply", "--auto-approve", "--quiet")

    assert ran.code == 6
    assert "Plan:" not in ran.err
    assert "created, Id" not in ran.err
    assert "section.a.two: refused" in ran.err
    assert "Apply: 1 created, 1 refused." in ran.err
    assert ran.out.startswith("section.a.one ")
