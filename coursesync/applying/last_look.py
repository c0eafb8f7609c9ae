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
from coursesync.planning.drift import Drifted, Finding
from coursesync.planning.live_diff import was_ours
from coursesync.planning.twins import twins
from coursesync.state.journal import Look
from coursesync.state.state import Doubt

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from coursesync.applying.report import Result
    from coursesync.applying.run import Run
    from coursesync.nexudus.records import Record

_NEW = {Status.CREATED, Status.SETTLED}  # what is adopted was in a list already


def last_look(run: Run) -> None:
    """List once more the courses that got something new, until they show all of it.

    What is missing is looked for by its Id. Raises Stop where a look can't be made.
    """
    courses = [course for course in run.courses if any(_made(run, course))]
    courses += _cut_off(run, {course.id for course in courses})
    if not courses:
        return
    found, missing = _until_all_is_listed(run, courses)
    wrong = [result for result in missing if _is_wrong(run, result)]
    for result in wrong:
        _doubt(run, result)
    run.unlisted = tuple(result for result in missing if result not in wrong)
    if wrong:
        settle(run)
    run.twins = tuple(_twins(run, courses, found))


def _cut_off(run: Run, looked: Collection[int]) -> Iterator[CourseRun]:
    """Yield the other courses in which an earlier run was cut off, before its own last look."""
    unfinished = run.terms.unfinished
    kinds = {
        entry.parent_id: kind_of(address)
        for address, entry in (run.state.entries.items() if unfinished else ())
        if entry.parent_id in unfinished and entry.parent_id not in looked
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
    """Return the records of the courses, and what is missing there after the settling time."""
    until = run.world.clock.now() + run.terms.settling
    found: dict[int, Sequence[Record]] = {}
    left = list(courses)
    number = 0
    missing: list[Result] = []
    while left:
        if number:
            rest = until - run.world.clock.now()
            if rest <= 0:
                break
            pause_before_look(run, [each.change.address for each in missing], number, rest)
        number += 1
        found.update(listed(run, left))
        lacking = {course.id: _missing(run, course, found[course.id]) for course in left}
        left = [course for course in left if lacking[course.id]]
        missing = [result for each in lacking.values() for result in each]
    return [record for each in found.values() for record in each], missing


def _missing(run: Run, course: CourseRun, records: Sequence[Record]) -> list[Result]:
    listed_ids = {record.id for record in records}
    return [result for result in _made(run, course) if result.record_id not in listed_ids]


def _is_wrong(run: Run, result: Result) -> bool:
    """Say whether the Id that a create was given is that of a record that others made."""
    assert result.record_id is not None  # noqa: S101 - `_made` yields no other
    change = result.change
    record = run.lookout.records(change.kind, [result.record_id]).get(result.record_id)
    if record is None or record.parent_id == change.parent_id:
        return False
    entry = run.log.led_to().entries.get(change.address)
    is_marked = record.marker is not None and record.marker == run.marker_of(change)
    return entry is not None and not is_marked and not was_ours(entry, record, change.kind)


def _doubt(run: Run, result: Result) -> None:
    """Take a wrong Id back: nobody knows under which Id the record was created, if it was."""
    change, wrong = result.change, result.record_id
    reason = f"the API gave it the Id {wrong}, which is that of a section of another course"
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
