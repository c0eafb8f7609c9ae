"""A state whose branch is not as the last run left it: who notices, and how it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ci.town import APPLY, CONFIG, Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import SandboxServer

A, B = 4711, 4712


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A repository with one course that is applied."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    made.reviewed(a=outline(A, "One"))
    assert made.apply().code == 0
    return made


def branch_of(town: Town) -> str:
    """Return the only branch of a state."""
    (branch,) = (e for e in town.forge.repository.refs() if e.startswith("coursesync-state/"))
    return branch


@pytest.mark.parametrize("what", ["gone", "older"])
def test_a_state_that_was_rolled_back_stops_runs_until_a_person_confirms_it(
    town: Town, what: str
) -> None:
    """Nothing is sent until then, whatever a failed run wrote; the line is for that tip alone."""
    branch = branch_of(town)
    first = town.forge.repository.git("rev-list", branch).split()[-2]  # the end of the first run
    town.reviewed(a=outline(A, "One", "Two"))
    if what == "gone":
        town.forge.repository.git("update-ref", "-d", f"refs/heads/{branch}")
    else:
        town.forge.repository.move(f"refs/heads/{branch}", first)
    stopped = [town.apply(), town.apply()]
    titles, status, line = town.titles, town.status(), town.line("approve")
    town.decide(line, by="rita")
    stopped.append(town.apply())
    town.decide(line)
    town.apply()

    assert [each.code for each in stopped] == [1, 1, 1]
    assert titles == ["One"]
    assert status.startswith("failure: the branch coursesync-state/courses/")
    assert "Nothing is applied until" not in town.issue()
    assert town.forge.repository.tip(branch) != first


def test_a_forged_serial_is_overruled_once_and_never_repeated(town: Town) -> None:
    """Whatever workflow wrote it: after one confirmation, runs go on."""
    forge = town.forge
    name = branch_of(town)
    forge.set_status(forge.bot, forge.repository.tip("main"), name, "success", "state 99999")
    town.reviewed(a=outline(A, "One", "Two"))
    stopped = town.apply()
    status = town.status()
    town.decide(town.line("approve"))
    ran = town.apply()
    town.reviewed(a=outline(A, "One", "Two", "Three"))
    later = town.apply()

    assert stopped.code == 1, stopped
    assert "99999" in status
    assert forge.status(forge.repository.tip("main"), name) is not None
    assert "99999" not in town.status()
    assert (ran.code, later.code) == (0, 0), (ran, later)
    assert town.titles == ["One", "Three", "Two"]
    assert town.issue() == ""


def test_each_workspace_and_each_api_has_a_first_run(town: Town) -> None:
    """What another one's runs left is no reason to stop; each workspace has its own status."""
    town.forge.commit(
        "main", {"more/coursesync.toml": CONFIG, "more/.gitignore": ".coursesync/\n"}, by="ada"
    )
    with town.job() as cli:
        more = cli("ci", "apply", "more")
        again = cli("ci", "apply", "courses")
    town.environment = {"COURSESYNC_BASE_URL": f"{town.api.url}/other"}
    with town.job() as cli:
        other = cli("ci", "apply")
    tip = town.forge.repository.tip("main")

    assert (more.code, again.code) == (0, 0), (more, again)
    assert "is gone" not in other.err
    assert town.forge.status(tip, f"{APPLY} (more)") is not None
    assert town.status() != ""


def test_an_outage_leaves_what_waits_and_what_was_accepted(town: Town) -> None:
    """The issue stays open, and the next run that works goes on with what was decided."""
    town.push(a=outline(A, "One", "Two"))
    waits = town.apply()
    town.decide(town.line("approve"))
    town.api.fault("POST /api/content/coursesections@1+:status=403")
    town.apply()
    kept = town.issue()
    town.api.no_faults()
    ran = town.apply()

    assert waits.code == 6, waits
    assert "approve" in kept
    assert ran.code == 0, ran
    assert town.titles == ["One", "Two"]
    assert town.issue() == ""
