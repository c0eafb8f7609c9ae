"""One run of an apply: its ports, the progress of each course, and the result of each change.

Owns the run's bookkeeping and its lists of courses. It must never decide the order of effects:
`apply`, `settle` and `last_look` do.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from coursesync.applying.report import Result, Status
from coursesync.applying.sought import Sought
from coursesync.kinds import KINDS
from coursesync.kinds.field import Ref, is_provisional
from coursesync.kinds.marker import is_marker, marker_of
from coursesync.nexudus.inside import Inside
from coursesync.nexudus.limits import SETTLING
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.sender import Sender
from coursesync.planning.leave import left_of
from coursesync.planning.live_diff import as_read
from coursesync.planning.twins import markers
from coursesync.state.journal import Look
from coursesync.state.logbook import Logbook
from coursesync.state.state import Doubt, Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from coursesync.applying.world import World
    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes, FieldValue, Planned
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.planning.change import Change
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Plan
    from coursesync.state.state import State


_LOOKS = (1.0, 2.0, 4.0, 8.0, 15.0)  # seconds between looks; the last one repeats


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run may do.

    Attributes:
        settling: seconds to look for a record before its create counts as not carried out.
        max_writes: the largest number of writes; None for no limit.
        overwrite_drift: whether to overwrite what someone else edited in the meantime.
        lose_completions: whether to delete what members have completed.
        marker: whether creates send a marker.
        elsewhere: what interrupted runs of other states may have created.
    """

    settling: float = SETTLING
    max_writes: int | None = None
    overwrite_drift: bool = False
    lose_completions: bool = False
    marker: bool = True
    elsewhere: tuple[State, ...] = ()


@dataclass(slots=True)
class CourseRun:
    """The progress of one course.

    Attributes:
        id: its Id; as in the plan, until its record is created.
        held: why nothing more is done in it; "" while it goes on.
        held_by: the kind whose unreadable record is the reason, if so.
        looked: `sender.interruptions` when its records of a kind were last listed, by the kind.
        made: `sender.interruptions` when this run made a record, by its kind and Id.
        unread: by kind, why the last list could not be read whole; "" if it was.
        checked: whether its changes were checked for what prevents them.
        doubts: its creates in doubt: when the looks for each end, by the run's clock.
    """

    id: int
    changes: list[Change]
    held: str = ""
    held_by: Kind | None = None
    looked: dict[Kind, int] = field(default_factory=dict)
    made: dict[tuple[Kind, object], int] = field(default_factory=dict)
    unread: dict[Kind, str] = field(default_factory=dict)
    checked: bool = False
    doubts: dict[Address, float] = field(default_factory=dict)

    def hold(self, reason: str, unread: Kind | None = None) -> None:
        """Do nothing more in the course; with `unread`, until records of that kind can be read."""
        self.held, self.held_by = reason, unread

    def note_look(self, kind: Kind, at: int, unread: str) -> None:
        """Note a look and what can't be read in it; release the course if it can be read now."""
        if self.held_by is kind:
            self.hold("")
        self.looked[kind] = at
        self.unread[kind] = unread


# (course Id, kind): one list
Listing: TypeAlias = "tuple[int, Kind]"


