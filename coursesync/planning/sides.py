"""The two sides of each course: what its outline wants, and what the state holds of it.

Owns which entry belongs to which resource, in one course by `pairing` and between courses by what
authors state. Other records refer to one by its Id, so a wrong guess loses an Id: this module must
never guess. An author states a move to another course with `previous_keys: [other-course.key]`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from coursesync.errors import InvalidOutlines
from coursesync.kinds import KINDS, LISTED, home_of, kind_of
from coursesync.kinds.address import (
    Address,
    FreeKeys,
    address_of,
    course_address,
    course_of,
    key_of,
    keys_of,
)
from coursesync.planning.former_keys import contradiction, elsewhere, stated
from coursesync.planning.pairing import alone, identify, unambiguous
from coursesync.planning.side import Side

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from coursesync.kinds.field import Planned
    from coursesync.kinds.kind import Kind
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.state.state import Entry, Held, State


def sides_of(outlines: Outlines, state: State) -> dict[int, Side]:
    """Match each resource with an entry of its course, or of the course `previous_keys` names.

    Returns:
        By course Id: each course that may need changes, sorted by key.

    Raises:
        InvalidOutlines: a resource would have two records.
    """
    entries = _by_course(state.entries, outlines.settled)
    doubts = _by_course(state.doubts, outlines.settled)
    parsed = (*outlines.outlines, *outlines.others)
    wanted = {outline.course_id: outline for outline in parsed}
    sides = []
    for course_id in wanted.keys() | entries.keys() | doubts.keys():
        outline, held = wanted.get(course_id), entries.get(course_id, {})
        side = Side(course_id, outline, held, doubts.get(course_id, {}))
        for kind in KINDS.values():
            _pair(side, kind)
        sides.append(side)
    homes = {address: side for side in sides for address in side.orphans}
    for side in sides if homes else ():
        for each in side.resources:
            others = [old for old in elsewhere(each) if homes.get(old, side) is not side]
            side.stated[each.address] += others
    contradictions = [
        contradiction(each, named, side.pairs, doubt=each.address in side.doubts)
        for side in sides
        for each in (side.resources if side.stated else ())
        if (named := side.stated.get(each.address))
    ]
    if found := list(filter(None, contradictions)):
        raise InvalidOutlines(found)
    _carry_over(sides, homes)
    _note_likely_same(sides)
    _note_waits(sides)
    for side in sides:
        side.moved = _moved(side, state.entries)
    return {side.course_id: side for side in sorted(sides, key=lambda s: (s.key, s.course_id))}


def _by_course(
    items: Mapping[Address, Held], settled: Container[str]
) -> dict[int, dict[Address, Held]]:
    """Group entries or doubts by the course's Id, which stays the same if a file is renamed."""
    grouped: dict[int, dict[Address, Held]] = {}
    for address in items:
        if course_of(address) not in settled:
            item = items[address]
            grouped.setdefault(home_of(address, item.sent), {})[address] = item
    return grouped


def _pair(side: Side, kind: Kind) -> None:
    """Find the entries of a side's resources of a kind; their parents have theirs already."""
    entries = {old: entry for old, entry in side.entries.items() if kind_of(old) is kind}
    resources = [each for each in side.resources if each.kind is kind]
    if kind.is_course:  # a course has one, whatever its key is now
        found = (each.address for each in resources if each.address not in side.doubts)
        side.pairs |= dict(zip(found, entries, strict=False))
        return
    parents, homes = side.homes_of({*entries, *(at for at in side.doubts if kind_of(at) is kind)})
    for new, old in stated(resources, homes):
        side.stated[new].append(old)
    if kind is not LISTED:
        side.left_alone |= _left_alone(side, kind, entries)
    here = [each for each in resources if each.address not in side.doubts]
    side.pairs |= identify(here, entries, parents, side.left_alone)


