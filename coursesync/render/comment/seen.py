"""What members see differently after a plan: an item for each record, with its effects.

Owns which effect weighs most, and the effects that follow from other changes: what is in a hidden
record is hidden too, and what opens in sequence waits for the record before it. It must never write
Markdown.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.kinds.field import Role
from coursesync.planning.action import Action
from coursesync.render.comment.effect import Effect
from coursesync.render.comment.losing import identity, lateness, may_lose
from coursesync.render.differences import ORDER
from coursesync.render.timeline import Station, ways
from coursesync.render.waiting import waits_for_another

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from coursesync.kinds.field import Planned
    from coursesync.kinds.kind import Kind
    from coursesync.planning.change import Change
    from coursesync.render.excerpt import Difference
    from coursesync.render.row import Row
    from coursesync.render.rows import CourseView
    from coursesync.render.timeline import Way


_BY_ROLE = {
    Role.TITLE: Effect.RENAMED,
    Role.CONTENTS: Effect.REWORDED,
    Role.PICTURE: Effect.PICTURE,
}
# their effects show by the record's place, and by whether members see it
_SHOWN_OTHERWISE = frozenset({Role.ACTIVE, Role.ORDER})
_WITH_PARENT = frozenset({Effect.HIDDEN, Effect.SHOWN})


@dataclass(frozen=True)
class Item:
    """A record that members see differently.

    Attributes:
        effects: the effects, the heaviest first; never none.
        before: the record before the plan; None if members of this course had none.
        after: the record after the plan; None if there is none in this course.
        ways: the course before and after.
        row: the plan's row; None if the record itself does not change.
        neighbours: the titles before and after it among its siblings after the plan; "" for none.
        inner: how many records in it are hidden or shown with it.
    """

    effects: tuple[Effect, ...]
    before: Station | None
    after: Station | None
    ways: tuple[Way, Way]
    row: Row | None
    neighbours: tuple[str, str] = ("", "")
    inner: int = 0

    @property
    def effect(self) -> Effect:
        """The heaviest effect."""
        return self.effects[0]

    @property
    def kind(self) -> Kind:
        """The record's kind."""
        return self._here.kind.record

    @property
    def title(self) -> str:
        """The title that members see from now on, or saw last."""
        if self.kind.is_course and self.row is not None:
            return self.row.title
        return self._here.title

    @property
    def is_new(self) -> bool:
        """Whether the plan creates the record."""
        change = None if self.row is None else self.row.change
        return change is not None and change.action is Action.CREATE

    @property
    def is_moved(self) -> bool:
        """Whether the plan moves the record."""
        return self.row is not None and _moves(self.row.change)

    @property
    def within(self) -> str:
        """The title of its parent; "" if it is directly in the course."""
        return self._holder(self.after, 1) if self.after is not None else self.within_before

    @property
    def within_before(self) -> str:
        """The title of its former parent; "" if it was directly in the course."""
        return self._holder(self.before, 0)

    @property
    def follows(self) -> Station | None:
        """The record that must be done before it; None if there is none."""
        return _followed(self.after, self.ways[1])

    @property
    def followed(self) -> Station | None:
        """The record that had to be done before it; None if there was none."""
        return _followed(self.before, self.ways[0])

    @property
    def values(self) -> tuple[Planned, Planned]:
        """The attributes before and after; nothing where there is no record."""
        if self.row is not None:
            return self.row.change.before or {}, self.row.change.attributes
        sides = (self.before, self.after)
        one, other = ({} if each is None else each.attributes for each in sides)
        return one, other

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The fields that differ, in the author's words."""
        return () if self.row is None else self.row.differences

    def role(self, difference: Difference) -> Role | None:
        """Return the role of a difference's field; None if it has none."""
        return _role(self.kind, difference)

    def _holder(self, station: Station | None, side: int) -> str:
        inside = None if station is None else station.inside
        return "" if inside is None else self.ways[side][inside].title

    @property
    def _here(self) -> Station:
        here = self.after if self.after is not None else self.before
        assert here is not None  # noqa: S101 - `items_of` makes none without a record
        return here


def _followed(station: Station | None, way: Way) -> Station | None:
    return None if station is None or station.follows is None else way[station.follows]


def items_of(course: CourseView) -> tuple[Item, ...]:
    """Return what members of a course see differently, the heaviest effect first."""
    both = ways(course.course, course.changes)
    rows = {id(row.change): row for row in (*course.rows, *course.departures)}
    before, after = ({identity(each): each for each in way} for way in both)
    pairs = [(before.get(key), after.get(key)) for key in {**before, **after}]
    beside, inner = _neighbours(both[1]), _inner(pairs, both)
    found = []
    for was, now in pairs:
        change = _change(was, now)
        effects = tuple(_effects(change, was, now, both, rows))
        if not effects or (change is None and effects[0] in _WITH_PARENT):
            continue
        here = now if now is not None else was
        row = None if change is None else rows.get(id(change))
        sides = beside.get(id(now), ("", ""))
        found.append(Item(effects, was, now, both, row, sides, inner[identity(here)]))
    own = [_own_record(row) for row in course.rows if row.change.kind.is_course]
    if any(item.is_new for item in own):  # it is one item, with whether it is published
        is_published = any(item.effect is Effect.SHOWN for item in own)
        effect = Effect.NEW if is_published else Effect.DRAFT
        own = [replace(item, effects=(effect,)) for item in own if item.is_new]
        found = [replace(item, effects=(effect,)) for item in found]
    return tuple(own) + tuple(sorted(found, key=lambda item: item.effect))


