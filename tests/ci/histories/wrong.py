"""Wrong rules and decisions, each of which the model has to catch."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from coursesync.ci.assessment import Assessment
from coursesync.ci.coverage.rule import Coverage, coverage
from coursesync.ci.coverage.setting import Setting, Shown
from coursesync.ci.coverage.trail import Trail
from coursesync.ci.coverage.uncovered import Reason
from coursesync.planning.action import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from coursesync.ci.forges.forge import NotYet
    from coursesync.planning.change import Change
    from coursesync.planning.grant import Grant
    from coursesync.planning.plan import Plan

    Trails = Mapping[int, Trail]
    _Reviewed = Shown | NotYet | None


def any_review_counts(plan: Plan, trails: Trails) -> Coverage:
    """Cover what any merged review showed, whoever set it last."""
    found = coverage(plan, trails)
    shown = {id(each.review): each.review for each in _settings(trails) if _is_shown(each)}
    for review in shown.values():
        beside = coverage(plan, _with(trails, partial(_or_else, review)))
        uncovered = {change.address for change, _ in beside.findings}
        left = [each for each in found.findings if each[0].address in uncovered]
        found = replace(found, findings=tuple(left))
    return found


def approvals_do_not_matter(plan: Plan, trails: Trails) -> Coverage:
    """Cover what a review showed that nobody approved."""
    return coverage(plan, trails, needs_approval=False)


def the_merge_is_what_was_shown(plan: Plan, trails: Trails) -> Coverage:
    """Take all that a merge changed as shown by its review."""

    def whole(each: Setting) -> _Reviewed:
        if isinstance(each.review, Shown):
            # as if each commit of a rebase had a review of its own
            own = replace(each.review.review, number=-int(each.commit))
            return Shown(own, each.before, each.after)
        return each.review

    return coverage(plan, _with(trails, whole))


def the_unknown_is_covered(plan: Plan, trails: Trails) -> Coverage:
    """Cover what a commit set whose review the forge does not know yet."""
    return replace(coverage(plan, trails), unknown=frozenset())


def drift_is_covered(plan: Plan, trails: Trails) -> Coverage:
    """Put back what somebody changed in Nexudus."""
    return _without(coverage(plan, trails), Reason.UNSET)


def exposure_does_not_matter(plan: Plan, trails: Trails) -> Coverage:
    """Show to members what nobody reviewed together with that."""
    return _without(coverage(plan, trails), Reason.EXPOSES)


def what_is_new_exposes_nothing(plan: Plan, trails: Trails) -> Coverage:
    """Show to members at once what was hidden, filled and shown by reviews that did not meet."""
    return _without(coverage(plan, trails), Reason.EXPOSES, Action.CREATE)


def nothing_is_covered(plan: Plan, trails: Trails) -> Coverage:
    """Hold back what reviews cover."""
    found = coverage(plan, trails)
    return replace(found, unknown=found.unknown | found.covered)


RULES = (
    any_review_counts,
    approvals_do_not_matter,
    the_merge_is_what_was_shown,
    the_unknown_is_covered,
    drift_is_covered,
    exposure_does_not_matter,
    what_is_new_exposes_nothing,
    nothing_is_covered,
)


def by_rule(rule: Callable[[Plan, Trails], Coverage]) -> type[Assessment]:
    """Return what decides by another rule."""

    class ByRule(Assessment):
        @cached_property
        def coverage(self) -> Coverage:
            return rule(self.plan, self.history.trails())

    ByRule.__name__ = rule.__name__
    return ByRule


class AnybodyDecides(Assessment):
    """Lets any comment count, whoever wrote it."""

    @cached_property
    def is_approved(self) -> bool:
        """Whether anybody approved what reviews do not cover."""
        digest = self.coverage.digest
        return any(
            each.word == "approve" and each.is_for(digest) for each in self.permits.in_issues()
        )


class NobodyHasToAllow(Assessment):
    """Deletes without asking, and makes large changes."""

    def _is_allowed(self, _change: Change, _grant: Grant) -> bool:
        return True


class OneApprovalIsEnough(Assessment):
    """Lets an approval count for whatever waits later."""

    @cached_property
    def is_approved(self) -> bool:
        """Whether anybody approved anything in the issue."""
        return any(each.word == "approve" for each in self.permits.in_issues())


WRONG = (*map(by_rule, RULES), AnybodyDecides, NobodyHasToAllow, OneApprovalIsEnough)


def _settings(trails: Trails) -> Iterable[Setting]:
    return [setting for trail in trails.values() for setting in trail.settings]


def _is_shown(setting: Setting) -> bool:
    return isinstance(setting.review, Shown) and setting.review.review.approved


def _or_else(review: _Reviewed, setting: Setting) -> _Reviewed:
    return setting.review or review


def _with(trails: Trails, review: Callable[[Setting], _Reviewed]) -> Trails:
    return {
        course_id: Trail([replace(each, review=review(each)) for each in trail.settings])
        for course_id, trail in trails.items()
    }


def _without(found: Coverage, reason: Reason, *actions: Action) -> Coverage:
    left = (
        (change, tuple(each for each in uncovered if each.reason is not reason))
        if change.action in (actions or Action)
        else (change, uncovered)
        for change, uncovered in found.findings
    )
    return replace(found, findings=tuple(each for each in left if each[1]))
