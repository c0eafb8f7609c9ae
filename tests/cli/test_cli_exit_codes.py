"""Each exit code, reached through the command line as a process."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import PROGRAM, SECTIONS, doubted, files_below, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

LONG = "x" * 300  # more than any file may be called
MISUSES = {
    "no command": [],
    "unknown command": ["destroy"],
    "unknown option": ["plan", "--force"],
    "unknown format": ["plan", "--format", "yaml"],
    "too many workspaces": ["plan", "courses", "more"],
    "no terminal to ask on": ["apply"],
    "missing workspace of validate": ["validate", "nowhere"],
    "missing workspace of plan": ["plan", "nowhere"],
    "missing workspace of apply": ["apply", "nowhere", "--auto-approve"],
    "missing workspace of the sandbox": ["apply", "nowhere", "--auto-approve", "--sandbox"],
    "missing workspace of state list": ["state", "list", "nowhere"],
    "missing workspace of resolve": ["resolve", "section.a.b", "--not-created", "-w", "nowhere"],
    "missing outline": ["plan", "courses/nowhere.yaml"],
    "missing outline to apply": ["apply", "courses/nowhere.yaml", "--auto-approve"],
    "a base URL that is none": ["plan", "--base-url", "spaces.nexudus.com"],
    "a base URL with a password": ["plan", "--base-url", "https://me:secret@spaces.nexudus.com"],
    "a port that is none": ["sandbox", "serve", "--port", "70000"],
    "a fault that is none": ["sandbox", "serve", "--fault", "POST everything:wrong"],
    "a negative number of writes": ["apply", "--auto-approve", "--max-writes", "-1"],
    "a settling time without end": ["apply", "--auto-approve", "--settling-time", "1e9"],
    "a negative wait": ["apply", "--auto-approve", "--lock-timeout", "-1"],
}


def test_done_is_0(author: CommandLine, onboarding: Path) -> None:
    """A plan and an apply that did all there was to do end with 0."""
    planned = author("plan")
    applied = author("apply", "--auto-approve")

    assert (planned.code, applied.code) == (0, 0)
    assert onboarding.exists()


def test_an_empty_workspace_is_1(cli: CommandLine, courses: Path) -> None:
    """A workspace without an outline and without a state is an error that says what is missing."""
    ran = [cli(command, courses) for command in ("validate", "plan")]

    assert [each.code for each in ran] == [1, 1]
    assert all("holds no outline" in each.said for each in ran)


@pytest.mark.parametrize("what", ["fifo", "/dev/zero", "folder", "large"])
def test_a_plan_file_that_is_no_file_is_1(author: CommandLine, onboarding: Path, what: str) -> None:
    """An endless file, or one that is not a file at all, is reported at once."""
    path = onboarding.parent / what
    if what == "fifo":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    elif what == "large":
        path.touch()
        os.truncate(path, 129 * 2**20)
    applied = author("apply", "--plan", path, timeout=20)

    assert applied.code in {1, 64}, applied
    assert "Traceback" not in applied.err
    assert any(
        words in applied.said for words in ("is not a file", "larger than 128 MB", "directory")
    )


def test_a_plan_file_that_is_none_is_1(author: CommandLine, onboarding: Path) -> None:
    """Neither a missing nor a garbled plan file is applied."""
    missing = author("apply", "--plan", "missing.json")
    garbled = author("apply", "--plan", onboarding)

    assert (missing.code, garbled.code) == (1, 1)
    assert "coursesync plan courses --out FILE" in missing.err
    assert "not a plan file of this version" in garbled.err


def test_changes_are_2_only_where_asked_for(author: CommandLine, onboarding: Path) -> None:
    """`plan --detailed-exitcode` ends with 2 while there is anything to do, and then with 0."""
    before = author("plan", "--detailed-exitcode")
    author("apply", "--auto-approve")
    after = author("plan", "--detailed-exitcode")

    assert (before.code, after.code) == (2, 0)
    assert onboarding.exists()


def test_an_orphan_alone_is_no_change(author: CommandLine, courses: Path) -> None:
    """A section that is only kept on the site is reported, and leaves nothing to do."""
    write_outline(courses, "a", 4711, "One", "Two")
    author("apply", "--auto-approve")
    write_outline(courses, "a", 4711, "One")
    planned = author("plan", "--detailed-exitcode")

    assert planned.code == 0
    assert "1 kept" in planned.out


def test_a_doubt_alone_is_a_change(author: CommandLine, api: SandboxServer, courses: Path) -> None:
    """A create in doubt makes `plan --detailed-exitcode` end with 2, until an apply settles it."""
    write_outline(courses, "a", 4711, "One")
    doubted(author, api)
    before = author("plan", "--detailed-exitcode")
    applied = author("apply", "--auto-approve")
    after = author("plan", "--detailed-exitcode")

    assert (before.code, applied.code, after.code) == (2, 0, 0)
    assert len(api.creates()) == 1


def test_a_doubt_for_a_person_is_6(author: CommandLine, api: SandboxServer, courses: Path) -> None:
    """A doubt that only a person can settle makes every apply end with 6, and sends nothing."""
    write_outline(courses, "a", 4711, "One")
    api.foreign_create(4711, "one")
    first = author("apply", "--auto-approve")
    planned = author("plan", "--detailed-exitcode")
    second = author("apply", "--auto-approve")

    assert (first.code, planned.code, second.code) == (6, 2, 6)
    assert api.creates() == []


@pytest.mark.parametrize("command", ["validate", "plan", "apply"])
def test_an_invalid_outline_is_3(author: CommandLine, courses: Path, command: str) -> None:
    """A mistake ends every command with 3, at its file, line and column."""
    write_outline(courses, "a", 4711, "One", "One")
    options = ["--auto-approve"] if command == "apply" else []
    ran = author(command, *options)

    assert ran.code == 3
    assert ran.out == ""
    assert "courses/a.yaml:5:12: " in ran.err
    assert "Error: 1 mistake in the outlines." in ran.err


def test_an_invalid_outline_stops_the_valid_ones(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Nothing is sent while any outline of the workspace is invalid, and no state is made."""
    write_outline(courses, "a", 4711, "One")
    write_outline(courses, "b", 4711, "Two")
    before = files_below(courses)
    applied = author("apply", "--auto-approve")

    assert applied.code == 3
    assert api.log() == []
    assert files_below(courses) == before


