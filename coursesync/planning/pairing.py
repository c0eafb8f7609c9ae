"""Finds the entry of each desired resource, so that a record keeps its Id when its key changes.

The address identifies a record, and never its position. If a key changed, the remaining resources
and entries are paired by evidence, the strongest first, and only if one resource and one entry fit
each other and no others. It must never guess.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from coursesync.kinds.address import course_of, key_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Resource
    from coursesync.state.state import Entry

Pairs: TypeAlias = "dict[Address, Address]"
T = TypeVar("T")


def identify(resources: Sequence[Resource], entries: Mapping[Address, Entry]) -> Pairs:
    """Find the entry of each desired resource.

    Args:
        resources: those of one course's outline, in order, without those in doubt.
        entries: those of the course, also under a former key of the course.

    Returns:
        The address of each resource's entry, by the resource's address, without new resources.
    """
    pairs: Pairs = {r.address: r.address for r in resources if r.address in entries}
    if len(pairs) == len(resources) or len(pairs) == len(entries):
        return pairs
    _by_key(resources, entries, pairs)
    _by_previous_keys(resources, entries, pairs)
    kind = resources[0].kind
    _by_evidence(resources, entries, pairs, kind.contents_property)
    _by_evidence(resources, entries, pairs, kind.title_property)
    _by_place(resources, entries, pairs)
    return pairs


def _left_over(
    resources: Iterable[Resource], entries: Mapping[Address, Entry], pairs: Pairs
) -> tuple[list[Resource], list[Address]]:
    taken = set(pairs.values())
    new = [resource for resource in resources if resource.address not in pairs]
    return new, [address for address in entries if address not in taken]


def _by_key(resources: Sequence[Resource], entries: Mapping[Address, Entry], pairs: Pairs) -> None:
    """Pair resources and entries that differ only in the course's key: the file was renamed."""
    new, gone = _left_over(resources, entries, pairs)
    here = {course_of(resource.address) for resource in resources}
    moved = defaultdict(list)
    for old in gone:
        if course_of(old) not in here:
            moved[key_of(old)].append(old)
    pairs.update(unambiguous([(r.address, old) for r in new for old in moved[key_of(r.address)]]))


def _by_previous_keys(
    resources: Sequence[Resource], entries: Mapping[Address, Entry], pairs: Pairs
) -> None:
    new, gone = _left_over(resources, entries, pairs)
    by_key = defaultdict(list)
    for old in gone:
        by_key[key_of(old)].append(old)
    former = ((r.address, key) for r in new for key in dict.fromkeys(r.previous_keys))
    pairs.update(unambiguous([(at, old) for at, key in former for old in by_key.get(key, ())]))


def _by_evidence(
    resources: Sequence[Resource], entries: Mapping[Address, Entry], pairs: Pairs, name: str
) -> None:
    """Pair the resources and entries that alone have the same value of a property."""
    new, gone = _left_over(resources, entries, pairs)
    by_value = defaultdict(list)
    for address in gone:
        by_value[entries[address].known.get(name)].append(address)
    claims = [
        (resource.address, old)
        for resource in new
        if (value := resource.attributes.get(name))  # an empty value is no evidence
        for old in alone(by_value.get(value, ()))
    ]
    pairs.update(unambiguous(claims))


def _by_place(
    resources: Sequence[Resource], entries: Mapping[Address, Entry], pairs: Pairs
) -> None:
    """Pair a retitled resource, whose key comes from its title, with the entry in its place."""
    order = resources[0].kind.order_property
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
    derived = {resource.address for resource in resources if resource.key_is_derived}
    pairs.update({new: old for new, old in unambiguous(claims).items() if new in derived})


def _places(kept: Sequence[Address | None]) -> list[tuple[Address | None, Address | None]]:
    """Return, for each position, the nearest kept neighbours before and after it."""
    after: list[Address | None] = []
    nearest: Address | None = None
    for address in reversed(kept):
        after.append(nearest)
        nearest = address or nearest
    places: list[tuple[Address | None, Address | None]] = []
    nearest = None
    for address, following in zip(kept, reversed(after), strict=True):
        places.append((nearest, following))
        nearest = address or nearest
    return places


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
