"""A machine that can be switched off: one workspace, its disk, and a sandbox that lives on.

Everything runs in this process and on a virtual clock; the program's own rooms do the work, wired
as the command line wires them.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from forgetful import ForgetfulDisk, PowerCut
from virtual import Quiet, VirtualClock

from coursesync.applying.apply import apply
from coursesync.applying.report import Status
from coursesync.applying.run import Terms
from coursesync.applying.world import World
from coursesync.errors import InvalidOutlines, Stop
from coursesync.kinds import KINDS
from coursesync.kinds.address import course_of
from coursesync.nexudus.client import Nexudus
from coursesync.nexudus.credentials import Credentials
from coursesync.nexudus.embedded import EmbeddedTransport
from coursesync.nexudus.limits import Schedule
from coursesync.operations.site import refresh
from coursesync.outlines.workspace_files import load
from coursesync.planning.diff import plan_of
from coursesync.planning.live_diff import entry_of
from coursesync.planning.plan import Action, Plan
from coursesync.planning.policy import KEEP_ALL
from coursesync.state import STATE_NAME
from coursesync.state.file_store import StateFile
from coursesync.state.state import resolve, unconfirmed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from random import Random

    from coursesync.applying.report import Report
    from coursesync.nexudus.exchange import Exchange
    from coursesync.nexudus.outcome import Throttled
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.drift import Drifted
    from coursesync.planning.policy import Policy
    from coursesync.sandbox import Sandbox
    from coursesync.state.state import State

TARGET = "http://localhost"
COLLEAGUE = "colleague@sandbox.example"


class Broken(AssertionError):  # noqa: N818 - what became of a promise
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
        exchange = self.inner.delete(path, record_id)
        self.effect("read its answer")
        return exchange

    def search(self, path: str, page: int, only: Mapping[str, int]) -> Exchange:
        """Ask for a page of records that can be written."""
        if path in {kind.endpoint for kind in KINDS.values()}:
            self.effect("send a search")
        return self.inner.search(path, page, only)

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
        return plan_of(load(self.folder, state.courses), state)

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
            wire = Wire(self._remote, self.disk.effect)
            world = World(wire, self.clock, Quiet(), Schedule(None), store)
            found: tuple[Drifted, ...] = ()
            if afresh:
                state, found = refresh(state, world)
            workspace = load(self.folder, state.courses)
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
                known = {entry.id for entry in state.entries.values()}
                ours = [
                    int(str(record["Id"]))
                    for record in self.sandbox.sections()
                    if record["CourseId"] == doubt.parent_id
                    and record["Title"] == doubt.known["Title"]
                    and record["UpdatedBy"] != COLLEAGUE
                    and record["Id"] not in known
                ]
                entry = entry_of(doubt, ours[0], address) if ours else None
                state = store.finish(resolve(state, address, entry))

    def converge(self) -> None:
        """Apply until there is nothing left to do, with a person at hand."""
        for number in range(5):
            with suppress(Stop):
                # where the site has what the outlines say already, one without a look notes it
                self.apply(terms=Terms(overwrite_drift=True), afresh=number % 2 == 0)
            if not self.state().doubts and not _unfinished(self.plan()):
                return
            self.settle_by_hand()

    def check(self, exempt: frozenset[int] = frozenset()) -> None:
        """Check the promises: no record twice, no Id lost, the site as the outlines want it.

        Args:
            exempt: records of ours that no state can know any more.
        """
        sections = self.sandbox.sections()
        ours = [each for each in sections if each["UpdatedBy"] != COLLEAGUE]
        places = Counter(f"{each['CourseId']}: {each['Title']}" for each in ours)
        known = {entry.id for entry in self.state().entries.values()}
        on_server = {int(str(each["Id"])) for each in ours}
        wrongs = {
            "an Id is known that never was": known - {int(str(each["Id"])) for each in sections},
            "something is in doubt": self.state().doubts,
            "something is left to do": _unfinished(self.plan()),
            "something is left over": {path.name for path in self.disk.names} - _LASTING,
            "the site is not as the outlines say": self._unlike({r["Id"]: r for r in ours}),
        }
        broken = Broken(
            tuple(place for place, times in places.items() if times > 1),
            tuple(f"Id {each}" for each in sorted(on_server - exempt - known)),
            tuple(f"{words}: {found}" for words, found in wrongs.items() if found),
        )
        if broken.duplicates or broken.lost or broken.wrongs:
            raise broken

    def _unlike(self, ours: Mapping[object, Mapping[str, object]]) -> list[str]:
        """Return the resources whose record differs in any field from what was sent."""
        kept = {change.address for change in self.plan().changes}
        entries = self.state().entries
        sent = {a: (entries[a].id, entries[a].known) for a in entries if a not in kept}
        return [
            address
            for address, (record_id, attributes) in sent.items()
            if any(ours.get(record_id, {}).get(name) != v for name, v in attributes.items())
        ]


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
    found = {each.key for each in read.outlines if state.courses.get(each.key) == each.record}
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
    ids = {change.parent_id for change in left.changes}
    ids |= {change.home for change in left.changes if change.home is not None}
    leads = {course_of(each.lead) for each in left.changes if each.lead is not None}
    open_courses = {course_of(address) for address in unconfirmed(state)}
    return leads | open_courses | {o.key for o in read.outlines if o.course_id in ids}
