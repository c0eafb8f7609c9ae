"""The whole way once: from outlines to Ids in the state, over a socket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer


def test_apply_creates_every_section_and_the_second_plan_is_empty(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """The way plan → apply → plan is empty, and each Id of the server stands in the state."""
    applied = online("apply", "--auto-approve")
    state = json.loads((onboarding.parent / "coursesync.state.json").read_text())
    again = online("plan", "--detailed-exitcode")

    assert applied.code == 0, applied.err
    assert {entry["id"] for entry in state["entries"].values()} == {
        record["Id"] for record in server.records()
    }
    assert len(server.records()) == 3
    assert again.code == 0
    assert again.out.startswith("Nothing to do")
