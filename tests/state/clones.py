"""A bare repository on this disk as the remote, and clones of it with a state in its branch."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from values import AT, TARGET, address

from coursesync.state.branch_names import branch_name
from coursesync.state.file_store import StateFile
from coursesync.state.git_store import GitStore
from coursesync.state.journal import Conclusion, Intent
from coursesync.state.state_branch import StateBranch

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.kinds.address import Address
    from coursesync.state.journal import Step

BRANCH = branch_name("courses", TARGET)


@dataclass
class Clock:
    """A time that passes only when somebody waits."""

    time: float = 1_800_000_000.0
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        """Return the time."""
        return self.time

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.waits.append(seconds)
        self.time += seconds


@dataclass(frozen=True)
class Remote:
    """A bare repository that can be out of reach."""

    folder: Path

    @property
    def _away(self) -> Path:
        return self.folder.with_name("away.git")

    def go_away(self) -> None:
        """Let nobody reach it."""
        self.folder.rename(self._away)

    def come_back(self) -> None:
        """Let it be reached again."""
        self._away.rename(self.folder)

    def clone(self, name: str) -> Path:
        """Clone it, and return the workspace in the clone."""
        folder = self.folder.with_name(name)
        git(self.folder.parent, "clone", "--quiet", str(self.folder), str(folder))
        (folder / "courses").mkdir(exist_ok=True)
        return folder / "courses"

    def files(self) -> dict[str, str]:
        """Return the text of each file of the state's branch."""
        names = git(self.folder, "ls-tree", "--name-only", BRANCH).split()
        return {name: git(self.folder, "show", f"{BRANCH}:{name}") for name in names}

    def is_open(self) -> bool:
        """Return whether the branch is there with a run that holds it."""
        return bool(git(self.folder, "branch", "--list", BRANCH)) and "run.json" in self.files()

    def commits(self) -> list[str]:
        """Return the messages of the branch's commits, the newest first."""
        return git(self.folder, "log", "--format=%s", BRANCH).splitlines()


def new_remote(folder: Path) -> Remote:
    """Make a remote with one commit on main."""
    remote = Remote(folder / "origin.git")
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(remote.folder))
    seed = remote.clone("seed")
    (seed / "a.yaml").write_text("id: 4711\ntitle: A\nsections: []\n")
    git(seed, "add", ".")
    git(seed, "commit", "--quiet", "-m", "First")
    git(seed, "push", "--quiet", "origin", "HEAD:main")
    return remote


def git(folder: Path, *words: str) -> str:
    """Run git as a person would, and return what it prints."""
    command = ("git", "-c", "user.name=A", "-c", "user.email=a@example.com", *words)
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return done.stdout.decode()


def store_in(workspace: Path, clock: Clock, **more: Any) -> GitStore:  # noqa: ANN401 - as GitStore has them
    """Return the store of a clone's workspace."""
    local = StateFile(workspace / ".coursesync" / "state" / "s.json", TARGET)
    branch = StateBranch(workspace, BRANCH)
    return GitStore(local, branch, now=clock.now, wait=clock.wait, **more)


def intent(key: str) -> Intent:
    """Return the intent to create a section."""
    return Intent(address=at(key), attributes=sent(key), at=AT)


def made(key: str, number: int) -> tuple[Step, Step]:
    """Return the steps of a create that was carried out."""
    return intent(key), Conclusion(address=at(key), outcome="applied", id=number, at=AT)


def at(key: str) -> Address:
    """Return the address of a section."""
    return address(key)


def sent(key: str) -> dict[str, str | int]:
    """Return the attributes of a section."""
    return {"CourseId": 4711, "DisplayOrder": 10, "Title": key}
