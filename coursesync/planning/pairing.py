"""Finds the entry of each desired resource, so that a record keeps its Id when its key changes.

The address identifies a record, and never its position. If a key changed, the remaining resources
and entries are paired by evidence, the strongest first, and only if one resource and one entry fit
each other and no others. It must never guess.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from coursesync.kinds import kind_of
from coursesync.kinds.address import course_address, course_of, key_of, keys_of
from coursesync.planning.former_keys import stated

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import FieldValue
    from coursesync.kinds.resource import Resource
    from coursesync.state.state import Entry

Pairs: TypeAlias = "dict[Address, Address]"
T = TypeVar("T")


def identify(
    resources: Sequence[Resource],
    entries: Mapping[Address, Entry],
    parents: Mapping[Address, Address] | None = None,
    left_alone: Collection[Address] = (),
) -> Pairs:
    """Find the entry of each desired resource.

    Args:
        resources: those of one course's outline and of one kind, in order, without those in doubt.
        entries: those of this course and kind; the course's key may have changed since.
        parents: the present address of each possible parent that has an entry, by the entry's
            address.
        left_alone: the entries where the outline has no list. Likeness alone pairs one of them only
            if nothing that members read would change.

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
    homes = homes_of(entries, parents, course)
    slots = {old: (homes[old], key_of(old)) for old in left}
    _by_trait(resources, pairs, slots, lambda r: [(r.parent, key_of(r.address))])
    taken = set(pairs.values())
    claims = stated([r for r in resources if r.address not in pairs], homes)
    pairs |= unambiguous([(new, old) for new, old in claims if old not in taken])
    disputed = {old for _, old in claims}.difference(pairs.values())
    likely = _likely(
        resources, {o: e for o, e in entries.items() if o not in disputed}, homes, pairs
    )
    apart = {new for new, old in likely.items() if old in left_alone}
    differ = {
        r.address
        for r in (resources if apart else ())
        if r.address in apart and not _reads_the_same(r, likely[r.address], entries)
    }
    return pairs | {new: old for new, old in likely.items() if new not in differ}


def _likely(
    resources: Sequence[Resource],
    entries: Mapping[Address, Entry],
    homes: Mapping[Address, Address | None],
    certain: Pairs,
) -> Pairs:
    """Pair by likeness what is not `certain`; return only these pairs."""
    kind, pairs = resources[0].kind, dict(certain)
    taken = set(certain.values())
    left = [old for old in entries if old not in taken]
    if kind.within:
        _by_trait(resources, pairs, {old: key_of(old) for old in left}, lambda r: [r.key])
    for name in filter(None, (kind.contents_property, kind.title_property)):
        values = {old: entries[old].known.get(name) for old in left}
        _by_trait(resources, pairs, values, partial(_value, name))
    _by_places(resources, entries, homes, pairs)
    return {new: old for new, old in pairs.items() if new not in certain}


def homes_of(
    entries: Iterable[Address], parents: Mapping[Address, Address], course: Address
) -> dict[Address, Address | None]:
    """Return each parent's present address; None if another resource has taken it.

    `parents` is as in `identify`; `course` is the address of the course, which may be renamed.
    """
    taken = set(parents.values())
    homes: dict[Address, Address | None] = {}
    for old in entries:
        parent = kind_of(old).parent_of(old)
        gone = None if parent in taken else parent
        homes[old] = course if len(keys_of(parent)) == 1 else parents.get(parent, gone)
    return homes


def _reads_the_same(resource: Resource, old: Address, entries: Mapping[Address, Entry]) -> bool:
    kind, has = resource.kind, entries[old].known
    return (resource.key, resource.title, resource.contents) == (
        key_of(old),
        kind.title_of(has),
        kind.contents_of(has),
    )


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
    """Pair the retitled resources and the entries that have the same parent."""
    before: dict[Address | None, dict[Address, Entry]] = defaultdict(dict)
    now: dict[Address, list[Resource]] = defaultdict(list)
    for old, entry in entries.items():
        before[homes[old]][old] = entry
    for resource in resources:
        now[resource.parent].append(resource)
    for parent, siblings in now.items():
        if parent in before:
            _by_place(siblings, before[parent], pairs)


def _by_place(
    resources: Sequence[Resource], entries: Mapping[Address, Entry], pairs: Pairs
) -> None:
    """Pair a resource with the entry at its place if only its title, and so its key, changed.

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
