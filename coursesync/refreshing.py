"""Refreshing: what became on the server of all that the state speaks of. Writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.drift import Drifted, compare, refreshed
from coursesync.looking import Lookout
from coursesync.resources import KINDS, kind_of
from coursesync.sending import Sender

if TYPE_CHECKING:
    from coursesync.ports import World
    from coursesync.state import State


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
        courses = {entry.parent_id for entry in entries}
        records = lookout.sweep(kind, courses, [entry.id for entry in entries])
        found += compare(state, records, kind)
    return refreshed(state, found), tuple(found)
