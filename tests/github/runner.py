"""A runner for the workflows of this project: their own `run:` steps, in order, in bash.

A stand-in replaces `uses:`: a checkout is a clone of a bare repository, an artifact a folder.
Python and coursesync are installed already. It evaluates only the expressions that the workflows
use.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from forked import program
from harness import PROGRAM, ROOT
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_COMPARISON = re.compile(r"([\w.-]+) (==|!=) '([^']*)'")
GITHUB_TOKEN = "t0ken"
_STATUS = ("success()", "failure()", "always()", "cancelled()")


def shell(named: str | None, script: Path) -> list[str]:
    """Return the command by which the runner starts a script, with or without a named shell.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
    """
    assert named in {None, "bash"}
    options = ["-e"] if named is None else ["--noprofile", "--norc", "-eo", "pipefail"]
    return ["/bin/bash", *options, str(script)]


@dataclass
class Ended:
    """A finished step: its result, and its part of the job's log."""

    name: str
    code: int
    log: str


@dataclass
class GitHub:
    """A repository on GitHub: a bare repository, and the data for `gh`.

    Its authors use the path of its folder; jobs use its address and need the token.
    """

    folder: Path
    environment: dict[str, str]
    address: str

    @property
    def origin(self) -> Path:
        """The bare repository."""
        return self.folder / "origin.git"

    @property
    def state(self) -> dict[str, Any]:
        """The pulls, comments, issues and rules, and every call of `gh`."""
        found = json.loads((self.folder / "github.json").read_text())
        assert isinstance(found, dict)
        return found

    def change(self, **values: object) -> None:
        """Set this data."""
        (self.folder / "github.json").write_text(json.dumps({**self.state, **values}))

    def git(self, *words: str, at: Path | None = None) -> str:
        """Run git, by default in the author's clone, and return what it prints."""
        program = shutil.which("git") or "git"
        ran = subprocess.run(
            [program, *words],
            cwd=at or self.folder / "clone",
            env=self.environment,
            check=False,
            capture_output=True,
            encoding="utf-8",
        )
        assert ran.returncode == 0, (words, ran.stderr)
        return ran.stdout.strip()

    def refuse_pushes(self) -> None:
        """Let main accept only pull requests."""
        hook = self.origin / "hooks" / "pre-receive"
        refused = "echo 'GH006: Protected branch update failed' >&2; exit 1"
        each = f'[ "$ref" != refs/heads/main ] || {{ {refused}; }}'
        hook.write_text(f"#!/bin/sh\nwhile read -r _ _ ref; do {each}; done\n")
        hook.chmod(0o755)

    def allow_pushes(self) -> None:
        """Let main accept pushes again."""
        (self.origin / "hooks" / "pre-receive").unlink()


