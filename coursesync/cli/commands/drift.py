"""`coursesync drift`: shows what others changed on the site. It sends only reads."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from coursesync.ci.outputs import note, summarise
from coursesync.cli import options
from coursesync.cli.line import place
from coursesync.cli.pager import pager_option, show_long
from coursesync.cli.screen import painter, show
from coursesync.cli.session import look_again
from coursesync.errors import ExitCode
from coursesync.nexudus.clock import SystemClock

if TYPE_CHECKING:
    from coursesync.operations.workspace import Project


@click.command("drift")
@options.workspace_argument
@options.format_options("text", "markdown", "json")
@pager_option
@options.with_project
@options.verbose_option
def command(*, project: Project, form: str, max_bytes: int | None) -> ExitCode:
    """Show what was changed on the site since the last apply of WORKSPACE (default: courses).

    Compares the site with what was last sent; with COURSE, only in that course: its key, or
    its outline's path. Changes nothing. Exits with 2 if a record was edited, deleted, moved or
    duplicated there, and with 1 if a record could not be checked. Needs the same credentials
    as apply.
    """
    from coursesync.render import json, markdown, terminal  # noqa: PLC0415 - keeps --help quick
    from coursesync.render.drift import DriftView  # noqa: PLC0415 - keeps --help quick

    options.check_bound(max_bytes, form)
    now = look_again(project.load(), SystemClock())
    state = now.workspace.known
    view = DriftView(now.found, now.courses, len(state.entries), place, state.doubts, state.entries)
    note(has_changes=str(now.has_drift).lower())
    summarise(partial(markdown.compose_drift, view))
    match form:
        case "json":
            show(json.compose_drift(now.found, state))
        case "markdown":
            show(markdown.compose_drift(view, max_bytes))
        case _:
            show_long(terminal.compose_drift(view, painter(sys.stdout)))
    if now.has_drift:
        return ExitCode.CHANGES
    return ExitCode.DONE if now.is_whole else ExitCode.ERROR
