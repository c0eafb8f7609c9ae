"""Pieces of advice, and the files that they are about, as values.

Owns which pieces are shown. It must compute positions only for shown pieces, because that parses
the outline again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, islice
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, Where
from coursesync.outlines.advice.spots import without_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.tree import Path, Tree
    from coursesync.outlines.advice.rule import Rule

MOST_SHOWN = 50  # to people; JSON and the callers of the API may get more


@dataclass(frozen=True, slots=True, eq=False)
class Advice:
    """One piece of advice.

    Its place is `at` if that is known, else the value at `path` in the outline's `tree`. If it
    names another item, its text names the line of `other`. Last comes the name of its rule, for
    those who allow it.
    """

    tree: Tree
    path: Path
    problem: str
    remedy: Sentence
    rule: Rule
    other: Path | None = None
    at: Where | None = None

    def diagnostic(self) -> Diagnostic:
        """Return it as a diagnostic with its place."""
        line = f", on line {self.tree.where(self.other).line}" if self.other else ""
        where = self.at or self.tree.where(self.path)
        problem = f"{self.problem}{line} [{self.rule}]"
        return Diagnostic(where, problem, self.remedy, self.rule)


@dataclass(frozen=True)
class Source:
    """A content file: its path as shown to people, its text, and whether that is Markdown."""

    path: str
    text: str
    is_markdown: bool = False

    @cached_property
    def shown(self) -> str:
        """The text; if it is Markdown, with spaces in place of code and comments."""
        return without_code(self.text) if self.is_markdown else self.text

    def place(self, clues: Iterable[str]) -> Where | None:
        """Return the place of the first of the clues that is in the text, if any."""
        for clue in clues:
            before = r"(?<!\w)" if clue[0].isalnum() else ""
            after = r"(?![\w-])" if clue[0] == "<" else ""
            pattern = re.compile(before + re.escape(clue) + after, re.IGNORECASE)
            if found := pattern.search(self.shown) or pattern.search(self.text):
                return self.at(found.start())
        return None

    def at(self, start: int) -> Where:
        """Return the place of a character of the text."""
        line = self.text.count("\n", 0, start) + 1
        return Where(self.path, line, start - self.text.rfind("\n", 0, start))


@dataclass(frozen=True, slots=True)
class FirstPieces:
    """The first pieces of advice, sorted by place, and how many more there are."""

    shown: tuple[Diagnostic, ...] = ()
    more: int = 0

    def first(self) -> FirstPieces:
        """Return at most `MOST_SHOWN` of them."""
        cut = self.shown[:MOST_SHOWN]
        return FirstPieces(cut, self.more + len(self.shown) - len(cut))


def first_pieces(advice: Sequence[Advice], most: int) -> FirstPieces:
    """Return the first `most` pieces with their places.

    Args:
        advice: all pieces, in the order of the outlines.
        most: the number to show.
    """
    shown = tuple(islice(_placed(advice), most))
    return FirstPieces(shown, len(advice) - len(shown))


def _placed(advice: Iterable[Advice]) -> Iterator[Diagnostic]:
    for _, of_one in groupby(advice, key=lambda each: id(each.tree)):
        yield from sorted(each.diagnostic() for each in of_one)


def distinct(advice: Iterable[Advice]) -> tuple[Advice, ...]:
    """Drop repeated advice on a content file that several items name."""
    first = {(each.at, each.problem) if each.at else id(each): each for each in advice}
    return tuple(first.values())