@pytest.mark.parametrize(
    ("fault", "words"), [("@2:unsuccessful", "refused"), ("@2x3:lost-before", "in doubt")]
)
def test_work_that_is_left_is_6(
    author: CommandLine, api: SandboxServer, onboarding: Path, fault: str, words: str
) -> None:
    """An apply that ends with a section refused or in doubt ends with 6 and says so."""
    api.fault(f"POST {SECTIONS}{fault}")
    applied = author("apply", "--auto-approve")

    assert applied.code == 6
    assert f"Apply: 1 created, 1 {words}, 1 not sent yet." in applied.err
    assert onboarding.exists()


@pytest.mark.parametrize("arguments", MISUSES.values(), ids=MISUSES)
def test_misuse_is_64(author: CommandLine, onboarding: Path, arguments: list[str]) -> None:
    """What can't be asked for ends with 64, has nothing on stdout, and changes no file."""
    before = files_below(author.cwd)
    ran = author(*arguments)

    assert ran.code == 64, ran.err
    assert ran.out == ""
    assert ran.err.strip()
    assert "Traceback" not in ran.err
    assert "secret" not in ran.err
    assert files_below(author.cwd) == before
    assert onboarding.exists()
    assert not (author.cwd / "nowhere").exists()


def test_a_configuration_that_is_not_valid_is_64(cli: CommandLine, onboarding: Path) -> None:
    """A `coursesync.toml` with an unknown name, a wrong type or invalid TOML is reported."""
    path = onboarding.with_name("coursesync.toml")
    contents = [
        'url = "https://x.example"',
        "base_url = 3",
        "base_url =",
        "settling_time = -1",
        "settling_time = inf",
        "[limits]\nwrites = 3",
        "[limits]\nwrites_a_day = 0",
        "[limits]\ngap = -0.1",
    ]
    for content in contents:
        path.write_text(content)
        ran = cli("plan")

        assert ran.code == 64, content
        assert "coursesync.toml is not valid" in ran.err


