"""The members of courses and their completions.

Owns enrolments and completions that no request of a client makes. It must never hold the name or
an address of a person.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from coursesync.sandbox.records import Record, Records, Touch, as_stamp
from coursesync.sandbox.tables import COMPLETIONS, COWORKERS, LESSONS, MEMBERS, Kind

_OF_COURSE = "WHERE CourseId = ? ORDER BY Id"
_OF_MEMBERS = "WHERE CourseMemberId IN (SELECT Id FROM members WHERE CourseId = ?)"
_OTHERS = """
WHERE CourseId = ? AND Id NOT IN (SELECT CourseMemberId FROM completions WHERE CourseLessonId = ?)
ORDER BY Id LIMIT ?
"""
_IN_ORDER = """
WHERE CourseId = ?
ORDER BY SectionId IS NULL, SectionDisplayOrder, SectionId, DisplayOrder, Id
"""
_FIRST_DAY = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)  # when the first member of a seed joins
_YEAR = 365  # days over which the members of a seed join


@dataclass(frozen=True)
class People:
    """The members of one sandbox; `touch` is the author and the time of their records."""

    records: Records
    touch: Touch

    def join(self, course_id: int, count: int) -> list[int]:
        """Let `count` people join a course; return the Ids of their enrolments."""
        with self.records.transaction():
            return [self._enrol(course_id, self.touch) for _ in range(count)]

    def complete(self, lesson_id: int, count: int) -> list[int]:
        """Let `count` members complete a lesson; return the Ids of the completions.

        Present members of the course come first; if they are too few, more people join.

        Raises:
            KeyError: there is no lesson with this Id.
        """
        with self.records.transaction():
            lesson = self.records.one(LESSONS, lesson_id)
            if lesson is None:
                raise KeyError(lesson_id)
            course_id = int(str(lesson["CourseId"]))
            found = self.records.select(MEMBERS, _OTHERS, (course_id, lesson_id, count))
            members = [_id_of(each) for each in found]
            members += self.join(course_id, count - len(members))
            return [self._finish(lesson_id, member_id, self.touch) for member_id in members]

    def seed(self, course_id: int, count: int) -> tuple[int, int]:
        """Let a course have `count` members at least, of whom fewer and fewer complete its lessons.

        The first of them completes every lesson, the second nearly every one, and so on. The same
        course gets the same records, dates included, and nothing is done twice.

        Returns:
            How many enrolments and completions the course has.
        """
        with self.records.transaction():
            for number in range(len(self._ids(MEMBERS, _OF_COURSE, course_id)), count):
                self._enrol(course_id, self._on_day(number))
            members = self._ids(MEMBERS, _OF_COURSE, course_id)
            lessons = self._ids(LESSONS, _IN_ORDER, course_id)
            completions = self.records.select(COMPLETIONS, _OF_MEMBERS, (course_id,))
            done = {(each["CourseLessonId"], each["CourseMemberId"]) for each in completions}
            for number, member_id in enumerate(members[:count]):
                finished = lessons[: len(lessons) * (count - number) // count]
                for day, lesson_id in enumerate(finished, start=1):
                    if (lesson_id, member_id) not in done:
                        self._finish(lesson_id, member_id, self._on_day(number, day))
            return len(members), len(self._ids(COMPLETIONS, _OF_MEMBERS, course_id))

    def _ids(self, kind: Kind, clauses: str, course_id: int) -> list[int]:
        return [_id_of(each) for each in self.records.select(kind, clauses, (course_id,))]

    def _on_day(self, number: int, later: int = 0) -> Touch:
        day = _FIRST_DAY + timedelta(days=number % _YEAR + later)
        return replace(self.touch, stamp=as_stamp(day))

    def _enrol(self, course_id: int, touch: Touch) -> int:
        person = self.records.create(COWORKERS, {}, touch)
        values = {"CourseId": course_id, "CoworkerId": person, "Approved": True, "Blocked": False}
        return self.records.create(MEMBERS, values, touch)

    def _finish(self, lesson_id: int, member_id: int, touch: Touch) -> int:
        values = {"CourseLessonId": lesson_id, "CourseMemberId": member_id}
        return self.records.create(COMPLETIONS, values, touch)


def _id_of(record: Record) -> int:
    return int(str(record["Id"]))
