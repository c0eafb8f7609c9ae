"""The plan: what would be done, as values.

Owns all that the renderings, the digest and `apply` read; `diff` makes it. Nothing else may decide
what is done.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from coursesync.kinds import held_in
from coursesync.kinds.address import course_address
from coursesync.kinds.field import Ref, is_provisional
from coursesync.nexudus.limits import IDS_AT_ONCE
from coursesync.planning.action import Action
from coursesync.planning.digest import Meaning, digest_of
from coursesync.planning.policy import KEEP_ALL, Policy
from coursesync.planning.scope import EVERY_COURSE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.planning.change import Change
    from coursesync.planning.hindrance import Hindrance
    from coursesync.planning.scope import Crossing, Scope
    from coursesync.state.state import CompleteCourse


@dataclass(frozen=True, slots=True)
class Standing:
    """A record without a change, with the attributes that it is known to have, and its Id."""

    address: Address
    kind: Kind
    attributes: Attributes
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A course that the plan changes.

    Attributes:
        path: its outline; None if it has none.
        managed: the number of its entries, including those that come from other courses.
        standing: its records without a change, for views of the whole course.
        departures: the changes of other courses that take a record out of this one.
    """

    key: str
    id: int
    title: str
    path: str | None
    managed: int = 0
    standing: tuple[Standing, ...] = ()
    departures: tuple[Change, ...] = ()

    @property
    def ref(self) -> int | Ref:
        """Its Id, as files have it: a `Ref` if it has none yet."""
        return Ref(course_address(self.key)) if is_provisional(self.id) else self.id

    @property
    def origin(self) -> str:
        """The words for where it is in Nexudus: `course 4711`, or that it has no record yet."""
        return "new course" if is_provisional(self.id) else f"course {self.id}"

    @property
    def name(self) -> str:
        """What people call it: its title, or its key if it has none; not inert."""
        return self.title or self.key


@dataclass(frozen=True)
class Plan:
    """Changes in the order of `apply`: by course, parents first; deletions last, in reverse.

    Attributes:
        lineage: that of the state which the plan was made from; "" if there was none.
        serial: the serial of that state; 0 if there was none.
        managed: the number of entries in it.
        policy: what the plan may do to orphans.
        scope: the courses that it is for.
        crossings: what concerns a course outside the scope, so that the plan can't be applied.
        complete_if_done: what the state gets for each course once it is complete, by key.
        hindrances: the changes that can't be carried out, each with the reason.
        left: the names of the fields that each item of an outline leaves to the site.
    """

    target: str
    lineage: str
    serial: int
    courses: Mapping[int, Course]
    changes: tuple[Change, ...]
    managed: int = 0
    policy: Policy = KEEP_ALL
    complete_if_done: Mapping[str, CompleteCourse] = field(default_factory=dict)
    scope: Scope = EVERY_COURSE
    crossings: tuple[Crossing, ...] = ()
    hindrances: tuple[Hindrance, ...] = ()
    left: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)

    def count(self, *actions: Action) -> int:
        """Count the changes of these actions."""
        return sum(change.action in actions for change in self.changes)

    @cached_property
    def holders(self) -> frozenset[tuple[Kind, int]]:
        """The kinds and Ids of the records whose changes leave their children."""
        return frozenset((e.kind, e.entry.id) for e in self.changes if e.leaves_others)

    @cached_property
    def writes(self) -> int:
        """The number of write requests that it takes."""
        return self.count(*(action for action in Action if action.writes))

    @cached_property
    def reads(self) -> int:
        """The number of read requests, if every create is sent and no look is repeated.

        A course that gets something new is listed before the first create and after the last.
        """
        inside = {inner for kind, _ in self.holders for inner in held_in(kind)}
        looks = {(each.kind, each.course_id) for each in self.changes if each.is_sought}
        new = {(e.kind, e.course_id) for e in self.changes if e.action is Action.CREATE}
        overwritten = Counter(each.kind for each in self.changes if each.action.overwrites)
        by_id = sum(ceil(number / IDS_AT_ONCE) for number in overwritten.values())
        counts = sum(each.loses_completions for each in self.changes)
        return len(looks) + len(new) + by_id + len(inside) + counts

    @cached_property
    def has_changes(self) -> bool:
        """Whether there is anything to do."""
        return any(change.action.changes for change in self.changes)

    @cached_property
    def digest(self) -> str:
        """A digest of the plan's target, its state's lineage, and what its changes mean."""
        return digest_of(self.target, self.lineage, self.meanings)

    @property
    def meanings(self) -> list[Meaning]:
        """The meaning of each change; see `Change.meaning`."""
        return [change.meaning for change in self.changes]

    def by_course(self) -> Iterator[tuple[Course, list[Change]]]:
        """Yield each course with its changes; a course that only loses records has none."""
        found: dict[int, list[Change]] = {course_id: [] for course_id in self.courses}
        for change in self.changes:
            found[change.course_id].append(change)
        for course_id, changes in found.items():
            yield self.courses[course_id], changes
