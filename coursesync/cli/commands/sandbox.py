"""`coursesync sandbox`: serves a stand-in for the API on this machine."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from coursesync.cli.options import SecondsRange, workspace_argument
from coursesync.cli.screen import say, say_wrapped
from coursesync.errors import Remedy, Shell, UsageError

if TYPE_CHECKING:
    from coursesync.render.portal.pages import Shown
    from coursesync.sandbox import Sandbox, Settings


@click.group("sandbox")
def command() -> None:
    """Run a stand-in for the Nexudus API, to try things out."""


# \b keeps the lines of a paragraph: click would break a name at its hyphen
_FAULTS = """\
\b
These faults replace the answer; the request is not carried out:
  lost-before, late=S, error-before, html-503, conflict, timeout-408,
  redirect, status=N, unsuccessful, throttled=S, too-many=S,
  throttled-date=S, unauthorized, forbidden-token, no-effect

\b
These faults spoil the answer of a request that was carried out:
  lost-after, error-after, html-200, cut-json, cut-body, cut-no-length,
  throttled-after=S, too-many-after=S, unauthorized-after, no-id,
  known-id, other-course-id, string-id, errors-and-success,
  duplicate-keys, nan, wrong-type, slow=S, slow-headers=S, continue-flood

\b
unauthorized and unauthorized-after also revoke the token: no later request
can use it, until the sandbox is started again. forbidden-token does not.

\b
Pages of the sandbox show and change all of this while it runs:
  /_sandbox/ followed by records, log, faults, settings, lag, courses,
  sections, lessons, members or completions
"""


@command.command("serve", epilog=_FAULTS)
@workspace_argument
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="The port.  [default: any free port]",
)
@click.option(
    "--database",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the records in this file.  [default: in memory]",
)
@click.option(
    "--limits",
    type=click.Choice(["off", "sliding", "fixed"]),
    default="off",
    show_default=True,
    help="Enforce the API's published limits.",
)
@click.option(
    "--list-lag",
    type=SecondsRange(min=0),
    default=0,
    metavar="SECONDS",
    help="How long lists lag behind a create or a delete.",
)
@click.option(
    "--set",
    "texts",
    multiple=True,
    metavar="NAME=VALUE",
    help='Choose how the sandbox behaves, as in "put_resets=everything"; see the README.',
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    help='Add a fault, as in "POST /api/content/coursesections@3:lost-after"; see below.',
)
@click.option(
    "--stop-after", type=SecondsRange(min=0), metavar="SECONDS", help="Stop after this time."
)
def serve_command(  # noqa: PLR0913 - one parameter an option
    *,
    workspace: Path,
    port: int,
    database: Path | None,
    limits: Literal["off", "sliding", "fixed"],
    list_lag: float,
    texts: tuple[str, ...],
    faults: tuple[str, ...],
    stop_after: float | None,
) -> None:
    """Serve the sandbox on this machine until Ctrl-C.

    It holds the courses of the outlines in WORKSPACE (default: courses). Prints its base URL on
    stdout.
    """
    from coursesync.cli.serving import serve_here  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.preview import Site  # noqa: PLC0415 - keeps --help quick
    from coursesync.outlines.workspace_files import load  # noqa: PLC0415 - keeps --help quick
    from coursesync.sandbox import Fault, Sandbox, Settings  # noqa: PLC0415 - keeps --help quick

    try:
        parsed = [Fault.parse(fault) for fault in faults]
    except ValueError as error:
        raise UsageError(f"--fault: {error}") from error
    settings = _settings(Settings(limits=limits, list_lag=list_lag), texts)
    outlines = load(workspace).outlines
    with Sandbox(database, settings=settings) as sandbox:
        for outline in outlines:
            sandbox.add_course(outline.course_id, outline.title)
        for fault in parsed:
            sandbox.add_fault(fault)
        look = partial(_on_the_site, sandbox)
        site = Site(look, sandbox, elsewhere=("/api", "/_sandbox"))
        serve_here(site, port, _ready, stop_after)


def _settings(settings: Settings, texts: tuple[str, ...]) -> Settings:
    from coursesync.sandbox import with_values  # noqa: PLC0415 - keeps --help quick

    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--set: {text!r} does not have the form NAME=VALUE")
        try:
            settings = with_values(settings, {name: value})
        except ValueError as error:
            raise UsageError(f"--set: {error}") from error
    return settings


def _on_the_site(sandbox: Sandbox) -> Shown:
    from coursesync.operations.preview import site_of  # noqa: PLC0415 - keeps --help quick

    return site_of(sandbox.sections(), "On the sandbox")


def _ready(base_url: str) -> None:
    click.echo(base_url)
    say("To use it in another terminal:")
    target = Shell("export", f"COURSESYNC_BASE_URL={base_url}", "NEXUDUS_TOKEN=sandbox-token")
    say_wrapped(Remedy(target), "  ")
    say_wrapped(Remedy(Shell("export", "COURSESYNC_STATE=sandbox.state.json")), "  ")
    say("In a browser, that address shows its courses as members would see them.")
    say("Ctrl-C ends it.")
