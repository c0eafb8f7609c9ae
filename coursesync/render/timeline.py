"""A course as its members meet it: what opens when, before and after a plan.

What a record's own fields mean is its kind's to say; here records are put in the members' order
and followed from the first to the last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.planning.plan import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.attributes import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.planning.plan import Change, Course


@dataclass(frozen=True, slots=True)
class Station:
    """A record on a member's way through a course.

    `change` is what the plan does to it, None where it stays as it is; one of another course takes
    it there. `day` is the first day after enrolment on which a member can be in it, None where no
    member ever can: it is hidden, or waits for one that is. `follows` is the one that has to be
    done first, as its place in the course (from 0), None where it waits for none.
    """

    address: Address
    kind: Kind
    attributes: Attributes
    change: Change | None = None
    day: int | None = 0
    follows: int | None = None

    @property
    def title(self) -> str:
        """What members see it called."""
        return self.kind.title_of(self.attributes)

    @property
    def is_hidden(self) -> bool:
        """Whether members don't see it."""
        return not self.attributes.get(self.kind.active_property, True)


@dataclass(frozen=True, slots=True)
class Ways:
    """A course's records in the members' order, as they are and as the plan leaves them."""

    before: tuple[Station, ...]
    after: tuple[Station, ...]


def ways(course: Course, changes: Sequence[Change]) -> Ways:
    """Show a course whole: what the plan changes in it, among what stays.

    Args:
        course: a course of a plan.
        changes: the plan's changes in it, as `Plan.by_course` gives them.

    Returns:
        Both ways. A record in doubt is on the second alone, for nobody knows whether it is there;
        one that goes to another course is on this one's first, and on the other's second.
    """
    standing = [Station(each.address, each.kind, each.attributes) for each in course.standing]
    before = [
        Station(change.was or change.address, change.kind, change.before, change)
        for change in (*course.departures, *(each for each in changes if not each.arrives))
        if change.before is not None and change.action is not Action.DOUBT
    ]
    after = [
        Station(change.address, change.kind, attributes, change)
        for change in changes
        if change.action is not Action.DELETE and (attributes := change.attributes)
    ]
    return Ways(along([*standing, *before]), along([*standing, *after]))


def along(stations: Iterable[Station]) -> tuple[Station, ...]:
    """Put records in the members' order, and find for each the first day that it can be entered.

    A record that opens in sequence waits for the one above it in the list, hidden or not: the API's
    page does not say that hidden ones are passed over. A first one that opens in sequence waits for
    nothing that could be done.

    Args:
        stations: in any order, without their days.
    """
    way: list[Station] = []
    for index, station in enumerate(sorted(stations, key=_place)):
        opening = station.kind.opens(station.attributes)
        day: int | None = opening.days or 0
        follows = None
        if opening.in_sequence:
            follows, day = (index - 1, way[-1].day) if way else (None, None)
        way.append(replace(station, day=None if station.is_hidden else day, follows=follows))
    return tuple(way)


def _place(station: Station) -> tuple[int, str]:
    return station.kind.order_of(station.attributes), station.address
