"""Finds the list that a new item belongs to, by what a person types.

Owns which keys and addresses name a place. It must never change an outline.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

from coursesync.errors import Remedy, Shell, UsageError
from coursesync.kinds.address import course_address, key_of, keys_of
from coursesync.outlines.rewriting import held
from coursesync.text import inert, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.resource import Resource
    from coursesync.kinds.tree import Path
    from coursesync.outlines.outline import Outline

T = TypeVar("T")
_MOST_NAMED = 10  # keys in a message


@dataclass(frozen=True, slots=True)
class Place:
    """A list of one kind that an outline has, or may get.

    `path` and `address` are those of the item or the course that has it; `items` are in it now.
    """

    kind: Kind
    outline: Outline
    path: Path
    address: Address
    items: Sequence[Resource]


def place_for(
    kind: Kind, outlines: Iterable[Outline], inside: str = "", after: str = ""
) -> tuple[Place, int]:
    """Return the list for a new item of a kind, and the index that it gets there.

    Args:
        kind: its kind.
        outlines: all outlines of the workspace.
        inside: a key, keys from the course down, or an address, of what it is to be in; "" if
            there is only one such place, or if `after` decides.
        after: the same of the item that it is to follow; by default it becomes the last one.

    Raises:
        UsageError: there is no such key, or several are meant.
    """
    places = {each.address: each for outline in outlines for each in _places(outline, kind)}
    if inside:
        holder = f"course or {kind.within.name}" if kind.within else "course"
        place = _named(inside, places, holder, "--in")
        places = {place.address: place}
    if after:
        spots = {each.address: each for place in places.values() for each in place.items}
        item = _named(after, spots, kind.name, "--after")
        place = places[item.parent]
        return place, place.items.index(item) + 1
    if len(places) > 1:
        remedy = Remedy("Add one of these:", *_choices("--in", places))
        raise UsageError(f"it is not clear where the new {kind.name} belongs", remedy)
    (place,) = places.values()
    return place, len(place.items)


def _places(outline: Outline, kind: Kind) -> Iterator[Place]:
    own = [*held(outline)]
    holders: list[tuple[Path, Address]] = [((), course_address(outline.key))]
    # an item that is a file has its lists there
    holders += [(at, e.address) for at, e in own if e.kind is kind.within and not e.in_file]
    for path, address in holders:
        items = [each for _, each in own if each.kind is kind and each.parent == address]
        yield Place(kind, outline, path, address, items)


def _named(text: str, there: Mapping[Address, T], noun: str, option: str) -> T:
    """Return what a key, several keys or an address names; raises UsageError if none, or many."""
    found = [each for each in there if text in {each, _short(each)}]
    found = found or [each for each in there if key_of(each) == text]
    if len(found) == 1:
        return there[found[0]]
    if found:
        raise UsageError(
            f'more than one {noun} has the key "{inert(text, 60)}"',
            Remedy("Write one of these:", *_choices(option, found)),
        )
    raise UsageError(f'no {noun} has the key "{inert(text, 60)}"', _nearest(text, there, option))


def _nearest(text: str, there: Collection[Address], option: str) -> Sentence:
    names = [*map(_short, there)]
    if not names:
        return Remedy("There is none here yet. Leave out", Shell(option))
    known = f"There are: {listed(names, _MOST_NAMED)}"
    near = get_close_matches(text, [*names, *map(key_of, there)], n=1)
    return Remedy("Did you mean", Shell(option, near[0]), "?", known) if near else known


def _choices(option: str, there: Collection[Address]) -> Iterator[str | Shell]:
    names = [*map(_short, there)]
    yield from (Shell(option, name) for name in names[:_MOST_NAMED])
    if (more := len(names) - _MOST_NAMED) > 0:
        yield f"(and {more:,} more)"


def _short(address: Address) -> str:
    """Return an address without its kind, as people type it."""
    return ".".join(keys_of(address))
