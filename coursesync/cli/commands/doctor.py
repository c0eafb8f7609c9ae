"""`coursesync doctor`: checks everything that a run depends on. It sends only reads."""

from __future__ import annotations

import os
import sys
from itertools import chain
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from coursesync.cli import options
from coursesync.cli.line import place
from coursesync.cli.screen import painter, show
from coursesync.cli.session import progress_on
from coursesync.errors import ExitCode

if TYPE_CHECKING:
    from coursesync.operations.locate import Chosen


@click.command("doctor")
@options.whole_workspace_argument
@options.form_option("text", "json")
@options.target_options
@options.verbose_option
def command(
    *, workspace: Chosen, form: str, base_url: str | None, state: str | None, sandbox: bool | None
) -> ExitCode:
    """Check everything that coursesync needs to work on WORKSPACE (default: courses).

    Shows what is wrong with the machine, the workspace, the credentials and their roles, the
    state and the repository, and what to type to put it right. Writes nothing and sends only
    reads. Exits with 1 if something is wrong.
    """
    from coursesync.ci.forges.setup import check_settings  # noqa: PLC0415 - keeps --help quick
    from coursesync.nexudus.clock import SystemClock  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.doctor import doctor  # noqa: PLC0415 - keeps --help quick
    from coursesync.render.checks import Level, lines_of, summary_of  # noqa: PLC0415 - keeps --help quick
    from coursesync.render.json import compose_checks  # noqa: PLC0415 - keeps --help quick

    source = click.get_current_context().get_parameter_source("base_url")
    named_by = "COURSESYNC_BASE_URL" if source is ParameterSource.ENVIRONMENT else "--base-url"
    checks = []
    with progress_on(sys.stderr, 0) as progress:
        found = doctor(
            workspace.folder,
            base_url=base_url,
            state=state,
            sandbox=sandbox,
            progress=progress,
            named_by=named_by,
        )
        for check in chain(found, check_settings(workspace.folder, os.environ, SystemClock())):
            checks.append(check)
            if form == "text":
                show("".join(f"{line}\n" for line in lines_of(check, place, painter(sys.stdout))))
                sys.stdout.flush()
    show(compose_checks(checks, place) if form == "json" else f"{summary_of(checks)}\n")
    is_wrong = any(check.level is Level.WRONG for check in checks)
    return ExitCode.ERROR if is_wrong else ExitCode.DONE
