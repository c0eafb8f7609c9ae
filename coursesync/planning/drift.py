"""Drift: what others have changed on the server since our last write.

Owns the comparison of what we sent (the state) with what the server has. The server may rewrite
HTML: if its `UpdatedOn` is the time of our last write, other contents are no drift. Any other
difference is drift. It must never decide what is done: `diff` does, from the state that `refreshed`
returns.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from coursesync.kinds.marker import is_marker, marker_of
from coursesync.planning.action import Action
from coursesync.planning.change import Change
from coursesync.planning.live_diff import differing, edits, is_last_attempt, was_ours, with_values
from coursesync.planning.twins import namesakes, twins
from coursesync.text import same_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.listing import Read
    from coursesync.nexudus.records import Record
    from coursesync.state.state import Entry, State

    Confirm = Callable[[Collection[int]], Read]


class Finding(Enum):
    """The result of a look at a record on the server."""

    EDITED = "edited"  # by someone else, after our last write
    GONE = "deleted"
    ELSEWHERE = "moved"  # to another course, on the server
    NORMALISED = "normalised"  # the server rewrote our HTML
    RESTORED = "restored"  # someone undid an edit that an earlier look found
    UNMANAGED = "unmanaged"  # in one of our courses, without an entry
    COLLIDES = "collides"  # an unmanaged or moved record with the order of one of ours
    TWIN = "twin"  # a second record where one was wanted
    UNREADABLE = "unreadable"  # the server can't read it

    @property
    def is_drift(self) -> bool:
        """Whether the record on the server differs from what we wrote."""
        return self in {Finding.EDITED, Finding.GONE, Finding.ELSEWHERE}

    @property
    def needs_care(self) -> bool:
        """Whether a person has to look at it; `drift` then exits with 2."""
        return self.is_drift or self is Finding.TWIN


class Stance(Enum):
    """How the outline compares with a drifted record: what it wants the record to have."""

    AS_SENT = "as-sent"  # what we last sent
    CHANGED = "changed"  # neither what we sent nor what the server has
    SAME = "same"  # what the server has
    NONE = "none"  # nothing: the record left its outline


@dataclass(frozen=True, slots=True)
class Drifted:
    """A record that differs from the state, or is not in the state.

    Attributes:
        address: our record's address; None if it is unmanaged. For a twin: the address of the
            record that it duplicates.
        entry: its entry; None if it is unmanaged; of a twin, that of our record.
        record: the record on the server (the twin itself); None if it is gone.
        properties: those that differ from what we sent.
        rivals: the addresses of our records that have the same order.
        stance: what the outline wants of it; None until `judged` has set it.
        own: of a twin, our record.
        is_foreign: whether the record with our Id is in another course and we never wrote it.
        failure: why the server can't read it.
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
    within: Address | None = None

    @property
    def record_id(self) -> int:
        """The record's Id."""
        if self.entry is not None and self.finding is not Finding.TWIN:
            return self.entry.id
        assert self.record is not None  # noqa: S101 - only one of our own records can be gone
        return self.record.id

    @property
    def is_agreed(self) -> bool:
        """Whether the outline wants what others wrote, so that nothing has to be sent."""
        return self.finding is Finding.EDITED and self.stance is Stance.SAME

    @property
    def edit(self) -> Change | None:
        """What others changed, as a change; None if there is nothing to compare."""
        if self.finding is Finding.TWIN or not (self.address and self.entry and self.record):
            return None
        after = with_values(self.entry.expected, self.properties, self.record, self.kind)
        held = replace(self.entry, sent=self.entry.expected, seen={})
        return Change(Action.UPDATE, self.address, self.kind, self.course_id, held, after=after)


