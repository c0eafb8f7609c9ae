"""Settling: does the server have the record of a create?

Owns the decision to adopt a record, to send a create again, or to ask a person.

- Before anything is sent, each course is listed: an earlier run whose state was lost may have
  created the record. If lists may lag behind that run, the course is listed again after the
  settling time.
- A create in doubt is looked for until the settling time is over. Exactly one record that fits is
  adopted. If no record resembles it, the create is sent again. Anything else is left to a person.

It must never send a create again while its record may exist.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from coursesync.applying.recognise import Absent, Found, Unclear, may_exist, recognise, trace
from coursesync.applying.report import Result, Status
from coursesync.applying.run import in_order
from coursesync.applying.sought import Sought
from coursesync.kinds import KINDS, kind_of
from coursesync.kinds.field import is_provisional
from coursesync.nexudus.outcome import Problem
from coursesync.state import journal
from coursesync.state.state import Candidate, Doubt
from coursesync.text import count as count_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from coursesync.applying.recognise import Recognition
    from coursesync.applying.run import CourseRun, Run
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.planning.change import Change


def look_around(run: Run) -> None:
    """List each course that gets something new, one kind after the other; raises Stop.

    Adopt the records of a kind before listing their children's: a child needs its parent's Id.
    """
    for kind in KINDS.values():
        open_courses = [course for course in run.courses.values() if not course.held]
        for course in open_courses:
            course.changes = [run.resolved(change) for change in course.changes]
        sought = [c for c in open_courses if any(map(_sought_of(kind), c.changes))]
        if sought:
            _look_around(run, kind, sought)


def _sought_of(kind: Kind) -> Callable[[Change], bool]:
    return lambda change: change.kind is kind and change.is_sought


def _look_around(run: Run, kind: Kind, courses: Collection[CourseRun]) -> None:
    found = run.listed((course.id, kind) for course in courses)
    unseen = [
        each.id
        for each in courses
        if not (is_provisional(each.id) or found[each.id, kind] or _is_known(run, each))
    ]
    missing = run.lookout.missing(unseen) if unseen else frozenset()
    for course in courses:
        if course.id in missing:
            _refuse(run, course)
        else:
            _first_look(run, course, kind, found[course.id, kind])
    left = [course for course in courses if not course.held and _creates(run, course, kind)]
    if left and run.terms.settling and _may_have_lost_a_run(run, left, kind):
        why = (
            f"apply looks at the site twice before it creates these {kind.plural}, because an "
            "earlier run may have created them, and lists may lag"
        )
        run.sender.pause(run.terms.settling, why)
        look_again(run, kind, left)


def look_again(run: Run, kind: Kind, courses: Collection[CourseRun]) -> None:
    """List courses again before a create; raises Stop if that is impossible.

    Others could have written while the run waited, and the API may have carried out a create that
    it rejected.
    """
    found = run.listed((course.id, kind) for course in courses)
    for course in courses:
        findings = _findings(run, course, kind, found[course.id, kind])
        _adopt_found(run, course, kind, findings)


def _is_known(run: Run, course: CourseRun) -> bool:
    """Return whether the state has a record of a course, so that the course must exist."""
    arrivals = sum(change.from_course is not None for change in course.changes)
    known = run.plan.courses.get(course.id)  # a course that this run created is not among them
    return known is None or known.managed > arrivals


def _may_have_lost_a_run(run: Run, left: Iterable[CourseRun], kind: Kind) -> bool:
    """Return whether a lost run may have created records that the state does not know."""
    adopted = (result.status is Status.ADOPTED for result in run.results.values())
    creates = (change for course in left for change in _creates(run, course, kind))
    traced = (may_exist(change, run.terms.elsewhere) for change in creates)
    return run.state.serial == 0 or any(adopted) or any(traced)


def _creates(run: Run, course: CourseRun, kind: Kind) -> list[Change]:
    """Return the creates of a kind that can be sent, have no result yet and are not in doubt."""
    return [
        change
        for change in filter(_sought_of(kind), course.changes)
        if change.after is not None
        and change.awaits is None
        and change.address not in run.results
        and change.address not in course.doubts
    ]


def settle(run: Run) -> None:
    """Look for the creates in doubt until each is settled or left to a person; raises Stop."""
    for number in count():
        doubtful = [course for course in run.courses.values() if course.doubts]
        if not doubtful:
            return
        if number:
            sought = {at: end for course in doubtful for at, end in course.doubts.items()}
            left = max(max(sought.values()) - run.world.clock.now(), 0.0)
            run.pause_before_look([*sought], number, left)
        for course in doubtful:
            run.go_on()
            kinds = dict.fromkeys(kind_of(address) for address in course.doubts)
            now = run.world.clock.now()
            found = run.listed((course.id, kind) for kind in kinds)
            for kind in kinds:
                findings = _findings(run, course, kind, found[course.id, kind])
                for address in [each for each in course.doubts if kind_of(each) is kind]:
                    _decide(run, run.attempts[address], findings[address], now)
                if not course.doubts:
                    _adopt_found(run, course, kind, findings)  # newer than the first look


def _refuse(run: Run, course: CourseRun) -> None:
    """Send nothing to a course that does not exist; leave its creates in doubt to a person."""
    course.hold(f"there is no course {course.id} in Nexudus")
    creates = []
    for change in course.changes:
        if change.doubt is not None:
            reason, candidates = f"{change.doubt.reason}; {course.held}", change.candidates
            run.conclude(Result(change, Status.IN_DOUBT, reason=reason, candidates=candidates))
        elif change.action.looks:
            creates.append(change)
    for change in creates[:1]:
        problem = Problem(change.kind.course_property, course.held)
        run.conclude(Result(change, Status.REFUSED, reason=course.held, problems=(problem,)))


def _first_look(run: Run, course: CourseRun, kind: Kind, records: Iterable[Record]) -> None:
    findings = _findings(run, course, kind, records)
    for change in filter(_sought_of(kind), course.changes):
        if change.doubt is not None:
            # an earlier run already found candidates, so the lists are up to date: look once
            settling = 0.0 if change.candidates else run.terms.settling
            now = run.world.clock.now()
            course.doubts[change.address] = now + settling
            _decide(run, run.attempts[change.address], findings[change.address], now)
    _adopt_found(run, course, kind, findings)


def _adopt_found(
    run: Run, course: CourseRun, kind: Kind, findings: Mapping[Address, Recognition]
) -> None:
    """Adopt the records that the creates of a course would duplicate."""
    if unread := course.unread.get(kind):
        course.hold(unread, kind)
        return
    for change in _creates(run, course, kind):
        match findings[change.address]:
            case Unclear() as unclear:
                _leave_in_doubt(run, change, unclear)
            case Found(record):
                was_sent = run.times_sent(change)
                status = Status.SETTLED if was_sent else Status.ADOPTED
                if was_sent:  # it may be another run's record, and ours may not be listed yet
                    until = run.world.clock.now() + run.terms.settling
                    run.settled_until = max(run.settled_until, until)
                run.adopt(change, in_order(change.after), record, status)


def _findings(
    run: Run, course: CourseRun, kind: Kind, records: Iterable[Record]
) -> Mapping[Address, Recognition]:
    listed = [*records]
    unmanaged = [record for record in listed if record.id not in run.known[kind]]
    claimed = run.claimed(course, kind, listed)
    sought = [
        run.attempts[change.address]
        if change.address in course.doubts
        else Sought(change, change.doubt or run.create_of(change))
        for change in filter(_sought_of(kind), course.changes)
        if change.address not in run.results
    ]
    # first match the creates that left the outline: a new resource may be the same one with another
    # key
    unwanted = [each for each in sought if each.change.after is None]
    former = recognise(unwanted, unmanaged, claimed, keeps_markers=run.reads_markers)
    taken = {found.record.id for found in former.values() if isinstance(found, Found)}
    rest = [record for record in unmanaged if record.id not in taken]
    wanted = [each for each in sought if each.change.after is not None]
    found = recognise(wanted, rest, claimed, keeps_markers=run.reads_markers)
    for each in wanted:
        if found[each.address] == Absent():
            found[each.address] = trace(each.change, run.terms.elsewhere, rest)
    return {**former, **found}


def _decide(run: Run, sought: Sought, found: Recognition, now: float) -> None:
    """Settle a doubt by what a look at `now` found, unless a list may still lag."""
    change = sought.change
    course = run.course_of(change)
    until = course.doubts[change.address]
    match found:
        case Absent() | Unclear() if now < until:
            return
        case Absent() if unread := course.unread.get(change.kind):
            reason = f"{sought.doubt.reason}; {unread}"
            run.conclude(Result(change, Status.IN_DOUBT, reason=reason))
            course.hold(unread, change.kind)
        case Absent() if sought.doubt.may_be_sent:
            run.log.record(journal.Look(address=change.address, at=run.stamp()))
            if change.after is None:  # no outline wants it any more
                run.conclude(Result(change, Status.SETTLED))
        case Absent():  # sent often enough, or the API reported success: a person has to decide
            times = count_of(run.times_sent(change), "time")
            reason = f"{sought.doubt.reason}; it was sent {times}, and no record of it was found"
            doubtful = Result(change, Status.IN_DOUBT, reason=reason)
            run.conclude(doubtful, holds=f"{change.address} is in doubt")
        case Unclear():
            _leave_in_doubt(run, change, found, sought.doubt)
        case _:
            run.settled_until = max(run.settled_until, until)
            run.adopt(change, sought.attributes, found.record, Status.SETTLED)
            if change.after is None:
                course.hold(f"{change.address} is on the site; make a new plan")
    del course.doubts[change.address]


def _leave_in_doubt(
    run: Run, change: Change, unclear: Unclear, before: Doubt | None = None
) -> None:
    """Leave the choice among the candidates to a person; `before` is the doubt until now."""
    candidates = tuple(_candidate(each, marked=unclear.marked) for each in unclear.candidates)
    known = before or replace(run.create_of(change), since=run.stamp())
    doubt = replace(known, candidates=candidates, reason=unclear.reason)
    run.log.record(journal.Look(address=change.address, doubt=doubt, at=run.stamp()))
    left = Result(change, Status.IN_DOUBT, reason=unclear.reason, candidates=candidates)
    run.conclude(left, holds=f"{change.address} is in doubt")


def _candidate(record: Record, *, marked: bool) -> Candidate:
    return Candidate(
        attributes=in_order(record.attributes),
        created_on=record.created_on,
        id=record.id,
        marked=marked,
        updated_by=record.updated_by,
        updated_on=record.updated_on,
    )