MISTAKES = {
    'base_url = ["https://x.example"]': (
        "`base_url` must be text in quotes, but is a list",
        'Write it as in `base_url = "https://spaces.nexudus.com"`',
    ),
    "state = 3": (
        "`state` must be text in quotes, but is 3",
        'Write it as in `state = "coursesync.state.json"`',
    ),
    'settling_time = "60"': (
        '`settling_time` must be a number of seconds from 0 to 3,600, but is "60"',
        "Write it as in `settling_time = 60.0`",
    ),
    "settling_time = inf": ("from 0 to 3,600, but is inf", "settling_time = 60"),
    "settling_time = {a = 1}": ("from 0 to 3,600, but is a table", "settling_time = 60"),
    "[limits]\ngap = true": (
        "`limits.gap` must be a number of seconds from 0 to 3,600, but is true",
        "Write, for example: [limits] gap = 0.1",
    ),
    '[limits]\nwrites_a_day = "5000"': (
        '`limits.writes_a_day` must be a whole number from 1 to 1,000,000, but is "5000"',
        "Write, for example: [limits] writes_a_day = 5000",
    ),
    "[limits]\nwrites_a_day = 5000.0": ("whole number from 1 to 1,000,000, but is 5000.0", ""),
    "[limits]\nwrites_a_day = 0": ("a whole number from 1 to 1,000,000, but is 0", ""),
    "[limits]\nwrites = 3": ("there is no field `limits.writes`", "Did you mean `writes_a_day`?"),
    "[limits]\ncolour = 3": (
        "there is no field `limits.colour`",
        "Below `[limits]` it may hold gap, writes_a_minute, writes_a_day, ",
    ),
    "writes_a_day = 3": (
        "there is no field `writes_a_day`",
        "Write `writes_a_day` below `[limits]`",
    ),
    "on_remove = 3": ("there is no field `on_remove`", "Did you mean `on_removal`?"),
    "alow = []": ("there is no field `alow`", "Did you mean `allow`?"),
    'allow = "empty-contents"': (
        "`allow` must be a list of the names of rules of advice, but is",
        'Write it as in `allow = ["empty-contents"]`',
    ),
    'allow = ["empty"]': (
        '`allow` names no rule of advice: "empty"',
        "Did you mean `empty-contents`?",
    ),
    "allow_in = []": (
        "`allow_in` is not a table of fields",
        "Below `[allow_in]` it may hold courses by their keys, as in",
    ),
    "[allow_in]\nonboarding = 3": (
        "`allow_in.onboarding` must be a list of the names of rules of advice, but is 3",
        'Write, for example: [allow_in] onboarding = ["empty-contents"]',
    ),
    '[allow_in]\nonboarding = ["empty"]': (
        '`allow_in.onboarding` names no rule of advice: "empty"',
        "Did you mean `empty-contents`?",
    ),
    "paint = 3": (
        "there is no field `paint`",
        "It may hold base_url, sandbox, required_version, state, ",
    ),
    "limits = 3": ("`limits` is not a table of fields", "Below `[limits]` it may hold gap, "),
    "base_url =": ("it is not TOML: Invalid value", "It may hold base_url, "),
    "state = 'é'".encode("latin-1"): ("it is not in UTF-8", "Save it as UTF-8."),
}


@pytest.mark.parametrize(("content", "words"), MISTAKES.items())
def test_a_mistake_in_the_configuration_is_reported_in_words(
    cli: CommandLine, onboarding: Path, content: str | bytes, words: tuple[str, str]
) -> None:
    """The field, what is wrong with it, and what to write; a number in quotes is no number."""
    path = onboarding.with_name("coursesync.toml")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    ran = cli("plan")

    assert ran.code == 64
    assert ran.err.startswith("Error: courses/coursesync.toml is not valid: ")
    assert all(each in ran.said for each in words)


def test_every_mistake_in_the_configuration_is_reported(cli: CommandLine, onboarding: Path) -> None:
    """All of them at once, with how the first is written."""
    path = onboarding.with_name("coursesync.toml")
    path.write_text('strict = "yes"\nbas_url = "x"\n[limits]\ngap = "a"\n')
    ran = cli("plan")

    assert ran.code == 64
    assert "`strict` must be true or false" in ran.said
    assert "`limits.gap` must be a number of seconds" in ran.said
    assert "there is no field `bas_url`" in ran.said
    assert "Write it as in `strict = false`" in ran.said


