"""`coursesync preview`: serves the workspace as a member would see it, on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.cli.options import SecondsRange, workspace_argument
from coursesync.cli.screen import say, say_wrapped

if TYPE_CHECKING:
    from pathlib import Path


@click.command("preview")
@workspace_argument
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="The port.  [default: any free port]",
)
@click.option(
    "--stop-after", type=SecondsRange(min=0), metavar="SECONDS", help="Stop after this time."
)
def command(*, workspace: Path, port: int, stop_after: float | None) -> None:
    """Show the courses in WORKSPACE (default: courses) as a member would see them.

    Serves them on this machine until Ctrl-C, and prints the address to open in a browser. The
    pages reload when a file is saved. Makes no request and needs no credentials.
    """
    from coursesync.cli.serving import serve_here  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.preview import Site, Viewer  # noqa: PLC0415 - keeps --help quick
    from coursesync.outlines.folder import check_folder  # noqa: PLC0415 - keeps --help quick

    check_folder(workspace)
    serve_here(Site(Viewer(workspace).look), port, _ready, stop_after)


def _ready(base_url: str) -> None:
    click.echo(base_url)
    say_wrapped("Open this address in a browser. It shows what you save at once.")
    say("Ctrl-C ends it.")
