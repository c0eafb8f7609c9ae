"""Checks what coursesync runs in: Python, git, and the forge that git pushes to.

Reads only files and the answers of git. It must never make a request, nor show what a remote's
address holds besides its host: that may be a password.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy, Shell
from coursesync.files import shown
from coursesync.files.ask_git import answer, root_of
from coursesync.operations.forge_files import (
    ForgeName,
    forge_of_files,
    is_unpinned,
    names_for,
    read_lines,
    runs,
)
from coursesync.operations.remote import remote_of
from coursesync.render.checks import Check, Level
from coursesync.text import count, listed
from coursesync.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coursesync.operations.remote import Remote

_PYTHONS = (3, 11), (3, 14)  # the oldest and the newest that the tests run on
_OLDEST_GIT = (2, 16)  # the first with `status --ignored=traditional`
_OLDER = b"coursesync-unrecorded"  # a branch of the workflows before `ci apply`
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
    yield from _check_files(root, remote)
    yield from _check_branch(folder, remote.name)


def _check_files(root: Path, remote: Remote) -> Iterator[Check]:
    """Check the files by which a forge runs coursesync."""
    where = remote.words if remote.host else f"the remote {remote.name} is {remote.words}"
    forge = forge_of_files(root)
    if forge is None:
        found = f"{where}, and no file of the repository runs coursesync there"
        yield Check("forge", Level.NOTE, found, _to_set_up(remote))
        return
    known = {name: read_lines(root / name) for name in names_for(forge)}
    missing = [name.rpartition("/")[2] for name, lines in known.items() if not runs(lines)]
    again = Remedy("To see how it changes them:", Command("init", **{forge: True}))
    if missing:
        found = f"{where}, and .github/workflows lacks {listed(missing, 4)}"
        yield Check("forge", Level.NOTE, found, again)
    elif any(_OLDER in line for lines in known.values() for line in lines):
        found = f"{where}, with workflows of an older coursesync, which commit the state to main"
        yield Check("forge", Level.NOTE, found, again)
    else:
        runners = count(len(known), "workflow" if forge is ForgeName.GITHUB else "pipeline")
        yield Check("forge", Level.OK, f"{where}, with {runners} for coursesync")
    unpinned = [
        f"{name}:{number}"
        for name, lines in known.items()
        for number, line in enumerate(lines, 1)
        if is_unpinned(line)
    ]
    if unpinned:
        found = f"{listed(unpinned, 4)}: no version of coursesync, so that every run is refused"
        remedy = "Write the address and a commit of coursesync in the place of ADDRESS and COMMIT."
        yield Check("forge", Level.WRONG, found, remedy)


def _to_set_up(remote: Remote) -> Remedy:
    commands = {each: Command("init", **{each: True}) for each in ForgeName}
    if remote.host == _GITHUB:
        return Remedy("To write the workflows:", commands[ForgeName.GITHUB])
    if "gitlab" in remote.host:
        return Remedy("To write the pipeline:", commands[ForgeName.GITLAB])
    return Remedy(
        "If that is GitHub:", commands[ForgeName.GITHUB], "GitLab:", commands[ForgeName.GITLAB]
    )


def _check_branch(folder: Path, remote: str) -> Iterator[Check]:
    branch = (answer(folder, "symbolic-ref", "--short", "HEAD") or "").strip()
    mains = (f"refs/heads/{_BRANCH}", f"refs/remotes/{remote}/{_BRANCH}")
    if branch != _OLD_BRANCH or any(answer(folder, "rev-parse", "--verify", e) for e in mains):
        return
    found = f"the branch is {_OLD_BRANCH}, and the workflows are for {_BRANCH}"
    rename = Shell("git", "-C", folder, "branch", "-m", _BRANCH)
    yield Check("forge", Level.NOTE, found, Remedy("Rename it before you push it:", rename))
