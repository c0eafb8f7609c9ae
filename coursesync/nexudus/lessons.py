"""The lessons of a course, and the section of each.

Owns the reading of a course's lessons. A list may omit properties, so a missing value is read by
Id; it must never count as empty.
The API: https://developers.nexudus.com, `rest-api/content`, the pages on course lessons.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from coursesync.errors import Denied
from coursesync.kinds.field import MAX_ID
from coursesync.nexudus.pages import all_of, some_of
from coursesync.nexudus.records import Endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.nexudus.sender import Sender

LIST_ROLE = "CourseLesson-List"


class Lesson(BaseModel):
    """A lesson; None stands for a property that the answer left out, or that the lesson lacks."""

    model_config = ConfigDict(frozen=True, strict=True, defer_build=True, alias_generator=to_pascal)

    id: Annotated[int, Field(ge=1, le=MAX_ID)]
    title: str | None = None
    section_id: int | None = None
    course_id: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the answer had all its properties."""
        return None not in {self.title, self.section_id, self.course_id}


_LESSONS = Endpoint(
    path="/api/content/courselessons",
    role="CourseLesson",
    plural="lessons",
    course_filter="CourseLesson_Course",
    read=Lesson.model_validate,
    read_listed=Lesson.model_validate,
)


class Lessons:
    """The lessons of the courses that a run asks for, as last listed."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._listed: dict[int, tuple[float, Sequence[Lesson]]] = {}
        self._denied: Denied | None = None

    def of(self, course: int, most: float = inf) -> Sequence[Lesson]:
        """Return the lessons that a search by course finds, whichever course each is in.

        `most` is the largest age of the list, in seconds. Raises Stop without a usable answer, or
        if a role is missing.
        """
        if self._denied is not None:
            raise self._denied
        now = self._sender.line.clock.now()  # the answer lacks what is added after the request
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
        listed = all_of(self._sender, _LESSONS, course)
        unknown = {number for number, each in listed.items() if not each.is_whole}
        whole = some_of(self._sender, _LESSONS, unknown)
        # one answer is not proof; a lesson missing from two was deleted in the meantime
        whole |= some_of(self._sender, _LESSONS, unknown - whole.keys())
        gone = unknown - whole.keys()
        return [whole.get(number, each) for number, each in listed.items() if number not in gone]
