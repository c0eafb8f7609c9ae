"""Makes the plan from the outlines and the state.

Owns the decision about each change. It must never carry one out, and never remove a record by
surprise: one that is in no outline any more stays on the site as it is until the workspace's
`on_removal` says otherwise, and a deletion needs `prune` as well.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.errors import Code, Diagnostic, InvalidOutlines, Remedy
from coursesync.kinds import KINDS, LISTED, kind_of
from coursesync.planning.action import Action
from coursesync.planning.former_keys import unmet
from coursesync.planning.ordering import assign, places
from coursesync.planning.plan import Change, Course, Plan, Standing
from coursesync.planning.policy import KEEP_ALL, OnRemoval, Policy
from coursesync.planning.sides import sides_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import FieldValue, Ref
    from coursesync.kinds.kind import Kind, Resource
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.ordering import Place
    from coursesync.planning.sides import Side
    from coursesync.state.state import Entry, State

PROTECTED = (
    f"protected; to delete it, put its {LISTED.name} back into the outline without protect: true, "
    "apply, and remove it again"
)
_PRUNED = "--prune deletes only together with --on-removal delete"


def plan_of(outlines: Outlines, state: State, policy: Policy = KEEP_ALL) -> Plan:
    """Compare what the outlines want with the state.

    Args:
        outlines: one for each course; the settled courses need no change.
        state: what was last sent.
        policy: what may be done to orphans; by default nothing.

    Returns:
        The plan; its courses are sorted by key. The Id identifies a course, so that its outline's
        file may be renamed.

    Raises:
        InvalidOutlines: an outline would take the addresses of another course's records, or a
            resource would have two records.
    """
    sides = sides_of(outlines, state)
    changes = tuple(
        change for side in sides.values() for change in _changes(side, state.entries, policy)
    )
    if clashes := list(_clashes(changes, sides, state)):
        raise InvalidOutlines(clashes)
    return Plan(
        state.target,
        state.lineage,
        state.serial,
        _courses(sides, changes, state),
        changes,
        len(state.entries),
        policy,
        {outline.key: outline.record for outline in outlines.outlines},
    )


def _clashes(
    changes: Sequence[Change], sides: Mapping[int, Side], state: State
) -> Iterator[Diagnostic]:
    """Find the outlines whose resources would take the addresses of another course's records.

    An address has one record: the other record's Id would be lost.
    """
    left = {change.was for change in changes if change.was}
    reported: set[int] = set()
    for change in changes:
        taken = change.action is Action.CREATE or change.was is not None
        if not taken or change.address in left or change.parent_id in reported:
            continue
        other = state.entries.get(change.address) or state.doubts.get(change.address)
        outline = sides[change.parent_id].outline
        if other is not None and outline is not None:
            reported.add(change.parent_id)
            course_id = change.kind.course_id_of(other.sent)
            yield Diagnostic(
                outline.tree.where(("id",)),
                f'in the state, the {change.kind.plural} with the key "{outline.key}" belong to '
                f"the course {course_id}",
                Remedy(
                    f"If this id is a typing error, change it back to {course_id}; if this "
                    "is another course, give the outline its own",
                    Code("key:"),
                ),
            )


def _courses(
    sides: Mapping[int, Side], changes: Iterable[Change], state: State
) -> dict[int, Course]:
    """Return the courses with changes or departures, by Id, each with its unchanged records."""
    changed: dict[int, set[Address]] = defaultdict(set)
    departures: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        changed[change.parent_id].add(change.address)
        if change.home is not None:
            departures[change.home].append(change)
    touched = changed.keys() | departures.keys()
    courses = {}
    for course_id, side in sides.items():
        if course_id in touched:
            record = side.outline or state.complete.get(side.key)
            courses[course_id] = Course(
                side.key,
                course_id,
                record.title if record else "",
                side.outline.path if side.outline else None,
                managed=len(side.entries) + len(side.guests),
                standing=tuple(
                    Standing(resource.address, resource.kind, entry.known, entry.id)
                    for resource in side.resources
                    if resource.address not in changed[course_id]
                    and (entry := side.entry(resource)) is not None
                ),
                departures=tuple(departures[course_id]),
            )
    return courses


def _changes(side: Side, entries: Mapping[Address, Entry], policy: Policy) -> Iterator[Change]:
    """Yield the changes of a course's outline, then the changes of doubts and orphans."""
    orphans = _orphaned(side, policy)
    unwanted = side.doubts.keys() - {resource.address for resource in side.resources}
    stays = _staying(side, orphans, unwanted - side.waits.keys())
    slots = _slots(side, stays)
    for resource in side.resources:
        order, place = slots[resource.address]
        change = _wanted(side, resource, order, place, entries)
        beside = stays[resource.kind, side.link(resource.kind, resource.parent)]
        if change and order in beside and resource.pin is not None and not change.reason:
            same = f"{beside[order]} stays on the site and has the same display_order"
            change = replace(change, reason=f"{same}, so their order is undefined")
        if change:
            yield change
    for address in sorted(unwanted):
        doubt, waits = side.doubts[address], side.waits.get(address)
        reason = f"{doubt.reason}; {waits} waits until that is settled" if waits else doubt.reason
        kind, home = kind_of(address), side.course_id
        yield Change(Action.DOUBT, address, kind, home, doubt, reason=reason, lead=waits)
    yield from orphans


