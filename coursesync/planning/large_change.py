"""Owns the size above which a plan is unusual: `apply` then asks before its first write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.kinds import LISTED
from coursesync.planning.plan import OVERWRITES
from coursesync.text import inert

if TYPE_CHECKING:
    from coursesync.planning.plan import Plan

MOST = 0.3  # the share of the records that a plan may overwrite without a question
FEW = 10  # records; with fewer, a plan for one to three of them would be unusual


def oversized(plan: Plan) -> tuple[str, ...]:
    """Return the reasons why the size of a plan is unusual.

    Returns:
        A phrase for each course with at least `FEW` records of which the plan would overwrite more
        than the share `MOST`; and one for the workspace if that is true of all its records.
    """
    found = []
    for course, changes in plan.by_course():
        number = sum(change.action.overwrites for change in changes)
        # if the workspace has only this course, the phrase for the workspace is enough
        if course.managed != plan.managed and _is_much(number, course.managed):
            name = inert(course.title or course.key, 60)
            found.append(f"{number:,} of the {course.managed:,} {LISTED.plural} of {name}")
    number = plan.count(*OVERWRITES)
    if _is_much(number, plan.managed):
        found.append(f"{number:,} of all {plan.managed:,} {LISTED.plural}")
    return tuple(found)


def _is_much(number: int, of: int) -> bool:
    return of >= FEW and number > MOST * of
