"""Drift: has someone else changed on the server what we last wrote there? Pure.

Three sides: what we sent (the state), what the server has (live), and what the outlines want (a
plan). The server may write HTML its own way: where its `UpdatedOn` is that of our last write,
nothing has drifted, whatever it made of the text. Decides nothing: `diff` does, from the state
that `refreshed` returns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from coursesync.kinds import kind_of
from coursesync.kinds.address import course_of
from coursesync.planning.live_diff import differing, is_last_attempt, value_in
from coursesync.planning.plan import Action, Change
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
    UNREADABLE = "unreadable"  # the server fails to tell: nothing is known of it

    @property
    def is_drift(self) -> bool:
        """Whether what we wrote is not what is there."""
        return self in {Finding.EDITED, Finding.GONE, Finding.ELSEWHERE}


_SUSPECT = {Finding.EDITED, Finding.ELSEWHERE}


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
    known once it is judged (`stance`); `failure` is how the server fails to tell.
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
    failure: str = ""

    @property
    def record_id(self) -> int:
        """The record's Id."""
        if self.entry is not None:
            return self.entry.id
        return self.record.id if self.record is not None else 0

    @property
    def edit(self) -> Change | None:
        """What others did, as a change of what we sent; None where there is nothing to compare."""
        if self.address is None or self.entry is None or self.record is None:
            return None
        after = dict(self.entry.attributes)
        for name in self.properties:
            value = value_in(self.record.attributes, name, self.kind)
            after.pop(name)
            after.update({} if value is None else {name: value})
        before = self.entry.attributes
        return Change(Action.UPDATE, self.address, self.kind, self.course_id, before, after)


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
            in other courses.
        kind: their kind; entries of others are left out.
        confirm: gives the records of some Ids as they are now, without those that are gone: a list
            that lags may show one as it was before our own last write. None believes `records`.
        unreadable: how the server fails to tell of some Ids, once `confirm` has asked for them.

    Returns:
        What was found, by course; in each, ours by address, then the unmanaged by Id.
    """
    live = {record.id: record for record in records}
    ours = {address: entry for address, entry in state.entries.items() if kind_of(address) is kind}
    found = _changed(ours, live, kind)
    suspects = {each.address: each.record_id for each in found if each.finding in _SUSPECT}
    if confirm is not None and suspects:
        asked = set(suspects.values())
        live = {each: record for each, record in live.items() if each not in asked}
        live |= confirm(asked)
        certain = [each for each in found if each.address not in suspects]
        suspected = {address: entry for address, entry in ours.items() if address in suspects}
        found = [*certain, *_changed(suspected, live, kind)]
    lost = unreadable or {}
    found = [each for each in found if each.record_id not in lost]
    unread = [
        Drifted(Finding.UNREADABLE, entry.parent_id, kind, at, entry, failure=lost[entry.id])
        for at, entry in ours.items()
        if entry.id in lost
    ]
    return tuple(sorted([*found, *unread, *_strangers(ours, live, kind)], key=_place))


def _changed(
    ours: Mapping[Address, Entry], live: Mapping[int, Record], kind: Kind
) -> list[Drifted]:
    """Find what of ours the server has otherwise, or not at all."""
    return [each for address in ours if (each := _ours(address, ours[address], live, kind))]


def _place(found: Drifted) -> tuple[int, bool, str, int, bool]:
    collides = found.finding is Finding.COLLIDES
    address = found.address or ""
    return found.course_id, not address, address, found.record_id, collides


def _ours(address: Address, entry: Entry, live: Mapping[int, Record], kind: Kind) -> Drifted | None:
    record = live.get(entry.id)
    if record is None:
        return Drifted(Finding.GONE, entry.parent_id, kind, address, entry)
    properties = differing(entry, record, kind)
    if record.parent_id != entry.parent_id:
        finding = Finding.ELSEWHERE
    elif not properties:
        return None
    elif same_moment(entry.updated_on, record.updated_on):
        finding = Finding.NORMALISED
    elif is_last_attempt(entry, record, kind):
        return None
    else:
        finding = Finding.EDITED
    return Drifted(finding, entry.parent_id, kind, address, entry, record, properties)


def _strangers(
    ours: Mapping[Address, Entry], live: Mapping[int, Record], kind: Kind
) -> Iterator[Drifted]:
    """Find what is under no address in a course of ours, and what has come to a place of ours."""
    courses = {entry.parent_id for entry in ours.values()}
    addresses = {entry.id: address for address, entry in ours.items()}
    places: dict[tuple[int, object], list[Address]] = {}
    for record in live.values():
        if record.id in addresses:
            places.setdefault(_spot(record, kind), []).append(addresses[record.id])
    for record in live.values():
        if record.parent_id not in courses:
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
    return _spot(record, kind) != (entry.parent_id, entry.attributes.get(kind.order_property))


def refreshed(state: State, found: Iterable[Drifted]) -> State:
    """Return the state as it would be, had we written what the server has.

    What someone edited is as it reads now (what can't be read stays as it was sent), what is gone
    is in no entry; so a plan from it puts both back. Courses with either are to be planned again.
    """
    entries, touched = dict(state.entries), set[str]()
    for each in found:
        if each.address is None or each.entry is None or not each.finding.is_drift:
            continue
        touched.add(course_of(each.address))
        if each.record is None:
            del entries[each.address]
        else:
            reads = _as_it_reads(each, each.entry, each.record)
            updated_on = each.record.updated_on
            entries[each.address] = replace(each.entry, attributes=reads, updated_on=updated_on)
    courses = {key: record for key, record in state.courses.items() if key not in touched}
    return replace(state, courses=courses, entries=entries)


def _as_it_reads(drifted: Drifted, entry: Entry, record: Record) -> dict[str, FieldValue]:
    """Return the attributes of an entry with those in which the record differs as it has them.

    What is the same HTML stays as it was sent, or each look would be an update; so does the order
    of a record that is in another course, where its number means something else.
    """
    elsewhere = record.parent_id != entry.parent_id
    attributes = dict(entry.attributes)
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
