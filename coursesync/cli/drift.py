"""`coursesync drift`: what others changed on the site since the last apply. Only reads are sent."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from coursesync.adapters.clock import SystemClock
from coursesync.cli.online import look_again
from coursesync.cli.options import target_options, verbose_option, workspace_argument
from coursesync.cli.outputs import note
from coursesync.cli.screen import painter, show
from coursesync.cli.session import open_session
from coursesync.errors import CoursesyncError, ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.cli.session import Session
    from coursesync.online import Drift


@click.command("drift")
@workspace_argument
@target_options
@verbose_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How to write it.",
)
def command(
    *, workspace: Path, base_url: str | None, state: str | None, sandbox: bool, form: str
) -> int:
    """Show what was changed on the site since the last apply of WORKSPACE (default: courses).

    Compares what was last sent with what the site has. Changes nothing; exits with 2 where a
    section was edited, deleted or moved there. Needs the credentials that apply needs.
    """
    try:
        session = open_session(workspace, base_url, state, sandbox=sandbox)
        now = look_again(session, session.load(), SystemClock())
    except CoursesyncError as error:
        if form == "json":
            from coursesync.render import json  # noqa: PLC0415 - the other forms need none of it

            show(json.render_failure(error))
        raise
    note(has_changes=str(now.has_drift).lower())
    show(_rendered(now, form, session))
    return int(ExitCode.CHANGES if now.has_drift else ExitCode.DONE)


def _rendered(now: Drift, form: str, session: Session) -> str:
    if form == "json":
        from coursesync.render import json  # noqa: PLC0415 - the other forms need none of it

        return json.render_drift(now.found, now.workspace.state)
    managed = len(now.workspace.state.entries)
    if form == "markdown":
        from coursesync.render import drift_markdown  # noqa: PLC0415 - the same

        return drift_markdown.render(now.found, now.courses, managed, session.hint)
    from coursesync.render import drift  # noqa: PLC0415 - the same

    paint = painter(sys.stdout)
    return drift.render(now.found, now.courses, managed, paint, session.hint)
