"""Makes the plan from the outlines and the state.

Owns the decision about each change of what an outline has; `removal` decides about the rest. It
must never carry one out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from coursesync.errors import Code, Diagnostic, InvalidOutlines, Remedy
from coursesync.kinds import home_of, kind_of
from coursesync.kinds.address import course_address, course_of
from coursesync.kinds.field import OWN_ID, UNKNOWN_ID, Ref, Role, is_provisional
from coursesync.planning.action import Action
from coursesync.planning.apart import complete_apart_from, crossings
from coursesync.planning.change import Change
from coursesync.planning.former_keys import unmet
from coursesync.planning.new_courses import with_ids
from coursesync.planning.ordering import assign, places
from coursesync.planning.plan import Course, Plan, Standing
from coursesync.planning.policy import KEEP_ALL, Policy
from coursesync.planning.removal import orphaned, staying
from coursesync.planning.scope import scope_of
from coursesync.planning.side import wanted_in
from coursesync.planning.sides import sides_of
from coursesync.state.state import Entry
from coursesync.text import coded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.kinds.field import FieldValue, Planned
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.resource import Resource
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.ordering import Place
    from coursesync.planning.scope import Scope
    from coursesync.planning.side import Side
    from coursesync.state.state import State


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
    outlines = with_ids(outlines, state)
    sides, scope = sides_of(outlines, state), scope_of(outlines, state)
    every = [change for side in sides.values() for change in _changes(side, state.entries, policy)]
    changes = tuple(change for change in every if scope.covers(change.course_id))
    left = {change.previous_address for change in every if change.previous_address}
    if clashes := list(_clashes(changes, left, sides, state)):
        raise InvalidOutlines(clashes)
    rest = (change for change in every if not scope.covers(change.course_id))
    complete = {outline.key: outline.when_complete for outline in outlines.outlines}
    return Plan(
        state.target,
        state.lineage,
        state.serial,
        _courses(sides, changes, state),
        changes,
        _managed(state, sides, scope, outlines.settled),
        policy,
        complete_apart_from(complete, rest),
        scope,
        tuple(crossings(scope, sides, state)) if scope.keys else (),
        left={each.address: each.leave for one in outlines.outlines for each in wanted_in(one)},
    )


def _managed(state: State, sides: Mapping[int, Side], scope: Scope, settled: frozenset[str]) -> int:
    """Return the number of entries of the plan's courses."""
    if not scope.keys:
        return len(state.entries)
    here = (len(side.entries) + len(side.guests) for at, side in sides.items() if scope.covers(at))
    keys = settled.intersection(scope.keys)
    return sum(here) + sum(course_of(address) in keys for address in state.entries)


def _clashes(
    changes: Sequence[Change],
    left: Collection[Address],
    sides: Mapping[int, Side],
    state: State,
) -> Iterator[Diagnostic]:
    """Find the outlines whose resources would take the addresses of another course's records.

    An address has one record: the other record's Id would be lost. `left` are the addresses that
    records leave.
    """
    reported: set[int] = set()
    for change in changes:
        taken = change.action is Action.CREATE or change.previous_address is not None
        if not taken or change.address in left or change.course_id in reported:
            continue
        other = state.entries.get(change.address) or state.doubts.get(change.address)
        outline = sides[change.course_id].outline
        if other is not None and outline is not None:
            reported.add(change.course_id)
            course_id = home_of(change.address, other.sent)
            yield Diagnostic(
                outline.tree.where(("id",)),
                f'in the state, the {change.kind.plural} with the key "{outline.key}" belong to '
                f"the course {course_id}",
                _to_another_course(course_id),
            )


def _to_another_course(course_id: int | None) -> Sentence:
    if course_id == UNKNOWN_ID:
        return coded(
            "The sandbox has them from before you wrote the Id. To start it over, delete the "
            "folder `.coursesync` in the workspace."
        )
    return Remedy(
        f"If this id is a typing error, change it back to {course_id}; if this is another course, "
        "give the outline its own",
        Code("key:"),
    )


def _courses(
    sides: Mapping[int, Side], changes: Iterable[Change], state: State
) -> dict[int, Course]:
    """Return the courses with changes or departures, by Id, each with its unchanged records."""
    changed: dict[int, set[Address]] = defaultdict(set)
    departures: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        changed[change.course_id].add(change.address)
        if change.from_course is not None:
            departures[change.from_course].append(change)
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
    orphans = orphaned(side, policy)
    unwanted = side.doubts.keys() - {resource.address for resource in side.resources}
    stays = staying(side, orphans, unwanted - side.waits.keys())
    slots = _slots(side, stays)
    for resource in side.resources:
        slot = slots.get(resource.address, _UNORDERED)
        change = _wanted(side, resource, slot, entries)
        beside = slot.beside.get(slot.order)
        if change and beside and resource.pin is not None and not change.reason:
            same = f"{beside} stays on the site and has the same display_order"
            change = replace(change, reason=f"{same}, so their order is undefined")
        if change:
            yield change
    for address in sorted(unwanted):
        doubt, waits = side.doubts[address], side.waits.get(address)
        reason = f"{doubt.reason}; {waits} waits until that is settled" if waits else doubt.reason
        kind, home = kind_of(address), side.course_id
        yield Change(Action.DOUBT, address, kind, home, doubt, reason=reason, waiting=waits)
    yield from orphans


