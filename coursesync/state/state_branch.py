"""A branch of a git remote that holds a few files: reads its tip, and pushes the next commit.

Owns the plumbing of git: objects are written without a work tree or an index, and the branch moves
only from the tip that the caller read (`--force-with-lease`). Files that it does not know stay in
the branch. It must never read a file of any size, nor decide what the files mean.

Two refs of the clone remember a commit: the remote-tracking ref is what was fetched last, by
whatever command; `refs/coursesync/` is the newest commit that a writer saw or made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from coursesync.errors import (
    Code,
    Command,
    CoursesyncError,
    ExitCode,
    Remedy,
    Shell,
    StateError,
    TryLater,
)
from coursesync.files.run_git import AS_COURSESYNC, GitFailed, forge_environment, git

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REMOTE = "origin"
STATE, JOURNAL, RUN, REPORT = "state.json", "journal", "run.json", "report.json"
_MOST_BYTES = {STATE: 100_000_000, JOURNAL: 100_000_000, RUN: 100_000_000, REPORT: 10_000_000}
_BLOB = "100644"
_PUSHES = 2  # at one tip, because two pushes at once may both be refused for a moment


class _Entry(NamedTuple):
    """An entry of a tree; the size is that of a file, otherwise 0."""

    mode: str
    kind: str
    object: str
    name: str
    size: int = 0


class Moved(Exception):  # noqa: N818 - names what happened
    """Somebody else pushed to the branch; `commit` is its tip now, None if the branch is gone."""

    def __init__(self, commit: str | None) -> None:
        super().__init__(commit)
        self.commit = commit


class NoAccess(TryLater):
    """The remote denies access. A run goes on as if it can't be reached; a person has to help."""

    exit_code = ExitCode.ERROR


