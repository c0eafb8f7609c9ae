"""What people decided in comments about one apply: approvals of what waits, and grants.

Owns where they are looked for: in the issues that show what waits, and on the reviews that were
merged since the courses were applied. It must never take more than a comment names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.ci.coverage.delta_digest import digest_of_delta, has_effect
from coursesync.ci.coverage.setting import Shown
from coursesync.ci.forges.forge import NOBODY
from coursesync.ci.instructions.approvals import (
    Electorate,
    decided,
    instructions,
    line_to_write,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from coursesync.ci.coverage.delta import Delta
    from coursesync.ci.forges.forge import Comment, Forge, Issue, Pushers, Review
    from coursesync.ci.instructions.approvals import Instruction
    from coursesync.ci.main_history import MainHistory
    from coursesync.planning.change import Change
    from coursesync.planning.grant import Grant


@dataclass(frozen=True, slots=True)
class _Own:
    """A merged review with its own delta, and the digest of what it shows."""

    review: Review
    delta: Delta
    digest: str


class Permits:
    """What people decided; each comment is read once, and only if it may matter."""

    def __init__(self, forge: Forge, history: MainHistory, issues: Sequence[Issue]) -> None:
        """Take the issues in which people decide."""
        self._forge, self._history = forge, history
        self._issues = issues
        self._comments: dict[int, Sequence[Comment]] = {}
        self._known: dict[int, tuple[Instruction, ...]] = {}

    def in_issues(self) -> tuple[Instruction, ...]:
        """Return the instructions in these issues."""
        return tuple(one for each in self._issues for one in self._on(each.number))

    def approves_in(self, issue: Issue) -> bool:
        """Return whether somebody who may write approves, in an issue, what it shows now."""
        shown = {each.strip() for each in issue.body.splitlines()}
        return any(
            each.word == "approve"
            and line_to_write(each.digest) in shown
            and not self._of(NOBODY).objection(each.comment)
            for each in self._on(issue.number)
        )

    def comments_on(self, number: int) -> Sequence[Comment]:
        """Return the comments on a review or an issue, as they were when they were read first."""
        if number not in self._comments:
            self._comments[number] = self._forge.comments(number)
        return self._comments[number]

    def _on(self, number: int) -> tuple[Instruction, ...]:
        if number not in self._known:
            self._known[number] = tuple(instructions(self.comments_on(number)))
        return self._known[number]

    def electorate(self, commits: Iterable[str]) -> Electorate:
        """Return who may decide about what some commits of main set."""
        return self._of(self._history.pushers(commits))

    def _of(self, pushers: Pushers) -> Electorate:
        is_solo = self._history.rules.reviewing == "solo"
        return Electorate(self._forge, pushers, is_solo=is_solo)

    def approved(self, digest: str, commits: Callable[[], Iterable[str]]) -> bool:
        """Return whether a person approved a digest who pushed none of some commits.

        `commits` is called only if somebody tried.
        """
        if not digest or not any(each.is_for(digest) for each in self.in_issues()):
            return False
        return decided(self.in_issues(), digest, self.electorate(commits()))

    def allowed(
        self,
        change: Change,
        grant: Grant,
        digests: Mapping[int, str],
        commits: Callable[[], Iterable[str]],
    ) -> bool:
        """Return whether a person allowed something for a change.

        Args:
            change: of the plan of main.
            grant: what is to be allowed.
            digests: the digest of what waits in each course, as the issue shows it.
            commits: returns those that set what waits in the change's course; called only if
                somebody tried.
        """
        digest = digests.get(change.course_id, "")
        is_named = any(each.grant is grant and each.is_for(digest) for each in self.in_issues())
        if is_named and decided(self.in_issues(), digest, self.electorate(commits()), grant):
            return True
        return any(has_effect(each.delta, change) for each in self._granting(grant))

    def _granting(self, grant: Grant) -> Iterator[_Own]:
        for each in self._reviews:
            given = self._on(each.review.number)
            if any(one.grant is grant and one.is_for(each.digest) for one in given):
                electorate = self._of(self._forge.pushers(each.review.number))
                if decided(given, each.digest, electorate, grant):
                    yield each

    @cached_property
    def _reviews(self) -> tuple[_Own, ...]:
        found: dict[int, _Own] = {}
        for setting in self._history.settings:
            shown = setting.review
            if isinstance(shown, Shown):
                own, number = shown.own, shown.review.number
                found[number] = _Own(shown.review, own, digest_of_delta(own))
        return tuple(found.values())
