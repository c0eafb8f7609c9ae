"""Is a section that is deleted, or leaves its course, without lessons?

Owns the look before the first write of a course that loses sections, and before each of the writes
by which it loses them: no such write is based on a look older than a minute. It must never let one
pass of whose lessons nothing is known.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from coursesync.applying.report import Result, Status
from coursesync.planning.lessons import look, told
from coursesync.planning.plan import Action

if TYPE_CHECKING:
    from collections.abc import Collection

    from coursesync.applying.run import CourseRun, Run
    from coursesync.planning.plan import Change, Hindrance

MOST_AGE = 50.0  # seconds, of the look; the write that is based on it takes some, too


def look_for_lessons(run: Run, course: CourseRun) -> None:
    """Look once, before the first write of a course, at the sections that it takes from any.

    Where lessons are in some, the course is held, and the result of each of those changes is noted.

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
    """Look again right before a change is sent; where it may not be, its result is noted.

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
        run.sender.until_writable()  # so that what is seen is not old when the write is sent
        if found := look(change, courses, run.lessons, most_age):
            _hold(run, course, found)


def _courses(run: Run, change: Change) -> Collection[int]:
    """Return the courses whose lessons count; also the one where the section was last seen."""
    lives = run.lives_in.get(change.record_id or 0)
    if lives is None or not change.action.overwrites:
        return change.lesson_courses
    if lives == change.parent_id and change.action is not Action.DELETE:
        return ()  # it is where it is to be
    return change.lesson_courses | {lives}


def _hold(run: Run, course: CourseRun, found: Hindrance) -> None:
    change = found.change
    course.held = f"{change.address} has lessons, or they are not known"
    what = "deleted" if change.action is Action.DELETE else "moved"
    reason = f"not {what}, because {told(found)}"
    status = Status.HAS_LESSONS
    run.conclude(Result(change, status, change.record_id, reason, remedy=found.remedy))
