"""How much is tried in one run (all of it by --every-case), and how its time grows."""

from __future__ import annotations

import os
from time import process_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY_CASE = "EVERY_CASE"  # a variable of the environment: properties are set up at their import
_SHARE = 4


def examples(most: int) -> int:
    """Return how many examples a property is held against: a quarter, by another seed others."""
    return most if os.environ.get(EVERY_CASE) else most // _SHARE


SQUARE = 10.0
"""What grows with the square takes 16 times as long for four times as much; noise is no reason."""


def growth(run: Callable[[int], object], size: int) -> float:
    """Return how many times longer `size` takes than a quarter of it, in CPU time.

    What takes next to no time is not told apart from nothing.
    """

    def seconds(of: int) -> float:
        begun = process_time()
        run(of)
        return max(process_time() - begun, 0.05)

    return seconds(size) / min(seconds(size // 4) for _ in range(2))
