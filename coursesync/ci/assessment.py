"""One look at a plan of main: what reviews cover of it, what people allowed, and what waits.

Owns the order of these decisions. It must never write anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from coursesync.ci.coverage.rule import coverage
from coursesync.ci.decision import decide, part_of
from coursesync.ci.forges.forge import NotYet
from coursesync.kinds import kind_of
from coursesync.planning.action import Action
from coursesync.planning.diff import plan_of
from coursesync.planning.grant import Grant
from coursesync.planning.policy import OnRemoval
from coursesync.state.confirmed import unconfirmed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.ci.coverage.reviewing import Loosening
    from coursesync.ci.coverage.rule import Coverage
    from coursesync.ci.decision import Decision
    from coursesync.ci.instructions.permits import Permits
    from coursesync.ci.main_history import MainHistory
    from coursesync.operations.workspace import Workspace
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan
    from coursesync.planning.policy import Policy
    from coursesync.state.state import State


@dataclass(frozen=True)
class Assessment:
    """A plan of main, and what is decided about it."""

    loaded: Workspace
    history: MainHistory
    permits: Permits

    @cached_property
    def wanted(self) -> Plan:
        """The plan of all that main specifies, with the deletions that a person must allow."""
        return plan_of(self.loaded.read, self.loaded.state, self._policy)

    @property
    def _policy(self) -> Policy:
        policy = self.loaded.project.policy(None, prune=False)
        return replace(policy, prune=policy.on_removal is OnRemoval.DELETE)

    @cached_property
    def pruned(self) -> frozenset[int]:
        """The courses in which a person allowed all deletions."""
        deletions: dict[int, list[Change]] = {}
        for each in self.wanted.changes:
            if each.action is Action.DELETE:
                deletions.setdefault(each.course_id, []).append(each)
        return frozenset(
            course
            for course, changes in deletions.items()
            if all(self._is_allowed(each, Grant.PRUNE) for each in changes)
        )

    @cached_property
    def plan(self) -> Plan:
        """The plan, with the deletions that were allowed alone."""
        if not any(each.action is Action.DELETE for each in self.wanted.changes):
            return self.wanted
        return plan_of(self.loaded.read, self.loaded.state, self.policy)

    @property
    def policy(self) -> Policy:
        """What that plan may do to what left the outlines."""
        return replace(self._policy, only=self.pruned)

    @cached_property
    def pending(self) -> frozenset[int]:
        """The courses in which there is something to do."""
        return open_in(self.plan, self.loaded.state)

    @cached_property
    def unpruned(self) -> frozenset[int]:
        """The courses with something that nobody allowed to delete yet."""
        deletes = (each for each in self.wanted.changes if each.action is Action.DELETE)
        return frozenset({each.course_id for each in deletes} - self.pruned)

    @cached_property
    def coverage(self) -> Coverage:
        """What reviews cover of the plan; nobody asks for the history of a plan without changes."""
        found = self.history.trails() if self.pending else {}
        return coverage(self.plan, found)

    @cached_property
    def whole_coverage(self) -> Coverage:
        """The same of all that main specifies, with the deletions that nobody allowed yet.

        A person who allows them approves its digest at the same time.
        """
        return self._coverage_of_all if self.unpruned else self.coverage

    @cached_property
    def _coverage_of_all(self) -> Coverage:
        return coverage(self.wanted, self.history.trails())

    @cached_property
    def loosening(self) -> Loosening | None:
        """A looser setting of who has to approve, which nobody approved yet."""
        found = self.history.loosening
        if found is None or self.permits.approved(found.digest, lambda: [found.commit]):
            return None
        return found

    @cached_property
    def is_approved(self) -> bool:
        """Whether a person approved what reviews do not cover."""
        found = (self.coverage, self.whole_coverage)
        return any(self.permits.approved(e.digest, partial(self.setters, e)) for e in found)

    def setters(self, found: Coverage) -> frozenset[str]:
        """Return the commits that may have set what waits; who pushed one of them can't approve it.

        If nobody knows what was applied to a course, or if no commit since then set what waits,
        then main's last commits tell: the record of it may be lost, or wrong. OLDER is among them
        if these don't tell either.
        """
        courses = {each for pair in found.without_setter for each in pair}
        if not courses:
            return found.commits
        trail, first = self.history.all_of(courses)
        known = coverage(part_of(found.plan, courses), dict.fromkeys(courses, trail))
        young = (each.commit for each in trail.settings if isinstance(each.review, NotYet))
        older = [first] if known.without_setter else []
        return found.commits | known.commits | {*young, *older}

    def setters_in(self, course: int) -> frozenset[str]:
        """Return the commits whose pushers can't allow anything in a course; see `setters`."""
        if course not in self._setters_in:
            found = self._coverage_of_all
            own = tuple(each for each in found.findings if each[0].course_id == course)
            setters = self.setters(replace(found, findings=own))
            self._setters_in[course] = setters.union(self.history.commits_of(course))
        return self._setters_in[course]

    @cached_property
    def _setters_in(self) -> dict[int, frozenset[str]]:
        return {}

    @cached_property
    def held(self) -> frozenset[int]:
        """The courses that wait for an approval."""
        return frozenset() if self.is_approved else frozenset(self.coverage.held)

    @property
    def unindexed(self) -> frozenset[int]:
        """The courses that wait for the forge's index."""
        return self.coverage.waiting if self.pending else frozenset()

    @cached_property
    def decision(self) -> Decision:
        """Which courses may go, and with what allowed."""
        waits = (self.held | self.unindexed) if self.pending else frozenset()
        return decide(self.plan, self.pending, waits, self._is_allowed)

    @cached_property
    def large(self) -> Mapping[int, str]:
        """The courses whose change is large, once a person decided about all else in them.

        Each with the reason.
        """

        def may(change: Change, grant: Grant) -> bool:
            return grant is Grant.PRUNE or self._is_allowed(change, grant)

        pending = open_in(self.wanted, self.loaded.state)
        return {**decide(self.wanted, pending, self.unindexed, may).large, **self.decision.large}

    def needed(self, course: int) -> Iterator[Grant]:
        """Yield what has to be allowed in a course, as far as the plan tells.

        Whether members completed what is deleted is known once the site is asked.
        """
        if course in self.large:
            yield Grant.LARGE_CHANGE
        if course in self.unpruned:
            yield Grant.PRUNE
        lost = [e for e in self.wanted.changes if e.course_id == course and e.loses_completions]
        if not all(self._is_allowed(each, Grant.PROGRESS_LOSS) for each in lost):
            yield Grant.PROGRESS_LOSS

    @cached_property
    def digests(self) -> Mapping[int, str]:
        """The digest of all that main specifies for a course, by which something is allowed."""
        return {each: part_of(self.wanted, [each]).digest for each in self.wanted.courses}

    def _is_allowed(self, change: Change, grant: Grant) -> bool:
        commits = partial(self.setters_in, change.course_id)
        return self.permits.allowed(change, grant, self.digests, commits)


def open_in(plan: Plan, state: State) -> frozenset[int]:
    """Return the courses that a plan changes, or in which a created record is not confirmed yet.

    A course from which a record moves to another one is changed, too.
    """
    changes = [each for each in plan.changes if each.action.changes]
    courses = {each.course_id for each in changes} | {each.from_course for each in changes}
    unsure = unconfirmed(state).items()
    found = courses | {kind_of(at).course_id_of(each.sent) for at, each in unsure}
    return frozenset(each for each in found if each is not None)
