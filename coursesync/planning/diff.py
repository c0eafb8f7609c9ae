"""Makes the plan from the outlines and the state.

Owns the decision about each change. It must never carry one out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from coursesync.errors import Code, Diagnostic, InvalidOutlines, Remedy
from coursesync.kinds import kind_of
from coursesync.planning.course_diff import course_at, sides_of, touched
from coursesync.planning.ordering import assign, places
from coursesync.planning.plan import Action, Change, Plan
from coursesync.planning.policy import KEEP_ALL, Policy
from coursesync.planning.removal import orphaned, staying
from coursesync.planning.transfers import arrivals, contradictions, leads, unknown_keys, waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Resource
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.course_diff import Side
    from coursesync.planning.ordering import Place
    from coursesync.state.state import Doubt, Entry, State


class OtherCourses(NamedTuple):
    """What a course needs to know of other courses.

    Attributes:
        leads: the orphans that look like a new resource, by the resource's address.
        waits: the creates in doubt that a new resource has to wait for, by the resource's address.
        entries: the entries of all courses.
    """

    leads: Mapping[Address, Address]
    waits: Mapping[Address, Address]
    entries: Mapping[Address, Entry]


def plan_of(outlines: Outlines, state: State, policy: Policy = KEEP_ALL) -> Plan:
    """Make the plan of the outlines that were read; see `diff`."""
    return diff(outlines.outlines, outlines.settled, state, policy)


def diff(
    outlines: Iterable[Outline],
    settled: Iterable[str],
    state: State,
    policy: Policy = KEEP_ALL,
) -> Plan:
    """Compare what the outlines want with the state.

    Args:
        outlines: the parsed outlines, one for each course.
        settled: the keys of the courses that need no change, because their outlines are as they
            were last applied.
        state: what was last sent.
        policy: what may be done to orphans; by default nothing.

    Returns:
        The plan; its courses are sorted by key. The Id identifies a course, so that its outline's
        file may be renamed.

    Raises:
        InvalidOutlines: an outline would take the addresses of another course's records, or a
            resource would have two records.
    """
    parsed = tuple(outlines)
    sides = sides_of(parsed, frozenset(settled), state)
    paired = (r for side in sides.values() for r in side.resources if r.address in side.pairs)
    _refuse(contradictions(paired, _orphans(sides)))
    _carry_over(sides)
    others = _other_courses(sides, state)
    courses = {course_id: course_at(course_id, side, state) for course_id, side in sides.items()}
    changes = [
        change
        for course_id, side in sides.items()
        for change in _changes(course_id, side, others, policy)
    ]
    _refuse(_clashes(changes, sides, state))
    changes.sort(key=lambda change: (courses[change.parent_id].key, change.parent_id))
    return Plan(
        state.target,
        state.lineage,
        state.serial,
        touched(courses, sides, changes),
        tuple(changes),
        len(state.entries),
        policy,
        {outline.key: outline.record for outline in parsed},
    )


def _refuse(found: Iterable[Diagnostic]) -> None:
    if mistaken := list(found):
        raise InvalidOutlines(mistaken)


def _orphans(sides: Mapping[int, Side]) -> dict[int, dict[Address, Entry]]:
    return {course_id: side.orphans for course_id, side in sides.items()}


def _carry_over(sides: Mapping[int, Side]) -> None:
    """Move each entry that the author of another course claims to that course."""
    new = {course_id: side.new for course_id, side in sides.items()}
    for course_id, address, old, home in arrivals(new, _orphans(sides)):
        entry = sides[home].entries.pop(old)
        sides[course_id].guests[old] = sides[home].gone[old] = entry
        sides[course_id].pairs[address] = old


def _other_courses(sides: Mapping[int, Side], state: State) -> OtherCourses:
    new = {course_id: side.new for course_id, side in sides.items()}
    doubts = {course_id: side.doubts.keys() for course_id, side in sides.items()}
    return OtherCourses(leads(new, _orphans(sides)), waiting(new, doubts), state.entries)


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


def _changes(course_id: int, side: Side, others: OtherCourses, policy: Policy) -> Iterator[Change]:
    """Yield the changes of a course's outline, then the changes of doubts and orphans."""
    prior = [_order(side, resource, course_id) for resource in side.resources]
    ids = [entry.id for entry in map(side.entry, side.resources) if entry is not None]
    orphans = orphaned(side.orphans, {old: new for new, old in others.leads.items()}, policy)
    unwanted = side.doubts.keys() - {resource.address for resource in side.resources}
    held = staying(course_id, orphans) | {
        kind_of(each).order_of(side.doubts[each].sent): each
        for each in unwanted - {*others.waits.values()}
    }
    orders = assign(prior, [resource.pin for resource in side.resources], ids, held.keys())
    placed: Sequence[Place | None] = [None] * len(orders)
    if side.pairs:
        titles = [each.kind.title_of(each.attributes) for each in side.resources]
        placed = places(titles, prior, orders)
    for resource, order, place in zip(side.resources, orders, placed, strict=True):
        for change in _wanted(course_id, side, resource, order, place, others):
            yield _with_warning(change, held.get(order))
    waiting_for = {old: new for new, old in others.waits.items()}
    for address in sorted(unwanted):
        yield _in_doubt(address, side.doubts[address], waits=waiting_for.get(address))
    yield from orphans


