"""Whether a list of numbers leaves room, worked out by another way than the program's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def has_room(numbers: Iterable[int | None]) -> bool:
    """Say whether rising numbers from 0 up can stand where None does."""
    least = 0
    for number in numbers:
        if number is not None and number < least:
            return False
        least = (least if number is None else number) + 1
    return True
