"""`coursesync ci comment` in a repository with two workspaces: each job answers its own lines."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from ci.town import CONFIG, Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import SandboxServer

A, B = 4711, 4712
DELETES = f'on_removal = "delete"\n{CONFIG}'


def apply(town: Town, workspace: str) -> int:
    """Run the job that applies a workspace."""
    with town.job() as cli:
        code = cli("ci", "apply", workspace).code
        assert cli("ci", "record", workspace).code == 0
    return code


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """The workspaces `courses` and `more`, both applied."""
    made = Town(github_forge, api, tmp_path)
    made.begin(DELETES)
    files = {"coursesync.toml": DELETES, ".gitignore": ".coursesync/\n"}
    made.forge.commit("main", {f"more/{each}": text for each, text in files.items()}, by="ada")
    assert apply(made, "more") == 0
    made.merge(propose(made, outline(B, "Two", "Three")))
    assert apply(made, "more") == 0
    return made


def propose(town: Town, text: str) -> int:
    """Open a pull request that changes the outline in `more`."""
    branch = f"change-{len(town.forge.pulls) + 1}"
    town.forge.commit(branch, {"more/b.yaml": text}, by="ada")
    return town.forge.open_pull(branch, by="ada")


def test_a_line_on_a_pull_request_is_answered_by_its_own_workspace(town: Town) -> None:
    """The job of the other one leaves it alone, also if it runs first."""
    number = propose(town, outline(B, "Two"))
    with town.job() as cli:
        assert cli("ci", "comment", "more").code == 0
    (line,) = re.findall(r"^    (/coursesync .+)$", town.result(number), re.MULTILINE)
    town.forge.comment("ben", number, line)
    with town.job() as cli:
        assert cli("ci", "comment").code == 0
        others = town.answers(number)
        assert cli("ci", "comment", "more").code == 0
    (answer,) = town.answers(number)

    assert others == []
    assert "This counts." in answer


def test_a_line_in_the_issue_of_another_workspace_is_left_to_it(
    town: Town, github_forge: GitHub, tmp_path: Path
) -> None:
    """The event of the comment starts the jobs of both."""
    town.forge.commit("main", {"more/b.yaml": outline(B, "Two", "Three", "Four")}, by="ada")
    assert apply(town, "more") == 6
    number = town.open_issue()
    comment = town.forge.comment("ben", number, town.line("approve"))
    event = tmp_path / "event.json"
    event.write_text(json.dumps(github_forge.comment_event(comment)))
    for workspace, count in (("courses", 0), ("more", 1)):
        with town.job() as cli:
            ran = cli(
                *("ci", "comment", workspace),
                GITHUB_EVENT_NAME="issue_comment",
                GITHUB_EVENT_PATH=str(event),
            )

        assert ran.code == 0, ran
        assert len(town.answers(number)) == count