def _wanted(
    course_id: int,
    side: Side,
    resource: Resource,
    order: int,
    place: Place | None,
    others: OtherCourses,
) -> Iterator[Change]:
    desired = {**resource.attributes, resource.kind.order_property: order}
    if (doubt := side.doubts.get(resource.address)) is not None:
        yield _in_doubt(resource.address, doubt, resource, desired)
    elif (entry := side.entry(resource)) is not None:
        was = side.pairs[resource.address]
        yield from _change(course_id, resource, desired, (was, entry), place)
    elif resource.address not in others.waits:
        yield _create(course_id, resource, desired, others)


def _with_warning(change: Change, other: Address | None) -> Change:
    """Give a change its reason if a record that stays on the site has the same pinned number."""
    if other is None or change.reason or change.resource is None or change.resource.pin is None:
        return change
    reason = (
        f"{other} stays on the site and has the same display_order, so their order is undefined"
    )
    return replace(change, reason=reason)


def _order(side: Side, resource: Resource, course_id: int) -> int | None:
    item = side.doubts.get(resource.address) or side.entry(resource)
    if item is None or item.parent_id != course_id:
        return None
    return int(item.known[resource.kind.order_property])


def _create(
    course_id: int, resource: Resource, desired: Attributes, others: OtherCourses
) -> Change:
    return Change(
        Action.CREATE,
        resource.address,
        resource.kind,
        course_id,
        after=resource.kind.settle(None, desired),
        resource=resource,
        protected=resource.protected or None,
        lead=others.leads.get(resource.address),
        reason=unknown_keys(resource, others.entries),
    )


def _change(
    course_id: int,
    resource: Resource,
    desired: Attributes,
    held: tuple[Address, Entry],
    place: Place | None,
) -> Iterator[Change]:
    was, entry = held
    after = resource.kind.settle(entry.known, desired)
    moved = was if was != resource.address else None
    protected = resource.protected if resource.protected != entry.protected else None
    # send the update even if the record was moved here already: only a write's outcome changes the
    # state
    if entry.unsure or after != entry.known or entry.parent_id != course_id:
        action = Action.UPDATE
    elif moved:
        action = Action.MOVE
    elif protected is not None:
        action = Action.PROTECT
    else:
        return
    yield Change(
        action,
        resource.address,
        resource.kind,
        course_id,
        held=entry,
        after=after,
        was=moved,
        resource=resource,
        protected=protected,
        reason="its last update was interrupted, and is sent again" if entry.unsure else "",
        place=place,
    )


def _in_doubt(
    address: Address,
    doubt: Doubt,
    resource: Resource | None = None,
    desired: Attributes | None = None,
    waits: Address | None = None,
) -> Change:
    kind = kind_of(address)
    return Change(
        Action.DOUBT,
        address,
        kind,
        doubt.parent_id,
        held=doubt,
        after=kind.settle(None, desired) if desired else None,
        resource=resource,
        reason=f"{doubt.reason}; {waits} waits until that is settled" if waits else doubt.reason,
        lead=waits,
    )
