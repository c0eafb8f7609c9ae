"""Carries a plan out.

Owns the order of all effects:

1. Look at the courses that get something new: a run that was lost with its machine may have
   created it already.
2. Course by course, in the members' order: journal the intent, send, classify, journal the outcome.
   A refused change stops its own course, because order matters there, and no other course.
3. A course with a create in doubt is postponed until all other courses are finished. Then look
   again; the create is sent once more only if no record resembles it.
4. Last look: does each course list each new record exactly once?

It must never print, nor touch the world except through `applying.world`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.applying.hindrances import look_for_hindrances
from coursesync.applying.last_look import last_look
from coursesync.applying.location import locate
from coursesync.applying.recheck import recheck
from coursesync.applying.report import Report, Result, Status, finished_courses
from coursesync.applying.run import Run, Terms
from coursesync.applying.settle import look_around, settle
from coursesync.applying.write import carry_out
from coursesync.errors import StateError, Stop
from coursesync.planning.action import Action
from coursesync.planning.drift import Finding, twins_in
from coursesync.planning.leave import with_left
from coursesync.planning.refreshed_state import settled
from coursesync.state.confirmed import confirm, mark_complete
from coursesync.state.journal import Forget, Look, Move, Protect
from coursesync.state.logbook import Logbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from coursesync.applying.run import CourseRun
    from coursesync.applying.world import World
    from coursesync.kinds.address import Address
    from coursesync.planning.change import Change
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Plan
    from coursesync.state.state import State
    from coursesync.state.store import StateStore


def apply(
    plan: Plan,
    state: State,
    world: World,
    terms: Terms | None = None,
    found: Iterable[Drifted] = (),
) -> Report:
    """Carry a plan out.

    Args:
        plan: made from `state`.
        state: as loaded; the caller holds its lock.
        world: the ports, and the schedule of the requests.
        terms: what the run may do.
        found: the findings of the refresh that led to `state`.

    Returns:
        The result of each change. If anything was done, the state is saved, even if the run ended
        early; the report says if it could not be saved.

    Raises:
        StateError: the state can't be saved, and no write was sent.
    """
    run = Run(plan, state, world, terms or Terms())
    stop = _go_through(run, state, found)
    led_to = run.log.led_to()
    _account_for_the_rest(run, led_to)
    results = [run.results[each.address] for each in plan.changes if each.address in run.results]
    results += [each for at in run.earlier if not (each := run.results[at]).done]
    twins = {(each.kind, each.record_id): each for each in (*twins_in(found), *run.twins)}
    report = Report(
        tuple(results),
        led_to,
        stop,
        twins=tuple(twins.values()),
        unlisted=run.unlisted,
        unread=run.unread,
        scope=plan.scope,
    )
    if not run.log.steps and not run.confirmed:
        return replace(report, state=world.store.recover(led_to))
    led_to = with_left(confirm(led_to, run.confirmed), plan.left)
    done = finished_courses(plan, run.results, led_to)
    try:
        saved = world.store.finish(mark_complete(led_to, done))
    except StateError as error:
        return replace(report, unsaved=error)
    return replace(report, state=saved)


def _go_through(run: Run, state: State, found: Iterable[Drifted]) -> Stop | None:
    """Carry out the plan; return why the run ended early, if it did."""
    try:
        for step in _learnt(state, found, run.stamp()):
            run.log.record(step)
        _note_keys(run)
        locate(run)
        look_around(run)
        recheck(run)
        _advance(run)
        while any(course.doubts for course in run.courses.values()):
            settle(run)
            _advance(run)
        last_look(run)
        run.log.check()
    except Stop as stop:
        if not stop.unusable and not run.world.clock.stopping():
            with suppress(Stop):  # the run ends for another reason, which is known already
                last_look(run)
        return stop
    return None


def _learnt(state: State, found: Iterable[Drifted], at: str) -> Iterator[Forget | Look]:
    """Yield a step for each entry whose record was deleted on the site, or needs no write."""
    looked = tuple(found)
    for each in looked:
        if each.finding is Finding.GONE and each.address is not None and each.entry is not None:
            yield Forget(address=each.address, id=each.entry.id, at=at)
    for address, entry in settled(state, looked).items():
        yield Look(address=address, entry=entry, at=at)


def learn(store: StateStore, state: State, found: Iterable[Drifted], at: str) -> State:
    """Record what a refresh found that needs no write; return the state as saved.

    The caller holds the state's lock, and `state` is the state after the refresh. The saved state
    includes what an interrupted run left in the journal. Raises StateError if it can't be saved.
    """
    steps = list(_learnt(state, found, at))
    if not steps:
        return store.recover(state)
    log = Logbook(store, state)
    for step in steps:
        log.record(step)
    return store.finish(log.led_to())


def _note_keys(run: Run) -> None:
    """Journal new addresses and protection: both concern the state only."""
    moves = {
        c.previous_address: c.address
        for c in run.plan.changes
        if c.previous_address and c.from_course is None
    }
    if moves:
        run.log.announce(Move(to=moves, at=run.stamp()))
    for change in run.plan.changes:
        is_here = change.record_id is not None and change.from_course is None
        if change.protected is not None and is_here:
            run.log.announce(
                Protect(address=change.address, protected=change.protected, at=run.stamp())
            )
        if change.action is Action.MOVE:
            run.conclude(Result(change, Status.RE_KEYED, change.record_id))
        elif change.action is Action.PROTECT:
            status = Status.PROTECTED if change.protected else Status.UNPROTECTED
            run.conclude(Result(change, status, change.record_id))


def _advance(run: Run) -> None:
    for course in run.courses.values():
        for i, planned in enumerate(course.changes):
            is_over = planned.address in run.results or planned.address in course.doubts
            if is_over or not planned.action.changes:
                continue
            change = course.changes[i] = run.resolved(planned)
            if not course.held and not course.doubts:
                run.go_on()
                look_for_hindrances(run, course)
            if change.address in run.results:
                continue
            if course.held:
                run.conclude(Result(change, Status.HELD_BACK, reason=course.held))
            elif course.doubts:
                break
            elif change.awaits:  # the parent was not created, and that stopped no course
                reason = f"{change.awaits} is not there yet"
                run.conclude(Result(change, Status.HELD_BACK, reason=reason))
            elif open_change := _before_publishing(run, course, change):
                reason = f"{open_change} is not done, and the course is published last"
                run.conclude(Result(change, Status.HELD_BACK, reason=reason))
            else:
                carry_out(run, change)


def _before_publishing(run: Run, course: CourseRun, change: Change) -> Address | None:
    """Return a change that is not done yet, if this one shows the whole course to members."""
    if change.kind.of is None or not change.kind.is_active(change.attributes):
        return None
    for each in course.changes:
        result = run.results.get(each.address)
        if each is not change and each.action.changes and not (result and result.done):
            return each.address
    return None


def _account_for_the_rest(run: Run, led_to: State) -> None:
    """Add the results of the changes that the run did not finish."""
    for change in run.plan.changes:
        if change.action.changes and change.address not in run.results:
            doubt = led_to.doubts.get(change.address)
            reason = doubt.reason if doubt else ""
            status = Status.IN_DOUBT if doubt else Status.NOT_TRIED
            # not reported as progress: there may be thousands
            run.results[change.address] = Result(change, status, reason=reason)
