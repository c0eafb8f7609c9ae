"""A plan of some courses, apart from the other courses of the workspace.

Owns what such a plan must not do, because it would be wrong without the others: take a record or an
address of another course, remove what another outline may hold now, or let a course count as
complete while another one's plan concerns it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Command, InvalidOutlines, Remedy, UsageError
from coursesync.kinds import home_of
from coursesync.kinds.address import course_of
from coursesync.planning.action import Action
from coursesync.planning.scope import Crossing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan
    from coursesync.planning.scope import Scope
    from coursesync.planning.side import Side
    from coursesync.state.state import CompleteCourse, State


def crossings(scope: Scope, sides: Mapping[int, Side], state: State) -> Iterator[Crossing]:
    """Yield what the courses of a scope would take from courses that are not in it.

    These are records that move between courses, and addresses that another course has in the state
    although a course of the scope has their key now: its complete course would hide those entries.
    """
    here = [sides[course_id] for course_id in scope.ids & sides.keys()]
    keys = {side.key for side in here if side.outline is not None}
    taken = {address for side in here for address in (*side.guests, *side.waits.values())}
    for held in (state.entries, state.doubts):
        for at in sorted(held):
            if at in taken or course_of(at) in keys:
                home = home_of(at, held[at].sent)
                if not scope.covers(home):
                    yield Crossing(at, sides[home].key)


def complete_apart_from(
    complete: Mapping[str, CompleteCourse], others: Iterable[Change]
) -> dict[str, CompleteCourse]:
    """Return the courses that may be complete although the `others` are not carried out."""
    ids, keys = set[int | None](), set[str]()
    for change in others:
        ids.add(change.from_course)
        keys.update(map(course_of, filter(None, (change.likely_same, change.waiting))))
    return {
        key: course for key, course in complete.items() if course.id not in ids and key not in keys
    }


def check_alone(plan: Plan, outlines: Outlines) -> None:
    """Check that a plan of some courses can be carried out without the others.

    Raises:
        UsageError: a record would come from a course outside the plan.
        InvalidOutlines: it would delete or hide a record, and an outline with mistakes may want it.
    """
    if plan.crossings:
        first = plan.crossings[0]
        courses = sorted({*plan.scope.keys, *(each.course for each in plan.crossings)})
        raise UsageError(
            f"{first.address} belongs to the course {first.course}, which is not in this plan",
            Remedy("What moves between courses is planned for both:", Command("plan", *courses)),
        )
    if outlines.mistaken and plan.count(Action.DELETE, Action.DEACTIVATE):
        raise InvalidOutlines(
            outlines.mistaken,
            "the plan would delete or hide what was removed from an outline, but other outlines "
            "have mistakes, and may hold it now",
        )
