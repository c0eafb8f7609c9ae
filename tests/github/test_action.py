"""The action: its own step, run as in a job, for each of its commands."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from github.runner import shell
from harness import PROGRAM, ROOT, TOKEN, CommandLine, lift_limits, write_outline
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from harness import SandboxServer

ACTION = YAML(typ="safe").load((ROOT / "action.yml").read_text())
STEP = ACTION["runs"]["steps"][-1]


@dataclass(frozen=True)
class Step:
    """A finished step: its code, its log, and its outputs and files for the job."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


@dataclass(frozen=True)
class Action:
    """The action, in a folder with a workspace."""

    cli: CommandLine

    def __call__(
        self, command: str, arguments: str = "", workspace: str = "courses", base_url: str = ""
    ) -> Step:
        """Run it with these inputs."""
        folder = self.cli.cwd
        files = {name: folder / f"job.{name}" for name in ("script", "outputs", "summary")}
        files["script"].write_text(STEP["run"])
        inputs = {
            "${{ inputs.command }}": command,
            "${{ inputs.workspace }}": workspace,
            "${{ inputs.arguments }}": arguments,
            "${{ inputs.base-url }}": base_url,
            "${{ runner.temp }}": str(folder),
        }
        environment = {
            **self.cli.with_environment({}),
            **{name: inputs[value] for name, value in STEP["env"].items()},
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(files["outputs"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_WORKSPACE": str(folder),
        }
        environment["PATH"] = f"{PROGRAM.parent}:{environment['PATH']}"
        ran = subprocess.run(
            shell(STEP["shell"], files["script"]),
            cwd=folder,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        written = {name: path.read_text() if path.exists() else "" for name, path in files.items()}
        outputs = dict(line.split("=", 1) for line in written["outputs"].splitlines())
        files["outputs"].unlink(missing_ok=True)
        return Step(ran.returncode, ran.stdout, outputs, written["summary"])


@pytest.fixture
def action(author: CommandLine, courses: Path) -> Action:
    """The action, beside a workspace with a course of two sections."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One", "Two")
    return Action(author)


def test_a_plan_is_shown_once_and_left_for_the_next_step(
    action: Action, api: SandboxServer
) -> None:
    """It is in the log as text, on the summary page as Markdown, and in a file for apply."""
    planned = action("plan")
    plan = json.loads(Path(planned.outputs["plan-json"]).read_text())
    applied = action("apply", f"--plan {planned.outputs['plan-json']}")

    assert planned.code == 0, planned.log
    assert sorted(planned.outputs) == ["digest", "has-changes", "plan-json"]
    assert planned.outputs["has-changes"] == "true"
    assert planned.outputs["digest"] == plan["digest"]
    assert planned.log.count("Plan: 2 to create") == 1
    assert planned.log.count("::warning file=courses/a.yaml") == 2  # one a section
    assert planned.summary.startswith("**Plan: 2 to create, 0 to update, 0 to delete.**\n")
    assert applied.code == 0, applied.log
    assert len(api.records()) == 2


def test_the_step_names_the_api_and_no_file_does(
    action: Action, api: SandboxServer, courses: Path
) -> None:
    """An API that only `coursesync.toml` names is neither contacted nor planned for."""
    (courses / "coursesync.toml").write_text(f'base_url = "{api.url}"\n')
    cli = action.cli
    unnamed = Action(CommandLine(cli.cwd, {"NEXUDUS_TOKEN": TOKEN}))
    by_default, by_input = unnamed("plan"), unnamed("apply", base_url=api.url)
    by_environment = action("drift")

    assert "Target: https://spaces.nexudus.com\n" in by_default.log
    assert f"Contacting {api.url}\n" in by_input.log
    assert by_environment.code == 0, by_environment.log
    assert len(api.records()) == 2


def test_each_plan_of_a_job_has_a_file_of_its_own(action: Action) -> None:
    """The second plan does not overwrite the first."""
    other = action.cli.cwd / "other"
    other.mkdir()
    write_outline(other, "b", 4712, "Else")
    first, second = action("plan"), action("plan", workspace="other")

    assert first.outputs["plan-json"] != second.outputs["plan-json"]
    assert "section.a.one" in Path(first.outputs["plan-json"]).read_text()
    assert "section.b.else" in Path(second.outputs["plan-json"]).read_text()


@pytest.mark.parametrize("form", ["markdown", "json", "html"])
def test_a_plan_in_another_form_has_its_file_too(action: Action, form: str) -> None:
    """The arguments set the form of the log; the page and the file stay the same."""
    planned = action("plan", f"--format {form}")

    assert planned.code == 0, planned.log
    assert planned.summary.startswith("**Plan: 2 to create")
    assert json.loads(Path(planned.outputs["plan-json"]).read_text())["changes"]


def test_changes_can_fail_a_step(action: Action) -> None:
    """With --detailed-exitcode a plan with changes ends with 2, and names the reason."""
    planned = action("plan", "--detailed-exitcode")

    assert planned.code == 2
    assert planned.outputs["failure-reason"] == "changes"
    assert Path(planned.outputs["plan-json"]).is_file()
    assert planned.summary


def test_all_lines_of_the_arguments_are_used(action: Action, api: SandboxServer) -> None:
    """A digest in the second line of the arguments is required."""
    refused = action("apply", f"--settling-time 0\n--expect-digest {'0' * 64}\n")
    digest = action("plan").outputs["digest"]
    applied = action("apply", f"\n  --settling-time 0\n  --expect-digest {digest}\n")

    assert (refused.code, refused.outputs["failure-reason"]) == (4, "stale")
    assert applied.code == 0, applied.log
    assert applied.outputs == {"digest": digest, "has-changes": "true"}
    assert len(api.records()) == 2


def test_arguments_are_words_and_not_commands(action: Action) -> None:
    """No shell interprets the arguments."""
    ran = action("validate", "$(touch owned) `touch owned` ; touch owned")

    assert ran.code == 64
    assert not (action.cli.cwd / "owned").exists()


def test_a_mistake_is_reported_at_its_line(action: Action) -> None:
    """`validate` and `plan` report it, leave no file, and name the reason."""
    (action.cli.cwd / "courses" / "a.yaml").write_text("id: x\ntitle: A\n")
    for command in ("validate", "plan"):
        ran = action(command)

        assert (ran.code, ran.outputs) == (3, {"failure-reason": "invalid"})
        assert "::error file=courses/a.yaml,line=1,col=5::" in ran.log


def test_drift_has_its_page_and_its_outputs(action: Action, api: SandboxServer) -> None:
    """If others changed a section, the step reports it and ends with 2."""
    action("apply")
    quiet = action("drift")
    record = int(str(api.records()[0]["Id"]))
    api.foreign_change(record, Title="Else", At="2030-01-01T00:00:00Z")
    loud = action("drift")

    assert (quiet.code, quiet.outputs) == (0, {"has-changes": "false"})
    assert (loud.code, loud.outputs) == (2, {"failure-reason": "changes", "has-changes": "true"})
    assert "**Drift: 1 edited, 0 deleted, 0 moved to another course.**" in loud.summary


def test_an_unknown_command_is_reported(action: Action) -> None:
    """Another word in place of the command is not run."""
    ran = action("touch owned")

    assert (ran.code, ran.outputs) == (64, {"failure-reason": "usage"})
    assert "write validate, plan, drift or apply" in ran.log


def test_every_promised_output_is_written(action: Action) -> None:
    """The step leaves exactly the outputs in action.yml."""
    made = {*action("plan").outputs, *action("nothing").outputs}

    assert set(ACTION["outputs"]) == made
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.{STEP['id']}.outputs.{name} }}}}"
