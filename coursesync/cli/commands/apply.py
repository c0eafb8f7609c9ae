"""`coursesync apply`: carries out the plan and saves the Ids in the state."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from coursesync.ci.annotate import annotate_problem
from coursesync.ci.outputs import note
from coursesync.cli import options, types
from coursesync.cli.agreement import in_agreement
from coursesync.cli.forms import PlanForms
from coursesync.cli.line import Onward
from coursesync.cli.question import agreed, can_ask
from coursesync.cli.report import (
    exit_code,
    print_learnt,
    print_nothing,
    print_report,
    warn_of_the_day,
)
from coursesync.cli.screen import give_advice, painter, say, say_wrapped
from coursesync.cli.session import announce, holding, look_again, online, remind_of_git
from coursesync.errors import Command, CoursesyncError, ExitCode, Remedy, Shell, UsageError
from coursesync.kinds import ALL
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.apply import apply
from coursesync.operations.plan import plan as make_plan
from coursesync.operations.receipts import begin_receipt
from coursesync.operations.site import schedule_of
from coursesync.planning.large_change import oversized
from coursesync.planning.plan_file import check, read_plan_file
from coursesync.planning.scope import unconfirmed_in
from coursesync.render.plan_words import NOTHING
from coursesync.text import inert, listed

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.applying.report import Report
    from coursesync.operations.receipts import OpenReceipt
    from coursesync.operations.workspace import Project, Workspace
    from coursesync.planning.plan import Plan


_MOST_FILES = 5  # named in one message


@dataclass(frozen=True)
class ApplyOptions:
    """The options of an apply, except those of its project and its plan."""

    auto_approve: bool
    plan_file: Path | None
    expect_digest: str | None
    strict: bool | None
    full: bool
    verbose: bool
    quiet: bool
    receipt: Path | None
    max_writes: int | None
    settling_time: float | None
    allow_large_change: bool
    overwrite_drift: bool
    allow_progress_loss: bool

    @property
    def is_approved(self) -> bool:
        """Whether apply starts without a question."""
        return self.auto_approve or self.plan_file is not None

    @property
    def is_silent(self) -> bool:
        """Whether the plan is not shown: `--quiet`, and there is no question about it."""
        return self.quiet and self.is_approved

    def check_terminal(self, onward: Onward) -> None:
        """Raise UsageError if there is no terminal to ask on."""
        if can_ask():
            return
        approve = Shell("--auto-approve")
        remedy = Remedy("To apply the reviewed plan without a question, add", approve)
        if self.expect_digest is None:
            remedy = Remedy(
                "Review the plan, then add",
                approve,
                "Or write the plan to a file:",
                onward.into_file(),
                "Then apply that file:",
                Command("apply", plan="FILE"),
            )
        raise UsageError("there is no terminal to ask on", remedy)


@click.command("apply")
@options.workspace_argument
@options.strict_option
@click.option("--auto-approve", is_flag=True, help="Apply without asking.")
@click.option(
    "--plan",
    "plan_file",
    type=types.FILE,
    help="Apply exactly what this plan file holds, or nothing.",
)
@options.digest_option
@click.option(
    "--allow-large-change",
    is_flag=True,
    help="Allow a plan that overwrites more than half of a course of four or more, or more than "
    "30 % of one of ten or more; what it takes from members counts double.",
)
@click.option(
    "--overwrite-drift",
    is_flag=True,
    help=f"Overwrite {ALL} that were edited on the site since the last apply.",
)
@click.option(
    "--allow-progress-loss",
    is_flag=True,
    help="Delete items even if members have completed them, or if that can't be counted.",
)
@click.option(
    "--refresh",
    is_flag=True,
    help="First read what others changed on the site, then restore what the outlines say.",
)
@click.option(
    "--max-writes",
    type=click.IntRange(min=0),
    metavar="N",
    envvar="COURSESYNC_MAX_WRITES",
    help="Stop after N writes (exit 6); the next run continues.",
)
@click.option(
    "--settling-time",
    type=types.SecondsRange(min=0, max=3600),
    envvar="COURSESYNC_SETTLING_TIME",
    help="How long the API's lists may lag behind: apply looks this long for a create whose "
    "answer was lost, and the first apply waits this long between two looks.  [default: 60]",
)
@click.option(
    "--receipt",
    type=types.FILE,
    help="Write a record of the run to this file: each change, its Id, when and how.",
)
@options.full_option
@click.option(
    "--quiet",
    "-q",
    is_flag=True,
    help="Print only the API that is contacted, what goes wrong, and the result.",
)
@options.known_verbose_option
@options.removal_options
@options.with_project
@options.lock_timeout_option
@options.hands("given", ApplyOptions)
def command(  # noqa: PLR0913 - one parameter an option
    *,
    project: Project,
    given: ApplyOptions,
    lock_timeout: float,
    on_removal: str | None,
    prune: bool,
    delete_course: tuple[int, ...],
    refresh: bool,
) -> ExitCode:
    """Carry out the plan for the outlines in WORKSPACE (default: courses).

    With COURSE, only for that course: its key, or its outline's path.
    Shows the plan and asks first. Without a terminal it needs --auto-approve or
    --plan. The credentials are read from the environment: NEXUDUS_TOKEN, or
    NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and NEXUDUS_TOTP).
    """
    clock = SystemClock()
    reviewed, policy = None, project.policy(on_removal, prune=prune, delete_courses=delete_course)
    if given.plan_file is not None:
        reviewed = read_plan_file(given.plan_file)
        policy, refresh = reviewed.policy, reviewed.refreshed
    onward = Onward.of(project, policy, refreshed=refresh)
    project = in_agreement(project, reviewed, given.plan_file, onward)
    with holding(project, lock_timeout, quiet=given.is_silent):
        loaded = project.load()
        if refresh:
            loaded = look_again(loaded, clock).workspace
        plan = make_plan(
            loaded,
            on_removal=policy.on_removal,
            prune=policy.prune,
            delete_courses=policy.delete_courses,
        )
        check(plan, reviewed, given.expect_digest, onward.plan)
        note(digest=plan.digest, has_changes=str(plan.has_changes).lower())
        give_advice(project, loaded.advice, strict=given.strict, quiet=given.is_silent)
        if not given.is_silent:
            forms = PlanForms(project, onward.place, plan, found=loaded.found)
            say(forms.text(painter(sys.stderr), full=given.full).rstrip())
        if (refused := _refused(plan, loaded, given, onward)) is not None:
            return refused
        opened = begin_receipt(given.receipt, plan, project) if given.receipt else None
        report = _carried_out(plan, loaded, clock, given, onward, opened)
    if plan.has_changes or exit_code(report, clock.signal) is not ExitCode.DONE:
        if not given.is_silent:
            say()
        print_report(report, project, onward)
    elif given.is_silent:
        say(NOTHING)
    elif plan.changes:
        print_nothing()
    print_learnt(loaded.found or (), report)
    if opened:
        _print_receipt(opened)
    remind_of_git(project, quiet=given.quiet)
    return exit_code(report, clock.signal)  # a signal may have come while it was printed


def _print_receipt(opened: OpenReceipt) -> None:
    if names := opened.origin.uncommitted:
        files = listed([inert(name, 200) for name in names], _MOST_FILES)
        say_wrapped(f"These files were applied, but they are not committed: {files}.", "  ")
    say_wrapped(f"The receipt is in {opened.path}.", "  ")


def _refused(plan: Plan, loaded: Workspace, given: ApplyOptions, onward: Onward) -> ExitCode | None:
    """Return the exit code if the plan is too large or the answer is no; None if apply may start.

    Before the question, prints which API is contacted. An empty plan needs it too if an earlier run
    could not confirm a record.
    """
    goes_on = plan.has_changes or bool(unconfirmed_in(loaded.state, plan.scope))
    if goes_on and not given.is_silent:
        say()
    if (large := oversized(plan)) and not given.allow_large_change:
        problem = f"Nothing was changed, because this is a large change: {' and '.join(large)}."
        say_wrapped(problem)
        say_wrapped(Remedy("If that is what you want:", onward.again(allow_large_change=True)))
        annotate_problem(
            problem, Remedy("If that is what you want, add", Shell("--allow-large-change"))
        )
        return ExitCode.WORK_LEFT
    if goes_on:
        announce(loaded.project)
    if not plan.has_changes or given.is_approved:
        return None
    given.check_terminal(onward)
    if agreed("Apply this plan?"):
        return None
    say("Nothing was changed.")
    return ExitCode.DONE


def _carried_out(
    plan: Plan,
    loaded: Workspace,
    clock: SystemClock,
    given: ApplyOptions,
    onward: Onward,
    receipt: OpenReceipt | None,
) -> Report:
    project, now = loaded.project, clock.now()
    warn_of_the_day(plan, schedule_of(project, now), now, given.max_writes, onward=onward)
    total = sum(change.action.changes for change in plan.changes)
    try:
        finish = Command("apply", **onward.made)
        with online(clock, total, finish, quiet=given.quiet, verbose=given.verbose) as progress:
            report = apply(
                plan,
                loaded,
                settling_time=given.settling_time,
                max_writes=given.max_writes,
                overwrite_drift=given.overwrite_drift,
                allow_progress_loss=given.allow_progress_loss,
                allow_large_change=given.allow_large_change,
                progress=progress,
                clock=clock,
            )
    except CoursesyncError:  # no write was sent
        if receipt:
            receipt.end(None)
        raise
    if receipt:
        receipt.end(report)  # before anything is printed: the output may be closed
    return report
