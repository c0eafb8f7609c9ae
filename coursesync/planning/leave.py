"""What outlines leave to the site: fields that are only sent when a record is created.

Owns which properties of which entries these are. People change them in Nexudus, so a look must not
report them, and no plan overwrites them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds import kind_of
from coursesync.planning.live_diff import same
from coursesync.planning.new_courses import with_ids
from coursesync.planning.side import wanted_in
from coursesync.planning.sides import sides_of
from coursesync.state.state import Entry
from coursesync.text import same_moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.kinds.address import Address
    from coursesync.nexudus.records import Record
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.change import Change
    from coursesync.state.state import State


def left_of(change: Change) -> frozenset[str]:
    """Return the properties that an update does not send.

    The state knows those of a record that has left its outline.
    """
    if change.resource is not None:
        return change.resource.left
    held = change.held
    return change.kind.properties_of(held.left) if isinstance(held, Entry) else frozenset()


def leaves_contents_of_others(change: Change, record: Record) -> bool:
    """Return whether the record that an update is based on has contents that people wrote.

    The state then can't have the time of the update: once the outline no longer leaves the contents
    to the site, the difference would count as our own HTML, rewritten by the server.
    """
    entry, kind = change.entry, change.kind
    name = kind.contents_property
    if name not in left_of(change) or same_moment(entry.updated_on, record.updated_on):
        return False
    return not same(name, entry.known, record.attributes, kind)


def left_by(outlines: Outlines, state: State) -> Mapping[Address, frozenset[str]]:
    """Return the properties that are left to the site, by the address of their entry.

    The state knows those of settled outlines, and of items that have left their outline. Raises
    InvalidOutlines as `sides_of` does.
    """
    found = {
        at: kind_of(at).properties_of(entry.left)
        for at, entry in state.entries.items()
        if entry.left
    }
    outlines = with_ids(outlines, state)
    parsed = (*outlines.outlines, *outlines.others)
    if found or any(each.leave for outline in parsed for each in wanted_in(outline)):
        for side in sides_of(outlines, state).values():
            pairs = ((side.pairs.get(each.address), each) for each in side.resources)
            found |= {old: each.left for old, each in pairs if old is not None}
    return found


def with_left(state: State, left: Mapping[Address, tuple[str, ...]]) -> State:
    """Return a state that knows what outlines leave to the site, by the address of the item.

    Items of an outline are not kept without one any more.
    """
    held = {at: state.entries[at] for at in left if at in state.entries}
    found = {at: replace(each, kept=False, left=left[at]) for at, each in held.items()}
    found = {at: each for at, each in found.items() if each != held[at]}
    return replace(state, entries={**state.entries, **found}) if found else state
