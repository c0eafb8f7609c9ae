"""The longest rise in a row of numbers: what can stay where it is while the rest moves. Pure."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def longest_rise(values: Sequence[int]) -> list[int]:
    """Return the indices of a longest run of values, in their order, that never falls.

    Of several, the one that ends lowest. It takes n log n steps.
    """
    tails: list[int] = []  # the least value that a run of each length ends in
    at: list[int] = []
    back: dict[int, int] = {}
    for i, each in enumerate(values):
        length = bisect_right(tails, each)
        if length:
            back[i] = at[length - 1]
        tails[length : length + 1] = [each]
        at[length : length + 1] = [i]
    run = at[-1:]
    while run and run[-1] in back:
        run.append(back[run[-1]])
    return run[::-1]
