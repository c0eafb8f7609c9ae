"""`coursesync apply`: the plan, carried out; the Ids, kept."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursesync.adapters.clock import SystemClock
from coursesync.apply import apply, forget
from coursesync.brake import oversized
from coursesync.cli.advise import give_advice, strict_option
from coursesync.cli.online import online
from coursesync.cli.options import (
    SecondsRange,
    lock_timeout_option,
    removal_options,
    target_options,
    workspace_argument,
)
from coursesync.cli.report import HowToGoOn, exit_code, tell, warn_of_the_day
from coursesync.cli.reviewed import check, how
from coursesync.cli.screen import painter, say
from coursesync.cli.session import complete_courses, open_session, plan_of
from coursesync.errors import ExitCode, UsageError
from coursesync.render import text
from coursesync.run import Terms

if TYPE_CHECKING:
    from coursesync.adapters.outline_files import Workspace
    from coursesync.cli.session import Session
    from coursesync.drift import Drifted
    from coursesync.plan import Plan
    from coursesync.policy import Policy
    from coursesync.report import Report
    from coursesync.state import State


@dataclass(frozen=True, slots=True)
class Basis:
    """What is planned from: the state, the outlines, and what a look at the site found."""

    state: State
    workspace: Workspace
    found: tuple[Drifted, ...] = ()


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
    session.prepare()
    terms = Terms(_settling(session, settling_time), max_writes, overwrite_drift=overwrite_drift)
    clock = SystemClock()
    policy = session.policy(on_removal, prune=prune)
    if plan_file is not None:
        reviewed = how(plan_file)
        policy, refresh = reviewed.policy, reviewed.refreshed
    with session.store.held(lock_timeout):
        basis = _basis(session, policy, clock, refresh=refresh)
        plan = plan_of(basis.workspace, basis.state, policy)
        check(plan, plan_file, expect_digest, session.hint("plan"))
        give_advice(basis.workspace, strict=session.is_strict(strict))
        say(text.render(plan, painter(sys.stderr), session.hint, session.limits).rstrip())
        if not plan.has_changes:
            clock.heed_signals()
            forget(session.store, basis.state, basis.found, clock.stamp())
            return int(ExitCode.after(clock.signal))
        say()
        if oversized(plan) and not allow_large_change:
            say("Nothing was changed.")
            return int(ExitCode.WORK_LEFT)
        if not approved and not click.confirm("Apply this plan?", err=True):
            say("Nothing was changed.")
            return int(ExitCode.DONE)
        by_review = plan_file is not None or expect_digest is not None
        onward = HowToGoOn(session, by_review, auto_approve)
        report = _carry_out(plan, basis, onward, terms, clock)
    tell(report, onward)
    return int(exit_code(report, clock.signal))


def _settling(session: Session, given: float | None) -> float:
    """Return how many seconds lists may lag; those of the embedded sandbox never do."""
    if session.embedded:
        return 0.0
    return session.config.settling_time if given is None else given


def _basis(session: Session, policy: Policy, clock: SystemClock, *, refresh: bool) -> Basis:
    """Load what is planned from, after a look at the site where that is wanted."""
    known = session.state()
    if refresh:
        from coursesync.cli.refresh import look_again  # noqa: PLC0415 - only where it is asked for

        now = look_again(session, known, clock, policy)
        return Basis(now.state, now.workspace, now.found)
    return Basis(known, session.workspace(known))


def _carry_out(
    plan: Plan, basis: Basis, onward: HowToGoOn, terms: Terms, clock: SystemClock
) -> Report:
    gc.enable()
    total = sum(change.action.changes for change in plan.changes)
    with online(onward.session, basis.workspace.outlines, clock, total) as world:
        warn_of_the_day(plan, world.schedule, clock.now(), terms, how=onward)
        complete = partial(complete_courses, basis.workspace)
        return apply(plan, basis.state, world, complete, terms, basis.found)
