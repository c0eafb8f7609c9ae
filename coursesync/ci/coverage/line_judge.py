"""Judges the settings of the lines of a text: does the review that each one merged show them?

Owns what a review has to show of lines that are added or removed, and of their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from coursesync.ci.coverage.delta import alone, more_lines
from coursesync.ci.coverage.line_order import set_last, turned, unordered
from coursesync.ci.coverage.shown_lines import shows_lines, shows_removed

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping

    from coursesync.ci.coverage.delta import Delta
    from coursesync.ci.coverage.judge import Gap, Judge
    from coursesync.ci.coverage.specified import Item, Line
    from coursesync.kinds.address import Address

T = TypeVar("T")


@dataclass(frozen=True)
class LineJudge:
    """Judges the settings of the lines of an item's text."""

    judge: Judge
    address: Address

    def of_removed(self, setters: Mapping[str, set[int]]) -> Iterator[tuple[Gap, list[str]]]:
        """Judge the settings that removed lines, by line.

        Yields each setting that does not cover all its lines, with those that it does not.
        """
        for number, unshown in _by_number(setters):
            sets = alone(self._set_lines(number))
            shows = partial(shows_removed, self._merged(number), sets, unshown)
            if gap := self.judge.gap(number, shows):
                yield gap, unshown

    def of_added(self, setters: Mapping[Line, set[int]]) -> Iterator[tuple[Gap, list[Line]]]:
        """Judge the settings that put lines where they are, as `of_removed` does."""
        for number, unshown in _by_number(setters):
            before = self._path[number - 1] if number else None
            sets = self._set_lines(number)
            shows = partial(shows_lines, self._merged(number), before, sets, unshown)
            if gap := self.judge.gap(number, shows):
                yield gap, unshown

    def of_order(self, since: int, *, is_foreign: bool) -> Iterator[tuple[Gap, list[str]]]:
        """Judge the settings that brought lines into another order since a tree.

        Two reviews that git can merge may contradict each other: one swaps two lines, the other one
        replaces a line between them. Yields each setting whose review shows lines in another order,
        or does not count, with those. `since` and `is_foreign` are as in `Trail.line_setters`.
        """
        path = self._path
        site = None if is_foreign else path[since]
        for number in range(since + 1, len(path)):
            before, after = path[number - 1 : number + 1]
            if before and after and before.text_places == after.text_places:
                continue
            item, lines = self._merged(number), set[str]()

            def shows(
                _own: Delta,
                from_head: Delta,
                number: int = number,
                item: Item | None = item,
                lines: set[str] = lines,
            ) -> bool:
                head = from_head.former(item.address) if item else None
                lines |= set_last(turned(head, path[-1]), path, number, site)
                return head is not None and not lines

            gap = self.judge.gap(number, shows)
            if gap and before and not lines:
                lines |= set_last(unordered(before, path[-1]), path, number, site)
            if gap and lines:
                yield gap, sorted(lines)

    @property
    def _path(self) -> tuple[Item | None, ...]:
        return self.judge.trail.path(self.address)

    def _merged(self, number: int) -> Item | None:
        return self.judge.merged(self.address, number)

    def _set_lines(self, number: int) -> Counter[Line]:
        return more_lines(self._path[number - 1] if number else None, self._path[number])


def _by_number(setters: Mapping[T, set[int]]) -> list[tuple[int, list[T]]]:
    found: dict[int, list[T]] = {}
    for line, numbers in setters.items():
        for number in numbers:
            found.setdefault(number, []).append(line)
    return sorted(found.items(), key=lambda each: each[0])
