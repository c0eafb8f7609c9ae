"""The records on the server of the courses that a run touches, in as few reads as possible.

Owns the looks at the server. Lists say which records exist; what they leave out is read by Id.
Reads are sent again until a usable answer comes. It must never believe one answer that a record is
missing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from coursesync.errors import Remedy, Shell, Stop
from coursesync.nexudus.limits import IDS_AT_ONCE
from coursesync.nexudus.records import (
    PAGE_SIZE,
    read_page,
    read_record,
    read_records,
    read_title_page,
    read_titles,
)
from coursesync.nexudus.sender import BETWEEN_TRIES, Unusable
from coursesync.text import count, same_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.ports import Remote
    from coursesync.nexudus.records import Page, Record
    from coursesync.nexudus.sender import Sender

MAX_RECORDS = 200_000  # in one list: forty times what the largest course may have
MAX_READINGS = 5
MOST_MISSING = 200  # records; if more are missing, this is another account than the state's
MOST_UNREADABLE = 3  # records in a row; after this many, the API itself is broken
FEW = 3  # courses; for more, look at the number of all records first


class Lookout:
    """Looks at courses and their records for a run."""

    def __init__(self, sender: Sender, remote: Remote) -> None:
        self._sender = sender
        self._remote = remote
        # by course: `interruptions` when its list was answered
        self.listed_at: dict[int, int] = {}
        self._read: dict[int, Record] = {}  # by Id: those of which a list left something out

    def missing(self, courses: Collection[int]) -> frozenset[int]:
        """Return the given courses that are not on the server; raises Stop as `titles` does."""
        left = frozenset(courses) - self.titles(courses).keys()
        if left:  # one answer is not proof
            self._sender.pause(BETWEEN_TRIES, f"the API knows no course {min(left)}; asking again")
            left -= self.titles(left).keys()
        return left

    def titles(self, courses: Collection[int]) -> Mapping[int, str]:
        """Return the titles of existing courses by Id; raises Stop without a usable answer."""
        found: dict[int, str] = {}
        for part in batched(sorted(courses)):
            ask = partial(self._remote.courses, part)
            found.update(self._sender.until_usable("Course-Read", ask, read_titles))
        return found

    def all_titles(self) -> Mapping[int, str]:
        """Return the titles of all courses by Id; raises Stop, also if they are too many."""
        found: dict[int, str] = {}
        number, pages = 0, 1
        while number < pages:
            if pages > MAX_RECORDS // PAGE_SIZE:
                raise Stop(
                    f"the account has more than {MAX_RECORDS:,} courses",
                    Remedy("Name those to import, each with", Shell("--course", "ID")),
                )
            number += 1
            ask = partial(self._remote.all_courses, number)
            more, pages = self._sender.until_usable(
                "Course-List", ask, partial(read_title_page, number=number)
            )
            found.update(more)
        unnamed = [course for course, title in found.items() if not title]
        return {**found, **self.titles(unnamed)}

    def around(self, kind: Kind, courses: Collection[int]) -> Mapping[int, Sequence[Record]]:
        """List each course alone, or all records at once: whichever takes fewer requests.

        The list of all records is read twice; its first page has already been read. A course takes
        one request, or more if it is large.
        """
        everything = None
        if len(courses) > FEW:
            first = self._page(kind, 1, None)
            self.listed_at.update(dict.fromkeys(courses, self._sender.interruptions))
            if 2 * first.pages - 1 < len(courses) and first.total <= MAX_RECORDS:
                everything = self._list(kind, None, first)
        if everything is None:
            return {course: self.course(kind, course) for course in courses}
        found: dict[int, list[Record]] = {course: [] for course in courses}
        for record in everything:
            if record.parent_id in found:
                found[record.parent_id].append(record)
        return found

    def course(self, kind: Kind, course: int) -> Sequence[Record]:
        """List the records of one course; raises Stop without a usable answer."""
        first = self._page(kind, 1, course)
        self.listed_at[course] = self._sender.interruptions
        listed = self._list(kind, course, first)
        # the API does not document how exact its filter is
        return [record for record in listed if record.parent_id == course]

    def sweep(
        self,
        kind: Kind,
        courses: Collection[int],
        ids: Collection[int],
        unreadable: dict[int, str] | None = None,
    ) -> Sequence[Record]:
        """List the records of several courses, and the records of some Ids wherever they are.

        Takes one request a course or the pages of all records, whichever is less, each read once. A
        list may lag or change while it is read: a record that is not in it is read by its Id.
        `unreadable` is as in `records`.
        """
        wanted = frozenset(ids)
        found = {
            record.id: record
            for record in self._swept(kind, courses)
            if record.parent_id in courses or record.id in wanted
        }
        missing = wanted - found.keys()
        return [*found.values(), *self.records(kind, missing, unreadable).values()]

    def _swept(self, kind: Kind, courses: Collection[int]) -> Iterator[Record]:
        # most sites have less than a page of records; for others this costs one request
        first = self._page(kind, 1, None) if len(courses) > 1 else None
        if first is not None and first.pages <= len(courses):
            yield from self._list(kind, None, first, readings=1)
            return
        for course in sorted(courses):
            first = self._page(kind, 1, course)
            yield from self._list(kind, course, first, readings=1)

    def records(
        self, kind: Kind, ids: Collection[int], unreadable: dict[int, str] | None = None
    ) -> Mapping[int, Record]:
        """Return the records of these Ids that exist.

        A record missing from the first answer is requested alone; it counts as deleted if it is
        missing again.
        `unreadable` gets the Id of each record that the API fails to return, and why; if it is
        None, Stop is raised for them. Raises Stop also if more are missing than anyone deletes by
        hand.
        """
        lost = dict[int, str]()
        found = {record.id: record for record in self._named(kind, ids, lost)}
        missing = [each for each in ids if each not in found and each not in lost]
        if len(missing) > MOST_MISSING:
            raise Stop(
                f"{len(missing):,} of the {len(ids):,} known {kind.plural} are not on the site",
                "Is this the right account? Check the base URL and the credentials.",
                unusable=True,
            )
        found.update((each.id, each) for each in self._each(kind, missing, lost))
        if unreadable is not None:
            unreadable.update(lost)
        elif lost:
            raise _unreadable(lost)
        return {record_id: found[record_id] for record_id in ids if record_id in found}

    def whole(
        self,
        kind: Kind,
        listed: Iterable[Record],
        is_vague: Callable[[Record], bool],
        unreadable: dict[int, str] | None = None,
    ) -> list[Record]:
        """Replace incomplete (`is_vague`) records by a read by Id; drop records that are gone.

        A record that was read before, and that nobody has written since, is not read again.
        `unreadable` is as in `records`.
        """
        records = [self._as_read(record) for record in listed]
        vague = {record.id for record in records if record.whole is None and is_vague(record)}
        if not vague:
            return records
        found = self.records(kind, vague, unreadable)
        self._read.update(found)
        return [
            found.get(record.id, record)
            for record in records
            if record.id in found or record.id not in vague
        ]

    def _as_read(self, listed: Record) -> Record:
        read = self._read.get(listed.id)
        is_same = read is not None and same_moment(read.updated_on, listed.updated_on)
        return read if read is not None and is_same else listed

    def _named(
        self, kind: Kind, ids: Collection[int], unreadable: dict[int, str]
    ) -> Iterator[Record]:
        for part in batched(sorted(ids)):
            ask = partial(self._remote.records, kind, part)
            read = partial(read_records, kind=kind)
            try:
                yield from self._sender.until_usable(f"{kind.role}-Read", ask, read)
            except Unusable:  # perhaps because of one of them
                yield from self._each(kind, part, unreadable)

    def _each(
        self, kind: Kind, ids: Collection[int], unreadable: dict[int, str]
    ) -> Iterator[Record]:
        """Read records one by one; note which of them the API fails to return, and how."""
        in_a_row = 0
        none: Sequence[Record] = ()  # for an Id that the API does not know
        for record_id in ids:
            try:
                ask = partial(self._remote.record, kind, record_id)
                read = partial(read_record, kind=kind)
                yield from self._sender.until_usable(f"{kind.role}-Read", ask, read, missing=none)
                in_a_row = 0
            except Unusable as error:
                unreadable[record_id] = error.failure
                in_a_row += 1
                if in_a_row == MOST_UNREADABLE:
                    raise _unreadable(unreadable) from error

    def _list(
        self, kind: Kind, course: int | None, first: Page, readings: int = 2
    ) -> Sequence[Record]:
        """Read all pages until there are as many records as the list itself counts.

        If there are several pages, also until two readings in a row have the same records: when a
        record is removed during a reading, another can move to a page that was read already. One
        reading is enough for a caller that reads missing records by Id.
        """
        before: Collection[int] = ()
        why = f"its list of {kind.plural} changes while it is read"
        for again in range(MAX_READINGS):
            first = self._page(kind, 1, course) if again else first
            found = self._reading(kind, course, first)
            if len(found) != first.total:
                why = f"its list of {kind.plural} has {len(found):,}, but counts {first.total:,}"
                self._sender.pause(BETWEEN_TRIES, why)
            elif first.pages <= 1 or readings == 1 or found.keys() == before:
                return list(found.values())
            before = found.keys()
        raise Unusable(why)

    def _reading(self, kind: Kind, course: int | None, first: Page) -> Mapping[int, Record]:
        """Read the remaining pages, but no more records than the first page counts."""
        if first.total > MAX_RECORDS:
            raise Unusable(
                f"its list counts {first.total:,} {kind.plural}; the limit is {MAX_RECORDS:,}"
            )
        found = {record.id: record for record in first.records}
        for number in range(2, first.pages + 1):
            page = self._page(kind, number, course)
            found.update((record.id, record) for record in page.records)
            if not page.records or len(found) > first.total:
                break
        return found

    def _page(self, kind: Kind, number: int, course: int | None) -> Page:
        return self._sender.until_usable(
            f"{kind.role}-List",
            partial(self._remote.search, kind, number, course),
            partial(read_page, kind=kind, number=number),
        )


def batched(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the Ids in batches that fit into one request."""
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]


def _unreadable(records: Mapping[int, str]) -> Stop:
    first, *more = sorted(records)
    others = f" and {count(len(more), 'other')}" if more else ""
    return Stop(
        f"the API gives no usable answer for the record {first}{others}: {records[first]}",
        "Look at it in Nexudus, and try again later.",
        unusable=True,
    )