class _Slot(NamedTuple):
    """The parent, the number and the neighbours of a resource.

    Attributes:
        order: its number among its siblings.
        place: its new neighbours, if the number changes.
        parent_id: the Id of its parent, or a `Ref` to it; None for the course.
        beside: the siblings outside the outline, by their numbers.
    """

    order: int
    place: Place | None
    parent_id: int | Ref | None
    beside: Mapping[int, Address]


_UNORDERED = _Slot(0, None, None, {})


def _slots(
    side: Side, stays: Mapping[tuple[Kind, object], Mapping[int, Address]]
) -> dict[Address, _Slot]:
    """Assign each resource its number among its siblings, and its new neighbours if that changes.

    `stays`: the numbers taken by records outside the outline, by (kind, parent's Id).
    """
    siblings: dict[tuple[Kind, Address], list[Resource]] = defaultdict(list)
    for resource in side.resources:
        if resource.kind.has(Role.ORDER):
            siblings[resource.kind, resource.parent].append(resource)
    slots: dict[Address, _Slot] = {}
    for (kind, parent), resources in siblings.items():
        parent_id = side.parent_id(kind, parent)
        beside = stays.get((kind, parent_id), {})
        prior = [side.order(resource) for resource in resources]
        ids = [entry.id for entry in map(side.entry, resources) if entry is not None]
        orders = assign(prior, [resource.pin for resource in resources], ids, beside.keys())
        placed: Sequence[Place | None] = [None] * len(orders)
        if side.pairs:
            placed = places([kind.title_of(r.attributes) for r in resources], prior, orders)
        for resource, order, place in zip(resources, orders, placed, strict=True):
            slots[resource.address] = _Slot(order, place, parent_id, beside)
    return slots


def _wanted(
    side: Side, resource: Resource, slot: _Slot, entries: Mapping[Address, Entry]
) -> Change | None:
    """Return the change that a resource of the outline needs; None if it needs none now."""
    address, kind, was = resource.address, resource.kind, side.pairs.get(resource.address)
    entry, doubt = side.entry(resource) or _unread(side, resource), side.doubts.get(address)
    after = _after(resource, slot, entry)
    is_moved = was not in {None, address}
    is_protected = entry is not None and entry.protected
    protected = resource.protected if resource.protected != is_protected else None
    reason, likely_same = "", None
    if doubt is not None:
        action, reason, protected = Action.DOUBT, doubt.reason, None
    elif entry is None:
        if address in side.waits:
            return None
        action, likely_same = Action.CREATE, side.likely_same.get(address)
        named = side.stated.get(address, ())
        reason = unmet(resource, named, side.pairs, entries, side.doubts)
    elif _needs_update(entry, after, kind, side.course_id):
        action = Action.UPDATE
        reason = "its last update was interrupted, and is sent again" if entry.unsure else ""
    elif is_moved:
        action = Action.MOVE
    elif protected is not None:
        action = Action.PROTECT
    else:
        return None
    if is_provisional(side.course_id) and kind.course_property in after:
        after = {**after, kind.course_property: Ref(course_address(side.key))}
    return Change(
        action,
        address,
        kind,
        side.course_id,
        held=doubt or entry,
        after=after,
        previous_address=was if is_moved else None,
        resource=resource,
        reason=reason,
        protected=protected,
        likely_same=likely_same,
        place=slot.place if entry else None,
    )


def _after(resource: Resource, slot: _Slot, entry: Entry | None) -> Planned:
    """Return what a resource's record should have; with an entry, also what is left to the site."""
    kind = resource.kind
    desired: dict[str, FieldValue | Ref] = {**resource.attributes}
    if kind.is_course:
        desired = {**(kind.at_creation if entry is None else {OWN_ID: entry.id}), **desired}
    if kind.has(Role.ORDER):
        desired[kind.order_property] = slot.order
    if slot.parent_id is not None:
        desired[kind.parent_property] = slot.parent_id
    after = kind.settle(entry.known if entry else None, desired)
    if entry is not None and (left := resource.left):
        ours = {name: value for name, value in after.items() if name not in left}
        after = {**ours, **{name: entry.known[name] for name in left & entry.known.keys()}}
    return after


def _unread(side: Side, resource: Resource) -> Entry | None:
    """Return what is known of a course's own record without an entry; None if there is no record.

    Of a course that coursesync did not make, that is its Id alone.
    """
    kind, course_id = resource.kind, side.course_id
    if not kind.is_course or (kind.of is None and is_provisional(course_id)):
        return None
    course = side.entries.get(course_address(side.key))
    known = course.known if course else {}
    if kind.of is not None and is_provisional(course_id):
        known = kind.of.at_creation
    has = {name: value for name, value in known.items() if kind.of and name in kind.types}
    return Entry(id=course_id, sent={**has, OWN_ID: course_id}, external=kind.of is None)


def _needs_update(entry: Entry, after: Planned, kind: Kind, course_id: int) -> bool:
    """Return whether a record must be sent.

    That is so even if it was moved here already: only a write's outcome changes the state.
    """
    is_here = kind.course_id_of(entry.sent) == course_id
    return entry.unsure or not is_here or not kind.is_same(after, entry.known)
