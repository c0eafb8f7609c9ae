"""Asks git about a folder.

It must never run a program that a repository's settings name, nor change anything.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE = 10  # seconds, for git to answer


def git(folder: Path, *words: str) -> str | None:
    """Return the output of a git command in a folder; None if there is no git, or it fails."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    # run no program of the repository's settings, and write nothing
    command = ("git", "-c", "core.fsmonitor=false", "--no-optional-locks", *words)
    try:
        asked = subprocess.run(  # noqa: S603 - all words are the program's own
            command, cwd=folder, env=kept, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return os.fsdecode(asked.stdout) if asked.returncode == 0 else None
