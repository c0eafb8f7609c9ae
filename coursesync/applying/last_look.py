"""The last look of a run: did the courses get what was sent to them, once?

Two runs that could not see each other may both have created a record. Whichever of them ends later
sees the other's records here, even if lists lag: it looks until it sees its own, which are newer.
An answer may also have given the Id of a record that others made: that one is in another course.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from coursesync.applying.looks import listed, pause_before_look
from coursesync.applying.report import Result, Status
from coursesync.applying.run import CourseRun, Doubtful, in_order
from coursesync.applying.settle import settle
from coursesync.kinds import KINDS, kind_of
from coursesync.planning.drift import Drifted, Finding
from coursesync.planning.live_diff import same_value, value_in, was_ours
from coursesync.planning.plan import Action, Change
from coursesync.planning.twins import namesakes, twins
from coursesync.state.journal import Look
from coursesync.state.state import Doubt, unconfirmed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from coursesync.applying.run import Run
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record

_NEW = {Status.CREATED, Status.SETTLED}  # what is adopted was in a list already


def last_look(run: Run) -> None:
    """List once more the courses that got something new, until they show all of it.

    What is missing is looked for by its Id. What an earlier run created, and could not look for, is
    looked for as well. Raises Stop where a look can't be made.
    """
    _take_up_earlier(run)
    courses = [course for course in run.courses if any(_made(run, course))]
    if not courses:
        run.twins = tuple(_twins(run, run.courses, _looked_at(run)))
        return
    found, missing = _until_all_is_listed(run, courses)
    if wrong := [*_misplaced(run, missing), *_others(run, courses, found)]:
        for result, reason in wrong:
            _doubt(run, result, reason)
        settle(run)
        found, missing = _until_all_is_listed(run, courses)
    run.unlisted = tuple(result for result in missing if not _is_gone(run, result))
    run.twins = tuple(_twins(run, run.courses, [*found, *_looked_at(run, but=courses)]))
    run.unread = tuple(course.unread for course in courses if course.unread)
    run.confirmed = _confirmed(run, courses)


def _take_up_earlier(run: Run) -> None:
    """Take what an earlier run created for something that this one did."""
    courses = {course.id: course for course in run.courses}
    for address, entry in unconfirmed(run.state).items():
        if address in run.results:
            continue
        kind, parent = kind_of(address), entry.parent_id
        change = Change(Action.CREATE, address, kind, parent, after=entry.attributes)
        if parent not in courses:
            courses[parent] = CourseRun(parent, kind, ())
            run.courses.append(courses[parent])
        courses[parent].changes = (*courses[parent].changes, change)
        run.results[address] = Result(change, Status.CREATED, entry.id, at=run.stamp())
        run.earlier.append(address)


def _made(run: Run, course: CourseRun) -> Iterator[Result]:
    """Yield what is new in a course."""
    for change in course.changes:
        result = run.results.get(change.address)
        if result is not None and result.status in _NEW and result.record_id is not None:
            yield result


def _until_all_is_listed(
    run: Run, courses: Collection[CourseRun]
) -> tuple[Sequence[Record], list[Result]]:
    """Return the records of the courses, and what is missing there after the settling time.

    All are listed each time: another run may go on in those that show everything already. Where a
    list has settled a create whose answer was lost, it may have shown another run's record before
    our own: then the looks go on to the end of the settling time.
    """
    until = run.world.clock.now() + run.terms.settling
    number = 0
    while True:
        number += 1
        found = listed(run, courses)
        records = [record for each in found.values() for record in each]
        shown = {(record.parent_id, record.id) for record in records}
        made = [result for course in courses for result in _made(run, course)]
        missing = [each for each in made if (each.change.parent_id, each.record_id) not in shown]
        now = run.world.clock.now()
        rest = (until if missing else run.settled_until) - now
        if rest <= 0:
            return records, missing
        pause_before_look(run, [each.change.address for each in missing or made], number, rest)


def _misplaced(run: Run, missing: Sequence[Result]) -> Iterator[tuple[Result, str]]:
    """Yield what is not in its course, and was given an Id that can't be its own.

    What an earlier run created, others may have moved or deleted since.
    """
    entries = run.log.led_to().entries if missing else {}
    for result in missing:
        change, record_id = result.change, result.record_id or 0
        is_earlier = change.address in run.earlier
        record = run.lookout.records(change.kind, [record_id]).get(record_id)
        given = f"the API gave it the Id {record_id}"
        if record is None:
            if not is_earlier:
                yield result, f"{given}, but has no such {change.kind.name}"
        elif record.parent_id != change.parent_id and not _is_marked(run, result, record):
            entry = entries.get(change.address)
            is_ours = entry is not None and was_ours(entry, record, change.kind)
            if not (is_earlier and is_ours):
                yield result, f"{given}, which belongs to a {change.kind.name} of another course"


def _is_gone(run: Run, result: Result) -> bool:
    """Say whether what an earlier run created is not in its course any more: drift tells of it."""
    change, record_id = result.change, result.record_id or 0
    if change.address not in run.earlier:
        return False
    record = run.lookout.records(change.kind, [record_id]).get(record_id)
    return record is None or record.parent_id != change.parent_id


def _others(
    run: Run, courses: Collection[CourseRun], found: Sequence[Record]
) -> Iterator[tuple[Result, str]]:
    """Yield what was given the Id of a record that has another title.

    What an earlier run created, others may have retitled since: then all of it has to differ.
    """
    for course in courses:
        kind, made = course.kind, {result.record_id: result for result in _made(run, course)}
        every = (kind.title_property, kind.order_property, kind.contents_property)
        tellers = {
            record_id: every if result.change.address in run.earlier else every[:1]
            for record_id, result in made.items()
        }
        ours = [each for each in found if each.parent_id == course.id and each.id in made]
        is_vague = partial(_lacks, tellers)
        for record in run.lookout.whole(kind, ours, is_vague):
            result = made[record.id]
            sent = result.change.after
            if sent is None:  # no outline wants it any more; it was recognised in a list
                continue
            is_other = not any(
                same_value(name, sent.get(name, ""), value_in(record.attributes, name, kind), kind)
                for name in tellers[record.id]
            )
            if is_other and not _is_marked(run, result, record):
                given = f"the API gave it the Id {record.id}"
                yield result, f"{given}, which belongs to another {kind.name} of this course"


def _lacks(tellers: Mapping[int | None, Sequence[str]], record: Record) -> bool:
    return not record.unknown.isdisjoint(tellers[record.id])


def _looked_at(run: Run, but: Collection[CourseRun] = ()) -> list[Record]:
    """Return what earlier looks of this run showed of the other courses."""
    listed_again = {course.id for course in but}
    return [
        record
        for course, records in run.shown.items()
        if course not in listed_again
        for record in records
    ]


def _confirmed(run: Run, courses: Collection[CourseRun]) -> frozenset[Address]:
    """Return what was created and found in its course, once."""
    looked = {course.id for course in courses if not course.unread}
    held = {each.address for each in run.twins}
    held |= {result.change.address for result in run.unlisted}
    return frozenset(
        address
        for address, entry in unconfirmed(run.log.led_to()).items()
        if entry.parent_id in looked and address not in held
    )


def _is_marked(run: Run, result: Result, record: Record) -> bool:
    return record.marker is not None and record.marker == run.marker_of(result.change)


def _doubt(run: Run, result: Result, reason: str) -> None:
    """Take a wrong Id back: nobody knows under which Id the record was created, if it was."""
    change, wrong = result.change, result.record_id
    marker = run.marker_of(change)
    doubt = Doubt(
        attributes=in_order(change.after),
        claimed=True,
        marker=marker,
        parent_id=change.parent_id,
        reason=reason,
        sent=run.sent[change.address],
        since=result.at,
    )
    run.log.record(Look(address=change.address, doubt=doubt, at=run.stamp()))
    run.managed.discard(wrong or 0)
    run.sender.planned += 1
    del run.results[change.address]
    course = next(each for each in run.courses if each.id == change.parent_id)
    course.doubts[change.address] = Doubtful(
        change,
        in_order(change.after),
        result.at,
        reason,
        run.world.clock.now(),
        claimed=True,
        marker=marker,
    )


def _read(
    run: Run, kind: Kind, records: Sequence[Record], ids: Collection[int]
) -> Sequence[Record]:
    """Read what a list left out of some records; what can't be read now is left out as well."""
    chosen = [each for each in records if each.id in ids]
    return run.lookout.whole(kind, chosen, lambda _: True, {})


def _twins(
    run: Run, courses: Collection[CourseRun], records: Sequence[Record]
) -> Iterator[Drifted]:
    if not records:
        return
    state, live = run.log.led_to(), {record.id: record for record in records}
    for kind in KINDS.values():
        if all(course.kind is not kind for course in courses):
            continue
        alike = namesakes(state, records, kind)
        live |= {each.id: each for each in _read(run, kind, records, alike)}
        for twin_id, address in sorted(twins(state, live.values(), kind).items()):
            entry, record = state.entries.get(address), live[twin_id]
            own = live.get(entry.id) if entry is not None else None
            course = record.parent_id
            yield Drifted(Finding.TWIN, course, kind, address, entry, record, own=own)
