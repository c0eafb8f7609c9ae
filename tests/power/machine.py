"""A machine that can be switched off: one workspace, its disk, and a sandbox that lives on.

Everything runs in this process and on a virtual clock; the program's own rooms do the work, wired
as the command line wires them.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import httpx
from forgetful import ForgetfulDisk, PowerCut
from virtual import Quiet, VirtualClock

from coursesync.applying.apply import apply
from coursesync.applying.report import Status
from coursesync.applying.run import Terms
from coursesync.applying.world import World
from coursesync.errors import InvalidOutlines, Stop
from coursesync.kinds import KINDS, kind_of
from coursesync.kinds.address import course_of
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION
from coursesync.nexudus.client import Nexudus
from coursesync.nexudus.credentials import Credentials
from coursesync.nexudus.embedded import EmbeddedTransport
from coursesync.nexudus.limits import Schedule
from coursesync.operations.site import refresh
from coursesync.outlines.workspace_files import load
from coursesync.planning.action import Action
from coursesync.planning.diff import plan_of
from coursesync.planning.live_diff import entry_of
from coursesync.planning.policy import KEEP_ALL
from coursesync.state import STATE_NAME
from coursesync.state.confirmed import unconfirmed
from coursesync.state.file_store import StateFile
from coursesync.state.state import resolve
from coursesync.text import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from random import Random

    from coursesync.applying.report import Report
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.exchange import Exchange
    from coursesync.nexudus.outcome import Throttled
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Plan
    from coursesync.planning.policy import Policy
    from coursesync.sandbox import Sandbox
    from coursesync.state.state import Doubt, State

TARGET = "http://localhost"
COLLEAGUE = "colleague@sandbox.example"
BY_HAND = "By hand"  # how the titles of a colleague's records begin
PERSON = "person@sandbox.example"  # who does what coursesync asks for
LONGEST_LAG = 20.0  # seconds; looks go on for a minute
_ROUNDS = 8  # of applies, until there is nothing left to do


class Broken(AssertionError):  # noqa: N818 - names what happened to a promise
    """A promise was not kept: what is there twice, which Ids are lost, and what else is wrong."""

    def __init__(
        self,
        duplicates: tuple[str, ...] = (),
        lost: tuple[str, ...] = (),
        wrongs: tuple[str, ...] = (),
        *,
        wiped: tuple[str, ...] = (),
        unreported: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"twice: {duplicates}, lost: {lost}, {wiped} {unreported} {wrongs}")
        self.duplicates, self.lost, self.wrongs = duplicates, lost, wrongs
        self.wiped, self.unreported = wiped, unreported


@dataclass(frozen=True)
class Live:
    """A record of any kind on the site. Records of two kinds may have the same Id."""

    kind: Kind
    values: Mapping[str, object]

    @property
    def id(self) -> int:
        """Its Id."""
        return int(str(self.values["Id"]))

    @property
    def key(self) -> tuple[str, int]:
        """Its kind and Id."""
        return self.kind.name, self.id

    @property
    def title(self) -> str:
        """Its title."""
        return str(self.values["Title"])

    @property
    def course(self) -> object:
        """The Id of its course."""
        return self.values["CourseId"]

    @property
    def holder(self) -> int | None:
        """The Id of its section; None if it has none."""
        found = self.values.get(self.kind.parent_property)
        return None if found is None else int(str(found))

    @property
    def is_ours(self) -> bool:
        """Whether no colleague made it, or wrote it last."""
        return self.values["UpdatedBy"] != COLLEAGUE and not self.title.startswith(BY_HAND)


def records(sandbox: Sandbox) -> list[Live]:
    """Return every record on the site that an outline can have: sections, then lessons."""
    return [
        *(Live(SECTION, each) for each in sandbox.sections()),
        *(Live(LESSON, each) for each in sandbox.lessons()),
    ]


def change(sandbox: Sandbox, kind: Kind, values: Mapping[str, object], method: str = "PUT") -> None:
    """Change a record, or make one by POST; `By` says who does it."""
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox), base_url=TARGET) as hand:
        hand.request(method, f"/_sandbox/{kind.plural}", json={**values}).raise_for_status()


def remove(sandbox: Sandbox, kind: Kind, record_id: int) -> bool:
    """Remove a record as a person does; return whether the API did it."""
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox), base_url=TARGET) as hand:
        query = {"id": str(record_id)}
        return hand.delete(f"/_sandbox/{kind.plural}", params=query).is_success


def known_to(state: State) -> set[tuple[str, int]]:
    """Return the kind and the Id of each entry."""
    return {(kind_of(address).name, entry.id) for address, entry in state.entries.items()}


@dataclass
class Switch:
    """Counts effects, and turns the power off at one of them (0: never)."""

    off_at: int = 0
    effects: list[str] = field(default_factory=list)
    is_off: bool = False

    def __call__(self, effect: str) -> None:
        """Count an effect; raises PowerCut from the chosen one on."""
        self.effects.append(effect)
        if self.is_off or len(self.effects) == self.off_at:
            self.is_off = True
            raise PowerCut(effect)


@dataclass(frozen=True)
class Wire:
    """The client, with the moments around each request counted as effects. Fits `ports.Remote`."""

    inner: Nexudus
    effect: Callable[[str], None]
    before_a_deletion: Callable[[str, int], None]

    @property
    def logged_in(self) -> bool:
        """Whether there is a token."""
        return self.inner.logged_in

    def ways_in(self) -> Sequence[Callable[[], bool | Throttled]]:
        """Return the ways to a new token."""
        return self.inner.ways_in()

    def create(self, path: str, record: Mapping[str, object]) -> Exchange:
        """Send a create."""
        self.effect("send a create")
        exchange = self.inner.create(path, record)
        self.effect("read its answer")
        return exchange

    def update(self, path: str, record_id: int, record: Mapping[str, object]) -> Exchange:
        """Send an update."""
        self.effect("send an update")
        exchange = self.inner.update(path, record_id, record)
        self.effect("read its answer")
        return exchange

    def delete(self, path: str, record_id: int) -> Exchange:
        """Send a deletion."""
        self.effect("send a deletion")
        self.before_a_deletion(path, record_id)
        exchange = self.inner.delete(path, record_id)
        self.effect("read its answer")
        return exchange

    def search(self, path: str, page: int, only: Mapping[str, int]) -> Exchange:
        """Ask for a page of records that can be written."""
        if path in {kind.endpoint for kind in KINDS.values()}:
            self.effect("send a search")
        return self.inner.search(path, page, only)

    def me(self) -> Exchange:
        """Ask who the user is."""
        return self.inner.me()

    def record(self, path: str, record_id: int) -> Exchange:
        """Ask for a record."""
        return self.inner.record(path, record_id)

    def records(self, path: str, ids: Sequence[int]) -> Exchange:
        """Ask for records."""
        return self.inner.records(path, ids)


class Machine:
    """A workspace on a disk of its own, and the sandbox that it talks to."""

    def __init__(self, folder: Path, sandbox: Sandbox, clock: VirtualClock) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.clock = clock
        self.disk = ForgetfulDisk(Switch())
        self.applied = self.cuts = 0
        self.unaccounted: list[str] = []
        # a token that can be renewed, for some faults revoke it
        login = Credentials(email="admin@sandbox.example", password="sandbox")
        self._remote = Nexudus(TARGET, login, transport=EmbeddedTransport(sandbox))

    def store(self) -> StateFile:
        """Return the state's file, on this machine's disk."""
        return StateFile(self.folder / STATE_NAME, TARGET, self.disk)

    def state(self) -> State:
        """Read the state."""
        return self.store().load()

    def plan(self) -> Plan:
        """Make the plan."""
        state = self.state()
        return plan_of(load(self.folder, state.complete), state)

    def apply(
        self,
        switch: Switch | None = None,
        terms: Terms | None = None,
        policy: Policy = KEEP_ALL,
        *,
        afresh: bool = False,
    ) -> Report:
        """Apply the workspace, `afresh` after a look at all of it.

        Raises PowerCut where the switch says so.
        """
        self.disk.effect = switch or Switch()
        self.applied += 1
        store = self.store()
        with store.held():
            state = store.load()
            wire = Wire(self._remote, self.disk.effect, self._note_deletion)
            world = World(wire, self.clock, Quiet(), Schedule(None), store)
            found: tuple[Drifted, ...] = ()
            if afresh:
                state, found = refresh(state, world)
            workspace = load(self.folder, state.complete)
            plan = plan_of(workspace, state, policy)
            terms = replace(terms or Terms(), elsewhere=store.elsewhere())
            report = apply(plan, state, world, terms, found)
            _check_complete(report, workspace, policy)
            return report

    def look(self) -> tuple[Drifted, ...]:
        """Look at the site, as `drift` does."""
        self.disk.effect = Switch()
        store = self.store()
        world = World(self._remote, self.clock, Quiet(), Schedule(None), store)
        _, found = refresh(store.load(), world)
        return found

    def cut(
        self, switch: Switch, *, random: Random | None, power: bool, policy: Policy = KEEP_ALL
    ) -> bool:
        """Apply until the switch is thrown, and restart the machine; return whether it was."""
        with suppress(PowerCut):
            self.apply(switch, policy=policy)
        if switch.is_off:
            self.cuts += 1
            disk = self.disk
            back = (
                disk.after_a_power_cut(Switch(), random) if power else disk.after_a_kill(Switch())
            )
            self.disk = back
        return switch.is_off

    def settle_by_hand(self) -> None:
        """Settle each doubt as a person does: look at the site, and choose a record or none."""
        store = self.store()
        with store.held():
            state = store.recover(store.load())
            for address, doubt in state.doubts.items():
                found = self._made_by(doubt, address, state)
                entry = entry_of(doubt, found[0], address) if found else None
                state = store.finish(resolve(state, address, entry))

    def _made_by(self, doubt: Doubt, address: Address, state: State) -> list[int]:
        """Return the records that a create in doubt may have made, as a person judges it."""
        known, kind = known_to(state), kind_of(address)
        alike = [
            each
            for each in records(self.sandbox)
            if each.kind is kind
            and (each.course, each.title) == (doubt.sent["CourseId"], doubt.known["Title"])
            and each.is_ours
            and each.key not in known
        ]
        # first what is in the section that it was sent to
        alike.sort(key=lambda each: each.holder != doubt.known.get(kind.parent_property))
        return [each.id for each in alike]

    def _free(self, report: Report) -> bool:
        """Move the lessons out of the sections that could not be deleted or moved for them.

        Returns whether there were any: what that run found on the site is not known to the next.
        """
        stopped = report.with_status(Status.NOT_EMPTY)
        sections = {result.change.record_id for result in stopped}
        for each in records(self.sandbox):
            if each.kind is LESSON and each.holder in sections:
                change(self.sandbox, LESSON, {"Id": each.id, "SectionId": None, "By": PERSON})
        return bool(stopped)

    def _note_deletion(self, path: str, record_id: int) -> None:
        """Note the lessons in a section that is about to be deleted, except those just made."""
        if path != SECTION.endpoint:
            return
        for each in records(self.sandbox):
            made = moment(str(each.values["CreatedOn"]))
            assert made is not None
            age = (self.clock.today() - made).total_seconds()
            if each.kind is LESSON and each.holder == record_id and age > LONGEST_LAG + 1:
                self.unaccounted.append(f"{each.title} was in section {record_id}")

    def converge(self) -> None:
        """Apply until there is nothing left to do, with a person at hand."""
        was_stopped = False
        for number in range(_ROUNDS):
            with suppress(Stop):
                # where the site has what the outlines say already, one without a look notes it
                looks = number % 2 == 0
                stopped = self._free(self.apply(terms=Terms(overwrite_drift=True), afresh=looks))
                was_stopped = stopped or (was_stopped and not looks)
            if not was_stopped and not self.state().doubts and not _unfinished(self.plan()):
                return
            self.settle_by_hand()

    def check(self, exempt: frozenset[tuple[str, int]] = frozenset()) -> None:
        """Check the promises: no record twice, no Id lost, the site as the outlines want it.

        Args:
            exempt: records of ours that no state can know any more, by kind and Id.
        """
        live = records(self.sandbox)
        ours = {each.key: each for each in live if each.is_ours}
        known = known_to(self.state())
        places = Counter(
            f"{each.course}: {each.title}"
            for each in ours.values()
            if each.key in known or each.key not in exempt
        )
        wrongs = {
            "an Id is known that never was": known - {each.key for each in live},
            "something is in doubt": self.state().doubts,
            "something is left to do": _unfinished(self.plan()),
            "something is left over": {path.name for path in self.disk.names} - _LASTING,
            "the site is not as the outlines say": self._unlike({each.key: each for each in live}),
            "a section was deleted with lessons": self.unaccounted,
        }
        broken = Broken(
            tuple(place for place, times in places.items() if times > 1),
            tuple(f"{kind} {number}" for kind, number in sorted(ours.keys() - exempt - known)),
            tuple(f"{words}: {found}" for words, found in wrongs.items() if found),
        )
        if broken.duplicates or broken.lost or broken.wrongs:
            raise broken

    def _unlike(self, live: Mapping[tuple[str, int], Live]) -> list[str]:
        """Return the resources whose record differs in any field from what was sent."""
        kept = {change.address for change in self.plan().changes}
        found: list[str] = []
        for address, entry in self.state().entries.items():
            kind = kind_of(address)
            record = live.get((kind.name, entry.id))
            sent = {**dict.fromkeys(filter(None, [kind.parent_property])), **entry.known}
            has = record.values if record else {}
            if address not in kept and any(has.get(name) != v for name, v in sent.items()):
                found.append(address)
        return found


_LASTING = {STATE_NAME, f"{STATE_NAME}.backup"}


def _unfinished(plan: Plan) -> int:
    return sum(change.action is not Action.KEEP for change in plan.changes)


def _check_complete(report: Report, read: Outlines, policy: Policy) -> None:
    """Demand that a course is remembered as complete where the next plan has nothing to say of it.

    Only those whose outlines were read count; of a course with an unconfirmed record nothing is
    remembered. A run that did nothing saves nothing but what it found in the journal.
    """
    keys, state = {outline.key for outline in read.outlines}, report.state
    # what is remembered of earlier sources lets no outline be passed over
    found = {
        each.key for each in read.outlines if state.complete.get(each.key) == each.when_complete
    }
    expected = keys - _spoken_of(read, state, policy)
    # a record that was found may have another order, which the next plan keeps
    was_found = report.with_status(Status.ADOPTED, Status.SETTLED)
    is_exact = any(each.done for each in report.results) and not was_found
    if (found != expected) if is_exact else not found <= expected:
        raise Broken(wrongs=(f"complete: {sorted(found)}, not {sorted(expected)}",))


def _spoken_of(read: Outlines, state: State, policy: Policy) -> set[str]:
    try:
        left = plan_of(read, state, policy)
    except InvalidOutlines:
        return {outline.key for outline in read.outlines}
    ids = {change.course_id for change in left.changes}
    ids |= {change.from_course for change in left.changes if change.from_course is not None}
    others = [other for each in left.changes for other in (each.likely_same, each.waiting)]
    leads = {course_of(address) for address in others if address is not None}
    open_courses = {course_of(address) for address in unconfirmed(state)}
    return leads | open_courses | {o.key for o in read.outlines if o.course_id in ids}