@dataclass(slots=True)
class StateBranch:
    """A branch of the remote `origin` of the repository that a folder is in.

    Attributes:
        folder: any folder of the repository.
        name: the branch.
        patience: seconds for one exchange with the remote.
    """

    folder: Path
    name: str
    patience: float = 60.0
    _attempted: set[str] = field(default_factory=set, init=False)

    @property
    def place(self) -> str:
        """The branch, for messages."""
        return f"the branch {self.name} of {REMOTE}"

    def path_of(self, name: str) -> Path:
        """Return what messages call a file of the branch."""
        return Path(REMOTE, self.name, name)

    @property
    def ref(self) -> str:
        """The ref of the branch on the remote."""
        return f"refs/heads/{self.name}"

    @property
    def kept(self) -> str:
        """The ref of the newest commit that a writer of this clone saw or made."""
        return f"refs/coursesync/{self.name}"

    @property
    def _tracking(self) -> str:
        return f"refs/remotes/{REMOTE}/{self.name}"

    def fetched(self) -> str | None:
        """Return the commit that was fetched last; None if none was."""
        return self._commit_at(self._tracking) or self.known()

    def known(self) -> str | None:
        """Return the newest commit that a writer of this clone saw or made."""
        return self._commit_at(self.kept)

    def remember(self, commit: str) -> None:
        """Note the newest commit that a writer of this clone saw or made."""
        self._own("update-ref", self.kept, commit)

    def common(self, one: str, other: str) -> str | None:
        """Return the newest commit that the histories of two commits share; None if none is."""
        return self._answer("merge-base", one, other)

    def fetch(self) -> str | None:
        """Fetch the branch, and return its tip; None if the remote has no such branch.

        Raises:
            TryLater: the remote can't be reached.
            StateError: the repository has no such remote, or there is no repository.
        """
        if (tip := self._remote_tip()) is None:
            return None
        if not self._has(tip):
            words = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", REMOTE, self.ref)
            try:
                self._remote(*words)
            except GitFailed as error:  # another fetch may have held a ref
                if not self._has(tip):
                    raise self._unreachable(error) from error
        if self._commit_at(self._tracking) != tip:
            self._own("update-ref", self._tracking, tip)
        return tip

    def read(self, commit: str) -> dict[str, bytes]:
        """Return the files of a commit that a state's branch has, by name.

        Raises StateError if one is larger than any that coursesync writes, or not a file.
        """
        found = {}
        for each in self._entries(commit):
            if (most := _MOST_BYTES.get(each.name)) is None:
                continue
            if each.mode != _BLOB or each.size > most:
                raise StateError(
                    f"{each.name} in {self.place} was not written by coursesync: it is larger "
                    f"than {most // 1_000_000} MB, or not a file",
                    self._history(),
                )
            found[each.name] = self._own("cat-file", "blob", each.object)
        return found

    def changes_of(self, name: str, commit: str) -> list[str]:
        """Return the commits up to one that changed a file, the newest first; at most 100."""
        return self._own("rev-list", "-100", commit, "--", f":/{name}").decode().split()

    def saved_at(self, commit: str) -> int:
        """Return when a commit was made, in seconds since 1970."""
        return int(self._own("log", "-1", "--format=%ct", commit))

    def advance(self, tip: str | None, files: Mapping[str, bytes | None], message: str) -> str:
        """Push a commit on top of the tip that was read, and return it.

        `tip` is None if the branch does not exist. `files` has new contents by name; None removes a
        file, and others stay.

        Raises:
            Moved: somebody else pushed in the meantime.
            TryLater: nobody knows whether it was pushed; the next call finds out.
            StateError: it can't be pushed.
        """
        commit = self._commit(tip, files, message)
        self._attempted.add(commit)
        if (now := self._pushed(commit, tip)) != commit:  # the answer to an earlier push was lost
            return self.advance(now, files, message)
        self._own("update-ref", self._tracking, commit)
        self.remember(commit)
        return commit

    def remove(self, tip: str) -> None:
        """Remove the branch, and what this clone knows of it; raises as `advance` does."""
        self._pushed(None, tip)
        for ref in (self._tracking, self.kept):
            self._own("update-ref", "-d", ref)

    def _pushed(self, commit: str | None, tip: str | None) -> str | None:
        """Push a commit, None to remove the branch; return the tip then, one of those pushed."""
        lease = f"--force-with-lease={self.ref}:{tip or ''}"
        for left in reversed(range(_PUSHES)):
            try:
                self._remote("push", "--quiet", lease, REMOTE, f"{commit or ''}:{self.ref}")
            except GitFailed as error:
                now = self._remote_tip()
                if now == commit or (now != tip and now in self._attempted):
                    return now  # only the answer was lost
                if now != tip:
                    raise Moved(now) from error
                if not left:
                    raise self._denied(error) from error
            else:
                break
        return commit

    def _commit(self, tip: str | None, files: Mapping[str, bytes | None], message: str) -> str:
        kept = [each for each in self._entries(tip) if each.name not in files] if tip else []
        for name, content in files.items():
            if content is not None and len(content) > _MOST_BYTES[name]:
                most = _MOST_BYTES[name] // 1_000_000
                raise StateError(
                    f"{name} for {self.place} is larger than {most} MB, which forges refuse",
                    "Apply one course at a time, by its name.",
                )
            if content is not None:
                written = self._own("hash-object", "-w", "--stdin", given=content)
                kept.append(_Entry(_BLOB, "blob", written.decode().strip(), name))
        rows = (f"{each.mode} {each.kind} {each.object}\t{each.name}\0" for each in kept)
        tree = self._own("mktree", "-z", given="".join(rows).encode(errors="surrogateescape"))
        parent = ("-p", tip) if tip else ()
        words = ("commit-tree", *parent, "-m", message, tree.decode().strip())
        return self._own(*words, environment=AS_COURSESYNC).decode().strip()

    def _entries(self, commit: str) -> Iterator[_Entry]:
        listed = self._own("ls-tree", "-z", "--full-tree", "--long", commit)
        for line in listed.decode(errors="surrogateescape").split("\0")[:-1]:
            facts, _, name = line.partition("\t")
            mode, kind, object_name, size = facts.split()
            yield _Entry(mode, kind, object_name, name, int(size) if size.isdigit() else 0)

    def _remote_tip(self) -> str | None:
        try:
            listed = self._remote("ls-remote", "--quiet", REMOTE, self.ref).decode()
        except GitFailed as error:
            raise self._unreachable(error) from error
        for line in listed.splitlines():
            commit, _, name = line.partition("\t")
            if name == self.ref:
                return commit
        return None

    def _commit_at(self, ref: str) -> str | None:
        return self._answer("rev-parse", "--verify", "--quiet", ref)

    def _answer(self, *words: str) -> str | None:
        try:
            return git(self.folder, *words).decode().strip()
        except GitFailed:
            return None

    def _has(self, commit: str) -> bool:
        return self._commit_at(f"{commit}^{{tree}}") is not None

    def _remote(self, *words: str) -> bytes:
        url = git(self.folder, "remote", "get-url", REMOTE).decode(errors="surrogateescape")
        token = forge_environment(url.rstrip("\n"))
        return git(self.folder, *words, environment=token, patience=self.patience)

    def _own(
        self, *words: str, given: bytes = b"", environment: Mapping[str, str] | None = None
    ) -> bytes:
        try:
            return git(self.folder, *words, given=given, environment=environment)
        except GitFailed as error:
            raise StateError(
                f"git can't read or write {self.place} in this clone: {error.reason}",
                Remedy("To see what is wrong:", Shell("git", "-C", self.folder, "fsck")),
            ) from error

    def _unreachable(self, error: GitFailed) -> CoursesyncError:
        try:
            git(self.folder, "remote", "get-url", REMOTE)
        except GitFailed:
            return StateError(
                f"{self.folder} is in no git repository with the remote {REMOTE}, which has to "
                "hold the state",
                Remedy(
                    "Add it:",
                    Shell("git", "remote", "add", REMOTE, "ADDRESS"),
                    "Or keep the state in a file:",
                    Command("state move", to="file"),
                ),
            )
        if error.is_denied:
            return NoAccess(
                f"{self.place}, which holds the state, can't be read: {error.reason}",
                Remedy(
                    "On your own computer, this asks for a password, or says what to set up:",
                    Shell("git", "-C", self.folder, "ls-remote", REMOTE),
                    "On GitHub, the job needs the permission",
                    Code("contents: read"),
                    "and this step its token:",
                    Code('env: {GITHUB_TOKEN: "${{ github.token }}"}'),
                    "On GitLab, save a token that may read the repository as "
                    "COURSESYNC_GITLAB_TOKEN (Settings > CI/CD > Variables).",
                ),
            )
        return TryLater(
            f"{self.place}, which holds the state, can't be reached: {error.reason}",
            Remedy(
                "Try again later. To see what git says:",
                Shell("git", "-C", self.folder, "ls-remote", REMOTE),
            ),
        )

    def _denied(self, error: GitFailed) -> StateError:
        return StateError(
            f"the state can't be pushed to {self.place}: {error.reason}",
            "Check that you may push to that branch: a ruleset for `coursesync-state/**` may let "
            "only a deploy key do that. In a forge's job, the job needs the permission to write "
            "contents.",
        )

    def _history(self) -> Remedy:
        return Remedy(
            "To see who wrote it:", Shell("git", "-C", self.folder, "log", "--stat", self._tracking)
        )
