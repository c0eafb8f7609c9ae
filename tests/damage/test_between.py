"""Killed between "the state is replaced" and "the journal is removed": nothing is done twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from damage.remains import FORGET, JOURNAL, ids_in
from harness import STATE, files_below, pointed_at, sandbox_here, saved, wait_until, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from damage.remains import Remains
    from harness import CommandLine

RESOLVE = ("resolve", FORGET, "--not-created")


@pytest.fixture
def between(left: CommandLine, courses: Path, remains: Remains) -> CommandLine:
    """The command line after a recovery was killed: a new state beside an old journal."""
    assert left("state", "recover").code == 0
    (courses / JOURNAL).write_bytes(remains.journal)
    return left


@pytest.mark.usefixtures("between")
def test_what_is_known(left: CommandLine, courses: Path, remains: Remains) -> None:
    """The state has everything in the journal, and every command that only reads shows it."""
    before = files_below(courses)
    listed = left("state", "list")
    planned = left("plan")

    told = dict(line.split(" ", 1) for line in listed.out.splitlines())
    numbers = {address: str(number) for address, number in remains.ids.items()}
    assert told == numbers | dict.fromkeys(remains.doubts, "in doubt")
    assert planned.code == 0
    assert files_below(courses) == before


@pytest.mark.usefixtures("between")
@pytest.mark.parametrize("command", [("state", "recover"), RESOLVE])
def test_saving_once_more(
    left: CommandLine, courses: Path, remains: Remains, command: tuple[str, ...]
) -> None:
    """The next save drops the journal, and keeps every Id and every doubt."""
    ran = left(*command)
    after = saved(courses)

    assert ran.code == 0, ran
    assert after.entries == remains.ids
    assert set(after.doubts) == set(remains.doubts) - ({FORGET} if command == RESOLVE else set())
    assert not (courses / JOURNAL).exists()


@pytest.mark.usefixtures("between")
def test_killed_twice(left: CommandLine, courses: Path, remains: Remains) -> None:
    """The same journal, put back after each save, never undoes what a person settled."""
    for command in (RESOLVE, ("state", "recover"), ("state", "recover")):
        left(*command)
        (courses / JOURNAL).write_bytes(remains.journal)
    serial = saved(courses).serial
    told = left("state", "list").out + left("plan").err

    assert ids_in((courses / STATE).read_bytes()) == remains.ids
    assert saved(courses).serial == serial
    assert f"{FORGET} in doubt" not in told


def test_an_apply_killed_after_its_save(cli: CommandLine, courses: Path) -> None:
    """An apply that was killed between the two has nothing left to do, and sends nothing."""
    with sandbox_here() as server:
        online = pointed_at(cli, server)
        write_outline(courses, "a", 4711, "One")
        assert online("apply", "--auto-approve").code == 0
        write_outline(courses, "a", 4711, "One", "Two", "Three")
        journal = _journal_of(online, courses)
        before = (saved(courses), len(server.log()))
        again = online("apply", "--auto-approve")

        assert again.code == 0, again
        assert journal
        assert saved(courses).entries == before[0].entries
        assert len(server.log()) == before[1]
        assert not (courses / JOURNAL).exists()


def _journal_of(online: CommandLine, courses: Path) -> bytes:
    """Apply, put the run's journal back, and return it."""
    journal = b""

    def seen() -> bool:
        nonlocal journal
        try:
            now = (courses / JOURNAL).read_bytes()
        except FileNotFoundError:
            now = b""
        journal = max(journal, now, key=len)
        return process.poll() is not None

    with online.start("apply", "--auto-approve") as process:
        wait_until(seen)
        assert process.returncode == 0
    (courses / JOURNAL).write_bytes(journal)
    return journal


def test_a_state_that_git_took_back_without_a_journal(cli: CommandLine, courses: Path) -> None:
    """An old state without a journal: records of the lost runs are found, not created again."""
    with sandbox_here() as server:
        online = pointed_at(cli, server)
        write_outline(courses, "a", 4711, "One")
        assert online("apply", "--auto-approve").code == 0
        old = (courses / STATE).read_bytes()
        write_outline(courses, "a", 4711, "One", "Two", "Three")
        assert online("apply", "--auto-approve").code == 0
        new = saved(courses).entries
        (courses / STATE).write_bytes(old)
        again = online("apply", "--auto-approve")

        assert again.code == 0, again
        assert saved(courses).entries == new
        assert len(server.creates()) == 3


def test_a_state_that_is_gone(left: CommandLine, courses: Path, remains: Remains) -> None:
    """If there is a journal but no state, commands go on, and the journal is kept."""
    (courses / STATE).unlink()
    planned, recovered = left("plan"), left("state", "recover")
    kept = [path.read_bytes() for path in courses.glob(f"{JOURNAL}-*")]

    assert (planned.code, recovered.code) == (0, 1)
    assert "began from another state" in planned.said
    assert kept == [remains.journal]
    assert not (courses / STATE).exists()