def test_a_configuration_may_say_whole_seconds(cli: CommandLine, onboarding: Path) -> None:
    """A number of seconds needs no point."""
    path = onboarding.with_name("coursesync.toml")
    path.write_text("settling_time = 30\n[limits]\ngap = 1\nwrites_a_day = 100\n")
    planned = cli("plan")

    assert planned.code == 0, planned.err
    assert "3 % of a day's 100 writes" in planned.out


def test_the_configuration_names_the_target(cli: CommandLine, onboarding: Path) -> None:
    """`base_url` of `coursesync.toml` is the target; the environment and the flag come first."""
    onboarding.with_name("coursesync.toml").write_text('base_url = "https://a.example/"')
    configured = cli("plan")
    from_environment = cli("plan", COURSESYNC_BASE_URL="https://b.example")
    flagged = cli(
        "plan", "--base-url", "https://c.example", COURSESYNC_BASE_URL="https://b.example"
    )

    assert "Target: https://a.example\n" in configured.out
    assert "Target: https://b.example\n" in from_environment.out
    assert "Target: https://c.example\n" in flagged.out


def test_version_and_help_are_0(cli: CommandLine) -> None:
    """`--version` and every command's `--help` are data on stdout, with exit 0."""
    version = cli("--version")
    commands = ["apply", "plan", "resolve", "sandbox serve", "state list", "validate"]
    helped = [cli(*command.split(), "--help") for command in commands]

    assert version.out.startswith("coursesync ")
    assert [each.code for each in [version, *helped]] == [0] * 7
    assert all(each.out.startswith("Usage: coursesync ") for each in helped)


def test_python_m_is_the_same_program(cli: CommandLine) -> None:
    """`python -m coursesync` ends as `coursesync` does."""
    python = PROGRAM.with_name("python")
    done = subprocess.run(
        [python, "-m", "coursesync", "--version"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, cli("--version").out)


@pytest.mark.parametrize(
    "words",
    [
        ("plan", LONG),
        ("fmt", LONG),
        ("schema", LONG),
        ("plan", "--out", LONG),
        ("apply", "--auto-approve", "--receipt", LONG),
        ("plan", "--state", "/"),
        ("state", "list", "--state", "/"),
        ("state", "recover", "--state", "x" * 300),
    ],
)
def test_an_impossible_file_name_is_an_error(
    author: CommandLine, courses: Path, words: tuple[str, ...]
) -> None:
    """A name that no file can have is an error in words, for every option."""
    write_outline(courses, "a", 4711, "One")
    ran = author(*words)

    assert ran.code in {1, 64}
    assert "Traceback" not in ran.err
    assert "Error" in ran.err


@pytest.mark.parametrize("name", ["OUTPUT", "SUMMARY"])
def test_what_a_job_keeps_waits_for_nobody(author: CommandLine, courses: Path, name: str) -> None:
    """A FIFO that nobody reads is reported as a file that can't be written."""
    write_outline(courses, "a", 4711, "One")
    os.mkfifo(author.cwd / "fifo")
    ran = author.having({f"COURSESYNC_{name}": str(author.cwd / "fifo")})("plan")

    assert ran.code == 1
    assert f"COURSESYNC_{name} names a file that can't be written" in ran.said


def test_no_name_adds_an_output(author: CommandLine, courses: Path) -> None:
    """A file's name of two lines would be two outputs, of which the last counts."""
    write_outline(courses, "a", 4711, "One")
    ran = author("plan", "--out", "p\nhas-changes=false", COURSESYNC_OUTPUT="outputs")
    odd = author("plan", "--out", "p\udcff.json", COURSESYNC_OUTPUT="odd")
    kept = (author.cwd / "outputs").read_text().splitlines()

    assert ran.code == 1
    assert not (author.cwd / "p\nhas-changes=false").exists()
    assert [line for line in kept if line.startswith("has-changes=")] == ["has-changes=true"]
    assert odd.code == 0, odd.err
    assert b"plan-json=p\xff.json\n" in (author.cwd / "odd").read_bytes()


def test_any_name_is_good_if_no_job_keeps_it(author: CommandLine, courses: Path) -> None:
    """Without COURSESYNC_OUTPUT, a plan file may have a line break in its name."""
    write_outline(courses, "a", 4711, "One")
    ran = author("plan", "--out", "two\nlines.json")

    assert ran.code == 0, ran.err
    assert (author.cwd / "two\nlines.json").is_file()
