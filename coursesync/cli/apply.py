"""`coursesync apply`: the plan, carried out; the Ids, kept."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from coursesync.adapters.clock import SystemClock
from coursesync.adapters.text_files import shown
from coursesync.brake import oversized
from coursesync.cli.advise import give_advice, strict_option
from coursesync.cli.online import heeding, look_again
from coursesync.cli.options import (
    SecondsRange,
    lock_timeout_option,
    removal_options,
    removal_words,
    target_options,
    workspace_argument,
)
from coursesync.cli.outputs import note
from coursesync.cli.report import HowToGoOn, exit_code, tell, warn_of_the_day
from coursesync.cli.reviewed import check, how
from coursesync.cli.screen import painter, say, say_wrapped
from coursesync.cli.session import open_session
from coursesync.connection import schedule_of
from coursesync.errors import ExitCode, UsageError
from coursesync.online import apply
from coursesync.planning import plan as make_plan
from coursesync.recording import begin_receipt
from coursesync.render import text

if TYPE_CHECKING:
    from coursesync.cli.reviewed import Reviewed
    from coursesync.cli.session import Session
    from coursesync.project import Workspace


@click.command("apply")
@workspace_argument
@target_options
@removal_options
@strict_option
@click.option("--auto-approve", is_flag=True, help="Don't ask.")
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Apply just what this plan file says, or nothing.",
)
@click.option("--expect-digest", metavar="DIGEST", help="Apply just the plan of this digest.")
@click.option(
    "--allow-large-change",
    is_flag=True,
    help="Go on where more than 30 % of a course's sections, or of all, would change.",
)
@click.option(
    "--overwrite-drift",
    is_flag=True,
    help="Write over sections that someone edited on the site since they were last applied.",
)
@click.option(
    "--refresh",
    is_flag=True,
    help="Look first at what others changed on the site, and put the outlines' in its place.",
)
@click.option(
    "--max-writes",
    type=click.IntRange(min=0),
    metavar="N",
    envvar="COURSESYNC_MAX_WRITES",
    help="Stop after so many writes, with exit 6; the next run goes on.",
)
@click.option(
    "--settling-time",
    type=SecondsRange(min=0, max=3600),
    metavar="SECONDS",
    envvar="COURSESYNC_SETTLING_TIME",
    help="How long lists may lag: a section whose answer was lost is looked for so long, and "
    "the first apply looks twice, so far apart.  [default: 60]",
)
@click.option(
    "--receipt",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what was done into this file: each Id, when and how. See  coursesync verify.",
)
@lock_timeout_option
def command(  # noqa: PLR0913 - one parameter an option
    *,
    workspace: Path,
    base_url: str | None,
    state: str | None,
    sandbox: bool,
    strict: bool | None,
    auto_approve: bool,
    plan_file: Path | None,
    expect_digest: str | None,
    max_writes: int | None,
    settling_time: float | None,
    lock_timeout: float,
    on_removal: str | None,
    prune: bool,
    allow_large_change: bool,
    overwrite_drift: bool,
    refresh: bool,
    receipt: Path | None,
) -> int:
    """Carry out the plan for the outlines in WORKSPACE (default: courses).

    Shows the plan and asks first; away from a terminal it needs --auto-approve or --plan. The
    credentials come from NEXUDUS_TOKEN, or NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and
    NEXUDUS_TOTP), in the environment.
    """
    approved = auto_approve or plan_file is not None
    if not approved and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "there is no terminal to ask on",
            "Review the plan, then say  --auto-approve; or write a plan file with  "
            "coursesync plan --out FILE  and apply that with  --plan FILE",
        )
    session = open_session(workspace, base_url, state, sandbox=sandbox)
    clock = SystemClock()
    policy = session.policy(on_removal, prune=prune)
    if plan_file is not None:
        reviewed = how(plan_file)
        _check_agrees(reviewed, plan_file)
        policy, refresh = reviewed.policy, reviewed.refreshed
    with session.held(lock_timeout):
        loaded = _loaded(session, clock, refresh=refresh)
        plan = make_plan(loaded, on_removal=policy.on_removal, prune=policy.prune)
        made = removal_words(policy, session.config.on_removal)
        again = f"plan{made}{' --refresh' if refresh else ''}"
        check(plan, plan_file, expect_digest, session.hint(again))
        note(digest=plan.digest, has_changes=str(plan.has_changes).lower())
        give_advice(loaded.advice, strict=session.is_strict(strict))
        say(text.render(plan, painter(sys.stderr), session.hint, session.limits).rstrip())
        if not plan.has_changes:
            clock.heed_signals()
            opened = begin_receipt(receipt, plan, session) if receipt else None
            report = apply(plan, loaded, clock=clock)
            if opened:
                opened.end(report)
            return int(ExitCode.after(clock.signal))
        say()
        if oversized(plan) and not allow_large_change:
            say("Nothing was changed: this is a large change. Where that is what you want:")
            say(f"  {session.hint(f'apply{made}')} --allow-large-change")
            return int(ExitCode.WORK_LEFT)
        if not approved and not click.confirm("Apply this plan?", err=True):
            say("Nothing was changed.")
            return int(ExitCode.DONE)
        asked_for = plan_file is not None or expect_digest is not None
        onward = HowToGoOn(session, made, reviewed=asked_for, approved=auto_approve)
        now = clock.now()
        warn_of_the_day(plan, schedule_of(session, now), now, max_writes, how=onward)
        total = sum(change.action.changes for change in plan.changes)
        opened = begin_receipt(receipt, plan, session) if receipt else None
        with heeding(session, clock, total) as progress:
            report = apply(
                plan,
                loaded,
                settling_time=settling_time,
                max_writes=max_writes,
                overwrite_drift=overwrite_drift,
                allow_large_change=allow_large_change,
                progress=progress,
                clock=clock,
            )
    tell(report, onward)
    if opened:
        opened.end(report)
        verify = session.hint(f"verify {quote(str(opened.path))}")
        say_wrapped(f"The receipt is in {opened.path}. Whether it still holds:  {verify}", "  ")
    return int(exit_code(report, clock.signal))


def _check_agrees(reviewed: Reviewed, plan_file: Path) -> None:
    """Raise UsageError where an option says otherwise than a plan file how its plan is made."""
    context = click.get_current_context()
    made = {
        "prune": reviewed.policy.prune,
        "on_removal": reviewed.policy.on_removal.value,
        "refresh": reviewed.refreshed,
    }
    for name, value in made.items():
        typed = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if typed and context.params[name] != value:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                f"{option} is not how the plan in {shown(plan_file)} was made",
                f"Leave it out; or make that plan anew:  coursesync plan {option} --out FILE",
            )


def _loaded(session: Session, clock: SystemClock, *, refresh: bool) -> Workspace:
    """Load what is planned from, after a look at the site where that is wanted."""
    loaded = session.load()
    return look_again(session, loaded, clock).workspace if refresh else loaded
