"""Moves and removes the items of an outline, as edits of its text.

Owns the places of items while some of them move. It must never decide what the order is.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, TypeAlias

from coursesync.kinds.address import Address, course_address
from coursesync.kinds.kind import Kind
from coursesync.outlines.edit import Move, Remove, SetField
from coursesync.outlines.rewriting import held

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from coursesync.kinds.tree import Path
    from coursesync.outlines.edit import Edit
    from coursesync.outlines.outline import Outline

# a list by the kind of its items, and the address of their parent
List: TypeAlias = tuple[Kind, Address]


def rearranged(
    outline: Outline, lists: Mapping[List, Sequence[Address]], removed: Collection[Address] = ()
) -> list[Edit]:
    """Return the edits that put the items of lists into an order, then remove some.

    Args:
        outline: a valid outline.
        lists: the items of a list in their new order; an item that is in another list now moves.
        removed: the items to remove, with all that is in them.
    """
    arranging = _Arranging(outline)
    arranging.arrange(lists)
    arranging.remove(removed)
    return arranging.edits


class _Arranging:
    """The lists of an outline during the edits."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.edits: list[Edit] = []
        self._places: dict[Address, Path] = {}
        self._lists: dict[List, list[Address]] = {}
        for path, resource in held(outline):
            self._places[resource.address] = path
            self._lists.setdefault((resource.kind, resource.parent), []).append(resource.address)

    def arrange(self, lists: Mapping[List, Sequence[Address]]) -> None:
        """Put the items of lists into an order; move as few of them as possible."""
        depth = {kind: i for i, kind in enumerate(dict.fromkeys(kind for kind, _ in lists))}
        for home, wanted in sorted(lists.items(), key=lambda each: depth[each[0][0]]):
            there = self._lists.setdefault(home, [])
            if wanted and not there and not self._has_list(home):
                self.edits.append(SetField(self._path_of_list(home), []))
            stays = _longest_in_order([each for each in there if each in wanted], wanted)
            for i, address in enumerate(wanted):
                if address not in stays:
                    self._move(address, home, wanted[i - 1] if i else None)

    def _has_list(self, home: List) -> bool:
        kind, holder = home
        above = (
            self.outline.tree.value_at(self._places[holder])
            if holder in self._places
            else (self.outline.tree.value)
        )
        return isinstance(above, dict) and isinstance(above.get(kind.plural), list)

    def _move(self, address: Address, home: List, before: Address | None) -> None:
        source = self._path_of(address)
        own = next(members for members in self._lists.values() if address in members)
        own.remove(address)
        there = self._lists[home]
        index = there.index(before) + 1 if before is not None else 0
        there.insert(index, address)
        self.edits.append(Move(source, (*self._path_of_list(home), index)))

    def remove(self, removed: Collection[Address]) -> None:
        """Remove items."""
        for address in removed:
            self.edits.append(Remove(self._path_of(address)))
            next(each for each in self._lists.values() if address in each).remove(address)

    def _path_of(self, address: Address) -> Path:
        """Return the present place of an item, after the edits so far."""
        home, members = next(each for each in self._lists.items() if address in each[1])
        return (*self._path_of_list(home), members.index(address))

    def _path_of_list(self, home: List) -> Path:
        kind, holder = home
        if holder == course_address(self.outline.key):
            return (kind.plural,)
        return (*self._path_of(holder), kind.plural)


def _longest_in_order(there: Sequence[Address], wanted: Sequence[Address]) -> frozenset[Address]:
    """Return the most items of a list that are in the wanted order already."""
    place = {address: i for i, address in enumerate(wanted)}
    ends: list[int] = []  # the last places of the shortest runs of each length
    runs: list[tuple[Address, ...]] = []
    for address in there:
        at = bisect_left(ends, place[address])
        run = (*(runs[at - 1] if at else ()), address)
        ends[at : at + 1] = [place[address]]
        runs[at : at + 1] = [run]
    return frozenset(runs[-1] if runs else ())
