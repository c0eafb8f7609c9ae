"""Gives each outline without an Id the Id of its course, once the course has a record.

Owns how the record of such a course is found in the state: by the course's key; if the key changed,
by a former key that the author states, or by the title, if one course and one record have it. It
must never guess.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds import kind_of
from coursesync.kinds.address import course_address, key_of
from coursesync.kinds.field import is_provisional
from coursesync.planning.pairing import alone, unambiguous

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.resource import Resource
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.state.state import Entry, State


def with_ids(outlines: Outlines, state: State) -> Outlines:
    """Return the outlines, each new course with the Id of its record if the state has one."""
    every = (*outlines.outlines, *outlines.others)
    new = [each for each in every if is_provisional(each.course_id)]
    if not new:
        return outlines
    ids = _ids(new, _free(state, every, outlines.settled))
    return replace(
        outlines,
        outlines=tuple(_identified(each, ids) for each in outlines.outlines),
        others=tuple(_identified(each, ids) for each in outlines.others),
    )


def _free(state: State, every: Sequence[Outline], settled: frozenset[str]) -> dict[Address, Entry]:
    """Return the records of courses that belong to no outline with an Id."""
    taken = {each.course_id for each in every}
    taken |= {state.complete[key].id for key in settled & state.complete.keys()}
    addresses = (at for at in state.entries if key_of(at) and at == course_address(key_of(at)))
    found = {at: state.entries[at] for at in addresses}
    return {at: entry for at, entry in found.items() if entry.id not in taken}


def _ids(new: Sequence[Outline], free: Mapping[Address, Entry]) -> dict[str, int]:
    """Return the Id of each of these courses that has a record, by the course's key."""
    own = {each.key: course_address(each.key) for each in new}
    pairs = {at: at for at in own.values() if at in free}
    left = {at: entry for at, entry in free.items() if at not in pairs}
    courses = [e.course for e in new if e.course is not None and e.course.address not in pairs]
    pairs |= unambiguous([*_stated(courses, left)])
    taken = {*pairs.values()}
    left = {at: entry for at, entry in left.items() if at not in taken}
    pairs |= unambiguous([*_alike([e for e in courses if e.address not in pairs], left)])
    return {key_of(at): free[old].id for at, old in pairs.items()}


def _stated(
    courses: Sequence[Resource], left: Mapping[Address, Entry]
) -> Iterator[tuple[Address, Address]]:
    for course in courses:
        for former in map(course_address, course.previous_keys):
            if former in left:
                yield course.address, former


def _alike(
    courses: Sequence[Resource], left: Mapping[Address, Entry]
) -> Iterator[tuple[Address, Address]]:
    titled = defaultdict(list)
    for at, entry in left.items():
        titled[kind_of(at).title_of(entry.known)].append(at)
    for course in courses:
        for old in alone(titled.get(course.title, ())):
            yield course.address, old


def _identified(outline: Outline, ids: Mapping[str, int]) -> Outline:
    """Return an outline with the Id of its course in all that it wants."""
    course_id = ids.get(outline.key)
    if not is_provisional(outline.course_id) or course_id is None:
        return outline

    def within(resource: Resource) -> Resource:
        home = {resource.kind.course_property: course_id}
        return replace(resource, attributes={**resource.attributes, **home})

    return replace(
        outline,
        course_id=course_id,
        resources=tuple(map(within, outline.resources)),
        course=outline.course and within(outline.course),
        publication=outline.publication and within(outline.publication),
    )
