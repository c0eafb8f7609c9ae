"""Keeps a section with lessons from being deleted or moved to another course.

Progress belongs to lessons and enrolments. A lesson stays in its course when the record that holds
it moves to another. What happens to it when that record is deleted is not documented.

Owns the check for lessons: before the first write of a course, and again before each write that
would lose some, because a check is valid for one minute. It must never let a write pass while the
lessons are unknown.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from coursesync.applying.completions import look_for_completions, may_be_deleted
from coursesync.applying.report import Result, Status
from coursesync.errors import Remedy, Stop
from coursesync.kinds import held_in
from coursesync.planning.action import Action
from coursesync.planning.plan import Hindrance
from coursesync.text import count, inert, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from coursesync.applying.run import CourseRun, Run
    from coursesync.kinds.address import Address
    from coursesync.nexudus.lessons import Lessons
    from coursesync.planning.plan import Change, Plan

_MOST_NAMED = 10
_REMEDY = (
    "In Nexudus, move each lesson to another section, or delete it. Deleting a lesson loses the "
    "progress of members in it."
)
MOST_AGE = 50.0  # seconds; a minute, less the time of the write


def hindrance_to(
    change: Change,
    courses: Collection[int],
    lessons: Lessons,
    planned: Collection[int],
    most_age: float = inf,
) -> Hindrance | None:
    """Find the lessons that prevent a change that deletes a section, or moves it to another course.

    Args:
        change: the change; lessons of the course to which it moves the section do not prevent it.
        courses: the Ids of the courses whose lessons may be in the section.
        lessons: lists them.
        planned: the Ids of the lessons that the plan takes out of the section before.
        most_age: the largest age of a list, in seconds.

    Raises:
        Stop: the run was asked to stop, or may send nothing more for now.
    """
    try:
        listed = [each for course in sorted(courses) for each in lessons.of(course, most_age)]
    except Stop as stop:
        if not stop.unusable:
            raise
        from coursesync.nexudus.lessons import LIST_ROLE  # noqa: PLC0415 - brings pydantic

        remedy = Remedy(f"Looking for them needs the role {LIST_ROLE}.", stop.remedy)
        return Hindrance(change, unknown=stop.reason, remedy=remedy)
    found = {
        lesson.id: lesson
        for lesson in listed
        if lesson.section_id == change.record_id
        and lesson.id not in planned
        and (change.action is Action.DELETE or lesson.course_id != change.parent_id)
    }
    if not found:
        return None
    return Hindrance(change, tuple(found[number] for number in sorted(found)), remedy=_REMEDY)


def leaving(plan: Plan, done: Mapping[Address, Result] | None = None) -> frozenset[int]:
    """Return the Ids of the records that a plan deletes, or takes out of what they are in.

    With the results of a run, only those that it has carried out.
    """
    return frozenset(
        change.entry.id
        for change in plan.changes
        if change.kind.within
        and (change.action is Action.DELETE or change.moves)
        and (done is None or ((result := done.get(change.address)) is not None and result.done))
    )


def describe(hindrance: Hindrance, most: int = _MOST_NAMED) -> str:
    """Return why a change can't be carried out, as a clause that names at most `most` lessons."""
    if hindrance.unknown:
        return f"its lessons can't be listed: {hindrance.unknown}"
    lessons = hindrance.lessons
    names = [f'"{inert(each.title or "", 40)}" (Id {each.id})' for each in lessons]
    return f"it has {count(len(lessons), 'lesson')}: {listed(names, most)}"


def look_for_lessons(run: Run, course: CourseRun) -> None:
    """Look for lessons once, before the first write of a course.

    If a section to be deleted, or moved in from another course, has lessons, stop this course and
    record the result of that change. Raises Stop if the run can't go on.
    """
    if course.lessons_seen:
        return
    course.lessons_seen = True
    look_for_completions(run, course)
    for change in course.changes:
        if change.address not in run.results:
            _look(run, change, inf)


def may_be_sent(run: Run, change: Change) -> bool:
    """Look again right before a change is sent, and record its result if it may not be.

    Raises Stop if the run can't go on.
    """
    return may_be_deleted(run, change) and not _look(run, change, MOST_AGE)


def _look(run: Run, change: Change, most_age: float) -> bool:
    """Look for the lessons that a change would lose; return whether its course is stopped."""
    courses = _courses(run, change)
    if not courses:
        return False
    planned = leaving(run.plan, None if most_age == inf else run.results)
    run.sender.until_writable()  # so that the look is recent when the write is sent
    if found := hindrance_to(change, courses, run.lessons, planned, most_age):
        what = "deleted" if change.action is Action.DELETE else "moved"
        reason = f"not {what}, because {describe(found)}"
        stopped = Result(change, Status.HAS_LESSONS, change.record_id, reason, remedy=found.remedy)
        holds = f"{change.address} has lessons"
        if found.unknown:
            holds = f"the lessons of {change.address} can't be listed"
        run.conclude(stopped, holds=holds)
    return bool(run.course_of(change).held)


def _courses(run: Run, change: Change) -> Collection[int]:
    """Return the courses to check, including the one where the record was last read."""
    _, record = run.fresh.get((change.kind, change.record_id or 0), (0.0, None))
    if record is None or not change.action.overwrites or not held_in(change.kind):
        return change.lesson_courses
    if record.parent_id == change.parent_id and change.action is not Action.DELETE:
        return ()  # the section is in its new course already
    return change.lesson_courses | {record.parent_id}
