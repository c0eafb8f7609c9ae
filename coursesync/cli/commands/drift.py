"""`coursesync drift`: what others changed on the site since the last apply. Only reads are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.ci.outputs import note, summarise
from coursesync.cli.forms import DriftForms, failing_as
from coursesync.cli.online import look_again
from coursesync.cli.options import (
    bound_option,
    check_bound,
    verbose_option,
    with_target,
    workspace_argument,
)
from coursesync.cli.screen import show
from coursesync.errors import ExitCode
from coursesync.nexudus.clock import SystemClock

if TYPE_CHECKING:
    from coursesync.cli.options import Chosen


@click.command("drift")
@workspace_argument
@with_target
@verbose_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How to write it.",
)
@bound_option
def command(
    *,
    chosen: Chosen,
    form: str,
    max_bytes: int | None,
) -> int:
    """Show what was changed on the site since the last apply of WORKSPACE (default: courses).

    Compares what was last sent with what the site has. Changes nothing; exits with 2 where a
    record was edited, deleted or moved there, and with 1 where that is not known of one. Needs
    the credentials that apply needs.
    """
    with failing_as(form):
        check_bound(max_bytes, form)
        session = chosen.open()
        now = look_again(session, session.load(), SystemClock())
        forms = DriftForms(session, now)
        note(has_changes=str(now.has_drift).lower())
        summarise(forms.markdown)
    show(_written(forms, form, max_bytes))
    if now.has_drift:
        return int(ExitCode.CHANGES)
    return int(ExitCode.DONE if now.is_whole else ExitCode.ERROR)


def _written(forms: DriftForms, form: str, max_bytes: int | None) -> str:
    match form:
        case "json":
            return forms.json()
        case "markdown":
            return forms.markdown(max_bytes)
        case _:
            return forms.text()
