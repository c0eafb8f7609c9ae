"""The journal that a killed run leaves: its facts are kept, and nothing is guessed."""

from __future__ import annotations

import json
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
    kill_at,
    pointed_at,
    run,
    sandbox_here,
    saved,
    serve,
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
        kill_at(pointed_at(CommandLine(folder), server), server, 2)
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
    """Return the line of `state list` for each section."""
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


def test_plan_reads_the_journal_and_writes_nothing(left: CommandLine, courses: Path) -> None:
    """A plan reads the Id and the doubt from the journal, and leaves both files alone."""
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
    """A journal without a whole line holds nothing, and `state recover` deletes it."""
    (courses / JOURNAL).write_bytes(killed.journal[:kept])
    before = listed(left)
    recovered = left("state", "recover")

    assert before == {}
    assert recovered.code == 0
    assert list(files_below(courses)) == ["a.yaml", STATE]


def test_one_of_a_first_run_whose_state_is_gone(left: CommandLine, courses: Path) -> None:
    """The journal of a first run is complete: the state is made again from it."""
    known = listed(left)
    (courses / STATE).unlink()
    planned = left("plan")
    recovered = left("state", "recover")

    assert "Plan: 1 to create, 0 to update, 0 to delete, 1 in doubt." in planned.out
    assert recovered.code == 0, recovered.err
    assert listed(left) == known
    assert list(files_below(courses)) == ["a.yaml", STATE]


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
    """A journal that was saved but not deleted is recognised and does no harm."""
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
    return run([sys.executable, "-c", KEEPING, *command], cli.cwd, cli.with_environment({}))


def test_a_journal_that_can_not_be_removed_is_a_warning(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The state is saved, so the run is done, with a warning."""
    write_outline(courses, "a", 4711, "One")
    applied = keeping_it(author, "apply", "--auto-approve")
    state, has_journal = saved(courses), (courses / JOURNAL).exists()
    stuck = keeping_it(author, "apply", "--auto-approve")
    again = author("apply", "--auto-approve")

    assert (applied.code, has_journal) == (0, True), applied.err
    assert applied.out == f"section.a.one {api.records()[0]['Id']}\n"
    assert f"the state is saved, but its journal courses/{JOURNAL}" in applied.said
    assert "not in the state" not in applied.err
    assert state.entries == {"section.a.one": api.records()[0]["Id"]}
    assert stuck.code == 1
    assert f"the journal courses/{JOURNAL} can't be removed: Operation" in stuck.said
    assert again.code == 0, again.err
    assert not (courses / JOURNAL).exists()
    assert saved(courses).entries == state.entries


@dataclass(frozen=True)
class Branches:
    """Two branches of a workspace; a run on the first was killed, and the second checked out.

    `first` is the state of the first, of the same lineage and serial as that of the second;
    `journal` the one that the killed run left, and `made` the Id that it tells.
    """

    cli: CommandLine
    server: SandboxServer
    first: bytes
    journal: bytes
    made: int


def days(courses: Path, *days: str) -> None:
    """Write an outline of One, and of sections with these titles and the keys day-1, day-2 ..."""
    more = "".join(f"  - {{title: {day}, key: day-{n}}}\n" for n, day in enumerate(days, 1))
    (courses / "a.yaml").write_text(f"id: 4711\ntitle: Course a\nsections:\n  - title: One\n{more}")


@pytest.fixture
def branches(cli: CommandLine, courses: Path) -> Iterator[Branches]:
    with sandbox_here() as server:
        online = pointed_at(cli, server)
        days(courses)
        assert online("apply", "--auto-approve").code == 0
        base = (courses / STATE).read_bytes()
        write_outline(courses, "b", 4712, "Alpha")
        assert online("apply", "--auto-approve").code == 0
        first = (courses / STATE).read_bytes()
        (courses / "b.yaml").unlink()
        (courses / STATE).write_bytes(base)
        write_outline(courses, "c", 4713, "Beta")
        assert online("apply", "--auto-approve").code == 0
        second = (courses / STATE).read_bytes()
        (courses / STATE).write_bytes(first)
        days(courses, "Day one", "Day two")
        server.fault_create(2, "slow=60")
        kill_at(online, server, 5)
        (courses / STATE).write_bytes(second)
        assert json.loads(first)["serial"] == json.loads(second)["serial"]
        made = next(each["Id"] for each in server.records() if each["Title"] == "Day one")
        assert isinstance(made, int)
        yield Branches(online, server, first, (courses / JOURNAL).read_bytes(), made)


def test_one_of_another_branch_is_not_folded_in(branches: Branches, courses: Path) -> None:
    """Its facts are in no entry; the message says which journal, why, and how to continue."""
    known = saved(courses)
    days(courses)
    planned = branches.cli("plan")
    applied = branches.cli("apply", "--auto-approve")
    kept = [path.read_bytes() for path in courses.glob(f"{JOURNAL}-*")]

    assert (planned.code, applied.code) == (0, 0), applied.err
    assert "Nothing to do" in planned.out + planned.err
    assert f"the journal courses/{JOURNAL} began from another state" in planned.said
    assert "coursesync state recover" in planned.said
    assert saved(courses).entries == known.entries
    assert kept == [branches.journal]


def test_what_one_of_another_branch_made_is_not_made_twice(
    branches: Branches, courses: Path
) -> None:
    """The same section is adopted; one that now reads otherwise is a candidate, by its Id."""
    days(courses, "Morning", "Day two")
    (courses / "coursesync.toml").write_text("marker = false\n")
    before = len(branches.server.records())
    applied = branches.cli("apply", "--auto-approve", COURSESYNC_SETTLING_TIME="2")
    told = "section.a.day-1 is in doubt: an interrupted run of another state created a section"
    settled = branches.cli("resolve", "section.a.day-1", "--id", str(branches.made))
    again = branches.cli("apply", "--auto-approve", COURSESYNC_SETTLING_TIME="2")

    assert applied.code == 6
    assert told in applied.said
    assert f"Id {branches.made}" in applied.said
    assert (settled.code, again.code) == (0, 0), again.err
    assert len(branches.server.records()) == before
    assert saved(courses).entries["section.a.day-1"] == branches.made


def test_one_of_another_branch_is_folded_in_where_that_is_back(
    branches: Branches, courses: Path
) -> None:
    """Set aside on one branch, the journal is taken up on its own, and nothing is lost."""
    aside = branches.cli("state", "recover")
    (courses / STATE).write_bytes(branches.first)
    (courses / "c.yaml").unlink()
    write_outline(courses, "b", 4712, "Alpha")
    known = listed(branches.cli)
    applied = branches.cli("apply", "--auto-approve", COURSESYNC_SETTLING_TIME="2")

    assert aside.code == 1
    assert known["section.a.day-1"] == str(branches.made)
    assert known["section.a.day-2"] == "in doubt"
    assert applied.code == 0, applied.err
    assert len(branches.server.records()) == 5
    assert list(courses.glob(f"{JOURNAL}*")) == []
