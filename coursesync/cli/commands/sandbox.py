"""`coursesync sandbox`: serves a stand-in for the API on this machine."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Literal

import click

from coursesync.cli import options, types
from coursesync.cli.screen import say, say_wrapped
from coursesync.cli.serving import port_option, serve_here, stop_after_option
from coursesync.errors import Remedy, Shell, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coursesync.operations.locate import Chosen


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
  /_sandbox/ followed by log, faults, settings, seed, courses, groups,
  sections, lessons, members, completions, businesses, coworkers or tariffs
"""


@command.command("serve", epilog=_FAULTS)
@options.workspace_argument
@port_option
@click.option(
    "--database", type=types.FILE, help="Keep the records in this file.  [default: in memory]"
)
@click.option(
    "--limits",
    type=types.Choice(["off", "sliding", "fixed"]),
    default="off",
    show_default=True,
    help="Enforce the API's published limits.",
)
@click.option(
    "--list-lag",
    type=types.SecondsRange(min=0),
    default=0,
    help="How long lists lag behind a create or a delete.",
)
@click.option(
    "--set",
    "texts",
    multiple=True,
    metavar="NAME=VALUE",
    help='Choose how the sandbox behaves, as in "put_resets=everything"; see docs/sandbox.md.',
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    help='Add a fault, as in "POST /api/content/coursesections@3:lost-after"; see below.',
)
@stop_after_option
def serve_command(  # noqa: PLR0913 - one parameter an option
    *,
    workspace: Chosen,
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
    from coursesync.operations.config import config_of  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.preview import Site, site_of  # noqa: PLC0415 - keeps --help quick
    from coursesync.outlines.folder import check_folder  # noqa: PLC0415 - keeps --help quick
    from coursesync.outlines.workspace_files import load  # noqa: PLC0415 - keeps --help quick
    from coursesync.sandbox import Fault, Sandbox, Settings, with_values  # noqa: PLC0415 - keeps --help quick

    with _mistakes_of("--fault"):
        parsed = [Fault.parse(fault) for fault in faults]
    with _mistakes_of("--set"):
        settings = with_values(Settings(limits=limits, list_lag=list_lag), _pairs(texts))
    check_folder(workspace.folder)
    config = config_of(workspace.folder)
    outlines = load(workspace.folder, courses=workspace.courses, settings=config.outlines).outlines
    with Sandbox(database, settings=settings) as sandbox:
        for outline in outlines:
            sandbox.add_course(outline.course_id, outline.title)
        for fault in parsed:
            sandbox.add_fault(fault)
        site = Site(
            lambda: site_of("On the sandbox", sandbox.records),
            sandbox,
            elsewhere=("/api", "/_sandbox"),
        )
        serve_here(site, port, stop_after, partial(_explain, is_kept=database is not None))


@contextmanager
def _mistakes_of(option: str) -> Iterator[None]:
    """Turn a ValueError about the values of an option into a UsageError."""
    try:
        yield
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    for text in texts:
        if "=" not in text:
            raise ValueError(f"{text!r} does not have the form NAME=VALUE")
    return dict(text.split("=", 1) for text in texts)


def _explain(base_url: str, *, is_kept: bool) -> None:
    say("To use it in another terminal:")
    target = Shell("export", f"COURSESYNC_BASE_URL={base_url}", "NEXUDUS_TOKEN=sandbox-token")
    say_wrapped(Remedy(target), "  ")
    say_wrapped(Remedy(Shell("export", "COURSESYNC_STATE=sandbox.state.json")), "  ")
    if not is_kept:
        keep = Shell("--database", "FILE")
        say_wrapped(Remedy("Its records are in memory, until it ends. To keep them, add", keep))
    say("In a browser, that address shows its courses as members would see them.")
