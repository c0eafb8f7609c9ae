"""A course as its members see it: what opens on which day, before and after a plan.

Owns the members' order and the days. The meaning of a record's fields is up to its kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from coursesync.kinds.field import Role
from coursesync.planning.plan import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Planned
    from coursesync.kinds.kind import Kind
    from coursesync.planning.plan import Change, Course

    Way: TypeAlias = "tuple[Station, ...]"  # in the members' order


@dataclass(frozen=True, slots=True)
class Station:
    """A record on a member's way through a course.

    `change` is the plan's change, or None; if it belongs to another course, the record moves there.
    `day` is the first day after enrolment on which a member can open it, None if no member ever can
    because it is hidden, or waits for a hidden one. `follows` is the index in the course of the
    record that must be done first, or None.
    """

    address: Address
    kind: Kind
    attributes: Planned
    change: Change | None = None
    day: int | None = 0
    follows: int | None = None

    @property
    def title(self) -> str:
        """The title that members see."""
        return self.kind.title_of(self.attributes)

    @property
    def contents(self) -> str:
        """Its contents as HTML."""
        return self.kind.contents_of(self.attributes)

    @property
    def picture(self) -> str:
        """The address of its picture, or ""."""
        picture = self.attributes.get(self.kind.property_of(Role.PICTURE))
        return picture if isinstance(picture, str) else ""

    @property
    def is_hidden(self) -> bool:
        """Whether it is hidden from members."""
        return not self.kind.is_active(self.attributes)


def ways(course: Course, changes: Sequence[Change]) -> tuple[Way, Way]:
    """Return all records of a course before and after the plan's changes in it.

    A record in doubt is only in `after`, because nobody knows whether it exists. A record that
    moves to another course is in `before` here, and in `after` there.
    """
    standing = [Station(each.address, each.kind, each.attributes) for each in course.standing]
    before = [
        Station(change.was or change.address, change.kind, change.before, change)
        for change in (*course.departures, *(each for each in changes if each.home is None))
        if change.before is not None and change.action is not Action.DOUBT
    ]
    after = [
        Station(change.address, change.kind, attributes, change)
        for change in changes
        if change.action is not Action.DELETE and (attributes := change.attributes)
    ]
    return along([*standing, *before]), along([*standing, *after])


def along(stations: Iterable[Station]) -> Way:
    """Return records in the members' order, with the first day on which each can be opened.

    A record that opens in sequence waits for the one above it, hidden or not, because the API's
    page does not say that hidden ones are skipped. If it is the first, it never opens.
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
