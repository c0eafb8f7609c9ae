"""The records on the server of the courses that a run touches, in as few reads as possible.

Owns the looks at the server. Lists say which records exist; what they leave out is read by Id. It
must never believe one answer that a record is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.errors import Stop
from coursesync.nexudus.pages import MAX_RECORDS, all_of, batched, one_of, page_of, some_of
from coursesync.nexudus.records import COURSES, endpoint_of
from coursesync.nexudus.sender import BETWEEN_TRIES, Unusable
from coursesync.text import count, same_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Endpoint, Record
    from coursesync.nexudus.sender import Sender

MOST_MISSING = 200  # records; if more are missing, this is another account than the state's
MOST_UNREADABLE = 3  # records in a row; after this many, the API itself is broken
FEW = 3  # courses; for more, look at the number of all records first


@dataclass(frozen=True, slots=True)
class Read:
    """Records by Id, and for each record that the API fails to return, how it fails."""

    found: Mapping[int, Record]
    failures: Mapping[int, str] = field(default_factory=dict)

    def all(self) -> Mapping[int, Record]:
        """Return the records; raises Stop if the API failed to return one."""
        if self.failures:
            raise _unreadable(self.failures)
        return self.found

    def __or__(self, other: Read) -> Read:
        """Return the records of both."""
        return Read({**self.found, **other.found}, {**self.failures, **other.failures})


@dataclass(frozen=True, slots=True)
class Listed:
    """Records by Id, and for each course, `interruptions` when its list was answered."""

    found: Mapping[int, Record]
    answered: Mapping[int, int]


class Lookout:
    """Looks at courses and their records for a run."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        # by kind and Id: records that a list showed in part, as read by their Ids
        self._read: dict[tuple[Kind, int], Record] = {}

    def missing(self, courses: Collection[int]) -> frozenset[int]:
        """Return the given courses that are not on the server; raises Stop as `titles` does."""
        left = frozenset(courses) - self.titles(courses).keys()
        if left:  # one answer is not proof
            self._sender.pause(BETWEEN_TRIES, f"the API knows no course {min(left)}; asking again")
            left -= self.titles(left).keys()
        return left

    def titles(self, courses: Collection[int]) -> Mapping[int, str]:
        """Return the titles of existing courses by Id; raises Stop without a usable answer.

        A course without a readable title has "".
        """
        return some_of(self._sender, COURSES, courses)

    def all_titles(self) -> Mapping[int, str]:
        """Return the titles of all courses by Id; raises Stop, also if they are too many."""
        found = all_of(self._sender, COURSES, readings=1)
        return {**found, **self.titles([course for course, title in found.items() if not title])}

    def around(self, kind: Kind, courses: Collection[int]) -> Listed:
        """Return the records of these courses, with the fewest requests; raises Stop."""
        listed = self._listed(kind, courses, few=FEW, readings=2)
        if kind.is_course:
            return listed
        found = {at: record for at, record in listed.found.items() if record.course_id in courses}
        return Listed(found, listed.answered)

    def sweep(self, kind: Kind, courses: Collection[int], ids: Collection[int]) -> Read:
        """List the records of several courses, and the records of some Ids wherever they are.

        Reads as `around` does, but each list once. A list may lag or change while it is read: a
        record that is not in it is read by its Id.
        """
        wanted = frozenset(ids)
        if kind.is_course:  # other courses of the site concern nobody here
            return self.records(kind, wanted)
        found = {
            record_id: record
            for record_id, record in self._listed(kind, courses, few=1, readings=1).found.items()
            if record.course_id in courses or record_id in wanted
        }
        return Read(found) | self.records(kind, wanted - found.keys())

    def _listed(self, kind: Kind, courses: Collection[int], few: int, readings: int) -> Listed:
        """List the records of more than a `few` courses at once if that takes fewer requests.

        To find out, it reads the first page, which is the only one of most sites. The lists may
        have records of other courses: the API does not document how exact its filter is.
        """
        endpoint = endpoint_of(kind)
        if kind.is_course:  # nothing narrows a search to one of them
            every = all_of(self._sender, endpoint, readings=readings)
            return Listed(every, dict.fromkeys(courses, self._sender.interruptions))
        if len(courses) > few:
            first = page_of(self._sender, endpoint)
            answered = dict.fromkeys(courses, self._sender.interruptions)
            if readings * first.pages - 1 < len(courses) and first.total <= MAX_RECORDS:
                return Listed(all_of(self._sender, endpoint, None, first, readings), answered)
        found: dict[int, Record] = {}
        answered = {}
        for course in sorted(courses):
            first = page_of(self._sender, endpoint, course=course)
            answered[course] = self._sender.interruptions
            found |= all_of(self._sender, endpoint, course, first, readings)
        return Listed(found, answered)

    def records(self, kind: Kind, ids: Collection[int]) -> Read:
        """Return the records of these Ids that exist.

        A record missing from the first answer is requested alone; it counts as deleted if it is
        missing again. Raises Stop if more are missing than anyone deletes by hand.
        """
        endpoint, read = endpoint_of(kind), Read({})
        for part in batched(sorted(ids)):
            try:
                read |= Read(some_of(self._sender, endpoint, part))
            except Unusable:  # perhaps because of one of them
                read |= self._each(endpoint, part)
        missing = [each for each in ids if each not in read.found and each not in read.failures]
        if len(missing) > MOST_MISSING:
            raise Stop(
                f"{len(missing):,} of the {len(ids):,} known {kind.plural} are not on the site",
                "Is this the right account? Check the base URL and the credentials.",
                unusable=True,
            )
        read |= self._each(endpoint, missing)
        return Read({each: read.found[each] for each in ids if each in read.found}, read.failures)

    def whole(
        self,
        kind: Kind,
        listed: Iterable[Record],
        is_vague: Callable[[Record], bool],
    ) -> Read:
        """Read incomplete (`is_vague`) records again, by Id; drop records that are gone.

        A record that was read before, and that nobody has written since, is not read again.
        """
        records = {record.id: self._as_read(kind, record) for record in listed}
        vague = {each.id for each in records.values() if each.whole is None and is_vague(each)}
        if not vague:
            return Read(records)
        read = self.records(kind, vague)
        self._read.update({(kind, record_id): record for record_id, record in read.found.items()})
        found = {
            record_id: read.found.get(record_id, record)
            for record_id, record in records.items()
            if record_id in read.found or record_id not in vague
        }
        return Read(found, read.failures)

    def _as_read(self, kind: Kind, listed: Record) -> Record:
        read = self._read.get((kind, listed.id))
        is_same = read is not None and same_moment(read.updated_on, listed.updated_on)
        return read if read is not None and is_same else listed

    def _each(self, endpoint: Endpoint[Record], ids: Iterable[int]) -> Read:
        """Read records one by one; raises Stop if the API fails to return several in a row."""
        found: dict[int, Record] = {}
        failures: dict[int, str] = {}
        in_a_row = 0
        for record_id in ids:
            try:
                found |= one_of(self._sender, endpoint, record_id)
                in_a_row = 0
            except Unusable as error:
                failures[record_id] = error.failure
                in_a_row += 1
                if in_a_row == MOST_UNREADABLE:
                    raise _unreadable(failures) from error
        return Read(found, failures)


def _unreadable(records: Mapping[int, str]) -> Stop:
    first, *more = sorted(records)
    others = f" and {count(len(more), 'other')}" if more else ""
    return Stop(
        f"the API gives no usable answer for the record {first}{others}: {records[first]}",
        "Look at it in Nexudus, and try again later.",
        unusable=True,
    )
