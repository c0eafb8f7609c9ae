"""Two clones apply the same outlines at once, and the state is in a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, lift_limits, pointed_at, write_outline
from state.clones import new_remote

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer

DONE, STALE, LOCKED = 0, 4, 5
TITLES = [f"Section {number}" for number in range(8)]


@pytest.mark.parametrize("delay", [pytest.param(n, marks=pytest.mark.many(3)) for n in range(6)])
def test_nothing_is_created_twice(tmp_path: Path, server: SandboxServer, delay: int) -> None:
    """One of them holds the state; the other is locked out or stale, and then has nothing to do."""
    remote = new_remote(tmp_path)
    clones = []
    for name in ("one", "two"):
        courses = remote.clone(name)
        write_outline(courses, "a", 4711, *TITLES)
        lift_limits(courses)
        config = courses / "coursesync.toml"
        config.write_text('store = "git"\n' + config.read_text())
        clones.append(pointed_at(CommandLine(courses.parent), server))
    server.fault(*(f"GET /api/content/coursesections@{n}:slow=0.{n}" for n in range(1, delay + 1)))
    runs = [clone.start("apply", "--auto-approve") for clone in clones]
    said = [run.communicate(timeout=120)[1] for run in runs]
    codes = [run.returncode for run in runs]
    again = [clone("apply", "--auto-approve").code for clone in clones]

    assert DONE in codes, said
    assert {*codes} <= {DONE, STALE, LOCKED}, said
    assert again == [DONE, DONE]
    assert sorted(str(each["Title"]) for each in server.records()) == TITLES
    assert ["Nothing to do" in clone("plan").out for clone in clones] == [True, True]
