"""The state that a plan would leave if all of it were carried out.

Owns what tells a pull request's own changes from those that wait on main: the plan from that state.
It must never be saved, nor be the state of a run: its new Ids mean nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.kinds.field import Ref
from coursesync.planning.action import Action
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from coursesync.kinds.address import Address
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan
    from coursesync.state.state import State


@dataclass(frozen=True)
class OnMain:
    """What waits on main: `pending` is its plan from `state`; None if it can't be planned."""

    state: State
    pending: Plan | None

    @property
    def waits(self) -> bool:
        """Whether something waits."""
        return self.pending is not None and self.pending.has_changes

    @cached_property
    def applied(self) -> State:
        """The state as if nothing waited."""
        return self.state if self.pending is None else as_applied(self.state, self.pending)

    @cached_property
    def kept(self) -> frozenset[Address]:
        """The addresses of what has left the outlines."""
        changes = () if self.pending is None else self.pending.changes
        return frozenset(each.address for each in changes if each.is_left)

    def waiting_in(self, courses: Collection[int]) -> dict[str, int]:
        """Return how many changes wait in each of some courses, by its title."""
        found: dict[str, int] = {}
        for course, changes in () if self.pending is None else self.pending.by_course():
            number = sum(each.action.changes for each in changes)
            if number and course.id in courses:
                found[course.title or course.key] = number
        return found


def as_applied(state: State, plan: Plan) -> State:
    """Return a state as if a plan that was made from it had been carried out."""
    if not plan.has_changes:
        return state
    doing = [each for each in plan.changes if each.action.changes]
    gone = {each.previous_address or each.address for each in doing}
    entries = {at: entry for at, entry in state.entries.items() if at not in gone}
    ids = {at: entry.id for at, entry in state.entries.items()}
    next_id = max([0, *ids.values()]) + 1
    for change in doing:  # parents come first
        if change.action is Action.DELETE:
            continue
        record_id = change.record_id or next_id
        next_id += change.record_id is None
        ids[change.address] = record_id
        entries[change.address] = _entry(change, record_id, ids)
    complete = {key: each for key, each in state.complete.items() if each.id not in plan.courses}
    doubts = {at: each for at, each in state.doubts.items() if at not in gone}
    return replace(state, complete=complete, doubts=doubts, entries=entries)


def _entry(change: Change, record_id: int, ids: Mapping[Address, int]) -> Entry:
    has = {
        name: ids[value.ref] if isinstance(value, Ref) else value
        for name, value in change.attributes.items()
    }
    if isinstance(change.held, Entry) and not change.action.writes:
        return replace(change.held, protected=change.stays_protected)
    return Entry(id=record_id, sent=has, protected=change.stays_protected)
