"""Finds the entry of each desired resource, so that a record keeps its Id when its key changes.

The address identifies a record, and never its position. If a key changed, the remaining resources
and entries are paired by evidence, the strongest first, and only if one resource and one entry fit
each other and no others. It must never guess.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from coursesync.kinds.address import course_address, course_of, key_of, keys_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import FieldValue
    from coursesync.kinds.kind import Resource
    from coursesync.state.state import Entry

Pairs: TypeAlias = "dict[Address, Address]"
T = TypeVar("T")


def identify(
    resources: Sequence[Resource],
    entries: Mapping[Address, Entry],
    parents: Mapping[Address, Address] | None = None,
) -> Pairs:
    """Find the entry of each desired resource.

    Args:
        resources: those of one course's outline and of one kind, in order, without those in doubt.
        entries: those of the course and of that kind, also under a former key of the course.
        parents: the present address of each item that may hold them and has an entry, by the
            entry's address.

    Returns:
        The address of each resource's entry, by the resource's address, without new resources.
    """
    if not resources or not entries:
        return {}
    parents = parents or {}
    kind, course = resources[0].kind, course_address(course_of(resources[0].address))
    renamed = any(old != new for old, new in parents.items())
    pairs: Pairs = {}
    if not (kind.within and renamed):
        pairs |= {r.address: r.address for r in resources if r.address in entries}
    if len(pairs) == len(resources) or len(pairs) == len(entries):
        return pairs
    left = [old for old in entries if old not in pairs]
    homes = {old: _home(kind.parent_of(old), parents, course) for old in left}
    slots = {old: (homes[old], key_of(old)) for old in left}
    _by_trait(resources, pairs, slots, lambda r: [(r.parent, key_of(r.address))])
    _by_trait(resources, pairs, slots, _former_slots)
    _by_trait(
        resources, pairs, {old: old for old in left}, lambda r: dict.fromkeys(r.previous_keys)
    )
    if kind.within:
        _by_trait(resources, pairs, {old: key_of(old) for old in left}, lambda r: [r.key])
    for name in filter(None, (kind.contents_property, kind.title_property)):
        values = {old: entries[old].known.get(name) for old in left}
        _by_trait(resources, pairs, values, partial(_value, name))
    homes |= {old: kind.parent_of(old) for old in entries if old not in homes}
    _by_places(resources, entries, homes, pairs)
    return pairs


def _home(parent: Address, parents: Mapping[Address, Address], course: Address) -> Address | None:
    """Return the present address of what an entry is in; None if another item has its address.

    A renamed course has a new address.
    """
    if len(keys_of(parent)) == 1:
        return course
    return parents.get(parent) or (None if parent in parents.values() else parent)


def _former_slots(resource: Resource) -> Iterable[tuple[Address, str]]:
    return [(resource.parent, key) for key in dict.fromkeys(resource.previous_keys)]


def _value(name: str, resource: Resource) -> Iterable[FieldValue]:
    return filter(None, [resource.attributes.get(name)])  # an empty value is no evidence


def _by_trait(
    resources: Iterable[Resource],
    pairs: Pairs,
    theirs: Mapping[Address, object],
    ours: Callable[[Resource], Iterable[object]],
) -> None:
    """Pair the resources and entries that have a trait in common with no other.

    Args:
        resources: those of the outline.
        pairs: those that were found before; gets the new ones.
        theirs: the trait of each entry, by its address.
        ours: gives the traits of a resource.
    """
    taken = set(pairs.values())
    by_trait = defaultdict(list)
    for old, trait in theirs.items():
        if old not in taken:
            by_trait[trait].append(old)
    claims = [
        (resource.address, old)
        for resource in resources
        if resource.address not in pairs
        for trait in ours(resource)
        for old in by_trait.get(trait, ())[:2]  # two are ambiguous already
    ]
    pairs.update(unambiguous(claims))


def _by_places(
    resources: Iterable[Resource],
    entries: Mapping[Address, Entry],
    homes: Mapping[Address, Address | None],
    pairs: Pairs,
) -> None:
    """Pair the retitled resources and the entries that are in the same item, or in the course."""
    before: dict[Address | None, dict[Address, Entry]] = defaultdict(dict)
    now: dict[Address, list[Resource]] = defaultdict(list)
    for old, home in homes.items():
        before[home][old] = entries[old]
    for resource in resources:
        now[resource.parent].append(resource)
    for parent, siblings in now.items():
        if parent in before:
            _by_place(siblings, before[parent], pairs)


def _by_place(
    resources: Sequence[Resource], entries: Mapping[Address, Entry], pairs: Pairs
) -> None:
    """Pair a resource of which only the title changed, and with it the key, with the entry there.

    A resource in a file has its key from the file's name, which a new title does not change.
    """
    kind, order = resources[0].kind, resources[0].kind.order_property
    before = sorted(entries, key=lambda address: (int(entries[address].known[order]), address))
    taken = set(pairs.values())
    places_before = _places([address if address in taken else None for address in before])
    places_now = _places([pairs.get(resource.address) for resource in resources])
    vacated = defaultdict(list)
    for address, place in zip(before, places_before, strict=True):
        if address not in taken:
            vacated[place].append(address)
    claims = [
        (resource.address, old)
        for resource, place in zip(resources, places_now, strict=True)
        if resource.address not in pairs
        for old in alone(vacated.get(place, ()))
    ]
    titled = {each.address: each for each in resources if each.key_is_derived and not each.in_file}
    pairs.update(
        (new, old)
        for new, old in unambiguous(claims).items()
        if new in titled and titled[new].contents == kind.contents_of(entries[old].known)
    )


def _places(kept: Sequence[Address | None]) -> list[tuple[Address | None, Address | None]]:
    """Return, for each position, the nearest kept neighbours before and after it."""
    return list(zip(_latest(kept), reversed(_latest(kept[::-1])), strict=True))


def _latest(kept: Iterable[Address | None]) -> list[Address | None]:
    """Return, for each position, the last kept neighbour before it."""
    found: list[Address | None] = [None]
    for address in kept:
        found.append(address or found[-1])
    return found[:-1]


def alone(alike: Sequence[T]) -> Sequence[T]:
    """Return the only candidate, or none: several that are alike are no evidence.

    This also keeps the number of claims small.
    """
    return alike if len(alike) == 1 else ()


def unambiguous(claims: Collection[tuple[Address, Address]]) -> Pairs:
    """Keep only claims whose two sides occur in no other claim, as pairs."""
    by_new = Counter(new for new, _ in claims)
    by_old = Counter(old for _, old in claims)
    return {new: old for new, old in claims if by_new[new] == by_old[old] == 1}
