"""What the site is known to have of the courses of a plan.

Owns where records stand, and whether members see them. It must never know a tree of main.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from coursesync.ci.coverage.specified import by_id, is_active
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.planning.plan import Plan

Place: TypeAlias = tuple[int, int]


class Site(NamedTuple):
    """What the site is known to have.

    Attributes:
        places: the place of each record in its list, by the address with the course's Id; without
            the records that are new in their list. It is the record's number and its Id, which
            decides between equal numbers.
        records: what each record has.
    """

    places: Mapping[Address, Place]
    records: Mapping[tuple[Kind, object], Attributes]

    def shows(self, kind: Kind, attributes: Attributes) -> bool:
        """Return whether members see a record; not if nobody knows the one that holds it."""
        while is_active(kind, attributes):
            within, holder = kind.within, attributes.get(kind.parent_property)
            if within is None or holder is None:  # the course holds it
                return True
            if (within, holder) not in self.records:
                return False
            kind, attributes = within, self.records[within, holder]
        return False


def on_site(plan: Plan) -> Site:
    """Return what the site is known to have of the courses of a plan."""
    places: dict[Address, Place] = {}
    records: dict[tuple[Kind, object], Attributes] = {}
    for change in plan.changes:
        if isinstance(change.held, Entry):
            kind, known = change.kind, change.held.known
            records[kind, change.held.id] = known
            if change.from_course is None and not change.moves:
                places[by_id(change.address, change.course_id)] = (
                    kind.order_of(known),
                    change.held.id,
                )
    for course in plan.courses.values():
        for each in course.standing:
            place = each.kind.order_of(each.attributes), each.id or 0
            places[by_id(each.address, course.id)] = place
            records[each.kind, each.id] = each.attributes
    return Site(places, records)
