"""Whether members who can open a record now may lose it, because it waits for another one.

Owns what identifies a record before and after a plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursesync.render.timeline import Station, Way


def identity(station: Station | None) -> object:
    """Return what is the same for a record before and after a plan."""
    if station is None:
        return None
    return station.address if station.change is None else id(station.change)


def may_lose(was: Station | None, now: Station | None, both: tuple[Way, Way]) -> bool:
    """Return whether a record waits for one that members need not have completed to have it."""
    if was is None or now is None or was.is_unseen or now.is_unseen or was.day is None:
        return False
    if now.follows is None:
        return False
    done, at = set[object](), was.follows
    while at is not None:
        done.add(identity(both[0][at]))
        at = both[0][at].follows
    return identity(both[1][now.follows]) not in done


def lateness(was: Station | None, now: Station | None) -> int:
    """Return 1 if a record opens later than it did, -1 if sooner, 0 if neither."""
    if was is None or now is None or (was.inside is None) != (now.inside is None):
        return 0
    before, after = _opens(was), _opens(now)
    return (after > before) - (after < before)


def _opens(station: Station) -> tuple[bool, int, bool]:
    """Return what orders records by when they open; never comes last."""
    return station.day is None, station.day or 0, station.opening.in_sequence
