"""A runner for the workflows of this project: the steps of a job, in order, as GitHub runs them.

A checkout is a clone of the fake forge's repository, an artifact a folder, and `uses: ./` the last
two steps of action.yml in bash. Python and coursesync are installed already. It evaluates only the
expressions that these files use.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from forges.hosting import TOKEN
from forked import program
from harness import ROOT, CommandLine
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from forges.github import GitHub

ACTION = YAML(typ="safe").load((ROOT / "action.yml").read_text())
STEP, RECORD = ACTION["runs"]["steps"][-2:]
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_WHO = ("-c", "user.name=GitHub", "-c", "user.email=noreply@github.com")


WORKFLOWS = ROOT / ".github" / "workflows"


def workflow(name: str, folder: Path = WORKFLOWS) -> dict[str, Any]:
    """Return a workflow, by default of this repository."""
    found = YAML(typ="safe").load((folder / f"{name}.yml").read_text())
    assert isinstance(found, dict)
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its expressions evaluated: a name, a string, or the first that is set."""

    def value(found: re.Match[str]) -> str:
        for term in found[1].split(" || "):
            if known := term[1:-1] if term.startswith("'") else values.get(term, ""):
                return known
        return ""

    return _EXPRESSION.sub(value, text)


@dataclass(frozen=True)
class Ended:
    """A finished step: its exit code, its log, and its outputs and its summary."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


def act(
    cli: CommandLine, folder: Path, inputs: Mapping[str, str], environment: Mapping[str, str]
) -> Ended:
    """Run the last steps of the action: the command, and after `ci apply` the record of it.

    Args:
        cli: where, and with what around it.
        folder: an own folder of the step.
        inputs: what `with:` sets.
        environment: of the step that uses the action.
    """
    given = {name: each["default"] for name, each in ACTION["inputs"].items()} | {**inputs}
    ran = _shell(STEP, cli, folder, given, environment)
    if given["command"] != "ci apply":
        return ran
    recorded = _shell(RECORD, cli, folder / "record", given, environment)
    return replace(ran, code=ran.code or recorded.code, log=ran.log + recorded.log)


def _shell(
    step: Mapping[str, Any],
    cli: CommandLine,
    folder: Path,
    given: Mapping[str, str],
    environment: Mapping[str, str],
) -> Ended:
    """Run a step of the action as the runner does.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
    """
    around = {**cli.with_environment({}), **environment}
    values = {f"inputs.{name}": value for name, value in given.items()}
    values |= {f"env.{name}": value for name, value in around.items()}
    own = {name: filled(str(value), values) for name, value in step["env"].items()}
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "coursesync").symlink_to(program())
    (folder / "script").write_text(step["run"])
    files = {name: folder / name for name in ("outputs", "summary")}
    command = ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", str(folder / "script")]
    ran = subprocess.run(
        command,
        cwd=cli.cwd,
        env={
            **around,
            **own,
            "PATH": f"{folder / 'bin'}:{around['PATH']}",
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(files["outputs"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_WORKSPACE": str(cli.cwd),
        },
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    written = {name: path.read_text() if path.exists() else "" for name, path in files.items()}
    outputs = dict(line.split("=", 1) for line in written["outputs"].splitlines())
    return Ended(ran.returncode, ran.stdout, outputs, written["summary"])


@dataclass
class Runner:
    """Runs workflows, by default of this repository, in one on a fake forge.

    `around` is what a test sets in the environment of each job, `secrets` what the environments of
    the repository hold.
    """

    forge: GitHub
    folder: Path
    secrets: dict[str, str] = field(default_factory=dict)
    around: dict[str, str] = field(default_factory=dict)
    workflows: Path = WORKFLOWS
    jobs: int = 0

    def run(self, name: str, on: str, event: Mapping[str, object], ref: str = "main") -> Job:
        """Run the jobs of a workflow for an event, and return the last; `ref` is checked out.

        They need each other, in their order; a job may be another workflow.
        """
        read = workflow(name, self.workflows)
        assert on in read["on"]
        before: list[Job] = []
        for own in read["jobs"].values():
            assert own.get("needs", "plan") == "plan"
            part, called = own, own.get("uses", "")
            if called:
                other = called.removeprefix("./.github/workflows/").removesuffix(".yml")
                read = workflow(other, self.workflows)
                assert "workflow_call" in read["on"]
                (part,) = read["jobs"].values()
                assert part["permissions"] == own["permissions"]
            self.jobs += 1
            job = Job(self, self.folder / f"job-{self.jobs}", ref, [*before])
            job.run(part, on, event)
            before.append(job)
        return before[-1]


@dataclass
class Job:
    """A run of a job, after others of its workflow."""

    runner: Runner
    folder: Path
    ref: str
    before: list[Job]
    steps: list[Ended] = field(default_factory=list)

    @property
    def artifact(self) -> Path:
        """The folder that it uploaded."""
        return self.folder / "artifact"

    @property
    def code(self) -> int:
        """The exit code of the first step that failed, 0 if none did."""
        return next((each.code for each in self.steps if each.code), 0)

    @property
    def log(self) -> str:
        """The log of all its steps."""
        return "".join(each.log for each in self.steps)

    def run(self, job: Mapping[str, Any], on: str, event: Mapping[str, object]) -> None:
        """Run the steps until one fails."""
        for part in ("temp", "steps"):
            (self.folder / part).mkdir(parents=True)
        (self.folder / "event.json").write_text(json.dumps(event))
        environment = {
            **self.runner.forge.environment(self.runner.forge.start_run()),
            "GITHUB_EVENT_NAME": on,
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_BASE_REF": "main" if on == "pull_request" else "",
            "GITHUB_REF": "refs/heads/main" if self.ref == "main" else self.ref,
            "RUNNER_TEMP": str(self.folder / "temp"),
            **self.runner.around,
        }
        del environment["GITHUB_TOKEN"]  # a step gets it only if its workflow says so
        values = {"github.token": TOKEN}
        values |= {f"secrets.{name}": value for name, value in self.runner.secrets.items()}
        for step in job["steps"]:
            assert "if" not in step
            if not self.code:
                self._run(step, environment, values)

    def _run(
        self, step: Mapping[str, Any], environment: Mapping[str, str], values: dict[str, str]
    ) -> None:
        given = {name: filled(str(each), values) for name, each in step["with"].items()}
        match step["uses"].partition("@")[0]:
            case "actions/checkout":
                assert (given["persist-credentials"], given["fetch-depth"]) == ("False", "0")
                self._check_out()
            case "actions/upload-artifact":
                shutil.copytree(given["path"], self.artifact)
            case action:
                assert action == "./" or action.endswith("/coursesync")
                own = {name: filled(each, values) for name, each in step.get("env", {}).items()}
                cli = CommandLine(self.folder / "workspace", environment)
                folder = self.folder / "steps" / str(len(self.steps))
                ended = act(cli, folder, given, own)
                self.steps.append(ended)
                outputs = ended.outputs.items()
                values |= {f"steps.{step.get('id')}.outputs.{n}": value for n, value in outputs}

    def _check_out(self) -> None:
        """Clone the repository with its branches; a pull request is merged into main."""
        forge, clone = self.runner.forge, self.folder / "workspace"

        def git(*words: str) -> None:
            command = ["git", *_WHO, *words]
            subprocess.run(command, check=True, cwd=clone if clone.exists() else None)

        git("clone", "--quiet", str(forge.repository.path), str(clone))
        if self.ref != "main":
            git("fetch", "--quiet", "origin", self.ref)
            git("merge", "--quiet", "--no-ff", "-m", "Merge", "FETCH_HEAD")
            git("checkout", "--quiet", "--detach")
            git("branch", "--quiet", "-D", "main")
        git("remote", "set-url", "origin", forge.clone_url)
