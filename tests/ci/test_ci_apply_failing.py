"""What people read after a `coursesync ci apply` that failed: what to do, and who."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from ci.town import Town, outline
from harness import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import SandboxServer

A = 4711


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A repository whose main has a configuration, and whose state has a branch."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    return made


@pytest.mark.parametrize("token", ["", "refused"])
def test_credentials_that_are_missing_or_refused_are_the_engineers_to_mend(
    town: Town, token: str
) -> None:
    """The statuses and one comment on the merged pull request name the secret."""
    number = town.propose(a=outline(A, "One"))
    town.merge(number)
    town.environment = {"NEXUDUS_TOKEN": token}
    ran = town.apply()
    again = town.apply()
    comments = len([e for e in town.forge.comments_on(number) if e.author == town.forge.bot])
    told = town.result(number).replace("\\", "")
    town.environment = {}
    works = town.apply()

    assert ran.code == again.code == (1 if token else 64), ran
    for text in (told, town.status() and ran.said):
        assert "NEXUDUS_TOKEN" in text
        assert "environment production" in " ".join(text.split())
    assert "Nobody has to do anything" not in told
    assert "--sandbox" not in ran.said
    assert comments == 1
    assert works.code == 0, works
    assert "### Live now" in town.result(number)


def test_until_a_killed_run_is_taken_over_its_pull_requests_say_so(town: Town) -> None:
    """Their status names the run and the time; it names no option of a terminal."""
    number = town.propose(a=outline(A, "One", "Two"))
    town.merge(number)
    town.api.fault("POST /api/content/coursesections@1:slow=5")
    with town.job() as cli, cli.start("ci", "apply") as process:
        wait_until(lambda: len(town.api.records()) == 1, 60)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    with town.job() as cli:
        ran = cli("ci", "apply")

    assert ran.code == 5, ran
    assert "next scheduled run" in " ".join(ran.said.split())
    assert "--lock-timeout" not in ran.said
    assert "if it was killed, the next run goes on after 20" in town.head_status(number)
    assert town.head_status(number).startswith("error: the run ")
