"""The records on the server of the courses that a run touches, in as few reads as possible.

Owns the looks at the server. Lists say which records exist; what they leave out is read by Id. It
must never believe one answer that a record is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Stop
from coursesync.nexudus.pages import MAX_RECORDS, all_of, batched, one_of, page_of, some_of
from coursesync.nexudus.records import COURSES, endpoint_of
from coursesync.nexudus.sender import BETWEEN_TRIES, Unusable
from coursesync.text import count, same_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Endpoint, Record
    from coursesync.nexudus.sender import Sender

MOST_MISSING = 200  # records; if more are missing, this is another account than the state's
MOST_UNREADABLE = 3  # records in a row; after this many, the API itself is broken
FEW = 3  # courses; for more, look at the number of all records first


class Lookout:
    """Looks at courses and their records for a run."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        # by course: `interruptions` when its list was answered
        self.listed_at: dict[int, int] = {}
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

    def around(self, kind: Kind, courses: Collection[int]) -> Sequence[Record]:
        """Return the records of these courses, with the fewest requests; raises Stop."""
        listed = self._listed(kind, courses, few=FEW, readings=2)
        return [record for record in listed.values() if record.course_id in courses]

    def sweep(
        self,
        kind: Kind,
        courses: Collection[int],
        ids: Collection[int],
        unreadable: dict[int, str] | None = None,
    ) -> Sequence[Record]:
        """List the records of several courses, and the records of some Ids wherever they are.

        Reads as `around` does, but each list once. A list may lag or change while it is read: a
        record that is not in it is read by its Id. `unreadable` is as in `records`.
        """
        wanted = frozenset(ids)
        found = {
            record_id: record
            for record_id, record in self._listed(kind, courses, few=1, readings=1).items()
            if record.course_id in courses or record_id in wanted
        }
        missing = wanted - found.keys()
        return [*found.values(), *self.records(kind, missing, unreadable).values()]

    def _listed(
        self, kind: Kind, courses: Collection[int], few: int, readings: int
    ) -> Mapping[int, Record]:
        """List the records of more than a `few` courses at once if that takes fewer requests.

        To find out, it reads the first page, which is the only one of most sites. The lists may
        have records of other courses: the API does not document how exact its filter is.
        """
        endpoint = endpoint_of(kind)
        if len(courses) > few:
            first = page_of(self._sender, endpoint)
            self.listed_at.update(dict.fromkeys(courses, self._sender.interruptions))
            if readings * first.pages - 1 < len(courses) and first.total <= MAX_RECORDS:
                return all_of(self._sender, endpoint, None, first, readings)
        found: dict[int, Record] = {}
        for course in sorted(courses):
            first = page_of(self._sender, endpoint, course=course)
            self.listed_at[course] = self._sender.interruptions
            found |= all_of(self._sender, endpoint, course, first, readings)
        return found

    def records(
        self, kind: Kind, ids: Collection[int], unreadable: dict[int, str] | None = None
    ) -> Mapping[int, Record]:
        """Return the records of these Ids that exist.

        A record missing from the first answer is requested alone; it counts as deleted if it is
        missing again. `unreadable` gets the Id of each record that the API fails to return, and
        why; if it is None, Stop is raised for them. Raises Stop also if more are missing than
        anyone deletes by hand.
        """
        endpoint, lost = endpoint_of(kind), dict[int, str]()
        found: dict[int, Record] = {}
        for part in batched(sorted(ids)):
            try:
                found |= some_of(self._sender, endpoint, part)
            except Unusable:  # perhaps because of one of them
                found |= self._each(endpoint, part, lost)
        missing = [each for each in ids if each not in found and each not in lost]
        if len(missing) > MOST_MISSING:
            raise Stop(
                f"{len(missing):,} of the {len(ids):,} known {kind.plural} are not on the site",
                "Is this the right account? Check the base URL and the credentials.",
                unusable=True,
            )
        found |= self._each(endpoint, missing, lost)
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
        """Read incomplete (`is_vague`) records again, by Id; drop records that are gone.

        A record that was read before, and that nobody has written since, is not read again.
        `unreadable` is as in `records`.
        """
        records = [self._as_read(kind, record) for record in listed]
        vague = {record.id for record in records if record.whole is None and is_vague(record)}
        if not vague:
            return records
        found = self.records(kind, vague, unreadable)
        self._read.update({(kind, record_id): record for record_id, record in found.items()})
        return [
            found.get(record.id, record)
            for record in records
            if record.id in found or record.id not in vague
        ]

    def _as_read(self, kind: Kind, listed: Record) -> Record:
        read = self._read.get((kind, listed.id))
        is_same = read is not None and same_moment(read.updated_on, listed.updated_on)
        return read if read is not None and is_same else listed

    def _each(
        self, endpoint: Endpoint[Record], ids: Iterable[int], unreadable: dict[int, str]
    ) -> Mapping[int, Record]:
        """Read records one by one; note which of them the API fails to return, and how."""
        found: dict[int, Record] = {}
        in_a_row = 0
        for record_id in ids:
            try:
                found |= one_of(self._sender, endpoint, record_id)
                in_a_row = 0
            except Unusable as error:
                unreadable[record_id] = error.failure
                in_a_row += 1
                if in_a_row == MOST_UNREADABLE:
                    raise _unreadable(unreadable) from error
        return found


def _unreadable(records: Mapping[int, str]) -> Stop:
    first, *more = sorted(records)
    others = f" and {count(len(more), 'other')}" if more else ""
    return Stop(
        f"the API gives no usable answer for the record {first}{others}: {records[first]}",
        "Look at it in Nexudus, and try again later.",
        unusable=True,
    )
