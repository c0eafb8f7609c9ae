"""What signals do to a run: one ends it in good order; a second one, or a kill, at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from harness import (
    BACKUP,
    PROGRAM,
    REQUESTS,
    STATE,
    files_below,
    kill_at,
    read_until,
    run,
    saved,
    slowed,
    wait_until,
    write_outline,
)

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

WELCOME, FIRST_WEEK = "section.onboarding.welcome", "section.onboarding.first-week"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_in_good_order(
    online: CommandLine,
    server: SandboxServer,
    onboarding: Path,
    number: signal.Signals,
    code: int,
) -> None:
    """The request in flight finishes, its Id is in the state, and the rest is not tried."""
    with slowed(online, server, 2, seconds=2) as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    state = saved(onboarding.parent)

    assert process.returncode == code, err
    assert list(state.entries) == [FIRST_WEEK, WELCOME]
    assert state.doubts == ()
    assert set(state.entries.values()) == {record["Id"] for record in server.records()}
    assert out == f"{WELCOME} {state.entries[WELCOME]}\n{FIRST_WEEK} {state.entries[FIRST_WEEK]}\n"
    assert "Stopping when the current request is done. A second " in err
    assert "2 created, 1 not tried" in err
    assert len(server.creates()) == 2


def test_an_interrupted_run_goes_on_where_it_was(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """The run after an interrupted one ends where an undisturbed one would have."""
    with slowed(online, server, 1, seconds=2) as process:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    again = online("apply", "--auto-approve")
    planned = online("plan", "--detailed-exitcode")

    assert (process.returncode, again.code, planned.code) == (130, 0, 0)
    assert [record["DisplayOrder"] for record in server.records()] == [10, 20, 30]
    assert onboarding.exists()


def test_a_signal_ends_a_wait_at_once(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """A run that waits because the API asked it to ends without sending anything more."""
    server.fault_create(1, "throttled=600")
    started = time.monotonic()
    with online.start("apply", "--auto-approve") as process:
        wait_until(lambda: len(server.creates()) == 1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "3 not tried" in err
    assert time.monotonic() - started < 60
    assert server.records() == []
    assert saved(onboarding.parent).doubts == ()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_look_for_what_is_in_doubt(
    online: CommandLine,
    server: SandboxServer,
    onboarding: Path,
    number: signal.Signals,
    code: int,
) -> None:
    """Told to stop while it waits for a list to catch up, a run saves the doubt at once."""
    online("apply", "--auto-approve", "--max-writes", "1")
    met = len(server.lists())
    server.fault_create(1, "lost-before")
    with online.start("apply", "--auto-approve", COURSESYNC_SETTLING_TIME="600") as process:
        wait_until(lambda: len(server.lists()) >= met + 2)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    doubts = saved(onboarding.parent).doubts
    again = online("apply", "--auto-approve")

    assert process.returncode == code, err
    assert "Apply: 1 in doubt, 1 not tried." in err
    assert f"coursesync resolve {FIRST_WEEK} --id ID" in err
    assert doubts == (FIRST_WEEK,)
    assert again.code == 0, again.err
    assert len(server.records()) == 3


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_wait_for_the_limits(
    online: CommandLine,
    server: SandboxServer,
    onboarding: Path,
    number: signal.Signals,
    code: int,
) -> None:
    """Told to stop while it keeps to the limits, a run ends at once with what it has."""
    onboarding.with_name("coursesync.toml").write_text("[limits]\nwrites_a_minute = 1\n")
    started = time.monotonic()
    with online.start("apply", "--auto-approve") as process:
        assert process.stderr is not None
        told = [*read_until("waiting", process.stderr)]
        process.send_signal(number)
        err = "".join([*told, process.stderr.read()])

    assert process.returncode == code, err
    assert "Apply: 1 created, 2 not tried." in err
    assert time.monotonic() - started < 50
    assert saved(onboarding.parent).entries == {WELCOME: server.records()[0]["Id"]}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_no_report(
    author: CommandLine, onboarding: Path, number: signal.Signals, code: int
) -> None:
    """Told to stop while a slow reader keeps it from printing the Ids, a run prints them all."""
    reader, writer = os.pipe()
    stuffed = stuff(writer)
    with subprocess.Popen(
        [PROGRAM, "apply", "--auto-approve"],
        cwd=author.cwd,
        env=author.with_environment({}),
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        os.close(writer)
        assert process.stderr is not None
        counted = next(line for line in process.stderr if line.startswith("Apply: "))
        process.send_signal(number)
        [*read_until("Stopping", process.stderr)]
        with os.fdopen(reader, encoding="utf-8") as stream:
            out = stream.read()[stuffed:]
        err = process.stderr.read()

    assert process.returncode == code, err
    assert counted == "Apply: 3 created.\n"
    assert "nothing was changed" not in err
    assert out == "".join(
        f"{address} {found}\n"
        for address, found in sorted(saved(onboarding.parent).entries.items(), key=lambda e: e[1])
    )


def stuff(pipe: int) -> int:
    """Fill a pipe, so that a writer has to wait; return how many bytes it holds."""
    os.set_blocking(pipe, False)
    stuffed = 0
    with suppress(BlockingIOError):
        while True:
            stuffed += os.write(pipe, b" " * 512)
    os.set_blocking(pipe, True)
    return stuffed


def test_a_state_that_can_not_be_saved_comes_before_the_signal(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """130 says that the state is saved: where it is not, an interrupted run ends with 1."""
    with slowed(online, server, 1, seconds=2) as process:
        (onboarding.parent / STATE).write_text("{}")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 1, err
    assert "The Ids of this run are in" in err
    assert out == f"{WELCOME} {server.records()[0]['Id']}\n"


# sends this process a signal in the midst of its first save, as the state is put in its place
SIGNALLED = """
import os, signal, sys

