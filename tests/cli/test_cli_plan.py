"""What `plan` promises: it changes nothing, asks nobody, and says the same in the same bytes."""

from __future__ import annotations

import json
from shlex import quote
from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, files_below, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer

NO_SOCKETS = """
import sys

def refuse(event, _arguments):
    if event.startswith("socket.") and event != "socket.gethostname":
        raise RuntimeError(f"{event} where there is to be no network")

sys.addaudithook(refuse)
"""
TEXT = """\
Member onboarding
  course 4711, courses/onboarding.yaml
  +   10  Welcome to the space  open from the start
  +   20  Your first week       unlocks 7 days after enrolment
  +   30  Going further
          unlocks after “Your first week”, the section before it, hidden from
          members

Plan: 3 to create, 0 to update, 0 to delete.
"""


@pytest.fixture
def unplugged(cli: CommandLine) -> CommandLine:
    """The command line in a Python that opens no socket and looks up no name."""
    hooks = cli.cwd / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(NO_SOCKETS)
    return CommandLine(cli.cwd, {"PYTHONPATH": str(hooks)})


def test_plan_opens_no_socket(unplugged: CommandLine, onboarding: Path) -> None:
    """`validate` and `plan` in every format run where any use of the network would fail."""
    runs = [unplugged("validate"), unplugged("plan", "--sandbox")]
    runs += [unplugged("plan", "--format", form) for form in ("text", "markdown", "json")]

    assert [ran.code for ran in runs] == [0] * 5
    assert onboarding.exists()


def test_the_proof_can_fail(unplugged: CommandLine, onboarding: Path) -> None:
    """The same hook does stop an apply, which needs the network."""
    ran = unplugged("apply", "--auto-approve", NEXUDUS_TOKEN="x")

    assert ran.code != 0
    assert "where there is to be no network" in ran.err
    assert onboarding.exists()


