"""`coursesync apply`: carries out the plan and saves the Ids in the state."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from coursesync.ci.outputs import note
from coursesync.cli.advise import give_advice, is_strict
from coursesync.cli.apply_options import apply_options
from coursesync.cli.forms import PlanForms
from coursesync.cli.line import placing
from coursesync.cli.online import announce, look_again, online
from coursesync.cli.onward import Onward, typed_of_apply
from coursesync.cli.options import (
    how_made,
    lock_timeout_option,
    removal_options,
    with_project,
    workspace_argument,
)
from coursesync.cli.report import exit_code, print_report, warn_of_the_day
from coursesync.cli.screen import say, say_wrapped
from coursesync.errors import Command, CoursesyncError, Remedy, UsageError
from coursesync.files import shown
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.apply import apply
from coursesync.operations.connection import schedule_of
from coursesync.operations.plan import plan as make_plan
from coursesync.operations.receipts import begin_receipt
from coursesync.planning.drift import Finding, Stance
from coursesync.planning.plan_file import HowMade, check, read_plan_file
from coursesync.render.plan_words import NOTHING, uncommitted
from coursesync.state.state import unconfirmed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coursesync.applying.report import Report
    from coursesync.cli.apply_options import ApplyOptions
    from coursesync.operations.receipts import OpenReceipt
    from coursesync.operations.workspace import Project, Workspace
    from coursesync.planning.plan import Plan


@click.command("apply")
@workspace_argument
@apply_options
@removal_options
@with_project
@lock_timeout_option
def command(
    *,
    project: Project,
    options: ApplyOptions,
    lock_timeout: float,
    on_removal: str | None,
    prune: bool,
    refresh: bool,
) -> int:
    """Carry out the plan for the outlines in WORKSPACE (default: courses).

    Shows the plan and asks first. Without a terminal it needs --auto-approve or
    --plan. The credentials are read from the environment: NEXUDUS_TOKEN, or
    NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and NEXUDUS_TOTP).
    """
    options.check_terminal()
    clock = SystemClock()
    reviewed, making = None, HowMade(project.policy(on_removal, prune=prune), refreshed=refresh)
    if options.plan_file is not None:
        reviewed = read_plan_file(options.plan_file)
        making = reviewed.made
        _check_typed(making, options.plan_file)
    with project.held(lock_timeout):
        loaded = project.load()
        if making.refreshed:
            loaded = look_again(project, loaded, clock).workspace
        policy = making.policy
        plan = make_plan(loaded, on_removal=policy.on_removal, prune=policy.prune)
        made = how_made(project, policy, refreshed=making.refreshed)
        onward = Onward(made, typed_of_apply())
        check(plan, reviewed, options.expect_digest, onward.plan)
        note(digest=plan.digest, has_changes=str(plan.has_changes).lower())
        if (strict := is_strict(project, options.strict)) or not options.is_silent:
            give_advice(loaded.advice, strict=strict)
        options.show(PlanForms(project, placing(**made), plan, found=loaded.found))
        if not plan.has_changes:
            return _nothing(plan, loaded, clock, options, onward)
        if (refused := options.is_refused(plan, project, onward)) is not None:
            return int(refused)
        opened = begin_receipt(options.receipt, plan, project) if options.receipt else None
        with _failing(opened):
            report = _carried_out(plan, loaded, clock, options, onward)
        _end(opened, report)
    if not options.is_silent:
        say()
    print_report(report, project, onward)
    _print_forgotten(loaded, report)
    if opened:
        if warning := uncommitted(opened.origin):
            say_wrapped(warning, "  ")
        say_wrapped(f"The receipt is in {opened.path}.", "  ")
    return int(exit_code(report, clock.signal))


def _print_forgotten(loaded: Workspace, report: Report) -> None:
    """Print the records that left the state: neither an outline nor the site has them."""
    for each in loaded.found or ():
        if each.finding is Finding.GONE and each.stance is Stance.NONE and report.unsaved is None:
            what = f"{each.address} (Id {each.record_id})"
            say_wrapped(
                f"{what} was deleted on the site, and is no longer in the state.", hang="  "
            )


def _nothing(
    plan: Plan, loaded: Workspace, clock: SystemClock, options: ApplyOptions, onward: Onward
) -> int:
    """Finish a cut-off run if the plan is empty: save its results and look for its twins."""
    clock.catch_signals()
    if unconfirmed(loaded.state):  # an earlier run saw no list of the course, or found twins
        announce(loaded.project)
    opened = begin_receipt(options.receipt, plan, loaded.project) if options.receipt else None
    with _failing(opened):
        report = apply(plan, loaded, settling_time=options.settling_time, clock=clock)
    _end(opened, report)
    _print_forgotten(loaded, report)
    if not (report.complete and not report.left):
        print_report(report, loaded.project, onward)
    elif options.is_silent:
        say(NOTHING)
    return int(exit_code(report, clock.signal))


@contextmanager
def _failing(opened: OpenReceipt | None) -> Iterator[None]:
    """Note in the receipt that the run failed, if it raises an error: no write was sent."""
    try:
        yield
    except CoursesyncError:
        if opened:
            opened.fail()
        raise


def _end(opened: OpenReceipt | None, report: Report) -> None:
    """Write the receipt before anything is printed: the output may be closed."""
    if opened:
        opened.end(report)


def _carried_out(
    plan: Plan, loaded: Workspace, clock: SystemClock, options: ApplyOptions, onward: Onward
) -> Report:
    project, now = loaded.project, clock.now()
    warn_of_the_day(plan, schedule_of(project, now), now, options.max_writes, onward=onward)
    total = sum(change.action.changes for change in plan.changes)
    with online(clock, total, quiet=options.quiet, verbose=options.verbose) as progress:
        return apply(
            plan,
            loaded,
            settling_time=options.settling_time,
            max_writes=options.max_writes,
            overwrite_drift=options.overwrite_drift,
            allow_large_change=options.allow_large_change,
            progress=progress,
            clock=clock,
        )


def _check_typed(made: HowMade, plan_file: Path) -> None:
    """Raise UsageError if a typed option differs from how the plan file was made."""
    context = click.get_current_context()
    options = {
        "prune": made.policy.prune,
        "on_removal": made.policy.on_removal.value,
        "refresh": made.refreshed,
    }
    for name, value in options.items():
        typed = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if typed and context.params[name] != value:
            option = f"--{name.replace('_', '-')}"
            again = Command("plan", **{name: context.params[name]}, out="FILE")
            raise UsageError(
                f"{option} differs from how the plan in {shown(plan_file)} was made",
                Remedy("Leave it out, or make the plan again:", again),
            )
