"""One run of an apply: what it works with, how far each course is, and what became of each change.

Values and their bookkeeping; what is done in which order is decided in `apply` and `settle`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from coursesync.applying.recognise import found_attributes
from coursesync.applying.report import Result, Status
from coursesync.kinds.marker import marker_of
from coursesync.nexudus.lessons import Lessons
from coursesync.nexudus.limits import SETTLING
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.sender import Sender
from coursesync.state.journal import Look
from coursesync.state.logbook import Logbook
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from coursesync.applying.world import World
    from coursesync.kinds.address import Address
    from coursesync.kinds.attributes import Attributes, FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Change, Plan
    from coursesync.state.state import State


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run may do.

    Attributes:
        settling: how long doubt is looked into, in seconds.
        max_writes: how many writes it makes at the most.
        overwrite_drift: whether it writes over what someone else edited meanwhile.
        marker: whether a create leaves a marker in its record.
        elsewhere: what other states' cut-off runs made: it may be what a create is to make.
    """

    settling: float = SETTLING
    max_writes: int | None = None
    overwrite_drift: bool = False
    marker: bool = True
    elsewhere: tuple[State, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A create that may have been carried out: what was sent, and until when it is looked for.

    `before` are the Ids that this run's looks had shown before it was sent, None where an earlier
    run sent it. `marker` is what it was to leave in the record.
    """

    change: Change
    attributes: Attributes
    since: str
    reason: str
    until: float
    claimed: bool = False
    before: frozenset[int] | None = None
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """When a create was first sent, and the Ids that looks had shown until then."""

    since: str
    before: frozenset[int]


@dataclass(slots=True)
class CourseRun:
    """A course of the run, and how far it is; `held` says why nothing more is done in it.

    `looked` is the count of the run's interruptions when it was last looked at; `unread` names a
    record there that could not be read then: what is looked for may be it. `lessons_seen` is
    whether the lessons in what it deletes or moves were looked at.
    """

    id: int
    kind: Kind
    changes: Sequence[Change]
    held: str = ""
    looked: int = 0
    unread: str = ""
    lessons_seen: bool = False
    doubts: dict[Address, Doubtful] = field(default_factory=dict)

    @property
    def looks(self) -> bool:
        """Whether it is looked at before anything is sent."""
        return any(change.action.looks for change in self.changes)


class Run:
    """What a run works with, and what it has done."""

    def __init__(self, plan: Plan, state: State, world: World, terms: Terms) -> None:
        self.plan = plan
        self.state = state
        self.world = world
        self.terms = terms
        self.log = Logbook(world.store, state)
        self.sender = Sender(world, terms.max_writes)
        self.sender.planned = plan.writes
        self.lookout = Lookout(self.sender, world.remote)
        self.lessons = Lessons(self.sender, world)
        # the course by the Id of each record that was read before it is overwritten
        self.lives_in: dict[int, int] = {}
        self.courses = [
            CourseRun(course, changes[0].kind, changes)
            for course, changes in _by_course(plan.changes)
        ]
        self.managed = {entry.id for entry in state.entries.values()}
        # every Id seen on the server; a create must return one that is not in here
        self.seen: set[int] = set()
        # how often each create was sent, by earlier runs as well
        self.sent = Counter({address: doubt.sent for address, doubt in state.doubts.items()})
        self.results: dict[Address, Result] = {}
        self.attempts: dict[Address, Attempt] = {}
        # when each record that is to be overwritten was last read, and what it was then
        self.fresh: dict[int, tuple[float, Record | None]] = {}
        self.marks = terms.marker
        # whether markers are kept, and whether lists show them: not every API does either
        self.lists_markers = self.reads_markers = False
        # until when another record may show what a list has settled already
        self.settled_until = float("-inf")
        self.earlier: list[Address] = []  # what an earlier run created, and no last look has seen
        # what each course that was looked at showed last
        self.shown: dict[int, Sequence[Record]] = {}
        self.confirmed: frozenset[Address] = frozenset()
        self.unread: tuple[str, ...] = ()
        self.twins: tuple[Drifted, ...] = ()
        self.unlisted: tuple[Result, ...] = ()

    def marker_of(self, change: Change) -> str | None:
        """Return what a create leaves in its record; None where it leaves nothing."""
        if not self.marks:
            return None
        return marker_of(self.state.target, change.parent_id, change.address)

    def stamp(self) -> str:
        """Return the time of day."""
        return self.world.clock.stamp()

    def go_on(self) -> None:
        """Raise Stop where the run must end, or was told to."""
        self.log.check()
        self.sender.go_on()

    def conclude(self, result: Result) -> None:
        """Note what became of a change, and tell it as progress.

        Raises nothing: what has to be in the journal of it is there by now.
        """
        stamped = replace(result, at=self.stamp())
        if result.change.action.writes and result.change.address not in self.results:
            self.sender.planned -= 1
        self.results[result.change.address] = stamped
        self.world.progress.concluded(stamped, self.sender.rest() if self.sender.planned else 0.0)

    def adopt(self, change: Change, sent: Attributes, record: Record, status: Status) -> None:
        """Take a record under management as what a create made, or would have made.

        Args:
            change: the create.
            sent: what it sent, or would send; where the record reads otherwise, that is kept, so
                that the next plan shows what the outline wants changed.
            record: what was found.
            status: what is to be said of it.

        Raises:
            StateError: it can't be noted, for not even a journal can be begun.
        """
        entry = Entry(
            attributes=found_attributes(sent, record, change.kind),
            id=record.id,
            parent_id=change.parent_id,
            protected=change.resource is not None and change.resource.protected,
            unconfirmed=status is Status.SETTLED,
            updated_on=record.updated_on,
        )
        self.managed.add(record.id)
        self.log.record(Look(address=change.address, entry=entry, at=self.stamp()))
        self.conclude(Result(change, status, record.id))


def _by_course(changes: Iterable[Change]) -> Iterator[tuple[int, Sequence[Change]]]:
    for course, those in groupby(changes, key=lambda change: change.parent_id):
        yield course, tuple(those)


def in_order(attributes: Attributes | None) -> dict[str, FieldValue]:
    """Return attributes sorted by name, as a journal and a state hold them."""
    return dict(sorted((attributes or {}).items()))
