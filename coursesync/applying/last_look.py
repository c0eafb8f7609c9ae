"""The last look of a run: did the courses get what was sent to them, once?

Two runs that could not see each other may both have created a section. Whichever of them ends later
sees the other's records here, even if lists lag: it looks until it sees its own, which are newer.
An answer may also have given the Id of a record that others made: that one is in another course.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.applying.report import Status
from coursesync.applying.run import CourseRun, Doubtful, in_order
from coursesync.applying.settle import listed, pause_before_look, settle
from coursesync.kinds import KINDS, kind_of
from coursesync.kinds.address import course_of
from coursesync.planning.drift import Drifted, Finding
from coursesync.planning.live_diff import same_value, was_ours
from coursesync.planning.twins import twins
from coursesync.state.journal import Look
from coursesync.state.state import Doubt

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from coursesync.applying.report import Result
    from coursesync.applying.run import Run
    from coursesync.nexudus.records import Record
    from coursesync.state.state import State

_NEW = {Status.CREATED, Status.SETTLED}  # what is adopted was in a list already


def unfinished(state: State) -> frozenset[int]:
    """Return the courses in which a run that was cut off may have created something.

    Nobody has seen yet whether another run created the same there.

    Args:
        state: with what that run left in its journal.
    """
    return frozenset(
        entry.parent_id
        for address, entry in state.entries.items()
        if course_of(address) not in state.courses
    )


def last_look(run: Run) -> None:
    """List once more the courses that got something new, until they show all of it.

    What is missing is looked for by its Id. Raises Stop where a look can't be made.
    """
    courses = [course for course in run.courses if any(_made(run, course))]
    courses += _cut_off(run, {course.id for course in courses})
    if not courses:
        return
    found, missing = _until_all_is_listed(run, courses)
    if wrong := [*_misplaced(run, missing), *_others(run, courses, found)]:
        for result, reason in wrong:
            _doubt(run, result, reason)
        settle(run)
        found, missing = _until_all_is_listed(run, courses)
    run.unlisted = tuple(missing)
    run.twins = tuple(_twins(run, courses, found))


def _cut_off(run: Run, looked: Collection[int]) -> Iterator[CourseRun]:
    """Yield the other courses in which an earlier run was cut off, before its own last look."""
    left = run.terms.unfinished
    kinds = {
        entry.parent_id: kind_of(address)
        for address, entry in (run.state.entries.items() if left else ())
        if entry.parent_id in left and entry.parent_id not in looked
    }
    for course, kind in sorted(kinds.items()):
        yield CourseRun(course, kind, ())


def _made(run: Run, course: CourseRun) -> Iterator[Result]:
    """Yield what this run has new in a course."""
    for change in course.changes:
        result = run.results.get(change.address)
        if result is not None and result.status in _NEW and result.record_id is not None:
            yield result


def _until_all_is_listed(
    run: Run, courses: Collection[CourseRun]
) -> tuple[Sequence[Record], list[Result]]:
    """Return the records of the courses, and what is missing there after the settling time.

    All are listed each time: another run may go on in those that show everything already.
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
        rest = until - run.world.clock.now()
        if not missing or rest <= 0:
            return records, missing
        pause_before_look(run, [each.change.address for each in missing], number, rest)


def _misplaced(run: Run, missing: Sequence[Result]) -> Iterator[tuple[Result, str]]:
    """Yield what is not in its course, and was given an Id that can't be its own."""
    entries = run.log.led_to().entries if missing else {}
    for result in missing:
        change, record_id = result.change, result.record_id or 0
        record = run.lookout.records(change.kind, [record_id]).get(record_id)
        given = f"the API gave it the Id {record_id}"
        if record is None:
            yield result, f"{given}, but has no such section"
        elif record.parent_id != change.parent_id and not _is_marked(run, result, record):
            entry = entries.get(change.address)
            if entry is not None and not was_ours(entry, record, change.kind):
                yield result, f"{given}, which belongs to a section of another course"


def _others(
    run: Run, courses: Collection[CourseRun], found: Sequence[Record]
) -> Iterator[tuple[Result, str]]:
    """Yield what was given the Id of a record that has another title and another place."""
    for course in courses:
        kind, made = course.kind, {result.record_id: result for result in _made(run, course)}
        names = (kind.title_property, kind.order_property)
        ours = [each for each in found if each.parent_id == course.id and each.id in made]
        for record in run.lookout.whole(kind, ours, lambda each: bool(each.unknown & {*names})):  # noqa: B023
            result = made[record.id]
            sent = result.change.after
            if sent is None:  # no outline wants it any more; it was recognised in a list
                continue
            is_other = not any(
                same_value(name, sent[name], record.attributes.get(name), kind) for name in names
            )
            if is_other and not _is_marked(run, result, record):
                given = f"the API gave it the Id {record.id}"
                yield result, f"{given}, which belongs to another section of this course"


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


def _twins(
    run: Run, courses: Collection[CourseRun], records: Sequence[Record]
) -> Iterator[Drifted]:
    state, live = run.log.led_to(), {record.id: record for record in records}
    for kind in KINDS.values():
        if all(course.kind is not kind for course in courses):
            continue
        for twin_id, address in sorted(twins(state, records, kind).items()):
            entry, record = state.entries[address], live[twin_id]
            own = live.get(entry.id)
            course = record.parent_id
            yield Drifted(Finding.TWIN, course, kind, address, entry, record, own=own)
