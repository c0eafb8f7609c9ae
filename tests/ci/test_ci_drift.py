"""`coursesync ci drift`: one issue about what was changed on the site, and both ways out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ci.town import Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.hosting import Hosting
    from harness import SandboxServer

A = 4711


@pytest.fixture
def town(hosting: Hosting, api: SandboxServer, tmp_path: Path) -> Town:
    """A repository with an applied course whose section was renamed on the site."""
    made = Town(hosting, api, tmp_path)
    made.begin()
    made.reviewed(a=outline(A, "One", "Two"))
    made.apply()
    one = next(each for each in api.records() if each["Title"] == "One")
    assert isinstance(one["Id"], int)
    api.foreign_change(one["Id"], Title="Edited")
    return made


def test_the_sites_version_is_offered_by_a_pull_request(town: Town) -> None:
    """Once it is merged, there is no drift: the issue is closed."""
    first, second = town.drift(), town.drift()
    issue = town.issue()
    (number,) = (e.number for e in town.forge.pulls.values() if e.branch == "coursesync/pull")
    files = town.forge.repository.files("coursesync/pull")
    town.merge(number)
    writes = town.writes()
    applied = town.apply()
    written = town.writes() - writes
    after = town.drift()

    assert (first.code, second.code) == (0, 0), (first, second)
    assert "Edited" in issue
    assert f"Review and merge [the {town.forge.pull_name.format(number)}](" in issue
    assert "title: Edited" in files["courses/a.yaml"]
    assert (applied.code, written) == (0, 0), applied
    assert after.code == 0, after
    assert town.issue() == ""
    assert town.titles == ["Edited", "Two"]


def test_the_outlines_version_is_put_back_once_a_person_approves(town: Town) -> None:
    """Before that, an apply leaves what was edited there as it is."""
    before = town.apply()
    town.drift()
    waits = town.apply()
    titles = town.titles
    town.decide(town.line("approve"))
    goes = town.apply()

    assert (before.code, waits.code) == (0, 0), (before, waits)
    assert titles == ["Edited", "Two"]
    assert goes.code == 0, goes
    assert town.titles == ["One", "Two"]
    assert town.issue() == ""


def test_a_pull_request_that_the_forge_refuses_is_opened_by_hand(town: Town) -> None:
    """The issue links to the comparison with the branch, where one click opens it."""
    town.forge.faults.add(f"POST */{town.forge.pulls_route}", "status=403")
    ran = town.drift()

    assert ran.code == 0, ran
    assert "/compare/main...coursesync/pull)" in town.issue()
    assert "permissions of the job" not in town.issue()


@pytest.mark.parametrize("how", ["of another plan", "by a reader", "edited"])
def test_an_approval_that_does_not_count_stops_nothing(town: Town, how: str) -> None:
    """A reviewed change of the same course is applied, and what was edited there stays."""
    town.drift()
    line = "/coursesync approve 0123456789abcdef" if "plan" in how else town.line("approve")
    town.decide(line, by="rita" if how == "by a reader" else "ben")
    if how == "edited":
        town.forge.edit_comment("ben", town.forge.comments_on(town.open_issue())[-1].id, line)
    town.reviewed(a=outline(A, "One", "Two", "Three"))
    ran = town.apply()

    assert ran.code == 0, ran
    assert town.titles == ["Edited", "Three", "Two"]
    assert sum(each.state == "open" for each in town.forge.issues.values()) == 1
