"""What authors state with `previous_keys`: the entries that they name.

Owns the words for a statement that can't be carried out: none is ignored silently. It must never
decide which entry a resource gets: `pairing` does, and `sides` between courses.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from coursesync.errors import Command, Diagnostic, Remedy
from coursesync.kinds import kind_of
from coursesync.kinds.address import address_of, course_of, key_of, keys_of

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.resource import Resource


def stated(
    resources: Iterable[Resource], homes: Mapping[Address, Address | None]
) -> Sequence[tuple[Address, Address]]:
    """Return each resource with each entry of its course that its former keys name.

    `homes` has each entry's parent; see `homes_of`. Creates in doubt may be among them.
    """
    resources = [resource for resource in resources if resource.previous_keys]
    by_slot, by_keys = defaultdict(list), defaultdict(list)
    for old, home in homes.items() if resources else ():
        kind = kind_of(old)
        by_slot[kind, home, key_of(old)].append(old)
        by_keys[kind, keys_of(old)[1:]].append(old)
    found: dict[tuple[Address, Address], None] = {}
    for resource in resources:
        kind, course = resource.kind, course_of(resource.address)
        for former in resource.previous_keys:
            if "." not in former:
                named = by_slot[kind, resource.parent, former]
            else:
                of, *keys = former.split(".")[1 if kind.within else 0 :]
                alike = by_keys[kind, tuple(keys)]
                named = [old for old in alike if of in {course, course_of(old)}]
                if not named and of == course:  # the parent has a new address
                    address = address_of(kind.name, course, *keys)
                    named = by_slot[kind, kind.parent_of(address), key_of(address)]
            found |= dict.fromkeys((resource.address, old) for old in named)
    return list(found)


def elsewhere(resource: Resource) -> Iterable[Address]:
    """Return the addresses in other courses, or in its own, that its former keys name in full."""
    if resource.kind.within:  # it can't change its course: members' progress stays there
        return ()
    keys = [key.split(".") for key in resource.previous_keys if "." in key]
    return dict.fromkeys(address_of(resource.kind.name, *key) for key in keys) if keys else ()


def contradiction(
    resource: Resource, named: Iterable[Address], pairs: Mapping[Address, Address], *, doubt: bool
) -> Diagnostic | None:
    """Report former keys that can't be carried out: a record would lose its resource.

    Args:
        resource: the resource that has them.
        named: the entries that they name; see `stated`.
        pairs: the entry of each resource of the course.
        doubt: whether the create of the resource is in doubt.
    """
    at, noun, has = resource.address, resource.kind.name, pairs.get(resource.address)
    others = [old for old in named if old != has and pairs.get(old) != old]
    if others and doubt:
        problem = f"{at} is in doubt, so it can't take over the record of {others[0]}"
        remedy = Remedy(
            f"If {at} is not in Nexudus:",
            Command("resolve", at, not_created=True),
            "If it is there, delete this former key, and apply.",
        )
    elif others and has is not None:
        problem = f"{at} already has a record, so it can't take over that of {others[0]}"
        remedy = Remedy(
            f"Give the {noun} that comes from there another key. To keep "
            "the other record instead, first forget this one:",
            Command("state rm", has),
        )
    elif len(others) > 1:
        both = " and ".join(others[:2])
        problem = f"{both} have a record each, and {at} can keep only one of them"
        remedy = Remedy(f"Name only that one in the former keys of this {noun}.")
    else:
        return None
    return Diagnostic(resource.tree.where((*resource.path, "previous_keys")), problem, remedy)


def unmet(
    resource: Resource,
    named: Collection[Address],
    pairs: Mapping[Address, Address],
    entries: Collection[Address],
    doubts: Container[Address],
) -> str:
    """Explain why a former key of a new resource leads to no entry; "" if it names none.

    `named` and `pairs` are as in `contradiction`; `entries` and `doubts` are those of the state and
    of the course. With an empty state every key is unknown; then it returns "" too.
    """
    if not resource.previous_keys or not entries:
        return ""
    noun = resource.kind.name
    claimed = [old for old in named if pairs.get(old) != old]
    if in_doubt := [old for old in claimed if old in doubts]:
        return f"previous_keys names {in_doubt[0]}, which is in doubt: apply looks for that first."
    if claimed:
        return (
            f"previous_keys names {claimed[0]}, but another {noun} names it too, so a new record "
            "is created. To keep the existing record, delete that former key from the other one."
        )
    wanted = {*named, *elsewhere(resource)}.intersection(entries)
    for key in resource.previous_keys if wanted else ():
        if any(old.endswith(f".{key}") for old in wanted):
            return (
                f"previous_keys names {key}, but another {noun} still has that key, so a new "
                "record is created. To keep the existing record, delete the other "
                f"{noun} from the outline."
            )
    key = resource.previous_keys[0]
    return (
        f"previous_keys names {key}, but coursesync knows no {noun} with that key. Is it misspelt?"
    )
