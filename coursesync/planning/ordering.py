"""The numbers that put a course's records in the outline's order, at the fewest writes.

A number that was sent is kept if possible. A new number lies between those of its neighbours, in
steps of ten if there is room: a record that is added between two others then costs one create and
no update.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import count, islice, pairwise
from math import inf
from typing import TYPE_CHECKING

from coursesync.kinds.pins import misfit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

STEP = 10


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a record among its siblings.

    Attributes:
        follows: the title before it; None at the start of the course.
        precedes: the title after it; None at the end of the course.
        moved: whether it changed places with an older record.
    """

    follows: str | None
    precedes: str | None
    moved: bool


def assign(
    prior: Sequence[int | None],
    pins: Sequence[int | None],
    ids: Sequence[int] = (),
    held: Collection[int] = frozenset(),
) -> list[int]:
    """Give every resource its number.

    A list that is in order already stays as it is, even if others gave two records the same
    number: the older record then comes first.

    Otherwise, keep the longest run of prior numbers that leaves room for the resources between
    them. Minus their indices, these numbers are a longest non-decreasing subsequence.

    Args:
        prior: the number last sent for each resource, in the outline's order; None for a new one.
        pins: the numbers that the author pinned, None for no pin; they must fit (`pins.misfit`).
        ids: the Ids of the resources' records, without those that have none yet.
        held: the numbers of records outside this list that stay in the course. They are not given
            out, except: a resource keeps its own; an author pins it; pins leave no other number.

    Returns:
        Strictly increasing numbers from 0; or `prior`, if the list stays as it is.
    """
    if (unchanged := _if_in_order(prior, pins, ids)) is not None:
        return unchanged
    if not held and {*prior, *pins} == {None}:
        return [*range(STEP, STEP * len(prior) + STEP, STEP)]  # a new list: the same, sooner
    avoided = {*held}.difference(prior, pins)
    while True:
        free = _Free(sorted(avoided)).beside(pins)
        numbers = _fill(free.unranked(_keep(free.ranked(prior), free.ranked(pins))), free)
        given = {
            number
            for number, *own in zip(numbers, prior, pins, strict=True)
            if number in held and number not in own and number not in avoided
        }
        if not given:
            return numbers
        # the resource that had this number got another one: only the held record has it now
        avoided |= given
        prior = [None if number in given else number for number in prior]


def in_place(prior: Sequence[int | None], now: Sequence[int]) -> list[bool]:
    """Return for each resource whether it stays in place: False if it changed places with others.

    A resource whose number is unchanged never counts as moved; of the rest, as few as possible do.
    A new one is not in place.

    Args:
        prior: the number that each resource had, in the outline's new order; None for a new one.
        now: the new numbers, which rise.
    """
    least = min((number for number in prior if number is not None), default=0)
    shifted = [None if number is None else number - least + i for i, number in enumerate(prior)]
    same = [
        shift if before == after else None
        for shift, before, after in zip(shifted, prior, now, strict=True)
    ]
    return [number is not None for number in _keep(shifted, same)]


def places(
    titles: Sequence[str], prior: Sequence[int | None], now: Sequence[int]
) -> list[Place | None]:
    """Return the place of each resource, None if its number stays; see `in_place`."""
    if list(prior) == list(now):
        return [None] * len(titles)
    keeps = in_place(prior, now)
    around = [None, *titles, None]
    return [
        None if prior[i] == number else Place(around[i], around[i + 2], moved=not keeps[i])
        for i, number in enumerate(now)
    ]


def _keep(prior: Sequence[int | None], pins: Sequence[int | None]) -> list[int | None]:
    """Return the pins, and between them the longest runs of prior numbers that fit.

    A number fits if, minus its index, it is not below the pin before and not above the next one.
    """
    kept: list[int | None] = list(pins)
    bounds: list[tuple[int, float]] = [(-1, -1), (len(pins), inf)]
    bounds[1:1] = [(i, pin) for i, pin in enumerate(pins) if pin is not None]
    for (low, floor), (high, ceiling) in pairwise(bounds):
        fit = [
            (i, number)
            for i, number in enumerate(prior[low + 1 : high], low + 1)
            if number is not None and floor - low <= number - i <= ceiling - high
        ]
        for k in longest_rise([number - i for i, number in fit]):
            i, number = fit[k]
            kept[i] = number
    return kept


def _if_in_order(
    prior: Sequence[int | None], pins: Sequence[int | None], ids: Sequence[int]
) -> list[int] | None:
    """Return the prior numbers if they are in order and fit the pins; otherwise None."""
    if len(ids) != len(prior):
        return None
    numbers = [number for number in prior if number is not None]
    places = list(zip(numbers, ids, strict=False))
    in_order = len(numbers) == len(prior) and all(a < b for a, b in pairwise(places))
    fits_pins = all(pin in {None, number} for pin, number in zip(pins, prior, strict=True))
    return numbers if in_order and fits_pins else None


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


def _fill(kept: Sequence[int | None], free: _Free) -> list[int]:
    numbers: list[int] = []
    waiting = 0
    for number in kept:
        if number is None:
            waiting += 1
        else:
            numbers += [*_between(numbers[-1:], number, waiting, free), number]
            waiting = 0
    return numbers + _between(numbers[-1:], None, waiting, free)


def _between(low: list[int], high: int | None, waiting: int, free: _Free) -> list[int]:
    """Return `waiting` numbers above `low` (if any) and below `high`, `STEP` apart if that fits."""
    start = low[0] if low else 0
    apart = list(islice(filter(free.has, count(start + STEP, STEP)), waiting))
    if high is None or not apart or apart[-1] < high:
        return apart
    first, last = free.rank(start), free.rank(high)
    if not low and last <= waiting:
        first = -1  # 0 itself is needed
    parts = waiting + 1
    return [free.number(first + (last - first) * k // parts) for k in range(1, parts)]


class _Free:
    """The free numbers: all from 0 up, except those to avoid. A rank counts free numbers only."""

    def __init__(self, avoided: Sequence[int]) -> None:
        """Take the numbers to avoid, which rise."""
        self._avoided = avoided
        self._below = [number - i for i, number in enumerate(avoided)]

    def beside(self, pins: Sequence[int | None]) -> _Free:
        """Return the free numbers, enlarged where two pins leave too few.

        If too few are free there, the numbers to avoid between the two become free as well.
        """
        free = self
        while (wrong := next(misfit(free.ranked(pins)), None)) is not None:
            at, before, _ = wrong
            last, least = pins[at] or 0, -1 if before is None else pins[before] or 0
            free = _Free([each for each in free._avoided if not least < each < last])
        return free

    def has(self, number: int) -> bool:
        i = bisect_left(self._avoided, number)
        return i == len(self._avoided) or self._avoided[i] != number

    def rank(self, number: int) -> int:
        return number - bisect_left(self._avoided, number)

    def number(self, rank: int) -> int:
        return rank + bisect_right(self._below, rank)

    def ranked(self, numbers: Sequence[int | None]) -> list[int | None]:
        return [None if number is None else self.rank(number) for number in numbers]

    def unranked(self, ranks: Sequence[int | None]) -> list[int | None]:
        return [None if rank is None else self.number(rank) for rank in ranks]
