"""How many requests `coursesync ci` sends to the forge: a job's token has 1,000 an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ci.clones import OUTLINE
from ci.test_ci_comment import COURSE, Desk
from ci.town import Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from forges.gitlab import GitLab
    from harness import SandboxServer

A = 4711


@pytest.fixture(params=["github_forge", "gitlab_forge"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """Each of the fake forges, whose main has one outline."""
    forge: GitHub | GitLab = request.getfixturevalue(request.param)
    forge.commit("main", {COURSE: OUTLINE})
    return Desk(forge, tmp_path)


def api_requests(desk: Desk, since: int) -> list[str]:
    """Return the requests to the API since some number of requests."""
    return [each for each in desk.forge.requests[since:] if ".git/" not in each]


def test_a_pull_request_that_did_not_move(desk: Desk) -> None:
    """It takes two requests: for its comments, and for the status of its head."""
    counts = []
    for more in (2, 6):
        for number in range(more):
            text = OUTLINE.replace("title: B", f"title: Bee {number}")
            plan = desk.propose(f"bee-{more}-{number}", {COURSE: text})
            desk.forge.comment("ben", plan, "/coursesync plan")
        desk.run()
        begin = len(desk.forge.requests)
        ran = desk.run()
        assert ran.code == 0, ran
        counts.append((len(api_requests(desk, begin)), len(desk.forge.requests) - begin))
    (few, few_with_git), (many, many_with_git) = counts

    assert (many - few, many_with_git - few_with_git) == (2 * 6, 2 * 6)
    assert few <= 2 * 2 + 10


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A course that was pushed, and waits."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    made.push(a=outline(A, "One"))
    assert made.apply().code == 6
    return made


def test_comments_of_people_who_may_not_write(town: Town) -> None:
    """They are answered once, and the forge is asked once about each of them."""
    town.decide("/coursesync approve 0123456789abcdef", by="ben")
    quiet = len(town.forge.requests)
    town.apply()
    usual = len(town.forge.requests) - quiet
    for number in range(100):
        town.decide(f"/coursesync approve {number:016}", by="rita")
    (issue,) = (each.number for each in town.forge.issues.values() if each.state == "open")
    answers = len(town.answers(issue))
    for _ in range(2):
        begin = len(town.forge.requests)
        ran = town.apply()

        assert ran.code == 6, ran
        assert len(town.forge.requests) - begin <= usual + 5
        assert len(town.answers(issue)) == answers + 1


def test_a_person_who_may_write_is_answered_among_others(town: Town) -> None:
    """The newest comments of other people hide none of theirs."""
    town.decide("/coursesync approve 0123456789abcdef", by="cleo")
    for _ in range(30):
        town.decide("/coursesync allow prune 0123456789abcdef", by="rita")
    town.apply()
    (issue,) = (each.number for each in town.forge.issues.values() if each.state == "open")
    answers = town.answers(issue)

    assert len(answers) == 2
    assert "its number is not that of what is shown now" in answers[0]
    assert "Only people who may write to this repository can decide here" in answers[1]
