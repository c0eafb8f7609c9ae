"""`coursesync plan`: what would be done, without doing it; no request but for `--refresh`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from coursesync.ci.outputs import note, summarise
from coursesync.cli.advise import give_advice, strict_option
from coursesync.cli.forms import PlanForms, failing_as
from coursesync.cli.options import (
    bound_option,
    check_bound,
    full_option,
    how_made,
    removal_options,
    verbose_option,
    with_target,
    workspace_argument,
)
from coursesync.cli.screen import painter, say_wrapped, show
from coursesync.errors import ExitCode
from coursesync.files import write_named
from coursesync.text import count

if TYPE_CHECKING:
    from coursesync.cli.options import Chosen
    from coursesync.cli.session import Session
    from coursesync.operations.workspace import Workspace
    from coursesync.planning.plan import Hindrance
    from coursesync.planning.policy import Policy

_MOST_KEPT = 1_000  # pieces of advice, in JSON


@click.command("plan")
@workspace_argument
@with_target
@strict_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "html"]),
    default="text",
    show_default=True,
    help="How to write the plan.",
)
@bound_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a plan file too, for  apply --plan.",
)
@click.option(
    "--refresh",
    is_flag=True,
    help="Look first at what others changed on the site, and plan from that. Only reads are sent.",
)
@removal_options
@full_option
@verbose_option
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 where there is anything to do."
)
def command(  # noqa: PLR0913 - one parameter an option
    *,
    chosen: Chosen,
    strict: bool | None,
    form: str,
    max_bytes: int | None,
    out: Path | None,
    detailed_exitcode: bool,
    refresh: bool,
    on_removal: str | None,
    prune: bool,
    full: bool,
) -> int:
    """Show what apply would do for the outlines in WORKSPACE (default: courses).

    Changes nothing, makes no request and needs no credentials, but for --refresh.
    """
    from coursesync.operations.plan import plan as make_plan  # noqa: PLC0415 - keeps --help quick
    from coursesync.render import terminal  # noqa: PLC0415 - keeps --help quick

    with failing_as(form):
        check_bound(max_bytes, form)
        session = chosen.open()
        policy = session.policy(on_removal, prune=prune)
        loaded, hindrances = _refreshed(session, policy) if refresh else (session.load(), ())
        plan = make_plan(loaded, on_removal=on_removal, prune=prune)
        plan = replace(plan, hindrances=hindrances) if hindrances else plan
        kept = _MOST_KEPT if form in {"json", "html"} or out is not None else 0
        advice = give_advice(loaded.advice, kept, strict=session.is_strict(strict))
        made = how_made(session, plan.policy, refreshed=refresh)
        forms = PlanForms(session, session.hints(made), plan, advice, loaded.found)
        note(digest=plan.digest, has_changes=str(plan.has_changes).lower())
        summarise(forms.markdown)
        if out is not None:
            session.check_free(out)
            _write_plan_file(out, forms)
    show(_written(forms, form, max_bytes, None if full else terminal.MOST_ROWS))
    _tell_unconfirmed(session, loaded)
    if out is not None:
        command = f"{session.hint('apply')} --plan {quote(str(out))}"
        say_wrapped(f"To apply just this plan:  {command}")
    return int(ExitCode.CHANGES if detailed_exitcode and plan.has_changes else ExitCode.DONE)


def _tell_unconfirmed(session: Session, loaded: Workspace) -> None:
    """Say which records the next apply looks for, even where a plan has nothing to do."""
    from coursesync.kinds import LISTED  # noqa: PLC0415 - keeps --help quick
    from coursesync.state.state import unconfirmed  # noqa: PLC0415 - keeps --help quick

    # the course of such a record is never complete, so its outline was parsed
    waiting = unconfirmed(loaded.state) if loaded.outlines else {}
    if waiting:
        new = count(len(waiting), f"new {LISTED.name}")
        say_wrapped(
            f"{new} not confirmed: after the create, the course was not listed, or showed a "
            f"twin. See what it has:  {session.hint('drift')}"
        )


def _write_plan_file(path: Path, forms: PlanForms) -> None:
    from coursesync.planning.plan_file import is_plan_file  # noqa: PLC0415 - only for a file

    write_named(path, forms.json(), "plan file", is_plan_file)
    note(plan_json=str(path))


def _refreshed(session: Session, policy: Policy) -> tuple[Workspace, tuple[Hindrance, ...]]:
    from coursesync.cli.online import look_again  # noqa: PLC0415 - brings what goes online
    from coursesync.nexudus.clock import SystemClock  # noqa: PLC0415 - keeps --help quick

    now = look_again(session, session.load(), SystemClock(), policy)
    return now.workspace, now.hindrances


def _written(forms: PlanForms, form: str, max_bytes: int | None, most_rows: int | None) -> str:
    match form:
        case "json":
            return forms.json()
        case "markdown":
            return forms.markdown(max_bytes)
        case "html":
            return forms.page()
        case _:
            return forms.text(painter(sys.stdout), most_rows)
