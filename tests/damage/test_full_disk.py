"""A disk that fills up after any byte: what the server gave is kept or in doubt, never lost.

A limit on the size of files simulates it, set in the child: Python ignores SIGXFSZ, so a write
beyond it is cut short, and the next one fails with EFBIG, as on a full disk with ENOSPC.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from damage.remains import BACKUP, FORGET, JOURNAL, TEMPORARY, ids_in, told_by
from harness import (
    PROGRAM,
    STATE,
    CommandLine,
    Ran,
    pointed_at,
    run,
    sandbox_here,
    unmeasured,
    write_outline,
)

if TYPE_CHECKING:
    from pathlib import Path

    from damage.remains import Remains

TITLES = ("One", "Two", "Three")
SIZES = (*range(0, 400, 130), *range(400, 2_200, 450))


def within(cli: CommandLine, size: int, *arguments: str) -> Ran:
    """Run a command that can write no file larger than so many bytes."""
    return run(
        ["/usr/bin/env", "prlimit", f"--fsize={size}", "--", PROGRAM, *arguments],
        cli.cwd,
        unmeasured(cli.with_environment({})),
    )


def ids_on_disk(courses: Path) -> set[int]:
    """Return every Id in the state or in a complete line of the journal."""
    state, journal = courses / STATE, courses / JOURNAL
    ids = set(ids_in(state.read_bytes()).values()) if state.exists() else set()
    if journal.exists():
        lines = journal.read_bytes().splitlines(keepends=True)
        ids |= told_by([line for line in lines if line.endswith(b"\n")])[0]
    return ids


def in_doubt(courses: Path) -> set[str]:
    """Return the addresses that are in doubt in the state or the journal."""
    state, journal = courses / STATE, courses / JOURNAL
    doubts = set(json.loads(state.read_text())["doubts"]) if state.exists() else set()
    if journal.exists():
        lines = journal.read_bytes().splitlines(keepends=True)
        doubts |= told_by([line for line in lines if line.endswith(b"\n")])[1]
    return doubts


def told(ran: Ran) -> bool:
    """Return whether a failure has a message."""
    return "Traceback" not in ran.err and (ran.code == 0 or "can't be" in ran.err)


@pytest.mark.many(2)
@pytest.mark.parametrize("begun", [False, True])
def test_a_run_on_a_disk_that_fills_up(cli: CommandLine, courses: Path, *, begun: bool) -> None:
    """At whatever byte: nothing is lost, and the next run with room ends normally."""
    with sandbox_here() as server:
        online = pointed_at(cli, server)
        codes = set()
        for number, size in enumerate(SIZES):
            key, course = f"c{number}", 9000 + number
            server.add_course(course)
            for path in courses.iterdir():
                path.unlink()
            if begun:
                write_outline(courses, key, course, *TITLES[:1])
                assert online("apply", "--auto-approve").code == 0
            write_outline(courses, key, course, *TITLES)
            ran = within(online, size, "apply", "--auto-approve")
            codes.add(ran.code)

            made = {r["Id"] for r in server.records() if r["CourseId"] == course}
            assert told(ran), (size, ran)
            assert len(made - ids_on_disk(courses)) <= len(in_doubt(courses)), (size, ran)
            assert not (courses / TEMPORARY).exists()

            again = online("apply", "--auto-approve")
            there = {r["Id"] for r in server.records() if r["CourseId"] == course}
            assert again.code == 0, (size, ran, again)
            assert set(ids_in((courses / STATE).read_bytes()).values()) == there, size
            assert len(there) == len(TITLES), size
        assert codes == {0, 1}


@pytest.mark.many(2)
@pytest.mark.parametrize("command", ["recover", "resolve"])
def test_a_save_on_a_disk_that_fills_up(
    left: CommandLine, courses: Path, remains: Remains, command: str
) -> None:
    """At whatever byte of a recovery: the files are unchanged, or saved."""
    arguments = ["state", "recover"]
    if command == "resolve":
        arguments = ["resolve", FORGET, "--not-created"]
    codes = set()
    for size in (*range(0, 600, 150), *range(600, 3_800, 640), 3_800, 8_000):
        remains.put_in(courses)
        ran = within(left, size, *arguments)
        codes.add(ran.code)

        assert told(ran), (size, ran)
        if ran.code == 0:
            assert not (courses / JOURNAL).exists()
        elif (courses / JOURNAL).exists():
            assert (courses / STATE).read_bytes() == remains.state
            assert (courses / JOURNAL).read_bytes() == remains.journal
        assert ids_on_disk(courses) >= set(remains.ids.values())
    assert codes == {0, 1}


def test_a_plan_needs_no_room(left: CommandLine) -> None:
    """A plan can be made on a full disk."""
    assert within(left, 0, "plan").code == 0
    assert within(left, 0, "state", "list").code == 0


def test_a_disk_that_is_full_for_findings(cli: CommandLine, courses: Path) -> None:
    """Many records are found before the first write and can't be noted: none is lost."""
    with sandbox_here() as server:
        online = pointed_at(cli, server)
        titles = [f"S{number}" for number in range(6)]
        for number, title in enumerate(titles):
            fields = {"UnlockType": 1, "Active": True, "DisplayOrder": 10 * (number + 1)}
            server.foreign_create(4711, title, SectionContents="", **fields)
        for size in range(0, 3_000, 600):
            for path in courses.iterdir():
                path.unlink()
            write_outline(courses, "a", 4711, *titles)
            ran = within(online, size, "apply", "--auto-approve")
            assert told(ran), (size, ran)
            again = online("apply", "--auto-approve")

            assert again.code == 0, (size, ran, again)
            assert len(ids_in((courses / STATE).read_bytes())) == len(titles)
        assert server.creates() == []
        assert not (courses / BACKUP).exists()
