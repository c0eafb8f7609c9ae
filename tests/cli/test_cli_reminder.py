"""A command that saves the state says what to commit."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

OUTLINE = "id: 4711\ntitle: Course a\nsections:\n  - {key: one, title: One, contents: <p>one</p>}\n"
IGNORED = "*.state.json.*\n"


@pytest.fixture
def repository(courses: Path) -> Path:
    """A git repository with a workspace that is committed."""
    (courses / "a.yaml").write_text(OUTLINE)
    git(courses, "init", "-q")
    git(courses, "add", ".")
    commit(courses)
    return courses


def git(folder: Path, *words: str) -> str:
    """Run git, and return what it prints."""
    command = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words)
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path) -> None:
    """Commit what was added."""
    git(folder, "commit", "-q", "-m", "x")


@pytest.mark.usefixtures("repository")
def test_apply_says_that_the_state_must_be_committed(author: CommandLine) -> None:
    """Otherwise only this machine knows the Ids; the commands to type are there."""
    ran = author("apply", "--auto-approve", CI="")

    said = " ".join(ran.err.split())
    assert ran.code == 0, ran.err
    assert "coursesync.state.json is not in git, so that only this machine knows the Ids" in said
    assert "add -- coursesync.state.json" in said
    assert "Add to .gitignore the line" in said
    assert "*.state.json.*" in said


def test_what_is_committed_is_not_mentioned(author: CommandLine, repository: Path) -> None:
    """With the state in git and the files beside it ignored, there is nothing to say."""
    author("apply", "--auto-approve")
    (repository / ".gitignore").write_text(IGNORED)
    git(repository, "add", ".")
    commit(repository)
    before = author("apply", "--auto-approve", CI="")
    (repository / "a.yaml").write_text(OUTLINE.replace("title: One", "title: Uno"))
    after = author("apply", "--auto-approve", CI="")

    assert "commit" not in before.err
    assert "coursesync.state.json has changes that are not committed" in " ".join(after.err.split())
    assert "coursesync.state.json.lock" not in git(repository, "status", "--porcelain")


def test_a_job_is_not_reminded(author: CommandLine, repository: Path) -> None:
    """A forge's job commits by a step of its own."""
    assert repository.is_dir()

    assert "git" not in author("apply", "--auto-approve", CI="true").err


def test_outside_a_repository_nothing_is_said(author: CommandLine, courses: Path) -> None:
    """Nobody has to use git."""
    (courses / "a.yaml").write_text(OUTLINE)

    assert "git" not in author("apply", "--auto-approve", CI="").err


def test_a_first_commit_has_all_that_belongs_together(author: CommandLine) -> None:
    """After `init` and `apply`, the commands to type leave nothing behind, so a clone has all."""
    assert author("init", "--id", "4711").code == 0
    ran = author("apply", "--auto-approve", CI="")
    typed = [shlex.split(line)[1:] for line in ran.err.splitlines() if line.startswith("  git -C")]
    for words in typed:
        git(author.cwd, *words)

    assert [words[2] for words in typed] == ["add", "commit"]
    assert git(author.cwd, "status", "--porcelain") == ""
    assert {".gitignore", ".gitattributes", "courses/first-course.yaml"} <= {
        *git(author.cwd, "ls-files").split()
    }


def test_an_outline_that_git_lacks_is_wrong(author: CommandLine, repository: Path) -> None:
    """A state without the outlines of its records is of no use to a clone."""
    (repository / ".gitignore").write_text(IGNORED)
    (repository / "b.yaml").write_text(OUTLINE.replace("4711", "4712"))
    assert author("apply", "--auto-approve").code == 0
    git(repository, "add", "coursesync.state.json", ".gitignore")
    commit(repository)
    ran = author("doctor")

    assert ran.code == 1
    said = " ".join(ran.out.split())
    assert "wrong git: not in git, though records of the state come from there" in said
    assert "courses/b.yaml Commit" in said
    assert "git -C courses add -- .\n" in ran.out


def test_a_practice_state_is_not_to_be_committed(author: CommandLine, repository: Path) -> None:
    """The state of a sandbox on this machine, under another name, holds Ids that pass away."""
    (repository / ".gitignore").write_text(IGNORED)
    practice = author.having({"COURSESYNC_STATE": "sandbox.state.json"})
    applied = practice("apply", "--auto-approve", CI="")
    ran = practice("doctor")

    assert (applied.code, ran.code) == (0, 0)
    assert "commit" not in f"{applied.err}{ran.out}"
