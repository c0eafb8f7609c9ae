"""A repository of outlines on a forge, its people, the site, and the jobs that apply."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from forges.repository import GIT
from harness import NO_LIMITS, TOKEN, CommandLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from forges.hosting import Hosting
    from harness import Ran, SandboxServer

CONFIG = f'store = "git"\n{NO_LIMITS}'
SOLO = f'store = "git"\nsolo = true\n{NO_LIMITS}'
APPLY = "coursesync/apply"
STATE_REF = "coursesync-state/courses/"


def outline(course: int, *titles: str, **contents: str) -> str:
    """Return an outline of sections, whose keys are their titles in lower case."""
    lines = [f"id: {course}", f"title: Course {course}", "sections:"]
    for title in titles:
        lines += [f"  - key: {title.lower().replace(' ', '-')}", f"    title: {title}"]
        if title in contents:
            lines += ["    contents: |", *(f"      {each}" for each in contents[title].split("\n"))]
    return "\n".join(lines) + "\n"


@dataclass
class Town:
    """Authors who work on one repository, and its jobs. `ada` writes, `ben` reviews."""

    forge: Hosting
    api: SandboxServer
    folder: Path
    runs: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    def begin(self, config: str = CONFIG) -> None:
        """Push the configuration to main, and run the first apply: the branch of the state."""
        self.push(**{"coursesync.toml": config, ".gitignore": ".coursesync/\n"})
        ran = self.apply()
        assert ran.code == 0, ran

    # --- what people do ---

    def push(self, by: str = "ada", pusher: str = "", /, **files: str | None) -> str:
        """Push files of the workspace to main, past review; the commit has the address of `by`."""
        return self.forge.commit("main", _in_courses(files), by=by, pusher=pusher)

    def propose(self, by: str = "ada", /, **files: str | None) -> int:
        """Open a pull request that changes files of the workspace."""
        branch = f"change-{len(self.forge.pulls) + 1}"
        self.forge.commit(branch, _in_courses(files), by=by)
        return self.forge.open_pull(branch, by=by, title=f"Change {branch}")

    def merge(self, *numbers: int, how: str = "merge", approved: bool = True) -> str:
        """Approve and merge pull requests."""
        for number in numbers if approved else ():
            self.forge.approve(number, "ben")
        return self.forge.merge(*numbers, how=how)

    def reviewed(self, by: str = "ada", /, **files: str | None) -> str:
        """Propose, approve and merge; return the commit."""
        return self.merge(self.propose(by, **files))

    # --- what jobs do ---

    @contextmanager
    def job(self, *, at: str = "main", run: str = "", attempt: int = 1) -> Iterator[CommandLine]:
        """Yield the command line of a job of the workflow that applies, at a commit.

        A run that is given is run again.
        """
        self.runs += 1
        run = self.forge.start_run(run, attempt)
        place = self.folder / f"job-{self.runs}"
        git("clone", "-q", str(self.forge.repository.path), str(place), at=self.folder)
        git("remote", "set-url", "origin", self.forge.clone_url, at=place)
        git("checkout", "-q", "--detach", self.forge.repository.tip(at), at=place)
        yield CommandLine(
            place,
            {
                **self.forge.environment(run, attempt),
                "COURSESYNC_BASE_URL": self.api.url,
                "NEXUDUS_TOKEN": TOKEN,
                **self.environment,
            },
        )
        self.forge.end_run(run, attempt)
        shutil.rmtree(place)

    def apply(self, *, at: str = "main", run: str = "", attempt: int = 1) -> Ran:
        """Run the job that applies, as for an event of a commit."""
        with self.job(at=at, run=run, attempt=attempt) as cli:
            ran = cli("ci", "apply")
            recorded = cli("ci", "record")
        assert recorded.code == 0, recorded
        return ran

    def comment(self) -> Ran:
        """Run the job that keeps the plans on the open reviews."""
        with self.job() as cli:
            return cli("ci", "comment")

    def drift(self) -> Ran:
        """Run the job that looks for drift."""
        with self.job() as cli:
            return cli("ci", "drift")

    # --- what a test reads ---

    @property
    def titles(self) -> list[str]:
        """The titles of the sections on the site, sorted."""
        return sorted(str(each["Title"]) for each in self.api.records())

    def writes(self) -> int:
        """Return how many writes the site met."""
        return sum(each["method"] in {"POST", "PUT", "DELETE"} for each in self._calls())

    def _calls(self) -> list[dict[str, object]]:
        return [each for each in self.api.log() if str(each["path"]).startswith("/api/content/")]

    def status(self, commit: str = "main") -> str:
        """Return the newest status of an apply on a commit: `success: The site ...`."""
        found = self.forge.status(self.forge.repository.tip(commit), APPLY)
        return f"{found.state}: {found.description}" if found else ""

    def head_status(self, number: int) -> str:
        """Return the newest status of an apply on the head of a pull request."""
        return self.status(self.forge.pulls[number].head)

    def result(self, number: int) -> str:
        """Return the last comment of coursesync on a pull request; "" if there is none."""
        own = [e.body for e in self.forge.comments_on(number) if e.author == self.forge.bot]
        return own[-1] if own else ""

    def issue(self) -> str:
        """Return the text of the issue of what waits; "" if none is open."""
        return "".join(each.body for each in self.forge.issues.values() if each.state == "open")

    def line(self, word: str) -> str:
        """Return the line to write that the issue shows."""
        lines = [
            e.strip() for e in self.issue().split("\n") if e.startswith(f"    /coursesync {word}")
        ]
        assert lines, self.issue()
        return lines[0]

    def answers(self, number: int) -> list[str]:
        """Return the answers to what people wrote on a page, the oldest first."""
        notes = (each.body for each in self.forge.comments_on(number))
        return [each for each in notes if each.startswith("<!-- coursesync answer")]

    def decide(self, body: str, by: str = "ben") -> None:
        """Comment on the open issue."""
        self.forge.comment(by, self.open_issue(), body)

    def open_issue(self) -> int:
        """Return the number by which the comments on the open issue are known."""
        (number,) = (e.number for e in self.forge.issues.values() if e.state == "open")
        return self.forge.page_of(number)

    def state(self) -> Mapping[str, object]:
        """Return the state in its branch."""
        return self._json("state.json")

    def report(self) -> Mapping[str, object]:
        """Return the report in the state's branch."""
        return self._json("report.json")

    def _json(self, name: str) -> Mapping[str, object]:
        (branch,) = (e for e in self.forge.repository.refs() if e.startswith(STATE_REF))
        found = json.loads(self.forge.repository.git("cat-file", "blob", f"{branch}:{name}"))
        assert isinstance(found, dict)
        return found


def _in_courses(files: Mapping[str, str | None]) -> dict[str, str | None]:
    return {
        f"courses/{name if '.' in name else f'{name}.yaml'}": text for name, text in files.items()
    }


def git(*words: str, at: Path) -> None:
    """Run git without the settings of this machine."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(at), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run([GIT, *words], cwd=at, env=environment, check=True, capture_output=True)