sent = []

def hook(event, arguments):
    if event == "os.rename" and str(arguments[1]).endswith("coursesync.state.json") and not sent:
        sent.append(True)
        os.kill(os.getpid(), signal.SIGINT)

sys.addaudithook(hook)
from coursesync.cli import main
main()
"""


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("resolve", FIRST_WEEK, "--not-created"), "first-week was not created."),
        (("state", "recover"), "The results of the interrupted run are saved"),
        (("state", "mv", WELCOME, "section.onboarding.hello"), "is now"),
        (("state", "rm", WELCOME), "is no longer managed"),
    ],
)
def test_a_signal_ends_no_save(
    online: CommandLine,
    server: SandboxServer,
    onboarding: Path,
    command: tuple[str, ...],
    words: str,
) -> None:
    """A save by hand is finished and reported, and no message claims otherwise."""
    server.fault_create(2, "slow=60")
    kill_at(online, server, 2)
    done = run([sys.executable, "-c", SIGNALLED, *command], online.cwd, online.with_environment({}))

    assert done.code == 130, done.err
    assert words in done.err
    assert "nothing was changed" not in done.err
    left = [*files_below(onboarding.parent)]
    assert [each for each in left if each != BACKUP] == [STATE, REQUESTS, "onboarding.yaml"]


def test_a_second_signal_stops_at_once(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """After a run that was stopped at once, the next plan knows which create is in doubt."""
    with slowed(online, server, 2) as process:
        assert process.stderr is not None
        process.send_signal(signal.SIGINT)
        [*read_until("Stopping", process.stderr)]  # two at once would count as one
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    planned = online("plan")
    again = online("apply", "--auto-approve")

    assert process.returncode == -signal.SIGINT
    assert "1 to create, 0 to update, 0 to delete, 1 in doubt." in planned.out
    assert f"coursesync resolve {FIRST_WEEK} --id ID" in planned.out
    assert "the run was interrupted before the answer came" in planned.out
    assert again.code == 0, again.err
    assert f"{FIRST_WEEK}: no longer in doubt, Id {server.records()[1]['Id']}\n" in again.err
    assert len(server.records()) == len(saved(onboarding.parent).entries) == 3


def test_no_id_is_lost_to_a_kill(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """After `kill -9` the next run knows each Id that came, and says what is in doubt."""
    server.fault_create(2, "slow=60")
    kill_at(online, server, 2)
    before = files_below(onboarding.parent)
    listed = online("state", "list")
    unchanged = files_below(onboarding.parent) == before
    again = online("apply", "--auto-approve")
    state = saved(onboarding.parent)
    ids = {str(record["Title"]): record["Id"] for record in server.records()}

    assert listed.out == f"{FIRST_WEEK} in doubt\n{WELCOME} {server.records()[0]['Id']}\n"
    assert unchanged
    assert again.code == 0, again.err
    assert f"{FIRST_WEEK}: no longer in doubt, Id {ids['Your first week']}\n" in again.err
    assert state.entries[WELCOME] == ids["Welcome to the space"]
    assert state.entries[FIRST_WEEK] == ids["Your first week"]
    assert state.doubts == ()
    assert len(server.records()) == len(state.entries) == 3
    assert list(files_below(onboarding.parent)) == [STATE, BACKUP, REQUESTS, "onboarding.yaml"]


def test_a_kill_within_many_creates_loses_none(
    online: CommandLine, server: SandboxServer, courses: Path
) -> None:
    """Whatever instant a run is killed at, each record of the server is known or in doubt."""
    titles = [f"Section {number}" for number in range(1, 31)]
    write_outline(courses, "a", 4711, *titles)
    kill_at(online, server, 3)
    listed = online("state", "list").out.splitlines()
    known = [line.partition(" ")[2] for line in listed if not line.endswith("in doubt")]
    made = [str(record["Id"]) for record in server.records()]

    assert sorted(known) == sorted(made)[: len(known)]
    assert len(made) - len(known) <= len(listed) - len(known) <= 1
