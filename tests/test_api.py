"""The package from Python: what scripts call, and the errors that they get."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from docs.pages import PYTHON
from harness import NO_LIMITS, STATE, TOKEN, write_outline

import coursesync
from coursesync import (
    Credentials,
    InvalidOutlines,
    LargeChange,
    StalePlan,
    StateLocked,
    Status,
    UsageError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

    from coursesync import Report, Result, Workspace

ONE = "section.a.one"
GIVEN = Credentials(token=TOKEN)


def script() -> str:
    """Return the script of the documentation."""
    return PYTHON.noted("script").text


def opened(courses: Path, api: SandboxServer) -> Workspace:
    """Load a workspace for a sandbox on a socket, that sets no limits and whose lists never lag."""
    (courses / "coursesync.toml").write_text(f"settling_time = 0.1\n{NO_LIMITS}")
    return coursesync.load(courses, base_url=api.url)


def applied(courses: Path, api: SandboxServer) -> Report:
    """Plan and apply a workspace as it is."""
    workspace = opened(courses, api)
    return coursesync.apply(coursesync.plan(workspace), workspace, credentials=GIVEN)


def ids(report: Report) -> dict[str, int]:
    """Return the Ids that a run gave, by their addresses."""
    found = {result.change.address: result.record_id for result in report.results}
    return {str(address): record_id for address, record_id in found.items() if record_id}


class Heard:
    """A progress that records its calls."""

    def __init__(self) -> None:
        self.results: list[Result] = []

    def concluded(self, result: Result, rest: float = 0.0) -> None:  # noqa: ARG002 - the port's
        """Keep a result."""
        self.results.append(result)

    def waiting(self, seconds: float, why: str, rest: float = 0.0) -> None:
        """Do nothing."""


def test_the_script_of_the_documentation_runs(examples: Path) -> None:
    """Against the embedded sandbox it creates all that it planned, and leaves nothing."""
    ran = subprocess.run(
        [sys.executable, "-c", script()],
        cwd=examples.parent,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    told = [line.split(" ")[0] for line in ran.stdout.splitlines()]

    assert ran.returncode == 0, ran.stderr
    assert (told.count("create"), told.count("created"), told[-1]) == (60, 60, "0")


def test_a_script_is_checked_by_its_types(tmp_path: Path) -> None:
    """What the documentation shows passes mypy --strict, and what is misspelt does not."""
    slips = {
        "nothing": ("coursesync.nothing\n", '"nothing"'),
        "misspelt": ("plan.wirtes\n", 'maybe "writes"'),
        "mistaken": ("coursesync.plan('courses')\n", 'expected "Workspace"'),
    }
    (tmp_path / "consumer.py").write_text(script())
    for name, (slip, _) in slips.items():
        (tmp_path / f"{name}.py").write_text(script() + slip)
    files = sorted(path.name for path in tmp_path.iterdir())
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", *files],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    errors = sorted(
        line.partition(".py:") for line in checked.stdout.splitlines() if ": error: " in line
    )

    assert [name for name, _, _ in errors] == sorted(slips), checked.stdout + checked.stderr
    assert all(slips[name][1] in told for name, _, told in errors), checked.stdout


def test_to_import_the_package_loads_nothing_more() -> None:
    """Nothing but itself is there until something is asked for."""
    code = "import sys, coursesync; print(sorted(m for m in sys.modules if 'coursesync' in m))"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )

    assert ran.stdout.strip() == "['coursesync']"


def test_a_module_can_be_imported_by_its_path() -> None:
    """`coursesync.plan` is the function, and `coursesync.planning.plan` the module."""
    code = "import coursesync, coursesync.planning.plan as module; print(coursesync.plan, module)"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )

    assert ran.stdout.startswith("<function plan at 0x")
    assert "<module 'coursesync.planning.plan' from " in ran.stdout


def test_a_run_reports_its_progress_and_its_results(api: SandboxServer, courses: Path) -> None:
    """Progress hears each result, and the report has them all; nothing is left then."""
    write_outline(courses, "a", 4711, "One", "Two")
    workspace, heard = opened(courses, api), Heard()
    report = coursesync.apply(
        coursesync.plan(workspace), workspace, credentials=GIVEN, progress=heard
    )

    assert heard.results == list(report.results)
    assert [result.status for result in report.results] == [Status.CREATED] * 2
    assert (report.complete, report.left) == (True, 0)
    assert not coursesync.plan(opened(courses, api)).has_changes


def test_a_run_that_stops_returns_its_report(api: SandboxServer, courses: Path) -> None:
    """Out of its budget of writes it raises nothing: the report says why, and what is left."""
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    workspace = opened(courses, api)
    plan = coursesync.plan(workspace)
    report = coursesync.apply(plan, workspace, credentials=GIVEN, max_writes=1)

    assert report.stop is not None
    assert (report.complete, report.left) == (False, 2)
    assert len(api.records()) == 1


def test_a_plan_that_the_outlines_left_behind_is_refused(api: SandboxServer, courses: Path) -> None:
    """Edited after it was planned, a workspace is not applied; nor is a plan applied twice."""
    write_outline(courses, "a", 4711, "One")
    workspace = opened(courses, api)
    plan = coursesync.plan(workspace)
    write_outline(courses, "a", 4711, "One", "Two")
    with pytest.raises(StalePlan, match="the outlines have changed"):
        coursesync.apply(plan, workspace, credentials=GIVEN)
    write_outline(courses, "a", 4711, "One")
    coursesync.apply(plan, workspace, credentials=GIVEN)
    with pytest.raises(StalePlan, match="now there is one"):
        coursesync.apply(plan, workspace, credentials=GIVEN)

    assert len(api.records()) == 1


def test_what_is_planned_under_the_lock_is_applied_as_it_is(
    api: SandboxServer, courses: Path
) -> None:
    """Held, the outlines may change after they were read; once released, that counts again."""
    write_outline(courses, "a", 4711, "One")
    workspace = opened(courses, api)
    with workspace.project.held():
        workspace = workspace.project.load()
        plan = coursesync.plan(workspace)
        write_outline(courses, "a", 4711, "One", "Two")
        report = coursesync.apply(plan, workspace, credentials=GIVEN)
        with pytest.raises(StalePlan):
            coursesync.apply(plan, workspace, credentials=GIVEN)

    assert report.complete
    assert len(api.records()) == 1


def test_a_plan_needs_the_workspace_to_be_free(api: SandboxServer, courses: Path) -> None:
    """While another project of the same folder is held, apply raises StateLocked."""
    write_outline(courses, "a", 4711, "One")
    workspace = opened(courses, api)
    with opened(courses, api).project.held(), pytest.raises(StateLocked):
        coursesync.apply(coursesync.plan(workspace), workspace, credentials=GIVEN)

    assert api.records() == []


def test_all_invalid_outlines_are_reported_at_once(courses: Path) -> None:
    """The error carries each diagnostic, with its place."""
    (courses / "a.yaml").write_text("id: 0\ntitle: A\nsections:\n  - titel: One\n")
    with pytest.raises(InvalidOutlines) as caught:
        coursesync.load(courses)

    lines = {diagnostic.where.line for diagnostic in caught.value.diagnostics}
    assert lines == {1, 4}


def test_a_large_change_has_to_be_allowed(api: SandboxServer, courses: Path) -> None:
    """A large plan is refused by its own error, and carried out where allowed."""
    write_outline(courses, "a", 4711, *(f"Part {number}" for number in range(10)))
    applied(courses, api)
    outline = courses / "a.yaml"
    outline.write_text(
        outline.read_text().replace("- title: Part", "- contents: new\n    title: Part")
    )
    workspace = opened(courses, api)
    plan = coursesync.plan(workspace)
    with pytest.raises(LargeChange, match="10 of all 10 sections"):
        coursesync.apply(plan, workspace, credentials=GIVEN)
    report = coursesync.apply(plan, workspace, credentials=GIVEN, allow_large_change=True)

    assert report.complete
    assert {record["SectionContents"] for record in api.records()} == {"new"}


def test_removal_is_the_plans_own(api: SandboxServer, courses: Path) -> None:
    """What a plan may delete, the apply of it deletes; no other word is asked for."""
    write_outline(courses, "a", 4711, "One", "Two")
    applied(courses, api)
    write_outline(courses, "a", 4711, "One")
    workspace = opened(courses, api)
    plan = coursesync.plan(workspace, on_removal="delete", prune=True)
    report = coursesync.apply(plan, workspace, credentials=GIVEN)

    assert [result.status for result in report.results] == [Status.DELETED]
    assert report.left == 0
    with pytest.raises(UsageError, match="on_removal"):
        coursesync.plan(workspace, on_removal="burn")


def test_drift_is_found_and_put_back(api: SandboxServer, courses: Path) -> None:
    """A plan of what the site has is applied after another look, and then nothing has drifted."""
    write_outline(courses, "a", 4711, "One", "Two")
    made = ids(applied(courses, api))
    api.foreign_change(made[ONE], Title="Eins", At="2099-01-01T00:00:00Z")
    drift = coursesync.drift(opened(courses, api), credentials=GIVEN)
    plan = coursesync.plan(drift.workspace)
    report = coursesync.apply(plan, drift.workspace, credentials=GIVEN, overwrite_drift=True)

    assert [(each.finding.value, each.address) for each in drift.found] == [("edited", ONE)]
    assert drift.has_drift
    assert [result.status for result in report.results] == [Status.UPDATED]
    assert not coursesync.drift(opened(courses, api), credentials=GIVEN).has_drift


def test_the_state_is_mended(api: SandboxServer, courses: Path) -> None:
    """An address moves, a record is forgotten, and nothing was left to recover."""
    write_outline(courses, "a", 4711, "One", "Two")
    made = ids(applied(courses, api))
    project = coursesync.open_project(courses, base_url=api.url)
    coursesync.move(project, ONE, "section.a.eins", dry_run=True)
    coursesync.move(project, ONE, "section.a.eins")
    forgotten = coursesync.forget(project, "section.a.two")

    assert {at: entry.id for at, entry in project.state().entries.items()} == {
        "section.a.eins": made[ONE]
    }
    assert forgotten.id == made["section.a.two"]
    assert not coursesync.recover(project)


def test_a_doubt_is_resolved(api: SandboxServer, courses: Path) -> None:
    """A create in doubt is settled by the Id that a person found."""
    write_outline(courses, "a", 4711, "One")
    api.leave_in_doubt()
    workspace = opened(courses, api)
    plan = coursesync.plan(workspace)
    report = coursesync.apply(plan, workspace, credentials=GIVEN, settling_time=0.1)
    (record,) = api.records()
    assert isinstance(record["Id"], int)
    coursesync.resolve(workspace.project, ONE, record["Id"])

    assert [result.status for result in report.results] == [Status.IN_DOUBT]
    assert [entry.id for entry in workspace.project.state().entries.values()] == [record["Id"]]


def test_outlines_are_laid_out(courses: Path) -> None:
    """A check reports a text and does not write it; a formatted text stays the same."""
    path = write_outline(courses, "a", 4711, "One")
    before = path.read_text()
    told = coursesync.fmt(courses, check=True)
    unchanged = path.read_text()
    coursesync.fmt(courses)

    assert list(told.changed) == ["a.yaml"]
    assert (unchanged, path.read_text()) == (before, told.changed["a.yaml"])
    assert coursesync.fmt(courses).same == 1


def test_advice_has_its_place(courses: Path) -> None:
    """Valid outlines come with their advice, each piece with its line."""
    (courses / "a.yaml").write_text("id: 4711\ntitle: A\nsections:\n  - title: One\n")
    found = coursesync.validate(courses)

    assert [outline.title for outline in found.outlines] == ["A"]
    assert [advice.diagnostic().where.line for advice in found.advice] == [4]


@pytest.mark.parametrize("given", [Credentials(), Credentials(token="a\nb")])
def test_credentials_that_are_given_are_checked_and_not_shown(
    api: SandboxServer, courses: Path, given: Credentials
) -> None:
    """A value that can't be sent is reported before the first request, and never with its text."""
    write_outline(courses, "a", 4711, "One")
    workspace = opened(courses, api)
    with pytest.raises(UsageError) as caught:
        coursesync.apply(coursesync.plan(workspace), workspace, credentials=given)

    assert "a\nb" not in f"{caught.value.problem} {given!r}"
    assert not (courses / STATE).exists()
    assert api.log() == []


def test_the_command_line_and_scripts_share_a_state(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What one has applied, the other knows."""
    write_outline(courses, "a", 4711, "One")
    applied(courses, api)
    planned = author("plan", "--detailed-exitcode")

    assert planned.code == 0, planned.out
