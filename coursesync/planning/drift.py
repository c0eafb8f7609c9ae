"""Drift: has someone else changed on the server what we last wrote there? Pure.

Three sides: what we sent (the state), what the server has (live), and what the outlines want (a
plan). The server may write HTML its own way: where its `UpdatedOn` is that of our last write,
contents have not drifted, whatever it made of them. Anything else that differs has. Decides
nothing: `diff` does, from the state that `refreshed` returns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from coursesync.kinds import kind_of
from coursesync.kinds.address import course_of
from coursesync.kinds.marker import is_marker, marker_of
from coursesync.planning.live_diff import (
    differing,
    edits,
    is_last_attempt,
    value_in,
    was_ours,
)
from coursesync.planning.plan import Action, Change
from coursesync.planning.twins import namesakes, twins
from coursesync.text import same_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.attributes import FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.state.state import Entry, State

    Confirm = Callable[[Collection[int]], Mapping[int, Record]]


class Finding(Enum):
    """What a look at the server found of a record."""

    EDITED = "edited"  # by someone else, since we wrote it
    GONE = "deleted"
    ELSEWHERE = "moved"  # to another course, on the server
    NORMALISED = "normalised"  # the server writes our text its own way
    UNMANAGED = "unmanaged"  # in a course of ours, and under no address
    COLLIDES = "collides"  # it has come to the same place as one of ours
    TWIN = "twin"  # a second record where one was wanted
    UNREADABLE = "unreadable"  # the server fails to tell: nothing is known of it

    @property
    def is_drift(self) -> bool:
        """Whether what we wrote is not what is there."""
        return self in {Finding.EDITED, Finding.GONE, Finding.ELSEWHERE}

    @property
    def needs_care(self) -> bool:
        """Whether a person has to look at it: `drift` exits with 2 then."""
        return self.is_drift or self is Finding.TWIN


class Stance(Enum):
    """What the outline says of a record that has drifted."""

    AS_SENT = "as-sent"  # what it said when we last wrote
    CHANGED = "changed"  # something else than either
    SAME = "same"  # what the server has
    NONE = "none"  # nothing: the record is in no outline any more


@dataclass(frozen=True, slots=True)
class Drifted:
    """A record that is not as the state has it, or is not in the state.

    `address` and `entry` are None where it is unmanaged, `record` where it is gone; `properties`
    are those that differ from what we sent; `rivals` are ours whose place it has; `stance` is
    known once it is judged (`stance`); `failure` is how the server fails to tell. Of a twin,
    `address`, `entry` and `own` are those of the record that it is a second of, and `record` is the
    twin. `is_foreign` is that the record under our Id, which is in another course, was never ours.
    """

    finding: Finding
    course_id: int
    kind: Kind
    address: Address | None = None
    entry: Entry | None = None
    record: Record | None = None
    properties: tuple[str, ...] = ()
    rivals: tuple[Address, ...] = ()
    stance: Stance | None = None
    own: Record | None = None
    is_foreign: bool = False
    failure: str = ""

    @property
    def record_id(self) -> int:
        """The record's Id."""
        if self.entry is not None and self.finding is not Finding.TWIN:
            return self.entry.id
        return self.record.id if self.record is not None else 0

    @property
    def edit(self) -> Change | None:
        """What others did, as a change of what we sent; None where there is nothing to compare."""
        if self.address is None or self.entry is None or self.record is None:
            return None
        if self.finding is Finding.TWIN:
            return None
        after = dict(self.entry.known)
        for name in self.properties:
            value = value_in(self.record.attributes, name, self.kind)
            after.pop(name)
            after.update({} if value is None else {name: value})
        return Change(
            Action.UPDATE, self.address, self.kind, self.course_id, self.entry, after=after
        )


