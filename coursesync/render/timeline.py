"""A course as its members see it: what opens on which day, before and after a plan.

Owns the members' order and the days. The meaning of a record's fields is up to its kind.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from coursesync.kinds import held_in, rank
from coursesync.kinds.address import is_course, key_of
from coursesync.kinds.counting import in_turn
from coursesync.kinds.field import Role
from coursesync.kinds.rows import NOTHING
from coursesync.kinds.unlock import opening
from coursesync.planning.action import Action
from coursesync.render.holders import directly

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Planned
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.unlock import Opening
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Course

    Way: TypeAlias = "tuple[Station, ...]"  # in the members' order


@dataclass(slots=True)  # not frozen: that makes ten thousand of them several times slower
class Station:
    """A record on a member's way through a course.

    `change` is the plan's change, or None; if it belongs to another course, the record moves there.
    `day` is the first day after enrolment on which a member can open it, None if no member ever can
    because it is hidden, or waits for one that is hidden or has nothing to complete. `follows` is
    the index in the course of the record that must be done first, or None. `inside` is the index of
    the parent, or None; `covered` says that the parent is hidden. `heading` is the title above it
    and those after it, if they have no parent in the course; "" for none.
    """

    address: Address
    kind: Kind
    attributes: Planned
    change: Change | None = None
    day: int | None = 0
    follows: int | None = None
    inside: int | None = None
    covered: bool = False
    heading: str = ""

    @property
    def opening(self) -> Opening:
        """When a member gets into it."""
        return opening(self.attributes)

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

    @property
    def is_unseen(self) -> bool:
        """Whether members don't see it, because it or a parent is hidden."""
        return self.covered or self.is_hidden

    @property
    def is_step(self) -> bool:
        """Whether members can complete it: False if it has nothing to complete.

        An outermost record is complete once all in it is.
        """
        if not self.kind.has(Role.COMPLETION):
            return self.kind.within is None
        return self.kind.completion_of(self.attributes) != NOTHING

    @property
    def place(self) -> tuple[int, Address]:
        """Its place among its siblings."""
        return self.kind.order_of(self.attributes), self.address

    @property
    def summary(self) -> str:
        """The text that members see above its contents, or ""."""
        texts = [self.attributes.get(name) for name in self.kind.texts]
        return " ".join(text for text in texts if isinstance(text, str) and text)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a member has to do, in words."""
        said = (words(self.attributes, self.attributes)[1] for words in self.kind.remarks)
        return tuple(filter(None, said))


def ways(course: Course, changes: Sequence[Change]) -> tuple[Way, Way]:
    """Return all records of a course before and after the plan's changes in it.

    A record in doubt is only in `after`, because nobody knows whether it exists. A record that
    moves to another course is in `before` here, and in `after` there.
    """
    before = [
        Station(change.previous_address or change.address, change.kind, change.before, change)
        for change in (*course.departures, *(each for each in changes if each.from_course is None))
        if change.before is not None and change.action is not Action.DOUBT
    ]
    return _way([*_standing(course), *before]), _way(_after(course, changes))


def _way(stations: Iterable[Station]) -> Way:
    """Put records in the members' order, without the course's own."""
    return along(each for each in stations if not each.kind.is_course)


def openings(course: Course, changes: Sequence[Change]) -> dict[Address, str]:
    """Return in words when each record with a parent opens, after a plan's changes.

    Only the possible parents are put in order: their children change only the day on which a later
    record opens in sequence, and no words contain that day.
    """
    records: list[tuple[Address, Kind, Planned]]
    records = [(each.address, each.kind, each.attributes) for each in course.standing]
    records += [(change.address, change.kind, after) for change, after in _lasting(changes)]
    kinds = {kind for _, kind, _ in records}
    if not any(kind.within for kind in kinds):
        return {}
    holding = {kind for kind in kinds if held_in(kind)}
    holders = along(Station(*each) for each in records if each[1] in holding)
    above = {each.address: _Above.of(each, holders) for each in holders}
    return {
        address: holder.when(kind, attributes)
        for address, kind, attributes in records
        if kind.within and (holder := above.get(kind.parent_of(address)))
    }


def _after(course: Course, changes: Sequence[Change]) -> Iterator[Station]:
    yield from _standing(course)
    for change, attributes in _lasting(changes):
        yield Station(change.address, change.kind, attributes, change)


def _standing(course: Course) -> Iterator[Station]:
    return (Station(each.address, each.kind, each.attributes) for each in course.standing)


def _lasting(changes: Sequence[Change]) -> Iterator[tuple[Change, Planned]]:
    """Yield the changes whose records exist after the plan, with their attributes then."""
    for change in changes:
        if change.action is not Action.DELETE and (attributes := change.attributes):
            yield change, attributes


def along(stations: Iterable[Station]) -> Way:
    """Return records in the members' order, with the first day on which each can be opened.

    Each record of the outermost kind is followed by its children, one kind after the other; records
    of other kinds without a parent in the course come last. A record's rule holds for its children
    as well.

    A record that opens in sequence waits for its sibling above, hidden or not, because the API's
    page does not say that hidden ones are skipped. If it is the first, it never opens. A record
    with children is done once members have done those that they see and can complete.
    """
    every = list(stations)
    known = {each.address for each in every}
    inside: dict[Address, list[Station]] = defaultdict(list)
    outermost: list[Station] = []
    apart: dict[tuple[Kind, Address], list[Station]] = defaultdict(list)
    for each in sorted(every, key=lambda each: (rank(each.kind), each.place)):
        parent = each.kind.parent_of(each.address)
        if each.kind.within is None:
            outermost.append(each)
        elif parent in known:
            inside[parent].append(each)
        else:
            apart[each.kind, parent].append(each)
    walk = _Walk(inside)
    walk.pass_along(outermost)
    for kind in in_turn(kind for kind, _ in apart):
        for parent in sorted((at for one, at in apart if one is kind), key=_directly_last):
            heading = directly(kind) if is_course(parent) else key_of(parent)
            walk.pass_along([replace(each, heading=heading) for each in apart[kind, parent]])
    return tuple(walk.way)


def when(station: Station, way: Sequence[Station]) -> str:
    """Return in a member's words when a record of a way opens."""
    if station.inside is None:
        return station.kind.describe(station.attributes)
    return _Above.of(way[station.inside], way).when(station.kind, station.attributes)


