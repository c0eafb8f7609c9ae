"""The remote is out of reach at each exchange of a run, for once or from then on."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from state.clones import Clock, Remote, at, made, new_remote, sent, store_in
from state.git_faults import GitFaults

from coursesync.errors import CoursesyncError, StateError
from coursesync.state.git_store import LASTS
from coursesync.state.replay import fold

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.state.git_store import GitStore
    from coursesync.state.journal import Step

KEYS = {"one": 1, "two": 2, "three": 3, "four": 4}
EXCHANGES = 7  # of an undisturbed run: a look, and pushes at its begin, at each record, at its end


@pytest.fixture
def faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitFaults:
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return GitFaults(tmp_path / "bin")


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return new_remote(tmp_path)


def run(store: GitStore, clock: Clock) -> list[str]:
    """Create four sections as an apply does, and return the keys of those that were sent."""
    changes = [
        {"action": "create", "address": at(key), "after": sent(key), "course_id": 4711, "id": None}
        for key in KEYS
    ]
    store.intend(lambda: json.dumps({"changes": changes}))
    steps: list[Step] = []
    done: list[str] = []
    try:
        with store.held():
            begun = store.begin(store.load())
            try:
                for key, number in KEYS.items():
                    clock.time += 70
                    intent, outcome = made(key, number)
                    store.append(intent)
                    steps.append(intent)
                    done.append(key)
                    steps.append(outcome)
                    store.append(outcome)
            except StateError:
                pass  # it writes nothing more
            store.finish(fold(begun, steps))
    except CoursesyncError:
        pass  # the next run goes on
    return done


def test_an_undisturbed_run_has_so_many_exchanges(remote: Remote, faults: GitFaults) -> None:
    """Each of them fails in one of the cases below."""
    faults.set(0, 0, "before")
    clock = Clock()

    assert run(store_in(remote.clone("one"), clock), clock) == [*KEYS]
    assert faults.met() == EXCHANGES


CASES = [
    pytest.param(first, last, when, marks=pytest.mark.many(3))
    for first in range(1, EXCHANGES + 1)
    for last in (first, 1_000)
    for when in ("before", "after")
]


@pytest.mark.parametrize(("first", "last", "when"), CASES)
def test_the_same_machine_loses_no_id(
    remote: Remote, faults: GitFaults, first: int, last: int, when: str
) -> None:
    """Whatever could not be pushed, the next run there knows each Id, and the branch gets it."""
    workspace, clock = remote.clone("one"), Clock()
    faults.set(first, last, when)
    done = run(store_in(workspace, clock), clock)
    faults.set(0, 0, when)
    again = store_in(workspace, clock)
    with again.held():
        again.recover(again.load())
    found = store_in(remote.clone("two"), clock).load()

    assert {at(key): KEYS[key] for key in done} == {
        address: entry.id for address, entry in found.entries.items()
    }
    assert not remote.is_open()


@pytest.mark.parametrize(("first", "last", "when"), CASES)
def test_another_machine_doubts_what_it_can_not_know(
    remote: Remote, faults: GitFaults, first: int, last: int, when: str
) -> None:
    """The first machine is gone: what its run sent is known, or in doubt."""
    workspace, clock = remote.clone("one"), Clock()
    faults.set(first, last, when)
    done = run(store_in(workspace, clock), clock)
    faults.set(0, 0, when)
    shutil.rmtree(workspace.parent)
    clock.time += 2 * LASTS
    other = store_in(remote.clone("two"), clock)
    with other.held(600):
        other.recover(other.load())
    found = other.load()

    assert {*map(at, done)} <= {*found.entries, *found.doubts}
    assert not remote.is_open()
