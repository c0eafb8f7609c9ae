"""Apply: the one place where effects are put in order.

Each change: wait for the budget, journal the intent, send, classify, journal the outcome. A
refused change stops its own course, for order matters there, and not the others. What is in
doubt is never sent again here. The world is behind `ports`; nothing is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import RemoteError
from coursesync.journal import Conclusion, Intent, Move, fold
from coursesync.outcome import (
    Applied,
    InDoubt,
    NotSent,
    Outcome,
    Refused,
    Throttled,
    Unauthorized,
    classify,
)
from coursesync.plan import Action
from coursesync.report import Report, Result, Status
from coursesync.state import mark_complete
from coursesync.words import duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from coursesync.journal import Step
    from coursesync.limits import Schedule
    from coursesync.plan import Change, Plan
    from coursesync.ports import Clock, Progress, Remote, StateStore
    from coursesync.state import CourseRecord, State

MAX_WAIT = 900.0  # seconds; told to wait longer, a run ends with work left instead
MAX_THROTTLED = 30  # times in a row
MAX_TRIES = 3  # to connect
BETWEEN_TRIES = 2.0  # seconds


class _Stop(Exception):  # noqa: N818 - ends a run in good order; never leaves this module
    """The run can't go on."""

    def __init__(self, reason: str, remedy: str = "", *, unusable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.unusable = unusable


@dataclass(frozen=True, slots=True)
class World:
    """The ports that a run works through, and its schedule."""

    remote: Remote
    store: StateStore
    clock: Clock
    progress: Progress
    schedule: Schedule


def apply(
    plan: Plan,
    state: State,
    world: World,
    complete: Callable[[State], dict[str, CourseRecord]],
) -> Report:
    """Carry a plan out.

    Args:
        plan: made from `state`.
        state: as loaded, under the lock that the caller holds.
        world: the ports, and the schedule that writes keep to.
        complete: says of the state that the run led to which courses now stand as a whole.

    Returns:
        What became of each change. Where anything was done, the state is saved, also where the
        run ended early.

    Raises:
        StateError: the state can't be saved; before the first write nothing was sent.
    """
    run = _Run(plan, state, world)
    run.move()
    stop = run.through()
    if run.steps:
        led_to = fold(run.state, run.steps)
        reached = world.store.finish(mark_complete(led_to, complete(led_to)))
    else:
        reached = world.store.recover(state)
    if stop is None:
        return Report(tuple(run.results), reached)
    return Report(tuple(run.results), reached, stop.reason, stop.remedy, stop.unusable)


class _Run:
    """One pass over a plan."""

    def __init__(self, plan: Plan, state: State, world: World) -> None:
        self._changes = plan.changes
        self._world = world
        self._known = {entry.id for entry in state.entries.values()}
        self._held = {
            change.parent_id: f"{change.address} is in doubt"
            for change in plan.changes
            if change.action is Action.DOUBT
        }
        self.state = state
        self.steps: list[Step] = []
        self.results: list[Result] = []

    def move(self) -> None:
        """Give what is kept under a new key its new address; the server knows no addresses."""
        moves = {change.was: change.address for change in self._changes if change.was}
        if moves:
            self._note(Move(to=moves, at=self._world.clock.stamp()))

    def through(self) -> _Stop | None:
        """Go through the changes; return why the run ended early, if it did."""
        stop: _Stop | None = None
        for change in self._changes:
            if not change.action.changes:
                continue
            if change.action is Action.MOVE:
                self._conclude(Result(change, Status.MOVED, change.record_id))
                continue
            if stop is None:
                try:
                    self._conclude(self._carry_out(change))
                    continue
                except _Stop as reason:
                    stop = reason
            self._conclude(Result(change, Status.NOT_TRIED, reason=stop.reason))
        return stop

    def _conclude(self, result: Result) -> None:
        course = result.change.parent_id
        if result.status is Status.REFUSED:
            self._held[course] = f"{result.change.address} was refused"
        elif result.status is Status.IN_DOUBT:
            self._held[course] = f"{result.change.address} is in doubt"
        self.results.append(result)
        self._world.progress.concluded(result)

    def _carry_out(self, change: Change) -> Result:
        if held := self._held.get(change.parent_id):
            return Result(change, Status.HELD_BACK, reason=held)
        self._go_on()
        if change.action is Action.CREATE:
            return self._create(change)
        return Result(
            change,
            Status.LEFT,
            reason=f"this version can't {change.action.value} sections; do it by hand in Nexudus",
        )

    def _go_on(self) -> None:
        if self._world.clock.stopping():
            raise _Stop(
                "the run was interrupted", "Run the same command again; it goes on from here."
            )

    def _note(self, step: Step) -> None:
        if not self.steps:
            self.state = self._world.store.begin(self.state)
        self._world.store.append(step)
        self.steps.append(step)

    def _create(self, change: Change) -> Result:
        throttled = unsent = renewed = 0
        self._log_in()
        while True:
            outcome = self._attempt(change, throttled + unsent + renewed + 1)
            if isinstance(outcome, Throttled):
                throttled += 1
                self._slow_down(outcome.seconds, throttled)
            elif isinstance(outcome, NotSent):
                unsent += 1
                self._try_again(outcome.reason, unsent)
            elif not isinstance(outcome, Unauthorized):
                return self._result(change, outcome)
            elif renewed or not self._renew():
                raise _refused_credentials(change)
            else:
                renewed = 1

    def _log_in(self) -> None:
        try:
            if self._world.remote.log_in():
                self._world.schedule.started(self._world.clock.now())
        except RemoteError as error:
            raise _Stop(error.problem, error.remedy, unusable=True) from error

    def _renew(self) -> bool:
        self._keep_to_limits()
        renewed = self._world.remote.renew()
        self._world.schedule.started(self._world.clock.now())
        return renewed

    def _attempt(self, change: Change, attempt: int) -> Outcome:
        world = self._world
        self._keep_to_limits()
        self._note(
            Intent(
                address=change.address,
                attributes=dict(sorted((change.after or {}).items())),
                parent_id=change.parent_id,
                attempt=attempt,
                at=world.clock.stamp(),
            )
        )
        exchange = world.remote.create(change.kind, change.after or {})
        # by the server's clock it began at any time up to now: the next keeps its distance to that
        world.schedule.started(world.clock.now())
        outcome = classify(exchange, self._known)
        self._note(_conclusion(change, outcome, world.clock.stamp()))
        return outcome

    def _result(self, change: Change, outcome: Applied | Refused | InDoubt) -> Result:
        if isinstance(outcome, Applied):
            self._known.add(outcome.record_id)
            return Result(change, Status.CREATED, outcome.record_id)
        if isinstance(outcome, Refused):
            return Result(change, Status.REFUSED, reason=outcome.message, problems=outcome.problems)
        return Result(change, Status.IN_DOUBT, reason=outcome.reason)

    def _slow_down(self, seconds: float, times: int) -> None:
        if seconds > MAX_WAIT or times > MAX_THROTTLED:
            raise _Stop(
                f"the API allows no more writes for now; it asks to wait {duration(seconds)}",
                "Run the same command again after that; it goes on from here.",
            )
        self._world.schedule.hold(self._world.clock.now() + seconds)

    def _try_again(self, reason: str, times: int) -> None:
        if times >= MAX_TRIES:
            raise _Stop(
                f"the API can't be reached: {reason}",
                "Check the network and the base URL, then run the same command again.",
                unusable=True,
            )
        self._pause(BETWEEN_TRIES, f"the API can't be reached: {reason}")

    def _keep_to_limits(self) -> None:
        schedule, clock = self._world.schedule, self._world.clock
        self._pause(schedule.wait(clock.now()), "the API's limits")

    def _pause(self, seconds: float, why: str) -> None:
        if seconds > 0:
            self._world.progress.waiting(seconds, why)
            self._world.clock.sleep(seconds)
        self._go_on()


def _conclusion(change: Change, outcome: Outcome, at: str) -> Conclusion:
    if isinstance(outcome, Applied):
        return Conclusion(
            address=change.address,
            outcome="applied",
            id=outcome.record_id,
            updated_on=outcome.updated_on,
            at=at,
        )
    if isinstance(outcome, InDoubt):
        return Conclusion(address=change.address, outcome="in doubt", reason=outcome.reason, at=at)
    return Conclusion(address=change.address, outcome="not applied", at=at)


def _refused_credentials(change: Change) -> _Stop:
    role = f"{change.kind.role}-Create"
    return _Stop(
        "the API refuses the credentials (HTTP 401)",
        "Nexudus answers the same to two causes: the token or password is wrong or has expired, "
        f"or its user lacks the role {role}. Check NEXUDUS_TOKEN (or NEXUDUS_EMAIL and "
        f"NEXUDUS_PASSWORD), and in Nexudus the user's roles.",
        unusable=True,
    )
