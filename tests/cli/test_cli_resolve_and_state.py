"""`resolve` and `state`: what a person does by hand with the state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import REQUESTS, STATE, doubted, files_below, kill_at, saved, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, Ran, SandboxServer

ONE, TWO = "section.a.one", "section.a.two"


@pytest.fixture
def in_doubt(author: CommandLine, api: SandboxServer, courses: Path) -> CommandLine:
    """The command line, after an apply that created `One` and left `Two` in doubt."""
    write_outline(courses, "a", 4711, "One", "Two")
    assert doubted(author, api, 2).code == 1
    return author


def refuse(cli: CommandLine, courses: Path, *arguments: str) -> Ran:
    """Run a `resolve` that is to change nothing, and return how it ended."""
    before = files_below(courses)
    ran = cli("resolve", *arguments)

    assert files_below(courses) == before
    assert ran.out == ""
    return ran


def test_neither_option_is_misuse(in_doubt: CommandLine, courses: Path) -> None:
    """`resolve` with neither option says that it takes one of the three."""
    ran = refuse(in_doubt, courses, TWO)

    assert ran.code == 64
    assert "--id ID, --not-created or --keep ID" in ran.said


def test_both_options_are_misuse(in_doubt: CommandLine, courses: Path) -> None:
    """`resolve` with both options is refused the same way."""
    ran = refuse(in_doubt, courses, TWO, "--id", "5", "--not-created")

    assert ran.code == 64
    assert "one of three" in ran.err


@pytest.mark.parametrize("record_id", ["0", "-4", "ten", "1.5"])
def test_an_id_is_a_whole_number_above_0(
    in_doubt: CommandLine, courses: Path, record_id: str
) -> None:
    """What can be no Id is misuse."""
    assert refuse(in_doubt, courses, TWO, "--id", record_id).code == 64


@pytest.mark.parametrize("address", ["three", "section.", "section..two", "Section A"])
def test_what_is_no_address_is_misuse(in_doubt: CommandLine, courses: Path, address: str) -> None:
    """An address that can be none is refused with an example of one."""
    ran = refuse(in_doubt, courses, address, "--not-created")

    assert ran.code == 64
    assert "section.onboarding.welcome" in ran.err


def test_what_is_not_in_doubt_is_an_error(in_doubt: CommandLine, courses: Path) -> None:
    """An address that is not in doubt is refused, and those that are in doubt are named."""
    for address in (ONE, "section.a.three"):
        ran = refuse(in_doubt, courses, address, "--not-created")

        assert ran.code == 1
        assert f"{address} is not in doubt" in ran.err
        assert f"In doubt: {TWO}." in ran.err


def test_an_id_in_use_is_an_error(in_doubt: CommandLine, courses: Path) -> None:
    """The Id of another section is refused, and that section is named."""
    used = str(saved(courses).entries[ONE])
    ran = refuse(in_doubt, courses, TWO, "--id", used)

    assert ran.code == 1
    assert f"the Id {used} is the Id of {ONE}" in ran.err


def test_a_workspace_without_a_doubt(cli: CommandLine, courses: Path) -> None:
    """Where nothing was ever applied there is nothing to resolve, and no state is made."""
    ran = refuse(cli, courses, ONE, "--not-created")

    assert ran.code == 1
    assert "there is nothing to settle" in ran.err


@pytest.mark.parametrize("options", [("--sandbox",), ("--state", "other/state.json")])
def test_where_there_is_no_state_nothing_is_made(
    cli: CommandLine, courses: Path, options: tuple[str, ...]
) -> None:
    """Not even the folder of a state that is not there, and the message says that it is not."""
    ran = refuse(cli, courses, ONE, "--not-created", *options)

    assert ran.code == 1
    assert f"{ONE} is not in doubt" in ran.err
    assert "There is no state yet." in ran.err
    assert list(courses.iterdir()) == []


def test_recover_makes_no_folder_that_git_would_see(cli: CommandLine, courses: Path) -> None:
    """The sandbox's folder has its `.gitignore`, whichever command comes first."""
    ran = cli("state", "recover", "--sandbox")

    assert ran.code == 0, ran.err
    assert (courses / ".coursesync" / ".gitignore").read_text() == "*\n"


def test_the_id_settles_it(in_doubt: CommandLine, api: SandboxServer, courses: Path) -> None:
    """With the Id the doubt becomes an entry, without a request, and the plan is empty."""
    sent = len(api.log())
    record_id = api.records()[1]["Id"]
    ran = in_doubt("resolve", TWO, "--id", str(record_id))

    assert ran.code == 0
    assert len(api.log()) == sent
    assert saved(courses).entries[TWO] == record_id
    assert saved(courses).doubts == ()
    assert in_doubt("plan", "--detailed-exitcode").code == 0


