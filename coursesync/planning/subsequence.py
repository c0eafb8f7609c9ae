"""Finds the longest rise in a list of numbers: these can stay while the others change."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def longest_rise(values: Sequence[int]) -> list[int]:
    """Return the indices of a longest subsequence of values that never falls.

    Of several, it is the one with the lowest last value. It takes n log n steps.
    """
    tails: list[int] = []  # for each length, the lowest last value of a subsequence
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
