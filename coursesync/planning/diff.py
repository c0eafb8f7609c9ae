"""The diff: outlines and state in, a plan out. Pure: it decides, and does nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from coursesync.errors import Code, Diagnostic, InvalidOutlines, Remedy
from coursesync.kinds import kind_of
from coursesync.planning.course_diff import sides_of
from coursesync.planning.courses import course_at, touched
from coursesync.planning.ordering import assign
from coursesync.planning.places import places
from coursesync.planning.plan import Action, Change, Plan
from coursesync.planning.policy import KEEP_ALL, Policy
from coursesync.planning.removal import orphaned, staying
from coursesync.planning.transfers import arrivals, contradictions, leads, unknown_keys, waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.attributes import Attributes
    from coursesync.kinds.kind import Resource
    from coursesync.outlines.outline import Outline
    from coursesync.planning.course_diff import Side
    from coursesync.planning.places import Place
    from coursesync.state.state import Doubt, Entry, State


class Beyond(NamedTuple):
    """What the new sections of a course have to do with other courses.

    `leads` are the addresses of orphans that look like one of them, `waits` those of creates in
    doubt that one of them may be, each by the new section's address; `entries` are those of all
    courses.
    """

    leads: Mapping[Address, Address]
    waits: Mapping[Address, Address]
    entries: Mapping[Address, Entry]


def diff(
    outlines: Iterable[Outline],
    settled: Iterable[str],
    state: State,
    policy: Policy = KEEP_ALL,
) -> Plan:
    """Compare what the outlines want with the state.

    Args:
        outlines: the outlines that were parsed, one a course.
        settled: the keys of the courses whose outlines are as they were last applied: the state
            says that nothing is to be done for them.
        state: what was last sent.
        policy: what may be done to what is in no outline any more; by default nothing.

    Returns:
        The plan; its courses are sorted by key. A course is known by its Id: its outline's file may
        be renamed.

    Raises:
        InvalidOutlines: an outline would take the addresses of another course's records.
    """
    sides = sides_of(outlines, frozenset(settled), state)
    _refuse(contradictions(_paired(sides), _orphans(sides)))
    _let_in(sides)
    beyond = _beyond(sides, state)
    courses = {course_id: course_at(course_id, side, state) for course_id, side in sides.items()}
    changes = [
        change
        for course_id, side in sides.items()
        for change in _changes(course_id, side, beyond, policy)
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
    )


def _refuse(found: Iterable[Diagnostic]) -> None:
    """Raise InvalidOutlines with what was found, if anything was."""
    if mistaken := list(found):
        raise InvalidOutlines(mistaken)


def _paired(sides: Mapping[int, Side]) -> Iterator[Resource]:
    return (r for side in sides.values() for r in side.resources if r.address in side.pairs)


def _orphans(sides: Mapping[int, Side]) -> dict[int, dict[Address, Entry]]:
    return {course_id: side.orphans for course_id, side in sides.items()}


def _let_in(sides: Mapping[int, Side]) -> None:
    """Let what goes to another course, by its author's word, be that one's guest."""
    new = {course_id: side.new for course_id, side in sides.items()}
    for course_id, address, old, home in arrivals(new, _orphans(sides)):
        entry = sides[home].entries.pop(old)
        sides[course_id].guests[old] = sides[home].gone[old] = entry
        sides[course_id].pairs[address] = old


def _beyond(sides: Mapping[int, Side], state: State) -> Beyond:
    """Find what the sections that are new still may have to do with other courses."""
    new = {course_id: side.new for course_id, side in sides.items()}
    doubts = {course_id: side.doubts.keys() for course_id, side in sides.items()}
    return Beyond(leads(new, _orphans(sides)), waiting(new, doubts), state.entries)


def _clashes(
    changes: Sequence[Change], sides: Mapping[int, Side], state: State
) -> Iterator[Diagnostic]:
    """Find the outlines whose sections would take the addresses of another course's.

    One address is one record: taking it would lose the other's Id.
    """
    left = {change.was for change in changes if change.was}
    told: set[int] = set()
    for change in changes:
        taken = change.action is Action.CREATE or change.was is not None
        if not taken or change.address in left or change.parent_id in told:
            continue
        other = state.entries.get(change.address) or state.doubts.get(change.address)
        outline = sides[change.parent_id].outline
        if other is not None and outline is not None:
            told.add(change.parent_id)
            yield Diagnostic(
                outline.tree.where(("id",)),
                f'the sections of the key "{outline.key}" are those of the course '
                f"{other.parent_id} in the state",
                Remedy(
                    f"If this id is a slip, put {other.parent_id} back; if this is another "
                    "course, give the outline a",
                    Code("key:"),
                    "of its own.",
                ),
            )


def _changes(course_id: int, side: Side, beyond: Beyond, policy: Policy) -> Iterator[Change]:
    """Yield the changes of a course: what its outline wants, then what it wants no more."""
    prior = [_order(side, resource, course_id) for resource in side.resources]
    ids = [entry.id for entry in map(side.entry, side.resources) if entry is not None]
    orphans = orphaned(side.orphans, {old: new for new, old in beyond.leads.items()}, policy)
    unwanted = side.doubts.keys() - {resource.address for resource in side.resources}
    held = staying(course_id, orphans) | {
        kind_of(each).order_of(side.doubts[each].attributes): each
        for each in unwanted - {*beyond.waits.values()}
    }
    orders = assign(prior, [resource.pin for resource in side.resources], ids, held.keys())
    placed: Sequence[Place | None] = [None] * len(orders)
    if side.pairs:
        placed = places([_title(resource) for resource in side.resources], prior, orders)
    for resource, order, place in zip(side.resources, orders, placed, strict=True):
        for change in _wanted(course_id, side, resource, order, place, beyond):
            yield _shared(change, held.get(order))
    waiting_for = {old: new for new, old in beyond.waits.items()}
    for address in sorted(unwanted):
        yield _in_doubt(address, side.doubts[address], waits=waiting_for.get(address))
    yield from orphans


def _wanted(
    course_id: int,
    side: Side,
    resource: Resource,
    order: int,
    place: Place | None,
    beyond: Beyond,
) -> Iterator[Change]:
    """Yield what is to be done for a resource of an outline."""
    desired = {**resource.attributes, resource.kind.order_property: order}
    if (doubt := side.doubts.get(resource.address)) is not None:
        yield _in_doubt(resource.address, doubt, resource, desired)
    elif (entry := side.entry(resource)) is not None:
        was = side.pairs[resource.address]
        yield from _change(course_id, resource, desired, (was, entry), place)
    elif resource.address not in beyond.waits:
        yield _create(course_id, resource, desired, beyond)


def _shared(change: Change, other: Address | None) -> Change:
    """Say of a section whose number was pinned that one which stays on the site has it, too."""
    if other is None or change.reason or change.resource is None or change.resource.pin is None:
        return change
    told = f"its display_order is that of {other}, which stays: members see either of them first"
    return replace(change, reason=told)


def _title(resource: Resource) -> str:
    return resource.kind.title_of(resource.attributes)


def _order(side: Side, resource: Resource, course_id: int) -> int | None:
    item = side.doubts.get(resource.address) or side.entry(resource)
    if item is None or item.parent_id != course_id:
        return None
    return int(item.attributes[resource.kind.order_property])


def _create(
    course_id: int,
    resource: Resource,
    desired: Attributes,
    beyond: Beyond,
) -> Change:
    return Change(
        Action.CREATE,
        resource.address,
        resource.kind,
        course_id,
        after=resource.kind.settle(None, desired),
        resource=resource,
        protected=resource.protected or None,
        lead=beyond.leads.get(resource.address),
        reason=unknown_keys(resource, beyond.entries),
    )


def _change(
    course_id: int,
    resource: Resource,
    desired: Attributes,
    held: tuple[Address, Entry],
    place: Place | None,
) -> Iterator[Change]:
    was, entry = held
    after = resource.kind.settle(entry.attributes, desired)
    moved = was if was != resource.address else None
    protected = resource.protected if resource.protected != entry.protected else None
    home = entry.parent_id if entry.parent_id != course_id else None
    # one that is here already, by a run that was lost or by someone's hand, is sent all the same:
    # what comes of that write is how the state learns of it
    if entry.unsure or after != entry.attributes or home is not None:
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
        before=entry.attributes,
        after=after,
        record_id=entry.id,
        was=moved,
        home=home,
        resource=resource,
        protected=protected,
        reason="its last update was cut off, and is sent again" if entry.unsure else "",
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
        before=doubt.attributes,
        after=kind.settle(None, desired) if desired else None,
        resource=resource,
        reason=f"{doubt.reason}; {waits} waits until that is settled" if waits else doubt.reason,
        lead=waits,
        candidates=tuple(doubt.candidates),
    )
