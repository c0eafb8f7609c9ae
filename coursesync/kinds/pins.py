"""Numbers that an author pinned: which of them contradict the list that they stand in. Pure."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UNPINNED = -1
MAX_PIN = 1_000_000_000  # what follows the highest pin still has 32-bit numbers to go to


class Pinned(Enum):
    """Why a pinned number can't hold."""

    TWICE = "the number is pinned already"
    FALLS = "the number is below an earlier pin"
    NO_ROOM = "fewer numbers are left than sections lie between"


def misfit(pins: Sequence[int | None]) -> Iterator[tuple[int, int | None, Pinned]]:
    """Find the pins that contradict the list.

    Args:
        pins: the pinned number of each section in order, None where it has none.

    Returns:
        For each pin that can't hold: its index, that of the pin it collides with (None: the
        start of the list), and why.
    """
    before: int | None = None
    for i, pin in enumerate(pins):
        if pin is None:
            continue
        last, at = (-1, -1) if before is None else (pins[before] or 0, before)
        if pin - last < i - at:
            twice = before is not None and pin == last
            falls = before is not None and pin < last
            yield i, before, Pinned.TWICE if twice else Pinned.FALLS if falls else Pinned.NO_ROOM
        else:
            before = i
