"""What the courses that a run touches hold on the server, by the fewest reads.

Lists say which records exist; what is in them is read by their Ids where a list leaves it out.
Reads may be sent again at will, and are where no usable answer came.
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
MOST_MISSING = 200  # records; more are a whole account's that is another than the state's
MOST_UNREADABLE = 3  # records in a row; after so many it is not the records, but the API
FEW = 3  # courses; for more, the pages of all records are counted first


class Lookout:
    """Looks at courses and their records for a run."""

    def __init__(self, sender: Sender, remote: Remote) -> None:
        self._sender = sender
        self._remote = remote
        # by course, the count of the run's interruptions when its list was answered
        self.listed_at: dict[int, int] = {}
        self._read: dict[int, Record] = {}  # by their Ids, as far as a list left anything out

    def missing(self, courses: Collection[int]) -> frozenset[int]:
        """Return those of the courses that are not on the server.

        Raises:
            Stop: no usable answer came.
        """
        left = frozenset(courses) - self.titles(courses).keys()
        if left:  # one answer is not believed: much hangs on it
            self._sender.pause(BETWEEN_TRIES, f"the API knows no course {min(left)}; asking again")
            left -= self.titles(left).keys()
        return left

    def titles(self, courses: Collection[int]) -> Mapping[int, str]:
        """Return the titles of those of the courses that are there.

        Raises:
            Stop: no usable answer came.
        """
        found: dict[int, str] = {}
        for part in batched(sorted(courses)):
            ask = partial(self._remote.courses, part)
            found.update(self._sender.until_usable("Course-Read", ask, read_titles))
        return found

    def all_titles(self) -> Mapping[int, str]:
        """Return the titles of all courses by their Ids.

        Raises:
            Stop: no usable answer came, or there are too many courses.
        """
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
        """List the records of several courses: each by itself, or all that there are.

        What is counted is requests: all records take two of each page, for they are read twice,
        and one of those is made by now; the courses take one each, or more where one is long.

        Raises:
            Stop: no usable answer came.
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
        """List the records of one course; raises Stop where no usable answer came."""
        first = self._page(kind, 1, course)
        self.listed_at[course] = self._sender.interruptions
        listed = self._list(kind, course, first)
        # nothing says how exact a filter is
        return [record for record in listed if record.parent_id == course]

    def sweep(
        self,
        kind: Kind,
        courses: Collection[int],
        ids: Collection[int],
        unreadable: dict[int, str] | None = None,
    ) -> Sequence[Record]:
        """List the records of several courses, and those of some Ids wherever they are.

        By one request a course, or by the pages of all records, whichever is less; each is read
        once. A list may lag or shift while it is read: what is not in it is asked for by its Id.
        `unreadable` is as in `records`.

        Raises:
            Stop: no usable answer came.
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
        # most sites have fewer than a page of records; elsewhere it costs one request to know
        first = self._page(kind, 1, None) if len(courses) > 1 else None
        if first is not None and first.pages <= len(courses):
            yield from self._once(kind, None, first)
            return
        for course in sorted(courses):
            yield from self._once(kind, course, self._page(kind, 1, course))

    def _once(self, kind: Kind, course: int | None, first: Page) -> Sequence[Record]:
        """Read the pages after the first, and all again where they visibly shifted meanwhile.

        What went unseen for all that is asked for by its Id, if it is ours.
        """
        for again in range(MAX_READINGS):
            first = self._page(kind, 1, course) if again else first
            later = (self._page(kind, number, course) for number in range(2, first.pages + 1))
            pages = [first, *later]
            records = [record for page in pages for record in page.records]
            met = {record.id for record in records}
            if {len(met), len(records), *(page.total for page in pages)} == {first.total}:
                return records
        raise Unusable(f"its list of {kind.plural} changes while it is read")

    def records(
        self, kind: Kind, ids: Collection[int], unreadable: dict[int, str] | None = None
    ) -> Mapping[int, Record]:
        """Return the records of these Ids, as far as they are there.

        A list may lag: one that is not in it is asked for by itself, and is gone only where the API
        says so of that one.

        Args:
            kind: theirs.
            ids: theirs.
            unreadable: takes the Id of each record that the API fails to give, and how it fails;
                nothing is known of it. None raises Stop for them, once all others are read.

        Raises:
            Stop: no usable answer came, or more are missing than anyone deletes by hand.
        """
        lost = dict[int, str]()
        found = {record.id: record for record in self._named(kind, ids, lost)}
        missing = [each for each in ids if each not in found and each not in lost]
        if len(missing) > MOST_MISSING:
            raise Stop(
                f"{len(missing):,} of the {len(ids):,} known {kind.plural} are not there",
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
        """Read by their Ids what a list left out.

        A record that was read before, and that nobody has written since, is not read again.

        Args:
            kind: the records' kind.
            listed: records as a list has them.
            is_vague: says which of them have to be known better.
            unreadable: takes up how the API fails to tell of some; as for `records`.

        Returns:
            The same, in order; without those that are not there any more, or can't be read.

        Raises:
            Stop: as `records` does.
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
            try:
                role = f"{kind.role}-Read"
                yield from self._sender.until_usable(role, ask, partial(read_records, kind=kind))
            except Unusable:  # for one of them, perhaps
                yield from self._each(kind, part, unreadable)

    def _each(
        self, kind: Kind, ids: Collection[int], unreadable: dict[int, str]
    ) -> Iterator[Record]:
        """Ask for records one by one; note which of them the API fails to give, and how."""
        in_a_row = 0
        for record_id in ids:
            try:
                yield from self._alone(kind, record_id)
                in_a_row = 0
            except Unusable as error:
                unreadable[record_id] = error.failure
                in_a_row += 1
                if in_a_row == MOST_UNREADABLE:
                    raise _unreadable(unreadable) from error

    def _alone(self, kind: Kind, record_id: int) -> Sequence[Record]:
        """Ask for one record; there is none where the API says that it does not know the Id."""
        ask, read = partial(self._remote.record, kind, record_id), partial(read_record, kind=kind)
        return self._sender.until_usable(f"{kind.role}-Read", ask, read, missing=())

    def _list(self, kind: Kind, course: int | None, first: Page) -> Sequence[Record]:
        """Read all pages until as many records are there as the list itself counts.

        Where there are several, until two readings in a row have the same records, too: where one
        is removed while others are read, a third can move to a page that was read already.
        """
        before: Collection[int] = ()
        why = f"its list of {kind.plural} changes while it is read"
        for _ in range(MAX_READINGS):
            found = self._reading(kind, course, first)
            if len(found) != first.total:
                why = f"its list of {kind.plural} holds {len(found):,}, and counts {first.total:,}"
                self._sender.pause(BETWEEN_TRIES, why)
            elif first.pages <= 1 or found.keys() == before:
                return list(found.values())
            before, first = found.keys(), self._page(kind, 1, course)
        raise Unusable(why)

    def _reading(self, kind: Kind, course: int | None, first: Page) -> Mapping[int, Record]:
        """Read the pages after the first; no more of them than what the first counts is on."""
        if first.total > MAX_RECORDS:
            raise Unusable(
                f"its list counts {first.total:,} {kind.plural}, and {MAX_RECORDS:,} are read at "
                "most"
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
    """Yield as many Ids at a time as one request can ask for."""
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]


def _unreadable(records: Mapping[int, str]) -> Stop:
    """Return the end of a run that needs records which the API fails to give."""
    first, *more = sorted(records)
    others = f", nor for {count(len(more), 'other')}" if more else ""
    return Stop(
        f"the API gives no usable answer for the record {first}{others}: {records[first]}",
        "Look at it in Nexudus, and try again later.",
        unusable=True,
    )
