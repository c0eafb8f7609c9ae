"""The location of a new course whose outline names none: the account's own.

It must never choose one itself. `DefaultBusinessId`: https://developers.nexudus.com,
`rest-api/authentication`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.errors import Stop
from coursesync.nexudus.exchange import read_json
from coursesync.planning.action import Action

if TYPE_CHECKING:
    from coursesync.applying.run import Run
    from coursesync.nexudus.exchange import Exchange
    from coursesync.planning.change import Change


def locate(run: Run) -> None:
    """Give each course to create a location; raises Stop if the API does not say which."""
    own = 0
    for course in run.courses.values():
        for i, change in enumerate(course.changes):
            if _lacks_location(change):
                own = own or _own_location(run)
                place = {change.kind.location_property: own}
                course.changes[i] = replace(change, after={**(change.after or {}), **place})


def _lacks_location(change: Change) -> bool:
    name = change.kind.location_property
    return bool(name) and change.action is Action.CREATE and name not in (change.after or {})


def _own_location(run: Run) -> int:
    return run.sender.until_usable("Course-Create", run.world.remote.me, _default)


def _default(exchange: Exchange) -> int:
    me = read_json(exchange)
    found = me.get("DefaultBusinessId") if isinstance(me, dict) else None
    if type(found) is not int or found < 1:
        raise Stop(
            "the API does not say which location is the account's own",
            "Write the Id of the course's location into its outline, as location: below course:.",
        )
    return found
