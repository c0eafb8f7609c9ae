"""The repository of a job: its history, the files of its commits, and what a merge would give.

Owns git for `ci`, from version 2.25 on. It must never check files out, push, run what a file of the
repository names, nor decide anything.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from coursesync.ci.merging import Conflict, merged_tree
from coursesync.errors import Code, CoursesyncError, Remedy, RemoteError, Shell, TryLater
from coursesync.files.git_tree import write_tree
from coursesync.files.run_git import GitFailed, forge_environment, git
from coursesync.operations.config import SANDBOX

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS = ("%H", "%T", "%P", "%an", "%ae", "%cn", "%ce", "%ct", "%s")
_PATIENCE = 600.0  # seconds, for a remote
_FETCHED = "refs/coursesync/fetched/"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit.

    Attributes:
        sha: its SHA.
        tree: the SHA of its tree.
        parents: the SHAs of its parents, none for the first commit of all.
        author, author_email: who wrote it, as its author says; not inert.
        committer, committer_email: who made the commit, as they say; not inert.
        time: when it was made, in seconds since 1970, as its committer's clock says.
        title: the first line of its message; not inert.
    """

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str
    author_email: str
    committer: str
    committer_email: str
    time: int
    title: str


class Repository:
    """The repository that a folder is in, with its remote `origin`."""

    def __init__(self, folder: Path) -> None:
        """Find the repository; raises CoursesyncError if there is none, or it lacks its history."""
        self.folder = Path(os.path.realpath(folder))
        try:
            self.root = Path(os.fsdecode(self._git("rev-parse", "--show-toplevel")).rstrip("\n"))
            shallow = self._git("rev-parse", "--is-shallow-repository")
        except GitFailed as failed:
            raise CoursesyncError(
                f"git can't use the repository here: {failed.reason}",
                "Run this in a clone of the repository, as a step after actions/checkout.",
            ) from failed
        if shallow.strip() == b"true":
            raise CoursesyncError(
                "this clone lacks the history of the repository",
                Remedy("Clone all of it: in the step of actions/checkout,", Code("fetch-depth: 0")),
            )

    def _git(self, *words: str, given: bytes = b"", patience: float = 60.0) -> bytes:
        return git(self.folder, *words, given=given, patience=patience)

    def _asked(self, *words: str) -> str:
        """Return what git prints about commits that are here; raises CoursesyncError."""
        try:
            return self._git(*words).decode(errors="surrogateescape")
        except GitFailed as failed:
            raise CoursesyncError(
                f"git can't read the repository: {failed.reason}",
                Remedy("To check it:", Shell("git", "fsck")),
            ) from failed

    def _remotely(self, *words: str) -> str:
        """Return what git prints about the remote, with the environment's token."""
        environment = forge_environment(self.url)
        try:
            answer = git(self.folder, *words, environment=environment, patience=_PATIENCE)
        except GitFailed as failed:
            if failed.is_denied:
                raise RemoteError(
                    "the remote `origin` denies access to git",
                    Remedy(
                        "Pass the job's token as GITHUB_TOKEN, with the permission",
                        Code("contents: read"),
                    ),
                ) from failed
            raise TryLater(
                f"git can't reach the remote `origin`: {failed.reason}",
                "Run the job again later.",
            ) from failed
        return answer.decode(errors="surrogateescape")

    @property
    def url(self) -> str:
        """The address of the remote `origin`."""
        try:
            return os.fsdecode(self._git("remote", "get-url", "origin")).rstrip("\n")
        except GitFailed as failed:
            raise CoursesyncError(
                "this clone has no remote `origin`",
                Remedy("Add it:", Shell("git", "remote", "add", "origin", "URL")),
            ) from failed

    def fetch(self, *refs: str) -> dict[str, str]:
        """Fetch refs of the remote, such as "refs/heads/main" or "refs/pull/7/head".

        Returns:
            The SHA of the commit of each ref; without those that the remote does not have.

        Raises:
            TryLater: the remote can't be reached.
            RemoteError: it denies access.
        """
        there = self._remote_refs(*refs).intersection(refs) if refs else set[str]()
        if not there:
            return {}
        specs = {ref: f"{_FETCHED}{ref.removeprefix('refs/')}" for ref in sorted(there)}
        self._remotely(
            *("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "origin"),
            *(f"+{ref}:{local}" for ref, local in specs.items()),
        )
        return {ref: self.commit(local) for ref, local in specs.items()}

    def tip(self, branch: str) -> str | None:
        """Fetch a branch, and return its last commit; None if there is none; raises as `fetch`."""
        ref = f"refs/heads/{branch}"
        return self.fetch(ref).get(ref)

    def _remote_refs(self, *refs: str) -> set[str]:
        lines = self._remotely("ls-remote", "--quiet", "origin", *refs).splitlines()
        return {line.partition("\t")[2] for line in lines}

    def default_branch(self) -> str:
        """Return the name of the remote's default branch; raises as `fetch` does."""
        answer = self._remotely("ls-remote", "--symref", "--quiet", "origin", "HEAD")
        found = re.match(r"ref: refs/heads/(.+)\tHEAD\n", answer)
        if found is None:
            raise CoursesyncError(
                "the remote `origin` does not say which branch is its default",
                "Choose a default branch in the settings of the repository.",
            )
        return found[1]

    def commit(self, name: str) -> str:
        """Return the SHA of a commit; raises CoursesyncError if it is not here."""
        return self._asked("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip()

    def has(self, commit: str) -> bool:
        """Return whether a commit is here."""
        try:
            self._git("cat-file", "-e", f"{commit}^{{commit}}")
        except GitFailed:
            return False
        return True

    def tree(self, commit: str) -> str:
        """Return the SHA of the tree of a commit, or of a tree."""
        return self._asked("rev-parse", "--verify", "--quiet", f"{commit}^{{tree}}").strip()

    def tree_at(self, commit: str, path: str) -> str:
        """Return the SHA of the tree of a folder in a commit or a tree; "" if it has none there.

        The same files in two commits have the same SHA.
        """
        if path == ".":
            return self.tree(commit)
        listed = self._asked("ls-tree", "-d", "-z", "--full-tree", commit, "--", path)
        facts, _, _ = listed.partition("\t")
        return facts.split()[2] if facts.split()[1:2] == ["tree"] else ""

    def has_path(self, commit: str, path: str) -> bool:
        """Return whether a commit or a tree has anything at a path: a file, a link or a folder."""
        return bool(self._asked("ls-tree", "-z", "--full-tree", commit, "--", path))

    def file_at(self, commit: str, path: str) -> bytes | None:
        """Return the bytes of a file in a commit or a tree; None if it has none there."""
        listed = self._asked("ls-tree", "-z", "--full-tree", commit, "--", path)
        facts = listed.partition("\t")[0].split()
        if facts[:2] not in (["100644", "blob"], ["100755", "blob"]):
            return None
        return self._git("cat-file", "blob", facts[2])

    def first_parents(self, since: str | None, until: str) -> tuple[Commit, ...]:
        """Return the commits of a branch's first-parent history, the oldest first.

        Args:
            since: the last commit before them; None for the whole history.
            until: the last of them.
        """
        span = until if since is None else f"{since}..{until}"
        text = self._asked(
            *("log", "-z", "--first-parent", "--reverse", "--no-color", "--no-decorate"),
            *("--no-show-signature", "--no-notes", f"--format={'%x00'.join(_FIELDS)}", span, "--"),
        )
        words = text.removesuffix("\0").split("\0") if text else []
        size = len(_FIELDS)
        return tuple(_commit(words[i : i + size]) for i in range(0, len(words), size))

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the best common ancestor of two commits; None if they have none."""
        try:
            return self._git("merge-base", one, other).decode().split("\n")[0]
        except GitFailed as failed:
            if failed.code == 1:
                return None
            raise CoursesyncError(f"git can't compare commits: {failed.reason}") from failed

    def is_ancestor(self, one: str, other: str) -> bool:
        """Return whether a commit is in the history of another one, or is that one."""
        both = self.has(one) and self.has(other)
        return both and self.merge_base(one, other) == self.commit(one)

    def changed_files(self, before: str, after: str) -> tuple[str, ...]:
        """Return the paths that differ between two commits or trees; a rename counts as two."""
        listed = self._asked(
            "diff-tree", "-r", "-z", "--name-only", "--no-renames", before, after, "--"
        )
        return tuple(filter(None, listed.split("\0")))

    def merged(self, base: str, head: str) -> str | Conflict:
        """Return the tree that a merge of `head` into `base` gives, or its conflict."""
        return merged_tree(self.folder, base, head)

    @contextmanager
    def folder_of(self, commit: str, path: str) -> Iterator[Path]:
        """Yield a temporary folder with the files of a folder as of a commit or a tree.

        It lies in an otherwise empty folder by its path in the repository, so that paths in
        messages end as people know them. See `write_tree`.
        """
        with TemporaryDirectory(prefix="coursesync-") as root:
            (folder := Path(root, path)).mkdir(parents=True, exist_ok=True)
            if self.tree_at(commit, path):
                write_tree(self.folder, self.tree(commit), path, Path(root))
            yield folder

    def has_checked_out(self, commit: str, path: str) -> bool:
        """Return whether the files of a folder are here exactly as of a commit.

        The folder `.coursesync` of the workspace, where coursesync keeps its own, does not count.
        """
        if not self.tree_at(commit, path) or self.tree_at("HEAD", path) != self.tree_at(
            commit, path
        ):
            return False
        listed = self._asked(
            *("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"),
            *("--ignored=traditional", "--", f":(top){path}"),
        )
        return all(f"/{SANDBOX}/" in f"/{each[3:]}" for each in filter(None, listed.split("\0")))

    def path_of(self, folder: Path) -> str:
        """Return the path of a folder in the repository, "." for its root."""
        return Path(os.path.realpath(folder)).relative_to(os.path.realpath(self.root)).as_posix()


def _commit(words: list[str]) -> Commit:
    sha, tree, parents, author, author_email, committer, committer_email, time, title = words
    return Commit(
        *(sha, tree, tuple(parents.split())),
        *(author, author_email, committer, committer_email),
        *(int(time), title),
    )
