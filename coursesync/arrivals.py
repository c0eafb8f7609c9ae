"""Arrivals: sections that go from one course's outline to another's.

Pure. On a section's Id hangs the members' progress, so it is not given up for a guess, and a
section is not carried from course to course for one either: the author's word for it is
`previous_keys: [other-course.key]`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from coursesync.errors import Diagnostic
from coursesync.resources import kind_of
from coursesync.resources.base import address_of, key_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.resources.base import Address, Attributes, FieldValue, Resource
    from coursesync.state import Entry
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
                    "Give the section that comes from there another key; or to give up this one's "
                    f"record:  coursesync state rm {resource.address}",
                )


def _former(resource: Resource) -> list[Address]:
    keys = [key.split(".") for key in resource.previous_keys if "." in key]
    return [address_of(resource.kind.name, *parts) for parts in keys]


def leads(
    new: Mapping[int, Sequence[Resource]], orphans: Mapping[int, Mapping[Address, Entry]]
) -> dict[Address, Address]:
    """Find the new sections that look like an orphan of another course.

    Returns:
        The orphan's address by the new section's, where the two have the same title and key, or
        title and contents, and no others have.
    """
    titled = defaultdict(list)
    for home, held in orphans.items():
        for old, entry in held.items():
            titled[_title(old, entry.attributes)].append((home, old, entry))
    if not titled:
        return {}
    found = [
        (resource.address, old)
        for course_id, resources in new.items()
        for resource in resources
        for home, old, entry in _alone(titled[_title(resource.address, resource.attributes)])
        if home != course_id and _alike(resource, old, entry)
    ]
    by_old = Counter(old for _, old in found)
    return {address: old for address, old in found if by_old[old] == 1}


def _title(address: Address, attributes: Attributes) -> FieldValue | None:
    return attributes.get(kind_of(address).title_property)


def _alone(found: list[T]) -> list[T]:
    return found if len(found) == 1 else []


def _alike(resource: Resource, old: Address, entry: Entry) -> bool:
    name = resource.kind.contents_property
    contents = resource.attributes.get(name)
    same = bool(contents) and contents == entry.attributes.get(name)
    return same or key_of(resource.address) == key_of(old)