@dataclass
class Job:
    """One run of a workflow's only job."""

    github: GitHub
    workflow: str
    context: dict[str, str]
    number: int = 1
    ended: list[Ended] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    cancelled: bool = False
    installed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the workflow, and create the folders of the run."""
        text = (ROOT / ".github" / "workflows" / f"{self.workflow}.yml").read_text()
        workflow = YAML(typ="safe").load(text)
        (self.job,) = workflow["jobs"].values()
        self.workflow_shell = workflow.get("defaults", {}).get("run", {}).get("shell")
        self.folder = self.github.folder / f"run-{self.workflow}-{self.number}"
        self.workspace = self.folder / "workspace"
        for each in ("temp", "bin"):
            (self.folder / each).mkdir(parents=True)
        gh = self.folder / "bin" / "gh"
        gh.write_text(f'#!/bin/sh\nexec {sys.executable} -I {ROOT}/tests/github/gh.py "$@"\n')
        gh.chmod(0o755)
        (self.folder / "bin" / "coursesync").symlink_to(program())
        pause = self.folder / "bin" / "sleep"  # no wait between two pushes
        pause.write_text("#!/bin/sh\nexit 0\n")
        pause.chmod(0o755)

    def unforked(self) -> Job:
        """Let the steps start the installed program, so that a kill hits the working process."""
        forked = self.folder / "bin" / "coursesync"
        forked.unlink()
        forked.symlink_to(PROGRAM)
        return self

    @property
    def log(self) -> str:
        """The output of all steps."""
        return "".join(each.log for each in self.ended)

    @property
    def failed(self) -> list[str]:
        """The failed steps."""
        return [each.name for each in self.ended if each.code]

    @property
    def summary(self) -> str:
        """The run's summary page."""
        path = self.folder / "summary"
        return path.read_text() if path.exists() else ""

    def run(self, before: Mapping[str, Callable[[], object]] | None = None) -> Job:
        """Run the steps whose conditions hold; call `before` before the step with its name."""
        for step in self.job["steps"]:
            if not self._is_to_run(step.get("if", "success()")):
                self._note(step, "skipped")
                continue
            if before and step["name"] in before:
                before[step["name"]]()
            if "uses" in step:
                self._play(step)
                self._note(step, "success")
            elif "pip install" in step["run"]:  # coursesync is installed already
                project = self.workspace / "pyproject.toml"
                self.installed.append(project.read_text() if project.exists() else "")
            else:
                self._run(step)
        return self

    def start(self, step: Mapping[str, Any]) -> subprocess.Popen[str]:
        """Start a step as the runner does: signals go to the process of its shell."""
        script = self.folder / "script.sh"
        script.write_text(step["run"])
        return subprocess.Popen(
            shell(self.workflow_shell, script),
            cwd=self.workspace,
            env=self._environment(step),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def end(self, step: Mapping[str, Any], process: subprocess.Popen[str]) -> Ended:
        """Wait for a step, and record its result."""
        log, _ = process.communicate(timeout=120)
        ended = Ended(step["name"], process.returncode, log)
        self.ended.append(ended)
        self._note(step, "failure" if ended.code else "success")
        outputs = self.folder / "outputs"
        for line in outputs.read_text().splitlines() if outputs.exists() else ():
            name, _, value = line.partition("=")
            self.outputs[f"steps.{step.get('id')}.outputs.{name}"] = value
        outputs.unlink(missing_ok=True)
        return ended

    def _run(self, step: Mapping[str, Any]) -> None:
        self.end(step, self.start(step))

    def _note(self, step: Mapping[str, Any], outcome: str) -> None:
        self.outcomes[f"steps.{step.get('id')}.outcome"] = outcome

    def _play(self, step: Mapping[str, Any]) -> None:
        action, given = step["uses"].partition("@")[0], step.get("with", {})
        if action == "actions/checkout":
            ref = given.get("ref", self.context["github.sha"])
            self.github.git(
                "clone", "-q", str(self.github.origin), str(self.workspace), at=self.folder
            )
            self.github.git("fetch", "-q", "origin", ref, at=self.workspace)
            self.github.git("checkout", "-q", "--detach", "FETCH_HEAD", at=self.workspace)
            address = f"{self.github.address}/{self.github.origin.name}"
            self.github.git("remote", "set-url", "origin", address, at=self.workspace)
        elif action == "actions/upload-artifact":
            kept = self.github.folder / "artifacts" / self._filled(given["name"])
            kept.mkdir(parents=True, exist_ok=True)
            for name in self._filled(given["path"]).split():
                path = self.workspace / name
                for file in path.iterdir() if path.is_dir() else [path] * path.exists():
                    shutil.copy(file, kept / file.name)
        else:
            assert action == "actions/setup-python", action

    def _environment(self, step: Mapping[str, Any]) -> dict[str, str]:
        given = {**self.job.get("env", {}), **step.get("env", {})}
        own = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "GH_STATE": str(self.github.folder / "github.json"),
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(self.folder / "outputs"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_REPOSITORY": "space/courses",
            "GITHUB_RUN_ID": str(self.number),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_SHA": self.context.get("github.sha", ""),
            "GITHUB_WORKSPACE": str(self.workspace),
        }
        filled = {name: self._filled(value) for name, value in given.items()}
        # only the workflow names the API; replace it by the sandbox
        around = {**self.github.environment, "GIT_TERMINAL_PROMPT": "0"}
        sandbox = around.pop("COURSESYNC_BASE_URL")
        if filled.get("COURSESYNC_BASE_URL") == "https://spaces.nexudus.com":
            filled["COURSESYNC_BASE_URL"] = sandbox
        return {**around, **own, **filled}

    def _filled(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: self._value(found[1]), str(text))

    def _value(self, name: str) -> str:
        if " && " in name:  # the second operand if the first is set
            first, _, second = name.partition(" && ")
            return self._value(second) if self._value(first) else ""
        if " || " in name:  # the first operand that is set
            first, _, second = name.partition(" || ")
            return self._value(first) or (
                second.strip("'") if second.startswith("'") else self._value(second)
            )
        own = {
            "runner.temp": str(self.folder / "temp"),
            "github.run_attempt": "1",
        }
        return {**self.context, **self.outputs, **self.outcomes, **own}.get(name, "")

    def _is_to_run(self, condition: str) -> bool:
        asked = any(each in condition for each in _STATUS)
        return (asked or self._holds("success()")) and any(
            all(map(self._holds, part.split(" && "))) for part in condition.split(" || ")
        )

    def _holds(self, term: str) -> bool:
        statuses = {
            "success()": not self.failed and not self.cancelled,
            "failure()": bool(self.failed) and not self.cancelled,
            "always()": True,
            "cancelled()": self.cancelled,
        }
        if term in statuses:
            return statuses[term]
        compared = _COMPARISON.fullmatch(term)
        assert compared, f"{term} is no condition that this runner knows"
        name, operator, value = compared.groups()
        return (self._value(name) == value) is (operator == "==")
