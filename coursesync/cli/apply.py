"""`coursesync apply`: the plan, carried out; the Ids, kept."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursesync.adapters.clock import SystemClock
from coursesync.adapters.request_log import RequestLog
from coursesync.apply import apply
from coursesync.cli.advise import give_advice, strict_option
from coursesync.cli.progress import progress_on
from coursesync.cli.report import exit_code, tell, warn_of_the_day
from coursesync.cli.reviewed import check
from coursesync.cli.screen import painter, say
from coursesync.cli.session import (
    SecondsRange,
    complete_courses,
    open_session,
    plan_of,
    target_options,
    workspace_argument,
)
from coursesync.errors import ExitCode, UsageError
from coursesync.limits import Schedule
from coursesync.ports import World
from coursesync.render import text
from coursesync.run import Terms

if TYPE_CHECKING:
    from coursesync.adapters.nexudus import Nexudus
    from coursesync.adapters.outline_files import Workspace
    from coursesync.cli.session import Session
    from coursesync.plan import Plan
    from coursesync.report import Report
    from coursesync.state import State


@click.command("apply")
@workspace_argument
@target_options
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
    help="How long to look for a section whose answer was lost.  [default: 60]",
)
@click.option(
    "--lock-timeout",
    type=SecondsRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="How long to wait for another apply to end.  [default: 0]",
)
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
    settling = session.config.settling_time if settling_time is None else settling_time
    with session.store.held(lock_timeout):
        known = session.state()
        loaded = session.workspace(known)
        plan = plan_of(loaded, known)
        check(plan, plan_file, expect_digest, session.hint("plan"))
        give_advice(loaded, strict=session.is_strict(strict))
        if not plan.has_changes:
            session.store.recover(known)
            say(text.render(plan, painter(sys.stderr), session.hint, session.limits).rstrip())
            return int(ExitCode.DONE)
        say(text.render(plan, painter(sys.stderr), session.hint, session.limits))
        if not approved and not click.confirm("Apply this plan?", err=True):
            say("Nothing was changed.")
            return int(ExitCode.DONE)
        report, clock = _carry_out(plan, known, loaded, session, Terms(settling, max_writes))
    tell(report, session, reviewed=plan_file is not None or expect_digest is not None)
    return 128 + clock.signal if clock.signal is not None else int(exit_code(report))


def _carry_out(
    plan: Plan, known: State, workspace: Workspace, session: Session, terms: Terms
) -> tuple[Report, SystemClock]:
    gc.enable()
    clock = SystemClock()
    with ExitStack() as stack:
        remote = _remote(plan, workspace, session, stack)
        log = RequestLog(session.store.path)
        stack.callback(log.close)
        limits = None if session.embedded else session.limits
        schedule = Schedule(limits, log.earlier(clock.now()))
        warn_of_the_day(plan, schedule.writes_left(clock.now()), terms.max_writes)
        stack.enter_context(clock.heeding_signals())
        progress = stack.enter_context(progress_on(sys.stderr, plan))
        world = World(remote, session.store, clock, progress, schedule, log)
        report = apply(plan, known, world, partial(complete_courses, workspace), terms)
    return report, clock


def _remote(plan: Plan, workspace: Workspace, session: Session, stack: ExitStack) -> Nexudus:
    """Return a client of the target, which is closed with the stack."""
    if session.embedded:
        from coursesync.adapters.embedded import (  # noqa: PLC0415 - brings the sandbox
            client,
            open_sandbox,
        )

        folder = session.store.path.parent
        sandbox = stack.enter_context(open_sandbox(folder, workspace.outlines))
        remote = client(sandbox)
    else:
        from coursesync.adapters.nexudus import (  # noqa: PLC0415 - brings httpx
            Credentials,
            Nexudus,
        )

        remote = Nexudus(plan.target, Credentials.from_environment(os.environ))
    stack.callback(remote.close)
    return remote
