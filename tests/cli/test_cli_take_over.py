"""`coursesync state take-over`: a person takes the state over from a run that is lost."""

from __future__ import annotations

import re
import shlex
import time
from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, kill_at, lift_limits, pointed_at, slowed, write_outline
from state.clones import Clock, Remote, at, git, made, new_remote, store_in

from coursesync.state.run_id import RunId

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Ran, SandboxServer

HOUR = 3_600.0
RUN = RunId("github:99:apply")
TYPED = ("state", "take-over", RUN.id)


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return new_remote(tmp_path)


def workspace(remote: Remote, name: str) -> Path:
    """Clone the remote; the state of the workspace there is in git."""
    courses = remote.clone(name)
    lift_limits(courses)
    config = courses / "coursesync.toml"
    config.write_text(f'store = "git"\n{config.read_text()}')
    write_outline(courses, "a", 4711, "One", "Two")
    git(courses, "add", ".")
    return courses


def typed(ran: Ran) -> list[str]:
    """Return the arguments of the command that a message shows."""
    (found,) = {*re.findall(r"coursesync (state take-over \S+)", ran.said)}
    return shlex.split(found)


def lost(remote: Remote, ago: float) -> None:
    """Leave a job's run open that began so long ago."""
    clock = Clock(time.time() - ago)
    store = store_in(remote.clone("lost"), clock, run=RUN)
    with store.held():
        store.begin(store.load())
        clock.time += 61
        for step in made("one", 7):
            store.append(step)


def test_a_dead_run_of_this_machine_is_taken_over_at_once(
    remote: Remote, server: SandboxServer
) -> None:
    """The message of another clone shows what to type; then its apply goes on."""
    author = pointed_at(CommandLine(workspace(remote, "one").parent), server)
    kill_at(author, server, 1)
    other = pointed_at(CommandLine(workspace(remote, "two").parent), server)
    locked = other("apply", "--auto-approve")
    taken = other(*typed(locked))
    applied = other("apply", "--auto-approve")

    assert (locked.code, taken.code, applied.code) == (5, 0, 0), taken.err + applied.err
    assert "2 creates in doubt" in taken.said
    assert "coursesync plan courses" in taken.said
    assert [each["Title"] for each in server.records()] == ["One", "Two"]


def test_a_run_whose_process_is_there_is_not_taken_over(
    remote: Remote, server: SandboxServer
) -> None:
    """It exits with 5, and the run ends as it would have."""
    author = pointed_at(CommandLine(workspace(remote, "one").parent), server)
    with slowed(author, server, 1, seconds=3) as first:
        other = pointed_at(CommandLine(workspace(remote, "two").parent), server)
        taken = other(*typed(other("apply", "--auto-approve")))
        first.communicate(timeout=60)

    assert taken.code == 5, taken.err
    assert first.returncode == 0


def test_a_jobs_run_is_taken_over_once_its_time_has_passed(remote: Remote) -> None:
    """No forge has to say that it is over; what it pushed counts."""
    lost(remote, 3 * HOUR)
    courses = workspace(remote, "two")
    taken = CommandLine(courses.parent)(*TYPED)

    assert taken.code == 0, taken.err
    assert "1 create in doubt" in taken.said
    assert not remote.is_open()
    assert at("one") in store_in(remote.clone("three"), Clock()).load().doubts


def test_a_jobs_run_may_use_its_time(remote: Remote) -> None:
    """Until then it exits with 5, and says from when on it works."""
    lost(remote, HOUR)
    taken = CommandLine(workspace(remote, "two").parent)(*TYPED)

    assert taken.code == 5
    assert "may take over from 20" in taken.said
    assert remote.is_open()


@pytest.mark.parametrize(
    ("name", "is_open", "said"),
    [
        ("github:98:apply", True, "is held by the run github:99:apply, not by github:98:apply"),
        (RUN.id, False, "no run holds the state"),
    ],
)
def test_only_the_run_that_is_named_is_taken_over(
    remote: Remote, name: str, said: str, *, is_open: bool
) -> None:
    """Another run's name changes nothing."""
    if is_open:
        lost(remote, 3 * HOUR)
    taken = CommandLine(workspace(remote, "two").parent)("state", "take-over", name)

    assert taken.code == 1
    assert said in taken.said
    assert remote.is_open() == is_open


def test_a_state_in_a_file_is_never_held_elsewhere(courses: Path, cli: CommandLine) -> None:
    """The lock of a file ends with its process."""
    write_outline(courses, "a", 4711, "One")
    taken = cli(*TYPED)

    assert taken.code == 64
    assert "free as soon as its process ends" in taken.said
