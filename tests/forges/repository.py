"""A bare repository, and what a forge does in it: commits, merges of each kind, git over HTTP."""

from __future__ import annotations

import os
import subprocess
import tempfile
from typing import TYPE_CHECKING

from werkzeug import Response

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from werkzeug import Request

# the repositories live too short for a clean-up or a power cut
_QUICK = """\
[core]
    fsync = none
[gc]
    auto = 0
[maintenance]
    auto = false
[receive]
    autogc = false
"""
GIT = "git"
FORGE = "noreply@github.com"  # the committer of what a forge makes itself


class Repository:
    """A bare repository whose branch `main` has one commit.

    `commits_itself`: whether the forge is the committer of what it makes for a person.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.root = folder
        self.commits_itself = True
        self.path = folder / f"{name}.git"
        self.path.mkdir(parents=True)
        (folder / "gitconfig").write_text(_QUICK)
        self.git("init", "-q", "--bare", "-b", "main")
        self.git("config", "http.receivepack", "true")
        self.git("config", "uploadpack.allowFilter", "true")
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")

    def git(self, *words: str, given: str | bytes = b"", **environment: str) -> str:
        """Run a git command here, and return what it prints, without the last line's end."""
        return self._printed(*words, given=given, **environment).strip()

    def _printed(self, *words: str, given: str | bytes = b"", **environment: str) -> str:
        done = subprocess.run(
            [GIT, *words],
            cwd=self.path,
            env={**self._environment(), **environment},
            input=given.encode() if isinstance(given, str) else given,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (words, done.stderr.decode())
        return done.stdout.decode()

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_GLOBAL": str(self.root / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def refs(self, prefix: str = "refs/heads/") -> dict[str, str]:
        """Return the commit of each ref, by its name after the prefix."""
        lines = self.git("for-each-ref", "--format=%(objectname) %(refname)", prefix).splitlines()
        return {name.removeprefix(prefix): sha for sha, name in map(str.split, lines)}

    def tip(self, branch: str = "main") -> str:
        """Return the last commit of a branch, or what another name stands for."""
        return self.git("rev-parse", "--verify", f"{branch}^{{commit}}")

    def files(self, commit: str = "main") -> dict[str, str]:
        """Return the text of each file in a commit, by path."""
        names = self.git("ls-tree", "-r", "--name-only", "-z", commit).split("\0")
        return {n: self._printed("cat-file", "blob", f"{commit}:{n}") for n in names if n}

    def commit(
        self,
        branch: str,
        files: Mapping[str, str | bytes | None],
        *,
        by: str,
        at: datetime,
        start: str = "main",
        committer: str = "",
    ) -> str:
        """Add a commit to a branch, which begins at `start`; a file that is None is deleted."""
        known = self.refs()
        parent = known.get(branch) or known.get(start)
        lines: list[bytes] = [f"commit refs/heads/{branch}".encode()]
        for role, name in (("author", by), ("committer", committer or by)):
            who = f"{role} {name} <{name}@space.example> {int(at.timestamp())} +0000"
            lines.append(who.encode())
        lines.append(_data("Change the courses"))
        lines += [f"from {parent}".encode()] if parent else []
        for name, content in files.items():
            if content is None:
                lines.append(f"D {name}".encode())
            else:
                lines += [f"M 100644 inline {name}".encode(), _data(content)]
        self.git("fast-import", "--quiet", "--force", "--date-format=raw", given=b"\n".join(lines))
        return self.tip(branch)

    def commit_often(self, branch: str, count: int, *, by: str, at: datetime) -> None:
        """Add so many commits to a new branch."""
        who = f"{by} <{by}@space.example> {int(at.timestamp())} +0000"
        lines: list[bytes] = []
        for number in range(count):
            lines += [f"commit refs/heads/{branch}\ncommitter {who}".encode(), _data("Change")]
            lines += [] if number else [f"from {self.tip()}".encode()]
            lines += [b"M 100644 inline count", _data(f"{number}")]
        self.git("fast-import", "--quiet", "--date-format=raw", given=b"\n".join(lines))

    def commits(self, since: str, until: str, *, first_parent: bool = False) -> list[str]:
        """Return the commits after one until another, the oldest first."""
        only = ["--first-parent"] if first_parent else []
        return self.git("rev-list", "--reverse", *only, f"{since}..{until}").split()

    def base_of(self, one: str, other: str) -> str:
        """Return the merge base of two commits."""
        return self.git("merge-base", one, other)

    def contains(self, commit: str, older: str) -> bool:
        """Return whether a commit has an older one in its history."""
        return self.git("rev-list", "-1", older, f"^{commit}") == ""

    def merged(self, onto: str, head: str, how: str, *, by: str, at: datetime) -> list[str]:
        """Make the commits by which a forge merges a head; no branch moves yet.

        Args:
            onto: the commit that it is merged onto.
            head: the last commit of the branch that is merged.
            how: "merge", "squash" or "rebase".
            by: who merges it.
            at: when.
        """
        if how == "rebase":
            made: list[str] = []
            for each in self.commits(self.base_of(onto, head), head):
                last = made[-1] if made else onto
                tree = self._tree(self.tip(f"{each}^"), last, each)
                author = self.git("show", "-s", "--format=%an", each)
                made.append(self._made(tree, [last], by=author, at=at, message="Rebased"))
            return made
        tree = self._tree(self.base_of(onto, head), onto, head)
        parents = [onto, head] if how == "merge" else [onto]
        return [self._made(tree, parents, by=by, at=at, message=f"Merge ({how})")]

    def _made(self, tree: str, parents: list[str], *, by: str, at: datetime, message: str) -> str:
        above = [word for each in parents for word in ("-p", each)]
        date = f"{int(at.timestamp())} +0000"
        return self.git(
            *("commit-tree", tree, *above, "-m", message),
            GIT_AUTHOR_NAME=by,
            GIT_AUTHOR_EMAIL=f"{by}@space.example",
            GIT_AUTHOR_DATE=date,
            GIT_COMMITTER_NAME="Forge",
            GIT_COMMITTER_EMAIL=FORGE if self.commits_itself else f"{by}@space.example",
            GIT_COMMITTER_DATE=date,
        )

    def _tree(self, base: str, ours: str, theirs: str) -> str:
        """Merge three commits' trees; git 2.25 can do that, too. A conflict fails."""
        if base == ours:
            return self.git("rev-parse", f"{theirs}^{{tree}}")
        with tempfile.TemporaryDirectory(dir=self.root) as work:
            aside = {
                "GIT_DIR": str(self.path),
                "GIT_INDEX_FILE": f"{work}/index",
                "GIT_WORK_TREE": work,
            }
            self.git("read-tree", "-i", "-m", "--aggressive", base, ours, theirs, **aside)
            # it changes into the work tree
            self.git("merge-index", "-o", "-q", "git-merge-one-file", "-a", **aside)
            return self.git("write-tree", **aside)

    def move(self, ref: str, commit: str) -> None:
        """Let a ref name a commit."""
        self.git("update-ref", ref, commit)

    def served(self, request: Request, user: str) -> Response:
        """Answer a request of git: https://git-scm.com/docs/git-http-backend."""
        body = request.get_data()
        answer = subprocess.run(
            [GIT, "http-backend"],
            env={
                **self._environment(),
                "GIT_PROJECT_ROOT": str(self.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REMOTE_USER": user,
                "REQUEST_METHOD": request.method,
                "PATH_INFO": request.path,
                "QUERY_STRING": request.query_string.decode(),
                "CONTENT_TYPE": request.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
                "HTTP_GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            },
            input=body,
            check=False,
            capture_output=True,
        ).stdout
        head, _, rest = answer.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        return Response(rest, headers.pop("Status", "200 OK"), headers)


def _data(content: str | bytes) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return b"data %d\n%s" % (len(raw), raw)
