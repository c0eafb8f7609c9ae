"""In a job on GitHub, what is wrong is shown at its line in the pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from harness import SECTIONS, lift_limits, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

JOB = {"GITHUB_ACTIONS": "true"}
COMMAND = re.compile(r"^::(error|warning)(?: ([^:]*))?::(.*)$", re.MULTILINE)


@pytest.fixture
def job(cli: CommandLine) -> CommandLine:
    """The command line in a job."""
    return cli.having(JOB)


def annotated(err: str) -> list[tuple[str, str, str]]:
    """Return level, properties and message of each command in a log."""
    return COMMAND.findall(err)


def test_each_mistake_is_at_its_line(job: CommandLine, courses: Path) -> None:
    """File, line and column, with what to write instead on a line of its own."""
    (courses / "a.yaml").write_text("id: 4711\ntitle: 2024\nsections: []\n")
    (found,) = annotated(job("validate").err)

    assert found[:2] == ("error", "file=courses/a.yaml,line=2,col=8")
    assert found[2].startswith("`title` must be text, and 2024 is read as a number%0AQuote this:")


def test_nowhere_else_is_anything_annotated(cli: CommandLine, courses: Path) -> None:
    """Away from GitHub a log has no commands."""
    (courses / "a.yaml").write_text("id: 4711\ntitle: 2024\nsections: []\n")

    assert annotated(cli("validate").err) == []


def test_of_many_nine_are_shown_and_the_rest_counted(job: CommandLine, courses: Path) -> None:
    """GitHub shows ten a step: the tenth says how many more there are."""
    sections = "".join(f"  - title: {number}\n" for number in range(30))
    (courses / "a.yaml").write_text(f"id: 4711\ntitle: A\nsections:\n{sections}")
    found = annotated(job("validate").err)

    assert len(found) == 10
    assert found[-1] == ("error", "", "and 21 more mistakes: see the log")


def test_what_someone_edited_on_the_site_is_at_its_line(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """An apply that would write over it ends red, and says so where the section stands."""
    write_outline(courses, "a", 4711, "One")
    author("apply", "--auto-approve")
    (record,) = api.records()
    api.foreign_change(int(str(record["Id"])), Title="Theirs", At="2030-01-01T00:00:00Z")
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: A\nsections:\n  - title: One\n    active: false\n"
    )
    ran = author.having(JOB)("apply", "--auto-approve")
    found = [each for each in annotated(ran.err) if each[0] == "error"]

    assert ran.code == 6
    assert [each[1] for each in found] == ["file=courses/a.yaml,line=4,col=5"]
    assert "section.a.one" in found[0][2]


def test_advice_is_a_warning(job: CommandLine, courses: Path) -> None:
    """Advice that stops nothing is shown as a warning."""
    write_outline(courses, "a", 4711, "One")
    ran = job("validate")
    (found,) = annotated(ran.err)

    assert ran.code == 0
    assert found[:2] == ("warning", "file=courses/a.yaml,line=4,col=5")


def test_what_the_api_refuses_is_at_its_line(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A refused section is marked in the outline that it comes from."""
    path = write_outline(courses, "a", 4711, "One")
    path.write_text(f"{path.read_text()}    contents: Hi\n")
    api.fault(f"POST {SECTIONS}@1:status=400")
    found = annotated(author.having(JOB)("apply", "--auto-approve").err)

    assert [each[:2] for each in found] == [("error", "file=courses/a.yaml,line=4,col=5")]


def test_a_failure_without_a_line_is_annotated_too(job: CommandLine, courses: Path) -> None:
    """The reason of a red run stands on its page."""
    write_outline(courses, "a", 4711, "One")
    found = annotated(job("apply", "--auto-approve").err)

    assert found[-1][0] == "error"
    assert "NEXUDUS_TOKEN" in found[-1][2]


@pytest.mark.parametrize("title", ["::error::owned", "%0A::error::owned", "##[error]owned"])
def test_no_title_is_a_command(job: CommandLine, courses: Path, title: str) -> None:
    """An author's text makes no annotation of its own, nor ends one."""
    written = title.replace('"', '\\"')
    (courses / "a.yaml").write_text(
        f'id: 4711\ntitle: A\nsections:\n  - title: "{written}"\n    nope: "{written}"\n'
    )
    err = job("validate").err
    found = annotated(err)

    assert [each[0] for each in found] == ["error"]
    assert all("owned" not in line for line in err.splitlines() if line.startswith("##["))


def test_paths_are_those_of_the_repository(job: CommandLine, courses: Path) -> None:
    """Where a step stands in a folder below, the annotation names the file from the root."""
    (courses / "a.yaml").write_text("id: 4711\ntitle: 2024\nsections: []\n")
    (found,) = annotated(job("validate", courses, GITHUB_WORKSPACE=str(job.cwd)).err)

    assert found[1] == "file=courses/a.yaml,line=2,col=8"


def test_what_a_run_left_alone_is_counted_once(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Nine edits of others are marked at their lines, and the tenth mark counts the rest."""
    lift_limits(courses)
    titles = [f"S{number}" for number in range(12)]
    path = write_outline(courses, "a", 4711, *titles)
    author("apply", "--auto-approve")
    for record in api.records():
        api.foreign_change(int(str(record["Id"])), Title="Theirs", At="2030-01-01T00:00:00Z")
    path.write_text(path.read_text().replace("- title", "- unlock: sequential\n    title"))
    options = ("--auto-approve", "--allow-large-change")
    ran = author("apply", *options, GITHUB_ACTIONS="true")
    marks = [line for line in ran.err.splitlines() if line.startswith("::error")]

    assert ran.code == 6
    assert len(marks) == 10
    assert marks[-1].startswith("::error::and 3 more mistakes")
