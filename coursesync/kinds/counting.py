"""Owns the words for records of several kinds: their number, and their names.

It must never know which kinds there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.text import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coursesync.kinds.kind import Kind


def in_turn(kinds: Iterable[Kind]) -> list[Kind]:
    """Return different kinds, parents first."""
    return sorted({*kinds}, key=lambda kind: (kind.depth, kind.name))


def counted(numbers: Mapping[Kind, int]) -> str:
    """Write how many records there are of each kind: `3 sections and 1 lesson`."""
    kinds = in_turn(kind for kind, number in numbers.items() if number)
    return _joined("and", [count(numbers[kind], kind.name, kind.plural) for kind in kinds])


def nouns(kinds: Iterable[Kind]) -> str:
    """Return the words for several records of some kinds: `sections and lessons`."""
    return _joined("and", [kind.plural for kind in in_turn(kinds)])


def noun(kinds: Iterable[Kind]) -> str:
    """Return the words for one record of one of some kinds: `section or lesson`."""
    return _joined("or", [kind.name for kind in in_turn(kinds)])


def number_of(number: int, kinds: Iterable[Kind]) -> str:
    """Write a number of records of any of some kinds: `3 sections and lessons`."""
    each = tuple(kinds)
    return count(number, noun(each), nouns(each))


def _joined(word: str, names: list[str]) -> str:
    return f" {word} ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
