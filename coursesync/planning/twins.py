"""Twins: second records where one was wanted. Pure.

Two runs that could not see each other create the same record twice. A twin is a record that
nobody manages and that carries the marker of an address that has an Id, or that has its title and
its contents: as they were sent, or as the server wrote both. Its place may be another, where the
outlines differed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.kinds import kind_of
from coursesync.kinds.marker import is_marker, marker_of
from coursesync.planning.live_diff import same_value, value_in
from coursesync.text import unescaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.attributes import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.state.state import Entry, State


def twins(state: State, records: Iterable[Record], kind: Kind) -> Mapping[int, Address]:
    """Find the twins among the records of some courses.

    Args:
        state: what is managed; its strangers are nobody's twins.
        records: all records of these courses, ours among them; of those that nobody manages, and
            of their `namesakes`, what a list leaves out has been read.
        kind: their kind.

    Returns:
        By the Id of each twin, the address that has another Id already, or is in doubt.
    """
    live = list(records)
    free = _free(state, live)
    if not free:
        return {}
    held = {entry.id: address for address, entry in state.entries.items()}
    courses = {record.parent_id for record in free}
    ours = {
        address: entry
        for address, entry in state.entries.items()
        if entry.parent_id in courses and kind_of(address) is kind
    }
    marked = _markers(state, ours, live, held) if any(is_marker(r.marker) for r in free) else {}
    titled: dict[tuple[int, str], list[Address]] = {}
    for address, entry in ours.items():
        titled.setdefault(_name(entry.parent_id, entry.known, kind), []).append(address)
    own = {held[record.id]: record for record in live if record.id in held}
    found: dict[int, Address] = {}
    for record in free:
        has = record.attributes
        named = titled.get(_name(record.parent_id, has, kind), [])
        same = [at for at in named if _says_the_same(ours[at], own.get(at), has, kind)]
        # of several that are alike, the one in its place
        same.sort(key=lambda at: _order(ours[at].known, kind) != _order(has, kind))
        twin = marked.get(record.marker or "") or next(iter(same), None)
        if twin is not None:
            found[record.id] = twin
    return {**found, **_of_doubts(state, free)}


def namesakes(state: State, records: Iterable[Record], kind: Kind) -> frozenset[int]:
    """Return the Ids of ours whose contents a list left out, and that may have a twin.

    Args:
        state: what is managed.
        records: all records of some courses; of those that nobody manages, what a list leaves out
            has been read.
        kind: their kind.

    Returns:
        Those that have the title of a record that nobody manages.
    """
    live = {record.id: record for record in records}
    titles = {_name(each.parent_id, each.attributes, kind) for each in _free(state, live.values())}
    vague = {each for each, record in live.items() if kind.contents_property in record.unknown}
    return frozenset(
        entry.id
        for entry in (state.entries.values() if titles and vague else ())
        if entry.id in vague and _name(entry.parent_id, entry.known, kind) in titles
    )


def _free(state: State, records: Iterable[Record]) -> list[Record]:
    known = {entry.id for entry in state.entries.values()}.union(state.strangers)
    return [record for record in records if record.id not in known]


def _of_doubts(state: State, free: Iterable[Record]) -> Mapping[int, Address]:
    """Return the records of a create in doubt that was carried out more than once."""
    carrying: dict[str, list[int]] = {}
    for record in free:
        carrying.setdefault(record.marker or "", []).append(record.id)
    doubts = ((at, carrying.get(doubt.marker or "-", [])) for at, doubt in state.doubts.items())
    return {each: at for at, ids in doubts if len(ids) > 1 for each in ids}


def _name(parent_id: int, attributes: Attributes, kind: Kind) -> tuple[int, str]:
    return parent_id, unescaped(kind.title_of(attributes)).strip()


def _says_the_same(entry: Entry, own: Record | None, has: Attributes, kind: Kind) -> bool:
    """Say whether contents are as we sent them, or as the server has made of them in our record."""
    name = kind.contents_property
    ours = [entry.known]
    if own is not None and name not in own.unknown:
        ours.append(own.attributes)
    theirs = value_in(has, name, kind)
    return any(same_value(name, value_in(each, name, kind) or "", theirs, kind) for each in ours)


def _order(attributes: Attributes, kind: Kind) -> object:
    return attributes.get(kind.order_property)


def _markers(
    state: State,
    ours: Mapping[Address, Entry],
    live: Iterable[Record],
    held: Mapping[int, Address],
) -> Mapping[str, Address]:
    """Return the addresses that have an Id, by the markers of their records.

    A record whose key changed since it was created carries the marker of its first address.
    """
    by_address = {marker_of(state.target, ours[at].parent_id, at): at for at in ours}
    read = {r.marker: held[r.id] for r in live if r.id in held and is_marker(r.marker)}
    return {**by_address, **{marker: at for marker, at in read.items() if marker is not None}}
