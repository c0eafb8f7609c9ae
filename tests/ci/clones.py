"""A clone in which a test works as an author does."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OUTLINE = """\
id: 4711
title: Onboarding
sections:
  - key: a
    title: A
    contents: one
  - key: b
    title: B
    contents: two
  - key: c
    title: C
    contents: three
"""


@dataclass(frozen=True)
class Clone:
    """A clone with a remote, and who works in it."""

    folder: Path

    def git(self, *words: str, given: str = "") -> str:
        """Run git in the clone."""
        who = {
            f"GIT_{role}_{what}": f"{what.lower()}@ada"
            for role in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        command = ["git", "-c", "gc.auto=0", *words]
        return subprocess.run(
            command,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder.parent), **who},
            input=given,
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout.strip()

    def commit(self, title: str, **files: str | None) -> str:
        """Write files of the folder `courses`, or delete them, and commit all."""
        for name, text in files.items():
            path = self.folder / "courses" / f"{name}.yaml"
            path.parent.mkdir(exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", title)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, at: str) -> None:
        """Begin a branch."""
        self.git("checkout", "--quiet", "-B", name, at)


def cloned(folder: Path) -> Clone:
    """Make a bare repository whose branch main has one outline, and a clone of it."""
    made = Clone(folder / "clone")
    made.folder.mkdir()
    made.git("init", "--quiet", "--bare", "-b", "main", str(folder / "origin.git"))
    made.git("init", "--quiet", "-b", "main")
    made.git("remote", "add", "origin", str(folder / "origin.git"))
    made.commit("First", onboarding=OUTLINE)
    made.git("push", "--quiet", "origin", "main")
    return made
