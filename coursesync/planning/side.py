"""One course's two sides: what its outline wants, and what the state holds of it.

Owns what follows from the pairs that `sides` finds. It must never pair anything.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.kinds import kind_of
from coursesync.kinds.address import (
    Address,
    course_address,
    course_of,
    keys_of,
)
from coursesync.kinds.field import Ref
from coursesync.planning.pairing import homes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coursesync.kinds.kind import Kind
    from coursesync.kinds.resource import Resource
    from coursesync.outlines.outline import Outline
    from coursesync.state.state import Doubt, Entry


@dataclass(slots=True, eq=False)
class Side:
    """What the outline of a course wants, and what the state holds of the course.

    Attributes:
        outline: None if the course has none.
        entries: the course's entries, without those in `gone`.
        doubts: the course's creates in doubt.
        pairs: the address of each resource's entry, by the resource's address.
        guests: the entries that come from other courses.
        gone: the entries that go to other courses.
        likely_same: for a new resource, the orphan of another course that is likely the same
            resource; for an orphan, such a resource.
        waits: for a new resource, the create in doubt of another course that it has to wait for;
            for a create in doubt, such a resource.
        stated: the entries and creates in doubt that the former keys of a resource name, by the
            resource's address; of another course only orphans.
        left_alone: the entries that belong to a list which the outline does not have: their records
            are left alone.
        moved: the new address of each orphan that gets one, because its parent has another, or
            because a resource has its own.
    """

    course_id: int
    outline: Outline | None
    entries: dict[Address, Entry]
    doubts: dict[Address, Doubt]
    pairs: dict[Address, Address] = field(default_factory=dict)
    guests: dict[Address, Entry] = field(default_factory=dict)
    gone: dict[Address, Entry] = field(default_factory=dict)
    likely_same: dict[Address, Address] = field(default_factory=dict)
    waits: dict[Address, Address] = field(default_factory=dict)
    stated: dict[Address, list[Address]] = field(default_factory=lambda: defaultdict(list))
    left_alone: set[Address] = field(default_factory=set)
    moved: dict[Address, Address] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The course's key."""
        if self.outline is not None:
            return self.outline.key
        # it is here only because the state has or had an entry or a doubt for it
        return course_of(next(iter((*self.entries, *self.doubts, *self.gone))))

    @property
    def resources(self) -> Sequence[Resource]:
        """The resources of the outline, in the order in which they are made."""
        return wanted_in(self.outline) if self.outline else ()

    @property
    def orphans(self) -> dict[Address, Entry]:
        """The entries that belong to no resource."""
        wanted = set(self.pairs.values())
        wanted |= self.doubts.keys()  # a record that was found to be gone is created again
        return {
            address: entry
            for address, entry in self.entries.items()
            if address not in wanted and not self._leaves(address, entry)
        }

    def _leaves(self, address: Address, entry: Entry) -> bool:
        """Return whether a course's own record is left alone; others than ours always are."""
        kind = kind_of(address)
        others = self.outline is not None or entry.external or kind.of is not None
        return kind.is_course and others

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

    def order(self, resource: Resource) -> int | None:
        """Return the number that a resource has among its siblings; None if it has none yet."""
        held, kind = self.doubts.get(resource.address) or self.entry(resource), resource.kind
        if held is None or kind.course_id_of(held.sent) != self.course_id:
            return None
        if held.known.get(kind.parent_property) != self.parent_id(kind, resource.parent):
            return None  # it has its number among others
        return int(held.known[kind.order_property])

    def homes_of(
        self, entries: Iterable[Address]
    ) -> tuple[dict[Address, Address], dict[Address, Address | None]]:
        """Return the present addresses of the paired entries, and of the parents of `entries`."""
        parents = {old: new for new, old in self.pairs.items()}
        return parents, homes_of(entries, parents, course_address(self.key))

    def parent_id(self, kind: Kind, parent: Address) -> int | Ref | None:
        """Return the parent's Id, a `Ref` if it has none yet, or None for the course."""
        if kind.within is None or len(keys_of(parent)) == 1:
            return None
        was = self.pairs.get(parent)
        entry = None if was is None else self.guests.get(was) or self.entries.get(was)
        return Ref(parent) if entry is None else entry.id


def wanted_in(outline: Outline) -> Sequence[Resource]:
    """Return all that an outline wants, in the order in which it is made.

    A course is published once all that is in it is there, and taken from members before that.
    """
    if (course := outline.course) is None:
        return outline.resources
    if (published := outline.publication) is None:
        return (course, *outline.resources)
    if published.kind.is_active(published.attributes):
        return (course, *outline.resources, published)
    return (course, published, *outline.resources)
