"""Twins: duplicate records of one resource.

Two runs that could not see each other create the same record twice. A twin is an unmanaged record
that carries the marker of an address with an Id, or whose title and contents equal one of our
records, as sent or as the server has it. It may have another order, because the outlines of the two
runs may have differed. If a record has a twin, its children may have twins in that twin, or without
a parent once that twin was deleted. An equal title alone must never make a record a twin.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from coursesync.kinds import kind_of
from coursesync.kinds.marker import is_marker, marker_of
from coursesync.planning.live_diff import fits, same
from coursesync.text import unescaped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.state.state import Entry, State


def twins(state: State, records: Iterable[Record], kind: Kind) -> Mapping[int, Address]:
    """Find the twins among the records of some courses.

    Args:
        state: its strangers are no twins.
        records: all records of these courses, including ours. If a list showed the unmanaged ones
            or their `namesakes` in part, they have been read by Id.
        kind: their kind.

    Returns:
        The resource's address, by the Id of the duplicate record.
    """
    live = {record.id: record for record in records}
    unmanaged = _unmanaged(state, live.values(), kind)
    if not unmanaged:
        return {}
    courses = {record.course_id for record in unmanaged}
    ours = {
        address: entry
        for address, entry in state.entries_of(kind).items()
        if kind.course_id_of(entry.sent) in courses
    }
    has_markers = any(is_marker(record.marker) for record in unmanaged)
    marked = markers(state, ours, live) if has_markers else {}
    titled: dict[tuple[object, ...], list[Address]] = defaultdict(list)
    for address, entry in ours.items():
        titled[_name(kind.course_id_of(entry.sent), entry.known, kind)].append(address)
    holders = {entry.id for entry in state.entries_of(kind.within).values()}
    found: dict[int, Address] = {}
    doubted = {each.marker for each in state.doubts.values() if each.marker}
    for record in unmanaged:
        if record.marker in doubted:  # it is that create's, whatever it looks like
            continue
        has = record.attributes
        named = titled.get(_name(record.course_id, has, kind), ())
        alike = [
            at
            for at in named
            if _is_alike(ours[at], live.get(ours[at].id), has, kind)
            and _may_be_there(ours[at].known, has, kind, holders)
        ]
        # of several, the one in the same place
        place = (kind.parent_property, kind.order_property)
        alike.sort(key=lambda at: [ours[at].known.get(n) != has.get(n) for n in place])
        if twin := marked.get(record.marker) or next(iter(alike), None):
            found[record.id] = twin
    return {**found, **_of_doubts(state, unmanaged)}


def namesakes(state: State, records: Iterable[Record], kind: Kind) -> frozenset[int]:
    """Return the Ids of our records whose contents must be read to find their twins.

    They share a title with an unmanaged record, and the list left their contents out. `records` are
    all records of some courses; if a list showed the unmanaged ones in part, they have been read by
    Id.
    """
    live = {record.id: record for record in records}
    unmanaged = _unmanaged(state, live.values(), kind)
    titles = {_name(each.course_id, each.attributes, kind) for each in unmanaged}
    vague = {each for each, record in live.items() if kind.contents_property in record.unknown}
    return frozenset(
        entry.id
        for entry in (state.entries_of(kind).values() if titles and vague else ())
        if entry.id in vague and _name(kind.course_id_of(entry.sent), entry.known, kind) in titles
    )


def _unmanaged(state: State, records: Iterable[Record], kind: Kind) -> list[Record]:
    known = state.known_ids(kind)
    return [record for record in records if record.id not in known]


def _of_doubts(state: State, unmanaged: Iterable[Record]) -> Mapping[int, Address]:
    """Return the records of each create in doubt that was carried out more than once."""
    carrying: dict[str | None, list[int]] = defaultdict(list)
    for record in unmanaged:
        carrying[record.marker].append(record.id)
    sent = ((at, each) for at, each in state.doubts.items() if each.marker and each.attempts)
    doubts = ((at, carrying.get(each.marker, ())) for at, each in sent)
    return {each: at for at, ids in doubts if len(ids) > 1 for each in ids}


def _name(course_id: int, attributes: Attributes, kind: Kind) -> tuple[object, ...]:
    """Return what two records that are alike have in common: their course, and their title."""
    return course_id, unescaped(kind.title_of(attributes)).strip()


def _may_be_there(sent: Attributes, has: Attributes, kind: Kind, holders: Collection[int]) -> bool:
    """Return whether the parent of a record allows it to be a twin of ours.

    The two have the same parent, or one of them has no parent of ours; without contents, the two
    must then be equal otherwise. A copy under another parent of ours is no twin.
    """
    ours, theirs = sent.get(kind.parent_property), has.get(kind.parent_property)
    if ours == theirs:
        return True
    is_strange = theirs not in holders or (ours is not None and ours not in holders)
    is_full = bool(kind.contents_of(has).strip())
    return is_strange and (is_full or fits(sent, has, kind, {kind.parent_property}))


def _is_alike(entry: Entry, own: Record | None, has: Attributes, kind: Kind) -> bool:
    """Return whether a record has the contents that ours has in the state, or on the server."""
    name = kind.contents_property
    if same(name, entry.known, has, kind):
        return True
    return own is not None and name not in own.unknown and same(name, own.attributes, has, kind)


def markers(
    state: State, ours: Mapping[Address, Entry], live: Mapping[int, Record]
) -> Mapping[str | None, Address]:
    """Return the addresses that have an Id, by the markers of their records.

    If a key changed, the record still carries the marker of its first address.
    """
    found: dict[str | None, Address] = {}
    for at, entry in ours.items():
        found[marker_of(state.target, kind_of(at).home_in(entry.sent), at)] = at
    for at, entry in ours.items():
        record = live.get(entry.id)
        if record is not None and is_marker(record.marker):
            found[record.marker] = at
    return found
