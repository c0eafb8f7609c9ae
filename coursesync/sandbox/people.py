"""The members of courses and their completions.

Owns enrolments and completions. It must never hold the name or an address of a person.
"""

import uuid
from dataclasses import dataclass

from coursesync.sandbox.database import Database
from coursesync.sandbox.records import Records
from coursesync.sandbox.tables import LESSONS

_FIRST_COWORKER = 9_000_000  # added to an enrolment's Id, so that each enrolment is another person
_MEMBERS_LEFT = """
SELECT Id FROM members WHERE CourseId = ? AND Id NOT IN
    (SELECT CourseMemberId FROM completions WHERE CourseLessonId = ?)
ORDER BY Id LIMIT ?
"""


@dataclass(frozen=True)
class People:
    """The members of one sandbox, over its database."""

    database: Database
    records: Records

    def join(self, course_id: int, count: int) -> list[int]:
        """Let `count` people join a course; return the Ids of their enrolments."""
        with self.database.transaction():
            return [self._enrol(course_id) for _ in range(count)]

    def complete(self, lesson_id: int, count: int) -> list[int]:
        """Let `count` members complete a lesson; return the Ids of the completions.

        Present members of the course come first; if they are too few, more people join.

        Raises:
            KeyError: there is no lesson with this Id.
        """
        with self.database.transaction():
            lesson = self.records.one(LESSONS, lesson_id)
            if lesson is None:
                raise KeyError(lesson_id)
            course_id = int(str(lesson["CourseId"]))
            found = self.database.read(_MEMBERS_LEFT, (course_id, lesson_id, count))
            members = [int(row["Id"]) for row in found]
            members += self.join(course_id, count - len(members))
            return [self._finish(lesson_id, member_id) for member_id in members]

    def _enrol(self, course_id: int) -> int:
        _, member_id = self.database.write(
            "INSERT INTO members (UniqueId, CourseId, CoworkerId, CreatedOn) VALUES (?, ?, 0, ?)",
            (str(uuid.uuid4()), course_id, self.records.stamp()),
        )
        coworker = (_FIRST_COWORKER + member_id, member_id)
        self.database.write("UPDATE members SET CoworkerId = ? WHERE Id = ?", coworker)
        return member_id

    def _finish(self, lesson_id: int, member_id: int) -> int:
        _, completion_id = self.database.write(
            "INSERT INTO completions (UniqueId, CourseLessonId, CourseMemberId, CreatedOn)"
            " VALUES (?, ?, ?, ?)",
            (str(uuid.uuid4()), lesson_id, member_id, self.records.stamp()),
        )
        return completion_id
