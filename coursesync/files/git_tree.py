"""Writes the files of a commit into a folder, without a checkout.

Owns the form that each kind of entry gets: a symbolic link becomes a file with its target, as in a
checkout without links, which readers report; a submodule is left out; a pointer of Git LFS stays
one; line ends stay. It must never write outside the folder.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from coursesync.errors import CoursesyncError
from coursesync.files import MAX_BYTES, shown
from coursesync.files.run_git import GitFailed, git

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MOST_FILES = 20_000
MOST_BYTES = 200_000_000
_AT_ONCE = 16_000_000  # bytes that git prints at a time


class _Blob(NamedTuple):
    path: str
    sha: str
    size: int


def write_tree(repository: Path, tree: str, path: str, root: Path) -> None:
    """Write the files of one folder of a tree into another folder, at their paths.

    Args:
        repository: a folder in the repository.
        tree: the SHA of a tree.
        path: the folder in the tree, "." for all of it. It may be missing there.
        root: an empty folder.

    A file of more than `MAX_BYTES` is written as a hole of its size: no reader takes it as text.

    Raises:
        CoursesyncError: it is too much, has a path that no file system has, or can't be read or
            written.
    """
    try:
        blobs = [*_listed(repository, tree, path)]
        small = [each for each in blobs if each.size <= MAX_BYTES]
        _check_bounds(path, len(blobs), sum(each.size for each in small))
        for each in blobs:
            if each.size > MAX_BYTES:
                _write(root, each.path, b"", each.size)
        for part in _parts(small):
            for each, content in zip(part, _contents(repository, part), strict=True):
                _write(root, each.path, content, each.size)
    except GitFailed as failed:
        raise CoursesyncError(
            f"git can't read the files of {tree[:12]}: {failed.reason}",
            "Clone the repository again.",
        ) from failed
    except OSError as error:
        raise CoursesyncError(
            f"the files of {tree[:12]} can't be written to {shown(root)}: {error.strerror}",
            "Use a machine with room for temporary files.",
        ) from error


def _check_bounds(path: str, number: int, size: int) -> None:
    if number > MOST_FILES or size > MOST_BYTES:
        raise CoursesyncError(
            f"the folder {shown(path)} has more than {MOST_FILES:,} files or "
            f"{MOST_BYTES // 1_000_000} MB",
            "Divide it into several workspaces, each with a state of its own.",
        )


def _listed(repository: Path, tree: str, path: str) -> Iterator[_Blob]:
    only = () if path == "." else (path,)
    listed = git(repository, "ls-tree", "-r", "-l", "-z", "--full-tree", tree, "--", *only)
    for line in filter(None, listed.split(b"\0")):
        facts, _, name = line.partition(b"\t")
        _, kind, sha, size = facts.decode().split()
        if kind == "blob":
            yield _Blob(os.fsdecode(name), sha, int(size))


def _parts(blobs: Iterable[_Blob]) -> Iterator[list[_Blob]]:
    part: list[_Blob] = []
    size = 0
    for each in blobs:
        if part and size + each.size > _AT_ONCE:
            yield part
            part, size = [], 0
        part.append(each)
        size += each.size
    if part:
        yield part


def _contents(repository: Path, blobs: list[_Blob]) -> Iterator[bytes]:
    """Yield the bytes of each blob; https://git-scm.com/docs/git-cat-file#_batch_output."""
    given = "".join(f"{each.sha}\n" for each in blobs).encode()
    printed = git(repository, "cat-file", "--batch", given=given)
    at = 0
    for each in blobs:
        start = printed.index(b"\n", at) + 1
        yield printed[start : start + each.size]
        at = start + each.size + 1


def _write(root: Path, path: str, content: bytes, size: int) -> None:
    parts = path.split("/")
    if not all(parts) or {".", "..", ".git"} & {part.lower() for part in parts}:
        raise CoursesyncError(
            f"the repository has the path {shown(path)}, which no checkout would write",
            "Delete that file from the repository.",
        )
    at = root.joinpath(*parts)
    at.parent.mkdir(parents=True, exist_ok=True)
    with at.open("xb") as file:
        file.write(content)
        file.truncate(size)
