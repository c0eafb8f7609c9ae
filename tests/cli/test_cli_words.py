"""What stands on the screen: in 80 columns, and with what to type next."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from harness import BACKUP, JOURNAL, STATE, kill_at, saved, write_outline

from coursesync.errors import Code, Command, Remedy, Shell
from coursesync.text.wrapping import wrapped

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

    from coursesync.errors import Typed

ONE = "section.a.one"


def on_one_line(text: str) -> str:
    """Return a text with one blank wherever it has blanks or the end of a line."""
    return " ".join(text.split())


def test_a_doubt_in_a_plan_says_what_to_do(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """With one candidate, a plan names it as apply does, and each command is for one case."""
    found = api.foreign_create(4711, "one", DisplayOrder=70)
    write_outline(courses, "a", 4711, "One")
    applied = author("apply", "--auto-approve")
    planned = author("plan")
    told = author("plan", "--format", "markdown")
    (change,) = json.loads(author("plan", "--format", "json").out)["changes"]

    assert applied.code == 6
    for screen in (applied.err, planned.out):
        assert f'Id {found}: "one" at 70, created ' in screen
        assert f" coursesync resolve {ONE} --id {found}\n" in screen
        assert f" coursesync resolve {ONE} --not-created\n" in screen
        assert f"To use that one: coursesync resolve {ONE} --id" in on_one_line(screen)
        assert f"To create a new one: coursesync resolve {ONE} --not" in on_one_line(screen)
    assert f"`coursesync resolve {ONE} --id {found}`" in told.out
    assert [candidate["id"] for candidate in change["candidates"]] == [found]


def test_a_doubt_without_a_candidate_says_that_it_is_looked_for(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A plan says that the next apply looks, and which command is for which case."""
    write_outline(courses, "a", 4711, "One")
    api.leave_in_doubt()
    author("apply", "--auto-approve")
    planned = author("plan")
    folder = courses.rename(courses.with_name("lessons"))
    elsewhere = author("plan", folder.name)

    assert "The next apply looks for it, and sends it again if" in " ".join(planned.out.split())
    assert f"If it is there:\n            coursesync resolve {ONE} --id ID\n" in planned.out
    assert f"If it is not:\n            coursesync resolve {ONE} --not-created\n" in planned.out
    assert f"coursesync resolve {ONE} --not-created -w lessons\n" in elsewhere.out


