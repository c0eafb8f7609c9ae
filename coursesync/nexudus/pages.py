"""Reads lists of the API to their last page, and records by their Ids, from any of its endpoints.

Reads are sent again until a usable answer comes. It must never take a list for complete that
contradicts itself, or that changes while it is read.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from coursesync.nexudus.limits import IDS_AT_ONCE
from coursesync.nexudus.records import read_page, read_record, read_records
from coursesync.nexudus.sender import BETWEEN_TRIES, Unusable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from coursesync.nexudus.records import Endpoint, Page
    from coursesync.nexudus.sender import Sender

T = TypeVar("T")
MAX_RECORDS = 200_000  # in one list: forty times what the largest course may have
MAX_READINGS = 5


def page_of(
    sender: Sender, endpoint: Endpoint[T], number: int = 1, course: int | None = None
) -> Page[T]:
    """Return one page, from 1, of the records of a course, or of all; raises Stop without it."""
    only = {} if course is None else {endpoint.filter: course}
    return sender.until_usable(
        f"{endpoint.role}-List",
        partial(sender.line.remote.search, endpoint.path, number, only),
        partial(read_page, endpoint=endpoint, number=number),
    )


def total_of(sender: Sender, endpoint: Endpoint[T], of: int) -> int:
    """Count the records that the endpoint's filter finds for an Id; raises Stop without a count.

    It asks for one record only, because some are about people.
    """
    only = {endpoint.filter: of, "size": 1}
    ask = partial(sender.line.remote.search, endpoint.path, 1, only)
    read = partial(read_page, endpoint=endpoint)
    return sender.until_usable(f"{endpoint.role}-List", ask, read).total


def all_of(
    sender: Sender,
    endpoint: Endpoint[T],
    course: int | None = None,
    first: Page[T] | None = None,
    readings: int = 2,
) -> Mapping[int, T]:
    """Read all pages until there are as many records as the list itself counts.

    If there are several pages, also until two readings in a row have the same records: when a
    record is removed during a reading, another can move to a page that was read already. One
    reading is enough for a caller that reads missing records by Id. `first` is the first page, if
    it was read. Raises Stop without a usable answer.
    """
    before: Collection[int] = ()
    why = f"its list of {endpoint.plural} changes while it is read"
    for _ in range(MAX_READINGS):
        first = first or page_of(sender, endpoint, course=course)
        found = _reading(sender, endpoint, course, first)
        if len(found) != first.total:
            why = f"its list of {endpoint.plural} has {len(found):,}, but counts {first.total:,}"
            sender.pause(BETWEEN_TRIES, why)
        elif first.pages <= 1 or readings == 1 or found.keys() == before:
            return found
        before, first = found.keys(), None
    raise Unusable(why)


def _reading(
    sender: Sender, endpoint: Endpoint[T], course: int | None, first: Page[T]
) -> Mapping[int, T]:
    """Read the remaining pages, but no more records than the first page counts."""
    if first.total > MAX_RECORDS:
        raise Unusable(
            f"its list counts {first.total:,} {endpoint.plural}; the limit is {MAX_RECORDS:,}"
        )
    found = dict(first.records)
    for number in range(2, first.pages + 1):
        page = page_of(sender, endpoint, number, course)
        found |= page.records
        if not page.records or len(found) > first.total:
            break
    return found


def some_of(sender: Sender, endpoint: Endpoint[T], ids: Collection[int]) -> dict[int, T]:
    """Return the records of these Ids that the answers have; raises Stop without a usable one."""
    found: dict[int, T] = {}
    for part in batched(sorted(ids)):
        ask = partial(sender.line.remote.records, endpoint.path, part)
        read = partial(read_records, endpoint=endpoint)
        found |= sender.until_usable(f"{endpoint.role}-Read", ask, read)
    return found


def one_of(sender: Sender, endpoint: Endpoint[T], record_id: int) -> dict[int, T]:
    """Return one record by its Id, or nothing; raises Stop without a usable answer."""
    ask = partial(sender.line.remote.record, endpoint.path, record_id)
    read = partial(read_record, endpoint=endpoint)
    return sender.until_usable(f"{endpoint.role}-Read", ask, read, missing={})


def batched(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the Ids in batches that fit into one request."""
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]
