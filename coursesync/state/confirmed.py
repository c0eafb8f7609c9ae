"""Which created records a last look has confirmed, and which courses are complete.

It must never call a course complete that has an unconfirmed record.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds.address import course_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from coursesync.kinds.address import Address
    from coursesync.state.state import CompleteCourse, Entry, State


def unconfirmed(state: State) -> dict[Address, Entry]:
    """Return the entries that no last look has confirmed; their courses are not complete."""
    return {
        address: entry
        for address in state.entries
        if course_of(address) not in state.complete
        and (entry := state.entries[address]).unconfirmed
    }


def confirm(state: State, addresses: Collection[Address]) -> State:
    """Return the state after a last look that found the records of some addresses as created."""
    found = {at: replace(state.entries[at], unconfirmed=False) for at in addresses}
    return replace(state, entries={**state.entries, **found}) if found else state


def mark_complete(state: State, complete: Mapping[str, CompleteCourse]) -> State:
    """Add complete courses to a state, except those with unconfirmed entries."""
    open_courses = {course_of(address) for address in unconfirmed(state)}
    seen = {key: course for key, course in complete.items() if key not in open_courses}
    return replace(state, complete={**state.complete, **seen})
