"""People who decide in comments about a model: which comments count, and what they allow.

What has to count is known here from who wrote it, and how; the real code has to find that out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ci.histories.ports import AUTHOR, ISSUE, PUSHER, REVIEWER, STRANGER
from ci.histories.trees import items_in

from coursesync.ci.instructions.approvals import DIGITS
from coursesync.planning.action import OVERWRITES, Action
from coursesync.planning.grant import Grant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from random import Random

    from ci.histories.ports import Ports

    from coursesync.ci.assessment import Assessment
    from coursesync.planning.change import Change

_FEW = 4  # see `planning.large_change`; what is taken from members may stop earlier


@dataclass
class People:
    """What people decided, as far as it has to count.

    `approved` are digests, `allowed` are grants by a digest or by the number of a review.
    """

    ports: Ports
    rng: Random
    approved: set[str] = field(default_factory=set)
    allowed: set[tuple[Grant, str | int]] = field(default_factory=set)
    comments: int = 0

    def approve(self, found: Assessment) -> None:
        """Let somebody approve what waits."""
        coverage = found.coverage
        if not (digest := coverage.digest):
            return
        is_pushed = any(self.ports.merges[int(each)] is None for each in coverage.commits)
        if self._decide(ISSUE.number, f"approve {digest[:DIGITS]}", [PUSHER] if is_pushed else []):
            self.approved.add(digest)

    def allow(self, found: Assessment) -> None:
        """Let somebody allow something: for a course in the issue, or on a review."""
        grant = self.rng.choice([Grant.PRUNE, Grant.LARGE_CHANGE])
        merge = self.rng.choice(self.ports.merges)
        if merge is not None:
            number, digest = merge.review.number, self.ports.digest_of(merge)
            if self._decide(number, f"allow {grant.value} {digest[:DIGITS]}", [AUTHOR]):
                self.allowed.add((grant, number))
        elif found.digests:
            digest = found.digests[self.rng.choice(sorted(found.digests))]
            if self._decide(ISSUE.number, f"allow {grant.value} {digest[:DIGITS]}", []):
                self.allowed.add((grant, digest))

    def _decide(self, number: int, line: str, pushers: list[str]) -> bool:
        """Write a comment; return whether it has to count."""
        self.comments += 1
        drawn = self.rng.random()
        if drawn < 0.1:
            self.ports.write(number, REVIEWER, line, edited=True)
        elif drawn < 0.2:
            self.ports.write(number, REVIEWER, line, is_by_bot=True)
        elif drawn < 0.4:
            self.ports.write(number, self.rng.choice([STRANGER, *pushers]), line)
        else:
            self.ports.write(number, REVIEWER, line)
        return drawn >= 0.4

    def allow_all(self, found: Assessment) -> bool:
        """Let somebody allow all that has to be allowed; return whether anything has to be."""
        wanted = [(Grant.PRUNE, each) for each in found.unpruned]
        wanted += [(Grant.LARGE_CHANGE, each) for each in found.decision.large]
        for grant, course_id in wanted:
            digest = found.digests[course_id]
            self.ports.write(ISSUE.number, REVIEWER, f"allow {grant.value} {digest}")
            self.allowed.add((grant, digest))
        return bool(wanted)

    def close_issue(self) -> None:
        """Close the issue, with all that was decided in it."""
        self.ports.comments_on.pop(ISSUE.number, None)
        self.approved.clear()
        self.allowed = {each for each in self.allowed if isinstance(each[1], int)}

    def not_allowed(
        self, found: Assessment, goes: Collection[int], item_of: Mapping[int, int]
    ) -> Iterator[str]:
        """Yield what a run would delete, or change at once, that nobody allowed.

        Args:
            found: what the run decided.
            goes: the courses that it applies.
            item_of: the item of each record.
        """
        changes = found.plan.changes
        for each in changes:
            is_deleted = each.action is Action.DELETE and each.course_id in goes
            if is_deleted and not self._may_delete(found, each, item_of.get(each.record_id or 0)):
                yield f"deleted, and nobody allowed it: {each.address}"
        groups = found.decision.groups
        free = [at for each in groups if Grant.LARGE_CHANGE not in each.grants for at in each.ids]
        parts = [(free, found.plan.managed)]
        parts += [([each], found.plan.courses[each].managed) for each in free]
        for courses, managed in parts:
            number = sum(e.action in OVERWRITES and e.course_id in courses for e in changes)
            most = 0.3 if managed >= 10 else 0.5
            if managed >= _FEW and number > most * managed:
                yield f"a large change that nobody allowed: {number} of {managed}"
        large = found.decision.large.keys()
        number = sum(each.action in OVERWRITES and each.course_id in large for each in changes)
        if large and 2 * number <= _FEW / 2:
            yield "a change that is not large was held back"

    def _may_delete(self, found: Assessment, change: Change, item: int | None) -> bool:
        if (Grant.PRUNE, found.digests[change.course_id]) in self.allowed:
            return True
        return any(
            (Grant.PRUNE, merge.review.number) in self.allowed
            and item in items_in(merge.base) - items_in(merge.head)
            and merge.head["all", "on_removal"] == "delete"
            for merge in self.ports.merges
            if merge is not None
        )
