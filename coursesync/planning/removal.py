"""Owns what happens to records that are in no outline any more.

It must never remove one by surprise: a record stays on the site as it is until the workspace's
`on_removal` says otherwise, and a deletion needs `prune` as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.kinds import LISTED, kind_of
from coursesync.planning.plan import Action, Change
from coursesync.planning.policy import OnRemoval

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.planning.policy import Policy
    from coursesync.state.state import Entry

PROTECTED = (
    f"protected; to release it, apply its {LISTED.name} without protect: true, then remove it again"
)
_PRUNED = "--prune deletes only together with --on-removal delete"


def orphaned(
    orphans: Mapping[Address, Entry], leads: Mapping[Address, Address], policy: Policy
) -> list[Change]:
    """Return the changes for the orphans of one course.

    Their order: records to hide (in the members' order), records to delete (the last first),
    records to keep. `leads` has the new resources of other courses that look like one of the
    orphans, by the orphan's address.
    """
    changes = [
        _change(address, entry, leads.get(address), policy) for address, entry in orphans.items()
    ]
    changes.sort(key=lambda change: (change.order, change.address))
    return [
        *(change for change in changes if change.action is Action.DEACTIVATE),
        *(change for change in reversed(changes) if change.action is Action.DELETE),
        *(change for change in changes if change.action is Action.KEEP),
    ]


def staying(course_id: int, orphans: Iterable[Change]) -> dict[int, Address]:
    """Return the addresses of orphans that stay in the course, by order number.

    It includes hidden records.
    """
    return {
        change.order: change.address
        for change in orphans
        if change.action is not Action.DELETE
        and change.attributes.get(change.kind.parent_property, course_id) == course_id
    }


def _change(address: Address, entry: Entry, lead: Address | None, policy: Policy) -> Change:
    kind = kind_of(address)
    action, reason = (Action.KEEP, "") if lead is not None else _decide(entry, kind, policy)
    return Change(
        action,
        address,
        kind,
        entry.parent_id,
        held=entry,
        after={**entry.known, kind.active_property: False} if action is Action.DEACTIVATE else None,
        reason=reason,
        lead=lead,
    )


def _decide(entry: Entry, kind: Kind, policy: Policy) -> tuple[Action, str]:
    active = entry.known.get(kind.active_property, True)
    if entry.known.get(kind.parent_property, entry.parent_id) != entry.parent_id:
        return Action.KEEP, "someone moved it to another course on the site"
    match policy.on_removal:
        case OnRemoval.DEACTIVATE if active or entry.unsure:
            return Action.DEACTIVATE, ""
        case OnRemoval.DELETE if policy.prune and not entry.protected:
            return Action.DELETE, ""
        case OnRemoval.DELETE:
            return Action.KEEP, PROTECTED if entry.protected else "only --prune deletes it"
        case _ if not active:
            return Action.KEEP, "hidden from members"
        case _:
            return Action.KEEP, _PRUNED if policy.prune else ""
