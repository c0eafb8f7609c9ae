"""What goes online: carrying a plan out, and looking for drift. Within the limits, across runs.

Wires the client of a project's target to `apply` and `refresh`, for the command line and for
scripts alike. Prints nothing and heeds no signal: who calls passes a progress, and a clock that
knows when a run is to stop.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from coursesync.applying.apply import apply as carry_out
from coursesync.applying.apply import forget
from coursesync.applying.receipt import mismatches
from coursesync.applying.report import Report
from coursesync.applying.run import Terms
from coursesync.errors import (
    CoursesyncError,
    LargeChange,
    RemoteError,
    StalePlan,
    StateError,
    Stop,
    UsageError,
)
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.connection import check_interrupted, connected
from coursesync.operations.plan import plan_of
from coursesync.operations.refresh import look_up, refresh
from coursesync.operations.remainder import remainder
from coursesync.planning.large_change import oversized
from coursesync.planning.plan import Course
from coursesync.planning.review import what_moved
from coursesync.planning.stance import judged
from coursesync.state.state import State
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.applying.receipt import Mismatch, Receipt
    from coursesync.applying.world import Progress
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.workspace import Project, Workspace
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Drift:
    """What a look at the site found.

    `found` is all that is not as it was sent, and `courses` those that the workspace speaks of, by
    Id. A plan of `workspace` is made from what the site has.
    """

    found: tuple[Drifted, ...]
    courses: Mapping[int, Course]
    workspace: Workspace

    @property
    def has_drift(self) -> bool:
        """Whether a section that is managed was edited, deleted or moved on the site."""
        return any(each.finding.is_drift for each in self.found)


def apply(  # noqa: PLR0913 - one parameter an option
    plan: Plan,
    workspace: Workspace,
    *,
    credentials: Credentials | None = None,
    settling_time: float | None = None,
    max_writes: int | None = None,
    overwrite_drift: bool = False,
    allow_large_change: bool = False,
    lock_timeout: float = 0.0,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Report:
    """Carry out just this plan, and save the state. The state is held meanwhile.

    Args:
        plan: what `plan` made of the workspace.
        workspace: the one that it was made of.
        credentials: for the API; by default they are read from the environment, as NEXUDUS_TOKEN,
            or NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and NEXUDUS_TOTP). The sandbox needs none.
        settling_time: how many seconds to look for a section whose answer was lost; by default
            what `coursesync.toml` says, or else 60.
        max_writes: the run stops after so many.
        overwrite_drift: whether to write over sections that someone edited on the site.
        allow_large_change: whether more than 30 % of a course's sections, or of all, may change.
        lock_timeout: how many seconds to wait for another apply to end.
        progress: is told what became of each change, and what is waited for.
        clock: the time, and when to stop; by default the machine's, which never says so.

    Returns:
        What became of each change; `complete` whether all of the plan is carried out, `stop` why
        the run ended early, if it did, `left` how many writes the next plan has.

    Raises:
        StalePlan: the outlines, the state or the site have moved away from the plan.
        LargeChange: it would change too much, and `allow_large_change` does not say that it may.
        StateLocked: another apply holds the state.
        StateError: the state can't be read or saved; no write was sent.
        UsageError: there are no credentials.
        CoursesyncError: as `load` and `drift` do, where the workspace is read again.

    Example:
        >>> workspace = coursesync.load("courses", sandbox=True)
        >>> report = coursesync.apply(coursesync.plan(workspace), workspace)
        >>> report.complete, report.left
    """
    if not allow_large_change:
        _check_size(plan)
    project, clock = workspace.project, clock or SystemClock()
    seconds = project.settling_time(settling_time)
    terms = Terms(seconds, max_writes, overwrite_drift=overwrite_drift)
    with project.held(lock_timeout):
        now = _current(plan, workspace, credentials, clock)
        if not plan.has_changes:
            return Report((), forget(project.store, now.state, now.found or (), clock.stamp()))
        with connected(project, now.outlines, clock, progress, credentials) as world:
            complete = partial(remainder, now.read, plan.policy)
            return carry_out(plan, now.state, world, complete, terms, now.found or ())


def _check_size(plan: Plan) -> None:
    if large := oversized(plan):
        raise LargeChange(
            f"the plan would change {'; '.join(large)}",
            "Look at the plan; where that is what you want, pass  allow_large_change=True",
        )


def _current(
    plan: Plan, workspace: Workspace, credentials: Credentials | None, clock: Clock
) -> Workspace:
    """Return the workspace as it is under the lock; raises StalePlan where the plan is another."""
    state = workspace.state
    origin = (state.target, state.lineage, state.serial)
    if workspace.is_current and origin == (plan.target, plan.lineage, plan.serial):
        return workspace
    now = workspace.project.load()
    if workspace.found is not None:
        now = drift(now, credentials=credentials, clock=clock).workspace
    if moved := what_moved(plan_of(now.read, now.state, plan.policy), plan):
        raise StalePlan(f"the plan is stale: {moved}", "Load the workspace and plan again.")
    return now


def drift(
    workspace: Workspace,
    *,
    credentials: Credentials | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Drift:
    """Look at what others changed on the site since the last apply. Only reads are sent.

    Args:
        workspace: as `load` read it.
        credentials: as in `apply`.
        progress: is told what is waited for.
        clock: as in `apply`.

    Returns:
        All that was found, with what the outlines say of it. Where the state has no entries,
        nothing is asked, and nothing found.

    Raises:
        UsageError: there are no credentials.
        RemoteError: the API can't be used, or gives no usable answer.
        Interrupted: the clock said to stop.
        InvalidOutlines: an outline became invalid meanwhile.

    Example:
        >>> drift = coursesync.drift(coursesync.load("courses"))
        >>> [(each.finding.value, each.address) for each in drift.found]
        >>> plan = coursesync.plan(drift.workspace)
    """
    project, known, read = workspace.project, workspace.state, workspace.read
    courses = _courses(workspace)
    if not known.entries:
        return Drift((), courses, replace(workspace, found=()))
    clock = clock or SystemClock()
    with connected(project, read.outlines, clock, progress, credentials) as world:
        try:
            state, found = refresh(known, world)
        except Stop as stop:
            check_interrupted(clock)
            raise RemoteError(stop.reason, stop.remedy) from stop
    check_interrupted(clock)
    after = workspace
    if any(each.finding.is_drift for each in found):
        after = project.outlines_for(state)
        found = judged(found, plan_of(read, known), plan_of(after.read, state))
    return Drift(found, courses, replace(after, state=state, found=found))


def verify(
    receipt: Receipt,
    project: Project,
    *,
    credentials: Credentials | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> tuple[Mismatch, ...]:
    """Say whether all that a receipt tells is still so on the site. Only reads are sent.

    Args:
        receipt: of a run against this project's target, as `read_receipt` reads it.
        project: names the target; of its state only what a later apply did is read, if it can be.
        credentials: as in `apply`.
        progress: is told what is waited for.
        clock: as in `apply`.

    Returns:
        What is not so any more; nothing where all of it is.

    Raises:
        UsageError: the receipt is of another target, or there are no credentials.
        CoursesyncError: it is of a run that was cut off: it does not say what that did.
        RemoteError: the API can't be used, or gives no usable answer.
        Interrupted: the clock said to stop.

    Example:
        >>> receipt = coursesync.read_receipt("receipt.json")
        >>> coursesync.verify(receipt, coursesync.open_project("courses"))
    """
    if receipt.target != project.store.target:
        raise UsageError(
            f"the receipt is of {inert(receipt.target)}, not of {inert(project.store.target)}",
            "Name the same target as the apply that wrote it:  --base-url  or  --sandbox",
        )
    if not receipt.items and not receipt.complete and receipt.stopped is None:
        raise CoursesyncError(
            "the receipt is of a run that was cut off, and does not say what that did",
            "What it did is in the state:  coursesync state list",
        )
    clock = clock or SystemClock()
    with connected(project, (), clock, progress, credentials) as world:
        try:
            live = look_up(receipt, world)
        except Stop as stop:
            check_interrupted(clock)
            raise RemoteError(stop.reason, stop.remedy) from stop
    check_interrupted(clock)
    return mismatches(receipt, live, _known(project))


def _known(project: Project) -> State:
    """Return the state, or an empty one where it can't be read: a receipt stands by itself."""
    try:
        return project.state()
    except StateError:
        return State(target=project.store.target)


def _courses(workspace: Workspace) -> dict[int, Course]:
    """Return the courses of a workspace, by Id."""
    folder, known = workspace.project.folder, workspace.state
    settled = {
        record.id: Course(key, record.id, record.title, str(folder / record.path))
        for key, record in known.courses.items()
        if key in workspace.read.settled
    }
    parsed = {
        outline.course_id: Course(outline.key, outline.course_id, outline.title, outline.path)
        for outline in workspace.outlines
    }
    return {**settled, **parsed}
