"""What became on the server of all that the state speaks of. Writes nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from coursesync.applying.lessons import hindrance_to
from coursesync.kinds import KINDS, kind_of
from coursesync.nexudus.lessons import Lessons
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.sender import Sender
from coursesync.planning.drift import Drifted, compare
from coursesync.planning.refreshed_state import refreshed

if TYPE_CHECKING:
    from collections.abc import Collection

    from coursesync.applying.world import World
    from coursesync.kinds.kind import Kind
    from coursesync.planning.plan import Hindrance, Plan
    from coursesync.state.state import Entry, State


def refresh(state: State, world: World) -> tuple[State, tuple[Drifted, ...]]:
    """Look at the courses of the state, by the fewest reads.

    Returns:
        The state as it would be, had we written what the server has; and all that was found.

    Raises:
        Stop: the API gave no usable answer, or the run was told to stop.
    """
    lookout = Lookout(Sender(world), world.remote)
    found: list[Drifted] = []
    for kind in KINDS.values():
        entries = [entry for address, entry in state.entries.items() if kind_of(address) is kind]
        if entries:
            found += _look(state, entries, kind, lookout)
    return refreshed(state, found), tuple(found)


def hindrances(plan: Plan, world: World) -> tuple[Hindrance, ...]:
    """Look at the lessons in what a plan takes from courses, by one request a course.

    Returns:
        What `apply` would stop at. Nothing is asked where the plan takes none.

    Raises:
        Stop: as `refresh` does, but for lessons that can't be listed: that is a hindrance.
    """
    lessons = Lessons(Sender(world), world)
    losing = ((change, change.lesson_courses) for change in plan.changes)
    found = (hindrance_to(change, courses, lessons) for change, courses in losing if courses)
    return tuple(each for each in found if each is not None)


def _look(
    state: State, entries: Collection[Entry], kind: Kind, lookout: Lookout
) -> tuple[Drifted, ...]:
    """Compare what the lists have; what seems to have changed is asked for by its Id."""
    courses = {entry.parent_id for entry in entries}
    unreadable = dict[int, str]()
    swept = lookout.sweep(kind, courses, [entry.id for entry in entries], unreadable)
    confirm = partial(lookout.records, kind, unreadable=unreadable)
    return compare(state, swept, kind, confirm, unreadable)
