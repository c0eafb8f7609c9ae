"""Three clones apply at once, and the state is in git: one holds it, and nothing is made twice."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from random import Random
from time import sleep
from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, lift_limits, pointed_at, write_outline
from shares import is_every_case
from state.clones import git, new_remote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import SandboxServer
    from state.clones import Remote

CLONES = ("one", "two", "three")
ROUNDS = 20 if is_every_case() else 3
DONE, LOCKED, LATER = 0, 5, 75
_NEXT = re.compile(r"coursesync (plan|apply|state recover|state take-over)")


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return new_remote(tmp_path)


def clones(remote: Remote, api: SandboxServer) -> Iterator[CommandLine]:
    """Yield the command line in each clone; the state of its workspace is in git."""
    for name in CLONES:
        courses = remote.clone(name)
        lift_limits(courses)
        config = courses / "coursesync.toml"
        config.write_text(f'store = "git"\n{config.read_text()}')
        yield pointed_at(CommandLine(courses.parent), api)


def holders(remote: Remote) -> list[str | None]:
    """Return the run that holds the state after each commit of its branch, the oldest first."""
    branch = git(remote.folder, "branch", "--list", "coursesync-state/*").split()[0]
    found: list[str | None] = []
    for commit in git(remote.folder, "rev-list", "--reverse", branch).split():
        has_run = "run.json" in git(remote.folder, "ls-tree", "--name-only", commit).split()
        run = git(remote.folder, "show", f"{commit}:run.json") if has_run else ""
        found.append(json.loads(run)["id"] if run else None)
    return found


def test_three_runs_at_once_never_hold_the_state_together(
    remote: Remote, api: SandboxServer
) -> None:
    """Those that lose exit with 5 or 75 and name the next command; in the end there is no twin."""
    chance = Random(7)  # noqa: S311 - repeatable
    machines = [*clones(remote, api)]
    titles: list[str] = []
    for number in range(ROUNDS):
        titles += [f"{number} {each}" for each in ("A", "B")]
        runs = []
        for machine in chance.sample(machines, len(machines)):
            write_outline(machine.cwd / "courses", "a", 4711, *titles)
            runs.append(machine.start_forked("apply", "--auto-approve"))
            sleep(chance.random() / 4)
        told = [run.communicate(timeout=180)[1] for run in runs]
        codes = [run.returncode for run in runs]

        assert DONE in codes, told
        for code, err in zip(codes, told, strict=True):
            assert code in {DONE, LOCKED, LATER}, err
            assert code == DONE or _NEXT.search(" ".join(err.split())), err
        assert sorted(str(each["Title"]) for each in api.records()) == sorted(titles)
    planned = [machine("plan") for machine in machines]

    assert all("Nothing to do" in each.out for each in planned), planned
    held = holders(remote)
    assert all(before in (None, now) or now is None for before, now in pairwise(held))
    assert held[-1] is None
