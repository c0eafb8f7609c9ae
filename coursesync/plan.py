"""The plan: what would be done, as values. `diff` compares what is wanted with the state.

Pure, and the only thing that decides: every rendering, the digest and `apply` read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from pydantic_core import to_json

from coursesync.errors import Diagnostic, InvalidOutlines
from coursesync.identity import identify
from coursesync.ordering import assign
from coursesync.resources import KINDS
from coursesync.resources.base import course_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from coursesync.errors import Where
    from coursesync.outline import Outline
    from coursesync.resources.base import Address, Attributes, FieldValue, Kind, Resource
    from coursesync.state import Doubt, Entry, State

Held = TypeVar("Held", "Entry", "Doubt")


class Action(Enum):
    """What a change does. To keep is only said."""

    CREATE = "create"
    UPDATE = "update"
    MOVE = "move"  # the key changed and nothing else: the state alone is written
    ADOPT = "adopt"
    DELETE = "delete"
    KEEP = "keep"  # an orphan: in the state, in no outline
    DOUBT = (
        "doubt"  # a create whose outcome is unknown: it is looked for, and sent again if need be
    )

    @property
    def writes(self) -> bool:
        """Whether it takes a write request."""
        return self in {Action.CREATE, Action.UPDATE, Action.DELETE}

    @property
    def looks(self) -> bool:
        """Whether it is looked for on the server before anything is sent."""
        return self in {Action.CREATE, Action.DOUBT}

    @property
    def changes(self) -> bool:
        """Whether `apply` has anything to do for it."""
        return self is not Action.KEEP


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what stands, what is wanted, and the resource of the outline that wants it.

    `before` are the attributes as last sent, `after` as they are to be sent; `record_id` is the
    record's Id where it has one, `was` its former address where that changed.
    """

    action: Action
    address: Address
    kind: Kind
    parent_id: int
    before: Attributes | None = None
    after: Attributes | None = None
    record_id: int | None = None
    was: Address | None = None
    resource: Resource | None = None
    reason: str = ""

    @property
    def where(self) -> Where | None:
        """The place in the outline; None for what is in no outline."""
        return self.resource.where if self.resource else None

    @property
    def attributes(self) -> Attributes:
        """What the record is to be, or is where nothing is wanted of it."""
        return self.after or self.before or {}

    @property
    def title(self) -> str:
        """The record's title."""
        return str(self.attributes.get(self.kind.title_property, ""))

    @property
    def order(self) -> int:
        """The record's place among its siblings."""
        return int(self.attributes.get(self.kind.order_property, 0))


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute of a changed resource; None stands for one that is not there."""

    name: str
    before: FieldValue | None
    after: FieldValue | None


@dataclass(frozen=True, slots=True)
class Course:
    """A course that the plan speaks of; `path` is its outline, None where it has none."""

    key: str
    id: int
    title: str
    path: str | None


@dataclass(frozen=True)
class Plan:
    """Changes in the order of their doing: course by course, each in the members' order.

    `lineage` and `serial` name the state that it was made from ("" and 0: there was none).
    """

    target: str
    lineage: str
    serial: int
    courses: Mapping[int, Course]
    changes: tuple[Change, ...]

    def count(self, *actions: Action) -> int:
        """Count the changes of these actions."""
        return sum(change.action in actions for change in self.changes)

    @cached_property
    def writes(self) -> int:
        """The number of write requests that it takes."""
        return sum(change.action.writes for change in self.changes)

    @cached_property
    def looks(self) -> int:
        """The number of courses that are looked at before something is created in them."""
        return len({change.parent_id for change in self.changes if change.action.looks})

    @cached_property
    def has_changes(self) -> bool:
        """Whether there is anything to do."""
        return any(change.action.changes for change in self.changes)

    @cached_property
    def digest(self) -> str:
        """A digest over the plan's meaning: its target, its state's lineage, and its changes.

        Neither text, nor times, nor the lines of an outline are in it: it stays the same for as
        long as the same would be done to the same records.
        """
        changes = [
            [
                change.action.value,
                change.address,
                change.was,
                change.record_id,
                change.parent_id,
                sorted((change.before or {}).items()),
                sorted((change.after or {}).items()),
            ]
            for change in self.changes
        ]
        # pydantic's writer: ten times faster than the standard library's on long contents
        return sha256(to_json([1, self.target, self.lineage, changes])).hexdigest()

    def by_course(self) -> Iterator[tuple[Course, list[Change]]]:
        """Group the changes by their course, in order."""
        for course_id, changes in groupby(self.changes, key=lambda change: change.parent_id):
            yield self.courses[course_id], list(changes)


def diff(outlines: Iterable[Outline], settled: Iterable[str], state: State) -> Plan:
    """Compare what the outlines want with the state.

    Args:
        outlines: the outlines that were parsed, one a course.
        settled: the keys of the courses whose outlines are as they were last applied: the state
            says that nothing is to be done for them.
        state: what was last sent.

    Returns:
        The plan; its courses are sorted by key. A course is known by its Id: its outline's file may
        be renamed.

    Raises:
        InvalidOutlines: an outline would take the addresses of another course's records.
    """
    settled = frozenset(settled)
    entries = _by_course(state.entries, settled)
    doubts = _by_course(state.doubts, settled)
    wanted = {outline.course_id: outline for outline in outlines}
    courses: dict[int, Course] = {}
    changes: list[Change] = []
    for course_id in wanted.keys() | entries.keys() | doubts.keys():
        held, uncertain = entries.get(course_id, {}), doubts.get(course_id, {})
        outline = wanted.get(course_id)
        courses[course_id] = _course(course_id, outline, state, [*held, *uncertain])
        if outline is not None:
            ours, matched = _course_changes(outline, held, uncertain)
            changes += ours
            held = {address: entry for address, entry in held.items() if address not in matched}
            changes += _doubts(uncertain.keys() - {r.address for r in outline.resources}, uncertain)
        else:
            changes += _doubts(uncertain.keys(), uncertain)
        changes += _kept(held)
    clashes = list(_clashes(changes, wanted, state))
    if clashes:
        raise InvalidOutlines(clashes)
    changes.sort(key=lambda change: (courses[change.parent_id].key, change.parent_id))
    return Plan(state.target, state.lineage, state.serial, courses, tuple(changes))


def _by_course(
    items: Mapping[Address, Held], settled: Container[str]
) -> dict[int, dict[Address, Held]]:
    """Group what the state holds by the Id of its course, which a renamed file does not change."""
    grouped: dict[int, dict[Address, Held]] = {}
    for address in items:
        if course_of(address) not in settled:
            item = items[address]
            grouped.setdefault(item.parent_id, {})[address] = item
    return grouped


def _course(
    course_id: int, outline: Outline | None, state: State, held: Sequence[Address]
) -> Course:
    if outline is not None:
        return Course(outline.key, course_id, outline.title, outline.path)
    key = course_of(held[0])
    record = state.courses.get(key)
    return Course(key, course_id, record.title if record else "", None)


def _clashes(
    changes: Sequence[Change], wanted: Mapping[int, Outline], state: State
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
        if other is not None:
            told.add(change.parent_id)
            outline = wanted[change.parent_id]
            yield Diagnostic(
                outline.tree.where(("id",)),
                f'the sections of the key "{outline.key}" are those of the course '
                f"{other.parent_id} in the state",
                f"If this id is a slip, put {other.parent_id} back; if this is another course, "
                "give the outline a  key:  of its own.",
            )


def _course_changes(
    outline: Outline, entries: Mapping[Address, Entry], doubts: Mapping[Address, Doubt]
) -> tuple[list[Change], set[Address]]:
    """Return the course's changes, and the addresses of the entries that are still wanted."""
    pairs = identify([r for r in outline.resources if r.address not in doubts], entries)
    known: list[Entry | Doubt | None] = [
        doubts.get(r.address) or entries.get(pairs.get(r.address, r.address))
        for r in outline.resources
    ]
    orders = assign(
        [_order(resource, item) for resource, item in zip(outline.resources, known, strict=True)],
        [resource.pin for resource in outline.resources],
    )
    changes: list[Change] = []
    for resource, order in zip(outline.resources, orders, strict=True):
        desired = {**resource.attributes, resource.kind.order_property: order}
        if (doubt := doubts.get(resource.address)) is not None:
            changes.append(_in_doubt(resource.address, doubt, resource, desired))
        else:
            was = pairs.get(resource.address)
            changes += _change(outline, resource, desired, entries[was] if was else None, was)
    return changes, set(pairs.values())


