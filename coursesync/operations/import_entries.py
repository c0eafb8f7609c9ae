"""Pairs the items of an imported course with its records, and makes the entries of the state.

Owns which record an item is. It must leave the next plan nothing to do: every item has an entry
with exactly the values of the outline, and with the record's Id and time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from coursesync.kinds import ITEMS
from coursesync.kinds.address import (
    address_of,
    course_address,
    course_of,
    is_course,
    key_of,
    keys_of,
)
from coursesync.kinds.field import Role
from coursesync.operations.import_records import title_of, values_of
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.resource import Resource
    from coursesync.nexudus.records import Record
    from coursesync.operations.import_records import Found, Managed
    from coursesync.outlines.outline import Outline


def entries_of(
    outline: Outline, records: Sequence[Found], managed: Managed, *, is_new: bool
) -> Mapping[Address, Entry]:
    """Return the new entries of the items of an imported course.

    An item gets the entry of an unmanaged record in the same list that equals it, or that alone has
    its title. Equal items and records are paired in the members' order. If the outline `is_new`, it
    has managed records as they are on the site: those that others edited get another entry too.
    """
    known = managed.state.entries.keys() | managed.state.doubts.keys()
    entries = dict(_edited(outline, records, managed)) if is_new else {}
    for kind in ITEMS.values():  # parents first: a child names its parent's Id
        free = [each for each in records if each.kind is kind]
        free = [each for each in free if each.identity not in managed.addresses]
        new = [
            _Wanted(each, _parent_id(each, entries, managed))
            for each in outline.resources
            if each.kind is kind and each.address not in known
        ]
        entries |= _new_entries(kind, new, sorted(free, key=lambda each: each.place))
    return entries


def _edited(
    outline: Outline, records: Sequence[Found], managed: Managed
) -> Iterator[tuple[Address, Entry]]:
    """Yield new entries for the managed records that the outline has as others edited them.

    One that others moved within its course has another address than in the state.
    """
    wanted = {each.address: each for each in outline.resources}
    for found in records:
        at, kind, record = managed.addresses.get(found.identity), found.kind, found.record
        if at is None:
            continue
        resource = wanted.get(at) or wanted.get(_new_address(outline, found, at, managed))
        if resource is None:
            continue
        entry = managed.state.entries[at]
        if entry.unsure or _content(kind, resource.attributes) != _content(kind, record.attributes):
            continue
        reads = {**resource.attributes, kind.order_property: kind.order_of(record.attributes)}
        if found.within:
            reads[kind.parent_property] = found.within
        read = adopted(kind, record, reads, protected=resource.protected)
        if resource.address != at or not kind.is_same(read.known, entry.known):
            yield resource.address, replace(read, left=entry.left, unconfirmed=entry.unconfirmed)


def _new_address(outline: Outline, found: Found, at: Address, managed: Managed) -> Address:
    """Return the address that a managed record has in an outline, by the parent that it has now."""
    holder: Address | None = course_address(outline.key)
    if found.kind.within is not None and found.within:
        holder = managed.addresses.get((found.kind.within, found.within))
    if holder is None or course_of(holder) != outline.key:
        return at
    return address_of(found.kind.name, *keys_of(holder), key_of(at))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An item of an outline, and its parent's Id: 0 if it is directly in the course.

    The Id is None if the parent has no record yet.
    """

    resource: Resource
    within: int | None


def _parent_id(
    resource: Resource, entries: Mapping[Address, Entry], managed: Managed
) -> int | None:
    """Return the Id of the record that an item is in, 0 for a course; None if it is unknown."""
    if is_course(resource.parent):
        return 0
    entry = entries.get(resource.parent) or managed.state.entries.get(resource.parent)
    return entry.id if entry else None


def _new_entries(
    kind: Kind, new: Sequence[_Wanted], free: Sequence[Found]
) -> Iterator[tuple[Address, Entry]]:
    """Pair the items of a kind with records; yield their entries."""
    same = _paired(new, free, partial(_content, kind))
    taken = {found.record.id for found in same.values()}
    titled = _paired(
        [each for each in new if each.resource.address not in same],
        [each for each in free if each.record.id not in taken],
        partial(title_of, kind),
        alone=True,
    )
    for each in new:
        at = each.resource.address
        found = same.get(at) or titled.get(at)
        if found is not None:
            record = found.record
            like = each.resource.attributes if at in same else record.attributes
            reads = {name: value for name, value in like.items() if name not in kind.write_only}
            reads[kind.order_property] = kind.order_of(record.attributes)
            if found.within:
                reads[kind.parent_property] = found.within
            yield at, adopted(kind, record, reads, protected=each.resource.protected)


def _content(kind: Kind, attributes: Attributes) -> tuple[object, ...]:
    """Return the values of a record, without white space that the server may trim."""
    readable = {n: value for n, value in attributes.items() if n not in kind.write_only}
    values = values_of(kind, readable)
    for name in filter(None, kind.names(Role.CONTENTS)):
        values = {**values, name: str(values[name]).rstrip()}
    return tuple(kind.encode(values).items())


def _paired(
    items: Sequence[_Wanted],
    records: Sequence[Found],
    trait: Callable[[Attributes], object],
    *,
    alone: bool = False,
) -> dict[Address, Found]:
    """Pair the items and records of each list with the same trait, in order.

    With `alone`, only those whose trait nothing else in the list has.
    """
    left: dict[object, list[Found]] = defaultdict(list)
    for found in records:
        left[found.within, trait(found.record.attributes)].append(found)
    sharing: dict[object, list[_Wanted]] = defaultdict(list)
    for item in items:
        sharing[item.within, trait(item.resource.attributes)].append(item)
    return {
        item.resource.address: found
        for shared, those in sharing.items()
        if not alone or (len(those) == 1 and len(left[shared]) == 1)
        for item, found in zip(those, left[shared], strict=False)
    }


def adopted(kind: Kind, record: Record, attributes: Attributes, *, protected: bool) -> Entry:
    """Return the entry of a record that comes under management as it is."""
    course = {kind.course_property: record.course_id}
    entry = Entry(sent=course, id=record.id, protected=protected)
    return entry.reading({**attributes, **course}, record.updated_on)
