"""The effects on members that a review has to show as they are, not as a consequence.

Destructive ones take something from members; widening ones show them more.
"""

from __future__ import annotations

from enum import Enum
from math import inf
from typing import TYPE_CHECKING

from coursesync.kinds.field import Role
from coursesync.kinds.unlock import opening

if TYPE_CHECKING:
    from coursesync.kinds.field import Planned
    from coursesync.kinds.kind import Kind


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


def _days(attributes: Planned) -> tuple[float, float]:
    """Return the fewest and the most days after which a record opens."""
    opens = opening(attributes)
    if opens.in_sequence:
        return 0, inf
    return opens.days or 0, opens.days or 0