def compare(
    state: State,
    records: Iterable[Record],
    kind: Kind,
    confirm: Confirm | None = None,
    unreadable: Mapping[int, str] | None = None,
) -> tuple[Drifted, ...]:
    """Compare the state with what the server has.

    Args:
        state: what we last sent.
        records: all records of the courses that the state speaks of, and those of its Ids that are
            in other courses, as lists have them.
        kind: their kind; entries of others are left out.
        confirm: reads the records of some Ids as they are now, without those that are gone: a list
            may lag, and may leave out what is in a record. None believes `records`.
        unreadable: how the server fails to tell of some Ids, once `confirm` has asked for them.

    Returns:
        What was found, by course; in each, ours by address, then the unmanaged by Id.
    """
    listed = tuple(records)
    live = {record.id: record for record in listed}
    ours = {address: entry for address, entry in state.entries.items() if kind_of(address) is kind}
    if confirm is not None:
        asked = {*_suspects(ours, live, kind), *_vague(state, ours, live, kind)}
        live = {each: record for each, record in live.items() if each not in asked}
        live |= confirm(asked) if asked else {}
        if alike := namesakes(state, live.values(), kind):
            live |= confirm(alike)
    lost = unreadable or {}
    known = {entry.id for entry in ours.values()}
    found = [
        each
        for at in ours
        if ours[at].id not in lost and (each := _ours(state, at, ours[at], live, kind))
    ]
    unread = [
        Drifted(Finding.UNREADABLE, entry.parent_id, kind, at, entry, failure=lost[entry.id])
        for at, entry in ours.items()
        if entry.id in lost
    ]
    unread += [
        Drifted(Finding.UNREADABLE, each.parent_id, kind, record=each, failure=lost[each.id])
        for each in listed
        if each.id in lost and each.id not in known
    ]
    return tuple(sorted([*found, *unread, *_strangers(state, ours, live, kind)], key=_place))


def _suspects(
    ours: Mapping[Address, Entry], live: Mapping[int, Record], kind: Kind
) -> Iterator[int]:
    """Yield the Ids of what a list shows otherwise than we sent it, or not at all.

    What nobody has written since we did needs no second read.
    """
    for entry in ours.values():
        record = live.get(entry.id)
        if record is None or record.whole is not None:
            continue
        is_ours = same_moment(entry.updated_on, record.updated_on)
        has_moved = record.parent_id != entry.parent_id
        if has_moved or edits(entry, record, kind) or (record.unknown and not is_ours):
            yield entry.id


def _vague(
    state: State, ours: Mapping[Address, Entry], live: Mapping[int, Record], kind: Kind
) -> Iterator[int]:
    """Yield the Ids of what may be a twin, as far as a list does not tell."""
    courses: dict[int, list[Entry]] = {}
    for entry in ours.values():
        courses.setdefault(entry.parent_id, []).append(entry)
    known = {entry.id for entry in ours.values()}.union(state.strangers)
    listed = (record for record in live.values() if record.whole is None)
    shows_markers = any(is_marker(record.marker) for record in listed)
    for record in live.values():
        if record.id in known or record.parent_id not in courses or record.whole is not None:
            continue
        is_marked = record.marker or shows_markers
        if not is_marked or _could_be(record, courses[record.parent_id], kind):
            yield record.id


def _could_be(record: Record, entries: Iterable[Entry], kind: Kind) -> bool:
    """Say whether a record could be a twin, or has no name, by what a list leaves out of it."""
    if not record.unknown:
        return False
    if record.unknown & {kind.title_property, kind.order_property}:
        return True
    tellers = {kind.title_property, kind.contents_property}
    return any(tellers.isdisjoint(differing(entry, record, kind)) for entry in entries)


def _place(found: Drifted) -> tuple[int, bool, str, int, bool]:
    collides = found.finding is Finding.COLLIDES
    address = found.address or ""
    return found.course_id, not address, address, found.record_id, collides


def _ours(
    state: State, address: Address, entry: Entry, live: Mapping[int, Record], kind: Kind
) -> Drifted | None:
    record = live.get(entry.id)
    if record is None:
        return Drifted(Finding.GONE, entry.parent_id, kind, address, entry)
    differ, edited = differing(entry, record, kind), edits(entry, record, kind)
    course = entry.parent_id
    if record.parent_id != entry.parent_id:
        is_ours = was_ours(entry, record, kind) or record.marker == marker_of(
            state.target, entry.parent_id, address
        )
        moved = Drifted(Finding.ELSEWHERE, course, kind, address, entry, record, differ)
        return replace(moved, is_foreign=not is_ours)
    if not differ or is_last_attempt(entry, record, kind):
        return None
    if not edited:
        return Drifted(Finding.NORMALISED, course, kind, address, entry, record, differ)
    return Drifted(Finding.EDITED, course, kind, address, entry, record, edited)


