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

T = TypeVar("T")


class Action(Enum):
    """What a change does. The last two do nothing: they are said."""

    CREATE = "create"
    UPDATE = "update"
    MOVE = "move"  # the key changed and nothing else: the state alone is written
    ADOPT = "adopt"
    DELETE = "delete"
    KEEP = "keep"  # an orphan: in the state, in no outline
    DOUBT = "doubt"  # a create whose outcome is unknown

    @property
    def writes(self) -> bool:
        """Whether it takes a write request."""
        return self in {Action.CREATE, Action.UPDATE, Action.DELETE}

    @property
    def changes(self) -> bool:
        """Whether `apply` has anything to do for it."""
        return self not in {Action.KEEP, Action.DOUBT}


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
    courses: Mapping[str, Course]
    changes: tuple[Change, ...]

    def count(self, *actions: Action) -> int:
        """Count the changes of these actions."""
        return sum(change.action in actions for change in self.changes)

    @cached_property
    def writes(self) -> int:
        """The number of write requests that it takes."""
        return sum(change.action.writes for change in self.changes)

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
        for key, changes in groupby(self.changes, key=lambda change: course_of(change.address)):
            yield self.courses[key], list(changes)


def diff(outlines: Iterable[Outline], settled: Iterable[str], state: State) -> Plan:
    """Compare what the outlines want with the state.

    Args:
        outlines: the outlines that were parsed, one a course.
        settled: the keys of the courses whose outlines are as they were last applied: the state
            says that nothing is to be done for them.
        state: what was last sent.

    Returns:
        The plan; its courses are sorted by key.
    """
    settled = frozenset(settled)
    left = _by_course(state.entries, settled)
    doubts = _by_course(state.doubts, settled)
    wanted = {outline.key: outline for outline in outlines}
    in_use = wanted.keys() | settled
    former = _former_keys(left, in_use)
    ours: dict[str, list[Change]] = {}
    for key, outline in wanted.items():
        held = left.pop(key, {})
        for former_key in former.get(outline.course_id, ()):
            held |= left.pop(former_key)
        ours[key], matched = _course_changes(outline, held, doubts.get(key, {}))
        for address in held.keys() - matched:
            left.setdefault(course_of(address), {})[address] = held[address]
    courses: dict[str, Course] = {}
    changes: list[Change] = []
    for key in sorted(wanted.keys() | left.keys() | doubts.keys()):
        orphans, uncertain = left.get(key, {}), doubts.get(key, {})
        mine = wanted.get(key)
        resources = {r.address: r for r in mine.resources} if mine is not None else {}
        courses[key] = _course(key, mine, state, [*orphans.values(), *uncertain.values()])
        changes += ours.get(key, [])
        changes += _doubts(uncertain, resources)
        changes += _kept(orphans)
    return Plan(state.target, state.lineage, state.serial, courses, tuple(changes))


def _former_keys(
    entries: Mapping[str, Mapping[Address, Entry]], in_use: Container[str]
) -> dict[int, list[str]]:
    """Find, by course Id, the keys in the state that no outline has now: its file was renamed."""
    former: dict[int, list[str]] = {}
    for key in sorted(entries):
        parents = {entry.parent_id for entry in entries[key].values()}
        if key not in in_use and len(parents) == 1:
            former.setdefault(parents.pop(), []).append(key)
    return former


def _by_course(items: Mapping[Address, T], settled: Container[str]) -> dict[str, dict[Address, T]]:
    grouped: dict[str, dict[Address, T]] = {}
    for address in items:
        key = course_of(address)
        if key not in settled:
            grouped.setdefault(key, {})[address] = items[address]
    return grouped


def _course(
    key: str, outline: Outline | None, state: State, held: Sequence[Entry | Doubt]
) -> Course:
    if outline is not None:
        return Course(key, outline.course_id, outline.title, outline.path)
    record = state.courses.get(key)
    return Course(key, held[0].parent_id, record.title if record else "", None)


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
        if resource.address not in doubts:
            desired = {**resource.attributes, resource.kind.order_property: order}
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


def _doubts(doubts: Mapping[Address, Doubt], resources: Mapping[Address, Resource]) -> list[Change]:
    return [
        Change(
            Action.DOUBT,
            address,
            _kind_of(address),
            doubt.parent_id,
            before=doubt.attributes,
            resource=resources.get(address),
            reason=doubt.reason,
        )
        for address, doubt in sorted(doubts.items())
    ]


def _kind_of(address: Address) -> Kind:
    return KINDS[address.partition(".")[0]]


def differences(change: Change) -> tuple[Difference, ...]:
    """Compare a change's attributes one by one, sorted by name."""
    from deepdiff import DeepDiff  # noqa: PLC0415 - slow to import; only for what has changed

    before, after = change.before or {}, change.after or {}
    names = {
        str(item.path(output_format="list")[0])
        for items in DeepDiff(before, after, view="tree").values()
        for item in items
    }
    return tuple(Difference(name, before.get(name), after.get(name)) for name in sorted(names))
