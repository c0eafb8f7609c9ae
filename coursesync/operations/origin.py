"""The origin of a run: GitHub's variables in one of its jobs, otherwise git and the user's name.

Owns the calls of git. It must never run a program that a repository's settings name, nor record
any other variable of the environment.
The variables: https://docs.github.com/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

import getpass
import os
import subprocess
import unicodedata
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
# all files that differ from HEAD, including those that are untracked or ignored
_STATUS = (
    *("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"),
    *("--ignored=traditional", "--", "."),
)
_LONGEST = 300


def origin_of(
    folder: Path, environment: Mapping[str, str], sources: Collection[str], *, takes_away: bool
) -> Origin:
    """Return the commit of the outlines in a folder, and who runs this where.

    `sources` are the files that the run uses, by path in the workspace; `takes_away` is whether it
    depends on an outline being deleted.
    """
    is_job = environment.get("GITHUB_ACTIONS") == "true"
    checkout = _checkout(folder, environment, sources, takes_away=takes_away)
    commit, uncommitted = checkout or (_known(environment, "GITHUB_SHA") if is_job else None, ())
    return Origin(
        actor=_known(environment, "GITHUB_ACTOR") if is_job else _user(),
        commit=commit,
        run=_run(environment) if is_job else None,
        uncommitted=uncommitted,
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


def _checkout(
    folder: Path, environment: Mapping[str, str], sources: Collection[str], *, takes_away: bool
) -> tuple[str | None, tuple[str, ...]] | None:
    """Return the commit that is checked out, and the files that differ from it.

    None without git, or if the folder is not in a repository; the commit is None if git does not
    answer for certain. In a job, it may be another commit than the one that started the job.
    """
    asked = _git(folder, environment, "rev-parse", "--show-prefix", "HEAD")
    prefix, _, commit = (asked or "").rstrip("\n").rpartition("\n")
    if asked is None or not commit.isalnum():
        return None
    changed = _git(folder, environment, *_STATUS)
    if changed is None:
        return None, ()
    entries = [entry for entry in changed.split("\0") if entry]
    # two letters and a space, then a path; a nested repository has one for all its files
    paths = {_composed(entry[3:].rstrip("/")) for entry in entries}
    used = {each for each in map(prefix.__add__, sources) if _is_in(each, paths)}
    if takes_away:
        used |= {each[3:] for each in entries if "D" in each[:2] and each.endswith(ENDINGS)}
    return commit, tuple(sorted(map(shown, used)))


def _is_in(path: str, paths: Collection[str]) -> bool:
    above = (str(each) for each in PurePosixPath(_composed(path)).parents)
    return _composed(path) in paths or any(each in paths for each in above)


def _composed(path: str) -> str:
    return unicodedata.normalize("NFC", path)  # as git has it, by core.precomposeUnicode


def _git(folder: Path, environment: Mapping[str, str], *words: str) -> str | None:
    kept = {name: environment[name] for name in ("PATH", "HOME") if name in environment}
    # run no program of the repository's settings, and write nothing
    command = ("git", "-c", "core.fsmonitor=false", "--no-optional-locks", *words)
    try:
        asked = subprocess.run(  # noqa: S603 - all words are constants
            command, cwd=folder, env=kept, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return os.fsdecode(asked.stdout) if asked.returncode == 0 else None
