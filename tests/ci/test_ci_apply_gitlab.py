"""`coursesync ci apply` on GitLab: the same decisions, by another API."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ci.town import Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from forges.gitlab import GitLab
    from harness import SandboxServer


def test_a_reviewed_merge_request_is_applied_and_a_push_waits(
    gitlab_forge: GitLab, api: SandboxServer, tmp_path: Path
) -> None:
    """What was pushed waits in an issue, where a person approves it."""
    town = Town(cast("GitHub", gitlab_forge), api, tmp_path)  # what it uses, both have
    town.begin()
    number = town.propose(a=outline(4711, "One"))
    town.merge(number)
    merged = town.apply()
    town.push(b=outline(4712, "Two"))
    waits = town.apply()
    titles = town.titles
    gitlab_forge.comment("ben", -1, town.line("approve"))  # as the fake counts issues
    goes = town.apply()

    assert (merged.code, waits.code, goes.code) == (0, 6, 0), (merged, waits, goes)
    assert "### Live now" in town.result(number)
    assert titles == ["One"]
    assert town.titles == ["One", "Two"]
    assert town.issue() == ""
