"""The rule: who set it last?

Owns the decision which courses of a plan of main are covered by reviews. A field is covered if the
last commit that set it to its value on main merged a review whose own delta showed it. It must
never make a request, nor read a comment.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.ci.coverage.pending import judged
from coursesync.ci.coverage.site import on_site
from coursesync.ci.coverage.uncovered import Uncovered
from coursesync.planning.digest import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coursesync.ci.coverage.trail import Trail
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan


@dataclass(frozen=True)
class Coverage:
    """What reviews cover of a plan.

    Attributes:
        plan: the plan of main.
        findings: the changes that nobody covers, each with what nobody covers of it.
        unknown: the courses with a commit of which the forge does not know the review yet, so that
            nobody knows whether it is covered.
    """

    plan: Plan
    findings: tuple[tuple[Change, tuple[Uncovered, ...]], ...]
    unknown: frozenset[int] = frozenset()

    @cached_property
    def held(self) -> Mapping[int, tuple[Uncovered, ...]]:
        """What nobody covers, by the Id of each course that it holds back.

        A course that gives items to such a course, or takes some, is held back with it.
        """
        found: dict[int, list[Uncovered]] = defaultdict(list)
        for change, uncovered in self.findings:
            found[change.course_id] += uncovered
        for course_id, other in self._beside(found.keys()).items():
            key = self.plan.courses[other].key if other in self.plan.courses else str(other)
            found[course_id].append(Uncovered.tied(self.plan.courses[course_id], key))
        return {course_id: tuple(dict.fromkeys(each)) for course_id, each in found.items()}

    @cached_property
    def waiting(self) -> frozenset[int]:
        """The courses that wait for the forge's index, and those that are held back with one."""
        return self.unknown | self._beside(self.unknown).keys()

    @property
    def covered(self) -> frozenset[int]:
        """The Ids of the plan's courses that may be applied."""
        return frozenset(self.plan.courses.keys() - self.held.keys() - self.waiting)

    @cached_property
    def digest(self) -> str:
        """The digest of what a person may approve: what nobody covers; "" if nothing is held."""
        if not self.findings:
            return ""
        meanings = [change.meaning for change, _ in self.findings]
        return digest_of(self.plan.target, self.plan.lineage, meanings)

    @property
    def commits(self) -> frozenset[str]:
        """The commits that may have set what is held; who pushed one of them can't approve it."""
        every = [each for _, uncovered in self.findings for each in uncovered]
        setters = {each.set_by for each in every if each.set_by}
        return frozenset(setters.union(*(each.beside for each in every)))

    @property
    def without_setter(self) -> frozenset[tuple[int, int]]:
        """The courses in which no known commit set something that is held.

        With each one that from which it takes the item, or itself.
        """
        return frozenset(
            (change.course_id, change.from_course or change.course_id)
            for change, uncovered in self.findings
            if any(each.set_by is None for each in uncovered)
        )

    def _beside(self, courses: Iterable[int]) -> dict[int, int]:
        """Return the courses that move items to or from some courses, with one of these."""
        ties = [
            (change.course_id, change.from_course)
            for change in self.plan.changes
            if change.from_course is not None
        ]
        found, todo = dict.fromkeys(courses, 0), list(courses)
        given = set(todo)
        while todo:
            one = todo.pop()
            for pair in ties:
                other = pair[1] if one == pair[0] else pair[0] if one == pair[1] else None
                if other is not None and other in self.plan.courses and other not in found:
                    found[other] = one
                    todo.append(other)
        return {course_id: one for course_id, one in found.items() if course_id not in given}


def coverage(plan: Plan, trails: Mapping[int, Trail], *, needs_approval: bool = True) -> Coverage:
    """Decide what reviews cover of a plan of main.

    Args:
        plan: of main, against the newest state.
        trails: main's history since each course was applied, by the course's Id; without a course
            of which nobody knows what was applied, so that nothing in it is covered. `history`
            makes them.
        needs_approval: whether a review counts only if somebody approved its last head.
    """
    findings, unknown, site = [], set(), on_site(plan)
    for change in plan.changes:
        uncovered, is_unknown = judged(change, trails, site, needs_approval=needs_approval)
        if uncovered:
            findings.append((change, tuple(uncovered)))
        if is_unknown:
            unknown.add(change.course_id)
    return Coverage(plan, tuple(findings), frozenset(unknown))
