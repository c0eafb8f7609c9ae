"""People's actions on GitHub (propose outlines, merge them, fork), and the jobs that follow."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from forked import program
from github.runner import GITHUB_TOKEN, Job
from harness import TOKEN, write_outline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from github.runner import GitHub

BOT = "github-actions[bot]"
MARKER = "<!-- coursesync plan: courses -->"


@dataclass
class People:
    """Authors who work on one repository."""

    github: GitHub
    pulls: int = 0
    jobs: int = 0

    @property
    def courses(self) -> Path:
        """The workspace in their clone."""
        return self.github.folder / "clone" / "courses"

    def propose(self, key: str, course: int, *titles: str, owner: str = "space") -> int:
        """Open a pull request that writes one outline; return its number."""
        self.github.git("fetch", "-q", "origin")
        self.github.git("checkout", "-q", "-B", f"pull-{self.pulls + 1}", "origin/main")
        write_outline(self.courses, key, course, *titles)
        return self.push(owner)

    def push(self, owner: str = "space") -> int:
        """Open a pull request with the content of the clone."""
        self.pulls += 1
        self.github.git("add", "-A", "--force")
        self.github.git("commit", "-q", "-m", f"Propose {self.pulls}")
        head = self.github.git("rev-parse", "HEAD")
        ref = f"refs/pull/{self.pulls}"
        self.github.git("push", "-q", "origin", f"HEAD:{ref}/head")
        self._merge_into_main(f"{ref}/merge")
        pull = {
            "number": self.pulls,
            "state": "open",
            "merged_at": None,
            "base": {"ref": "main"},
            "head": {"sha": head, "ref": f"pull-{self.pulls}", "owner": owner},
        }
        self.github.change(pulls=[*self.github.state["pulls"], pull])
        return self.pulls

    def push_again(self, number: int) -> None:
        """Push the content of the clone to an open pull request."""
        self.github.git("add", "-A", "--force")
        self.github.git("commit", "-q", "-m", f"Change {number}")
        head = self.github.git("rev-parse", "HEAD")
        ref = f"refs/pull/{number}"
        self.github.git("push", "-q", "--force", "origin", f"HEAD:{ref}/head")
        self._merge_into_main(f"{ref}/merge")
        pulls = self.github.state["pulls"]
        pulls[number - 1]["head"]["sha"] = head
        self.github.change(pulls=pulls)

    def _merge_into_main(self, ref: str) -> str:
        """Merge a pull request into main in its own ref, as GitHub does."""
        self.github.git("fetch", "-q", "origin", "main")
        head = self.github.git("rev-parse", "HEAD")
        self.github.git("checkout", "-q", "--detach", "FETCH_HEAD")
        self.github.git("merge", "-q", "--no-ff", "-m", "Merge", head)
        merged = self.github.git("rev-parse", "HEAD")
        self.github.git("push", "-q", "--force", "origin", f"HEAD:{ref}")
        self.github.git("checkout", "-q", "--detach", head)
        return merged

    def comment(self, number: int, before: Mapping[str, Callable[[], object]] | None = None) -> Job:
        """Run the job that comments the plan of a pull request; `before` is as in `Job.run`."""
        self.jobs += 1
        head = self.github.state["pulls"][number - 1]["head"]
        run = "github.event.workflow_run"
        context = {
            "github.sha": "main",
            "github.token": GITHUB_TOKEN,
            f"{run}.head_sha": head["sha"],
            f"{run}.head_repository.owner.login": head["owner"],
            f"{run}.head_branch": head["ref"],
        }
        return Job(self.github, "comment", context, self.jobs).run(before)

    def planning(self, number: int) -> Job:
        """Run the check that plans a pull request, as it would be on main."""
        self.jobs += 1
        context = {"github.sha": f"refs/pull/{number}/merge"}
        return Job(self.github, "plan", context, self.jobs).run()

    def comments(self, number: int) -> list[str]:
        """Return the bot's comments."""
        return [
            each["body"]
            for each in self.github.state["comments"]
            if each["issue"] == number and each["user"]["login"] == BOT
        ]

    def digest(self, number: int) -> str:
        """Return the digest in a comment."""
        (body,) = self.comments(number)
        (digest,) = re.findall(r"digest `([0-9a-f]{64})`", body)
        return str(digest)

    def merge(self, number: int, *, squash: bool = False) -> str:
        """Merge a pull request into main; return the commit."""
        pulls = self.github.state["pulls"]
        head = pulls[number - 1]["head"]["sha"]
        self.github.git("fetch", "-q", "origin", "main")
        self.github.git("checkout", "-q", "--detach", "FETCH_HEAD")
        if squash:
            self.github.git("merge", "-q", "--squash", head)
            self.github.git("commit", "-q", "-m", f"Merge {number}")
        else:
            self.github.git("merge", "-q", "--no-ff", "-m", f"Merge {number}", head)
        self.github.git("push", "-q", "origin", "HEAD:main")
        merged = self.github.git("rev-parse", "HEAD")
        pulls[number - 1].update(state="closed", merged_at=_now(1), merge_commit_sha=merged)
        self.github.change(pulls=pulls)
        return merged

    def reviewed(self, key: str, course: int, *titles: str) -> str:
        """Open a pull request, write the comment, and merge; return the commit.

        This replaces the job that comments, which takes longer and has its own tests.
        """
        number = self.propose(key, course, *titles)
        self.github.git("fetch", "-q", "origin", f"refs/pull/{number}/merge")
        self.github.git("checkout", "-q", "--detach", "FETCH_HEAD")
        planned = subprocess.run(
            [program(), "plan", "courses", "--format", "json"],
            cwd=self.courses.parent,
            env=self.github.environment,
            check=True,
            capture_output=True,
        )
        body = f"{MARKER}\n<sub>Target · digest `{json.loads(planned.stdout)['digest']}`</sub>"
        comment = {"id": 100 + number, "node_id": f"IC_{100 + number}", "issue": number}
        comment |= {"user": {"login": BOT}, "updated_at": _now(0), "editor": None, "body": body}
        self.github.change(comments=[*self.github.state["comments"], comment])
        return self.merge(number)

    def applying(self, commit: str, digest: str = "", *chosen: str) -> Job:
        """Return the job that applies a commit of main, not yet started; inputs mean by hand."""
        self.jobs += 1
        context = {
            "github.sha": commit,
            "github.token": GITHUB_TOKEN,
            "secrets.NEXUDUS_TOKEN": TOKEN,
            "inputs.digest": digest,
            **{f"inputs.{name}": "true" for name in chosen},
        }
        return Job(self.github, "apply", context, self.jobs)

    def drifting(self) -> Job:
        """Run the job that looks for drift."""
        self.jobs += 1
        context = {
            "github.sha": "main",
            "github.token": GITHUB_TOKEN,
            "secrets.NEXUDUS_TOKEN": TOKEN,
        }
        return Job(self.github, "drift", context, self.jobs).run()

    def state_on_main(self) -> str:
        """Return the state file on main, or "" if there is none."""
        self.github.git("fetch", "-q", "origin", "main")
        listed = self.github.git("ls-tree", "--name-only", "FETCH_HEAD", "courses/")
        name = "courses/coursesync.state.json"
        return self.github.git("show", f"FETCH_HEAD:{name}") if name in listed else ""


def _now(later: float) -> str:
    """Return the time after `seconds`, because a person reads a comment before merging."""
    return (datetime.now(UTC) + timedelta(seconds=later)).strftime("%Y-%m-%dT%H:%M:%SZ")
