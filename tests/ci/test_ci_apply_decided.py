"""What people decide in the issue of what waits: all at once, and what it says at the end."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import pytest
from ci.town import CONFIG, Town, outline
from harness import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import SandboxServer

A, B, C = 4711, 4712, 4713
DELETES = f'on_removal = "delete"\n{CONFIG}'
LESSONS = """\
id: 4711
title: Course 4711
sections:
  - key: a
    title: A
    lessons:
      - {key: tour, title: Tour, contents: "<p>Hello</p>"}
      - {key: desk, title: Desk, contents: "<p>Hello</p>"}
"""
LEFT = LESSONS.replace('      - {key: desk, title: Desk, contents: "<p>Hello</p>"}\n', "")
MANY = [f"Week {each}" for each in range(12)]


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A repository whose main has a configuration, and whose state has a branch."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    return made


def lines(town: Town) -> list[str]:
    """Return the lines to write that the issue shows."""
    return re.findall(r"^    (/coursesync .+)$", town.issue(), re.MULTILINE)


def words(town: Town) -> list[str]:
    """Return these lines without their numbers."""
    return [each.rpartition(" ")[0].removeprefix("/coursesync ") for each in lines(town)]


@pytest.mark.parametrize("completed", [False, True])
def test_all_lines_that_a_deletion_needs_are_shown_at_once(town: Town, completed: bool) -> None:  # noqa: FBT001 - a case
    """One comment with all of them is enough for one run, whether or not members lose progress."""
    town.push(**{"coursesync.toml": DELETES})
    town.reviewed(a=LESSONS)
    town.apply()
    (desk,) = (each for each in town.api.lessons() if each["Title"] == "Desk")
    if completed:
        town.api.complete(int(str(desk["Id"])), 3)
    town.push(a=LEFT)
    waits = town.apply()
    shown, kept = words(town), len(town.api.lessons())
    town.decide("\n".join(lines(town)))
    ran = town.apply()

    assert waits.code == 6, waits
    assert shown == ["approve", "allow prune", "allow progress-loss"]
    assert kept == 2
    assert ran.code == 0, ran
    assert [each["Title"] for each in town.api.lessons()] == ["Tour"]
    assert town.issue() == ""


def test_a_reviewed_deletion_asks_for_no_approval(town: Town) -> None:
    """Only what a review can't give is asked for."""
    town.push(**{"coursesync.toml": DELETES})
    town.reviewed(a=LESSONS)
    town.apply()
    town.reviewed(a=LEFT)
    town.apply()

    assert words(town) == ["allow prune", "allow progress-loss"]


def test_the_size_of_what_nobody_reviewed_is_asked_for_with_its_approval(town: Town) -> None:
    """Not in a second round."""
    town.reviewed(a=outline(A, *MANY), b=outline(B, "One"))
    town.apply()
    town.push(a=outline(A, *MANY).replace("title: Week", "title: Part"))
    town.apply()
    shown, issue = words(town), town.issue()
    town.decide("\n".join(lines(town)))
    ran = town.apply()

    assert shown == ["approve", "allow large-change"]
    assert "more than usual" in issue
    assert ran.code == 0, ran
    assert "Part 0" in town.titles


def test_one_line_alone_decides_only_that(town: Town) -> None:
    """The approval is for what the issue shows, and the deletion still waits to be allowed."""
    town.push(**{"coursesync.toml": DELETES})
    town.reviewed(a=outline(A, "One", "Two"))
    town.apply()
    town.push(a=outline(A, "Uno").replace("key: uno", "key: one"))
    town.apply()
    town.decide(town.line("approve"))
    ran = town.apply()

    assert ran.code == 6, ran
    assert town.titles == ["Two", "Uno"]
    assert "allow prune" in words(town)


def test_the_closed_issue_names_what_was_applied_and_who_decided(town: Town) -> None:
    """Its last comment does, with the number that was approved."""
    town.push(a=outline(A, "One", "Two"))
    town.reviewed(b=outline(B, "Three"))
    town.apply()
    (number,) = town.forge.issues
    line = town.line("approve")
    town.decide(line)
    town.apply()
    last = town.forge.comments_on(number)[-1].body

    assert "**2 sections of *Course 4711*:** 2 new" in last
    assert f"- `{line.removeprefix('/coursesync ')}` by ben" in last
    assert "4712" not in last


def test_a_result_names_nothing_that_earlier_reviews_brought(town: Town) -> None:
    """What was live before is not its own, nor is it in the last comment of the issue."""
    town.push(**{"coursesync.toml": DELETES})
    town.reviewed(a=outline(A, "One", "Two"))
    town.apply()
    number = town.propose(a=outline(A, "One"))
    town.merge(number, approved=False)
    town.apply()
    (issue,) = town.forge.issues
    waits = town.result(number)
    town.decide("\n".join(lines(town)))
    town.apply()
    last = town.forge.comments_on(issue)[-1].body

    assert "Live now" not in waits
    for text in (town.result(number), last):
        assert "**1 section of *Course 4711*:** 1 deleted" in text
        assert "new" not in text


def test_an_issue_that_a_correction_closes_names_nobody(town: Town) -> None:
    """Main no longer asks for what waited."""
    town.push(a=outline(A, "One"))
    town.apply()
    (number,) = town.forge.issues
    town.push(a=None)
    ran = town.apply()

    assert ran.code == 0, ran
    assert town.forge.comments_on(number)[-1].body.endswith("\nNothing waits any more.")


@pytest.mark.parametrize("is_recorded", [True, False])
def test_the_result_counts_what_a_killed_run_sent(town: Town, is_recorded: bool) -> None:  # noqa: FBT001 - a case
    """Whether the killed run's job recorded it, or the next run reads it from the branch."""
    town.reviewed(a=outline(A, "Zero"))
    town.apply()
    number = town.propose(a=outline(A, "Zero", "One", "Two", "Three"))
    town.merge(number)
    town.api.fault("POST /api/content/coursesections@2:slow=5")
    run = town.forge.start_run()
    with town.job(run=run) as cli:
        with cli.start("ci", "apply") as process:
            wait_until(lambda: len(town.api.records()) == 3, 60)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
        if is_recorded:
            assert cli("ci", "record").code == 0
    town.api.no_faults()
    # a run takes up what it left itself
    ran = town.apply(run=run, attempt=1)

    assert ran.code == 0, ran
    assert town.titles == ["One", "Three", "Two", "Zero"]
    assert "**3 sections of *Course 4711*:** 3 new" in town.result(number)


def test_the_result_after_an_outage_names_all_that_is_live(town: Town) -> None:
    """The last comment is whole: nobody has to add up two of them."""
    number = town.propose(a=outline(A, "One", "Two", "Three"))
    town.merge(number)
    town.api.fault("POST /api/content/coursesections@2+:status=422")
    town.apply()
    half = town.result(number)
    again = town.apply()
    notes = len(town.forge.comments_on(number))
    town.api.no_faults()
    town.apply()

    assert again.code == 6, again
    assert notes == 1
    assert "2 new" in half or "1 new" in half
    assert "### Not live yet" in half
    assert "**3 sections of *Course 4711*:** 3 new" in town.result(number)
    assert "### Not live yet" not in town.result(number)
