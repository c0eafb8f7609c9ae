"""Owns the size above which a plan is unusual: `apply` then asks before its first write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.kinds import LISTED
from coursesync.kinds.counting import nouns
from coursesync.planning.action import OVERWRITES
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coursesync.kinds.kind import Kind
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Course, Plan

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
            name = inert(course.name, 60)
            records = nouns(_kinds(course, changes))
            found.append(f"{number:,} of the {course.managed:,} {records} of {name}")
    number = plan.count(*OVERWRITES)
    if _is_much(number, plan.managed):
        kinds = (kind for each in plan.by_course() for kind in _kinds(*each))
        found.append(f"{number:,} of all {plan.managed:,} {nouns(kinds)}")
    return tuple(found)


def _kinds(course: Course, changes: Iterable[Change]) -> set[Kind]:
    """Return the kinds of a course's records, as far as the plan shows them."""
    standing = (each.kind.record for each in course.standing)
    return {LISTED, *standing, *(each.kind.record for each in changes)}


def _is_much(number: int, of: int) -> bool:
    return of >= FEW and number > MOST * of
