"""`coursesync ci apply`: what main holds and reviews cover is on the site, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ci.town import Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import SandboxServer

A, B = 4711, 4712


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A repository whose main has a configuration, and whose state has a branch."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    return made


def test_a_reviewed_pull_request_is_applied(town: Town) -> None:
    """The first one, too: nothing has to be confirmed by hand."""
    number = town.propose(a=outline(A, "One", "Two"))
    town.merge(number)
    ran = town.apply()

    assert ran.code == 0, ran
    assert town.titles == ["One", "Two"]
    assert town.status().startswith("success: The site matches main; state ")
    assert town.head_status(number) == town.status()
    assert "### Live now" in town.result(number)
