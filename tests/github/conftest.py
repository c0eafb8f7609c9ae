"""A repository of outlines on GitHub, with the workflows of this project, and a sandbox."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from github.origin import served
from github.runner import GITHUB_TOKEN, GitHub
from harness import NO_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import SandboxServer


# the repositories live too short for a clean-up or a power cut
_QUICK = """\
[core]
    fsync = none
[gc]
    auto = 0
[maintenance]
    auto = false
[receive]
    autogc = false
"""


_ADA = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@space.example",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@space.example",
}


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of the bare repository, which needs a token."""
    with served(tmp_path, GITHUB_TOKEN) as address:
        yield address


@pytest.fixture
def github(tmp_path: Path, api: SandboxServer, address: str, begun: Path) -> GitHub:
    """A repository whose main holds a workspace without an outline, pointed at the sandbox."""
    kept = {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE")}
    environment = {
        **kept,
        **_ADA,
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "COURSESYNC_BASE_URL": api.url,
        "COURSESYNC_SETTLING_TIME": "0.3",
    }
    made = GitHub(tmp_path, environment, address)
    (tmp_path / "github.json").write_text("{}")
    made.change(pulls=[], comments=[], issues=[], rules=[], protected=False, outages=0, calls=[])
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    config = tmp_path / "clone" / ".git" / "config"
    config.write_text(config.read_text().replace(str(begun), str(tmp_path)))
    return made


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bare repository and an author's clone, from which each test begins."""
    folder = tmp_path_factory.mktemp("begun")
    environment = {**_ADA, "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    made = GitHub(folder, environment, "")
    (folder / ".gitconfig").write_text(_QUICK)
    made.git("init", "-q", "--bare", "-b", "main", str(made.origin), at=folder)
    made.git("config", "http.receivepack", "true", at=made.origin)
    made.git("clone", "-q", str(made.origin), "clone", at=folder)
    courses = folder / "clone" / "courses"
    courses.mkdir()
    (courses / "coursesync.toml").write_text(NO_LIMITS)
    (courses / ".gitignore").write_text("*.state.json.*\n.coursesync/\n")
    made.git("add", ".")
    made.git("commit", "-q", "-m", "Begin")
    made.git("push", "-q", "origin", "HEAD:main")
    return folder
