"""Makes the plan from the outlines and the state.

Owns the decision about each change. It must never carry one out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from coursesync.errors import Code, Diagnostic, InvalidOutlines, Remedy
from coursesync.kinds import kind_of
from coursesync.planning.ordering import assign, places
from coursesync.planning.plan import Action, Change, Course, Plan, Standing
from coursesync.planning.policy import KEEP_ALL, Policy
from coursesync.planning.removal import orphaned, staying
from coursesync.planning.sides import sides_of, unknown_keys

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Resource
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.ordering import Place
    from coursesync.planning.sides import Side
    from coursesync.state.state import Entry, State


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
            yield Diagnostic(
                outline.tree.where(("id",)),
                f'in the state, the {change.kind.plural} with the key "{outline.key}" belong to '
                f"the course {other.parent_id}",
                Remedy(
                    f"If this id is a typing error, change it back to {other.parent_id}; if this "
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
            record = side.outline or state.courses.get(side.key)
            courses[course_id] = Course(
                side.key,
                course_id,
                record.title if record else "",
                side.outline.path if side.outline else None,
                managed=len(side.entries) + len(side.guests),
                standing=tuple(_standing(side, changed[course_id])),
                departures=tuple(departures[course_id]),
            )
    return courses


def _standing(side: Side, changed: Container[Address]) -> Iterator[Standing]:
    """Yield the records of the outline that have no change."""
    for resource in side.resources:
        if resource.address not in changed and (entry := side.entry(resource)) is not None:
            yield Standing(resource.address, resource.kind, entry.known)


def _changes(side: Side, entries: Mapping[Address, Entry], policy: Policy) -> Iterator[Change]:
    """Yield the changes of a course's outline, then the changes of doubts and orphans."""
    resources = side.resources
    prior = [side.order(resource) for resource in resources]
    ids = [entry.id for entry in map(side.entry, resources) if entry is not None]
    orphans = orphaned(side.orphans, side.leads, policy)
    unwanted = side.doubts.keys() - {resource.address for resource in resources}
    held = staying(side.course_id, orphans) | {
        kind_of(each).order_of(side.doubts[each].sent): each
        for each in unwanted - side.waits.keys()
    }
    orders = assign(prior, [resource.pin for resource in resources], ids, held.keys())
    placed: Sequence[Place | None] = [None] * len(orders)
    if side.pairs:
        placed = places([each.title for each in resources], prior, orders)
    for resource, order, place in zip(resources, orders, placed, strict=True):
        if change := _wanted(side, resource, order, place, entries):
            yield _with_warning(change, held.get(order))
    for address in sorted(unwanted):
        doubt, waits = side.doubts[address], side.waits.get(address)
        reason = f"{doubt.reason}; {waits} waits until that is settled" if waits else doubt.reason
        change = Change(Action.DOUBT, address, kind_of(address), side.course_id, held=doubt)
        yield replace(change, reason=reason, lead=waits)
    yield from orphans


def _wanted(
    side: Side,
    resource: Resource,
    order: int,
    place: Place | None,
    entries: Mapping[Address, Entry],
) -> Change | None:
    """Return the change that a resource of the outline needs; None if it needs none now."""
    address, kind = resource.address, resource.kind
    desired = {**resource.attributes, kind.order_property: order}
    if (entry := side.entry(resource)) is not None:
        return _of_entry(side, resource, entry, kind.settle(entry.known, desired), place)
    change = partial(
        Change,
        address=address,
        kind=kind,
        parent_id=side.course_id,
        after=desired,
        resource=resource,
    )
    if (doubt := side.doubts.get(address)) is not None:
        return change(Action.DOUBT, held=doubt, reason=doubt.reason)
    if address in side.waits:
        return None
    return change(
        Action.CREATE,
        protected=resource.protected or None,
        lead=side.leads.get(address),
        reason=unknown_keys(resource, entries),
    )


def _of_entry(
    side: Side, resource: Resource, entry: Entry, after: Attributes, place: Place | None
) -> Change | None:
    was = side.pairs[resource.address]
    moved = was if was != resource.address else None
    protected = resource.protected if resource.protected != entry.protected else None
    # send the update even if the record was moved here already: only a write's outcome changes the
    # state
    if entry.unsure or after != entry.known or entry.parent_id != side.course_id:
        action = Action.UPDATE
    elif moved:
        action = Action.MOVE
    elif protected is not None:
        action = Action.PROTECT
    else:
        return None
    return Change(
        action,
        resource.address,
        resource.kind,
        side.course_id,
        held=entry,
        after=after,
        was=moved,
        resource=resource,
        protected=protected,
        reason="its last update was interrupted, and is sent again" if entry.unsure else "",
        place=place,
    )


def _with_warning(change: Change, other: Address | None) -> Change:
    """Give a change its reason if a record that stays on the site has the same pinned number."""
    if other is None or change.reason or change.resource is None or change.resource.pin is None:
        return change
    why = f"{other} stays on the site and has the same display_order, so their order is undefined"
    return replace(change, reason=why)