def compare(
    state: State,
    records: Iterable[Record],
    kind: Kind,
    confirm: Confirm | None = None,
    unreadable: Mapping[int, str] | None = None,
    ours: Mapping[Address, Entry] | None = None,
) -> tuple[Drifted, ...]:
    """Compare the state with what the server has.

    Args:
        state: what we last sent.
        records: all records of the state's courses, and its records in other courses, as lists
            show them.
        kind: their kind; entries of other kinds are left out.
        confirm: reads records by Id, without those that are gone. A list may lag, and may leave
            properties out; without `confirm`, it is believed.
        unreadable: why the server can't read some Ids.
        ours: the entries of that kind in the courses that were listed; by default in all.

    Returns:
        The findings, by course; in each, our records by address, then unmanaged ones by Id.
    """
    listed = tuple(records)
    live = {record.id: record for record in listed}
    ours = state.entries_of(kind) if ours is None else ours
    failures = dict(unreadable or {})
    if confirm is not None:
        asked = {*_suspects(ours, live, kind), *_possible_twins(state, ours, live, kind)}
        live = {each: record for each, record in live.items() if each not in asked}
        if asked:
            certain = confirm(asked)
            live |= certain.found
            failures |= certain.failures
        if alike := namesakes(state, live.values(), kind):
            certain = confirm(alike)
            live |= certain.found
            failures |= certain.failures
    known = {entry.id for entry in ours.values()}
    found = [
        Drifted(Finding.UNREADABLE, each.course_id, kind, record=each, failure=failures[each.id])
        for each in listed
        if each.id in failures and each.id not in known
    ]
    for at, entry in ours.items():
        if (failure := failures.get(entry.id)) is not None:
            course_id = kind.course_id_of(entry.sent)
            unread = Drifted(Finding.UNREADABLE, course_id, kind, at, entry, failure=failure)
            found.append(unread)
        elif each := _drift_of(state, at, entry, live.get(entry.id), kind):
            found.append(each)
    second = {each.record_id: each for each in twins_among(state, live, kind)}
    beyond = {each.id for at, each in state.entries_of(kind).items() if at not in ours}
    others = [each for at, each in live.items() if at not in second and at not in beyond]
    parents = state.entries_of(kind.within)
    inside: dict[object, Address] = {entry.id: at for at, entry in parents.items()}
    beside = (
        replace(each, within=inside.get(each.record.attributes.get(kind.parent_property)))
        if each.record
        else each
        for each in _others(ours, others, kind)
    )
    return tuple(sorted([*found, *second.values(), *beside], key=_sort_key))


def _suspects(
    ours: Mapping[Address, Entry], live: Mapping[int, Record], kind: Kind
) -> Iterator[int]:
    """Yield the Ids of our records that a list shows changed, in part, or not at all.

    A record that nobody has written after us needs no second read, unless the list does not show
    its parent: whether a record is written when its parent is deleted is not documented.
    """
    for entry in ours.values():
        record = live.get(entry.id)
        if record is None or record.whole is not None:
            continue
        is_ours = same_moment(entry.updated_on, record.updated_on)
        has_moved = record.course_id != kind.course_id_of(entry.sent)
        is_changed = has_moved or entry.overridden or edits(entry, record, kind)
        has_left = kind.parent_property in record.unknown and kind.parent_property in entry.known
        if is_changed or has_left or (record.unknown and not is_ours):
            yield entry.id


def _possible_twins(
    state: State, ours: Mapping[Address, Entry], live: Mapping[int, Record], kind: Kind
) -> Iterator[int]:
    """Yield the Ids of the records that may be twins, if a list shows too little of them."""
    courses: dict[int, list[Entry]] = defaultdict(list)
    for entry in ours.values():
        courses[kind.course_id_of(entry.sent)].append(entry)
    known = state.known_ids(kind)
    listed = (record for record in live.values() if record.whole is None)
    shows_markers = any(is_marker(record.marker) for record in listed)
    for record in live.values():
        if record.id in known or record.course_id not in courses or record.whole is not None:
            continue
        is_marked = record.marker or shows_markers
        if not is_marked or _could_be(record, courses[record.course_id], kind):
            yield record.id


def _could_be(record: Record, entries: Iterable[Entry], kind: Kind) -> bool:
    """Return whether what a list leaves out of a record could make it a twin."""
    if not record.unknown:
        return False
    if record.unknown & {kind.title_property, kind.order_property}:
        return True
    compared = {kind.title_property, kind.contents_property}
    return any(compared.isdisjoint(differing(entry.known, record, kind)) for entry in entries)


