"""Finds pinned numbers that contradict the order of their list."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UNPINNED = -1
MAX_PIN = 1_000_000_000  # leaves 32-bit numbers for the items after the highest pin


class Pinned(Enum):
    """Why a pinned number contradicts its list."""

    TWICE = "the number is pinned already"
    FALLS = "the number is below an earlier pin"
    NO_ROOM = "there are fewer free numbers than items between the pins"


def misfit(pins: Sequence[int | None]) -> Iterator[tuple[int, int | None, Pinned]]:
    """Find the pins that contradict the list.

    Args:
        pins: the pinned number of each item in order, None for no pin.

    Returns:
        For each of these pins: its index, the index of the pin that it contradicts (None: the start
        of the list), and why.
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
