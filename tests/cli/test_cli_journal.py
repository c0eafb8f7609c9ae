"""The journal that a killed run leaves: what it tells is kept, and never guessed at."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from harness import (
    STATE,
    CommandLine,
    Ran,
    files_below,
    pointed_at,
    sandbox_here,
    saved,
    serve,
    wait_until,
    write_outline,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import SandboxServer

JOURNAL = f"{STATE}.journal"


@dataclass(frozen=True)
class Killed:
    """What a run left that was killed in its second of three creates, and its target."""

    state: bytes
    journal: bytes
    target: str

    @property
    def lines(self) -> list[bytes]:
        """The journal's lines: the run, the first create and its Id, the second create."""
        return self.journal.splitlines(keepends=True)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    folder = tmp_path_factory.mktemp("killed")
    courses = folder / "courses"
    courses.mkdir()
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    for server in serve(CommandLine(folder), courses):
        server.fault_create(2, "slow=60")
        with pointed_at(CommandLine(folder), server).start("apply", "--auto-approve") as process:
            wait_until(lambda: len(server.records()) == 2)  # noqa: B023 - waited for at once
            process.kill()
            process.communicate(timeout=60)
        state, journal = (courses / STATE).read_bytes(), (courses / JOURNAL).read_bytes()
        yield Killed(state, journal, server.url)


@pytest.fixture
def left(cli: CommandLine, courses: Path, killed: Killed) -> CommandLine:
    """The command line beside what was left."""
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    (courses / STATE).write_bytes(killed.state)
    (courses / JOURNAL).write_bytes(killed.journal)
    return CommandLine(cli.cwd, {"COURSESYNC_BASE_URL": killed.target, "NEXUDUS_TOKEN": "x"})


def listed(cli: CommandLine) -> dict[str, str]:
    """Return what `state list` tells of each section."""
    ran = cli("state", "list")
    assert ran.code == 0, ran.err
    return {line.split(" ")[0]: line.partition(" ")[2] for line in ran.out.splitlines()}


def refused(cli: CommandLine, courses: Path, words: str, *command: str) -> None:
    """Check that a command (by default an apply) does not go on, and changes no byte."""
    before = files_below(courses)
    ran = cli(*(command or ("apply", "--auto-approve")))

    assert (ran.code, ran.out) == (1, "")
    assert words in ran.said
    assert "Traceback" not in ran.err
    assert files_below(courses) == before


def record(line: bytes) -> dict[str, object]:
    """Read a line of a journal, without its checksum."""
    found = json.loads(line.rpartition(b" ")[0])
    assert isinstance(found, dict)
    return found


def checked(line: dict[str, object]) -> bytes:
    """Write a line of a journal, with its checksum."""
    body = json.dumps(line).encode()
    return body + f" {crc32(body):08x}\n".encode()


def test_it_is_written_before_and_after_each_request(killed: Killed) -> None:
    """Four lines: the run, an intent and its outcome with the Id, an intent without one."""
    records = [record(line) for line in killed.lines]
    sent = records[1]["attributes"]

    assert [each["record"] for each in records] == ["header", "intent", "outcome", "intent"]
    assert isinstance(sent, dict)
    assert sent["Title"] == "One"
    assert records[2]["outcome"] == "applied"
    assert isinstance(records[2]["id"], int)
    assert records[3]["address"] == "section.a.two"


def test_plan_heeds_it_and_writes_nothing(left: CommandLine, courses: Path) -> None:
    """A plan knows the Id and the doubt that the journal tells, and leaves both files alone."""
    before = files_below(courses)
    planned = left("plan")

    assert "Plan: 1 to create, 0 to update, 0 to delete, 1 in doubt." in planned.out
    assert files_below(courses) == before


def test_a_torn_intent_was_never_sent(left: CommandLine, courses: Path, killed: Killed) -> None:
    """A last line without its end was never fsynced, so what it announces was not begun."""
    (courses / JOURNAL).write_bytes(killed.journal[:-20])

    assert list(listed(left)) == ["section.a.one"]
    assert "Plan: 2 to create, 0 to update, 0 to delete." in left("plan").out


def test_a_torn_outcome_is_a_doubt(left: CommandLine, courses: Path, killed: Killed) -> None:
    """Where the answer's line is torn, the create before it is in doubt."""
    (courses / JOURNAL).write_bytes(b"".join(killed.lines[:2]) + killed.lines[2][:30])

    assert listed(left) == {"section.a.one": "in doubt"}


@pytest.mark.parametrize("kept", [0, 10])
def test_a_journal_that_was_just_begun(
    left: CommandLine, courses: Path, killed: Killed, kept: int
) -> None:
    """A journal without a whole line tells nothing, and `state recover` drops it."""
    (courses / JOURNAL).write_bytes(killed.journal[:kept])
    before = listed(left)
    recovered = left("state", "recover")

    assert before == {}
    assert recovered.code == 0
    assert list(files_below(courses)) == ["a.yaml", STATE]


def test_one_of_another_lineage(left: CommandLine, courses: Path, killed: Killed) -> None:
    """A journal that belongs to another state is refused: its Ids would be lost in this one."""
    lineage = json.loads(killed.state)["lineage"].encode()
    run = killed.lines[0].replace(lineage, b"00000000-0000-4000-8000-000000000000")
    other = checked(record(run)) + b"".join(killed.lines[1:])
    (courses / JOURNAL).write_bytes(other)

    refused(left, courses, f"the journal courses/{JOURNAL} belongs to another state")


