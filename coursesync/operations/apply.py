"""Carries a plan out, for the command line and for scripts: nothing else writes to the site.

Owns the way from a plan to a report: hold the state, check that the plan is current and of a usual
size, connect, apply. It must never print or catch signals: callers pass a progress and a clock.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from coursesync.applying.apply import apply as carry_out
from coursesync.applying.apply import learn
from coursesync.applying.report import Report
from coursesync.applying.run import Terms
from coursesync.errors import InvalidOutlines, LargeChange, StalePlan
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.site import connected, drift
from coursesync.planning.apart import check_alone
from coursesync.planning.diff import plan_of
from coursesync.planning.drift import twins_in
from coursesync.planning.large_change import oversized
from coursesync.planning.plan_file import what_moved
from coursesync.planning.scope import unconfirmed_in
from coursesync.text import coded

if TYPE_CHECKING:
    from coursesync.applying.world import Progress
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.workspace import Workspace
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.plan import Plan
    from coursesync.planning.policy import Policy
    from coursesync.state.state import State


def apply(  # noqa: PLR0913 - one parameter an option
    plan: Plan,
    workspace: Workspace,
    *,
    credentials: Credentials | None = None,
    settling_time: float | None = None,
    max_writes: int | None = None,
    overwrite_drift: bool = False,
    allow_progress_loss: bool = False,
    allow_large_change: bool = False,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Report:
    """Carry out exactly this plan, and save the state; the state is held during the run.

    Args:
        plan: a plan of the workspace.
        workspace: the workspace that was planned.
        credentials: for the API. By default, they are read from the environment: NEXUDUS_TOKEN, or
            NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and NEXUDUS_TOTP). The sandbox needs none.
        settling_time: how many seconds to look for a create whose answer was lost; by default the
            value in `coursesync.toml`, or 60.
        max_writes: stop after this many writes.
        overwrite_drift: whether to overwrite what someone edited on the site.
        allow_progress_loss: whether to delete what members have completed, or may have.
        allow_large_change: whether the plan may overwrite more than half of a course of four or
            more records, or more than 30 % of one of ten or more, and likewise of the workspace;
            what it takes from members counts double.
        progress: shows the result of each change, and why the run waits.
        clock: the time, and when to stop; by default the machine's clock, which never stops a run.

    Returns:
        The result of each change. `complete` is whether the whole plan is carried out, `stop` why
        the run ended early, `left` how many writes the next plan has.

    Raises:
        StalePlan: the outlines, the state or the site changed after the plan was made.
        LargeChange: it would change too much, and `allow_large_change` is not set.
        StateLocked: another apply holds the state; `project.held(seconds)` waits for its end.
        StateError: the state can't be read or saved; no write was sent.
        UsageError: there are no credentials.
        CoursesyncError: as `load` and `drift`, if the workspace is read again.

    Example:
        >>> workspace = coursesync.load("courses", sandbox=True)
        >>> report = coursesync.apply(coursesync.plan(workspace), workspace)
        >>> report.complete, report.left
    """
    if not allow_large_change and (large := oversized(plan)):
        raise LargeChange(
            f"the plan would change {'; '.join(large)}",
            coded("Look at the plan. If you want all of it, pass `allow_large_change=True`"),
        )
    project, clock = workspace.project, clock or SystemClock()
    with project.held():
        now, plan = _current(plan, workspace, credentials, clock)
        state = now.state
        if not plan.has_changes:
            # save first: a look at the site may fail
            state = learn(project.store, state, now.found or (), clock.stamp())
            if not unconfirmed_in(state, plan.scope):
                return Report((), state, twins=twins_in(now.found or ()), scope=plan.scope)
        settling = project.config.settling_time if settling_time is None else settling_time
        terms = Terms(
            settling=0.0 if project.embedded else settling,
            max_writes=max_writes,
            overwrite_drift=overwrite_drift,
            lose_completions=allow_progress_loss,
            marker=project.config.marker,
            elsewhere=project.store.elsewhere(),
        )
        project.store.intend(partial(_as_json, plan))
        with connected(project, now.outlines, clock, progress, credentials) as world:
            report = carry_out(plan, state, world, terms, now.found or ())
        return replace(report, left=_writes_left(now.read, report.state, plan.policy))


def _as_json(plan: Plan) -> str:
    from coursesync.render.json import compose  # noqa: PLC0415 - few stores need it
    from coursesync.render.rows import PlanView  # noqa: PLC0415 - few stores need it

    return compose(PlanView(plan))


def _writes_left(outlines: Outlines, state: State, policy: Policy) -> int:
    try:
        return plan_of(outlines, state, policy).writes
    except InvalidOutlines as error:
        # the run found what the outlines contradict; the next plan reports each of these
        return len(error.diagnostics)


def _current(
    plan: Plan, workspace: Workspace, credentials: Credentials | None, clock: Clock
) -> tuple[Workspace, Plan]:
    """Return the workspace and the plan as of now, under the lock; raises StalePlan."""
    state = workspace.state
    origin = (state.target, state.lineage, state.serial)
    if workspace.is_current and origin == (plan.target, plan.lineage, plan.serial):
        return workspace, plan
    now = workspace.project.load()
    if workspace.found is not None:
        now = drift(now, credentials=credentials, clock=clock).workspace
    current = plan_of(now.read, now.state, plan.policy)
    check_alone(current, now.read)
    if moved := what_moved(current, plan):
        raise StalePlan(f"the plan is stale: {moved}", "Load the workspace and plan again.")
    return now, current
