"""Where a run comes from: GitHub's variables in a job of its, else git and the machine's user.

The variables: https://docs.github.com/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

import getpass
import subprocess
from typing import TYPE_CHECKING

from coursesync.applying.receipt import Origin
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PATIENCE = 10  # seconds, for git to name a commit
_LONGEST = 300


def origin_of(folder: Path, environment: Mapping[str, str]) -> Origin:
    """Say which commit the outlines in a folder are of, and who runs this where.

    Args:
        folder: the workspace.
        environment: this process's.

    Returns:
        What is known of it. Nothing of the environment is in it but GitHub's own names.
    """
    if environment.get("GITHUB_ACTIONS") == "true":
        return Origin(
            actor=_known(environment, "GITHUB_ACTOR"),
            commit=_commit(folder, environment) or _known(environment, "GITHUB_SHA"),
            run=_run(environment),
        )
    return Origin(actor=_user(), commit=_commit(folder, environment))


def _known(environment: Mapping[str, str], name: str) -> str | None:
    return inert(environment.get(name, ""), _LONGEST) or None


def _run(environment: Mapping[str, str]) -> str | None:
    server, repository, run, attempt = (
        _known(environment, f"GITHUB_{name}")
        for name in ("SERVER_URL", "REPOSITORY", "RUN_ID", "RUN_ATTEMPT")
    )
    if not (server and repository and run):
        return None
    page = f"{server}/{repository}/actions/runs/{run}"
    return page if attempt in {None, "1"} else f"{page}/attempts/{attempt}"


def _user() -> str | None:
    try:
        return inert(getpass.getuser(), _LONGEST) or None
    except (OSError, KeyError):  # a user without a name, as in some containers
        return None


def _commit(folder: Path, environment: Mapping[str, str]) -> str | None:
    """Ask git for the commit that is checked out; it may not be there, nor the folder be in git.

    In a job, what is checked out may be another commit than the one that started it.
    """
    command = ("git", "rev-parse", "--verify", "--quiet", "HEAD")
    kept = {name: environment[name] for name in ("PATH", "HOME") if name in environment}
    try:
        asked = subprocess.run(  # noqa: S603 - no word of it is from outside
            command, cwd=folder, env=kept, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    named = asked.stdout.decode("ascii", "replace").strip()
    return named if asked.returncode == 0 and named.isalnum() else None
