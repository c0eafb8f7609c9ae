"""In which order the lines of a text stand, wherever they are in it.

Only lines that a text has once, and that say something, have an order.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.ci.coverage.specified import Item

_Pair: TypeAlias = "tuple[str, str]"


def turned(was: Item | None, now: Item | None) -> set[_Pair]:
    """Return the pairs of lines, in the order of `now`, that `was` has the other way round."""
    first, second = _numbers(was), _numbers(now)
    both = [each for each in second if each in first]
    if all(first[one] < first[other] for one, other in pairwise(both)):
        return set()
    return {pair for pair in combinations(both, 2) if first[pair[0]] > first[pair[1]]}


def unordered(was: Item | None, now: Item | None) -> set[_Pair]:
    """Return the pairs of lines, in the order of `now`, that `was` does not have in this order."""
    first = _numbers(was)
    return {pair for pair in combinations(_numbers(now), 2) if not _has(first, pair)}


def set_last(
    pairs: set[_Pair], path: Sequence[Item | None], number: int, site: Item | None
) -> set[str]:
    """Return the lines of those pairs that a tree set last, and that the site does not have so.

    Args:
        pairs: pairs of lines in main's order.
        path: the item in each tree; the last one is main.
        number: that of the tree.
        site: the item in the tree whose text the site has; None if no tree has that text.
    """
    if not pairs:
        return set()
    earlier = [_numbers(each) for each in (site, path[number - 1])]
    later = [_numbers(each) for each in path[number:]]
    return {
        line
        for pair in pairs
        if not any(_has(each, pair) for each in earlier) and all(_has(each, pair) for each in later)
        for line in pair
    }


def _numbers(item: Item | None) -> Mapping[str, int]:
    places = item.text_places if item else ()
    return {line: i for i, (line, anchor, _) in enumerate(places) if line == anchor}


def _has(numbers: Mapping[str, int], pair: _Pair) -> bool:
    """Return whether two lines stand in this order."""
    one, other = pair
    return one in numbers and other in numbers and numbers[one] < numbers[other]
