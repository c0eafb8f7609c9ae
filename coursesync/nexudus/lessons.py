"""The lessons of a course, and the section of each.

Owns the reading of a course's lessons. A list may omit properties, so a missing value is read by
Id; it must never count as empty.
The API: https://developers.nexudus.com, `rest-api/content`, the pages on course lessons.
"""

from __future__ import annotations

from functools import partial
from math import inf
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_pascal

from coursesync.errors import Denied
from coursesync.kinds.field import MAX_ID
from coursesync.nexudus.exchange import or_none, read_json
from coursesync.nexudus.listing import MAX_READINGS, MAX_RECORDS, batched
from coursesync.nexudus.records import PAGE_SIZE
from coursesync.nexudus.sender import BETWEEN_TRIES, Unusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.nexudus.exchange import Exchange
    from coursesync.nexudus.ports import Line
    from coursesync.nexudus.sender import Sender

LIST_ROLE, READ_ROLE = "CourseLesson-List", "CourseLesson-Read"
_READ = ConfigDict(frozen=True, strict=True, defer_build=True, alias_generator=to_pascal)
_CHANGES = "the list of lessons changes while it is read"


class Lesson(BaseModel):
    """A lesson; None stands for a property that the answer left out, or that the lesson lacks."""

    model_config = _READ

    id: Annotated[int, Field(ge=1, le=MAX_ID)]
    title: str | None = None
    section_id: int | None = None
    course_id: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the answer had all its properties."""
        return None not in {self.title, self.section_id, self.course_id}


class _Page(BaseModel):
    model_config = _READ

    records: Annotated[list[Lesson], Field(max_length=PAGE_SIZE)]
    total_items: Annotated[int, Field(ge=0, le=MAX_RECORDS)]
    total_pages: Annotated[int, Field(ge=0, le=MAX_RECORDS)]


# null stands for a missing record
_SEVERAL = TypeAdapter(list[Lesson | None], config=ConfigDict(defer_build=True))


class Lessons:
    """The lessons of the courses that a run asks for, as last listed."""

    def __init__(self, sender: Sender, line: Line) -> None:
        self._sender = sender
        self._line = line
        self._listed: dict[int, tuple[float, Sequence[Lesson]]] = {}
        self._denied: Denied | None = None

    def of(self, course: int, most: float = inf) -> Sequence[Lesson]:
        """Return the lessons that a search by course finds, whichever course each is in.

        `most` is the largest age of the list, in seconds. Raises Stop without a usable answer, or
        if a role is missing.
        """
        if self._denied is not None:
            raise self._denied
        now = self._line.clock.now()  # the answer lacks what is added after the request
        at, found = self._listed.get(course, (now, None))
        if found is None or now - at >= most:
            try:
                found = self._read(course)
            except Denied as denied:  # the answer would be the same for any other course
                self._denied = denied
                raise
            self._listed[course] = now, found
        return found

    def _read(self, course: int) -> Sequence[Lesson]:
        listed = self._list(course)
        unknown = [number for number, each in listed.items() if not each.is_whole]
        whole = self._by_id(unknown)
        # one answer is not proof; a lesson missing from two was deleted in the meantime
        whole |= self._by_id([number for number in unknown if number not in whole])
        gone = set(unknown) - whole.keys()
        return [whole.get(number, each) for number, each in listed.items() if number not in gone]

    def _list(self, course: int) -> Mapping[int, Lesson]:
        """Read all pages until they agree; if there are several, until two readings agree."""
        before: Mapping[int, Lesson] = {}
        for _ in range(MAX_READINGS):
            pages = list(self._pages(course))
            records = [record for page in pages for record in page.records]
            found = {record.id: record for record in records}
            if {len(records), *(page.total_items for page in pages)} != {len(found)}:
                self._sender.pause(BETWEEN_TRIES, _CHANGES)
            elif len(pages) == 1 or found == before:
                return found
            before = found
        raise Unusable(_CHANGES)

    def _pages(self, course: int) -> Iterator[_Page]:
        number = pages = 1
        while number <= pages:
            ask = partial(self._line.remote.lessons, course, number)
            page = self._sender.until_usable(LIST_ROLE, ask, _page)
            pages = page.total_pages if number == 1 else pages
            yield page
            number += 1

    def _by_id(self, ids: Sequence[int]) -> dict[int, Lesson]:
        found: dict[int, Lesson] = {}
        for part in batched(ids):
            ask = partial(self._line.remote.lessons_by_id, part)
            found |= {each.id: each for each in self._sender.until_usable(READ_ROLE, ask, _several)}
        return found


@or_none
def _page(exchange: Exchange) -> _Page | None:
    """Read a page of a search; None if it is not one, or counts more pages than records."""
    page = _Page.model_validate(read_json(exchange))
    return page if page.total_pages <= max(1, page.total_items) else None


@or_none
def _several(exchange: Exchange) -> list[Lesson]:
    """Read a bare list of lessons; None if it is not one."""
    found = _SEVERAL.validate_python(read_json(exchange))
    return [each for each in found if each is not None]
