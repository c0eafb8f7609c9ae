"""Finds the items whose records were deleted on the site, but that an outline keeps.

An outline loses only what was applied: all that its author has not applied stays. What is in an
item stays with it, so it must never let go of an item around another one that stays.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from coursesync.kinds import kind_of
from coursesync.kinds.address import keys_of
from coursesync.kinds.field import Role
from coursesync.planning.live_diff import same_value

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.resource import Resource
    from coursesync.planning.side import Side


def kept(
    side: Side,
    deleted: Mapping[Address, Resource],
    leaving: Collection[Address],
    there: Container[Address],
) -> dict[Address, str]:
    """Return why each item that has to stay does, by the address of its entry.

    Args:
        side: its outline is not None.
        deleted: the items whose records were deleted, by the address of the entry.
        leaving: the items that move into another one in the same pull.
        there: the entries whose records are on the site.
    """
    within: dict[Address, list[Address]] = defaultdict(list)
    for each in side.resources:
        within[each.parent].append(each.address)
    unlisted = defaultdict(list)
    for old in side.left_alone:
        if old in there:  # without its parent, a plan could delete it
            unlisted[kind_of(old).parent_of(old)].append(old)
    gone = {resource.address for resource in deleted.values()}
    found: dict[Address, str] = {}
    inner_first = sorted(deleted.items(), key=lambda each: -len(keys_of(each[1].address)))
    for at, resource in inner_first:
        stays = [e for e in within[resource.address] if e not in gone and e not in leaving]
        stays += sorted(unlisted[at])
        why = _own_reason(side, at, resource)
        if why or stays:
            found[at] = why or f"{stays[0]}, which is in it, stays"
            gone.discard(resource.address)
    return found


def _own_reason(side: Side, at: Address, resource: Resource) -> str:
    entry, kind = side.entry(resource), resource.kind
    if resource.protected or (entry is not None and entry.protected):
        return "it is protected"
    is_applied = entry is not None and all(
        same_value(row, resource.attributes, entry.expected, kind)
        for row in kind.fields
        if row.role is not Role.ORDER and any(name in kind.types for name in row.properties)
    )
    return "" if at == resource.address and is_applied else "the outline has changed it since"
