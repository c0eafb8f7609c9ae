"""The courses that a plan speaks of, each whole: for whoever shows more than the changes. Pure."""

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
    """Return what a plan says of a course itself."""
    managed = len(side.entries) + len(side.guests)
    if (outline := side.outline) is not None:
        return Course(outline.key, course_id, outline.title, outline.path, managed)
    # without an outline it is there for what the state holds of it, or did before that went away
    key = next(course_of(address) for address in (*side.entries, *side.doubts, *side.gone))
    record = state.courses.get(key)
    return Course(key, course_id, record.title if record else "", None, managed)


def touched(
    courses: Mapping[int, Course], sides: Mapping[int, Side], changes: Iterable[Change]
) -> dict[int, Course]:
    """Return the courses that changes speak of or take records from, each whole.

    Args:
        courses: all courses, by their Ids.
        sides: what each wants and has.
        changes: those of a plan.

    Returns:
        The courses by their Ids, sorted by key.
    """
    told: dict[int, set[Address]] = {}
    departures: dict[int, list[Change]] = {}
    for change in changes:
        told.setdefault(change.parent_id, set()).add(change.address)
        if change.home is not None:
            departures.setdefault(change.home, []).append(change)
    found = (courses[course_id] for course_id in told.keys() | departures.keys())
    return {
        course.id: replace(
            course,
            standing=_standing(sides[course.id], told.get(course.id, ())),
            departures=tuple(departures.get(course.id, ())),
        )
        for course in sorted(found, key=lambda course: (course.key, course.id))
    }


def _standing(side: Side, told: Container[Address]) -> tuple[Standing, ...]:
    """Return what is in the outline as it is in the state."""
    return tuple(
        Standing(resource.address, resource.kind, entry.known)
        for resource in side.resources
        if resource.address not in told and (entry := side.entry(resource)) is not None
    )
