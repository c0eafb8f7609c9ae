"""The places of renumbered records among their siblings, as the plan shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.planning.ordering import in_place

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a record among its siblings.

    Attributes:
        follows: the title before it; None at the start of the course.
        precedes: the title after it; None at the end of the course.
        moved: whether its order among the records that were there before has changed.
    """

    follows: str | None
    precedes: str | None
    moved: bool


def places(
    titles: Sequence[str], prior: Sequence[int | None], now: Sequence[int]
) -> list[Place | None]:
    """Find the place of each resource whose number changes.

    Args:
        titles: the resources' titles, in the outline's order.
        prior: the number that each had in this course; None for one that was not there.
        now: the new numbers, which rise.

    Returns:
        For each resource its place; None if its number stays.
    """
    if list(prior) == list(now):
        return [None] * len(titles)
    keeps = in_place(prior, now)
    around = [None, *titles, None]
    return [
        None if prior[i] == number else Place(around[i], around[i + 2], moved=not keeps[i])
        for i, number in enumerate(now)
    ]
