"""What a shell offers while a command is typed, by click's protocol and in a real bash."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from docs.pages import ENGINEER
from harness import JOURNAL, PROGRAM, STATE, Ran

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

ONBOARDING = [f"section.onboarding.{key}" for key in ("first-week", "going-further", "welcome")]
HEAVY = ("pydantic", "ruamel", "httpx", "rich", "deepdiff", "werkzeug", "filelock", "markdown_it")


def ask(cli: CommandLine, typed: str, **environment: str) -> Ran:
    """Press Tab at the end of a line, in bash."""
    number = len(typed.split(" ")) - 1
    protocol = {"_COURSESYNC_COMPLETE": "bash_complete", "COMP_WORDS": typed}
    return cli.having({**protocol, "COMP_CWORD": str(number), **environment})()


def offered(cli: CommandLine, typed: str, **environment: str) -> list[str]:
    """Return what is offered then; `dir` and `file` stand for the paths that bash itself knows."""
    ran = ask(cli, typed, **environment)
    assert ran.err == ""
    kinds = [line.partition(",") for line in ran.out.split()]
    return [value if kind == "plain" else kind for kind, _, value in kinds]


@pytest.fixture
def applied(cli: CommandLine, onboarding: Path) -> Path:
    """A workspace that is applied in the embedded sandbox, and its state."""
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    return onboarding.parent / ".coursesync" / STATE


@pytest.mark.parametrize("command", ["state show", "state mv", "state rm", "import"])
def test_addresses_of_the_state_are_offered(command: str, cli: CommandLine, applied: Path) -> None:
    """Whoever looks after the state need not type an address out."""
    assert applied.exists()
    assert offered(cli, f"coursesync {command} --sandbox ") == ONBOARDING
    assert offered(cli, f"coursesync {command} --sandbox section.onboarding.w") == ONBOARDING[2:]
    assert offered(cli, f"coursesync {command} --sandbox other") == []


def test_the_state_is_the_one_that_is_meant(
    cli: CommandLine, applied: Path, tmp_path: Path
) -> None:
    """Options, variables and coursesync.toml say which state, as for the command itself."""
    lessons = tmp_path / "lessons"
    lessons.mkdir()
    shutil.copy(applied, lessons / "test.json")
    typed = "coursesync state show -w lessons "

    assert offered(cli, "coursesync state show ") == []
    assert offered(cli, "coursesync state show ", COURSESYNC_SANDBOX="1") == ONBOARDING
    assert offered(cli, typed) == []
    assert offered(cli, f"{typed}--state test.json ") == ONBOARDING
    assert offered(cli, typed, COURSESYNC_STATE="test.json") == ONBOARDING
    (lessons / "coursesync.toml").write_text('state = "test.json"\n')
    assert offered(cli, typed) == ONBOARDING


def test_resolve_is_offered_what_is_in_doubt(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """Only what is in doubt can be settled; where a run was cut off, its journal knows."""
    api.leave_in_doubt(2)
    author("apply", "--auto-approve")
    found = offered(author, "coursesync resolve ")
    assert found == ["section.onboarding.first-week"]

    journal = onboarding.with_name(JOURNAL)
    journal.write_text('{"format":1} 0\n{"address":"section.onboarding.welcome"} 0\n{"addr')

    assert offered(author, "coursesync resolve ") == [*found, "section.onboarding.welcome"]


def test_commands_formats_options_and_folders_are_offered(cli: CommandLine) -> None:
    """What a command line may say is offered from its first word on."""
    assert offered(cli, "coursesync s") == ["sandbox", "schema", "state"]
    assert offered(cli, "coursesync state r") == ["recover", "rm"]
    assert offered(cli, "coursesync plan --format ") == ["text", "markdown", "json", "html"]
    assert offered(cli, "coursesync plan --det") == ["--detailed-exitcode"]
    for command in ("schema ", "state recover ", "state show -w "):
        assert offered(cli, f"coursesync {command}") == ["dir"]
    for command in ("plan ", "apply ", "validate le", "fmt a "):
        assert offered(cli, f"coursesync {command}") == ["file"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"entries": 1, "doubts": 2}', b"\xff" * 9])
def test_a_damaged_state_completes_nothing_and_prints_nothing(
    content: bytes, cli: CommandLine, courses: Path
) -> None:
    """In the midst of a prompt there is no room for messages."""
    (courses / STATE).write_bytes(content)
    (courses / "coursesync.toml").write_bytes(content)

    ran = ask(cli, "coursesync state show ")

    assert (ran.out.strip(), ran.err) == ("", "")


def test_an_unknown_protocol_prints_nothing(cli: CommandLine) -> None:
    """A shell that asks in another way, or without saying what is typed, is met with silence."""
    for told in ("tcsh_complete", "bash_complete", "bash"):
        ran = cli("state", "list", _COURSESYNC_COMPLETE=told)

        assert (ran.out, ran.err) == ("", "")


@pytest.mark.parametrize(
    "typed",
    [
        *("coursesync ", "coursesync state show ", "coursesync resolve ", "coursesync import "),
        *("coursesync plan --format ", "coursesync fmt ", "coursesync schema "),
    ],
)
def test_completion_is_quick(typed: str, applied: Path, tmp_path: Path) -> None:
    """Neither models, nor YAML, nor HTTP are loaded for a Tab."""
    script = (
        "import sys; from coursesync.cli import _run; _run(); "
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={
            "_COURSESYNC_COMPLETE": "bash_complete",
            "COMP_WORDS": typed,
            "COMP_CWORD": str(len(typed.split(" ")) - 1),
            "COURSESYNC_SANDBOX": "1",
        },
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert applied.exists()
    assert told.stdout
    assert set(HEAVY) & set(told.stderr.split()) == set()


def test_bash_completes_with_the_documented_line(applied: Path, tmp_path: Path) -> None:
    """In a real bash, after the documented line, Tab finds the addresses."""
    line = next(line for line in ENGINEER.text.splitlines() if "bash_source" in line)
    install = line.split("`")[1].replace("~/.bashrc", "bashrc")
    script = (
        f"{install}\n. ./bashrc\n"
        "complete -p coursesync\n"
        "COMP_WORDS=(coursesync state show --sandbox section.onboarding.w) COMP_CWORD=4\n"
        "_coursesync_completion coursesync\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, "--norc", "-c", script],
        cwd=tmp_path,
        env={"PATH": f"{PROGRAM.parent}{os.pathsep}/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    registered, *replies = done.stdout.splitlines()

    assert applied.exists()
    assert done.stderr == ""
    assert registered.endswith("-F _coursesync_completion coursesync")
    assert replies == ["section.onboarding.welcome"]


@pytest.mark.parametrize(
    ("shell", "word", "answer"),
    [("zsh", "1", "plain\nresolve\nSettle a"), ("fish", "res", "plain,resolve\tSettle a")],
)
def test_the_other_shells_are_served_too(
    shell: str, word: str, answer: str, cli: CommandLine
) -> None:
    """For zsh and fish there is a script to load, and offers come with what each means."""
    script = cli(_COURSESYNC_COMPLETE=f"{shell}_source")
    asking = {"_COURSESYNC_COMPLETE": f"{shell}_complete", "COMP_CWORD": word}
    ran = cli.having({**asking, "COMP_WORDS": "coursesync res"})()

    assert f"_COURSESYNC_COMPLETE={shell}_complete" in script.out
    assert (script.err, ran.err) == ("", "")
    assert ran.out.startswith(answer)
    assert f"_COURSESYNC_COMPLETE={shell}_source" in ENGINEER.text
