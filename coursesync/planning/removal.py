"""Decides about the orphans: keep, hide or delete these records that left their outline.

It must never remove a record by surprise: an orphan stays on the site as it is until the
workspace's `on_removal` says otherwise, and a deletion needs `prune` as well.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds import kind_of, rank
from coursesync.kinds.field import Role
from coursesync.planning.action import Action
from coursesync.planning.change import Change
from coursesync.planning.policy import OnRemoval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.planning.policy import Policy
    from coursesync.planning.side import Side
    from coursesync.state.state import Entry

_PRUNED = "--prune deletes only together with --on-removal delete"


def orphaned(side: Side, policy: Policy) -> list[Change]:
    """Return the changes for the orphans of one course.

    Their order: records to hide (in the members' order), deletions in reverse order (children
    before parents), records to keep.
    """
    if policy.prune and side.course_id in policy.delete_courses and side.outline is None:
        policy = replace(policy, on_removal=OnRemoval.DELETE)
    changes = [_of_orphan(side, *orphan, policy) for orphan in side.orphans.items()]
    changes.sort(key=lambda change: (rank(change.kind), change.order, change.address))
    # a record can be deleted only after its children
    stay = {
        (each.kind.within, each.attributes.get(each.kind.parent_property)): each.address
        for each in changes
        if each.action is not Action.DELETE
    }
    items = (each for each in changes if not each.kind.is_course)
    of_course = [each.address for each in items if each.action is not Action.DELETE]
    for i, change in enumerate(changes):
        inside = stay.get((change.kind, change.record_id))
        if change.kind.is_course and of_course:
            inside = of_course[0]
        if inside is not None and change.action is Action.DELETE:
            reason = f"{inside} is in it, and is not deleted"
            changes[i] = replace(change, action=_kept(change.previous_address), reason=reason)
    return [
        *(change for change in changes if change.action is Action.DEACTIVATE),
        *(change for change in reversed(changes) if change.action is Action.DELETE),
        *(change for change in changes if change.action in {Action.KEEP, Action.MOVE}),
    ]


def staying(
    side: Side, orphans: Iterable[Change], doubts: Iterable[Address]
) -> dict[tuple[Kind, object], dict[int, Address]]:
    """Return the numbers taken by records of a course outside its outline.

    These are orphans (hidden ones too) and creates in doubt, by (kind, parent's Id).
    """
    found: dict[tuple[Kind, object], dict[int, Address]] = defaultdict(dict)
    for change in orphans:
        kind, has = change.kind, change.attributes
        is_here = kind.course_id_of(has) == change.course_id
        if change.action is not Action.DELETE and is_here:
            found[kind, has.get(kind.parent_property)][change.order] = change.address
    for address in doubts:
        kind, sent = kind_of(address), side.doubts[address].sent
        found[kind, sent.get(kind.parent_property)][kind.order_of(sent)] = address
    return found


def is_acknowledged(change: Change) -> bool:
    """Return whether a change is an orphan that stays, and a person knows it: nothing to report.

    A question whether it moved to another course is asked all the same.
    """
    is_kept = change.action is Action.KEEP and change.likely_same is None
    return is_kept and change.entry.kept


def _of_orphan(side: Side, address: Address, entry: Entry, policy: Policy) -> Change:
    kind = kind_of(address)
    # an orphan of an inner kind stays in its course
    likely_same = None if kind.within else side.likely_same.get(address)
    action, reason = _removal(entry, kind, policy)
    if likely_same is not None:
        action, reason = Action.KEEP, ""
    elif address in side.left_alone:
        action, reason = Action.KEEP, unlisted(kind)
    was = address if address in side.moved else None
    if action is Action.KEEP:
        action = _kept(was)
    hides = action is Action.DEACTIVATE
    after = {**entry.known, kind.active_property: False} if hides else None
    course_id = kind.course_id_of(entry.sent)
    address = side.moved.get(address, address)
    return Change(
        action, address, kind, course_id, entry, after, was, reason=reason, likely_same=likely_same
    )


def _kept(was: Address | None) -> Action:
    """Return the action of an orphan that stays: it has a new address if its parent has one."""
    return Action.KEEP if was is None else Action.MOVE


def protected(kind: Kind) -> str:
    """Return why a protected record of a kind is kept, and how to delete it all the same."""
    return (
        f"protected; to delete it, put its {kind.name} back into the outline without "
        "protect: true, apply, and remove it again"
    )


def unlisted(kind: Kind) -> str:
    """Return why a record is kept where the outline has no list of its kind."""
    return f"the outline has no list of {kind.plural} there"


def _removal(entry: Entry, kind: Kind, policy: Policy) -> tuple[Action, str]:
    active = kind.is_active(entry.known)
    action, reason = Action.KEEP, _PRUNED if policy.prune else ""
    if kind.course_id_of(entry.known) != kind.course_id_of(entry.sent):
        return action, "someone moved it to another course on the site"
    match policy.on_removal:
        case _ if kind.is_course and not (policy.prune and entry.id in policy.delete_courses):
            reason = f"only --prune --delete-course {entry.id} deletes it"
        case OnRemoval.DEACTIVATE if kind.has(Role.ACTIVE) and (active or entry.unsure):
            action, reason = Action.DEACTIVATE, ""
        case OnRemoval.DELETE if not entry.protected and policy.prunes(
            kind.course_id_of(entry.sent)
        ):
            action, reason = Action.DELETE, ""
        case OnRemoval.DELETE:
            reason = protected(kind) if entry.protected else "only --prune deletes it"
        case _ if not active:
            reason = "hidden from members"
    return action, reason
