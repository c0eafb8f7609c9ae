"""Which courses there are on the server, and what they are called."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from coursesync.errors import Stop
from coursesync.nexudus.limits import IDS_AT_ONCE
from coursesync.nexudus.records import PAGE_SIZE, read_title_page, read_titles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from coursesync.nexudus.ports import Remote
    from coursesync.nexudus.reader import Reader

MAX_RECORDS = 200_000  # in one list: forty times what the largest course may have


class CourseLookout:
    """Looks at the account's courses for a run."""

    def __init__(self, reader: Reader, remote: Remote) -> None:
        self._reader = reader
        self._remote = remote

    def missing(self, courses: Collection[int]) -> frozenset[int]:
        """Return those of the courses that are not on the server.

        Raises:
            Stop: no usable answer came.
        """
        left = frozenset(courses) - self.titles(courses).keys()
        if left:  # one answer is not believed: much hangs on it
            self._reader.pause(f"the API knows no course {min(left)}; asking again")
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
            found.update(self._reader.read("Course-Read", ask, read_titles))
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
                    "Name those to import, each with  --course ID",
                )
            number += 1
            ask = partial(self._remote.all_courses, number)
            more, pages = self._reader.read(
                "Course-List", ask, partial(read_title_page, number=number)
            )
            found.update(more)
        unnamed = [course for course, title in found.items() if not title]
        return {**found, **self.titles(unnamed)}


def batched(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield as many Ids at a time as one request can ask for."""
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]
