"""Where a run comes from: GitHub's variables in a job of its, else git and the machine's user.

The variables: https://docs.github.com/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

import getpass
import os
import subprocess
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from coursesync.applying.receipt import Origin
from coursesync.files import shown
from coursesync.outlines.folder import ENDINGS
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

_PATIENCE = 10  # seconds, for git to answer
# all that is not in HEAD as it is, what is not tracked or ignored as well
_STATUS = (
    *("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"),
    *("--ignored=traditional", "--", "."),
)
_LONGEST = 300


def origin_of(
    folder: Path, environment: Mapping[str, str], sources: Collection[str], *, takes_away: bool
) -> Origin:
    """Say which commit the outlines in a folder are of, and who runs this where.

    Args:
        folder: the workspace.
        environment: this process's.
        sources: the files, by their path in the workspace, that the run makes use of.
        takes_away: whether it makes use of that an outline is gone.

    Returns:
        What is known of it. Nothing of the environment is in it but GitHub's own names.
    """
    is_job = environment.get("GITHUB_ACTIONS") == "true"
    checkout = _checkout(folder, environment, sources, takes_away=takes_away)
    if checkout is None:
        checkout = _Checkout(_known(environment, "GITHUB_SHA") if is_job else None)
    return Origin(
        actor=_known(environment, "GITHUB_ACTOR") if is_job else _user(),
        commit=checkout.commit,
        run=_run(environment) if is_job else None,
        uncommitted=checkout.uncommitted,
    )


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


@dataclass(frozen=True, slots=True)
class _Checkout:
    """The commit that is checked out, None where that is not known for certain.

    `uncommitted` are the files, by their path in the repository, that it does not hold as they are.
    """

    commit: str | None = None
    uncommitted: tuple[str, ...] = ()


def _checkout(
    folder: Path, environment: Mapping[str, str], sources: Collection[str], *, takes_away: bool
) -> _Checkout | None:
    """Ask git what is checked out; None where it is not there, or the folder is not in git.

    In a job, what is checked out may be another commit than the one that started it.
    """
    asked = _git(folder, environment, "rev-parse", "--show-prefix", "HEAD")
    prefix, _, commit = (asked or "").rstrip("\n").rpartition("\n")
    if asked is None or not commit.isalnum():
        return None
    changed = _git(folder, environment, *_STATUS)
    if changed is None:
        return _Checkout()
    entries = [entry for entry in changed.split("\0") if entry]
    # two letters and a blank, then the path; that of a repository within this one as a whole
    paths = {_composed(entry[3:].rstrip("/")) for entry in entries}
    used = {each for each in map(prefix.__add__, sources) if _is_in(each, paths)}
    if takes_away:
        used |= {each[3:] for each in entries if "D" in each[:2] and each.endswith(ENDINGS)}
    return _Checkout(commit, tuple(sorted(map(shown, used))))


def _is_in(path: str, paths: Collection[str]) -> bool:
    above = (str(each) for each in PurePosixPath(_composed(path)).parents)
    return _composed(path) in paths or any(each in paths for each in above)


def _composed(path: str) -> str:
    return unicodedata.normalize("NFC", path)  # as git has it, by core.precomposeUnicode


def _git(folder: Path, environment: Mapping[str, str], *words: str) -> str | None:
    kept = {name: environment[name] for name in ("PATH", "HOME") if name in environment}
    # no program that a setting names, and nothing written
    command = ("git", "-c", "core.fsmonitor=false", "--no-optional-locks", *words)
    try:
        asked = subprocess.run(  # noqa: S603 - no word of it is from outside
            command, cwd=folder, env=kept, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return os.fsdecode(asked.stdout) if asked.returncode == 0 else None
