"""The documentation is true: its commands, its exit codes and its examples are the real ones."""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import TYPE_CHECKING

import click
from docs.pages import AUTHORS, ENGINEER, PAGES, REFERENCE, WORKINGS
from harness import ROOT, CommandLine

from coursesync.cli import _cli as root
from coursesync.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def commands(group: click.Group, name: str) -> Iterator[str]:
    """Give the full name of every command below a group."""
    context = click.Context(group)
    for child in group.list_commands(context):
        _, command, _ = group.resolve_command(context, [child])
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {child}")
        else:
            yield f"{name} {child}"


def test_the_tour_runs_as_it_is_written(cli: CommandLine, examples: Path) -> None:
    """Each line of the sixty-second tour works, and the last plan is empty."""
    tour = ENGINEER.noted("tour").text
    lines = re.findall(r"^\$ coursesync (.*)$", tour, re.MULTILINE)
    ran = [cli(*shlex.split(line)) for line in lines]

    assert [each.code for each in ran] == [0] * 5
    assert "Plan: 27 sections and 33 lessons to create, 0 to update, 0 to delete." in ran[1].out
    assert ran[3].out.startswith("Nothing to do")
    assert len(ran[4].out.splitlines()) == 60
    assert examples.is_dir()


def test_every_command_is_in_the_table_and_nothing_else() -> None:
    """The table of commands names just the commands that there are."""
    table = re.findall(
        r"^\| `(coursesync(?: [a-z]+(?:-[a-z]+)*)+)", REFERENCE.section("Commands"), re.MULTILINE
    )

    assert isinstance(root, click.Group)
    assert sorted(table) == sorted(commands(root, "coursesync"))


def test_the_exit_codes_are_those_of_the_program() -> None:
    """The table of exit codes has each code that there is, once."""
    table = re.findall(r"^\| (\d+) \|", REFERENCE.section("Exit codes"), re.MULTILINE)

    assert [int(code) for code in table] == sorted(ExitCode)


def test_every_dependency_has_its_reason() -> None:
    """The table of dependencies names just the packages that are installed with coursesync."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {re.split(r"[\[<>=]", entry)[0] for entry in project["dependencies"]}
    table = re.findall(r"^\| \[([\w.-]+)\]\(", WORKINGS.section("Dependencies"), re.MULTILINE)

    assert {name.lower() for name in table} == named


def test_make_knows_what_the_texts_speak_of() -> None:
    """Each `make` target that the pages and CONTRIBUTING name is in the Makefile."""
    texts = "".join(page.text for page in PAGES)
    texts += (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    named = set(re.findall(r"`make ([a-z-]+)`", texts))
    missing = [name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)]

    assert {"demo", "test", "bench", "reference"} <= named
    assert missing == []


def test_what_the_demo_proposes_works(cli: CommandLine, examples: Path) -> None:
    """The commands that the demo ends with exist, and the lesson that it names can be moved."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    proposed = makefile.split("define TRY_NEXT")[1].split("endef")[0]
    commands = re.findall(r"^ *\$\(BIN\)/coursesync (.*)$", proposed, re.MULTILINE)
    outline = examples / "onboarding.yaml"
    (line,) = re.findall(r"^ +(- \S+)$", proposed, re.MULTILINE)
    (key,) = re.findall(r'section "(.+)"', proposed)
    cli("apply", "--sandbox", "--auto-approve")
    first, found, rest = outline.read_text().partition(f"      {line}\n")
    before, at, after = rest.partition(f"  - key: {key}\n")
    inside, end, others = after.partition("\n\n")
    outline.write_text(f"{first}{before}{at}{inside}\n{found}{end}{others}")
    ran = cli(*shlex.split(commands[1]))

    assert [each.split()[0] for each in commands] == ["preview", "plan", "apply"]
    assert "moved from" in ran.out
    assert line.removeprefix("- ") in proposed.split("3.")[1]
    assert ENGINEER.section("Your own courses")


def test_the_outline_of_the_authors_page_is_valid(cli: CommandLine, courses: Path) -> None:
    """The outline that authors see first gives the plan that it shows."""
    outline, shown = AUTHORS.noted("outline").text, AUTHORS.noted("plan").text
    (courses / "onboarding.yaml").write_text(outline, encoding="utf-8")
    (courses / "first-week.md").write_text("Come as you are.\n", encoding="utf-8")
    planned = cli("plan")

    assert planned.code == 0, planned.err
    assert planned.out.startswith(shown)


def test_the_lessons_of_the_pages_are_valid(cli: CommandLine, courses: Path) -> None:
    """The outline and the Markdown file with front matter, as shown, make a section's lessons."""
    outline, lesson = REFERENCE.noted("lessons").text, REFERENCE.noted("a lesson").text
    (courses / "onboarding.yaml").write_text(outline, encoding="utf-8")
    (courses / "welcome").mkdir()
    (courses / "welcome" / "find-your-desk.md").write_text(lesson, encoding="utf-8")
    validated = cli("validate", "--strict")
    applied = cli("apply", "--sandbox", "--auto-approve")
    addresses = [line.split()[0] for line in cli("state", "list", "--sandbox").out.splitlines()]

    assert validated.code == 0, validated.err
    assert applied.code == 0, applied.err
    assert sorted(addresses) == [
        "lesson.onboarding.welcome.find-your-desk",
        "lesson.onboarding.welcome.tour",
        "section.onboarding.welcome",
    ]


def test_the_differences_of_the_pages_are_the_programs(cli: CommandLine, courses: Path) -> None:
    """Edited as its example has it, the authors' outline gives the differences that are shown."""
    outline, shown = AUTHORS.noted("outline").text, REFERENCE.noted("differences").text
    (courses / "first-week.md").write_text("Come as you are.\n", encoding="utf-8")
    (courses / "onboarding.yaml").write_text(outline, encoding="utf-8")
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    edits = {"to the space": "home", "on day one": "on your first day", "days: 7": "days: 14"}
    for old, new in edits.items():
        outline = outline.replace(old, new)
    head, welcome, first_week = outline.split("  - key: ")
    moved = "  - key: ".join((head, f"{first_week}\n", welcome))
    (courses / "onboarding.yaml").write_text(moved, encoding="utf-8")
    planned = cli("plan", "--sandbox")

    assert shown in planned.out
