"""`coursesync apply`: the plan, carried out; the Ids, kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from coursesync.ci.outputs import note
from coursesync.cli.advise import give_advice, is_strict
from coursesync.cli.asked import asked_options
from coursesync.cli.forms import PlanForms
from coursesync.cli.line import placing
from coursesync.cli.online import announce, heeding, look_again
from coursesync.cli.onward import Onward, typed_of_apply
from coursesync.cli.options import (
    how_made,
    lock_timeout_option,
    removal_options,
    with_target,
    workspace_argument,
)
from coursesync.cli.report import exit_code, tell, warn_of_the_day
from coursesync.cli.screen import say, say_wrapped
from coursesync.errors import Command, Remedy, UsageError
from coursesync.files import shown
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.apply import apply
from coursesync.operations.connection import schedule_of
from coursesync.operations.plan import plan as make_plan
from coursesync.operations.receipts import begin_receipt
from coursesync.planning.drift import Finding, Stance
from coursesync.planning.plan_file import HowMade, check, read_plan_file
from coursesync.render.receipt import uncommitted
from coursesync.state.state import unconfirmed

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.applying.report import Report
    from coursesync.cli.asked import Asked
    from coursesync.cli.options import Chosen
    from coursesync.operations.workspace import Project, Workspace
    from coursesync.planning.plan import Plan


@click.command("apply")
@workspace_argument
@with_target
@removal_options
@asked_options
@lock_timeout_option
def command(
    *,
    chosen: Chosen,
    asked: Asked,
    lock_timeout: float,
    on_removal: str | None,
    prune: bool,
    refresh: bool,
) -> int:
    """Carry out the plan for the outlines in WORKSPACE (default: courses).

    Shows the plan and asks first; away from a terminal it needs --auto-approve or --plan. The
    credentials come from NEXUDUS_TOKEN, or NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and
    NEXUDUS_TOTP), in the environment.
    """
    project = chosen.open()
    asked.check_terminal()
    clock = SystemClock()
    reviewed, making = None, None
    if asked.plan_file is not None:
        reviewed = read_plan_file(asked.plan_file)
        making = _agreeing(reviewed.made, asked.plan_file)
    making = making or HowMade(project.policy(on_removal, prune=prune), refresh)
    with project.held(lock_timeout):
        loaded = _loaded(project, clock, refresh=making.refreshed)
        policy = making.policy
        plan = make_plan(loaded, on_removal=policy.on_removal, prune=policy.prune)
        made = how_made(project, policy, refreshed=making.refreshed)
        onward = Onward(made, typed_of_apply())
        check(plan, reviewed, asked.expect_digest, onward.plan)
        note(digest=plan.digest, has_changes=str(plan.has_changes).lower())
        if (strict := is_strict(project, asked.strict)) or not asked.is_quiet:
            give_advice(loaded.advice, strict=strict)
        asked.show(PlanForms(project, placing(**made), plan, found=loaded.found))
        if not plan.has_changes:
            return _nothing(plan, loaded, clock, asked, onward)
        if (refused := asked.is_refused(plan, project, onward)) is not None:
            return int(refused)
        opened = begin_receipt(asked.receipt, plan, project) if asked.receipt else None
        report = _carried_out(plan, loaded, clock, asked, onward)
    if not asked.is_quiet:
        say()
    tell(report, project, onward)
    _tell_forgotten(loaded, report)
    if opened:
        opened.end(report)
        if told := uncommitted(opened.origin):
            say_wrapped(told, "  ")
        say_wrapped(f"The receipt is in {opened.path}.", "  ")
    return int(exit_code(report, clock.signal))


def _tell_forgotten(loaded: Workspace, report: Report) -> None:
    """Say which records the saved state has no more: neither an outline nor the site has them."""
    for each in loaded.found or ():
        if each.finding is Finding.GONE and each.stance is Stance.NONE and report.unsaved is None:
            what = f"{each.address} (Id {each.record_id})"
            say_wrapped(f"{what} was deleted on the site, and is forgotten.", hang="  ")


def _nothing(
    plan: Plan, loaded: Workspace, clock: SystemClock, asked: Asked, onward: Onward
) -> int:
    """Save what a cut-off run left, where there is nothing else to do, and look for twins of it."""
    clock.catch_signals()
    if unconfirmed(loaded.state):  # an earlier run had no last look, or found twins
        announce(loaded.project)
    opened = begin_receipt(asked.receipt, plan, loaded.project) if asked.receipt else None
    report = apply(plan, loaded, settling_time=asked.settling_time, clock=clock)
    _tell_forgotten(loaded, report)
    if not (report.complete and not report.left):
        tell(report, loaded.project, onward)
    if opened:
        opened.end(report)
    return int(exit_code(report, clock.signal))


def _carried_out(
    plan: Plan, loaded: Workspace, clock: SystemClock, asked: Asked, onward: Onward
) -> Report:
    """Carry the plan out, and show the progress."""
    project, now = loaded.project, clock.now()
    warn_of_the_day(plan, schedule_of(project, now), now, asked.max_writes, onward=onward)
    total = sum(change.action.changes for change in plan.changes)
    with heeding(clock, total, asked.verbosity) as progress:
        return apply(
            plan,
            loaded,
            settling_time=asked.settling_time,
            max_writes=asked.max_writes,
            overwrite_drift=asked.overwrite_drift,
            allow_large_change=asked.allow_large_change,
            progress=progress,
            clock=clock,
        )


def _agreeing(made: HowMade, plan_file: Path) -> HowMade:
    """Return how a plan file was made; raise UsageError where an option says otherwise."""
    context = click.get_current_context()
    told = {
        "prune": made.policy.prune,
        "on_removal": made.policy.on_removal.value,
        "refresh": made.refreshed,
    }
    for name, value in told.items():
        typed = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if typed and context.params[name] != value:
            option = f"--{name.replace('_', '-')}"
            again = Command("plan", **{name: context.params[name]}, out="FILE")
            raise UsageError(
                f"{option} is not how the plan in {shown(plan_file)} was made",
                Remedy("Leave it out; or make that plan anew:", again),
            )
    return made


def _loaded(project: Project, clock: SystemClock, *, refresh: bool) -> Workspace:
    """Load what is planned from, after a look at the site where that is wanted."""
    loaded = project.load()
    return look_again(project, loaded, clock).workspace if refresh else loaded