class Run:
    """The ports of a run, and what it has done so far."""

    def __init__(self, plan: Plan, state: State, world: World, terms: Terms) -> None:
        self.plan = plan
        self.state = state
        self.world = world
        self.terms = terms
        self.log = Logbook(world.store, state)
        self.sender = Sender(world, terms.max_writes)
        self.sender.planned = plan.writes
        self.lookout = Lookout(self.sender)
        self.inside = Inside(self.sender, plan.holders)
        by_course = groupby(plan.changes, key=lambda change: change.course_id)
        # as in the plan; a course without an Id gets it during the run
        self.courses = {course: CourseRun(course, [*changes]) for course, changes in by_course}
        # by kind, the Ids of entries and strangers: no create can have made these records
        self.known = {kind: state.known_ids(kind) for kind in KINDS.values()}
        # by kind, every Id seen on the server; a create must return one that is not in here
        self.seen: dict[Kind, set[int]] = {kind: set() for kind in KINDS.values()}
        self.results: dict[Address, Result] = {}
        self._identified: dict[int, CourseRun] = {}  # the courses that this run created
        # each create that was sent, by an earlier run or by this one
        self.attempts = {
            change.address: Sought(change, change.doubt)
            for change in plan.changes
            if change.doubt is not None
        }
        # the last read of each record to overwrite: when, and the record
        self.fresh: dict[tuple[Kind, int], tuple[float, Record | None]] = {}
        # when the completions of a record were counted, and why it must not be deleted
        self.completions_checked: dict[Address, tuple[float, str]] = {}
        self.marks = terms.marker
        # whether lists show markers, and whether reads by Id do: an API may do neither
        self.lists_markers = self.reads_markers = False
        # until this time, a list may still show a second record for a settled create
        self.settled_until = float("-inf")
        self.earlier: list[Address] = []  # created by an earlier run, unconfirmed by a last look
        # the records of each course and kind at their last look
        self.shown: dict[Listing, Sequence[Record]] = {}
        self.confirmed: frozenset[Address] = frozenset()
        self.unread: tuple[str, ...] = ()
        self.twins: tuple[Drifted, ...] = ()
        self.unlisted: tuple[Result, ...] = ()

    def marker_of(self, change: Change) -> str | None:
        """Return the marker that a create sends; None if it sends none."""
        if not self.marks:
            return None
        return marker_of(self.state.target, change.kind.home_in(change.attributes), change.address)

    def claimed(self, course: CourseRun, kind: Kind, records: Sequence[Record]) -> Collection[str]:
        """Return the markers of all addresses of a kind in a course: its entries and its creates.

        A record with the marker of one address is no candidate for another one. Otherwise, a person
        who settles the other one would make it a stranger. `records` are those of the course.
        """
        if not any(is_marker(record.marker) for record in records):
            return ()
        held = self.state.entries_of(kind).items()
        ours = {at: each for at, each in held if kind.course_id_of(each.sent) == course.id}
        changes = [change for change in course.changes if change.kind is kind]
        made = [self.marker_of(change) for change in changes if change.action.looks]
        sent = [change.doubt.marker for change in changes if change.doubt is not None]
        live = {record.id: record for record in records}
        return {*filter(None, (*markers(self.state, ours, live), *made, *sent))}

    def times_sent(self, change: Change) -> int:
        """Count how often a create was sent, by earlier runs as well."""
        attempt = self.attempts.get(change.address)
        return attempt.doubt.attempts if attempt is not None else 0

    def create_of(self, change: Change) -> Doubt:
        """Return what the next attempt would send.

        For a create that can't be sent again, or that left the outline, return what the last
        attempt sent.
        """
        attempt = self.attempts.get(change.address)
        if attempt is not None and (change.after is None or change.awaits):
            return attempt.doubt
        return Doubt(
            sent=in_order(change.after),
            marker=self.marker_of(change),
            reason="",
            attempts=self.times_sent(change),
            since="",
        )

    def stamp(self) -> str:
        """Return the time, ISO 8601 in UTC."""
        return self.world.clock.stamp()

    def go_on(self) -> None:
        """Raise Stop if the run must end, or was asked to."""
        self.log.check()
        self.sender.go_on()

    def course_of(self, change: Change) -> CourseRun:
        """Return the course of a change."""
        return self._course(change.course_id)

    def _course(self, course_id: int) -> CourseRun:
        return self._identified.get(course_id) or self.courses[course_id]

    def resolved(self, change: Change) -> Change:
        """Replace each `Ref` by the Id of the record, if this run created it."""
        if change.awaits is None:
            return change
        after = {name: self._id_for(value) for name, value in (change.after or {}).items()}
        course_id, held = self.course_of(change).id, change.held
        if isinstance(held, Entry) and held.id == change.course_id != course_id:
            sent = change.kind.identified(held.sent, course_id)
            held = replace(held, id=course_id, sent=sent)
        return replace(change, after=after, course_id=course_id, held=held)

    def _id_for(self, value: FieldValue | Ref) -> FieldValue | Ref:
        made = self.results.get(value.ref) if isinstance(value, Ref) else None
        return value if made is None or not made.done else made.record_id or value

    def conclude(self, result: Result, holds: str = "") -> None:
        """Record the result of a change, and report it as progress; the journal has it already.

        `holds` is why nothing more is done in its course, if so.
        """
        if holds:
            self.course_of(result.change).hold(holds)
        result = self._in_its_course(result)
        stamped = replace(result, at=self.stamp())
        if result.change.action.writes and result.change.address not in self.results:
            self.sender.planned -= 1
        self.results[result.change.address] = stamped
        self.world.progress.concluded(stamped, self.sender.rest() if self.sender.planned else 0.0)

    def _in_its_course(self, result: Result) -> Result:
        """Note the Id of a course that a result gives."""
        change, made = result.change, result.record_id if result.done else None
        if made is None or not (change.kind.is_course and is_provisional(change.course_id)):
            return result
        course = self._identified[made] = self.course_of(change)
        course.id = made
        return replace(result, change=replace(change, course_id=made))

    def adopt(self, change: Change, sent: Attributes, record: Record, status: Status) -> None:
        """Adopt a record as the one that a create made, or would have made.

        The entry has the differences between the record and `sent`, the attributes that the create
        sent or would send; the next plan shows them. Raises StateError if no journal can be opened.
        """
        made = Entry(
            sent=change.kind.identified(in_order(sent), record.id),
            id=record.id,
            protected=change.stays_protected,
            unconfirmed=status is Status.SETTLED,
        )
        entry = as_read(made, record, change.kind, left_of(change))
        self.known[change.kind].add(record.id)
        self.log.record(Look(address=change.address, entry=entry, at=self.stamp()))
        self.conclude(Result(change, status, record.id))

    def listed(self, listings: Iterable[Listing]) -> Mapping[Listing, Sequence[Record]]:
        """List the records of some courses; raises Stop if no usable answer came.

        Unmanaged records that a list shows only in part are read by their Ids.
        """
        wanted: dict[Kind, list[int]] = {kind: [] for kind in KINDS.values()}
        for course, kind in listings:
            wanted[kind].append(course)
        found: dict[Listing, list[Record]] = {}
        for kind, courses in wanted.items():
            if not courses:
                continue
            listed = self.lookout.around(kind, {*courses})
            records = listed.found.values()
            self.seen[kind].update(record.id for record in records)
            self.lists_markers |= any(is_marker(record.marker) for record in records)
            found |= {(course, kind): [] for course in courses}
            read = self.lookout.whole(kind, records, partial(self._is_vague, kind))
            for record in read.found.values():
                # a course without an Id may be any course of the site
                for course in courses if kind.is_course else [record.course_id]:
                    found.setdefault((course, kind), []).append(record)
                self.reads_markers |= is_marker(record.marker)
            failures = {
                each.course_id: f"{kind.name} {each.id} can't be read: {read.failures[each.id]}"
                for each in records
                if each.id in read.failures
            }
            for course in courses:
                unread = failures.get(course, "")
                self._course(course).note_look(kind, listed.answered[course], unread)
        self.shown.update(found)
        return found

    def _is_vague(self, kind: Kind, record: Record) -> bool:
        """Return whether the list shows too little of a record to tell if it is looked for."""
        is_marked = record.marker or self.lists_markers or not self.marks
        return record.id not in self.known[kind] and (bool(record.unknown) or not is_marked)

    def pause_before_look(self, sought: Sequence[Address], number: int, left: float) -> None:
        """Wait before look `number` for some records, for at most `left` seconds; raises Stop."""
        others = f" and {len(sought) - 1} more" if len(sought) > 1 else ""
        pause = min(_LOOKS[min(number, len(_LOOKS)) - 1], left)
        self.sender.pause(pause, f"looking for {sought[0]}{others} on the site", left)


def sendable(change: Change) -> Attributes | None:
    """Return the attributes that a change sends; None if it sends none, or not all are known."""
    return None if change.after is None or change.awaits else in_order(change.after)


def in_order(attributes: Planned | None) -> dict[str, FieldValue]:
    """Return attributes sorted by name, as the journal and the state store them.

    Raises TypeError for a Ref: a record whose holder has no Id yet must not be sent.
    """
    found: dict[str, FieldValue] = {}
    for name, value in sorted((attributes or {}).items()):
        if isinstance(value, Ref):
            raise TypeError(f"{value.ref} has no Id yet")
        found[name] = value
    return found
