"""Reads the courses of an import from the site.

Owns what is read again by its Id: a list may leave out what decides whether a record may become an
item. It must never write.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, Denied
from coursesync.kinds import ITEMS, LISTED, kind_of
from coursesync.kinds.marker import is_marker
from coursesync.operations.import_records import Found, LiveCourse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.listing import Lookout
    from coursesync.nexudus.records import Record
    from coursesync.state.state import State


def read_courses(
    lookout: Lookout, state: State, course_ids: Sequence[int]
) -> Mapping[int, LiveCourse]:
    """Read the courses, all if no Ids are given, and their records; returns them by Id."""
    titles = lookout.titles(course_ids) if course_ids else lookout.all_titles()
    if missing := sorted(set(course_ids) - titles.keys()):
        raise CoursesyncError(
            f"there is no course {missing[0]} in Nexudus",
            "Open the course in Nexudus; its Id is in the address of the page. The embedded "
            "sandbox has only the courses of your outlines.",
        )
    looked_for: list[Kind] = []
    found: dict[int, list[Found]] = {course_id: [] for course_id in sorted(titles)}
    gone: dict[int, dict[Address, int]] = {course_id: {} for course_id in found}
    for kind in ITEMS.values():
        if kind.within is None or kind.within in looked_for:
            try:
                records, lost = _records(lookout, kind, titles, state)
            except Denied:  # the credentials are good: they have read the kind before
                if kind is LISTED:
                    raise
                continue
            looked_for.append(kind)
            for record in records:
                if record.course_id in found:  # else it was moved in the meantime
                    found[record.course_id].append(Found(kind, record))
            for at in lost:
                gone[kind.course_id_of(state.entries[at].sent)][at] = state.entries[at].id
    return {
        each: LiveCourse(each, titles[each], found[each], looked_for, gone[each]) for each in found
    }


def _records(
    lookout: Lookout, kind: Kind, courses: Collection[int], state: State
) -> tuple[Iterator[Record], list[Address]]:
    """Read the records of a kind; one that can't be read is as its list has it.

    Where the state has records or creates in doubt, a record without an entry needs its marker.

    Returns:
        The records, and the addresses of those that the state has and the site has not.
    """
    ours = {at: each for at, each in state.entries.items() if kind_of(at) is kind}
    here = {at: e.id for at, e in ours.items() if kind.course_id_of(e.sent) in courses}
    swept = lookout.sweep(kind, courses, here.values())
    listed = swept.found
    gone = [at for at, number in here.items() if number not in listed.keys() | swept.failures]
    sent = [each.sent for each in ours.values()]
    sent += [each.sent for at, each in state.doubts.items() if kind_of(at) is kind]
    touched = {kind.course_id_of(each) for each in sent}
    known = {entry.id for entry in ours.values()}
    are_marked = any(is_marker(record.marker) for record in listed.values())

    def is_vague(record: Record) -> bool:
        lacks_marker = not record.marker and not are_marked and record.id not in known
        return bool(record.unknown) or (lacks_marker and record.course_id in touched)

    read = lookout.whole(kind, listed.values(), is_vague)
    unread = (listed[each] for each in listed if each in read.failures)
    return chain(read.found.values(), unread), gone
