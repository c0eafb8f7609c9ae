"""Keeps a state in a branch of its own in the git remote, and a run's files on this machine.

Owns who holds the state: a run pushes `run.json` on top of the tip that it read, which only one of
two runs can do. Each step is in the journal of a local `StateFile` before it is carried out, and in
the branch at most a minute later. The local files count only while they hold what the branch lacks.
It must never lose them, nor push over a commit that it has not read.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from coursesync.errors import Command, CoursesyncError, Remedy, StateError, TryLater
from coursesync.state.lease import FRESH, Lease, Silence, Stopwatch
from coursesync.state.local_copy import LocalCopy
from coursesync.state.lock import local_run
from coursesync.state.open_run import begun, in_use, may_have_sent, overdue
from coursesync.state.state import State
from coursesync.state.state_branch import JOURNAL, REPORT, RUN, STATE
from coursesync.state.state_report import StateReport
from coursesync.state.state_text import serialise
from coursesync.state.state_tip import check_follows, copy_in_words, read_tip, saved_in
from coursesync.text import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from coursesync.errors import Sentence
    from coursesync.state.file_store import StateFile
    from coursesync.state.interrupted import Foreign
    from coursesync.state.journal import Step
    from coursesync.state.open_run import OpenRun
    from coursesync.state.run_id import RunId
    from coursesync.state.state_branch import StateBranch


LASTS = 7_200.0  # seconds that a run may take; the day's 5,000 writes take 84 minutes
SKEW = 120.0  # seconds by which two clocks may differ
_LOOKS = 10.0  # seconds between two looks at a state that another run holds


@dataclass(slots=True)
class GitStore:
    """The state of one target in a branch. Fits `store.Store`.

    Attributes:
        local: the state's files on this machine, in a folder that git ignores.
        branch: the branch.
        run: the run that this process belongs to; by default one of a person's machine. The steps
            of a job share a run, and take up what an earlier one left; no two jobs may share one.
        is_over: asks the forge whether a run is over; it returns None if it does not know.
        least_serial: the newest serial that a caller knows; an older state is refused.
        lasts: seconds until a run's deadline.
        report_of: returns what is recorded with a state that is saved, from what was before.
        now: returns the time in seconds since 1970.
        steady: returns seconds on a clock that nobody sets.
        wait: waits that many seconds.
    """

    local: StateFile
    branch: StateBranch
    run: RunId = field(default_factory=local_run)
    is_over: Callable[[RunId], bool | None] | None = None
    least_serial: int | None = None
    lasts: float = LASTS
    report_of: Callable[[State, StateReport], StateReport] | None = None
    now: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    _plan: Callable[[], str] = field(default=str, init=False)
    _copy: LocalCopy = field(init=False)
    _lease: Lease = field(init=False)
    _deadline: float = field(default=0.0, init=False)  # of the run of this process, by the lease
    _silence: Silence = field(default_factory=Silence, init=False)  # of a run that is overdue
    _has_looked: bool = field(default=False, init=False)
    _lost: OpenRun | None = field(default=None, init=False)  # its machine is; it is taken over
    _open: OpenRun | None = field(default=None, init=False)  # the one of this process
    _notes: list[tuple[str, Sentence]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Wrap the files of this machine, and the branch."""
        self._copy = LocalCopy(self.local)
        self._lease = Lease(self.branch, Stopwatch((self.now, self.steady)).read, self.wait)

    @property
    def path(self) -> Path:
        """The state's file on this machine; it counts only while the branch lacks it."""
        return self.local.path

    @property
    def journal_path(self) -> Path:
        """The path of the journal on this machine."""
        return self.local.journal_path

    @property
    def target(self) -> str:
        """The API's base URL."""
        return self.local.target

    @property
    def hold(self) -> object | None:
        """A token that is another one after every save; None without the lock."""
        return self.local.hold

    @property
    def foreign(self) -> Foreign | None:
        """Another state's journal that `load` found in the place of this state's."""
        return self.local.foreign

    @property
    def is_file(self) -> bool:
        """Whether the state is the file at `path`, which people commit."""
        return False

    @property
    def place(self) -> str:
        """Where the state is kept, in words."""
        return self.branch.place

    @property
    def notes(self) -> tuple[tuple[str, Sentence], ...]:
        """What `load` found that is no error: each problem with its remedy."""
        return (*self._notes, *self.local.notes)

    @property
    def report(self) -> StateReport:
        """What is recorded with the state; raises as `load` does."""
        self._look()
        tip = self._lease.tip
        return tip.report if tip else StateReport()

    def intend(self, plan: Callable[[], str]) -> None:
        """Note the plan that the next run carries out; `plan` returns it as JSON."""
        self._plan = plan

    @contextmanager
    def held(self, timeout: float = 0.0) -> Iterator[None]:
        """Hold the state on this machine, and take up what the branch has.

        The branch itself is held from `begin` on. A person's run that is overdue is taken over
        once it was silent for `FRESH`; a job waits for that.

        Raises:
            StateLocked: another run holds it, here or elsewhere.
            TryLater: the remote can't be reached.
            StateError: the branch lost what it had, or can't be trusted.
        """
        with self.local.held(timeout):
            waited = 0.0
            while (locked := self._take()) is not None:
                most = FRESH if self._silence.tip and self.is_over is not None else 0.0
                if (left := max(timeout, most) - waited) <= 0:
                    raise locked
                self.wait(pause := min(left, 3 * _LOOKS if self._silence.tip else _LOOKS))
                waited += pause
                self._silence.seconds += pause
            try:
                yield
            finally:
                self._lost = self._open = None
                self._plan = str

    def load(self) -> State:
        """Read the state with the journal of an interrupted run, here or in the branch.

        Without a hold and without the remote, it is the state as it was fetched last; `notes` then
        says how old that is.

        Raises:
            StateError: it can't be trusted, is older than one that is known, or is for another
                target.
            TryLater: the remote can't be reached, and nothing was fetched.
        """
        self._look()
        tip = self._lease.tip
        if tip is not None and self._lost is not None:
            return may_have_sent(tip.led_to(self.target), self._lost)
        if self.hold is not None or self._has_more():
            return self.local.load()
        return tip.led_to(self.target) if tip else State(target=self.target)

    def elsewhere(self) -> tuple[State, ...]:
        """Return what runs from other states may have created, as states."""
        return (*self.local.elsewhere(), *self._copy.asides())

    def begin(self, state: State) -> State:
        """Open a journal here, and hold the branch for this run by one push.

        Raises StateLocked if another run holds it, or did since it was read; TryLater, StateError.
        """
        if self._lost is not None:
            state = self.local.finish(state)
        saved = self.local.begin(state)
        try:
            run = begun(self.run, self.now(), self.lasts, FRESH, self._plan())
            self._deadline = self._lease.now() + self.lasts
            self._copy.note(run)
            files = {STATE: self._copy.saved, JOURNAL: self._copy.journal, RUN: run.as_bytes()}
            self._lease.begin(files, self.run)
        except CoursesyncError:
            self.local.cancel()
            raise
        self._lost, self._open = None, run
        return saved

    def append(self, step: Step) -> None:
        """Add a step to the journal here, and push the journal if the last push was a minute ago.

        Raises:
            StateError: the step can't be written, the run's time is up, another run has taken the
                state over, or the remote could not be reached for three minutes.
        """
        if (run := self._open) is not None and self._lease.now() > self._deadline:
            raise StateError(
                f"a run may hold the state for {duration(self.lasts)}, and that time is up",
                Remedy("To continue:", Command("apply")),
            )
        self.local.append(step)
        if run is not None and self._lease.is_due:
            self._open = run = replace(run, fresh_until=int(self.now() + FRESH))
            files = {JOURNAL: self._copy.journal, RUN: run.as_bytes()}
            self._lease.renew(files, self.run)

    def finish(self, state: State) -> State:
        """Save the state here, and push it without the run and its journal.

        Raises:
            StateError: it can't be saved or pushed; this machine then has it, and the next command
                that changes the state pushes it.
        """
        saved = self.local.finish(state)
        self._record(saved)
        return saved

    def recover(self, state: State) -> State:
        """Save and push what an interrupted run left, here or in the branch, if anything."""
        saved, tip = self.local.recover(state), self._lease.tip
        if not saved.serial:  # there never was a state
            return saved
        if self._lost is not None:
            return self.finish(saved)
        is_open = tip is not None and tip.run is not None
        reports = self.report_of is not None and self.report_of(saved, self.report) != self.report
        if not (is_open or reports or self._has_more()):
            return saved
        self._record(saved)
        return replace(saved)

    def record(self, report: StateReport) -> None:
        """Push a report, with the state as it is; raises as `finish` does. Needs a hold."""
        self._lease.record({REPORT: report.as_bytes()}, "Report", self.run)

    def bring(self, state: State, report: StateReport) -> None:
        """Push a state that was kept elsewhere, as it is; raises as `finish` does. Needs a hold."""
        self._copy.take(serialise(state))
        files = {STATE: self._copy.saved, JOURNAL: None, RUN: None, REPORT: report.as_bytes()}
        self._lease.record(files, f"State {state.serial}", self.run)

    def give_up(self) -> None:
        """Remove the branch, whose state is kept elsewhere; raises as `finish` does."""
        self._lease.drop(self.run)
        self._copy.drop()

    def _record(self, saved: State) -> None:
        files = {STATE: self._copy.saved, JOURNAL: None, RUN: None}
        if self.report_of is not None:
            files[REPORT] = self.report_of(saved, self.report).as_bytes()
        self._lease.record(files, f"State {saved.serial}", self.run)
        self._lost = self._open = None
        self._copy.forget_run()

    def _look(self) -> None:
        """Read the branch, or what was fetched of it last, unless that was done already."""
        if self._has_looked:
            return
        try:
            tip = read_tip(self.branch, self.branch.fetch())
            check_follows(self.branch, tip, self.least_serial)
        except TryLater as error:
            tip = self._lease.tip = read_tip(self.branch, self.branch.fetched())
            if not (is_ahead := self._has_more()) and tip is None:
                raise
            copy = copy_in_words(tip, self.now(), is_ahead=is_ahead)
            self._notes.append((f"{error.problem}. {copy}", error.remedy))
        self._lease.tip, self._has_looked = tip, True
        if tip is not None and (run := tip.run) is not None and not self._copy.has_all_of(run):
            if (locked := self._held_by(run)) is None:
                self._lost = run
            else:
                self._notes.append((locked.problem, "It may change what is planned here."))

    def _take(self) -> CoursesyncError | None:
        """Take up what the branch has; return why that must wait, if another run holds it."""
        tip = read_tip(self.branch, self.branch.fetch())
        check_follows(self.branch, tip, self.least_serial)
        self._lease.tip, self._has_looked, self._lost, self._notes = tip, True, None, []
        run = tip.run if tip else None
        is_here = run is not None and self._copy.has_all_of(run)
        if tip is not None and run is not None and not is_here:
            if run.run != self.run and (locked := self._held_by(run)) is not None:
                return locked
            if run.run != self.run and run.is_local and self._silence.at(tip.commit) < FRESH:
                return overdue(self.place, run)
            self._lost = run
        if self._has_more():
            if is_here or (tip and tip.commit) == self.branch.known():
                self._lost = None  # the files here have it already
                return None
            aside = self._copy.set_aside()
            problem = f"another run changed the state in {self.place} in the meantime, so what this"
            remedy = "apply looks for its records before it creates anything."
            self._notes.append((f"{problem} machine recorded is kept in {aside}", remedy))
        if tip is not None:
            self._copy.take(tip.saved)
            self.branch.remember(tip.commit)
        if not is_here:
            self._copy.forget_run()
        return None

    def _held_by(self, run: OpenRun) -> CoursesyncError | None:
        """Return the error for a state that another run holds; None if its machine is lost."""
        over = self.is_over(run.run) if self.is_over and not run.is_local else None
        return None if run.is_lost(self.now() - SKEW, over) else in_use(self.place, run)

    def _has_more(self) -> bool:
        return self._copy.has_more(saved_in(self.branch, self._lease.tip))
