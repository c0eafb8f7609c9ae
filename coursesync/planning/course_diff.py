"""The two sides of a course: what its outline wants, and what the state holds. Pure.

`diff` decides what follows; here it is only found which resource is which entry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from coursesync.kinds.address import course_of
from coursesync.planning.pairing import identify

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Resource
    from coursesync.outlines.outline import Outline
    from coursesync.state.state import Doubt, Entry, State

Held = TypeVar("Held", "Entry", "Doubt")


@dataclass(slots=True)
class Side:
    """A course: what its outline wants, what the state holds of it, and which of it is which.

    `pairs` are the addresses of entries by those of the resources that they are, `guests` the
    entries among them that come from other courses, `gone` those that went to others.
    """

    outline: Outline | None
    entries: dict[Address, Entry]
    doubts: dict[Address, Doubt]
    pairs: dict[Address, Address] = field(default_factory=dict)
    guests: dict[Address, Entry] = field(default_factory=dict)
    gone: dict[Address, Entry] = field(default_factory=dict)

    @property
    def resources(self) -> Sequence[Resource]:
        """What the outline wants, in the members' order."""
        return self.outline.resources if self.outline else ()

    @property
    def orphans(self) -> dict[Address, Entry]:
        """The entries that no resource is."""
        wanted = set(self.pairs.values())
        wanted |= self.doubts.keys()  # what is made anew there was found to be gone
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
        """Return the entry that a resource is, None where it is new."""
        was = self.pairs.get(resource.address)
        return None if was is None else self.guests.get(was) or self.entries[was]


def sides_of(outlines: Iterable[Outline], settled: Container[str], state: State) -> dict[int, Side]:
    """Set each course's outline beside what the state holds of it.

    Args:
        outlines: those that were parsed, one a course.
        settled: the keys of the courses that nothing is to be done for.
        state: what was last sent.

    Returns:
        The sides by the course's Id, each paired as `identify` has it.
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
    """Group what the state holds by the Id of its course, which a renamed file does not change."""
    grouped: dict[int, dict[Address, Held]] = {}
    for address in items:
        if course_of(address) not in settled:
            item = items[address]
            grouped.setdefault(item.parent_id, {})[address] = item
    return grouped
