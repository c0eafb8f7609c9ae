"""A plan of some courses, apart from the other courses of the workspace.

Owns what such a plan must not do, because it would be wrong without the others: take a record or an
address of another course, remove what another outline may hold now, or let a course count as
complete while another one's plan concerns it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Command, InvalidOutlines, Remedy, UsageError
from coursesync.kinds.address import course_of
from coursesync.planning.action import Action
from coursesync.planning.scope import Crossing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.plan import Change, Plan
    from coursesync.planning.scope import Scope
    from coursesync.planning.sides import Side
    from coursesync.state.state import CompleteCourse, State


def crossings(
    scope: Scope, sides: Mapping[int, Side], changes: Iterable[Change], state: State
) -> Iterator[Crossing]:
    """Yield the changes that take an address or a record of a course that is not in the scope."""
    for change in changes:
        for at in filter(None, (change.previous_address, change.address)):
            held = state.entries.get(at) or state.doubts.get(at)
            home = change.course_id if held is None else change.kind.course_id_of(held.sent)
            if not scope.covers(home):
                yield Crossing(change.address, sides[home].key if home in sides else course_of(at))
    doubts = {address: side for side in sides.values() for address in side.doubts}
    for course_id in scope.ids & sides.keys():
        for address, other in sides[course_id].waits.items():
            if other in doubts and not scope.covers(doubts[other].course_id):
                yield Crossing(address, doubts[other].key)


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
            f"{first.address} comes from the course {first.course}, which is not in this plan",
            Remedy(
                "A move between courses is planned for both together:", Command("plan", *courses)
            ),
        )
    if outlines.mistaken and plan.count(Action.DELETE, Action.DEACTIVATE):
        raise InvalidOutlines(
            outlines.mistaken,
            "the plan would delete or hide what was removed from an outline, but other outlines "
            "have mistakes, and may hold it now",
        )
