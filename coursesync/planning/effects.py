"""The effects of changes on members: what takes something from them, and what shows them more.

A review has to show these as they are, not as a consequence.
"""

from __future__ import annotations

from enum import Enum
from math import inf
from typing import TYPE_CHECKING

from coursesync.kinds.field import Role
from coursesync.kinds.unlock import opening
from coursesync.planning.action import Action

if TYPE_CHECKING:
    from coursesync.kinds.field import Planned
    from coursesync.kinds.kind import Kind
    from coursesync.planning.change import Change


class Effect(Enum):
    """What a change does to an item, in an author's words."""

    NEW = "is new"
    CHANGED = "changes"
    MOVED = "moves"
    ORDERED = "changes places"
    MOVED_AWAY = "moves to another course"
    REPLACES = "takes the place of something that members have"
    DELETED = "is deleted"
    HIDDEN = "is hidden from members"
    LATER = "opens later"
    SHOWN = "is shown to members"
    EARLIER = "opens earlier"

    @property
    def is_widening(self) -> bool:
        """Whether members see more."""
        return self in {Effect.SHOWN, Effect.EARLIER}


def effects(kind: Kind, before: Planned, after: Planned) -> dict[str, frozenset[Effect]]:
    """Return the effects of a change by the field that has them, without fields that have none.

    An item that opened after the one before it opens both earlier and later if it is timed now.
    """
    found: dict[str, frozenset[Effect]] = {}
    if kind.has(Role.ACTIVE) and kind.is_active(before) != kind.is_active(after):
        effect = Effect.SHOWN if kind.is_active(after) else Effect.HIDDEN
        found[kind.field(Role.ACTIVE).name] = frozenset({effect})
    if kind.has(Role.UNLOCK):
        was, now = (_days(each) for each in (before, after))
        both = {Effect.EARLIER: now[0] < was[1], Effect.LATER: now[1] > was[0]}
        if was != now:
            name = kind.field(Role.UNLOCK).name
            found[name] = frozenset(effect for effect, is_so in both.items() if is_so)
    return found


def takes_from_members(change: Change) -> bool:
    """Return whether a change takes something from members.

    It deletes or hides a record, lets it open later, or moves it to another course. A record that
    is hidden opens for nobody.
    """
    if change.action in {Action.DELETE, Action.DEACTIVATE}:
        return True
    if change.action is not Action.UPDATE or change.before is None or change.after is None:
        return False
    kind = change.kind
    if change.from_course is not None:
        return True
    found = frozenset[Effect]().union(*effects(kind, change.before, change.after).values())
    is_seen = not kind.has(Role.ACTIVE) or kind.is_active(change.before)
    return Effect.HIDDEN in found or (is_seen and Effect.LATER in found)


def _days(attributes: Planned) -> tuple[float, float]:
    """Return the fewest and the most days after which a record opens."""
    opens = opening(attributes)
    if opens.in_sequence:
        return 0, inf
    return opens.days or 0, opens.days or 0
