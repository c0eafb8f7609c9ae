"""The ports of a model: the forge, the repository and the trees that decide about a run.

What `ci apply` decides with them is the real code; the model only answers its questions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from ci.histories.trees import Conflict, merged, outlines_of

from coursesync.ci.coverage.delta import Delta
from coursesync.ci.coverage.delta_digest import digest_of_delta
from coursesync.ci.coverage.specified import Specified, specified
from coursesync.ci.forges.forge import Comment, Issue, NotYet, Pushers, Review
from coursesync.ci.instructions.permits import Permits
from coursesync.ci.main_history import MainHistory
from coursesync.ci.repository import Commit
from coursesync.planning.policy import OnRemoval
from coursesync.state.state_report import StateReport

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ci.histories.oracle import Oracle
    from ci.histories.trees import Facts

    from coursesync.ci.forges.forge import Forge
    from coursesync.ci.repository import Repository
    from coursesync.ci.trees import Trees

AUTHOR, PUSHER, REVIEWER, STRANGER = "ada", "eve", "grace", "mallory"
ISSUE = Issue(0, "Not applied yet", "", "https://forge.example/issues/0")


@dataclass
class Merge:
    """What the forge knows of a commit: its review, and for how many questions it does not yet."""

    review: Review
    base: Facts
    head: Facts
    lag: int = 0


@dataclass
class Ports:
    """What a forge and a repository answer about the commits of an oracle.

    A commit's SHA is its number; `head N` and `base N` are those of review N. `merges` has what
    each commit merged, `comments_on` those on each review and issue, `edited` the Ids of those
    that were edited.
    """

    oracle: Oracle
    version: int = 0
    merges: list[Merge | None] = field(default_factory=lambda: [None])
    comments_on: dict[int, list[Comment]] = field(default_factory=dict)
    edited: set[int] = field(default_factory=set)
    _specified: dict[tuple[int, int], Specified] = field(default_factory=dict)

    def history(self, applied: Mapping[int, int]) -> MainHistory:
        """Return main's history, given the commit from which each course was applied."""
        report = StateReport(
            applied={each: str(number) for each, number in applied.items()},
            reviewing="required",
            since="0",
        )
        return MainHistory(
            *(cast("Forge", self), cast("Repository", self), cast("Trees", self)),
            branch="main",
            main=str(len(self.oracle.commits) - 1),
            report=report,
        )

    def permits(self, history: MainHistory) -> Permits:
        """Return what people decided in the comments."""
        return Permits(cast("Forge", self), history, [ISSUE])

    def write(
        self, number: int, author: str, line: str, *, edited: bool = False, **facts: bool
    ) -> None:
        """Write a comment, perhaps one that was edited; `facts` say whether a bot wrote it."""
        own = sum(map(len, self.comments_on.values()))
        known = {"own": False, **facts}
        comment = Comment(own, author, f"/coursesync {line}", number=number, **known)
        self.comments_on.setdefault(number, []).append(comment)
        self.edited |= {own} if edited else set()

    def is_edited(self, comment: Comment) -> bool:
        """Return whether a comment was ever edited."""
        return comment.id in self.edited

    def digest_of(self, merge: Merge) -> str:
        """Return the digest of what a review shows."""
        return digest_of_delta(Delta(self.tree(merge.base), self.tree(merge.head)))

    def tree(self, facts: Facts) -> Specified:
        """Return what a tree specifies."""
        key = id(facts), self.version
        if key not in self._specified:
            asked = OnRemoval(facts["all", "on_removal"])
            self._specified[key] = specified(outlines_of(facts, self.version), asked)
        return self._specified[key]

    # the repository, and the trees of its commits

    def first_parents(self, since: str | None, until: str) -> tuple[Commit, ...]:
        """Return the commits of main."""
        numbers = range(0 if since is None else int(since) + 1, int(until) + 1)
        return tuple(
            Commit(str(each), "", (str(each - 1),), "", "", "", "", 0, "") for each in numbers
        )

    def has(self, _commit: str) -> bool:
        """Return whether the clone has a commit."""
        return True

    def merge_base(self, head: str, _commit: str) -> str:
        """Return where a review began."""
        return head.replace("head", "base")

    def changes(self, before: str, after: str) -> bool:
        """Return whether the outlines of two commits differ."""
        return self._facts(before) != self._facts(after)

    def specified(self, commit: str) -> Specified:
        """Return what the outlines of a commit specify."""
        return self.tree(self._facts(commit))

    def is_merge(self, parent: str, head: str, commit: str) -> bool:
        """Return whether a commit is just what git makes of its parent and a review's head."""
        base = self._facts(self.merge_base(head, parent))
        try:
            return merged(base, self._facts(parent), self._facts(head)) == self._facts(commit)
        except Conflict:
            return False

    def _facts(self, commit: str) -> Facts:
        which, _, number = commit.rpartition(" ")
        merge = self.merges[int(number)]
        if not which or merge is None:
            return self.oracle.commits[int(number)].facts
        return merge.head if which == "head" else merge.base

    # the forge

    def reviews_between(
        self, _base: str, commits: Sequence[str]
    ) -> Mapping[str, Review | NotYet | None]:
        """Return which review brought each commit."""
        return {each: self._review_of(int(each)) for each in commits}

    def _review_of(self, number: int) -> Review | NotYet | None:
        merge = self.merges[number]
        if merge is None:
            return None
        return NotYet.INDEXED if merge.lag else merge.review

    def comments(self, number: int) -> Sequence[Comment]:
        """Return the comments on a review, or in the issue."""
        return self.comments_on.get(number, ())

    def may_write(self, login: str) -> bool:
        """Return whether somebody may write."""
        return login != STRANGER

    def pushers(self, _number: int) -> Pushers:
        """Return who pushed to a review."""
        return Pushers(frozenset({AUTHOR}))

    def pushers_between(
        self, _branch: str, _line: Sequence[str], commits: Sequence[str]
    ) -> Pushers:
        """Return who pushed commits of main."""
        is_pushed = any(self.merges[int(each)] is None for each in commits)
        return Pushers(frozenset({PUSHER} if is_pushed else ()))
