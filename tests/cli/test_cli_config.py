"""What `coursesync.toml` decides: the sandbox, the version, and what a misspelt word gets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import STATE, files_below, write_outline

import coursesync

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

VERSION = coursesync.__version__


@pytest.fixture
def config(courses: Path) -> Path:
    """The configuration of a workspace with one outline."""
    write_outline(courses, "a", 4711, "One")
    return courses / "coursesync.toml"


def test_a_workspace_can_choose_the_sandbox(cli: CommandLine, config: Path) -> None:
    """With `sandbox = true`, every command uses the sandbox, and says so."""
    config.write_text("sandbox = true\n")
    applied, again = cli("apply", "--auto-approve"), cli("plan", "--detailed-exitcode")

    assert (applied.code, again.code) == (0, 0), applied.err
    assert f"uses the sandbox, because {config.relative_to(cli.cwd)} has" in applied.said
    assert not (config.parent / STATE).exists()
    assert (config.parent / ".coursesync" / STATE).exists()


@pytest.mark.parametrize(
    ("options", "environment", "is_sandbox"),
    [
        ([], {}, True),
        (["--no-sandbox"], {}, False),
        (["--no-sandbox"], {"COURSESYNC_SANDBOX": "1"}, False),
        ([], {"COURSESYNC_SANDBOX": "0"}, False),
        (["--sandbox"], {"COURSESYNC_SANDBOX": "0"}, True),
        ([], {"COURSESYNC_SANDBOX": ""}, True),
    ],
    ids=str,
)
def test_the_sandbox_is_turned_off_again(
    cli: CommandLine,
    config: Path,
    options: list[str],
    environment: dict[str, str],
    is_sandbox: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """The command line decides first, then the environment, then the file."""
    config.write_text("sandbox = true\n")
    planned = cli.having(environment)("plan", *options)

    assert planned.code == 0
    assert ("Target: http://localhost/sandbox" in planned.out) == is_sandbox


def test_an_api_and_the_sandbox_are_not_both_meant(
    author: CommandLine, api: SandboxServer, config: Path
) -> None:
    """Where the file chooses the sandbox and the environment an API, nothing is guessed."""
    config.write_text("sandbox = true\n")
    asked = author("drift")
    decided = author("drift", "--no-sandbox")

    assert (asked.code, decided.code) == (64, 0), decided.err
    assert "--no-sandbox" in asked.err
    assert api.log() == []


def test_the_next_command_keeps_what_was_typed(cli: CommandLine, config: Path) -> None:
    """A command that is shown has `--no-sandbox` if this one had it."""
    config.write_text("sandbox = true\n")
    planned = cli("plan", "--no-sandbox", "--out", "plan.json")

    assert "coursesync apply courses --plan plan.json --no-sandbox" in planned.said


def test_a_script_can_leave_the_choice_to_the_file(config: Path) -> None:
    """`open_project` uses the sandbox by default if the file says so."""
    config.write_text("sandbox = true\n")

    assert coursesync.open_project(config.parent).embedded
    assert not coursesync.open_project(config.parent, sandbox=False).embedded


@pytest.mark.parametrize(
    "command",
    ["plan", "apply", "drift", "validate", "fmt", "state list", "new section A", "init", "pull"],
)
def test_another_version_stops(cli: CommandLine, config: Path, command: str) -> None:
    """Each command names the version that is needed and the one that runs, and how to install."""
    config.write_text('a_field_of_that_version = 1\nrequired_version = ">=77,<78"\n')
    before = files_below(config.parent)
    ran = cli(*command.split())

    assert (ran.code, ran.out) == (1, "")
    assert f"asks for coursesync >=77,<78, but {VERSION} is running" in ran.said
    assert "pipx install --force git+ADDRESS@COMMIT" in ran.err
    assert files_below(config.parent) == before


def test_another_version_comes_from_the_same_repository(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address is the one that this coursesync was installed from; no index is asked."""
    url = "https://git.example.com/coursesync"
    information = tmp_path / "first" / "coursesync-0.1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Name: coursesync\nVersion: 0.1.0\n")
    source = {"url": url, "vcs_info": {"vcs": "git", "commit_id": "0" * 40}}
    (information / "direct_url.json").write_text(json.dumps(source))
    monkeypatch.syspath_prepend(information.parent)
    config.write_text('required_version = ">=77"\n')
    with pytest.raises(coursesync.CoursesyncError) as caught:
        coursesync.validate(config.parent)

    assert f"pipx install --force git+{url}@COMMIT" in str(caught.value.remedy)


def test_a_version_alone_is_no_comparison(cli: CommandLine, config: Path) -> None:
    """The remedy is that version with a comparison, and it works."""
    config.write_text(f'required_version = "{VERSION}"\n')
    ran = cli("plan")
    line = f'required_version = "=={VERSION}"'
    config.write_text(f"{line}\n")

    assert ran.code == 64
    assert f"Write it as in `{line}`" in ran.said
    assert cli("plan").code == 0


@pytest.mark.parametrize("wanted", [f"=={VERSION}", ">=0.0.1", "", f"~={VERSION}, !=77"])
def test_a_version_that_fits_runs(cli: CommandLine, config: Path, wanted: str) -> None:
    """A specifier is read as pip reads it."""
    config.write_text(f'required_version = "{wanted}"\n')

    assert cli("plan").code == 0


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("bas_url = 'x'", "base_url"),
        ("on-removal = 'keep'", "on_removal"),
        ("on_removal = 'delte'", 'on_removal = "delete"'),
        ("[limit]\ngap = 1", "[limits]"),
        ("[limits]\nwrites_per_day = 1", "writes_a_day"),
        ("[pages]\nsectoin = 'https://a.example/{id}'", "section"),
    ],
    ids=str,
)
def test_a_misspelt_field_gets_a_suggestion(
    cli: CommandLine, config: Path, text: str, meant: str
) -> None:
    """The nearest field, table or value of `coursesync.toml` is named."""
    config.write_text(text)
    ran = cli("plan")

    assert ran.code == 64
    assert f"Did you mean `{meant}`?" in ran.said


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("writes_a_day = 2500", "Write `writes_a_day` below `[limits]`"),
        ("[limits]\nstrict = true", "Write `strict` above all tables."),
    ],
    ids=str,
)
def test_a_field_in_the_wrong_table_is_sent_to_its_own(
    cli: CommandLine, config: Path, text: str, where: str
) -> None:
    """A field that exists elsewhere is not called unknown without a word about its place."""
    config.write_text(text)
    ran = cli("plan")

    assert ran.code == 64
    assert where in ran.said


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("paln", "plan"),
        ("state lsit", "'list'"),
        ("sandbox sevre", "'serve'"),
        ("plan --refesh", "'--refresh'"),
        ("plan --format jsno", "'json'"),
        ("apply --on-removal delte", "'delete'"),
        ("sandbox serve --limits slidng", "'sliding'"),
    ],
)
def test_a_misspelt_word_gets_a_suggestion(cli: CommandLine, words: str, meant: str) -> None:
    """The nearest command, option or choice is named, and the exit code is that of usage."""
    ran = cli(*words.split())

    assert (ran.code, ran.out) == (64, "")
    assert f"Did you mean {meant}?" in ran.said


@pytest.mark.parametrize("words", ["xyzzy", "state xyzzy", "plan --xyzzy", "plan --format xyzzy"])
def test_a_word_that_is_like_no_other_gets_none(cli: CommandLine, words: str) -> None:
    """Nothing is suggested that nobody meant."""
    ran = cli(*words.split())

    assert ran.code == 64
    assert "Did you mean" not in ran.err
