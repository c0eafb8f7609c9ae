"""Sections that go from one course's outline to another's.

Pure. A section's lessons name it by its Id, so that is not given up for a guess, and a
section is not carried from course to course for one either: the author's word for it is
`previous_keys: [other-course.key]`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from coursesync.errors import Command, Diagnostic, Remedy
from coursesync.kinds import kind_of
from coursesync.kinds.address import address_of, course_of, key_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.attributes import Attributes
    from coursesync.kinds.kind import Resource
    from coursesync.state.state import Entry
T = TypeVar("T")


class Arrival(NamedTuple):
    """A resource of a course, the entry that it is by the author's word, and where that was."""

    course_id: int
    address: Address
    old: Address
    home: int


def arrivals(
    new: Mapping[int, Sequence[Resource]], orphans: Mapping[int, Mapping[Address, Entry]]
) -> list[Arrival]:
    """Find the sections that come from another course by their authors' word.

    Args:
        new: the resources without an entry, by the Id of their course.
        orphans: the entries without a resource, by the Id of theirs.

    Returns:
        Those whose entry nobody else claims.
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
    by_new = Counter(claim.address for claim in claims)
    by_old = Counter(claim.old for claim in claims)
    return [claim for claim in claims if by_new[claim.address] == by_old[claim.old] == 1]


def waiting(
    new: Mapping[int, Sequence[Resource]], doubts: Mapping[int, Collection[Address]]
) -> dict[Address, Address]:
    """Find the sections that come from another course, where it is not known yet if they are there.

    Made here meanwhile, they would be there twice.

    Args:
        new: the resources without an entry, by the Id of their course.
        doubts: the addresses of creates in doubt, by the Id of theirs.

    Returns:
        The address in doubt by that of the section that waits for it.
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
    """Say of a section that is to be created which of its former keys lead to nothing.

    Args:
        resource: it has neither an entry nor a doubt.
        entries: those of the state; where there are none, no key can be known.

    Returns:
        A sentence; "" where there is nothing to say.
    """
    if not resource.previous_keys or not entries:
        return ""
    course = course_of(resource.address)
    names = {
        key: address_of(resource.kind.name, *(key.split(".") if "." in key else (course, key)))
        for key in resource.previous_keys
    }
    key, address = next(iter(names.items()))
    if address in entries:
        return (
            f"previous_keys names {key}, which is the key of another section still: this one is "
            "made anew. If it is to go on as that one, delete that one's lines."
        )
    return f"previous_keys names {key}, and no section of the state has that key: is it misspelt?"


def contradictions(
    known: Iterable[Resource], orphans: Mapping[int, Mapping[Address, Entry]]
) -> Iterator[Diagnostic]:
    """Find the sections that have a record of their own, and claim one of another course.

    Args:
        known: the resources with an entry.
        orphans: the entries without a resource, by the Id of their course.

    Yields:
        A diagnostic each: one of the two records would lose its section.
    """
    homeless = {address for held in orphans.values() for address in held}
    for resource in known:
        for old in _former(resource):
            if old in homeless:
                yield Diagnostic(
                    resource.tree.where((*resource.path, "previous_keys")),
                    f"{resource.address} has a record of its own already, and can't be {old} too",
                    Remedy(
                        "Give the section that comes from there another key; or to give up this "
                        "one's record:",
                        Command("state rm", resource.address),
                    ),
                )


def _former(resource: Resource) -> list[Address]:
    keys = [key.split(".") for key in resource.previous_keys if "." in key]
    return [address_of(resource.kind.name, *parts) for parts in keys]


def leads(
    new: Mapping[int, Sequence[Resource]], orphans: Mapping[int, Mapping[Address, Entry]]
) -> dict[Address, Address]:
    """Find the new sections that look like an orphan of another course.

    Returns:
        The orphan's address by the new section's, where the two have two of title, key and contents
        in common, and no others have.
    """
    alike = defaultdict(list)
    for home, held in orphans.items():
        for old, entry in held.items():
            for pair in _pairs(old, entry.attributes):
                alike[pair].append((home, old))
    if not alike:
        return {}
    found = {
        (resource.address, old)
        for course_id, resources in new.items()
        for resource in resources
        for pair in _pairs(resource.address, resource.attributes)
        for home, old in _alone(alike[pair])
        if home != course_id
    }
    by_new = Counter(address for address, _ in found)
    by_old = Counter(old for _, old in found)
    return {address: old for address, old in found if by_old[old] == by_new[address] == 1}


def _pairs(address: Address, attributes: Attributes) -> Iterator[tuple[str, object, object]]:
    """Yield what a section may be known by: two of its title, its key and its contents."""
    kind = kind_of(address)
    title, key = attributes.get(kind.title_property), key_of(address)
    yield "title and key", title, key
    if contents := attributes.get(kind.contents_property):
        yield "title and contents", title, contents
        yield "key and contents", key, contents


def _alone(found: list[T]) -> list[T]:
    return found if len(found) == 1 else []
