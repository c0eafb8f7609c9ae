"""`coursesync plan`: shows what apply would do. It sends no request except with `--refresh`."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from coursesync.ci.outputs import check_outputs, note, summarise
from coursesync.cli import options, types
from coursesync.cli.forms import PlanForms
from coursesync.cli.line import Onward
from coursesync.cli.pager import pager_option, show_long
from coursesync.cli.screen import give_advice, painter, say_mistaken, say_wrapped, show
from coursesync.cli.session import look_again
from coursesync.errors import Command, ExitCode, Remedy
from coursesync.files import write_named
from coursesync.kinds import kind_of
from coursesync.kinds.counting import counted
from coursesync.nexudus.clock import SystemClock

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.operations.workspace import Project, Workspace

_MOST_KEPT = 1_000  # pieces of advice, in JSON and on the review page


@click.command("plan")
@options.workspace_argument
@options.strict_option
@options.format_options("text", "markdown", "json", "html")
@click.option("--out", type=types.FILE, help="Also write a plan file, for apply --plan.")
@click.option(
    "--refresh",
    is_flag=True,
    help="First read what others changed on the site, and plan from that. Sends only reads.",
)
@options.removal_options
@options.full_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if there are changes.")
@pager_option
@options.with_project
@options.verbose_option
def command(  # noqa: PLR0913 - one parameter an option
    *,
    project: Project,
    strict: bool | None,
    form: str,
    max_bytes: int | None,
    out: Path | None,
    detailed_exitcode: bool,
    refresh: bool,
    on_removal: str | None,
    prune: bool,
    delete_course: tuple[int, ...],
    full: bool,
) -> ExitCode:
    """Show what apply would do for the outlines in WORKSPACE (default: courses).

    With COURSE, only for that course: its key, or its outline's path. Changes nothing. Makes
    no request and needs no credentials, except with --refresh.
    """
    from coursesync.operations.plan import plan as make_plan  # noqa: PLC0415 - keeps --help quick

    options.check_bound(max_bytes, form)
    policy = project.policy(on_removal, prune=prune, delete_courses=delete_course)
    loaded = project.load()
    seen = look_again(loaded, SystemClock(), policy) if refresh else None
    loaded = seen.workspace if seen else loaded
    plan = make_plan(loaded, on_removal=on_removal, prune=prune, delete_courses=delete_course)
    plan = replace(plan, hindrances=seen.hindrances) if seen else plan
    kept = _MOST_KEPT if form in {"json", "html"} or out is not None else 0
    advice = give_advice(project, loaded.advice, strict=strict, most=kept)
    onward = Onward.of(project, plan.policy, refreshed=refresh)
    forms = PlanForms(project, onward.place, plan, advice, loaded.found)
    note(digest=plan.digest, has_changes=str(plan.has_changes).lower())
    summarise(forms.markdown)
    if out is not None:
        _write(out, forms, project)
    match form:
        case "json":
            show(forms.json())
        case "markdown":
            show(forms.markdown(max_bytes))
        case "html":
            show(forms.page())
        case _:
            show_long(forms.text(painter(sys.stdout), full=full))
    _print_unconfirmed(loaded)
    say_mistaken(loaded.read.mistaken)
    if out is not None:
        say_wrapped(Remedy("To apply exactly this plan:", Command("apply", plan=out)))
    elif refresh and plan.has_changes:
        say_wrapped(Remedy("To do this:", Command("apply", **onward.made)))
    return ExitCode.CHANGES if detailed_exitcode and plan.has_changes else ExitCode.DONE


def _write(out: Path, forms: PlanForms, project: Project) -> None:
    """Write a plan file."""
    from coursesync.planning.plan_file import is_plan_file  # noqa: PLC0415 - only for a file

    project.check_free(out)
    check_outputs(plan_json=str(out))  # before the file is there
    write_named(out, forms.json(), "plan file", is_plan_file)
    note(plan_json=str(out))


def _print_unconfirmed(loaded: Workspace) -> None:
    """Print how many created records the next apply checks, even if the plan is empty."""
    from coursesync.planning.scope import unconfirmed_in  # noqa: PLC0415 - keeps --help quick

    # the course of such a record is never complete, so its outline was parsed
    found = unconfirmed_in(loaded.state, loaded.scope) if loaded.outlines else ()
    if waiting := Counter(map(kind_of, found)):
        are = "is" if sum(waiting.values()) == 1 else "are"
        say_wrapped(
            Remedy(
                f"{counted(waiting)} {are} still to be checked after the create: the run "
                "ended before its last look at the site, or that look found a second record. To "
                "check and finish:",
                Command("apply"),
            )
        )