def test_the_text_about_a_doubt_has_80_columns(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """In a plan reasons and candidates are wrapped, and these at an apply's end, too."""
    api.foreign_create(4711, "one", By="somebody.with.a.long.name@coworking.example")
    api.foreign_create(4711, "ONE", By="somebody.with.a.long.name@coworking.example")
    write_outline(courses, "a", 4711, "One")
    applied = author("apply", "--auto-approve")
    planned = author("plan")

    below = applied.err.partition("is in doubt")[2].splitlines()[1:]
    assert max(map(len, below)) <= 80, applied.err
    lines = [line for line in planned.out.splitlines() if not line.startswith("Digest: ")]
    assert max(map(len, lines)) <= 80, planned.out


def test_advice_on_an_error_has_80_columns(author: CommandLine, courses: Path) -> None:
    """What to do next is wrapped; what is to be typed stays on its line."""
    path = write_outline(courses, "a", 4711, "One")
    path.write_text(f"{path.read_text()}    contents: Hi\n")
    refused = author("apply")

    assert refused.code == 64
    assert max(map(len, refused.err.splitlines())) <= 80
    assert "coursesync plan courses --out FILE" in refused.err


@pytest.mark.parametrize(
    "command", [Shell("git", "checkout", "--", "a/b.json"), Code("key: a b"), Command("plan")]
)
def test_a_command_is_never_broken(command: Typed) -> None:
    """Wherever it would fall in a line, what is to be typed is on one."""
    for length in range(120):
        before = f"{'word ' * (length // 5)}{'w' * (length % 5)}:"
        lines = wrapped(Remedy(before, command, "Then go on."))

        assert any(str(command) in line for line in lines)
        assert max(map(len, lines)) <= 80


@pytest.fixture
def cut_off(online: CommandLine, server: SandboxServer, courses: Path) -> CommandLine:
    """The command line, after a first apply that was killed within its second create."""
    write_outline(courses, "a", 4711, "One", "Two")
    server.fault_create(2, "slow=60")
    kill_at(online, server, 2)
    return online


def test_a_damaged_state_beside_a_journal_comes_back_from_its_backup(
    cut_off: CommandLine, server: SandboxServer, courses: Path
) -> None:
    """The message's own command brings back the state that the journal begins from."""
    cut_off("apply", "--auto-approve")
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    server.fault_create(1, "slow=60")
    kill_at(cut_off, server, 3)
    (courses / STATE).write_text("{}")
    refused = cut_off("plan")
    command = f"cp courses/{BACKUP} courses/{STATE}"
    shutil.copy(courses / BACKUP, courses / STATE)
    again = cut_off("apply", "--auto-approve")

    assert refused.code == 1
    assert command in refused.err
    assert "git" not in refused.err
    assert again.code == 0, again.err
    assert len(server.records()) == len(saved(courses).entries) == 3


def test_a_damaged_first_state_beside_a_journal_may_be_deleted(
    cut_off: CommandLine, server: SandboxServer, courses: Path
) -> None:
    """Before there is a backup, the journal holds everything, and the message says so."""
    (courses / STATE).write_text("{}")
    refused = cut_off("plan")
    (courses / STATE).unlink()
    again = cut_off("apply", "--auto-approve")

    assert f"rm courses/{STATE}" in refused.err
    assert (courses / JOURNAL).exists() is False
    assert again.code == 0, again.err
    assert len(server.records()) == len(saved(courses).entries) == 2


def test_a_damaged_state_without_git_is_rebuilt(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """With no journal left, a deleted state is made again from the site."""
    write_outline(courses, "a", 4711, "One", "Two")
    author("apply", "--auto-approve")
    (courses / STATE).write_text("{}")
    refused = author("plan")
    (courses / STATE).unlink()
    again = author("apply", "--auto-approve")

    assert f"mv courses/{STATE} courses/{STATE}.damaged" in refused.err
    assert "The next apply then adopts the records on the site" in on_one_line(refused.err)
    assert "Apply: 2 adopted." in again.err
    assert len(api.records()) == 2


def test_an_invalid_id_is_an_error_in_words(author: CommandLine, courses: Path) -> None:
    """The answer to `--id abc` says what an Id is."""
    write_outline(courses, "a", 4711, "One")
    refused = author("resolve", ONE, "--id", "abc")

    assert refused.code == 64
    assert '"abc" is not an Id: an Id is a whole number from 1 up' in refused.err
    assert "--id 87654321" in refused.err


def test_the_next_command_is_as_the_last(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """After --auto-approve the command to go on has it too, for a log has nobody to ask."""
    write_outline(courses, "a", 4711, "One", "Two")
    approved = author("apply", "--auto-approve", "--max-writes", "1")
    digest = json.loads(author("plan", "--format", "json").out)["digest"]
    reviewed = author("apply", "--auto-approve", "--max-writes", "0", "--expect-digest", digest)

    going_on = "  To continue:\n    coursesync apply courses --auto-approve --max-writes 1\n"
    assert going_on in approved.err
    assert "a plan of what is left:\n    coursesync plan courses\n" in reviewed.err
    assert len(api.records()) == 1


def test_every_fault_is_in_the_help(cli: CommandLine) -> None:
    """`sandbox serve --help` names each kind of fault, and the pages of a running sandbox."""
    from coursesync.sandbox import FaultKind  # noqa: PLC0415 - only here

    told = re.split(r"[\s,.:=]+", cli("sandbox", "serve", "--help").out)

    assert set(FaultKind) <= set(told)
    assert "/_sandbox/" in told


def test_what_a_failure_suggests_is_for_its_workspace(cli: CommandLine, courses: Path) -> None:
    """The commands that a message names can be typed as they stand, whatever the workspace."""
    write_outline(courses, "a", 4711, "One")
    folder = courses.rename(courses.with_name("my lessons")).name
    cli("apply", folder, "--sandbox", "--auto-approve")
    lost = cli("state", "show", "section.a.nope", "-w", folder, "--sandbox")
    rest = cli("state", "list", folder, "--sandbox")

    assert "  coursesync state list 'my lessons' --sandbox\n" in f"{lost.err}\n"
    assert rest.code == 0


def test_what_is_left_goes_on_as_it_began(author: CommandLine, courses: Path) -> None:
    """The command that goes on with a run says again what that one might do."""
    path = write_outline(courses, "a", 4711, "One", "Two", "Three")
    author("apply", "--auto-approve")
    path.write_text("id: 4711\ntitle: A\nsections: []\n")
    prune = ("--on-removal", "delete", "--prune")
    stopped = author("apply", "--auto-approve", *prune, "--max-writes", "1")
    (courses / "plan.json").write_text("")
    author("plan", *prune, "--out", "plan.json")
    write_outline(courses, "b", 4712, "New")
    stale = author("apply", "--plan", "plan.json")

    assert "coursesync apply courses --on-removal delete --prune --auto-approve" in stopped.said
    assert stale.code == 4
    assert "coursesync plan courses --on-removal delete --prune --out plan.json" in stale.said
