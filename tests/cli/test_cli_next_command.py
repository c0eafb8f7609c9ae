"""Messages end with a command that goes on: after a refreshed plan, another target, a signal."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
from typing import TYPE_CHECKING

import httpx
import pytest
from docs.pages import SANDBOX
from harness import SECTIONS, CommandLine, saved, slowed, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer

APPLY = ("apply", "--auto-approve")
ONE = "section.a.one"


def test_a_refreshed_plan_names_the_apply_that_does_it(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A plain apply would have nothing to do; the command has `--refresh`, and works."""
    write_outline(courses, "a", 4711, "One", "Two")
    author(*APPLY)
    api.foreign_remove(saved(courses).entries[ONE])
    plan = author("plan", "--refresh", "--on-removal", "deactivate")
    plain = author(*APPLY)
    done = author(*APPLY, "--refresh")
    empty = author("plan", "--refresh")

    assert "To do this: coursesync apply courses" in plan.said
    assert "--on-removal deactivate --refresh" in plan.said
    assert len(api.records()) == 2
    assert plain.code == done.code == 0
    assert "To do this" not in empty.said


SHAPES = ("--refresh", "--on-removal", "delete", "--prune")


def test_apply_without_a_terminal_names_the_plan_that_it_has_made(
    author: CommandLine, courses: Path
) -> None:
    """Every option that shapes the plan is in the command for a plan file."""
    write_outline(courses, "a", 4711, "One", "Two", "Three", "Four")
    assert author(*APPLY).code == 0
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    ran = author("apply", *SHAPES)

    assert ran.code == 64
    plan = "coursesync plan courses --on-removal delete --prune --refresh --out FILE"
    assert f"Or write the plan to a file: {plan} " in ran.said


def test_a_contradicted_plan_file_names_the_whole_plan(author: CommandLine, courses: Path) -> None:
    """How the file was made is repeated, but for the option that was typed."""
    write_outline(courses, "a", 4711, "One")
    assert author("plan", "--out", "p.json", *SHAPES).code == 0
    ran = author("apply", "--plan", "p.json", "--on-removal", "deactivate")

    assert ran.code == 64
    plan = "coursesync plan courses --on-removal deactivate --prune --refresh --out FILE"
    assert plan in ran.said


def test_the_first_plan_names_the_option_of_the_sandbox(cli: CommandLine, courses: Path) -> None:
    """The second look is left out with `--sandbox` only; a served sandbox has it too."""
    write_outline(courses, "a", 4711, "One")
    said = " ".join(cli("plan").out.split())

    assert "the settling time: one minute by default, and not with --sandbox" in said


def test_a_plan_for_the_sandbox_is_not_overwritten(cli: CommandLine, courses: Path) -> None:
    """Where `--sandbox` was forgotten, the message says to add it, and not to plan again."""
    write_outline(courses, "a", 4711, "One")
    cli("plan", "--sandbox", "--out", "p.json")
    ran = cli("apply", "--plan", "p.json")
    there = cli("apply", "--plan", "p.json", "--sandbox")

    assert ran.code == 4
    assert "To apply it to the sandbox, add `--sandbox`" in ran.said
    assert "--out FILE" in ran.said
    assert "p.json" not in ran.said
    assert there.code == 0, there.err


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        (("--sandbox",), "leave out `--sandbox`"),
        (("--base-url", "https://api.example.org"), "add `--base-url https://spaces.nexudus.com`"),
    ],
)
def test_a_plan_for_another_api_is_not_overwritten(
    cli: CommandLine, courses: Path, options: tuple[str, ...], remedy: str
) -> None:
    """The message names the option that leads to the API that the plan was made for."""
    write_outline(courses, "a", 4711, "One")
    cli("plan", "--out", "p.json")
    ran = cli("apply", "--plan", "p.json", *options)

    assert ran.code == 4
    assert remedy in ran.said
    assert "--out FILE" in ran.said
    assert "p.json" not in ran.said


