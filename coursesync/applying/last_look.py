"""The last look of a run: does each course list each new record exactly once?

Owns the search for twins and for wrong Ids after the last create. Two runs may have created the
same record. This run waits until its own new records appear in the list; older ones, including
another run's, then appear as well, even if lists lag. An answer may also have given the Id of a
record that others created.

It must never confirm a record that it did not see in its course.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from coursesync.applying.report import Result, Status
from coursesync.applying.run import CourseRun
from coursesync.applying.settle import settle
from coursesync.applying.sought import Sought
from coursesync.kinds import KINDS, kind_of
from coursesync.planning.action import Action
from coursesync.planning.change import Change
from coursesync.planning.drift import twins_among
from coursesync.planning.live_diff import same, was_ours
from coursesync.planning.scope import unconfirmed_in
from coursesync.planning.twins import namesakes
from coursesync.state.confirmed import unconfirmed
from coursesync.state.journal import Look

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from coursesync.applying.run import Listing, Run
    from coursesync.kinds.address import Address
    from coursesync.nexudus.records import Record
    from coursesync.planning.drift import Drifted
    from coursesync.state.state import Doubt

_NEW = {Status.CREATED, Status.SETTLED}  # an adopted record was in a list already


def last_look(run: Run) -> None:
    """List the courses that got something new until they show all of it.

    Read missing records by their Ids. Also look for the records that an earlier run created and
    could not confirm. Raises Stop if a course can't be listed.
    """
    _take_up_earlier(run)
    courses = [course for course in run.courses.values() if any(_made(run, course))]
    if not courses:
        run.twins = tuple(_twins(run))
        return
    found, missing = _until_all_is_listed(run, courses)
    if wrong := [*_misplaced(run, missing), *_others(run, courses, found)]:
        for result, reason in wrong:
            _doubt(run, result, reason)
        settle(run)
        found, missing = _until_all_is_listed(run, courses)
    run.unlisted = tuple(result for result in missing if not _is_gone(run, result))
    run.twins = tuple(_twins(run))
    run.unread = tuple(unread for c in courses for unread in c.unread.values() if unread)
    run.confirmed = _confirmed(run, courses)


def _take_up_earlier(run: Run) -> None:
    """Treat the unconfirmed records of earlier runs as created by this one."""
    for address, entry in unconfirmed_in(run.state, run.plan.scope).items():
        if address in run.results:
            continue
        kind = kind_of(address)
        parent = kind.course_id_of(entry.sent)
        change = Change(Action.CREATE, address, kind, parent, after=entry.known)
        course = run.courses.setdefault(parent, CourseRun(parent, []))
        course.changes.append(change)
        run.results[address] = Result(change, Status.CREATED, entry.id, at=run.stamp())
        run.earlier.append(address)


def _made(run: Run, course: CourseRun) -> Iterator[Result]:
    """Yield the results of the creates of a course that succeeded."""
    for change in course.changes:
        result = run.results.get(change.address)
        if result is not None and result.status in _NEW and result.record_id is not None:
            yield result


def _until_all_is_listed(
    run: Run, courses: Collection[CourseRun]
) -> tuple[Mapping[Listing, Sequence[Record]], list[Result]]:
    """Return the last lists, and the creates missing from them when the settling time ended.

    Each look lists all courses, because another run may still write to any of them. If a create was
    settled with a record from a list, that may be another run's, so the looks repeat until the
    settling time ends.
    """
    until = run.world.clock.now() + run.terms.settling
    number = 0
    while True:
        number += 1
        made = [result for course in courses for result in _made(run, course)]
        found = run.listed({(each.change.course_id, each.change.kind): None for each in made})
        shown = {(listing, record.id) for listing, each in found.items() for record in each}
        missing = [
            each
            for each in made
            if ((each.change.course_id, each.change.kind), each.record_id) not in shown
        ]
        rest = (until if missing else run.settled_until) - run.world.clock.now()
        if rest <= 0:
            return found, missing
        run.pause_before_look([each.change.address for each in missing or made], number, rest)


def _misplaced(run: Run, missing: Sequence[Result]) -> Iterator[tuple[Result, str]]:
    """Yield the creates whose Id can't be theirs, because it is not in their course.

    Others may have moved or deleted a record of an earlier run; that is no mistake.
    """
    for result in missing:
        change, record_id = result.change, result.record_id or 0
        is_earlier = change.address in run.earlier
        record = run.lookout.records(change.kind, [record_id]).all().get(record_id)
        given = f"the API gave it the Id {record_id}"
        if record is None:
            if not is_earlier:
                yield result, f"{given}, but has no {change.kind.name} with it"
        elif record.course_id != change.course_id and not _is_marked(run, result, record):
            entry = run.state.entries[change.address] if is_earlier else None
            if entry is None or not was_ours(entry, record, change.kind):
                yield result, f"{given}, which belongs to a {change.kind.name} of another course"


def _is_gone(run: Run, result: Result) -> bool:
    """Return whether others deleted or moved a record of an earlier run; drift reports that."""
    change, record_id = result.change, result.record_id or 0
    if change.address not in run.earlier:
        return False
    record = run.lookout.records(change.kind, [record_id]).all().get(record_id)
    return record is None or record.course_id != change.course_id


def _others(
    run: Run, courses: Collection[CourseRun], found: Mapping[Listing, Sequence[Record]]
) -> Iterator[tuple[Result, str]]:
    """Yield the creates whose Id belongs to a record with another title than the one that was sent.

    For a record of an earlier run, order and contents must differ too: others may have retitled it.
    """
    made_now = run.log.led_to().entries
    by_id = {
        (course.id, each.change.kind, each.record_id): each
        for course in courses
        for each in _made(run, course)
    }
    for (course_id, kind), records in found.items():
        made = {each.id: by_id.get((course_id, kind, each.id)) for each in records}
        ours = {record_id: result for record_id, result in made.items() if result is not None}
        title = kind.title_property
        every = tuple(filter(None, (title, kind.order_property, kind.contents_property)))
        compared = {
            record_id: every if result.change.address in run.earlier else every[:1]
            for record_id, result in ours.items()
        }
        listed = [each for each in records if each.id in ours]
        whole = run.lookout.whole(kind, listed, partial(_lacks_any, compared))
        for record in whole.all().values():
            result, names = ours[record.id], compared[record.id]
            # an outline that was edited since an interrupted run wants something else
            address = result.change.address
            sent = (run.state.entries if address in run.earlier else made_now)[address].sent
            is_other = not any(same(name, sent, record.attributes, kind) for name in names)
            if is_other and not _is_marked(run, result, record):
                given = f"the API gave it the Id {record.id}"
                yield result, f"{given}, which belongs to another {kind.name} of this course"


def _lacks_any(compared: Mapping[int, Sequence[str]], record: Record) -> bool:
    return not record.unknown.isdisjoint(compared[record.id])


def _confirmed(run: Run, courses: Collection[CourseRun]) -> frozenset[Address]:
    """Return the addresses whose record was found once, in its course."""
    looked = {(c.id, kind) for c in courses for kind in c.looked if not c.unread.get(kind)}
    held = {each.address for each in run.twins}
    held |= {result.change.address for result in run.unlisted}
    return frozenset(
        address
        for address, entry in unconfirmed(run.log.led_to()).items()
        if (kind_of(address).course_id_of(entry.sent), kind_of(address)) in looked
        and address not in held
    )


def _is_marked(run: Run, result: Result, record: Record) -> bool:
    return record.marker is not None and record.marker == _as_sent(run, result.change).marker


def _as_sent(run: Run, change: Change) -> Doubt:
    """Return a create as it was sent, whatever its outline wants by now."""
    if (attempt := run.attempts.get(change.address)) is not None:
        return attempt.doubt
    # an earlier run created it
    return replace(run.create_of(change), sent=run.state.entries[change.address].sent, attempts=1)


def _doubt(run: Run, result: Result, reason: str) -> None:
    """Take a wrong Id back: the create is in doubt again."""
    change, wrong = result.change, result.record_id
    doubt = replace(_as_sent(run, change), claimed=True, reason=reason, since=result.at)
    run.log.record(Look(address=change.address, doubt=doubt, at=run.stamp()))
    run.known[change.kind].discard(wrong or 0)
    run.sender.planned += 1
    del run.results[change.address]
    run.attempts[change.address] = Sought(change, doubt)
    run.course_of(change).doubts[change.address] = run.world.clock.now()


def _twins(run: Run) -> Iterator[Drifted]:
    """Yield the twins among the records that the last look at each course showed."""
    state = run.log.led_to()
    for kind in KINDS.values():
        shown = [each for (_, of), each in run.shown.items() if of is kind]
        records = [record for each in shown for record in each]
        if not records:
            continue
        live = {record.id: record for record in records}
        ids = namesakes(state, records, kind)
        alike = [each for each in records if each.id in ids]
        live |= run.lookout.whole(kind, alike, lambda _: True).found
        yield from twins_among(state, live, kind)
