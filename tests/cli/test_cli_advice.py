"""Advice on the three commands: how much of it, in which formats, and where it is an error."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from harness import write_outline

from coursesync.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

COMMANDS = [("validate",), ("plan",), ("apply", "--sandbox", "--auto-approve")]
EMPTY = "courses/a.yaml:4:5: advice: members who open this section find it empty"
STRICT = "Error: 1 piece of advice on the outlines, and"


@pytest.fixture
def empty_section(courses: Path) -> Path:
    """An outline with one thing to advise on."""
    return write_outline(courses, "a", 4711, "One")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_advice_is_shown_and_stops_nothing(
    command: tuple[str, ...], cli: CommandLine, empty_section: Path
) -> None:
    """By itself, advice stands on stderr before all else, and the command goes on."""
    ran = cli(*command)

    assert ran.err.startswith(EMPTY)
    assert ran.code == ExitCode.DONE
    assert "advice" not in ran.out
    assert empty_section.exists()


@pytest.mark.parametrize("way", ["flag", "variable", "file"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_strict_makes_advice_an_error(
    command: tuple[str, ...], way: str, cli: CommandLine, empty_section: Path
) -> None:
    """Asked for on the command line, by a variable or in coursesync.toml, it ends with 3."""
    if way == "file":
        (empty_section.parent / "coursesync.toml").write_text("strict = true\n")
    arguments = [*command, "--strict"] if way == "flag" else [*command]
    ran = cli.having({"COURSESYNC_STRICT": "1"} if way == "variable" else {})(*arguments)

    assert ran.code == ExitCode.INVALID
    assert ran.err.startswith(EMPTY)
    setting = "strict = true in courses/coursesync.toml" if way == "file" else "--strict"
    assert f"{STRICT} {setting} makes it an error." in ran.said
    assert ran.out == ""
    assert not list(empty_section.parent.rglob("*.state.json"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_no_strict_comes_before_the_file(
    command: tuple[str, ...], cli: CommandLine, empty_section: Path
) -> None:
    """The command line has the last word over coursesync.toml."""
    (empty_section.parent / "coursesync.toml").write_text("strict = true\n")

    assert cli(*command, "--no-strict").code == ExitCode.DONE


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_strict_has_nothing_against_the_examples(
    command: tuple[str, ...], cli: CommandLine, examples: Path
) -> None:
    """The example courses give no advice at all."""
    ran = cli(*command, "--strict")

    assert ran.code == ExitCode.DONE
    assert "advice" not in ran.err
    assert examples.is_dir()


def test_a_settled_course_gives_no_advice_in_a_plan(cli: CommandLine, empty_section: Path) -> None:
    """An outline that stands as it was applied is not read again by plan; validate reads all."""
    cli("apply", "--sandbox", "--auto-approve")

    assert cli("plan", "--sandbox", "--strict").err == ""
    assert cli("validate").err.startswith(EMPTY)
    assert empty_section.exists()


def test_the_first_fifty_pieces_of_advice_are_shown(cli: CommandLine, courses: Path) -> None:
    """Fifty pieces are shown, sorted by outline and line, and the rest is counted."""
    for name in ("b", "a"):
        write_outline(courses, name, ord(name), *(f"Part {i}" for i in range(40)))
    said = cli("validate").err.splitlines()
    lines = [line for line in said if not line.startswith("    ")]

    assert [line.split(": advice:")[0] for line in lines[:50]] == [
        *(f"courses/a.yaml:{line}:5" for line in range(4, 44)),
        *(f"courses/b.yaml:{line}:5" for line in range(4, 14)),
    ]
    assert lines[50:] == ["and 30 more", ""]


def test_advice_in_json_has_the_form_of_diagnostics(cli: CommandLine, empty_section: Path) -> None:
    """A plan as JSON lists the advice; where it is an error, that is among the diagnostics."""
    planned = json.loads(cli("plan", "--format", "json").out)
    failed = json.loads(cli("plan", "--format", "json", "--strict").out)

    assert planned["advice"] == failed["diagnostics"]
    assert planned["advice_left_out"] == 0
    assert {name: planned["advice"][0][name] for name in ("path", "line", "column")} == {
        "path": "courses/a.yaml",
        "line": 4,
        "column": 5,
    }
    assert planned["advice"][0].keys() == {*("path", "line", "column", "problem", "remedy", "rule")}
    assert planned["advice"][0]["rule"] == "empty-contents"
    assert failed["error"]["exit_code"] == ExitCode.INVALID
    assert empty_section.exists()


def test_much_advice_in_json_is_bounded(cli: CommandLine, courses: Path) -> None:
    """A program gets a thousand pieces, and the number of the others."""
    write_outline(courses, "a", 4711, *(f"Part {i}" for i in range(1_200)))
    planned = json.loads(cli("plan", "--format", "json").out)

    assert len(planned["advice"]) == 1_000
    assert planned["advice_left_out"] == 200


def test_a_plan_file_may_carry_advice(cli: CommandLine, empty_section: Path) -> None:
    """Advice is no part of what was reviewed: the digest is the same without it."""
    cli("plan", "--sandbox", "--out", "plan.json")
    kept = json.loads((cli.cwd / "plan.json").read_text())

    assert len(kept["advice"]) == 1
    assert cli("apply", "--sandbox", "--plan", "plan.json").code == ExitCode.DONE
    assert empty_section.exists()


def test_advice_in_markdown_is_folded_and_inert(cli: CommandLine, courses: Path) -> None:
    """It stands at the end, folded; what comes from an outline means nothing in it."""
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: T\nsections:\n"
        "  - title: One\n    contents: A\n"
        "  - title: '@all <b> [a](https://b.example) | `c`'\n    active: false\n"
        "  - title: Two\n    unlock: sequential\n    contents: <p><x@all|y>A</p>\n"
    )
    ran = cli("plan", "--format", "markdown")
    folded = ran.out.partition("<details><summary>3 pieces of advice for the authors</summary>")[2]

    assert folded.count("\n- `courses/a.yaml:") == 3
    assert folded.partition("\n<sub>Target")[0].endswith("\n\n</details>\n")
    meant = re.sub(r"`[^`\n]*`", "", folded)  # nothing means anything in code
    assert not any(each in meant for each in ("@all", "<b>", "[a](", "<x", " | "))


def test_markdown_shows_the_first_pieces_of_advice(cli: CommandLine, courses: Path) -> None:
    """A page of it does for a reader."""
    write_outline(courses, "a", 4711, *(f"Part {i}" for i in range(60)))
    told = cli("plan", "--format", "markdown").out

    assert "<summary>60 pieces of advice for the authors</summary>" in told
    assert told.count("\n- `courses/a.yaml:") == 50
    assert told.partition("\n<sub>Target")[0].endswith("\n- and 10 more\n\n</details>\n")


def test_mistakes_come_before_advice(cli: CommandLine, empty_section: Path) -> None:
    """While an outline is invalid, only its mistakes are shown."""
    write_outline(empty_section.parent, "b", 4711, "Two")
    ran = cli("validate", "--strict")

    assert ran.code == ExitCode.INVALID
    assert "advice" not in ran.err
