"""Checks what coursesync runs in: Python, git, and the forge that git pushes to.

Reads only files and the answers of git. It must never make a request, nor show what a remote's
address holds besides its host: that may be a password.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, Remedy, Shell
from coursesync.files import read, shown
from coursesync.operations.remote import remote_of
from coursesync.outlines.git import answer, root_of
from coursesync.render.checks import Check, Level
from coursesync.text import count, listed
from coursesync.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PYTHONS = (3, 11), (3, 14)  # the oldest and the newest that the tests run on
_OLDEST_GIT = (2, 16)  # the first with `status --ignored=traditional`
_WORKFLOWS = ("plan.yml", "comment.yml", "apply.yml", "drift.yml")
_INSTALLS_ITSELF = re.compile(rb"^[^#]*\bpip install (?:-\S+ )*\.(?:\s|$)")
_BRANCH, _OLD_BRANCH = "main", "master"
_GITHUB = "github.com"


def check_python() -> Check:
    """Check the version of Python."""
    oldest, newest = (".".join(map(str, each)) for each in _PYTHONS)
    running = ".".join(map(str, sys.version_info[:3]))
    found = f"coursesync {__version__} on Python {running}"
    if sys.version_info[:2] > _PYTHONS[1]:
        newer = f"{found}; coursesync is tested with {oldest} to {newest}"
        return Check("python", Level.NOTE, newer, "If something fails, use one of these.")
    return Check("python", Level.OK, found)


def check_git(folder: Path) -> Iterator[Check]:
    """Check git and the repository of a folder."""
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


def check_forge(folder: Path) -> Iterator[Check]:
    """Check the remote, the workflows and the branch of a folder's repository, if it is in one."""
    if (root := root_of(folder)) is None:
        return
    if (remote := remote_of(folder)) is None:
        remedy = Remedy(
            "To let reviews and merges run coursesync, push the repository to GitHub:",
            Shell("git", "remote", "add", "origin", "ADDRESS"),
        )
        yield Check("forge", Level.NOTE, "the repository has no remote", remedy)
        return
    name, where = remote.name, remote.words
    there = [each for each in _WORKFLOWS if _runs_coursesync(root / ".github/workflows" / each)]
    missing = [each for each in _WORKFLOWS if each not in there]
    if where != _GITHUB:
        found = f"the remote {name} is {where}; the workflows that come with coursesync are for"
        yield Check("forge", Level.NOTE, f"{found} {_GITHUB}")
        return
    if missing:
        found = f"{where}, and .github/workflows lacks {listed(missing, 4)}"
        yield Check(
            "forge", Level.NOTE, found, "Copy them; the documentation says how, under “On GitHub”."
        )
    else:
        workflows = count(len(there), "workflow")
        yield Check("forge", Level.OK, f"{where}, with {workflows} in .github/workflows")
    yield from _check_installing(root)
    yield from _check_branch(folder, name)


def _check_installing(root: Path) -> Iterator[Check]:
    """Check that no workflow installs a repository of outlines as if it were coursesync's own."""
    if (root / "pyproject.toml").exists():
        return
    found = [
        f"{name}:{number}"
        for name in _WORKFLOWS
        for number, line in enumerate(_lines_of(root / ".github/workflows" / name), 1)
        if _INSTALLS_ITSELF.search(line)
    ]
    if found:
        installs = "installs" if len(found) == 1 else "install"
        what = f"{listed(found, 4)} {installs} this repository, which holds no program"
        remedy = Remedy(
            "Replace",
            Shell("pip", "install", "."),
            "by the installation of one commit:",
            Shell("pip", "install", "git+ADDRESS@COMMIT"),
        )
        yield Check("forge", Level.WRONG, what, remedy)


def _check_branch(folder: Path, remote: str) -> Iterator[Check]:
    branch = (answer(folder, "symbolic-ref", "--short", "HEAD") or "").strip()
    mains = (f"refs/heads/{_BRANCH}", f"refs/remotes/{remote}/{_BRANCH}")
    if branch != _OLD_BRANCH or any(answer(folder, "rev-parse", "--verify", e) for e in mains):
        return
    found = f"the branch is {_OLD_BRANCH}, and the workflows are for {_BRANCH}"
    rename = Shell("git", "-C", folder, "branch", "-m", _BRANCH)
    yield Check("forge", Level.NOTE, found, Remedy("Rename it before you push it:", rename))


def _runs_coursesync(workflow: Path) -> bool:
    return any(b"coursesync" in line for line in _lines_of(workflow))


def _lines_of(workflow: Path) -> list[bytes]:
    try:
        return read(workflow).splitlines()
    except CoursesyncError:
        return []
