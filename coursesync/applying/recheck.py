"""Are the records that are about to be overwritten still as we wrote them?

What someone else edited meanwhile is not overwritten unless the run is told to: its course stops
before its first write, and a person decides.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from coursesync.applying.report import Result, Status
from coursesync.applying.write import record_id_of
from coursesync.planning.live_diff import differing, edited, is_last_attempt
from coursesync.planning.plan import Action
from coursesync.state.journal import Look
from coursesync.text import at, inert

if TYPE_CHECKING:
    from coursesync.applying.run import CourseRun, Run
    from coursesync.nexudus.records import Record
    from coursesync.planning.plan import Change


def recheck(run: Run) -> None:
    """Read the records that the plan overwrites; raises Stop where that can't be done."""
    courses = {course.id: course for course in run.courses}
    changes = [change for change in run.plan.changes if change.action.overwrites]
    for kind, alike in groupby(changes, key=lambda change: change.kind):
        same = list(alike)
        found = run.lookout.records(kind, [record_id_of(change) for change in same])
        for change in same:
            record = found.get(record_id_of(change))
            if record is None:
                _hold_gone(run, courses[change.parent_id], change)
                continue
            run.lives_in[record.id] = record.parent_id
            _note_attempt(run, change, record)
            if reason := _edited(run, change, record):
                _hold(run, courses[change.parent_id], change, Status.DRIFTED, reason)


def _hold_gone(run: Run, course: CourseRun, change: Change) -> None:
    # a deletion is sent all the same: it says for certain whether there is anything to delete
    if change.action is not Action.DELETE:
        _hold(run, course, change, Status.GONE, "it is not on the site any more")


def _note_attempt(run: Run, change: Change, record: Record) -> None:
    """Note that a record is as an update of ours wanted it of which no answer came.

    The next one may be lost too: who looks then is to know this one for ours. One that comes from
    another course has its entry there until it is known to have come.
    """
    entry = run.state.entries[change.was or change.address]
    if change.arrives or not is_last_attempt(entry, record, change.kind):
        return
    if differing(entry, record, change.kind):
        sent, updated_on = entry.attempted or {}, record.updated_on
        seen = replace(entry, attempted=None, attributes=sent, updated_on=updated_on)
        run.log.record(Look(address=change.address, entry=seen, at=run.stamp()))


def _edited(run: Run, change: Change, record: Record) -> str:
    """Say by whom a record was edited; "" where it may be overwritten."""
    entry = run.state.entries[change.was or change.address]
    # an update that was cut off may have been carried out, or one that the state has lost
    others = [each for each in (entry.attempted, change.after) if each]
    ours = [entry, *(replace(entry, attributes=dict(each)) for each in others)]
    if run.terms.overwrite_drift or any(not edited(each, record, change.kind) for each in ours):
        return ""
    by = f" by {inert(record.updated_by, 100)}" if record.updated_by else ""
    return f"it was edited on the site{by}{at(record.updated_on)}"


_HELD = {Status.DRIFTED: "was edited", Status.GONE: "was deleted"}


def _hold(run: Run, course: CourseRun, change: Change, status: Status, reason: str) -> None:
    course.held = f"{change.address}, which {_HELD[status]} on the site"
    run.conclude(Result(change, status, change.record_id, reason))