def test_plan_makes_no_request_and_no_file(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """With a server to ask and a token to ask with, a plan asks nothing and leaves no file."""
    before = files_below(author.cwd)
    planned = author("plan")

    assert planned.code == 0
    assert api.log() == []
    assert files_below(author.cwd) == before
    assert [path.name for path in onboarding.parent.iterdir()] == ["onboarding.yaml"]


def test_plan_as_text(cli: CommandLine, onboarding: Path) -> None:
    """A plan says each section, when it opens, what it costs, its target and its digest."""
    planned = cli("plan")

    assert planned.err == ""
    assert planned.out.partition("3 writes")[0].split() == TEXT.split()
    assert "3 writes (5 requests), at least 1 second at the API's limits" in planned.out
    assert "Target: https://spaces.nexudus.com\n" in planned.out
    assert onboarding.exists()


def test_plan_as_markdown(cli: CommandLine, onboarding: Path) -> None:
    """As Markdown the summary comes first, and each section is a row of a table."""
    planned = cli("plan", "--format", "markdown")

    assert planned.out.startswith("**Plan: 3 to create, 0 to update, 0 to delete.**\n")
    assert "\n### Member onboarding\n" in planned.out
    assert "| `+` create | 20 | Your first week | unlocks 7 days after enrolment |" in planned.out
    assert planned.err == ""
    assert onboarding.exists()


def test_a_title_means_nothing_in_markdown(cli: CommandLine, courses: Path) -> None:
    """Markup, mentions and table bars of a title are shown as they are written."""
    write_outline(courses, "a", 4711, "'| @all <b>x</b> [y](https://z.example) `code`'")
    planned = cli("plan", "--format", "markdown")

    assert "&lt;b&gt;x" in planned.out
    assert not any(each in planned.out for each in ("@all", "<b>", "[y](", " `code`", " | |"))


def test_plan_as_json(cli: CommandLine, onboarding: Path) -> None:
    """As JSON a plan has a format version, and each change its attributes and its place."""
    planned = cli("plan", "--format", "json")
    told = json.loads(planned.out)
    second = told["changes"][1]

    assert told["format_version"] == 1
    assert told["summary"]["create"] == told["writes"] == 3
    assert second["action"] == "create"
    assert second["address"] == "section.onboarding.first-week"
    assert second["after"]["UnlockAfterDays"] == 7
    assert second["where"] == {"column": 5, "line": 7, "path": "courses/onboarding.yaml"}
    assert planned.err == ""
    assert onboarding.exists()


def test_a_plan_file_is_the_plan_as_json(cli: CommandLine, onboarding: Path) -> None:
    """`--out` writes the JSON form, leaves no temporary file, and says on stderr what to type."""
    planned = cli("plan", "--format", "json", "--out", "plan.json")

    assert (cli.cwd / "plan.json").read_text() == planned.out
    assert "coursesync apply courses --plan plan.json" in planned.err
    assert sorted(path.name for path in cli.cwd.iterdir()) == ["courses", "plan.json"]
    assert onboarding.exists()


def test_a_plan_file_that_cannot_be_written(cli: CommandLine, onboarding: Path) -> None:
    """`--out` into a folder that is not there is an error, and stdout stays empty."""
    planned = cli("plan", "--out", "nowhere/plan.json")

    assert (planned.code, planned.out) == (1, "")
    assert "the plan file nowhere/plan.json can't be written" in planned.err
    assert onboarding.exists()


def test_json_on_failure(cli: CommandLine, courses: Path) -> None:
    """A failure is JSON too: the exit code, and every mistake with file, line and column."""
    (courses / "a.yaml").write_text("id: 4711\ntitle: A\nsections:\n  - titel: One\n")
    planned = cli("plan", "--format", "json")
    told = json.loads(planned.out)

    assert planned.code == told["error"]["exit_code"] == 3
    assert told["format_version"] == 1
    assert {(each["path"], each["line"], each["column"]) for each in told["diagnostics"]} == {
        ("courses/a.yaml", 4, 5)
    }
    assert "Did you mean `title:`?" in planned.err


@pytest.mark.parametrize(("workspace", "code"), [("nowhere", 64), ("courses", 1)])
def test_json_on_every_failure(cli: CommandLine, courses: Path, workspace: str, code: int) -> None:
    """A failure that has no place in an outline is JSON with its own exit code."""
    planned = cli("plan", workspace, "--format", "json")
    told = json.loads(planned.out)

    assert planned.code == told["error"]["exit_code"] == code
    assert told["error"]["problem"] in planned.err
    assert told["diagnostics"] == []
    assert courses.is_dir()


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_the_same_bytes(tmp_path: Path, form: str) -> None:
    """Neither the hash seed nor the order in which the files were made changes a byte."""
    outlines = [("a", 4711, "One"), ("b", 4712, "Two"), ("c", 4713, "Three")]
    told: list[str] = []
    for name, given in {"first": outlines, "second": outlines[::-1]}.items():
        courses = tmp_path / name / "courses"
        courses.mkdir(parents=True)
        for key, course_id, title in given:
            write_outline(courses, key, course_id, title, "More")
        cli = CommandLine(courses.parent, {"PYTHONHASHSEED": str(len(told))})
        told.append(cli("plan", "--format", form).out)

    assert told[0] == told[1] != ""


def test_no_colour_away_from_a_terminal(cli: CommandLine, onboarding: Path) -> None:
    """What is piped holds no escape sequence, whatever the terminal is."""
    planned = cli("plan", TERM="xterm-256color", COLORTERM="truecolor")

    assert "\x1b" not in planned.out + planned.err
    assert onboarding.exists()


def test_a_reader_that_goes_away(cli: CommandLine, courses: Path) -> None:
    """`plan | head -1` ends without a traceback or any other complaint."""
    write_outline(
        courses, "a", 4711, *(f"Section {number}\n    contents: Hi" for number in range(3000))
    )
    with cli.start("plan") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        process.stdout.close()
        complaint = process.stderr.read()

    assert first == "Course a\n"
    assert complaint == ""


def test_unusual_characters_are_shown(cli: CommandLine, courses: Path) -> None:
    """A title that the terminal's encoding can't write is shown escaped, not as a failure."""
    write_outline(courses, "a", 4711, "Tea ☕")
    shown = cli("plan")
    western = cli("plan", PYTHONIOENCODING="latin-1", PYTHONUTF8="0")

    assert "Tea ☕" in shown.out
    assert western.code == 0
    assert "Tea \\u2615" in western.out


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_every_failure_is_reported_as_json(cli: CommandLine, courses: Path, command: str) -> None:
    """Whatever goes wrong: who asked for JSON gets JSON."""
    write_outline(courses, "a", 4711, "One")
    ran = cli(command, "--max-bytes", "5000", "--format", "json")
    unkept = cli("plan", "--format", "json", COURSESYNC_OUTPUT="nowhere/x")

    assert ran.code == json.loads(ran.out)["error"]["exit_code"] == 64
    assert unkept.code == json.loads(unkept.out)["error"]["exit_code"] == 1


@pytest.mark.parametrize("name", ["i", "o", "lessons", "my lessons"])
def test_a_remedy_is_for_the_workspace_that_was_named(cli: CommandLine, name: str) -> None:
    """In words as in JSON, whatever it is called."""
    (cli.cwd / name).mkdir()
    wanted = f"coursesync import --course ID -w {quote(name)} --sandbox"
    ran = cli("plan", name, "--sandbox")
    told = json.loads(cli("plan", name, "--sandbox", "--format", "json").out)

    assert ran.said.endswith(wanted)
    assert told["error"]["remedy"].endswith(f"`{wanted}`")