def _slots(
    side: Side, stays: Mapping[tuple[Kind, object], Mapping[int, Address]]
) -> dict[Address, tuple[int, Place | None]]:
    """Give each resource of a course its number among its siblings, and its place if that changes.

    `stays` has the numbers of records that stay beside them, by their kind and by what it is in.
    """
    siblings: dict[tuple[Kind, Address], list[Resource]] = defaultdict(list)
    for resource in side.resources:
        siblings[resource.kind, resource.parent].append(resource)
    slots: dict[Address, tuple[int, Place | None]] = {}
    for (kind, parent), resources in siblings.items():
        prior = [side.order(resource) for resource in resources]
        ids = [entry.id for entry in map(side.entry, resources) if entry is not None]
        held = stays[kind, side.link(kind, parent)].keys()
        orders = assign(prior, [resource.pin for resource in resources], ids, held)
        placed: Sequence[Place | None] = [None] * len(orders)
        if side.pairs:
            placed = places([kind.title_of(r.attributes) for r in resources], prior, orders)
        for resource, order, place in zip(resources, orders, placed, strict=True):
            slots[resource.address] = order, place
    return slots


def _wanted(
    side: Side,
    resource: Resource,
    order: int,
    place: Place | None,
    entries: Mapping[Address, Entry],
) -> Change | None:
    """Return the change that a resource of the outline needs; None if it needs none now."""
    address, kind, was = resource.address, resource.kind, side.pairs.get(resource.address)
    entry, doubt = side.entry(resource), side.doubts.get(address)
    desired: dict[str, FieldValue | Ref] = {**resource.attributes, kind.order_property: order}
    if (link := side.link(kind, resource.parent)) is not None:
        desired[kind.link] = link
    after = kind.settle(entry.known if entry else None, desired)
    is_moved = was not in {None, address}
    is_protected = entry is not None and entry.protected
    protected = resource.protected if resource.protected != is_protected else None
    reason, lead = "", None
    if doubt is not None:
        action, reason, protected = Action.DOUBT, doubt.reason, None
    elif entry is None:
        if address in side.waits:
            return None
        action, lead = Action.CREATE, side.leads.get(address)
        named = side.stated.get(address, ())
        reason = unmet(resource, named, side.pairs, entries, side.doubts)
    # send the update even if the record was moved here already: only a write's outcome changes the
    # state
    elif entry.unsure or after != entry.known or kind.course_id_of(entry.sent) != side.course_id:
        action = Action.UPDATE
        reason = "its last update was interrupted, and is sent again" if entry.unsure else ""
    elif is_moved:
        action = Action.MOVE
    elif protected is not None:
        action = Action.PROTECT
    else:
        return None
    return Change(
        action,
        address,
        kind,
        side.course_id,
        held=doubt or entry,
        after=after,
        was=was if is_moved else None,
        resource=resource,
        reason=reason,
        protected=protected,
        lead=lead,
        place=place if entry else None,
    )


def _orphaned(side: Side, policy: Policy) -> list[Change]:
    """Return the changes for the orphans of one course.

    Their order: records to hide (in the members' order), records to delete (the last first, and
    what is in a record before it), records to keep.
    """
    depth = {kind: i for i, kind in enumerate(KINDS.values())}
    changes = [_of_orphan(side, *orphan, policy) for orphan in side.orphans.items()]
    changes.sort(key=lambda change: (depth[change.kind], change.order, change.address))
    # what is in a record that is deleted must be gone before
    stay = {
        (each.kind.within, each.attributes.get(each.kind.link)): each.address
        for each in changes
        if each.action is not Action.DELETE
    }
    for i, change in enumerate(changes):
        inside = stay.get((change.kind, change.record_id))
        if inside is not None and change.action is Action.DELETE:
            reason = f"{inside} is in it, and is not deleted"
            changes[i] = replace(change, action=_kept(change.was), reason=reason)
    return [
        *(change for change in changes if change.action is Action.DEACTIVATE),
        *(change for change in reversed(changes) if change.action is Action.DELETE),
        *(change for change in changes if change.action in {Action.KEEP, Action.MOVE}),
    ]


def _staying(
    side: Side, orphans: Iterable[Change], doubts: Iterable[Address]
) -> dict[tuple[Kind, object], dict[int, Address]]:
    """Return the numbers of the records that stay in a course and are in no outline.

    They are orphans, hidden ones too, and creates in doubt; by their kind, and by the Id of what
    they are in.
    """
    found: dict[tuple[Kind, object], dict[int, Address]] = defaultdict(dict)
    for change in orphans:
        kind, has = change.kind, change.attributes
        is_here = kind.course_id_of(has) == change.parent_id
        if change.action is not Action.DELETE and is_here:
            found[kind, has.get(kind.link)][change.order] = change.address
    for address in doubts:
        kind, sent = kind_of(address), side.doubts[address].sent
        found[kind, sent.get(kind.link)][kind.order_of(sent)] = address
    return found


def _of_orphan(side: Side, address: Address, entry: Entry, policy: Policy) -> Change:
    kind, lead = kind_of(address), side.leads.get(address)
    action, reason = _removal(entry, kind, policy)
    if lead is not None:
        action, reason = Action.KEEP, ""
    elif address in side.left_alone:
        action, reason = Action.KEEP, f"the outline has no list of {kind.plural} there"
    was = address if address in side.moved else None
    if action is Action.KEEP:
        action = _kept(was)
    hides = action is Action.DEACTIVATE
    after = {**entry.known, kind.active_property: False} if hides else None
    course_id = kind.course_id_of(entry.sent)
    address = side.moved.get(address, address)
    return Change(action, address, kind, course_id, entry, after, was, reason=reason, lead=lead)


def _kept(was: Address | None) -> Action:
    """Return the action of an orphan that stays: what it is in may have another address now."""
    return Action.KEEP if was is None else Action.MOVE


def _removal(entry: Entry, kind: Kind, policy: Policy) -> tuple[Action, str]:
    active = kind.is_active(entry.known)
    if kind.course_id_of(entry.known) != kind.course_id_of(entry.sent):
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
