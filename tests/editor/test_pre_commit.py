"""The hooks for pre-commit, which runs them in a git repository of outlines.

The manifest is ours except for its language: with `python`, pre-commit would build an environment
from the package index for each test; `system` takes the installed program, which the built wheel
brings (`test_package`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from docs.pages import ENGINEER
from harness import PROGRAM, ROOT, Ran, run

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
GIT = shutil.which("git") or "git"
ROLES = ("AUTHOR", "COMMITTER")


@dataclass(frozen=True)
class Repository:
    """A git repository, and the environment of its commands."""

    folder: Path

    def __call__(self, *command: str | Path) -> Ran:
        """Run a command in it."""
        return run(command, self.folder, self.environment)

    @property
    def environment(self) -> dict[str, str]:
        """The environment: only the git settings that a commit needs, and its own cache."""
        home = self.folder.parent
        who = {
            f"GIT_{role}_{what}": "a@example.com" for role in ROLES for what in ("NAME", "EMAIL")
        }
        return {
            **who,
            "PATH": f"{PROGRAM.parent}:/usr/bin:/bin",
            "HOME": str(home),
            "PRE_COMMIT_HOME": str(home / "cache"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LANG": "C.UTF-8",
        }

    def git(self, *arguments: str) -> str:
        """Run git, which must succeed, and return its output."""
        ran = self(GIT, *arguments)
        assert ran.code == 0, ran.err
        return ran.out.strip()

    def commit(self) -> Ran:
        """Commit everything, with the hooks."""
        self.git("add", "--all")
        return self(GIT, "commit", "-m", "Edit the outlines")


@pytest.fixture
def hooks(tmp_path: Path) -> Repository:
    """A repository that offers the hooks, like this one."""
    here = Repository(tmp_path / "hooks")
    here.folder.mkdir()
    here.git("init", "--quiet")
    manifest = MANIFEST.read_text()
    assert manifest.count("language: python\n") == manifest.count("- id: ")
    offered = manifest.replace("language: python\n", "language: system\n")
    (here.folder / MANIFEST.name).write_text(offered)
    here.git("add", "--all")
    here.git("commit", "--quiet", "-m", "Offer hooks")
    return here


def authors(hooks: Repository, more: str = "") -> Repository:
    """Create an authors' repository, with pre-commit set up as the documentation shows."""
    here = Repository(hooks.folder.parent / "work")
    here.folder.mkdir()
    here.git("init", "--quiet")
    configuration = ENGINEER.noted("hooks").text
    where = {
        "https://git.example.com/coursesync": str(hooks.folder),
        "v0.1.0": hooks.git("rev-parse", "HEAD"),
        "-fmt\n": f"-fmt\n{more}",
        "-validate\n": f"-validate\n{more}",
    }
    for written, meant in where.items():
        assert configuration.count(written) == 1
        configuration = configuration.replace(written, meant)
    (here.folder / ".pre-commit-config.yaml").write_text(configuration)
    assert here(sys.executable, "-m", "pre_commit", "install").code == 0
    return here


def write(folder: Path, unlock: str = "sequential", gap: str = "") -> Path:
    """Write an outline with this unlock rule; only its spacing is not formatted."""
    folder.mkdir(exist_ok=True)
    path = folder / "onboarding.yaml"
    section = f"  - {gap}key: welcome\n    {gap}title: Welcome\n    {gap}unlock: {unlock}\n"
    path.write_text(f"id: 4711\ntitle: Onboarding\nsections:\n{section}")
    return path


def test_the_manifest_is_one() -> None:
    """The manifest is valid for pre-commit."""
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", MANIFEST],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_a_mistake_is_not_committed(hooks: Repository) -> None:
    """A commit with a mistake is refused with the line and the fix; once fixed, it succeeds."""
    here = authors(hooks)
    write(here.folder / "courses", "never")
    refused = here.commit()
    write(here.folder / "courses")
    taken = here.commit()

    assert refused.code != 0
    assert 'courses/onboarding.yaml:6:13: `unlock` can\'t be "never"' in refused.err
    assert taken.code == 0, taken.err
    assert "check the course outlines" in taken.err
    assert here.git("log", "--format=%s") == "Edit the outlines"


def test_an_outline_is_laid_out_before_it_is_committed(hooks: Repository) -> None:
    """An unformatted outline is formatted, and the commit stops for a second look."""
    here = authors(hooks)
    path = write(here.folder / "courses", gap="  ")
    first = here.commit()
    laid_out = path.read_text()
    second = here.commit()

    assert first.code != 0
    assert "files were modified by this hook" in first.err
    assert "\n  - key: welcome\n    title: Welcome\n" in laid_out
    assert second.code == 0, second.err


def test_other_commits_are_not_held_up(hooks: Repository) -> None:
    """A commit that touches no outline is not checked, even without a workspace."""
    here = authors(hooks)
    (here.folder / "notes.md").write_text("Hello\n")

    taken = here.commit()

    assert taken.code == 0, taken.err
    assert taken.err.count("Skipped") == 2


def test_a_content_file_is_checked_with_the_outlines(hooks: Repository) -> None:
    """A change of only a content file is checked, because an outline includes it."""
    here = authors(hooks)
    path = write(here.folder / "courses")
    path.write_text(path.read_text() + "    contents: {markdown: welcome.md}\n")
    (here.folder / "courses" / "welcome.md").write_text("Hello\n")
    assert here.commit().code == 0
    (here.folder / "courses" / "welcome.md").write_bytes(b"caf\xe9\n")

    refused = here.commit()

    assert refused.code != 0
    assert "not in UTF-8" in refused.err


def test_another_workspace_is_named_by_args_and_files(hooks: Repository) -> None:
    """Outlines in another folder are configured as the documentation shows."""
    here = authors(hooks, "        args: [lessons]\n        files: ^lessons/\n")
    write(here.folder / "lessons", "never")

    refused = here.commit()

    assert refused.code != 0
    assert "lessons/onboarding.yaml:6:13: `unlock` can't be" in refused.err
