"""Owns the size above which a plan is unusual: `apply` then asks before its first write.

A plan is large if it overwrites more than half of a course of four or more records, or more than
30 % of one of ten or more. What it takes from members counts double.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds import LISTED
from coursesync.kinds.counting import nouns
from coursesync.planning.effects import takes_from_members
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coursesync.kinds.kind import Kind
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Course, Plan

# records, and the percentage of them that a plan may overwrite without a question
_BOUNDS = ((10, 30), (4, 50))


def oversized(plan: Plan) -> tuple[str, ...]:
    """Return the reasons why the size of a plan is unusual.

    Returns:
        A phrase for each course of which the plan would overwrite too much; and one for the
        workspace if that is true of all its records. A record that moves to another course is taken
        from the one that it leaves.
    """
    found = []
    plan = _without_courses(plan)
    for course, changes in plan.by_course():
        whole = [*_overwriting(changes), *course.departures]
        taken = sum(each.from_course is None and takes_from_members(each) for each in changes)
        taken += len(course.departures)
        had = course.managed + len(course.departures)
        # if the workspace has only this course, the phrase for the workspace is enough
        if had != plan.managed and is_large(len(whole), taken, had):
            records = nouns(_kinds(course, changes))
            of = f"the {had:,} {records} of {inert(course.name, 60)}"
            found.append(_counted(len(whole), taken, of))
    whole = _overwriting(plan.changes)
    taken = sum(map(takes_from_members, whole))
    if is_large(len(whole), taken, plan.managed):
        kinds = (kind for each in plan.by_course() for kind in _kinds(*each))
        found.append(_counted(len(whole), taken, f"all {plan.managed:,} {nouns(kinds)}"))
    return tuple(found)


def _without_courses(plan: Plan) -> Plan:
    """Leave out the changes of courses' own records: each is named by a row or an option."""
    named = plan.policy.delete_courses
    changes = (e for e in plan.changes if not e.kind.is_course and e.course_id not in named)
    return replace(plan, changes=tuple(changes))


def is_large(number: int, taken: int, of: int) -> bool:
    """Return whether a change of a number of records is large.

    Args:
        number: how many records it overwrites.
        taken: how many of these it takes from members; they count double.
        of: how many records there are.
    """
    most = next((percent for least, percent in _BOUNDS if of >= least), None)
    return most is not None and 100 * (number + taken) > most * of


def _overwriting(changes: Iterable[Change]) -> list[Change]:
    return [change for change in changes if change.action.overwrites]


def _counted(number: int, taken: int, of: str) -> str:
    """Return how many records were counted, and how many of them twice."""
    if not taken:
        return f"{number:,} of {of}"
    what = "all" if taken == number else f"{taken:,}"
    verb = "counts" if taken == 1 else "count"
    if number == 1:
        return f"1 of {of} (taken from members, which counts double)"
    return f"{number:,} of {of} ({what} of them taken from members, which {verb} double)"


def _kinds(course: Course, changes: Iterable[Change]) -> set[Kind]:
    """Return the kinds of a course's records, as far as the plan shows them."""
    standing = (each.kind.record for each in course.standing)
    return {LISTED, *standing, *(each.kind.record for each in changes)}
