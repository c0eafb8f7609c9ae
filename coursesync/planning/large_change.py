"""When a plan is of unusual size: it stops before its first write, and asks. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.kinds import LISTED
from coursesync.planning.plan import OVERWRITES
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.planning.plan import Plan

MOST = 0.3  # of what is there, that a plan may write over without being asked
FEW = 10  # records; of fewer, one or two are a third already


def oversized(plan: Plan) -> tuple[str, ...]:
    """Say what makes a plan one of unusual size.

    Returns:
        A phrase each for the courses, and for the workspace as a whole, of whose records it would
        update, deactivate or delete more than `MOST`; nothing where there are fewer than `FEW`.
    """
    return tuple(_oversized(plan))


def _oversized(plan: Plan) -> Iterator[str]:
    for course, changes in plan.by_course():
        number = sum(change.action.overwrites for change in changes)
        # of a course that is all there is, the whole workspace says as much
        if course.managed != plan.managed and _is_much(number, course.managed):
            name = inert(course.title or course.key, 60)
            yield f"{number:,} of the {course.managed:,} {LISTED.plural} of {name}"
    number = plan.count(*OVERWRITES)
    if _is_much(number, plan.managed):
        yield f"{number:,} of all {plan.managed:,} {LISTED.plural}"


def _is_much(number: int, of: int) -> bool:
    return of >= FEW and number > MOST * of
