"""Lessons that stand in the way of a change: which, and in which words. Pure.

Progress belongs to lessons and enrolments. A lesson keeps its course: it does not go along with a
section that moves to another, and what becomes of it when its section is deleted is not documented.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from coursesync.errors import Stop
from coursesync.planning.plan import Action, Hindrance
from coursesync.text import count, inert

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from coursesync.nexudus.lessons import Lesson, Lessons
    from coursesync.planning.plan import Change

MOST_NAMED = 10
_REMEDY = (
    "In Nexudus, move each lesson to another section, or delete it: to delete a lesson loses what "
    "members have completed of it."
)


def look(
    change: Change, courses: Collection[int], lessons: Lessons, most_age: float = inf
) -> Hindrance | None:
    """Find the lessons that stand in the way of a change.

    Args:
        change: deletes a section, or moves it to another course.
        courses: those whose lessons may be in it.
        lessons: lists them.
        most_age: less than so many seconds ago they may have been listed.

    Returns:
        None where there is none. A lesson that is in the course to which the section moves is none.

    Raises:
        Stop: the run was told to stop, or may send nothing more for now.
    """
    try:
        listed = [each for course in sorted(courses) for each in lessons.of(course, most_age)]
    except Stop as stop:
        if not stop.unusable:
            raise
        return _unknown(change, stop)
    found = {
        lesson.id: lesson
        for lesson in listed
        if lesson.section_id == change.record_id
        and (change.action is Action.DELETE or lesson.course_id != change.parent_id)
    }
    if not found:
        return None
    return Hindrance(change, tuple(found[number] for number in sorted(found)), remedy=_REMEDY)


def _unknown(change: Change, stop: Stop) -> Hindrance:
    from coursesync.nexudus.lessons import LIST_ROLE  # noqa: PLC0415 - brings pydantic

    remedy = f"It takes the role {LIST_ROLE} to look for them. {stop.remedy}".rstrip()
    return Hindrance(change, unknown=stop.reason, remedy=remedy)


def told(hindrance: Hindrance, most: int = MOST_NAMED) -> str:
    """Say what stands in the way, without a full stop; at most so many lessons are named."""
    if hindrance.unknown:
        return f"its lessons can't be listed: {hindrance.unknown}"
    lessons = hindrance.lessons
    are = "is" if len(lessons) == 1 else "are"
    return f"{count(len(lessons), 'lesson')} {are} in it: {_named(lessons, most)}"


def _named(lessons: Sequence[Lesson], most: int) -> str:
    names = [f'"{inert(each.title or "", 40)}" (Id {each.id})' for each in lessons[:most]]
    more = f" and {len(lessons) - most:,} more" if len(lessons) > most else ""
    return f"{', '.join(names)}{more}"