def _own_record(row: Row) -> Item:
    """Return what members see of a change of the course's own record."""
    change = row.change
    now = Station(change.address, change.kind, change.attributes, change)
    if change.action is Action.DELETE:
        effect = Effect.DELETED
    elif change.action is Action.DOUBT:
        effect = Effect.DOUBT
    elif change.kind.of is not None:
        effect = Effect.SHOWN if change.kind.is_active(change.attributes) else Effect.HIDDEN
    else:
        effect = Effect.NEW if change.action is Action.CREATE else Effect.OTHER
    return Item((effect,), None, now, ((), ()), row)


def _change(was: Station | None, now: Station | None) -> Change | None:
    here = now if now is not None else was
    return None if here is None else here.change


def _neighbours(way: Way) -> Mapping[int, tuple[str, str]]:
    """Return the titles before and after each record of a way, by the record's identity.

    A list in which all is new has none.
    """
    lists: dict[object, list[Station]] = defaultdict(list)
    for each in way:
        lists[each.kind, each.inside, each.heading].append(each)
    return {
        id(each): (
            siblings[at - 1].title if at else "",
            siblings[at + 1].title if at + 1 < len(siblings) else "",
        )
        for siblings in lists.values()
        if not all(each.change and each.change.action is Action.CREATE for each in siblings)
        for at, each in enumerate(siblings)
    }


def _inner(
    pairs: Sequence[tuple[Station | None, Station | None]], both: tuple[Way, Way]
) -> Mapping[object, int]:
    """Count the records that are hidden or shown with each one that is."""
    found: dict[object, int] = defaultdict(int)
    for was, now in pairs:
        if was is None or now is None or was.is_unseen == now.is_unseen:
            continue
        here, way = (now, both[1]) if now.is_unseen else (was, both[0])
        above = here
        while above.inside is not None and not above.is_hidden:
            above = way[above.inside]
        if above is not here:
            found[identity(above)] += 1
    return found


def _effects(
    change: Change | None,
    was: Station | None,
    now: Station | None,
    both: tuple[Way, Way],
    rows: Mapping[int, Row],
) -> list[Effect]:
    """Return the effects on a record, the heaviest first; none if members see no difference."""
    if change is not None and change.action is Action.DELETE:
        return [Effect.DELETED]
    if now is None:
        return [Effect.LEFT] if was is not None and not was.is_unseen else []
    if change is not None and change.action is Action.DOUBT:
        return [Effect.DOUBT]
    access = {*_of_access(was, now, both)}
    own = {*_own(change, rows.get(id(change)), access)} if change is not None else set()
    is_new = was is None and (change is None or change.before is None)
    if now.is_unseen and (was is None or was.is_unseen):
        return [Effect.DRAFT] if own or is_new else []
    if is_new:
        return [Effect.NEW]
    return sorted(access | own)


def _own(change: Change, row: Row | None, access: Collection[Effect]) -> Iterator[Effect]:
    """Yield the effects of the fields that differ; `access` says how it opens otherwise."""
    if _moves(change):
        yield Effect.MOVED
    for difference in row.differences if row is not None else ():
        role = _role(change.kind, difference)
        if role in _BY_ROLE:
            yield _BY_ROLE[role]
        elif role is None and {*difference.properties} & {*change.kind.texts}:
            yield Effect.REWORDED
        elif role is Role.UNLOCK and access:
            continue
        elif role not in _SHOWN_OTHERWISE and _is_own(change.kind, difference):
            yield Effect.OTHER


def _moves(change: Change) -> bool:
    is_placed = change.place is not None and change.place.moved
    return change.from_course is not None or change.moves or is_placed


def _is_own(kind: Kind, difference: Difference) -> bool:
    """Return whether a difference is of a field that members see, not of the record's place."""
    names = {*difference.properties}
    return bool(names) and not names & {kind.course_property, kind.parent_property}


def _role(kind: Kind, difference: Difference) -> Role | None:
    if difference.field == ORDER:
        return Role.ORDER
    return next((each.role for each in kind.fields if each.name == difference.field), None)


def _of_access(was: Station | None, now: Station, both: tuple[Way, Way]) -> Iterator[Effect]:
    """Yield whether a record is hidden or shown, or opens at another time."""
    if was is None:
        return
    if was.is_unseen != now.is_unseen:
        yield Effect.HIDDEN if now.is_unseen else Effect.SHOWN
        return
    if may_lose(was, now, both):
        yield Effect.LOCKED
        return
    late = lateness(was, now)
    with_parent = late == lateness(*_parents(was, now, both)) and was.opening == now.opening
    if late and not with_parent:  # otherwise its parent is an item that says so
        yield Effect.EARLIER if late < 0 else Effect.LOCKED if now.day is None else Effect.LATER
    elif waits_for_another(was, now, both):
        yield Effect.WAITS


def _parents(
    was: Station, now: Station, both: tuple[Way, Way]
) -> tuple[Station | None, Station | None]:
    one, other = (
        None if each.inside is None else way[each.inside]
        for each, way in zip((was, now), both, strict=True)
    )
    return one, other