def test_one_of_a_first_run_whose_state_is_gone(left: CommandLine, courses: Path) -> None:
    """The journal of a first run tells all that there is: the state is made again from it."""
    known = listed(left)
    (courses / STATE).unlink()
    planned = left("plan")
    recovered = left("state", "recover")

    assert "Plan: 1 to create, 0 to update, 0 to delete, 1 in doubt." in planned.out
    assert recovered.code == 0, recovered.err
    assert listed(left) == known
    assert list(files_below(courses)) == ["a.yaml", STATE]


def test_one_of_a_later_run_whose_state_is_gone(
    left: CommandLine, courses: Path, killed: Killed
) -> None:
    """Any other journal without its state is refused: to begin anew would lose its Ids."""
    (courses / STATE).unlink()
    run = record(killed.lines[0])
    (courses / JOURNAL).write_bytes(checked({**run, "serial": 2}) + b"".join(killed.lines[1:]))

    for command in (["apply", "--auto-approve"], ["plan"], ["state", "recover"]):
        refused(left, courses, f"{JOURNAL} has lost its state", *command)


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (1, b"{}\n"),
        (1, b'{"record":"note"}\n'),
        (2, b"\n"),
        (2, b"\x00\x00\x00\n"),
        (3, b'{"record":"outcome","address":"section.a.one","outcome":"applied","id":\n'),
        (3, b'{"record":"outcome","address":"section.a.one","outcome":"done","at":""}\n'),
    ],
)
def test_a_damaged_line(
    left: CommandLine, courses: Path, killed: Killed, number: int, line: bytes
) -> None:
    """A whole line that can't be understood is never skipped; the message names it."""
    lines = killed.lines
    lines[number - 1] = line
    (courses / JOURNAL).write_bytes(b"".join(lines))

    refused(left, courses, f"is damaged at line {number}")


def test_one_without_its_first_line(left: CommandLine, courses: Path, killed: Killed) -> None:
    """A journal that does not say which state it began from is refused."""
    (courses / JOURNAL).write_bytes(b"".join(killed.lines[1:]))

    refused(left, courses, "is damaged at line 1")


def test_one_that_is_saved_already(left: CommandLine, courses: Path, killed: Killed) -> None:
    """A journal that was saved, but not dropped, is known as such and does no harm."""
    left("state", "recover")
    once = saved(courses)
    (courses / JOURNAL).write_bytes(killed.journal)
    again = left("state", "recover")

    assert again.code == 0
    assert (saved(courses).entries, saved(courses).doubts) == (once.entries, once.doubts)
    assert list(files_below(courses)) == ["a.yaml", STATE]


# keeps this process from removing the journal, as a file's attributes or a broken disk may
KEEPING = """
import sys

def hook(event, arguments):
    if event == "os.remove" and str(arguments[0]).endswith(".journal"):
        raise PermissionError(1, "Operation not permitted")

sys.addaudithook(hook)
from coursesync.cli import main
main()
"""


def keeping_it(cli: CommandLine, *command: str) -> Ran:
    """Run a command that can't remove the journal."""
    done = subprocess.run(
        [sys.executable, "-c", KEEPING, *command],
        cwd=cli.cwd,
        env=cli.with_environment({}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_one_that_can_not_be_removed_is_told_as_such(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The state is saved, and so it is told: the run is done, with a warning."""
    write_outline(courses, "a", 4711, "One")
    applied = keeping_it(author, "apply", "--auto-approve")
    state, has_journal = saved(courses), (courses / JOURNAL).exists()
    stuck = keeping_it(author, "apply", "--auto-approve")
    again = author("apply", "--auto-approve")

    assert (applied.code, has_journal) == (0, True), applied.err
    assert applied.out == f"section.a.one {api.records()[0]['Id']}\n"
    assert f"the state is saved, and the journal courses/{JOURNAL}" in applied.said
    assert "not in the state" not in applied.err
    assert state.entries == {"section.a.one": api.records()[0]["Id"]}
    assert stuck.code == 1
    assert f"the journal courses/{JOURNAL} can't be removed: Operation" in stuck.said
    assert again.code == 0, again.err
    assert not (courses / JOURNAL).exists()
    assert saved(courses).entries == state.entries


def test_one_whose_ids_a_newer_state_lacks(cli: CommandLine, courses: Path, killed: Killed) -> None:
    """A newer state that does not know a journal's Ids is refused: they would be lost."""
    write_outline(courses, "a", 4711, "One")
    with sandbox_here() as server:
        online = pointed_at(cli, server)
        online("apply", "--auto-approve")
        state = json.loads((courses / STATE).read_text())
        run = {"lineage": state["lineage"], "serial": 1, "target": state["target"]}
        first = {**record(killed.lines[0]), **run}
        outcome = {**record(killed.lines[2]), "id": 1_000_999}
        journal = checked(first) + killed.lines[1] + checked(outcome)
        (courses / JOURNAL).write_bytes(journal)

        refused(online, courses, "tells of records that the newer")
        assert len(server.creates()) == 1
