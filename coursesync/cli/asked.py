"""What was asked of an apply, and what somebody has to be asked before its first write."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from coursesync.ci.annotate import annotate_problem
from coursesync.cli.screen import painter, say, say_wrapped
from coursesync.errors import ExitCode, UsageError
from coursesync.planning.large_change import oversized
from coursesync.render import terminal as text

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.cli.forms import PlanForms
    from coursesync.cli.onward import Onward
    from coursesync.cli.progress import Verbosity
    from coursesync.planning.plan import Plan


@dataclass(frozen=True)
class Asked:
    """What was asked of an apply, beside its workspace and how the plan is made."""

    auto_approve: bool
    plan_file: Path | None
    expect_digest: str | None
    strict: bool | None
    full: bool
    verbosity: Verbosity
    receipt: Path | None
    max_writes: int | None
    settling_time: float | None
    allow_large_change: bool
    overwrite_drift: bool

    @property
    def is_approved(self) -> bool:
        """Whether nobody has to be asked any more."""
        return self.auto_approve or self.plan_file is not None

    def check_terminal(self) -> None:
        """Raise UsageError where somebody has to be asked, and nobody can be."""
        if not self.is_approved and not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError(
                "there is no terminal to ask on",
                "Review the plan, then say  --auto-approve; or write a plan file with  "
                "coursesync plan --out FILE  and apply that with  --plan FILE",
            )

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is told but what goes wrong, and the end; a question has its plan."""
        return self.verbosity.quiet and self.is_approved

    def show(self, forms: PlanForms) -> None:
        """Print the plan, for whoever is asked or reads the log."""
        if not self.is_quiet:
            say(forms.text(painter(sys.stderr), None if self.full else text.MOST_ROWS).rstrip())
            say()

    def is_refused(self, plan: Plan, onward: Onward) -> ExitCode | None:
        """Return how the command ends where the plan is too large, or the answer is no."""
        if oversized(plan) and not self.allow_large_change:
            much = " and ".join(oversized(plan))
            refused = f"Nothing was changed, for this is a large change, of {much}."
            say_wrapped(refused)
            say_wrapped(f"Where that is what you want:  {onward.again('--allow-large-change')}")
            annotate_problem(refused, "Where that is what you want, say  --allow-large-change")
            return ExitCode.WORK_LEFT
        if not self.is_approved and not click.confirm("Apply this plan?", err=True):
            say("Nothing was changed.")
            return ExitCode.DONE
        return None
