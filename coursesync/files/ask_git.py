"""Asks git about a folder.

It must never run a program that a repository's settings name, nor change anything.
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from coursesync.errors import Shell

_PATIENCE = 10  # seconds, for git to answer


def answer(folder: Path, *words: str) -> str | None:
    """Return what a git command prints in a folder.

    None if there is no git, it fails, or it does not answer in time.
    """
    from coursesync.files.run_git import GitFailed, git  # noqa: PLC0415 - few runs ask git

    try:
        return os.fsdecode(git(folder, *words, patience=_PATIENCE))
    except GitFailed:
        return None


def root_of(folder: Path) -> Path | None:
    """Return the folder of the repository that a folder is in, if it is in one."""
    root = (answer(folder, "rev-parse", "--show-toplevel") or "").rstrip("\n")
    return Path(root) if root else None


def tracked_in(folder: Path) -> frozenset[str] | None:
    """Return the files in a folder that git has, by their paths from it; None as `answer`.

    The paths are in Unicode's composed form, as git has them by `core.precomposeUnicode`.
    """
    listed = answer(folder, "ls-files", "-z")
    return None if listed is None else frozenset(map(composed, listed.split("\0")))


def indexed(path: Path) -> bytes | None:
    """Return the bytes that git has for a file, in its index; None as `answer`."""
    found = answer(path.parent, "cat-file", "blob", f":./{path.name}")
    return None if found is None else os.fsencode(found)


def restoring(folder: Path, *names: str) -> Shell:
    """Return the command that restores files of a folder from git's index."""
    return Shell("git", "-C", folder, "checkout", "--", *names)


def composed(path: str) -> str:
    """Return a path in the form in which two systems agree on it."""
    return unicodedata.normalize("NFC", path)