def _left_alone(side: Side, kind: Kind, entries: Mapping[Address, Entry]) -> set[Address]:
    """Return the entries of a kind that are, or were, in a list that the outline does not have.

    The parent's Id decides, and not only the address: a person may have moved the record on the
    site. A record whose parent has no entry was in no list. When a parent leaves the outline, its
    list leaves with it.
    """
    parents, homes = side.homes_of(entries)
    course, unlisted = course_address(side.key), frozenset[Address]()
    if side.outline is not None:
        items = {course, *(resource.address for resource in side.resources)}
        unlisted = frozenset(at for at in items if (kind, at) not in side.outline.lists)
    holders: dict[object, Address] = {
        entry.id: parents.get(address, address)
        for address, entry in side.entries.items()
        if kind_of(address) is kind.within
    }
    found = set()
    for address, entry in entries.items():
        held_by = entry.known.get(kind.parent_property)
        place = course if held_by is None else holders.get(held_by)
        if place is None or not unlisted.isdisjoint({place, homes[address]}):
            found.add(address)
    return found


def _moved(side: Side, entries: Mapping[Address, Entry]) -> dict[Address, Address]:
    """Return new addresses for orphans: below the parent's present one, with a free key.

    With its old address, an orphan would seem to be in the next item that takes the parent's.
    """
    orphans = [old for old in side.orphans if kind_of(old) is not LISTED]
    if side.outline is None or not orphans:
        return {}
    _, homes = side.homes_of(orphans)
    wanted = {resource.address for resource in side.resources}
    slots = {old: (kind_of(old), homes[old] or kind_of(old).parent_of(old)) for old in orphans}
    moving = [
        old
        for old, (kind, home) in sorted(slots.items())
        if kind.parent_of(old) != home or old in wanted
    ]
    taken: dict[tuple[Kind, Address], set[str]] = defaultdict(set)
    vacated = {*moving, *(old for new, old in side.pairs.items() if new != old)}
    for each in {*wanted, *side.doubts, *(entries.keys() - vacated)} if moving else ():
        taken[kind_of(each), kind_of(each).parent_of(each)].add(key_of(each))
    free = {slot: FreeKeys(taken[slot]) for slot in {slots[old] for old in moving}}
    return {
        old: address_of(
            slots[old][0].name, *keys_of(slots[old][1]), free[slots[old]].take(key_of(old))
        )
        for old in moving
    }


def _carry_over(sides: Iterable[Side], homes: Mapping[Address, Side]) -> None:
    """Move each orphan that one resource of another course claims to that course.

    The resource claims only that orphan, and no other resource claims it.
    """
    claims = list(_claims(sides, homes))
    certain = unambiguous([(address, old) for _, address, old in claims])
    for side, address, old in claims:
        if address in certain:
            side.guests[old] = homes[old].gone[old] = homes[old].entries.pop(old)
            side.pairs[address] = old


def _claims(
    sides: Iterable[Side], homes: Mapping[Address, Side]
) -> Iterator[tuple[Side, Address, Address]]:
    """Yield (course, address of a new resource, address that it claims in another course)."""
    for side in sides if homes else ():
        for resource in side.new:
            for old in elsewhere(resource):
                if homes.get(old, side) is not side:
                    yield side, resource.address, old


def _note_likely_same(sides: Iterable[Side]) -> None:
    """Find the new resources that are likely the same as an orphan of another course.

    The two share two of title, key and contents, and share them with no other.
    """
    alike = defaultdict(list)
    for side in sides:
        for old, entry in side.orphans.items():
            for pair in _pairs(old, entry.known):
                alike[pair].append((side, old))
    found = {
        (resource.address, old): (side, home)
        for side in (sides if alike else ())
        for resource in side.new
        for pair in _pairs(resource.address, resource.attributes)
        for home, old in alone(alike.get(pair, ()))
        if home is not side
    }
    for new, old in unambiguous(found).items():
        side, home = found[new, old]
        side.likely_same[new], home.likely_same[old] = old, new


def _note_waits(sides: Iterable[Side]) -> None:
    """Find the new resources whose authors claim a create in doubt of another course.

    They have to wait: to create them now might create them twice.
    """
    doubts = {address: side for side in sides for address in side.doubts}
    claims = {new: (side, old) for side, new, old in _claims(sides, doubts)}
    for new, (side, old) in claims.items():
        side.waits[new], doubts[old].waits[old] = old, new


def _pairs(address: Address, attributes: Planned) -> Iterator[tuple[str, object, object]]:
    """Yield the pairs by which a resource is recognised: two of its title, key and contents."""
    kind = kind_of(address)
    title, key = attributes.get(kind.title_property), key_of(address)
    yield "title and key", title, key
    if contents := attributes.get(kind.contents_property):
        yield "title and contents", title, contents
        yield "key and contents", key, contents
