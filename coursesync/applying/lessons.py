"""Keeps a section with lessons from being deleted or moved to another course.

Owns the check for lessons: before the first write of a course, and again before each write that
would lose some, because a check is valid for one minute. It must never let a write pass while the
lessons are unknown.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from coursesync.applying.report import Result, Status
from coursesync.errors import Remedy, Stop
from coursesync.planning.lessons import REMEDY, describe
from coursesync.planning.plan import Action, Hindrance

if TYPE_CHECKING:
    from collections.abc import Collection

    from coursesync.applying.run import CourseRun, Run
    from coursesync.nexudus.lessons import Lessons
    from coursesync.planning.plan import Change

MOST_AGE = 50.0  # seconds; a minute, less the time of the write


def hindrance_to(
    change: Change, courses: Collection[int], lessons: Lessons, most_age: float = inf
) -> Hindrance | None:
    """Find the lessons that prevent a change that deletes a section, or moves it to another course.

    Args:
        change: the change; lessons of the course to which it moves the section do not prevent it.
        courses: the Ids of the courses whose lessons may be in the section.
        lessons: lists them.
        most_age: the largest age of a list, in seconds.

    Raises:
        Stop: the run was asked to stop, or may send nothing more for now.
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
    return Hindrance(change, tuple(found[number] for number in sorted(found)), remedy=REMEDY)


def _unknown(change: Change, stop: Stop) -> Hindrance:
    from coursesync.nexudus.lessons import LIST_ROLE  # noqa: PLC0415 - brings pydantic

    remedy = Remedy(f"Looking for them needs the role {LIST_ROLE}.", stop.remedy)
    return Hindrance(change, unknown=stop.reason, remedy=remedy)


def look_for_lessons(run: Run, course: CourseRun) -> None:
    """Look for lessons once, before the first write of a course.

    If a section to be deleted, or moved in from another course, has lessons, stop this course and
    record the result of that change.

    Raises:
        Stop: the run can't go on.
    """
    if course.lessons_seen:
        return
    course.lessons_seen = True
    for change in course.changes:
        if change.address not in run.results:
            _look(run, course, change, inf)


def may_be_sent(run: Run, change: Change) -> bool:
    """Look again right before a change is sent, and record its result if it may not be.

    Raises:
        Stop: the run can't go on.
    """
    if not _courses(run, change):
        return True
    course = next(each for each in run.courses if each.id == change.parent_id)
    _look(run, course, change, MOST_AGE)
    return not course.held


def _look(run: Run, course: CourseRun, change: Change, most_age: float) -> None:
    if courses := _courses(run, change):
        run.sender.until_writable()  # so that the look is recent when the write is sent
        if found := hindrance_to(change, courses, run.lessons, most_age):
            _hold(run, course, found)


def _courses(run: Run, change: Change) -> Collection[int]:
    """Return the courses to check, including the one where the record was last read."""
    lives = run.lives_in.get(change.record_id or 0)
    if lives is None or not change.action.overwrites:
        return change.lesson_courses
    if lives == change.parent_id and change.action is not Action.DELETE:
        return ()  # the section is in its new course already
    return change.lesson_courses | {lives}


def _hold(run: Run, course: CourseRun, found: Hindrance) -> None:
    change = found.change
    course.held = f"{change.address} has lessons, or they can't be listed"
    what = "deleted" if change.action is Action.DELETE else "moved"
    reason = f"not {what}, because {describe(found)}"
    status = Status.HAS_LESSONS
    run.conclude(Result(change, status, change.record_id, reason, remedy=found.remedy))