class _Above(NamedTuple):
    """What a parent's rule means for its children.

    Attributes:
        noun: the word for the parent.
        day: the first day on which it can be opened; 0 also for never.
        waits: whether it, or a parent of its own, opens in sequence.
    """

    noun: str
    day: int
    waits: bool

    @classmethod
    def of(cls, station: Station, way: Sequence[Station]) -> _Above:
        """Read the rule of a record of a way."""
        return cls(station.kind.name, station.day or 0, _waits(station, way))

    def when(self, kind: Kind, attributes: Planned) -> str:
        """Return in a member's words when a child opens."""
        said = kind.describe(attributes)
        if not self.day and not self.waits:
            return said
        opens = opening(attributes)
        if opens.in_sequence:
            return said
        if not self.waits and opens.days is not None and opens.days >= self.day:
            return said
        noun = self.noun
        return f"opens with its {noun}" if not opens.days else f"{said}, not before its {noun}"


def _waits(station: Station, way: Sequence[Station]) -> bool:
    """Return whether a record, or a parent, opens in sequence."""
    if station.opening.in_sequence:
        return True
    return station.inside is not None and _waits(way[station.inside], way)


def _directly_last(parent: Address) -> tuple[bool, Address]:
    return is_course(parent), parent


class _Walk:
    """Goes through a course, and notes what is open when."""

    def __init__(self, inside: Mapping[Address, Sequence[Station]]) -> None:
        self._inside = inside
        self.way: list[Station] = []

    def pass_along(self, siblings: Sequence[Station], holder: int | None = None) -> int | None:
        """Go through siblings and their children; `holder` is the index of their parent.

        Returns:
            The day on which a member can have done all that members see of them; None for never.
        """
        within = None if holder is None else self.way[holder]
        start = 0 if within is None else within.day
        covered = within is not None and within.is_unseen
        follows: int | None = None
        done, all_done = start, start
        for station in siblings:
            opens, is_hidden = station.opening, station.is_hidden
            waits = opens.in_sequence
            first = done if waits and follows is not None else start
            never = is_hidden or covered or (waits and follows is None)
            day = None if never else _later(first, opens.days or 0)
            index = len(self.way)
            self.way.append(
                Station(  # `replace` takes three times as long
                    station.address,
                    station.kind,
                    station.attributes,
                    station.change,
                    day=day,
                    follows=follows if waits else None,
                    inside=holder,
                    covered=covered,
                    heading=station.heading,
                )
            )
            inside = self._inside.get(station.address)
            done = self._pass_through(inside, index) if inside else day
            if not station.is_step:
                done = None
            elif not is_hidden:
                all_done = _later(all_done, done)
            follows = index
        return all_done

    def _pass_through(self, inside: Sequence[Station], index: int) -> int | None:
        """Go through all in a record, as `pass_along` does; siblings are of one kind."""
        done = self.way[index].day
        for _, siblings in groupby(inside, key=lambda each: each.kind):
            done = _later(done, self.pass_along([*siblings], index))
        return done


def _later(one: int | None, other: int | None) -> int | None:
    """Return the later of two days; None is never."""
    return None if one is None or other is None else max(one, other)