@pytest.mark.parametrize(
    ("number", "name"), [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")]
)
def test_a_signal_says_what_a_second_one_does(
    author: CommandLine, api: SandboxServer, courses: Path, number: int, name: str
) -> None:
    """The text names the signal that came, and a command for the case that it comes again."""
    write_outline(courses, "a", 4711, "One")
    with slowed(author, api, 1, seconds=2) as process:
        process.send_signal(number)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 128 + number
    assert f"Stopping when the current request is done. A second {name} stops it now.\n" in err
    assert "If it is stopped before that, run this to finish:\n  coursesync apply courses\n" in err


def test_new_sections_that_no_look_has_confirmed(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The plan says what is still to be checked, and its command finishes that."""
    write_outline(courses, "a", 4711, "One")
    api.change(list_lag=3)
    first = author(*APPLY, "--settling-time", "0")
    plan = author("plan")
    api.change(list_lag=0)
    again = author(*APPLY)

    assert first.code == 6
    assert "To check again and finish: coursesync apply courses" in first.said
    assert "1 section is still to be checked" in plan.said
    assert "To check and finish: coursesync apply courses" in plan.said
    assert again.code == 0, again.err
    assert "to be checked" not in author("plan").said


def test_a_missing_workspace_comes_with_its_init(cli: CommandLine) -> None:
    """The name is quoted as for a shell, and the command makes the workspace."""
    ran = cli("plan", "out lines")
    (command,) = re.findall(r"coursesync (init.*)$", ran.err, re.MULTILINE)
    cli(*shlex.split(command))

    assert "the workspace `'out lines'` does not exist" in ran.said
    assert command == "init -w 'out lines'"
    assert (cli.cwd / "out lines" / "first-course.yaml").is_file()


def test_a_missing_workspace_elsewhere_comes_with_its_mkdir(cli: CommandLine) -> None:
    """`init` makes a workspace below the current folder only; the name is quoted as for a shell."""
    (cli.cwd / "here").mkdir()
    ran = CommandLine(cli.cwd / "here")("import", "--course", "4711", "-w", "../out lines")
    (command,) = re.findall(r"mkdir.*$", ran.err, re.MULTILINE)
    subprocess.run(command, shell=True, cwd=cli.cwd / "here", check=True)  # noqa: S602 - as printed

    assert command == "mkdir -p '../out lines'"
    assert (cli.cwd / "out lines").is_dir()


def test_a_workspace_that_is_a_file_has_no_mkdir(cli: CommandLine) -> None:
    """It could not be made."""
    (cli.cwd / "a file").write_text("")
    ran = cli("plan", "a file")

    assert "the workspace `'a file'` is a file, not a folder" in ran.said
    assert "mkdir" not in ran.said
    assert "init" not in ran.said


def test_the_sandbox_names_the_header_that_it_needs(api: SandboxServer) -> None:
    """A body without its content type is refused with the header to send."""
    body = json.dumps({"CourseId": 4711, "Title": "One"})
    refused = httpx.post(f"{api.url}/_sandbox/sections", content=body)

    assert refused.status_code == 415
    assert "Content-Type: application/json" in refused.text
    assert "Content-Type: application/json" in SANDBOX.text


def test_an_apply_that_only_keeps_ends_with_a_result(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Where nothing is deleted without `--prune`, the last line says that nothing is sent."""
    write_outline(courses, "a", 4711, "One", "Two")
    author(*APPLY)
    write_outline(courses, "a", 4711, "One")
    ran = author(*APPLY, "--on-removal", "delete")

    assert ran.code == 0
    assert ran.err.endswith("Apply: there is nothing to send to Nexudus.\n")
    assert len(api.records()) == 2


def test_a_run_of_no_writes_is_continued_without_that_limit(
    author: CommandLine, courses: Path
) -> None:
    """`--max-writes 0` again would never get further."""
    write_outline(courses, "a", 4711, "One")
    ran = author(*APPLY, "--max-writes", "0")

    assert ran.code == 6
    assert "coursesync apply courses --auto-approve\n" in ran.err


def test_advice_that_is_an_error_by_the_file(cli: CommandLine, courses: Path) -> None:
    """The message names what makes it an error: the option, or the line of the file."""
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: A\nsections:\n  - key: one\n    title: One\n    unlock: {after_days: 7}\n"
    )
    by_option = cli("plan", "--strict")
    (courses / "coursesync.toml").write_text("strict = true\n")
    by_file = cli("plan")

    assert by_option.code == by_file.code == 3
    assert "--strict makes it an error" in by_option.said
    assert "strict = true in courses/coursesync.toml makes it an error" in by_file.said


def test_a_move_to_another_course_names_its_outline(
    author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """Which of the two outlines gets `previous_keys` is said."""
    write_outline(courses, "a", 4711, "One")
    author(*APPLY)
    ran = author("state", "mv", ONE, "section.b.one")

    assert "in the outline of b, and apply" in ran.said
    assert len(api.records()) == 1


@pytest.mark.parametrize("listable", [True, False])
def test_lessons_in_the_way_say_which_it_is(
    author: CommandLine, api: SandboxServer, courses: Path, *, listable: bool
) -> None:
    """A course waits because a section has lessons, or because they can't be listed."""
    write_outline(courses, "a", 4711, "One", "Two")
    author(*APPLY)
    api.create_lesson(4711, "Lesson", SectionId=saved(courses).entries[ONE])
    if not listable:
        api.fault("GET /api/content/courselessons@1+:status=403")
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: A\nsections:\n  - key: two\n    title: Changed\n"
    )
    ran = author(*APPLY, "--on-removal", "delete", "--prune", "--allow-large-change")
    why = f"because {ONE} has lessons." if listable else f"the lessons of {ONE} can't be listed."

    assert ran.code == 6
    assert "or they can't be listed" not in ran.said
    assert why in ran.said
    assert SECTIONS not in ran.err


@pytest.mark.parametrize("name", ["COURSESYNC_STRICT", "COURSESYNC_SANDBOX"])
def test_a_variable_for_a_flag_is_1_or_0(cli: CommandLine, courses: Path, name: str) -> None:
    """Any other value is refused, with the values that it may have."""
    write_outline(courses, "a", 4711, "One")
    wrong = cli.having({name: "maybe"})("plan")
    right = [cli.having({name: value})("plan").code for value in ("0", "false", "")]

    assert wrong.code == 64
    assert f'"maybe" in {name} is neither 1 nor 0.' in wrong.said
    assert right == [0, 0, 0]


def test_an_empty_workspace_of_the_sandbox(cli: CommandLine, courses: Path) -> None:
    """What to run for a course of the sandbox speaks of no course in Nexudus."""
    ran = cli("plan", "--sandbox")

    assert ran.code == 1
    assert "in Nexudus" not in ran.said
    assert "contents already: coursesync import --course ID --sandbox" in ran.said
    assert [*courses.iterdir()] == []


@pytest.mark.parametrize("name", ["courses/w/a.md", "./courses/w/a.md"])
def test_a_file_for_the_workspace_leads_to_its_folder(name: str, cli: CommandLine) -> None:
    """If a lesson's file is given, the message names the outlines' folder."""
    (cli.cwd / "courses" / "w").mkdir(parents=True, exist_ok=True)
    (cli.cwd / "courses" / "w" / "a.md").write_text("Hi\n")
    (cli.cwd / "courses" / "a.yaml").write_text("id: 1\ntitle: T\nsections: []\n")

    ran = cli("validate", name)

    assert ran.code == 64
    assert "The folder that holds your outlines is `courses`\n" in ran.err
