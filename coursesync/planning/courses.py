"""The courses that a plan changes, with their other records, for views of a whole course."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds.address import course_of
from coursesync.planning.plan import Course, Standing

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from coursesync.kinds.address import Address
    from coursesync.planning.course_diff import Side
    from coursesync.planning.plan import Change
    from coursesync.state.state import State


def course_at(course_id: int, side: Side, state: State) -> Course:
    """Return a course as a plan describes it, without its records."""
    managed = len(side.entries) + len(side.guests)
    if (outline := side.outline) is not None:
        return Course(outline.key, course_id, outline.title, outline.path, managed)
    # a course without an outline is here because the state holds, or held, something of it
    key = next(course_of(address) for address in (*side.entries, *side.doubts, *side.gone))
    record = state.courses.get(key)
    return Course(key, course_id, record.title if record else "", None, managed)


def touched(
    courses: Mapping[int, Course], sides: Mapping[int, Side], changes: Iterable[Change]
) -> dict[int, Course]:
    """Return the courses that get changes or lose records, with their other records.

    Args:
        courses: all courses, by their Ids.
        sides: what each course wants and has, by its Id.
        changes: all changes of a plan.

    Returns:
        The courses by their Ids, sorted by key.
    """
    changed: dict[int, set[Address]] = {}
    departures: dict[int, list[Change]] = {}
    for change in changes:
        changed.setdefault(change.parent_id, set()).add(change.address)
        if change.home is not None:
            departures.setdefault(change.home, []).append(change)
    found = (courses[course_id] for course_id in changed.keys() | departures.keys())
    return {
        course.id: replace(
            course,
            standing=_standing(sides[course.id], changed.get(course.id, ())),
            departures=tuple(departures.get(course.id, ())),
        )
        for course in sorted(found, key=lambda course: (course.key, course.id))
    }


def _standing(side: Side, changed: Container[Address]) -> tuple[Standing, ...]:
    """Return the records of the outline that have no change."""
    return tuple(
        Standing(resource.address, resource.kind, entry.known)
        for resource in side.resources
        if resource.address not in changed and (entry := side.entry(resource)) is not None
    )
