"""Approvals where the record of what was applied is lost or forged: who pushed it can't approve."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from ci.town import CONFIG, STATE_REF, Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import SandboxServer

A = 4711


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A course that is applied."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    made.reviewed(a=outline(A, "One"))
    assert made.apply().code == 0
    return made


def forge_report(town: Town, **facts: object) -> None:
    """Write another record of what was applied, as anyone may who can push to the branch."""
    repository = town.forge.repository
    (ref,) = (each for each in repository.refs() if each.startswith(STATE_REF))
    report = json.dumps({**town.report(), **facts}, indent=2) + "\n"
    town.forge.commit(ref, {"report.json": report}, by="ada")


@pytest.mark.parametrize("lie", ["nothing was applied", "the push was applied"])
def test_who_pushed_can_not_approve_by_forging_what_was_applied(town: Town, lie: str) -> None:
    """Main's history says who set what waits; somebody else approves it."""
    commit = town.push(a=outline(A, "One", "Two"))
    forged = {str(A): commit} if lie == "the push was applied" else {}
    forge_report(town, applied=forged, since=commit if forged else "")
    waits = town.apply()
    town.decide(town.line("approve"), by="ada")
    own = town.apply()
    (number,) = (each.number for each in town.forge.issues.values() if each.state == "open")
    answers = town.answers(number)
    town.decide(town.line("approve"), by="ben")
    other = town.apply()

    assert (waits.code, own.code, other.code) == (6, 6, 0), (waits, own, other)
    assert "You pushed a part of this yourself" in answers[-1]
    assert town.titles == ["One", "Two"]


def test_a_lost_record_of_reviewed_courses_is_approved_by_anyone(town: Town) -> None:
    """What a review that counts set needs no other person than the one who looks at it."""
    town.reviewed(a=outline(A, "One", "Two"))
    forge_report(town, applied={}, since="")
    waits = town.apply()
    town.decide(town.line("approve"), by="ada")
    ran = town.apply()

    assert (waits.code, ran.code) == (6, 0), (waits, ran)


def test_who_pushed_a_deletion_can_not_allow_it_without_a_record(town: Town) -> None:
    """The line to allow it counts like the one to approve it: from somebody else."""
    town.reviewed(
        **{"coursesync.toml": f'on_removal = "delete"\n{CONFIG}'}, a=outline(A, "One", "Two")
    )
    assert town.apply().code == 0
    forge_report(town, applied={}, since="")
    town.push(a=outline(A, "One"))
    waits = town.apply()
    number = town.open_issue()
    prune = town.line("allow prune")
    town.decide(prune, by="ada")
    town.decide(town.line("approve"), by="ben")
    own, answers = town.apply(), town.answers(number)
    town.decide(prune, by="ben")
    other = town.apply()

    assert (waits.code, own.code, other.code) == (6, 6, 0), (waits, own, other)
    assert "You pushed a part of this yourself" in answers[0]
    assert town.titles == ["One"]


@pytest.mark.parametrize("lie", ["solo", "optional"])
def test_a_report_loosens_no_setting_of_main(town: Town, lie: str) -> None:
    """The stricter one counts: who pushed can't approve, and a review needs an approval."""
    forge_report(town, reviewing=lie)
    if lie == "solo":
        town.push(a=outline(A, "One", "Two"))
    else:
        town.merge(town.propose(a=outline(A, "One", "Two")), approved=False)
    waits = town.apply()
    number = town.open_issue()
    town.decide(town.line("approve"), by="ada")
    own = town.apply()

    assert (waits.code, own.code) == (6, 6), (waits, own)
    assert "You pushed a part of this yourself" in town.answers(number)[-1]


def test_nobody_approves_what_nobody_knows_who_pushed(town: Town) -> None:
    """The answer names the commit, and what its author can do."""
    town.forge.records = set()
    town.push("stranger", "ada", a=outline(A, "One", "Two"))
    forge_report(town, applied={}, since="")
    town.apply()
    (number,) = (each.number for each in town.forge.issues.values() if each.state == "open")
    town.decide(town.line("approve"), by="ben")
    ran = town.apply()

    assert ran.code == 6, ran
    assert "Nobody knows who pushed commit" in town.answers(number)[-1]


def test_nobody_approves_what_is_older_than_what_is_looked_at(town: Town) -> None:
    """Many commits after a push do not hide who pushed; a reviewed pull request sets it again."""
    town.push(a=outline(A, "One", "Two"))
    town.forge.repository.commit_often("many", 101, by="ben", at=datetime.now(UTC))
    town.forge.push(town.forge.repository.tip("many"), by="ben")
    forge_report(town, applied={}, since="")
    waits = town.apply()
    number = town.open_issue()
    town.decide(town.line("approve"), by="ada")
    own = town.apply()

    assert (waits.code, own.code) == (6, 6), (waits, own)
    assert "older than the last changes of main" in town.answers(number)[-1]
    assert "Set it again in a pull request" in town.answers(number)[-1]


def test_the_issue_and_the_status_say_that_anyone_can_write_the_state(town: Town) -> None:
    """Where the job has no key of its own for the state's branch."""
    town.push(a=outline(A, "One", "Two"))
    town.apply()
    open_issue, open_status = town.issue(), town.status()
    assert "the state's branch can be written by anyone who may push" in open_status
    assert "the state's branch can be written by anyone who may push" in open_issue
