"""Reads the records that the plan overwrites, before they are overwritten.

Owns the check that nobody edited a record in the meantime. If somebody did, its course stops before
its first write and a person decides, unless the run may overwrite drift. An update is laid over the
record as just read, because a PUT may reset what it leaves out.

It must never base an update on a record that was read more than a minute ago.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

from coursesync.applying.report import Result, Status
from coursesync.applying.run import sendable
from coursesync.applying.world import MAX_AGE
from coursesync.errors import Command, Remedy, Stop
from coursesync.kinds import KINDS
from coursesync.kinds.marker import marker_of
from coursesync.nexudus.limits import IDS_AT_ONCE
from coursesync.planning.action import Action
from coursesync.planning.leave import leaves_contents_of_others, left_of
from coursesync.planning.live_diff import (
    differing,
    edits,
    has_ours,
    ignoring,
    is_last_attempt,
    same,
    same_value,
)
from coursesync.state.journal import Look
from coursesync.text import at, inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.applying.run import Run
    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.planning.change import Change

_AHEAD = 45.0  # seconds within which the records of one read should be written
_MOST_FIELDS = 3  # that a message names
_MAX_READINGS = 5  # reads of one record before one write


def recheck(run: Run) -> None:
    """Read the records that the plan overwrites; raises Stop if that is impossible."""
    every = (change for change in run.plan.changes if change.action.overwrites)
    changes = [change for change in every if change.record_id is not None]
    for kind in dict.fromkeys(change.kind for change in changes):
        _read(run, kind, [change for change in changes if change.kind is kind])


def current(run: Run, change: Change) -> Record | None:
    """Return the record that a change overwrites, read less than a minute ago.

    None if it does not exist or may not be overwritten; the change then has its result. Raises Stop
    if it can't be read, or the run was asked to stop.
    """
    record_id = change.entry.id
    for _ in range(_MAX_READINGS):
        read_at, record = run.fresh.get((change.kind, record_id), (float("-inf"), None))
        if run.world.clock.now() - read_at < MAX_AGE:
            return record
        _read(run, change.kind, [change, *_next(run, change)])
        if change.address in run.results:
            return None
        run.sender.until_writable()
    raise Stop(
        f"the API is too slow: {change.address} could not be read in the minute before its update",
        "Try again later.",
    )


def note_written(run: Run, change: Change) -> None:
    """Note that a record was written: what was read of it before is no longer so.

    A course's record is overwritten by changes of two kinds.
    """
    if change.kind.is_course:
        for kind in (each for each in KINDS.values() if each.record is change.kind.record):
            run.fresh.pop((kind, change.record_id or 0), None)


def _next(run: Run, change: Change) -> Iterator[Change]:
    """Yield the changes that will be written soon after one, in order."""
    later = islice(dropwhile(lambda each: each is not change, run.plan.changes), 1, None)
    waiting = (
        each
        for each in later
        if each.action.writes and each.address not in run.results and not run.course_of(each).held
    )
    for number, each in enumerate(waiting, 1):
        if number >= IDS_AT_ONCE or run.sender.seconds_for(number) > _AHEAD:
            return
        if each.action.overwrites and each.kind is change.kind and each.record_id:
            yield each


def _read(run: Run, kind: Kind, changes: Sequence[Change]) -> None:
    """Read records by their Ids, and hold the courses of those that others changed."""
    read_at = run.world.clock.now()
    read = run.lookout.records(kind, [change.entry.id for change in changes])
    for change in changes:
        record_id = change.entry.id
        if record_id in read.failures:
            # it may be edited, so it is skipped; its course goes on
            reason = f"it can't be read: {read.failures[record_id]}"
            run.conclude(Result(change, Status.UNREADABLE, record_id, reason))
            continue
        found = read.found.get(record_id)
        record = found and ignoring(found, left_of(change))
        run.fresh[kind, record_id] = (read_at, record)
        if record is None:
            # a deletion is sent anyway: its answer says for certain whether the record exists
            if change.action is not Action.DELETE:
                gone = Result(change, Status.GONE, record_id, "it is no longer on the site")
                run.conclude(gone, holds=f"{change.address} was deleted on the site")
            continue
        _note_attempt(run, change, record)
        if reason := _edited(run, change, record):
            keep = _keeping(change, record)
            drifted = Result(change, Status.DRIFTED, record_id, reason, remedy=keep)
            run.conclude(drifted, holds=f"{change.address} was edited on the site")


def _note_attempt(run: Run, change: Change, record: Record) -> None:
    """Journal that an update without an answer was carried out.

    The answer to the next update may also be lost; the journal entry lets a later run recognise
    this one as ours. A record that arrives from another course keeps its entry there until its move
    is confirmed.
    """
    entry = change.entry
    if change.from_course is not None or not is_last_attempt(entry, record, change.kind):
        return
    if differing(entry.known, record, change.kind):
        updated_on = None if leaves_contents_of_others(change, record) else record.updated_on
        ours = replace(
            entry, attempted=None, sent=entry.attempted or {}, seen={}, updated_on=updated_on
        )
        run.log.record(Look(address=change.address, entry=ours, at=run.stamp()))


def _keeping(change: Change, record: Record) -> Sentence:
    """Return how to keep an edit; it takes an option if the outline changes the same field."""
    entry, kind = change.entry, change.kind
    if record.course_id != kind.course_id_of(entry.sent):
        return "To keep a move to another course, move the lines in the outlines as well."
    first = "To keep the site's version, bring it into the outline:"
    if change.resource is None:
        first = f"To keep the {kind.name}, put its lines back into the outline, then run:"
    names = edits(entry, record, kind)
    has_both = any(
        not names_of.isdisjoint(names) and not same_value(row, entry.known, change.attributes, kind)
        for row in kind.fields
        if (names_of := frozenset(row.properties))
    )
    theirs = change.resource is not None and has_both
    return Remedy(first, Command("pull", change.address, theirs=theirs))


def _unread(change: Change, record: Record) -> list[str]:
    """Return the fields of a course that its update would overwrite, although nobody read them."""
    kind, after, has = change.kind, sendable(change), record.attributes
    if after is None or not kind.is_course:
        return []
    names = (name for name in after if name not in change.entry.known and has.get(name))
    return [*dict.fromkeys(kind.field_of(n) for n in names if not same(n, after, has, kind))]


def _edited(run: Run, change: Change, record: Record) -> str:
    """Return who edited a record, in words; "" if it may be overwritten."""
    entry, kind = change.entry, change.kind
    # also ours: an update without an answer, and what this one would send
    ours = [entry.known, *(each for each in (entry.attempted, sendable(change)) if each)]
    who = f" by {inert(record.updated_by, 100)}" if record.updated_by else ""
    by = f"{who}{at(record.updated_on)}"
    course_id = kind.course_id_of(entry.sent)
    is_elsewhere = record.course_id not in {course_id, change.course_id}
    if is_elsewhere:
        at_home = change.previous_address or change.address
        home = marker_of(run.state.target, kind.home_in(entry.sent), at_home)
        if record.marker != home and not any(
            has_ours(sent, record.attributes, kind) for sent in ours
        ):
            return (
                f"its Id belongs to a {kind.name} of the course {record.course_id} that "
                f"coursesync never wrote, last written{by}"
            )
    if not run.terms.overwrite_drift and (unread := _unread(change, record)):
        return f"coursesync never read its {listed(unread, _MOST_FIELDS)}, last written{by}"
    if run.terms.overwrite_drift or any(not edits(entry, record, kind, sent) for sent in ours):
        return ""
    others = [(sent, edits(entry, record, kind, sent)) for sent in ours]
    # a value that people wrote on the site is no edit if the outline has it as well
    if all(any(n in sent and n not in differ for sent, differ in others) for n in others[0][1]):
        return ""
    if is_elsewhere:
        return f"it was moved to the course {record.course_id} on the site{by}"
    return f"it was edited on the site{by}"
