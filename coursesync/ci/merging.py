"""Merges two commits as the forge would, without touching a branch, an index or a folder.

Owns the temporary folder in which git merges, with settings of its own. It must never use the
settings of the user or the repository: they may name programs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from coursesync.errors import CoursesyncError
from coursesync.files.run_git import AS_COURSESYNC, GitFailed, git

_CONFLICTS = 1  # git's exit code
_NEEDS_FILES = "leaves no entry"  # git before 2.27 can't work with an empty folder


@dataclass(frozen=True, slots=True)
class Conflict:
    """A merge that a person has to do: the paths that both sides changed, sorted."""

    files: tuple[str, ...]


def merged_tree(repository: Path, base: str, head: str) -> str | Conflict:
    """Return the SHA of the tree that a merge of `head` into `base` gives, or its conflict.

    The tree is among the repository's objects afterwards. `git merge-tree --write-tree` would do
    this as well, from git 2.38 on.

    Raises:
        CoursesyncError: git can't merge them, because they have no common history for example.
    """
    try:
        return _merged_apart(repository, base, head)
    except GitFailed as failed:
        raise CoursesyncError(
            f"git can't merge {head[:12]} into {base[:12]}: {failed.reason}",
            "Bring the branch up to date with its base, and push it again.",
        ) from failed


def _merged_apart(repository: Path, base: str, head: str, sparsely: str = "true") -> str | Conflict:
    with TemporaryDirectory(prefix="coursesync-") as folder:
        try:
            return _merged(Path(folder), repository, base, head, sparsely)
        except GitFailed as failed:
            if sparsely == "false" or _NEEDS_FILES not in failed.output:
                raise
    return _merged_apart(repository, base, head, "false")


def _merged(folder: Path, repository: Path, base: str, head: str, sparsely: str) -> str | Conflict:
    files = folder / "files"
    files.mkdir()
    objects = os.fsdecode(git(repository, "rev-parse", "--git-path", "objects")).rstrip("\n")
    environment = {
        **AS_COURSESYNC,
        "GIT_DIR": str(folder / "git"),
        "GIT_WORK_TREE": str(files),
        "GIT_OBJECT_DIRECTORY": os.path.realpath(repository / objects),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    git(folder, "init", "--quiet", "--template=", environment=environment)
    # of the files, only those in conflict are written, and links never
    (folder / "git/info").mkdir()
    (folder / "git/info/sparse-checkout").write_text("/.coursesync-none\n")
    git(folder, "update-ref", "--no-deref", "HEAD", base, environment=environment)
    settings = ("-c", f"core.sparseCheckout={sparsely}", "-c", "core.symlinks=false")
    git(files, *settings, "read-tree", "--reset", "-u", base, environment=environment)
    try:
        words = ("merge", "--quiet", "--no-ff", "--no-edit", "--no-stat", "-m", "merge", head)
        git(files, *settings, *words, environment=environment)
    except GitFailed as failed:
        listed = git(files, "ls-files", "-z", "--unmerged", environment=environment)
        paths = {os.fsdecode(each).partition("\t")[2] for each in listed.split(b"\0") if each}
        if failed.code != _CONFLICTS or not paths:
            raise
        return Conflict(tuple(sorted(paths)))
    return git(files, "rev-parse", "HEAD^{tree}", environment=environment).decode().strip()
