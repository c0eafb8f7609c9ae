"""How a record changes for members.

Owns which effect weighs most. It must never decide which effect a change has: `seen` does.
"""

from __future__ import annotations

from enum import IntEnum


class Effect(IntEnum):
    """How a record changes for members, the heaviest effect first."""

    DELETED = 0
    HIDDEN = 1
    LEFT = 2  # for another course
    LOCKED = 3  # for all, or for those who have not completed what it waits for from now on
    LATER = 4
    DOUBT = 5
    SHOWN = 6  # it was hidden
    EARLIER = 7
    WAITS = 8  # for another record than before
    NEW = 9
    MOVED = 10
    RENAMED = 11
    REWORDED = 12
    PICTURE = 13
    OTHER = 14
    DRAFT = 15  # members saw it neither before nor after

    @property
    def takes(self) -> bool:
        """Whether it takes something from members."""
        return self <= Effect.LATER
