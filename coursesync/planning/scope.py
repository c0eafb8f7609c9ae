"""The courses that a plan is for, if it is not for the whole workspace.

Owns how the courses that were asked for become Ids. `apart` owns what their plan must not do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.kinds import home_of
from coursesync.kinds.address import course_of
from coursesync.state.confirmed import unconfirmed

if TYPE_CHECKING:
    from coursesync.kinds.address import Address
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.state.state import Doubt, Entry, State


@dataclass(frozen=True, slots=True)
class Scope:
    """Some courses: their keys, sorted, and their Ids; without keys, all courses."""

    keys: tuple[str, ...] = ()
    ids: frozenset[int] = frozenset()

    def covers(self, course_id: int) -> bool:
        """Return whether a course is one of these."""
        return not self.keys or course_id in self.ids


EVERY_COURSE = Scope()


@dataclass(frozen=True, slots=True)
class Crossing:
    """An entry or a create in doubt that a plan would take from a course outside of it."""

    address: Address
    course: str


def scope_of(outlines: Outlines, state: State) -> Scope:
    """Return the courses that were asked for, with their Ids."""
    if not outlines.only:
        return EVERY_COURSE
    ids = {outline.course_id for outline in outlines.outlines}
    rest = {*outlines.only}.difference(outline.key for outline in outlines.outlines)
    done = rest & outlines.settled & state.complete.keys()
    ids |= {state.complete[key].id for key in done}
    without = rest - done
    for held in (state.entries, state.doubts) if without else ():
        ids |= {home_of(at, held[at].sent) for at in held if course_of(at) in without}
    return Scope(outlines.only, frozenset(ids))


def state_in(state: State, scope: Scope) -> State:
    """Return the state with the entries and the doubts of some courses alone."""
    if not scope.keys:
        return state
    entries = {at: e for at in state.entries if _is_in(scope, at, e := state.entries[at])}
    return replace(state, doubts=doubts_in(state, scope), entries=entries)


def doubts_in(state: State, scope: Scope) -> dict[Address, Doubt]:
    """Return the creates in doubt of some courses."""
    return {at: each for at, each in state.doubts.items() if _is_in(scope, at, each)}


def _is_in(scope: Scope, address: Address, held: Entry | Doubt) -> bool:
    return scope.covers(home_of(address, held.sent))


def unconfirmed_in(state: State, scope: Scope) -> dict[Address, Entry]:
    """Return the entries of some courses that no last look has confirmed."""
    return {at: each for at, each in unconfirmed(state).items() if _is_in(scope, at, each)}
