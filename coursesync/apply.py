"""Apply: the one place where effects are put in order.

First a look at the courses that get something new: what a create would make may be there already,
made by a run that was lost with its machine. Then course by course, in the members' order: journal
the intent, send, classify, journal the outcome. A refused change stops its own course, for order
matters there, and not the others. A course with a create in doubt waits until all others are
through; then the doubt is settled by looking again, and only a create that left no trace is sent
once more. The world is behind `ports`; nothing is printed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from coursesync.errors import StateError
from coursesync.journal import Conclusion, Intent, Move
from coursesync.outcome import Applied, InDoubt, Outcome, Refused, classify
from coursesync.plan import Action
from coursesync.report import Report, Result, Status
from coursesync.run import Doubtful, Run, Terms, in_order
from coursesync.settling import look_around, settle
from coursesync.state import mark_complete
from coursesync.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from coursesync.plan import Change, Plan
    from coursesync.ports import World
    from coursesync.run import Course
    from coursesync.state import CourseRecord, State


def apply(
    plan: Plan,
    state: State,
    world: World,
    complete: Callable[[State], dict[str, CourseRecord]],
    terms: Terms | None = None,
) -> Report:
    """Carry a plan out.

    Args:
        plan: made from `state`.
        state: as loaded, under the lock that the caller holds.
        world: the ports, and the schedule that requests keep to.
        complete: says of the state that the run led to which courses now stand as a whole.
        terms: what the run may do.

    Returns:
        What became of each change. Where anything was done, the state is saved, also where the
        run ended early; the report says if it can't be.

    Raises:
        StateError: the state can't be saved, and no write was sent.
    """
    run = Run(plan, state, world, terms or Terms())
    stop = _go_through(run)
    led_to = run.log.led_to()
    _account_for_the_rest(run, led_to)
    changes = (run.results.get(change.address) for change in plan.changes)
    results = tuple(result for result in changes if result is not None)
    if not run.log.steps:
        return Report(results, world.store.recover(led_to), stop)
    try:
        saved = world.store.finish(mark_complete(led_to, complete(led_to)))
    except StateError as error:
        return Report(results, led_to, stop, error)
    return Report(results, saved, stop)


def _go_through(run: Run) -> Stop | None:
    """Go through the plan; return why the run ended early, if it did."""
    try:
        _move(run)
        look_around(run)
        _advance(run)
        while any(course.doubts for course in run.courses):
            settle(run)
            _advance(run)
        run.log.check()
    except Stop as stop:
        return stop
    return None


def _move(run: Run) -> None:
    """Give what is kept under a new key its new address; the server knows no addresses."""
    moves = {change.was: change.address for change in run.plan.changes if change.was}
    if moves:
        run.log.announce(Move(to=moves, at=run.stamp()))
    for change in run.plan.changes:
        if change.action is Action.MOVE:
            run.conclude(Result(change, Status.MOVED, change.record_id))


def _advance(run: Run) -> None:
    for course in run.courses:
        for change in course.changes:
            if not change.action.changes or change.address in run.results:
                continue
            if change.address in course.doubts:
                continue
            if course.held:
                run.conclude(Result(change, Status.HELD_BACK, reason=course.held))
            elif course.doubts:
                break
            else:
                run.go_on()
                _carry_out(run, course, change)


def _carry_out(run: Run, course: Course, change: Change) -> None:
    if not change.action.looks:
        reason = f"this version can't {change.action.value} sections; do it by hand in Nexudus"
        run.conclude(Result(change, Status.LEFT, reason=reason))
    else:
        _create(run, course, change)


def _create(run: Run, course: Course, change: Change) -> None:
    run.sent[change.address] += 1
    since, before = run.stamp(), frozenset(run.seen)
    role = f"{change.kind.role}-Create"
    match run.sender.until_answered(role, partial(_attempt, run, change)):
        case Applied(record_id):
            run.managed.add(record_id)
            again = (
                "sent again, for the first left no trace" if run.sent[change.address] > 1 else ""
            )
            run.conclude(Result(change, Status.CREATED, record_id, again))
        case Refused(message, problems):
            course.held = f"{change.address} was refused"
            refused = Result(change, Status.REFUSED, reason=message, problems=problems)
            run.conclude(refused)
        case InDoubt(reason, claimed):
            until = run.world.clock.now() + run.terms.settling
            sent = in_order(change.after)
            doubt = Doubtful(change, sent, since, reason, until, claimed, before)
            course.doubts[change.address] = doubt


def _attempt(run: Run, change: Change) -> Outcome:
    """Send a create once; the journal knows before and after."""
    attributes = in_order(change.after)
    run.sender.allow_write()
    run.log.announce(
        Intent(
            address=change.address,
            attributes=attributes,
            parent_id=change.parent_id,
            attempt=run.sent[change.address],
            at=run.stamp(),
        )
    )
    exchange = run.sender.write(partial(run.world.remote.create, change.kind, attributes))
    outcome = classify(exchange, run.managed | run.seen)
    run.log.record(_conclusion(change, outcome, run.stamp()))
    if not isinstance(outcome, Applied | Refused | InDoubt):
        run.sender.give_back()
        run.log.check()
    return outcome


def _conclusion(change: Change, outcome: Outcome, at: str) -> Conclusion:
    match outcome:
        case Applied(record_id, updated_on):
            return Conclusion(
                address=change.address,
                outcome="applied",
                id=record_id,
                updated_on=updated_on,
                at=at,
            )
        case InDoubt(reason, claimed):
            return Conclusion(
                address=change.address, outcome="in doubt", reason=reason, claimed=claimed, at=at
            )
        case _:
            return Conclusion(address=change.address, outcome="not applied", at=at)


def _account_for_the_rest(run: Run, led_to: State) -> None:
    """Say of each change that the run did not come to the end of how it stands."""
    for change in run.plan.changes:
        if change.action.changes and change.address not in run.results:
            doubt = led_to.doubts.get(change.address)
            reason = doubt.reason if doubt else ""
            status = Status.IN_DOUBT if doubt else Status.NOT_TRIED
            # not told as progress: it is none, and there may be thousands
            run.results[change.address] = Result(change, status, reason=reason)