def test_not_created_lets_it_be_sent(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Said not to be created, it is sent by the next apply, and the plan is empty after that."""
    write_outline(courses, "a", 4711, "One", "Two")
    doubted(author, api, 2, "lost-before")
    sent = len(api.log())
    ran = author("resolve", TWO, "--not-created")
    unasked = len(api.log()) == sent
    applied = author("apply", "--auto-approve")

    assert (ran.code, ran.out, unasked) == (0, "", True)
    assert "coursesync plan courses" in ran.err
    assert applied.code == 0
    assert [record["Title"] for record in api.records()] == ["One", "Two"]
    assert author("plan", "--detailed-exitcode").code == 0


def test_what_was_made_after_all_is_found_in_spite_of_a_person(
    in_doubt: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A person who errs makes no double: the next apply looks first, and adopts what is there."""
    in_doubt("resolve", TWO, "--not-created")
    applied = in_doubt("apply", "--auto-approve")

    assert applied.code == 0
    assert f"{TWO}: adopted, Id {api.records()[1]['Id']}\n" in applied.err
    assert len(api.creates()) == len(api.records()) == len(saved(courses).entries) == 2


def test_a_doubt_that_only_the_journal_has_can_be_settled(
    online: CommandLine, server: SandboxServer, courses: Path
) -> None:
    """After a kill, `resolve` works at once: it folds the journal into the state first."""
    write_outline(courses, "a", 4711, "One", "Two")
    server.fault_create(2, "slow=60")
    kill_at(online, server, 2)
    one, two = (record["Id"] for record in server.records())
    ran = online("resolve", TWO, "--id", str(two))

    assert ran.code == 0, ran.err
    assert saved(courses).entries == {ONE: one, TWO: two}
    assert list(files_below(courses)) == ["a.yaml", STATE, REQUESTS]


def test_recover_saves_what_a_killed_run_left(
    online: CommandLine, server: SandboxServer, courses: Path
) -> None:
    """`state recover` saves the journal of a killed run, and a second one finds nothing to do."""
    write_outline(courses, "a", 4711, "One", "Two")
    server.fault_create(2, "slow=60")
    kill_at(online, server, 2)
    recovered = online("state", "recover")
    after = files_below(courses)
    again = online("state", "recover")

    assert (recovered.code, again.code) == (0, 0)
    assert saved(courses).entries == {ONE: server.records()[0]["Id"]}
    assert saved(courses).doubts == (TWO,)
    assert list(after) == ["a.yaml", STATE, REQUESTS]
    assert "nothing to recover" in again.err
    assert files_below(courses) == after


def test_state_list(in_doubt: CommandLine, api: SandboxServer, courses: Path) -> None:
    """`state list` prints each address with its Id, or that it is in doubt, sorted by address."""
    listed = in_doubt("state", "list")

    assert listed.code == 0
    assert listed.out == f"{ONE} {api.records()[0]['Id']}\n{TWO} in doubt\n"
    assert listed.err == ""
    assert courses.exists()


def test_state_list_of_nothing(cli: CommandLine, courses: Path) -> None:
    """An empty state is reported on stderr; stdout, which programs read, stays empty."""
    listed = cli("state", "list", courses)

    assert (listed.code, listed.out) == (0, "")
    assert "The state is empty" in listed.err


def test_state_list_of_nothing_names_the_sandbox(cli: CommandLine, courses: Path) -> None:
    """An author who tried `--sandbox` finds the records there."""
    write_outline(courses, "a", 4711, "One")
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    listed = cli("state", "list")

    assert "That of the sandbox has 1 record." in listed.said
    assert "coursesync state list" in listed.err
    assert "--sandbox" in listed.err
    assert "That of the sandbox" not in cli("state", "list", "--sandbox").err


def test_drift_reports_what_is_in_doubt(in_doubt: CommandLine) -> None:
    """A create in doubt is no drift; it is listed with a command for each answer."""
    text, document = in_doubt("drift"), json.loads(in_doubt("drift", "--format", "json").out)
    settle = f"coursesync resolve {TWO}"

    assert text.code == 0, text.err
    assert "1 in doubt" in text.out
    assert f"{TWO} is in doubt: " in text.out
    assert f"{settle} --id" in text.out
    assert f"{settle} --not-created" in text.out
    assert [each["address"] for each in document["doubts"]] == [TWO]


def test_state_show_of_a_doubt_has_the_commands(in_doubt: CommandLine) -> None:
    """Nothing is known of the record, so that the message says how to settle it."""
    shown = in_doubt("state", "show", TWO)

    assert shown.code == 1
    assert f"coursesync resolve {TWO} --not-created" in shown.err
