"""Whether a review shows the lines that its merge set.

A merge brings lines of several reviews beside each other, which no single one has so.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from coursesync.ci.coverage.delta import alone
from coursesync.ci.coverage.line_order import turned
from coursesync.ci.coverage.specified import tells

if TYPE_CHECKING:
    from collections import Counter

    from coursesync.ci.coverage.delta import Delta
    from coursesync.ci.coverage.specified import Item, Line, Place


def shows_lines(
    item: Item | None, before: Item | None, sets: Counter[Line], unshown: list[Line], *deltas: Delta
) -> bool:
    """Return whether a review shows lines; take those that it shows out of `unshown`.

    Beside a line that it placed, a merge may bring another one of `before`.
    """
    own, from_head = deltas
    head = from_head.former(item.address) if item else None
    if head is not None:
        shown = own.lines(head.address)
        left = [line for line in unshown if not within(sets[line], shown[line])]
        if left:
            merged = _MergedLines((own.former(head.address), head), before, shown, sets)
            left = [line for line in left if not merged.shows(line)]
        unshown[:] = left
    return not unshown


def shows_removed(
    item: Item | None, sets: Counter[str], unshown: list[str], *deltas: Delta
) -> bool:
    """Return whether a review shows that lines are gone; take those out of `unshown`."""
    own, from_head = deltas
    head = from_head.former(item.address) if item else None
    if head is not None:
        shown = alone(own.lines(head.address))
        unshown[:] = [line for line in unshown if not within(sets[line], shown[line])]
    return not unshown


class _MergedLines:
    """What a review shows of lines that its merge brought beside each other."""

    def __init__(
        self,
        review: tuple[Item | None, Item],
        before: Item | None,
        shown: Counter[Line],
        sets: Counter[Line],
    ) -> None:
        """Take the base and the head of the review, the item before its merge, and what changed."""
        added = [line for line, more in shown.items() if more > 0]
        self._firsts = {_of(first) for first, _ in added} - {None}
        self._seconds = {_of(second) for _, second in added} - {None}
        self._before = before.lines if before is not None else {}
        self._shown, self._sets = alone(shown), alone(sets)
        base, head = review
        # the tree before the merge says nothing of a line that the review moved
        self._trees = [(_ends(head), set[str]())]
        if before is not None:
            self._trees.append((_ends(before), {*chain(*turned(base, head))}))

    def shows(self, line: Line) -> bool:
        """Return whether the review placed one of two lines, and nothing contradicts the order.

        It shows, too, that a line is not the only one of its kind any more, or is now.
        """
        first, second = line
        is_emptied = line == (None, None) and any(more < 0 for more in self._shown.values())
        if is_emptied or self._is_known(line):
            return True
        if _of(first) not in self._firsts and _of(second) not in self._seconds:
            return False
        both = [each for each in line if each is not None]
        if any(self._sets[each[0]] > max(self._shown[each[0]], 0) for each in both):
            return False
        if first is None or second is None:
            return True
        for (firsts, lasts), moved in self._trees:
            if first[1] in firsts and second[1] in lasts and not {first[1], second[1]} & moved:
                return firsts[first[1]] <= lasts[second[1]]
        return True

    def _is_known(self, line: Line) -> bool:
        """Return whether two lines were beside each other, but for how many of one there are."""
        return any(
            _words(line) == _words(was)
            and any(a == b for a, b in zip(line, was, strict=True) if a and not a[2])
            and all(
                a == b or not (a and b and a[2] and b[2]) for a, b in zip(line, was, strict=True)
            )
            for was in self._before
        )


def _of(place: Place | None) -> Place | str | None:
    """Return a place; of what separates parts of a text, wherever it stands, only what it is."""
    return place if place is None or tells(place[0]) else place[0]


def _words(line: Line) -> list[str | None]:
    return [each and each[0] for each in line]


def _ends(item: Item) -> tuple[dict[str | None, int], dict[str | None, int]]:
    """Return the first and the last number of each line of a text; None stands above all."""
    lines = [None, *(line for line, _, _ in item.text_places)]
    firsts = {line: number for number, line in reversed([*enumerate(lines)])}
    return firsts, {line: number for number, line in enumerate(lines)}


def within(part: int, whole: int) -> bool:
    """Return whether a number of lines, below 0 for removed ones, is a part of another one."""
    return 0 < part <= whole or whole <= part < 0
