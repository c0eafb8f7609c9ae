"""The plan: what would be done, as values.

Pure, and the only thing that decides: every rendering, the digest and `apply` read it. `diff`
makes it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from coursesync.nexudus.limits import IDS_AT_ONCE
from coursesync.planning.digest import digest_of
from coursesync.planning.policy import KEEP_ALL, Policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.errors import Sentence, Where
    from coursesync.kinds.address import Address
    from coursesync.kinds.attributes import Attributes
    from coursesync.kinds.kind import Kind, Resource
    from coursesync.nexudus.lessons import Lesson
    from coursesync.planning.digest import Meaning
    from coursesync.planning.places import Place
    from coursesync.state.state import Candidate


class Action(Enum):
    """What a change does. KEEP is only reported; nothing is sent."""

    CREATE = "create"
    UPDATE = "update"
    MOVE = "move"  # the key changed and nothing else: the state alone is written
    PROTECT = "protect"  # it is protected from now on, or no more: the same
    DEACTIVATE = "deactivate"  # an orphan is hidden from members; it and its Id stay
    DELETE = "delete"
    KEEP = "keep"  # an orphan: in the state, in no outline
    DOUBT = (
        "doubt"  # a create whose outcome is unknown: it is looked for, and sent again if need be
    )

    # each is itself and no other: what Python would do by names, it does in a fifth of the time
    __hash__ = object.__hash__

    @property
    def writes(self) -> bool:
        """Whether it takes a write request."""
        return self is Action.CREATE or self.overwrites

    @property
    def overwrites(self) -> bool:
        """Whether it writes over a record that is there."""
        return self in {Action.UPDATE, Action.DEACTIVATE, Action.DELETE}

    @property
    def looks(self) -> bool:
        """Whether it is looked for on the server before anything is sent."""
        return self in {Action.CREATE, Action.DOUBT}

    @property
    def changes(self) -> bool:
        """Whether `apply` has anything to do for it."""
        return self is not Action.KEEP


OVERWRITES = tuple(action for action in Action if action.overwrites)


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what stands, what is wanted, and the resource of the outline that wants it.

    `before` are the attributes as last sent, `after` as they are to be sent; `record_id` is the
    record's Id where it has one, `was` its former address where that changed; `home` is the course
    that the state has it in, where that is another; `protected` whether it is to be protected from
    now on, None where that stays as it is. `lead` is the address in another course of what looks
    like the same section: it was there, or is there now. `place` is told where the order changes,
    `candidates` are the records of which one may be what a doubt speaks of. What a change means,
    and the digest is over, is `meaning`; the rest is for people.
    """

    action: Action
    address: Address
    kind: Kind
    parent_id: int
    before: Attributes | None = None
    after: Attributes | None = None
    record_id: int | None = None
    was: Address | None = None
    home: int | None = None
    resource: Resource | None = None
    reason: str = ""
    protected: bool | None = None
    lead: Address | None = None
    place: Place | None = None
    candidates: tuple[Candidate, ...] = ()

    @property
    def arrives(self) -> bool:
        """Whether it is a record that comes from another course."""
        return self.home is not None

    @property
    def lesson_courses(self) -> frozenset[int]:
        """The courses whose lessons may be in a section that is deleted, or that is to leave them.

        Lessons stay in their course. An update back into its course leaves the one that someone
        else had moved it to.
        """
        if self.action not in {Action.DELETE, Action.UPDATE}:
            return frozenset()
        lives = (self.before or {}).get(self.kind.parent_property)
        homes = {self.parent_id if self.home is None else self.home, int(lives or self.parent_id)}
        return frozenset(homes if self.action is Action.DELETE else homes - {self.parent_id})

    @property
    def meaning(self) -> Meaning:
        """What the digest is over: what would be done, to which record, at which address."""
        return (
            self.action.value,
            self.address,
            self.was,
            self.record_id,
            self.parent_id,
            self.protected,
            tuple(sorted((self.before or {}).items())),
            tuple(sorted((self.after or {}).items())),
        )

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
        return self.kind.title_of(self.attributes)

    @property
    def order(self) -> int:
        """The record's place among its siblings."""
        return self.kind.order_of(self.attributes)


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What keeps `apply` from a change: lessons of its section, or that they are `unknown`.

    `remedy` says what to do first.
    """

    change: Change
    lessons: tuple[Lesson, ...] = ()
    unknown: str = ""
    remedy: Sentence = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A record that nothing is done to, with its attributes as last sent."""

    address: Address
    kind: Kind
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Course:
    """A course that the plan speaks of; `path` is its outline, None where it has none.

    `managed` counts its records in the state, and those that come from other courses; `standing`
    are those that no change speaks of: for whoever shows the course as a whole. `departures` are
    the changes of other courses that take a record out of this one.
    """

    key: str
    id: int
    title: str
    path: str | None
    managed: int = 0
    standing: tuple[Standing, ...] = ()
    departures: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Changes in the order of their doing: course by course, each in the members' order.

    `lineage` and `serial` name the state that it was made from ("" and 0: there was none);
    `managed` counts the records in it. `policy` is what it may do to orphans. `hindrances` are
    what a look at the site found in its way; they are not part of its meaning.
    """

    target: str
    lineage: str
    serial: int
    courses: Mapping[int, Course]
    changes: tuple[Change, ...]
    managed: int = 0
    policy: Policy = KEEP_ALL
    hindrances: tuple[Hindrance, ...] = ()

    @cached_property
    def _counts(self) -> Counter[Action]:
        return Counter(change.action for change in self.changes)

    def count(self, *actions: Action) -> int:
        """Count the changes of these actions."""
        return sum(self._counts[action] for action in actions)

    @cached_property
    def writes(self) -> int:
        """The number of write requests that it takes."""
        return self.count(*(action for action in Action if action.writes))

    @cached_property
    def looks(self) -> int:
        """The number of courses that are looked at before something is created in them."""
        return len({change.parent_id for change in self.changes if change.action.looks})

    @cached_property
    def reads(self) -> int:
        """The number of read requests that it takes, where all that is new has to be created.

        A course that gets something new is listed before the first create and after the last.
        """
        lessons = frozenset[int]().union(*(change.lesson_courses for change in self.changes))
        new = {change.parent_id for change in self.changes if change.action is Action.CREATE}
        again = ceil(self.count(*OVERWRITES) / IDS_AT_ONCE)
        return self.looks + len(new) + again + len(lessons)

    @cached_property
    def has_changes(self) -> bool:
        """Whether there is anything to do."""
        return any(change.action.changes for change in self.changes)

    @cached_property
    def digest(self) -> str:
        """A digest over the plan's meaning: its target, its state's lineage, and its changes.

        How an outline is written is not in it, nor are times and lines: it stays the same for as
        long as the same would be done to the same records.
        """
        return digest_of(self.target, self.lineage, self.meanings)

    @property
    def meanings(self) -> list[Meaning]:
        """What each change means; see `Change.meaning`."""
        return [change.meaning for change in self.changes]

    def by_course(self) -> Iterator[tuple[Course, list[Change]]]:
        """Group the changes by course, in order; a course that only loses records has none."""
        found: dict[int, list[Change]] = {course_id: [] for course_id in self.courses}
        for change in self.changes:
            found[change.parent_id].append(change)
        for course_id, changes in found.items():
            yield self.courses[course_id], changes