def _strangers(
    state: State, ours: Mapping[Address, Entry], live: Mapping[int, Record], kind: Kind
) -> Iterator[Drifted]:
    """Find what is under no address in a course of ours, and what has come to a place of ours."""
    courses = {entry.parent_id for entry in ours.values()}
    addresses = {entry.id: address for address, entry in ours.items()}
    second = twins(state, live.values(), kind)
    places: dict[tuple[int, object], list[Address]] = {}
    for record in live.values():
        if record.id in addresses and kind.order_property in record.attributes:
            places.setdefault(_spot(record, kind), []).append(addresses[record.id])
    for record in live.values():
        if record.parent_id not in courses:
            continue
        if (twin := second.get(record.id)) is not None:
            course, held = record.parent_id, ours.get(twin)
            own = live.get(held.id) if held is not None else None
            yield Drifted(Finding.TWIN, course, kind, twin, held, record, own=own)
            continue
        address = addresses.get(record.id)
        entry = None if address is None else ours[address]
        rivals = [each for each in places.get(_spot(record, kind), ()) if each != address]
        if entry is not None and (not rivals or not _has_moved(entry, record, kind)):
            continue
        finding = Finding.COLLIDES if rivals else Finding.UNMANAGED
        yield Drifted(
            finding, record.parent_id, kind, address, entry, record, rivals=tuple(sorted(rivals))
        )


def _spot(record: Record, kind: Kind) -> tuple[int, object]:
    return record.parent_id, record.attributes.get(kind.order_property)


def _has_moved(entry: Entry, record: Record, kind: Kind) -> bool:
    order = record.attributes.get(kind.order_property)
    is_elsewhere = order is not None and order != entry.known.get(kind.order_property)
    return record.parent_id != entry.parent_id or is_elsewhere


def twins_in(found: Iterable[Drifted]) -> tuple[Drifted, ...]:
    """Return what was found to be there twice."""
    return tuple(each for each in found if each.finding is Finding.TWIN)


def refreshed(state: State, found: Iterable[Drifted]) -> State:
    """Return the state as it would be, had we written what the server has.

    What someone edited is as it reads now (what can't be read stays as it was sent), what is gone
    is in no entry; so a plan from it puts both back. Courses with either are to be planned again.
    A record in another course that was never ours stays as it was sent: nothing takes it from
    there.
    """
    entries, touched = dict(state.entries), set[str]()
    for each in found:
        if each.address is None or each.entry is None or not each.finding.is_drift:
            continue
        if each.is_foreign:
            continue
        touched.add(course_of(each.address))
        if each.record is None:
            del entries[each.address]
        else:
            reads = _as_it_reads(each, each.entry, each.record)
            entries[each.address] = each.entry.reading(reads, each.record.updated_on)
    courses = {key: record for key, record in state.courses.items() if key not in touched}
    return replace(state, courses=courses, entries=entries)


def _as_it_reads(drifted: Drifted, entry: Entry, record: Record) -> dict[str, FieldValue]:
    """Return the attributes of an entry with those in which the record differs as it has them.

    What is the same HTML stays as it was sent, or each look would be an update; so does the order
    of a record that is in another course, where its number means something else.
    """
    elsewhere = record.parent_id != entry.parent_id
    attributes = dict(entry.known)
    for name in drifted.properties:
        value = value_in(record.attributes, name, drifted.kind)
        # no outline goes without an order: one that can't be read stays as it was sent
        if name == drifted.kind.order_property and (elsewhere or type(value) is not int):
            continue
        if value is None:
            del attributes[name]
        else:
            attributes[name] = value
    return dict(sorted(attributes.items()))
