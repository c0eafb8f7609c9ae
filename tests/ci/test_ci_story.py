"""The life of a change on each forge: planned, approved, merged, and applied or waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ci.town import Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.hosting import Hosting
    from harness import SandboxServer

A, B = 4711, 4712


@pytest.fixture
def town(hosting: Hosting, api: SandboxServer, tmp_path: Path) -> Town:
    """A repository whose main has a configuration, and whose state has a branch."""
    made = Town(hosting, api, tmp_path)
    made.begin()
    return made


def test_a_reviewed_change_is_planned_merged_and_live(town: Town) -> None:
    """Its page shows the plan, and then in a second comment what became live."""
    number = town.propose(a=outline(A, "One", "Two"))
    commented = town.comment()
    plan = town.result(number)
    head = town.forge.pulls[number].head
    planned = town.forge.status(head, "coursesync/plan")
    titles = town.titles
    town.merge(number)
    applied = town.apply()
    again = town.comment()
    own = [e.body for e in town.forge.comments_on(number) if e.author == town.forge.bot]

    assert (commented.code, applied.code, again.code) == (0, 0, 0), (commented, applied, again)
    assert f"{town.forge.pull_name.format(number)}: a new comment" in commented.said
    assert "2 sections" in plan
    assert planned is not None
    assert planned.state == "success"
    assert titles == []
    assert town.titles == ["One", "Two"]
    assert len(own) == 2
    assert "### Live now" in own[-1]
    assert town.status().startswith("success: The site matches main")
    # with the token of every job of GitHub; GitLab's own one is a protected variable
    assert ("; the state's branch can be written by anyone who may push" in town.status()) is (
        town.forge.pull_ref.startswith("refs/pull/")
    )
    assert town.head_status(number) == town.status()
    assert town.issue() == ""


def test_what_nobody_approved_waits_in_an_issue(town: Town) -> None:
    """It names the review by its forge's name, and a comment of another person lets it go."""
    number = town.propose("cleo", a=outline(A, "One"))
    town.merge(number, approved=False)
    waits = town.apply()
    issue, page, titles = town.issue(), town.open_issue(), town.titles
    result = town.result(number)
    town.decide(town.line("approve"), by="cleo")
    own = town.apply()
    town.decide(town.line("approve"))
    goes = town.apply()
    first, second = town.answers(page)
    name = town.forge.pull_name.format(number)

    assert (waits.code, own.code, goes.code) == (6, 6, 0), (waits, own, goes)
    assert f"- [{name[:1].upper()}{name[1:]}](" in issue
    assert "without an approval" in issue
    assert "Somebody but cleo has to approve it." in issue
    assert f"Somebody decides about it in [the issue #{abs(page)}](" in result
    assert titles == []
    assert "You pushed a part of this yourself" in first
    assert "This counts" in second
    assert town.titles == ["One"]
    assert town.issue() == ""


def test_what_was_pushed_waits_and_other_courses_go_on(town: Town) -> None:
    """The reason names the commit with a link, and who pushed it."""
    commit = town.push(b=outline(B, "Two"))
    town.reviewed(a=outline(A, "One"))
    waits = town.apply()
    issue, titles = town.issue(), town.titles
    town.decide(town.line("approve"))
    goes = town.apply()

    assert (waits.code, goes.code) == (6, 0), (waits, goes)
    assert f"- [Commit {commit[:10]}](" in issue
    assert f"/commit/{commit}) of ada was pushed without a review. Somebody but ada" in issue
    assert titles == ["One"]
    assert town.titles == ["One", "Two"]


def test_a_squash_is_applied(town: Town) -> None:
    """Main's commit is another than those of the review."""
    number = town.propose(a=outline(A, "One"))
    town.forge.commit("change-1", {"courses/a.yaml": outline(A, "One", "Two")})
    town.merge(number, how="squash")
    ran = town.apply()

    assert ran.code == 0, ran
    assert town.titles == ["One", "Two"]


def test_a_batch_of_a_merge_queue_or_train_is_applied_by_one_run(town: Town) -> None:
    """Several pull requests come by one push, two of them to one course."""
    town.reviewed(a=outline(A, "One"))
    numbers = [
        town.propose(a=outline(A, "Zero", "One")),
        town.propose(b=outline(B, "Two")),
        town.propose("cleo", c=outline(4713, "Three")),
    ]
    town.merge(*numbers, how="queue")
    ran = town.apply()

    assert ran.code == 0, ran
    assert town.titles == ["One", "Three", "Two", "Zero"]
    assert all("### Live now" in town.result(each) for each in numbers)


def test_while_the_index_of_the_forge_is_empty_nothing_is_believed(town: Town) -> None:
    """Unknown is neither none nor covered: the run says that it is temporary, and waits."""
    number = town.propose(a=outline(A, "One"))
    town.merge(number)
    town.forge.ahead, town.forge.commit_lag, town.forge.closed_lag = 0.0, 1000, 1000
    later = town.apply()
    titles, status, issue = town.titles, town.status(), town.issue()
    town.forge.commit_lag = town.forge.closed_lag = 0
    ran = town.apply()

    assert (later.code, ran.code) == (75, 0), (later, ran)
    assert "temporary" in later.said
    assert (titles, issue) == ([], "")
    assert "This is temporary" in status
    assert town.titles == ["One"]