def _sort_key(found: Drifted) -> tuple[int, bool, str, int, bool]:
    collides = found.finding is Finding.COLLIDES
    address = found.address or ""
    return found.course_id, not address, address, found.record_id, collides


def _drift_of(
    state: State, address: Address, entry: Entry, record: Record | None, kind: Kind
) -> Drifted | None:
    course_id = kind.course_id_of(entry.sent)
    found = partial(
        Drifted,
        course_id=course_id,
        kind=kind,
        address=address,
        entry=entry,
        record=record,
    )
    if record is None:
        return found(Finding.GONE)
    if record.course_id != course_id:
        is_ours = was_ours(entry, record, kind) or record.marker == marker_of(
            state.target, kind.home_in(entry.sent), address
        )
        differ = differing(entry.known, record, kind)
        return found(Finding.ELSEWHERE, properties=differ, is_foreign=not is_ours)
    if is_last_attempt(entry, record, kind):
        return None
    finding, properties = _edit_of(entry, record, kind)
    return None if finding is None else found(finding, properties=properties)


def _edit_of(entry: Entry, record: Record, kind: Kind) -> tuple[Finding | None, tuple[str, ...]]:
    """Compare a record in its course with what we sent: the finding, and what differs."""
    differ, edited = differing(entry.known, record, kind), edits(entry, record, kind)
    if overridden := entry.overridden:
        unlike = differing(entry.expected, record, kind)
        if still := tuple(name for name in unlike if name in overridden or name in edited):
            return Finding.EDITED, still
        if not overridden.isdisjoint(differ):
            return Finding.RESTORED, ()
    if edited:
        return Finding.EDITED, edited
    return (Finding.NORMALISED if differ else None), differ


def twins_among(state: State, live: Mapping[int, Record], kind: Kind) -> Iterator[Drifted]:
    """Yield a finding for each twin among some records, by Id; see `twins`."""
    for twin_id, address in sorted(twins(state, live.values(), kind).items()):
        entry, record = state.entries.get(address), live[twin_id]
        own = live.get(entry.id) if entry is not None else None
        yield Drifted(Finding.TWIN, record.course_id, kind, address, entry, record, own=own)


def _others(ours: Mapping[Address, Entry], live: Sequence[Record], kind: Kind) -> Iterator[Drifted]:
    """Yield the unmanaged records in our courses, and those that took the order of one of ours."""
    courses = {kind.course_id_of(entry.sent) for entry in ours.values()}
    addresses = {entry.id: address for address, entry in ours.items()}
    places: dict[tuple[object, ...], list[Address]] = defaultdict(list)
    for record in live:
        if record.id in addresses and kind.order_property in record.attributes:
            places[_place(record, kind)].append(addresses[record.id])
    for record in live:
        if record.course_id not in courses:
            continue
        address = addresses.get(record.id)
        entry = None if address is None else ours[address]
        rivals = [each for each in places.get(_place(record, kind), ()) if each != address]
        if entry is not None and (not rivals or not _has_moved(entry, record, kind)):
            continue
        finding = Finding.COLLIDES if rivals else Finding.UNMANAGED
        yield Drifted(
            finding, record.course_id, kind, address, entry, record, rivals=tuple(sorted(rivals))
        )


def _place(record: Record, kind: Kind) -> tuple[object, ...]:
    has = record.attributes
    return record.course_id, has.get(kind.parent_property), has.get(kind.order_property)


def _has_moved(entry: Entry, record: Record, kind: Kind) -> bool:
    order = record.attributes.get(kind.order_property)
    is_elsewhere = order is not None and order != entry.known.get(kind.order_property)
    has_other = record.attributes.get(kind.parent_property) != entry.known.get(kind.parent_property)
    has_left = record.course_id != kind.course_id_of(entry.sent)
    return has_left or is_elsewhere or has_other


def twins_in(found: Iterable[Drifted]) -> tuple[Drifted, ...]:
    """Return the findings that are twins."""
    return tuple(each for each in found if each.finding is Finding.TWIN)
