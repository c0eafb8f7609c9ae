"""Moves of resources from one course's outline to another's.

Lessons refer to a record by its Id. This module must never guess, because a wrong guess loses an
Id: an author states the move with `previous_keys: [other-course.key]`.

In these functions, `new` has the resources without an entry, and `orphans` the entries without a
resource, both by the Id of their course.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from coursesync.errors import Command, Diagnostic, Remedy
from coursesync.kinds import kind_of
from coursesync.kinds.address import address_of, course_of, key_of
from coursesync.planning.pairing import alone, unambiguous

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Resource
    from coursesync.state.state import Entry


class Arrival(NamedTuple):
    """A resource in the course `course_id` that claims the entry `old` of the course `home`."""

    course_id: int
    address: Address
    old: Address
    home: int


def arrivals(
    new: Mapping[int, Sequence[Resource]], orphans: Mapping[int, Mapping[Address, Entry]]
) -> list[Arrival]:
    """Return the claims on entries of other courses that are certain.

    The resource claims only that entry, and no other resource claims it.
    """
    homes = {address: home for home, held in orphans.items() for address in held}
    if not homes:
        return []
    claims = [
        Arrival(course_id, resource.address, old, homes[old])
        for course_id, resources in new.items()
        for resource in resources
        for old in dict.fromkeys(_former(resource))
        if old in homes and homes[old] != course_id
    ]
    certain = unambiguous([(claim.address, claim.old) for claim in claims])
    return [claim for claim in claims if claim.address in certain]


def waiting(
    new: Mapping[int, Sequence[Resource]], doubts: Mapping[int, Collection[Address]]
) -> dict[Address, Address]:
    """Find the resources whose authors claim a create in doubt of another course.

    They have to wait: to create them now might create them twice.

    Args:
        new: see above.
        doubts: the addresses of creates in doubt, by the Id of their course.

    Returns:
        The address in doubt, by that of the resource that waits for it.
    """
    homes = {address: home for home, held in doubts.items() for address in held}
    return {
        resource.address: old
        for course_id, resources in (new.items() if homes else ())
        for resource in resources
        for old in _former(resource)
        if homes.get(old, course_id) != course_id
    }


def unknown_keys(resource: Resource, entries: Mapping[Address, Entry]) -> str:
    """Explain why a former key of a new resource leads to no entry; "" if it names none.

    If the state has no entries, every key is unknown, and that means nothing: "".
    """
    if not resource.previous_keys or not entries:
        return ""
    course = course_of(resource.address)
    names = {
        key: address_of(resource.kind.name, *(key.split(".") if "." in key else (course, key)))
        for key in resource.previous_keys
    }
    noun, (key, address) = resource.kind.name, next(iter(names.items()))
    if address in entries:
        return (
            f"previous_keys names {key}, but another {noun} still has that key, so a new record is "
            f"created. To keep the existing record, delete the other {noun} from the outline."
        )
    return f"previous_keys names {key}, but no {noun} in the state has that key. Is it misspelt?"


def contradictions(
    known: Iterable[Resource], orphans: Mapping[int, Mapping[Address, Entry]]
) -> Iterator[Diagnostic]:
    """Report resources that already have an entry and claim an entry of another course as well.

    One of the two records would lose its resource.
    """
    homeless = {address for held in orphans.values() for address in held}
    for resource in known:
        for old in _former(resource):
            if old in homeless:
                yield Diagnostic(
                    resource.tree.where((*resource.path, "previous_keys")),
                    f"{resource.address} already has a record, so it can't take over that of {old}",
                    Remedy(
                        f"Give the {resource.kind.name} that comes from there another key. To keep "
                        "the other record instead, first forget this one:",
                        Command("state rm", resource.address),
                    ),
                )


def _former(resource: Resource) -> list[Address]:
    keys = [key.split(".") for key in resource.previous_keys if "." in key]
    return [address_of(resource.kind.name, *parts) for parts in keys]


def leads(
    new: Mapping[int, Sequence[Resource]], orphans: Mapping[int, Mapping[Address, Entry]]
) -> dict[Address, Address]:
    """Find the new resources that look like an orphan of another course.

    Returns:
        The orphan's address, by that of the new resource, if the two share two of title, key and
        contents, and share them with no other.
    """
    alike = defaultdict(list)
    for home, held in orphans.items():
        for old, entry in held.items():
            for pair in _pairs(old, entry.known):
                alike[pair].append((home, old))
    if not alike:
        return {}
    found = {
        (resource.address, old)
        for course_id, resources in new.items()
        for resource in resources
        for pair in _pairs(resource.address, resource.attributes)
        for home, old in alone(alike[pair])
        if home != course_id
    }
    return unambiguous(found)


def _pairs(address: Address, attributes: Attributes) -> Iterator[tuple[str, object, object]]:
    """Yield the pairs by which a resource is recognised: two of its title, key and contents."""
    kind = kind_of(address)
    title, key = attributes.get(kind.title_property), key_of(address)
    yield "title and key", title, key
    if contents := attributes.get(kind.contents_property):
        yield "title and contents", title, contents
        yield "key and contents", key, contents
