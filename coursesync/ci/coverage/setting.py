"""A commit of main's history, with what it changed, and what the review that it merged showed.

It must never decide whether the review covers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.ci.coverage.delta import Delta, own_delta

if TYPE_CHECKING:
    from coursesync.ci.coverage.specified import Specified
    from coursesync.ci.forges.forge import NotYet, Review


@dataclass(frozen=True, eq=False)
class Shown:
    """A merged review, with what it showed: the change from its base to its head.

    `base` is what the outlines specify at the merge base of its head and of the first parent of the
    commit that merged it. `is_clean` says that git makes just main's files of that merge, which
    matters only where outlines have mistakes.
    """

    review: Review
    base: Specified
    head: Specified
    is_clean: bool = True

    @cached_property
    def own(self) -> Delta:
        """Its own delta, without the courses whose outlines have mistakes in one of the two."""
        return own_delta(self.base, self.head)


@dataclass(frozen=True, eq=False)
class Setting:
    """A commit of main's first-parent history, and what it changed.

    Attributes:
        commit: its SHA.
        before: what the outlines specify in its first parent.
        after: what they specify in it. An outline with mistakes is as it was in `before`.
        review: the review that it merged; None if it was pushed; NotYet while nobody knows.
        needs_approval: whether the setting before it wants an approval of that review.
    """

    commit: str
    before: Specified
    after: Specified
    review: Shown | NotYet | None
    needs_approval: bool = True

    @cached_property
    def delta(self) -> Delta:
        """What it changed."""
        return Delta(self.before, self.after)

    @cached_property
    def own(self) -> Delta | None:
        """The own delta of its review; None without one. Outlines with mistakes are as in main."""
        shown = self.review
        if not isinstance(shown, Shown):
            return None
        return Delta(shown.base.filled(self.before), shown.head.filled(self.after))

    @cached_property
    def from_head(self) -> Delta | None:
        """What differs between the head of its review and the commit; None without one."""
        shown = self.review
        if not isinstance(shown, Shown):
            return None
        return Delta(shown.head.filled(self.after), self.after, self.before.ids)
