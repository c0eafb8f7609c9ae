"""The lessons of a course, as far as it matters which section each is in.

Owns the reading of a course's lessons. It must never take a missing value for an empty one: a list
may leave a property out, a read by Id does not.
The API: https://developers.nexudus.com, `rest-api/content`, the pages on course lessons.
"""

from __future__ import annotations

from functools import partial
from math import inf
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from coursesync.errors import Denied
from coursesync.kinds.attributes import MAX_ID
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
    """A lesson: None is what an answer left out, or what it does not have."""

    model_config = _READ

    id: Annotated[int, Field(ge=1, le=MAX_ID)]
    title: str | None = None
    section_id: int | None = None
    course_id: int | None = None

    @property
    def known(self) -> tuple[int | str | None, ...]:
        """What is read of it besides its Id."""
        return self.title, self.section_id, self.course_id


class _Page(BaseModel):
    model_config = _READ

    records: Annotated[list[Lesson], Field(max_length=PAGE_SIZE)]
    total_items: Annotated[int, Field(ge=0, le=MAX_RECORDS)]
    total_pages: Annotated[int, Field(ge=0, le=MAX_RECORDS)]


class _Several(BaseModel):
    model_config = _READ

    records: list[Lesson | None]  # null stands for one that is not there


class Lessons:
    """The lessons of the courses that a run asks for, each course as it was last listed."""

    def __init__(self, sender: Sender, line: Line) -> None:
        self._sender = sender
        self._line = line
        self._listed: dict[int, tuple[float, Sequence[Lesson]]] = {}
        self._denied: Denied | None = None

    def of(self, course: int, most: float = inf) -> Sequence[Lesson]:
        """Return the lessons that a search for a course's finds, whichever course each is in.

        Args:
            course: its Id.
            most: less than so many seconds ago it may have been listed.

        Raises:
            Stop: no usable answer came, or a role is missing.
        """
        if self._denied is not None:
            raise self._denied
        now = self._line.clock.now()  # what is added after the request is not in its answer
        at, found = self._listed.get(course, (now, None))
        if found is None or now - at >= most:
            try:
                found = self._read(course)
            except Denied as denied:  # no other course is asked for: the answer would be the same
                self._denied = denied
                raise
            self._listed[course] = now, found
        return found

    def _read(self, course: int) -> Sequence[Lesson]:
        listed = self._list(course)
        unknown = [number for number, each in listed.items() if None in each.known]
        whole = self._by_id(unknown)
        # once more, for one answer is not believed; what is in neither was deleted meanwhile
        whole |= self._by_id([number for number in unknown if number not in whole])
        gone = set(unknown) - whole.keys()
        return [whole.get(number, each) for number, each in listed.items() if number not in gone]

    def _list(self, course: int) -> Mapping[int, Lesson]:
        """Read all pages until they agree with each other, and where there are several, twice."""
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
    """Read a page of a search; None where it is none, or counts more pages than records."""
    page = _Page.model_validate(read_json(exchange))
    return page if page.total_pages <= max(1, page.total_items) else None


@or_none
def _several(exchange: Exchange) -> list[Lesson]:
    """Read a bare list of lessons; None where it is none."""
    found = _Several.model_validate({"Records": read_json(exchange)}).records
    return [each for each in found if each is not None]
