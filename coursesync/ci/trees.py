"""What the outlines of each commit specify, read from git.

It must never decide anything, nor write to the repository.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.ci.coverage.specified import Specified, Unknown, specified
from coursesync.ci.merging import Conflict
from coursesync.errors import CoursesyncError, UsageError
from coursesync.operations.config import Config, config_of
from coursesync.outlines.workspace_files import load_valid
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
        self._known: dict[str, Specified] = {}

    def changes(self, before: str, after: str) -> bool:
        """Return whether the workspace differs between two commits."""
        return self._tree(before) != self._tree(after)

    def is_merge(self, one: str, other: str, commit: str) -> bool:
        """Return whether git makes just the workspace of a commit when it merges two others."""
        try:
            tree = self._repository.merged(one, other)
        except CoursesyncError:
            return False
        return not isinstance(tree, Conflict) and not self.changes(tree, commit)

    def _tree(self, commit: str) -> str:
        return self._repository.tree_at(commit, self._path)

    def specified(self, commit: str) -> Specified:
        """Return what the outlines of a commit specify, without those that have mistakes."""
        if not (tree := self._tree(commit)):
            return _NOTHING
        if tree not in self._known:
            self._known[tree] = self._read(commit)
        return self._known[tree]

    def _read(self, commit: str) -> Specified:
        with self._repository.folder_of(commit, self._path) as folder:
            try:
                config, is_configured = config_of(folder), True
            except UsageError:
                config, is_configured = Config(), False
            read = load_valid(folder, config.outlines)
        found = specified(read.outlines, OnRemoval(config.on_removal))
        known = frozenset(found.courses) if read.has_unread else None
        return replace(
            found,
            reviewing=config.reviewing,
            unknown=Unknown(read.mistaken, known),
            is_configured=is_configured,
        )
