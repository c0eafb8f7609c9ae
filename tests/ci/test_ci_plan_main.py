"""`coursesync ci plan` in a job of main: what an apply would do now, for who approves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ci.town import Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import Ran, SandboxServer

A, B = 4711, 4712


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A repository whose main has a configuration, and whose state has a branch."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    return made


def planned(town: Town) -> tuple[Ran, str]:
    """Run it without credentials of the site; return how it ended, and the page of the job.

    It writes nothing to the forge or the remote, and sends nothing to the site.
    """
    forge, summary = town.forge, town.folder / "summary"
    summary.write_text("")
    known = (len(forge.marks), len(forge.notes), len(forge.issues), forge.repository.refs())
    sent = len(town.api.log())
    with town.job() as cli:
        ran = cli(
            *("ci", "plan"),
            NEXUDUS_TOKEN="",
            GITHUB_REF="refs/heads/main",
            COURSESYNC_SUMMARY=str(summary),
        )

    assert known == (len(forge.marks), len(forge.notes), len(forge.issues), forge.repository.refs())
    assert len(town.api.log()) == sent
    return ran, summary.read_text()


def test_what_is_applied_is_shown_apart_from_what_waits(town: Town) -> None:
    """Before the first apply of it opens an issue, and afterwards with a link to that."""
    town.reviewed(b=outline(B, "Two", "Three"))
    town.push(a=outline(A, "One"))
    ran, page = planned(town)
    applied = town.apply()
    again, later = planned(town)
    goes, _, waits = page.partition("### What waits for a decision")

    assert (ran.code, applied.code, again.code) == (0, 6, 0), (ran, again)
    assert "An apply would now make 2 changes." in ran.said
    assert "| **Two** | new |" in goes
    assert "One" not in goes
    assert "The apply opens an issue" in waits
    assert "was pushed without a review. Somebody but ada has to approve it." in waits
    assert "Nothing would be applied now." in again.said
    assert "Somebody can decide about it in [the issue #" in later


def test_what_a_person_approved_is_no_longer_shown_as_waiting(town: Town) -> None:
    """The approval counts for the plan as it does for the apply."""
    town.push(a=outline(A, "One"))
    town.apply()
    town.decide(town.line("approve"))
    ran, page = planned(town)

    assert "An apply would now make 1 change." in ran.said
    assert "### What waits" not in page


def test_if_nothing_is_left_it_says_that_the_site_matches(town: Town) -> None:
    """Someone who is asked to approve such a run need not look further."""
    town.reviewed(a=outline(A, "One"))
    town.apply()
    ran, page = planned(town)

    assert ran.code == 0, ran
    assert "Nothing would be applied: the site matches main." in ran.said
    assert "**Nothing would be applied: the site matches main.**" in page


def test_a_lost_state_stops_the_plan_too(town: Town) -> None:
    """Every record would look new; the apply asks a person, this only says so."""
    town.reviewed(a=outline(A, "One"))
    town.apply()
    (branch,) = (e for e in town.forge.repository.refs() if e.startswith("coursesync-state/"))
    town.forge.repository.git("update-ref", "-d", f"refs/heads/{branch}")
    ran, page = planned(town)

    assert ran.code == 1, ran
    assert "is gone, which held the state" in ran.said
    assert "### This can't be planned yet" in page


def test_mistakes_on_main_are_named(town: Town) -> None:
    """With the line of the file."""
    town.reviewed(a="id: 4711\ntitle: Course\nsections: [{titel: One}]\n")
    ran, page = planned(town)

    assert ran.code == 3, ran
    assert "a.yaml:3" in ran.said
    assert "a.yaml:3" in page


def test_a_course_put_back_after_drift_is_announced(town: Town) -> None:
    """What differs on the site is known with credentials alone."""
    town.reviewed(a=outline(A, "One"))
    town.apply()
    (record,) = town.api.records()
    town.api.foreign_change(int(str(record["Id"])), Title="Else")
    with town.job() as cli:
        assert cli("ci", "drift").code == 0
    town.decide(town.line("approve"))
    ran, page = planned(town)

    assert ran.code == 0, ran
    assert "the apply looks at the site first, and puts it back" in page
