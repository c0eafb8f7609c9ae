"""Which record each one that opens in sequence waits for, before and after a plan.

Owns the words for those that wait for another one because of a change elsewhere: their own record
need not change.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.kinds.unlock import naming, opening
from coursesync.render.comment.losing import identity
from coursesync.render.timeline import ways
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Planned
    from coursesync.kinds.kind import Kind
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Course
    from coursesync.render.timeline import Station, Way

LONG_TITLE = 60  # characters


@dataclass(frozen=True, slots=True)
class Wait:
    """A record that waits for another one after a plan.

    `follows` is the one that it waits for, None if there is none; `followed` is the one before.
    """

    record: Station
    follows: Station | None
    followed: Station | None

    @property
    def words(self) -> str:
        """What members have to do first, in a sentence that is safe to print."""
        kind, follows = self.record.kind, self.follows
        title = _quoted(self.record)
        if follows is None:
            return f"{title} has no {kind.name} before it any more: members may never get in."
        if follows.is_unseen:
            return (
                f"{title} waits for {_quoted(follows)}, which is hidden: members may never get in."
            )
        no_longer = f", no longer for {_quoted(self.followed)}" if self.followed else ""
        return f"{title} now waits for {_quoted(follows)}{no_longer}."


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the records of a course wait for.

    `before` and `after` have the record that each one in sequence waits for, by its address then.
    """

    waits: tuple[Wait, ...] = ()
    before: Mapping[Address, Station] = field(default_factory=dict)
    after: Mapping[Address, Station] = field(default_factory=dict)

    def name_after(self, words: str, kind: Kind, address: Address) -> str:
        """Name in words the record that one waits for after the plan."""
        return _named(words, kind, self.after.get(address))

    def name_before(self, words: str, kind: Kind, address: Address) -> str:
        """Name in words the record that one waited for before the plan."""
        return _named(words, kind, self.before.get(address))


def waiting_in(course: Course, changes: Sequence[Change]) -> Waiting:
    """Return what the records of a course wait for, before and after a plan's changes."""
    known: list[Planned] = [each.attributes for each in course.standing]
    for change in (*changes, *course.departures):
        known += (change.before or {}, change.attributes)
    if not any(opening(each).in_sequence for each in known):
        return Waiting()
    both = ways(course, changes)
    was = {identity(each): each for each in both[0]}
    found = []
    for now in both[1]:
        before = was.get(identity(now))
        if waits_for_another(before, now, both):
            found.append(Wait(now, _followed(now, both[1]), _followed(before, both[0])))
    return Waiting(tuple(found), _by_address(both[0]), _by_address(both[1]))


def waits_for_another(was: Station | None, now: Station | None, both: tuple[Way, Way]) -> bool:
    """Return whether a record that opened in sequence waits for another one, or for a hidden one.

    `both` are the course before and after the plan.
    """
    if was is None or now is None or now.is_unseen:
        return False
    if not (was.opening.in_sequence and now.opening.in_sequence):
        return False
    followed, follows = _followed(was, both[0]), _followed(now, both[1])
    if identity(followed) != identity(follows):
        return True
    return followed is not None and follows is not None and follows.is_unseen > followed.is_unseen


def named(words: str, station: Station, way: Way) -> str:
    """Name in the words for when a record opens the one that it waits for."""
    return _named(words, station.kind, _followed(station, way))


def _named(words: str, kind: Kind, follows: Station | None) -> str:
    return words if follows is None else naming(words, kind.name, _quoted(follows))


def _followed(station: Station | None, way: Way) -> Station | None:
    return None if station is None or station.follows is None else way[station.follows]


def _by_address(way: Way) -> dict[Address, Station]:
    return {each.address: way[each.follows] for each in way if each.follows is not None}


def _quoted(station: Station) -> str:
    return f"“{inert(station.title, LONG_TITLE)}”"
