"""How much is tried in one run (all of it by --every-case), how its time grows, and its bound."""

from __future__ import annotations

import os
from contextlib import contextmanager
from time import process_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EVERY_CASE = "EVERY_CASE"  # a variable of the environment: properties are set up at their import
_SHARE = 4


def is_every_case() -> bool:
    """Return whether all is tried."""
    return bool(os.environ.get(EVERY_CASE))


def examples(most: int) -> int:
    """Return how many examples a property is held against: a quarter, by another seed others."""
    return most if is_every_case() else most // _SHARE


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


_ON_A_FREE_MACHINE = 0.08  # seconds of CPU time, of `slowness`


def slowness() -> float:
    """Return how many times longer than on a free machine the same work takes now; at least 1.

    Machines that others share take two or three times as long now and then, also in CPU time.
    """
    begun = process_time()
    sum(number % 7 for number in range(1_000_000))
    dict.fromkeys(sorted(map(str, range(200_000))))
    return max(1.0, (process_time() - begun) / _ON_A_FREE_MACHINE)


@contextmanager
def bounded_time(seconds: float) -> Iterator[None]:
    """Check that a block takes less CPU time than that of a free machine.

    For what would take minutes, or no end, if it were done another way: a bound, not a measure.
    """
    before, begun = slowness(), process_time()
    yield
    took = process_time() - begun
    assert took < seconds * max(before, slowness())
