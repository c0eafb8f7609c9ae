"""The two sides of a course, and the course as a plan shows it.

Owns which entry belongs to which resource. It must never decide what is done: `diff` does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from coursesync.kinds.address import course_of
from coursesync.planning.pairing import identify
from coursesync.planning.plan import Course, Standing

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Resource
    from coursesync.outlines.outline import Outline
    from coursesync.planning.plan import Change
    from coursesync.state.state import Doubt, Entry, State

Held = TypeVar("Held", "Entry", "Doubt")


@dataclass(slots=True)
class Side:
    """What the outline of a course wants, and what the state holds of the course.

    Attributes:
        outline: None if the course has none.
        entries: the course's entries, without those in `gone`.
        doubts: the course's creates in doubt.
        pairs: the address of each resource's entry, by the resource's address.
        guests: the entries that come from other courses.
        gone: the entries that go to other courses.
    """

    outline: Outline | None
    entries: dict[Address, Entry]
    doubts: dict[Address, Doubt]
    pairs: dict[Address, Address] = field(default_factory=dict)
    guests: dict[Address, Entry] = field(default_factory=dict)
    gone: dict[Address, Entry] = field(default_factory=dict)

    @property
    def resources(self) -> Sequence[Resource]:
        """The resources of the outline, in the members' order."""
        return self.outline.resources if self.outline else ()

    @property
    def orphans(self) -> dict[Address, Entry]:
        """The entries that belong to no resource."""
        wanted = set(self.pairs.values())
        wanted |= self.doubts.keys()  # a record that was found to be gone is created again
        return {address: entry for address, entry in self.entries.items() if address not in wanted}

    @property
    def new(self) -> list[Resource]:
        """The resources that have neither an entry nor a doubt."""
        return [
            resource
            for resource in self.resources
            if resource.address not in self.pairs and resource.address not in self.doubts
        ]

    def entry(self, resource: Resource) -> Entry | None:
        """Return the entry of a resource; None if it is new."""
        was = self.pairs.get(resource.address)
        return None if was is None else self.guests.get(was) or self.entries[was]


def sides_of(outlines: Iterable[Outline], settled: Container[str], state: State) -> dict[int, Side]:
    """Pair the resources of each course with the entries that the state holds of it.

    Args:
        outlines: the parsed outlines, one for each course.
        settled: the keys of the courses to leave out, because they need no change.
        state: what was last sent.

    Returns:
        The sides, by the course's Id.
    """
    entries = _by_course(state.entries, settled)
    doubts = _by_course(state.doubts, settled)
    wanted = {outline.course_id: outline for outline in outlines}
    sides = {}
    for course_id in wanted.keys() | entries.keys() | doubts.keys():
        side = Side(wanted.get(course_id), entries.get(course_id, {}), doubts.get(course_id, {}))
        side.pairs = identify(
            [r for r in side.resources if r.address not in side.doubts], side.entries
        )
        sides[course_id] = side
    return sides


def _by_course(
    items: Mapping[Address, Held], settled: Container[str]
) -> dict[int, dict[Address, Held]]:
    """Group entries or doubts by the course's Id, which stays the same if a file is renamed."""
    grouped: dict[int, dict[Address, Held]] = {}
    for address in items:
        if course_of(address) not in settled:
            item = items[address]
            grouped.setdefault(item.parent_id, {})[address] = item
    return grouped


def course_at(course_id: int, side: Side, state: State) -> Course:
    """Return a course as a plan describes it, without its records."""
    managed = len(side.entries) + len(side.guests)
    if (outline := side.outline) is not None:
        return Course(outline.key, course_id, outline.title, outline.path, managed)
    # a course without an outline is here only because the state has or had an entry or doubt for it
    key = next(course_of(address) for address in (*side.entries, *side.doubts, *side.gone))
    record = state.courses.get(key)
    return Course(key, course_id, record.title if record else "", None, managed)


def touched(
    courses: Mapping[int, Course], sides: Mapping[int, Side], changes: Iterable[Change]
) -> dict[int, Course]:
    """Return the courses with changes or departures, each with its unchanged records.

    All mappings are by the course's Id; the returned one is sorted by key.
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
