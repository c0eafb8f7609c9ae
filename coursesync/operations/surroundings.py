"""Checks what coursesync runs in: Python, git, and the forge that git pushes to.

Reads only files and the answers of git. It must never make a request, nor show what a remote's
address holds besides host and path: that may be a password.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from coursesync.errors import Code, CoursesyncError, Remedy, Shell
from coursesync.files import read, shown
from coursesync.outlines.git import answer
from coursesync.render.checks import Check, Level
from coursesync.text import count, listed
from coursesync.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

_PYTHONS = (3, 11), (3, 14)  # the oldest and the newest that the tests run on
_OLDEST_GIT = (2, 16)  # the first with `status --ignored=traditional`
_BESIDE = ("journal", "lock", "locked-by", "backup", "requests")
_WORKFLOWS = ("plan.yml", "comment.yml", "apply.yml", "drift.yml")
_GITHUB = "github.com"
_AS_SSH = re.compile(r"(?:[^@/\s]+@)?([\w.-]+):(?!//)(.+)")  # user@host:path


def check_python() -> Check:
    """Check the version of Python."""
    oldest, newest = (".".join(map(str, each)) for each in _PYTHONS)
    running = ".".join(map(str, sys.version_info[:3]))
    found = f"coursesync {__version__} on Python {running}"
    if sys.version_info[:2] > _PYTHONS[1]:
        newer = f"{found}; coursesync is tested with {oldest} to {newest}"
        return Check("python", Level.NOTE, newer, "If something fails, use one of these.")
    return Check("python", Level.OK, found)


def check_git(folder: Path, state: Path | None) -> Iterator[Check]:
    """Check git, the repository of a folder, and the state in it, if a path is given."""
    version = re.search(r"(\d+)\.(\d+)(?:\.\d+)*", answer(folder, "--version") or "")
    if version is None:
        remedy = "Install it, from https://git-scm.com or with your system's packages."
        yield Check("git", Level.WRONG, "there is no git on this machine", remedy)
        return
    if (int(version[1]), int(version[2])) < _OLDEST_GIT:
        oldest = ".".join(map(str, _OLDEST_GIT))
        old = f"git {version[0]} is too old: coursesync needs {oldest} or newer"
        yield Check("git", Level.WRONG, old, "Install a newer one.")
        return
    if (root := root_of(folder)) is None:
        make = Remedy(
            "The outlines and the state belong in git. To make a repository:",
            Shell("git", "init"),
            "If there should be one, this shows why git can't read it:",
            Shell("git", "-C", folder, "status"),
        )
        yield Check("git", Level.WRONG, f"{shown(folder)} is in no git repository", make)
        return
    yield Check("git", Level.OK, f"git {version[0]}, in the repository {shown(root)}")
    if state is not None:
        yield from check_state_in_git(state)


def root_of(folder: Path) -> Path | None:
    """Return the folder of the repository that a folder is in, if it is in one."""
    root = (answer(folder, "rev-parse", "--show-toplevel") or "").rstrip("\n")
    return Path(root) if root else None


def check_state_in_git(state: Path) -> Iterator[Check]:
    """Check that a state in a repository is committed, and the files beside it are not."""
    name, folder = state.name, state.parent
    if not folder.is_dir():
        return
    if state.exists():
        yield _check_committed(state)
    kept = (answer(folder, "ls-files", "-z", "--", f"{name}.*") or "").split("\0")
    if committed := [each for each in kept if each]:
        remedy = Shell("git", "-C", folder, "rm", "--cached", "--", *committed)
        found = f"{listed(committed, 3)} of one machine alone must not be in git"
        yield Check("git", Level.WRONG, found, Remedy("Keep the files, but not in git:", remedy))
    beside = [f"{name}.{each}" for each in _BESIDE]
    ignored = (answer(folder, "check-ignore", "--no-index", "--", *beside) or "").splitlines()
    if len(ignored) == len(beside):
        yield Check("git", Level.OK, "it ignores the files beside the state")
        return
    ending = ".state.json"
    pattern = f"*{ending}.*" if name.endswith(ending) else f"{name}.*"
    yield Check(
        "git",
        Level.WRONG,
        f"it does not ignore the files beside the state, such as {name}.journal, which belong to "
        "one machine",
        Remedy("Add to .gitignore the line", Code(pattern)),
    )


def _check_committed(state: Path) -> Check:
    status = answer(
        state.parent,
        *("status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignored=traditional"),
        *("--", state.name),
    )
    add = Shell("git", "-C", state.parent, "add", "--", state.name)
    commit = Shell("git", "-C", state.parent, "commit", "-m", "Record the state")
    match (status or "")[:2]:
        case "":
            return Check("git", Level.OK, f"{shown(state)} is committed")
        case "!!":
            found = f"git ignores {shown(state)}, so that only this machine knows the Ids"
            remedy = Remedy(
                "Delete the line of .gitignore that this shows:",
                Shell("git", "-C", state.parent, "check-ignore", "-v", "--", state.name),
            )
            return Check("git", Level.WRONG, found, remedy)
        case "??":
            found = f"{shown(state)} is not in git, so that only this machine knows the Ids"
            return Check("git", Level.WRONG, found, Remedy("Commit it:", add, commit))
    found = f"{shown(state)} has changes that are not committed"
    return Check("git", Level.NOTE, found, Remedy("Commit them:", add, commit))


def check_forge(folder: Path) -> Check | None:
    """Check the remote and the workflows of a folder's repository; None without a repository."""
    if (root := root_of(folder)) is None:
        return None
    names = (answer(folder, "remote") or "").split()
    if not names:
        remedy = Remedy(
            "To let reviews and merges run coursesync, push the repository to GitHub:",
            Shell("git", "remote", "add", "origin", "ADDRESS"),
        )
        return Check("forge", Level.NOTE, "the repository has no remote", remedy)
    name = "origin" if "origin" in names else names[0]
    where = _without_secret((answer(folder, "remote", "get-url", name) or "").strip())
    there = [each for each in _WORKFLOWS if _runs_coursesync(root / ".github/workflows" / each)]
    missing = [each for each in _WORKFLOWS if each not in there]
    if where.partition("/")[0] != _GITHUB:
        found = f"the remote {name} is {where}; the workflows that come with coursesync are for"
        return Check("forge", Level.NOTE, f"{found} {_GITHUB}")
    if missing:
        found = f"{where}, and .github/workflows lacks {listed(missing, 4)}"
        return Check(
            "forge", Level.NOTE, found, "Copy them; the documentation says how, under “On GitHub”."
        )
    workflows = count(len(there), "workflow")
    return Check("forge", Level.OK, f"{where}, with {workflows} in .github/workflows")


def _without_secret(address: str) -> str:
    """Return host and path of a remote, or that it is a folder."""
    try:
        parts = urlsplit(address)
        host, path = parts.hostname or "", parts.path
    except ValueError:
        return "not an address"
    if not host and (found := _AS_SSH.fullmatch(address)):
        host, path = found[1].lower(), found[2]
    if not host:
        return "a folder"
    return f"{host}/{path.strip('/').removesuffix('.git')}"


def _runs_coursesync(workflow: Path) -> bool:
    try:
        return b"coursesync" in read(workflow)
    except CoursesyncError:
        return False
