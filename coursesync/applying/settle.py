"""Settling: is what a create would make, or may have made, on the server?

The first look comes before anything is sent: what a lost machine made is adopted, not made again.
Where there may be more of that than a list that lags shows yet, a second look comes later.
What is in doubt is looked for again and again, for a list may lag; exactly one record that fits is
adopted, no trace after the settling time lets the create be sent once more, and anything else is
left to a person.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from coursesync.applying.looks import listed, pause_before_look
from coursesync.applying.recognise import (
    Absent,
    Found,
    Unclear,
    Wanted,
    recognise,
)
from coursesync.applying.report import Result, Status
from coursesync.applying.run import Doubtful, in_order
from coursesync.applying.traces import REASON, are_told, traces
from coursesync.nexudus.outcome import Problem
from coursesync.planning.plan import Action
from coursesync.state import journal
from coursesync.state.state import Candidate, Doubt
from coursesync.text import count as count_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from coursesync.applying.recognise import Recognition
    from coursesync.applying.run import CourseRun, Run
    from coursesync.kinds.address import Address
    from coursesync.nexudus.records import Record
    from coursesync.planning.plan import Change

MAX_SENT = 3  # times that one create is sent, each time after looks that found no trace of it


def look_around(run: Run) -> None:
    """Look at each course that gets something new; raises Stop where that can't be done."""
    looked = [course for course in run.courses if course.looks]
    _look_once(run, looked)
    left = [course for course in looked if not course.held and _creates(run, course)]
    if left and run.terms.settling and _may_have_lost_a_run(run, left):
        why = f"an earlier run may have made these {left[0].kind.plural}, and lists may lag"
        run.sender.pause(run.terms.settling, why)
        found = listed(run, left)
        for course in left:
            _adopt_found(run, course, _findings(run, course, found[course.id]))


def look_again(run: Run, course: CourseRun) -> None:
    """Look at a course once more before a create: others could have written meanwhile.

    The run waited, or the API turned a create away that it may have carried out all the same.

    Raises:
        Stop: that can't be done.
    """
    _adopt_found(run, course, _findings(run, course, listed(run, [course])[course.id]))


def _look_once(run: Run, looked: Iterable[CourseRun]) -> None:
    courses = {course.id: course for course in looked}
    found = listed(run, courses.values())
    known = {entry.parent_id for entry in run.state.entries.values()} if courses else set()
    unseen = [each for each in courses if not found[each] and each not in known]
    missing = run.lookout.missing(unseen) if unseen else frozenset()
    for course in courses.values():
        if course.id in missing:
            _refuse(run, course)
        else:
            _first_look(run, course, found[course.id])


def _may_have_lost_a_run(run: Run, left: Iterable[CourseRun]) -> bool:
    """Say whether records may be there that the state never knew: by a run that was lost."""
    adopted = (result.status is Status.ADOPTED for result in run.results.values())
    creates = (change for course in left for change in _creates(run, course))
    told = (are_told(change, run.terms.elsewhere) for change in creates)
    return run.state.serial == 0 or any(adopted) or any(told)


def _creates(run: Run, course: CourseRun) -> list[Change]:
    """Return the creates that nothing has become of yet, and that are not being looked for."""
    return [
        change
        for change in course.changes
        if change.action.looks
        and change.after is not None
        and change.address not in run.results
        and change.address not in course.doubts
    ]


def settle(run: Run) -> None:
    """Look for what is in doubt until all of it is settled, or left to a person.

    Raises:
        Stop: the run must end, or was told to.
    """
    for number in count():
        doubtful = [course for course in run.courses if course.doubts]
        if not doubtful:
            return
        if number:
            _pause(run, doubtful, number)
        for course in doubtful:
            run.go_on()
            now = run.world.clock.now()
            findings = _findings(run, course, listed(run, [course])[course.id])
            for doubt in list(course.doubts.values()):
                found = findings[doubt.change.address]
                _decide(run, course, doubt, found, over=now >= doubt.until)
            if not course.doubts:
                _adopt_found(run, course, findings)  # newer than the first look


def _refuse(run: Run, course: CourseRun) -> None:
    """Send nothing to a course that is not there; what is in doubt in it is left to a person."""
    course.held = f"there is no course {course.id} in Nexudus"
    creates = []
    for change in course.changes:
        if change.action is Action.DOUBT:
            left = run.state.doubts[change.address]
            candidates, reason = tuple(left.candidates), f"{left.reason}; {course.held}"
            run.conclude(Result(change, Status.IN_DOUBT, reason=reason, candidates=candidates))
        elif change.action.looks:
            creates.append(change)
    for change in creates[:1]:
        problem = Problem(change.kind.parent_property, course.held)
        run.conclude(Result(change, Status.REFUSED, reason=course.held, problems=(problem,)))


def _first_look(run: Run, course: CourseRun, records: Iterable[Record]) -> None:
    findings = _findings(run, course, records)
    for change in course.changes:
        if change.action is Action.DOUBT:
            _take_up(run, course, change, findings[change.address])
    _adopt_found(run, course, findings)