def _order(resource: Resource, item: Entry | Doubt | None) -> int | None:
    return int(item.attributes[resource.kind.order_property]) if item else None


def _change(
    outline: Outline,
    resource: Resource,
    desired: Attributes,
    entry: Entry | None,
    was: Address | None,
) -> Iterator[Change]:
    kind, address = resource.kind, resource.address
    if entry is None:
        after = kind.settle(None, desired)
        yield Change(
            Action.CREATE, address, kind, outline.course_id, after=after, resource=resource
        )
        return
    after = kind.settle(entry.attributes, desired)
    moved = was if was != address else None
    same = after == entry.attributes
    if moved or not same:
        yield Change(
            Action.MOVE if same else Action.UPDATE,
            address,
            kind,
            outline.course_id,
            before=entry.attributes,
            after=after,
            record_id=entry.id,
            was=moved,
            resource=resource,
        )


def _kept(orphans: Mapping[Address, Entry]) -> list[Change]:
    changes = [
        Change(
            Action.KEEP,
            address,
            _kind_of(address),
            entry.parent_id,
            before=entry.attributes,
            record_id=entry.id,
        )
        for address, entry in orphans.items()
    ]
    return sorted(changes, key=lambda change: (change.order, change.address))


def _doubts(addresses: Iterable[Address], doubts: Mapping[Address, Doubt]) -> list[Change]:
    return [_in_doubt(address, doubts[address]) for address in sorted(addresses)]


def _in_doubt(
    address: Address,
    doubt: Doubt,
    resource: Resource | None = None,
    desired: Attributes | None = None,
) -> Change:
    kind = _kind_of(address)
    return Change(
        Action.DOUBT,
        address,
        kind,
        doubt.parent_id,
        before=doubt.attributes,
        after=kind.settle(None, desired) if desired else None,
        resource=resource,
        reason=doubt.reason,
    )


def _kind_of(address: Address) -> Kind:
    return KINDS[address.partition(".")[0]]


def differences(change: Change) -> tuple[Difference, ...]:
    """Compare a change's attributes one by one, sorted by name."""
    from deepdiff import DeepDiff  # noqa: PLC0415 - slow to import; only for what has changed

    before, after = change.before or {}, change.after or {}
    names = {
        str(item.path(output_format="list")[0])
        for items in DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0).values()
        for item in items
    }
    return tuple(Difference(name, before.get(name), after.get(name)) for name in sorted(names))
