"""Pieces of advice as values: where each stands, and which are shown. Pure.

A piece knows its place only once it is shown: to find that, an outline is read once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from coursesync.errors import Where
    from coursesync.kinds.tree import Path, Tree

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, eq=False)
class Advice:
    """One piece of advice, and what its place is found by.

    That is `at` where it is known, else the value at `path` in the outline's `tree`. `problem`
    ends in the line of `other` where it speaks of another item.
    """

    tree: Tree
    path: Path
    problem: str
    remedy: str
    other: Path | None = None
    at: Where | None = None

    def diagnostic(self) -> Diagnostic:
        """Return it with its place."""
        line = f", on line {self.tree.where(self.other).line}" if self.other else ""
        return Diagnostic(self.at or self.tree.where(self.path), self.problem + line, self.remedy)


@dataclass(frozen=True, slots=True)
class Told:
    """What is shown of all the advice: the first so many, sorted by place; and how many more."""

    shown: tuple[Diagnostic, ...] = ()
    more: int = 0

    def first(self, most: int) -> Told:
        """Return the same, with at most so many shown."""
        cut = self.shown[:most]
        return Told(cut, self.more + len(self.shown) - len(cut))


def told(advice: Sequence[Advice], most: int) -> Told:
    """Find the places of the first so many, outline by outline.

    Args:
        advice: in the order of the outlines.
        most: how many are to be shown.
    """
    shown = tuple(islice(_placed(advice), most))
    return Told(shown, len(advice) - len(shown))


def _placed(advice: Iterable[Advice]) -> Iterator[Diagnostic]:
    for _, of_one in groupby(advice, key=lambda each: id(each.tree)):
        yield from sorted(each.diagnostic() for each in of_one)


def distinct(advice: Iterable[Advice]) -> tuple[Advice, ...]:
    """Leave out what is said of a content file again, since two items name it."""
    first = {(each.at, each.problem) if each.at else id(each): each for each in advice}
    return tuple(first.values())