def _adopt_found(run: Run, course: CourseRun, findings: Mapping[Address, Recognition]) -> None:
    """Take what is there already for what is still to be sent."""
    if course.unread:
        course.held = course.unread
        return
    for change in _creates(run, course):
        match findings[change.address]:
            case Unclear() as unclear:
                _leave_in_doubt(run, course, change, unclear)
            case Found(record):
                was_sent = run.sent[change.address]
                status = Status.SETTLED if was_sent else Status.ADOPTED
                if was_sent:  # it may be another run's, and our own not be listed yet
                    until = run.world.clock.now() + run.terms.settling
                    run.settled_until = max(run.settled_until, until)
                run.adopt(change, change.attributes, record, status)


def _take_up(run: Run, course: CourseRun, change: Change, found: Recognition) -> None:
    """Go on with a doubt that an earlier run left."""
    left = run.state.doubts[change.address]
    # where it was looked for to the end already, lists have long caught up: one look is enough
    settling = 0.0 if left.candidates else run.terms.settling
    until = run.world.clock.now() + settling
    doubt = Doubtful(
        change,
        left.attributes,
        left.since,
        left.reason,
        until,
        claimed=left.claimed,
        marker=left.marker,
    )
    course.doubts[change.address] = doubt
    _decide(run, course, doubt, found, over=not settling)


def _findings(
    run: Run, course: CourseRun, records: Iterable[Record]
) -> Mapping[Address, Recognition]:
    ignored = run.managed.union(run.state.strangers)
    unmanaged = [record for record in records if record.id not in ignored]
    sought = [c for c in course.changes if c.action.looks and c.address not in run.results]
    # what no outline wants any more comes first: a record may be the same one under a new key
    former = recognise([_wanted(run, course, c) for c in sought if c.after is None], unmanaged)
    taken = {found.record.id for found in former.values() if isinstance(found, Found)}
    rest = [record for record in unmanaged if record.id not in taken]
    wanted = [change for change in sought if change.after is not None]
    found = recognise([_wanted(run, course, change) for change in wanted], rest)
    for change in wanted:
        if found[change.address] == Absent() and (
            left := traces(change, run.terms.elsewhere, rest)
        ):
            found[change.address] = Unclear(REASON, left)
    return {**former, **found}


def _wanted(run: Run, course: CourseRun, change: Change) -> Wanted:
    doubt = course.doubts.get(change.address) or run.state.doubts.get(change.address)
    sent, since = (doubt.attributes, doubt.since) if doubt else (change.after, None)
    before = doubt.before if isinstance(doubt, Doubtful) else None
    marker = doubt.marker if doubt else run.marker_of(change)
    is_certain = doubt is not None and marker is not None and run.reads_markers
    return Wanted(change.address, change.kind, sent or {}, since, before, marker, is_certain)


def _decide(
    run: Run, course: CourseRun, doubt: Doubtful, found: Recognition, *, over: bool
) -> None:
    """Settle a doubt by what a look found; what may only lag is left to the next look."""
    change = doubt.change
    match found:
        case Absent() | Unclear() if not over:
            return
        case Absent() if course.unread:
            course.held = course.unread
            run.conclude(Result(change, Status.IN_DOUBT, reason=f"{doubt.reason}; {course.unread}"))
        case Absent() if run.sent[change.address] < MAX_SENT and not doubt.claimed:
            run.log.record(journal.Look(address=change.address, at=run.stamp()))
            if change.after is None:  # no outline wants it any more
                run.conclude(Result(change, Status.SETTLED))
        case Absent():  # it was often enough, or the API said that it was made: no more by itself
            course.held = f"{change.address} is in doubt"
            times = count_of(run.sent[change.address], "time")
            reason = f"{doubt.reason}; it was sent {times}, and no trace of it is there"
            run.conclude(Result(change, Status.IN_DOUBT, reason=reason))
        case Unclear():
            _leave_in_doubt(run, course, change, found, doubt)
        case _:
            run.settled_until = max(run.settled_until, doubt.until)
            run.adopt(change, doubt.attributes, found.record, Status.SETTLED)
            if change.after is None:
                course.held = f"{change.address} is on the site; make a new plan"
    del course.doubts[change.address]


def _leave_in_doubt(
    run: Run, course: CourseRun, change: Change, unclear: Unclear, before: Doubtful | None = None
) -> None:
    """Leave it to a person which of the candidates it is, if any; `before` is what was known."""
    candidates = tuple(map(_candidate, unclear.candidates))
    doubt = Doubt(
        attributes=in_order(before.attributes if before else change.after),
        candidates=candidates,
        claimed=before is not None and before.claimed,
        marker=before.marker if before else None,
        parent_id=change.parent_id,
        reason=unclear.reason,
        sent=run.sent[change.address],
        since=before.since if before else run.stamp(),
    )
    run.log.record(journal.Look(address=change.address, doubt=doubt, at=run.stamp()))
    course.held = f"{change.address} is in doubt"
    run.conclude(Result(change, Status.IN_DOUBT, reason=unclear.reason, candidates=candidates))


def _candidate(record: Record) -> Candidate:
    return Candidate(
        attributes=in_order(record.attributes),
        created_on=record.created_on,
        id=record.id,
        updated_by=record.updated_by,
        updated_on=record.updated_on,
    )


def _pause(run: Run, doubtful: Sequence[CourseRun], number: int) -> None:
    doubts = [doubt for course in doubtful for doubt in course.doubts.values()]
    left = max(max(doubt.until for doubt in doubts) - run.world.clock.now(), 0.0)
    pause_before_look(run, [doubt.change.address for doubt in doubts], number, left)
