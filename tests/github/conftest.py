"""A repository of outlines on GitHub, with the workflows of this project, and a sandbox."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from github.runner import GitHub
from harness import NO_LIMITS

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer


@pytest.fixture
def github(tmp_path: Path, api: SandboxServer) -> GitHub:
    """A repository whose main holds a workspace without an outline, pointed at the sandbox."""
    who = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@space.example"}
    committer = {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@space.example"}
    kept = {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE")}
    environment = {
        **kept,
        **who,
        **committer,
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "COURSESYNC_BASE_URL": api.url,
        "COURSESYNC_SETTLING_TIME": "0.3",
    }
    made = GitHub(tmp_path, environment)
    empty = {"pulls": [], "comments": [], "issues": [], "rules": [], "protected": False}
    (tmp_path / "github.json").write_text("{}")
    made.change(**empty, calls=[])
    made.git("init", "-q", "--bare", "-b", "main", str(made.origin), at=tmp_path)
    made.git("clone", "-q", str(made.origin), "clone", at=tmp_path)
    courses = tmp_path / "clone" / "courses"
    courses.mkdir()
    (courses / "coursesync.toml").write_text(NO_LIMITS)
    (courses / ".gitignore").write_text("*.state.json.*\n.coursesync/\n")
    made.git("add", ".")
    made.git("commit", "-q", "-m", "Begin")
    made.git("push", "-q", "origin", "HEAD:main")
    return made
