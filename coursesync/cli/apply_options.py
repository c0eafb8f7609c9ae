"""The options of apply, and its question before the first write."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursesync.ci.annotate import annotate_problem
from coursesync.cli.online import announce
from coursesync.cli.options import (
    SecondsRange,
    digest_option,
    full_option,
    hands,
    options,
    strict_option,
    verbosity_options,
)
from coursesync.cli.screen import painter, say, say_wrapped
from coursesync.errors import Command, ExitCode, Remedy, Shell, UsageError
from coursesync.planning.large_change import oversized
from coursesync.render import terminal

if TYPE_CHECKING:
    from coursesync.cli.forms import PlanForms
    from coursesync.cli.onward import Onward
    from coursesync.operations.workspace import Project
    from coursesync.planning.plan import Plan


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

    @property
    def is_approved(self) -> bool:
        """Whether apply starts without a question."""
        return self.auto_approve or self.plan_file is not None

    def check_terminal(self) -> None:
        """Raise UsageError if there is a question to ask and no terminal to ask it on."""
        if self.is_approved or (sys.stdin.isatty() and sys.stderr.isatty()):
            return
        problem = "there is no terminal to ask on"
        if self.expect_digest is not None:
            raise UsageError(
                problem,
                Remedy(
                    "To apply the reviewed plan without a question, add", Shell("--auto-approve")
                ),
            )
        raise UsageError(
            problem,
            Remedy(
                "Review the plan, then use",
                Shell("--auto-approve"),
                "or write a plan file with",
                Command("plan", out="FILE"),
                "and apply that with",
                Shell("--plan", "FILE"),
            ),
        )

    @property
    def is_silent(self) -> bool:
        """Whether the plan is not shown: `--quiet`, and there is no question about it."""
        return self.quiet and self.is_approved

    def show(self, forms: PlanForms) -> None:
        """Print the plan, unless `is_silent`."""
        if not self.is_silent:
            say(forms.text(painter(sys.stderr), None if self.full else terminal.MOST_ROWS).rstrip())
            say()

    def is_refused(self, plan: Plan, project: Project, onward: Onward) -> ExitCode | None:
        """Return the exit code if apply must not start; None if it may.

        It must not if the plan is too large or the answer is no. Before the question, prints which
        API is contacted.
        """
        if oversized(plan) and not self.allow_large_change:
            much = " and ".join(oversized(plan))
            refused = f"Nothing was changed, because this is a large change: {much}."
            say_wrapped(refused)
            say_wrapped(Remedy("If that is what you want:", onward.again(allow_large_change=True)))
            annotate_problem(
                refused, Remedy("If that is what you want, add", Shell("--allow-large-change"))
            )
            return ExitCode.WORK_LEFT
        announce(project)
        if not self.is_approved and not click.confirm("Apply this plan?", err=True):
            say("Nothing was changed.")
            return ExitCode.DONE
        return None


apply_options = options(
    strict_option,
    click.option("--auto-approve", is_flag=True, help="Apply without asking."),
    click.option(
        "--plan",
        "plan_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Apply exactly what this plan file holds, or nothing.",
    ),
    digest_option,
    click.option(
        "--allow-large-change",
        is_flag=True,
        help="Allow a plan that changes more than 30 % of a course or of the workspace.",
    ),
    click.option(
        "--overwrite-drift",
        is_flag=True,
        help="Overwrite items that were edited on the site since they were last applied.",
    ),
    click.option(
        "--refresh",
        is_flag=True,
        help="First read what others changed on the site, then restore what the outlines say.",
    ),
    click.option(
        "--max-writes",
        type=click.IntRange(min=0),
        metavar="N",
        envvar="COURSESYNC_MAX_WRITES",
        help="Stop after N writes (exit 6); the next run continues.",
    ),
    click.option(
        "--settling-time",
        type=SecondsRange(min=0, max=3600),
        metavar="SECONDS",
        envvar="COURSESYNC_SETTLING_TIME",
        help="How long the API's lists may lag behind: apply looks this long for a create whose "
        "answer was lost, and the first apply waits this long between two looks.  [default: 60]",
    ),
    click.option(
        "--receipt",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write a record of the run to this file: each change, its Id, when and how.",
    ),
    full_option,
    verbosity_options,
    hands(options=ApplyOptions),
)
