"""The action: its own step, run as in a job, for each of its commands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import pytest
from ci.jobs import ACTION, STEP, Ended, act
from harness import TOKEN, CommandLine, lift_limits, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer

_NUMBERS = count(1)


@dataclass(frozen=True)
class Action:
    """The action, in a folder with a workspace."""

    cli: CommandLine

    def __call__(self, command: str, arguments: str = "", **inputs: str) -> Ended:
        """Run it with these inputs."""
        folder = self.cli.cwd / f"step-{next(_NUMBERS)}"
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        return act(self.cli, folder, {"command": command, "arguments": arguments, **given}, {})


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
    file = action.cli.cwd / "plan.json"
    planned = action("plan", f"--out {file}")
    applied = action("apply", f"--auto-approve --plan {planned.outputs['plan-json']}")

    assert planned.code == 0, planned.log
    assert sorted(planned.outputs) == ["digest", "has-changes", "plan-json"]
    assert planned.outputs["has-changes"] == "true"
    assert planned.outputs["digest"] == json.loads(file.read_text())["digest"]
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
    by_default = unnamed("plan")
    by_input = unnamed("apply", "--auto-approve", base_url=api.url)
    by_environment = action("drift")

    assert "Target: https://spaces.nexudus.com\n" in by_default.log
    assert f"Contacting {api.url}\n" in by_input.log
    assert by_environment.code == 0, by_environment.log
    assert len(api.records()) == 2


def test_all_lines_of_the_arguments_are_used(action: Action, api: SandboxServer) -> None:
    """A digest in the third line of the arguments is required."""
    always = "--auto-approve\n--settling-time 0\n"
    refused = action("apply", f"{always}--expect-digest {'0' * 64}\n")
    digest = action("plan").outputs["digest"]
    applied = action("apply", f"\n  {always}  --expect-digest {digest}\n")

    assert (refused.code, refused.outputs["failure-reason"]) == (4, "stale")
    assert applied.code == 0, applied.log
    assert applied.outputs == {"digest": digest, "has-changes": "true"}
    assert len(api.records()) == 2


def test_arguments_are_words_and_not_commands(action: Action) -> None:
    """No shell interprets the arguments, and a `*` stands for itself."""
    ran = action("validate", "$(touch owned) `touch owned` ; touch owned")
    star = action("validate", "*")

    assert ran.code == 64
    assert not (action.cli.cwd / "owned").exists()
    assert star.code == 64
    assert "script" not in star.log


def test_a_command_of_two_words_is_run(action: Action) -> None:
    """`ci plan` is one input; without a repository it says where it runs."""
    ran = action("ci plan")

    assert ran.code == 1
    assert "actions/checkout" in " ".join(ran.log.split())


def test_changes_can_fail_a_step(action: Action) -> None:
    """With --detailed-exitcode a plan with changes ends with 2, and names the reason."""
    planned = action("plan", "--detailed-exitcode")

    assert planned.code == 2
    assert planned.outputs["failure-reason"] == "changes"
    assert planned.summary


def test_a_mistake_is_reported_at_its_line(action: Action) -> None:
    """`validate` and `plan` report it, and name the reason."""
    (action.cli.cwd / "courses" / "a.yaml").write_text("id: x\ntitle: A\n")
    for command in ("validate", "plan"):
        ran = action(command)

        assert (ran.code, ran.outputs) == (3, {"failure-reason": "invalid"})
        assert "::error file=courses/a.yaml,line=1,col=5::" in ran.log


def test_drift_has_its_page_and_its_outputs(action: Action, api: SandboxServer) -> None:
    """If others changed a section, the step reports it and ends with 2."""
    action("apply", "--auto-approve")
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
    assert "There is no command" in ran.log


def test_every_output_is_passed_on() -> None:
    """Each output of the action is the step's of the same name."""
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.{STEP['id']}.outputs.{name} }}}}"
