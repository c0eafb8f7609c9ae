"""`coursesync plan`: what would be done, without doing it; no request but for `--refresh`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from coursesync.adapters.whole_file import write_named
from coursesync.cli.advise import give_advice, strict_option
from coursesync.cli.options import (
    full_option,
    removal_options,
    target_options,
    verbose_option,
    workspace_argument,
)
from coursesync.cli.outputs import note
from coursesync.cli.screen import painter, say_wrapped, show
from coursesync.errors import CoursesyncError, ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.advice.pieces import Told
    from coursesync.cli.session import Session
    from coursesync.drift import Drifted
    from coursesync.plan import Plan
    from coursesync.project import Workspace

_MOST_KEPT = 1_000  # pieces of advice, in JSON


@click.command("plan")
@workspace_argument
@target_options
@strict_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "html"]),
    default="text",
    show_default=True,
    help="How to write the plan.",
)
@click.option(
    "--max-bytes",
    type=click.IntRange(min=4_000),
    metavar="N",
    help="Leave out what there is no room for in N bytes of Markdown, and say so.",
)
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
    workspace: Path,
    base_url: str | None,
    state: str | None,
    sandbox: bool,
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
    from coursesync.cli.session import open_session  # noqa: PLC0415 - keeps completion quick
    from coursesync.planning import plan as make_plan  # noqa: PLC0415 - the same
    from coursesync.render import text  # noqa: PLC0415 - the same

    if max_bytes is not None and form != "markdown":
        raise UsageError("--max-bytes is for Markdown", "Write  --format markdown  beside it.")
    try:
        session = open_session(workspace, base_url, state, sandbox=sandbox)
        loaded = _refreshed(session) if refresh else session.load()
        plan, found = make_plan(loaded, on_removal=on_removal, prune=prune), loaded.found
        kept = _MOST_KEPT if form in {"json", "html"} or out is not None else 0
        advice = give_advice(loaded.advice, kept, strict=session.is_strict(strict))
        if out is not None:
            from coursesync.cli.reviewed import is_plan_file  # noqa: PLC0415 - only for a file
            from coursesync.render import json  # noqa: PLC0415 - as in `_Rendering`

            write_named(out, json.render(plan, advice, found), "plan file", is_plan_file)
    except CoursesyncError as error:
        if form == "json":
            from coursesync.render import json  # noqa: PLC0415 - as in `_Rendering`

            show(json.render_failure(error))
        raise
    note(digest=plan.digest, has_changes=str(plan.has_changes).lower())
    most = None if full else text.MOST_ROWS
    rendering = _Rendering(form, session, max_bytes, most)
    show(rendering.of(plan, advice, found))
    if out is not None:
        command = f"{session.hint('apply')} --plan {quote(str(out))}"
        say_wrapped(f"To apply just this plan:  {command}")
    return int(ExitCode.CHANGES if detailed_exitcode and plan.has_changes else ExitCode.DONE)


def _refreshed(session: Session) -> Workspace:
    from coursesync.adapters.clock import SystemClock  # noqa: PLC0415 - as the next
    from coursesync.cli.online import look_again  # noqa: PLC0415 - brings what goes online

    return look_again(session, session.load(), SystemClock()).workspace


@dataclass(frozen=True)
class _Rendering:
    """How a plan is written: in which form, for which session, within which bounds."""

    form: str
    session: Session
    max_bytes: int | None
    most_rows: int | None

    def of(self, plan: Plan, advice: Told | None, found: Sequence[Drifted] | None) -> str:
        """Write a plan; `found` is what a look at the site found, None where there was none."""
        if self.form == "json":
            from coursesync.render import json  # noqa: PLC0415 - a plan as text needs none of it

            return json.render(plan, advice, found)
        if self.form == "markdown":
            from coursesync.render import drift_markdown, markdown  # noqa: PLC0415 - the same

            above = "" if found is None else drift_markdown.quote(found, plan.managed)
            room = None if self.max_bytes is None else self.max_bytes - len(above.encode())
            return above + markdown.render(plan, self.session.limits, advice, room)
        if self.form == "html":
            return self._page(plan, advice, found)
        above = ""
        if found is not None:
            from coursesync.render import drift  # noqa: PLC0415 - only where it was asked for

            above = drift.above(found, plan.managed)
        from coursesync.render import text  # noqa: PLC0415 - keeps completion quick

        paint, limits = painter(sys.stdout), self.session.limits
        return above + text.render(plan, paint, self.session.hint, limits, self.most_rows)

    def _page(self, plan: Plan, advice: Told | None, found: Sequence[Drifted] | None) -> str:
        from importlib.resources import files  # noqa: PLC0415 - a plan as text needs none of it

        from coursesync.render.drift import brief  # noqa: PLC0415 - the same
        from coursesync.render.review.page import Assets, render  # noqa: PLC0415 - the same

        beside = files("coursesync.render.review")
        style, script = (
            beside.joinpath(f"review.{ending}").read_text("utf-8") for ending in ("css", "js")
        )
        above = [] if found is None else brief(found, plan.managed)
        return render(plan, Assets(style, script), self.session.limits, advice, above)
