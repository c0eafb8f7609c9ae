"""What the outlines of each commit specify, read from git.

It must never decide anything, nor write to the repository.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.ci.coverage.specified import Specified, specified
from coursesync.errors import InvalidOutlines, UsageError
from coursesync.operations.config import config_of
from coursesync.operations.reading import read_outlines
from coursesync.planning.policy import OnRemoval

if TYPE_CHECKING:
    from coursesync.ci.repository import Repository

_NOTHING = Specified()


class Trees:
    """The workspace as of each commit; one that is the same in two commits is read once."""

    def __init__(self, repository: Repository, path: str) -> None:
        """Take the path of the workspace in the repository."""
        self._repository = repository
        self._path = path
        self._known: dict[str, Specified | None] = {}

    def changes(self, before: str, after: str) -> bool:
        """Return whether the workspace differs between two commits."""
        return self._tree(before) != self._tree(after)

    def _tree(self, commit: str) -> str:
        return self._repository.tree_at(commit, self._path)

    def specified(self, commit: str) -> Specified | None:
        """Return what the outlines of a commit specify; None if any of them is invalid."""
        if not (tree := self._tree(commit)):
            return _NOTHING
        if tree not in self._known:
            self._known[tree] = self._read(commit)
        return self._known[tree]

    def _read(self, commit: str) -> Specified | None:
        with self._repository.folder_of(commit, self._path) as folder:
            try:
                config = config_of(folder)
                outlines = read_outlines(folder, config.outlines).outlines
            except (InvalidOutlines, UsageError):
                return None
        found = specified(outlines, OnRemoval(config.on_removal))
        return replace(found, reviewing=config.reviewing)
