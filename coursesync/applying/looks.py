"""Looks: lists the courses of a run.

Owns the requests, and the pauses between two looks. It must never decide anything: `settle` and
`last_look` do.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from coursesync.kinds.marker import is_marker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from coursesync.applying.run import CourseRun, Run
    from coursesync.kinds.address import Address
    from coursesync.nexudus.records import Record

_LOOKS = (1.0, 2.0, 4.0, 8.0, 15.0)  # seconds between looks; the last one repeats


def listed(run: Run, courses: Iterable[CourseRun]) -> Mapping[int, Sequence[Record]]:
    """List the records of some courses; raises Stop if no usable answer came.

    Unmanaged records that a list shows only in part are read by their Ids.
    """
    found: dict[int, Sequence[Record]] = {}
    for kind, alike in groupby(courses, key=lambda course: course.kind):
        same = list(alike)
        records = run.lookout.around(kind, {course.id for course in same})
        run.seen.update(record.id for record in records)
        run.lists_markers |= any(is_marker(record.marker) for record in records)
        by_course: dict[int, list[Record]] = {course.id: [] for course in same}
        unread: dict[int, str] = {}
        for record in run.lookout.whole(kind, records, partial(_is_vague, run), unread):
            by_course.setdefault(record.parent_id, []).append(record)
            run.reads_markers |= is_marker(record.marker)
        homes = {record.parent_id: record.id for record in records if record.id in unread}
        for course in same:
            course.looked = run.lookout.listed_at[course.id]
            _note_unread(course, homes.get(course.id), unread)
        found.update(by_course)
    run.shown.update(found)
    return found


def _note_unread(course: CourseRun, record_id: int | None, unread: Mapping[int, str]) -> None:
    """Note which record of a course can't be read; release the course if it can be read now."""
    if course.held == course.unread:
        course.held = ""
    course.unread = ""
    if record_id is not None:
        course.unread = f"{course.kind.name} {record_id} can't be read: {unread[record_id]}"


def _is_vague(run: Run, record: Record) -> bool:
    """Return whether the list shows too little of a record to tell if we are looking for it."""
    if record.id in run.managed or record.id in run.state.strangers:
        return False
    return bool(record.unknown) or (run.marks and not (record.marker or run.lists_markers))


def pause_before_look(run: Run, addresses: Sequence[Address], number: int, left: float) -> None:
    """Wait before the next look, for at most `left` seconds.

    Raises:
        Stop: the run was asked to stop.
    """
    sought = str(addresses[0])
    if len(addresses) > 1:
        sought += f" and {len(addresses) - 1} more"
    pause = min(_LOOKS[min(number, len(_LOOKS)) - 1], left)
    run.sender.pause(pause, f"looking for {sought} on the site", left)
