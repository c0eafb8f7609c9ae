"""`coursesync preview`: shows the workspace as a member would see it, on this machine."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursesync.cli import options
from coursesync.cli.browser import opened_in_browser
from coursesync.cli.screen import say_wrapped
from coursesync.cli.serving import port_option, serve_here, stop_after_option
from coursesync.errors import Command, InvalidOutlines, Remedy, UsageError

if TYPE_CHECKING:
    from coursesync.operations.locate import Chosen


@click.command("preview")
@options.workspace_argument
@port_option
@stop_after_option
@click.option("--open", "in_browser", is_flag=True, help="Open the preview in the browser.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Write files, serve nothing."
)
def command(
    *, workspace: Chosen, port: int, stop_after: float | None, in_browser: bool, out: Path | None
) -> None:
    """Show the courses in WORKSPACE (default: courses) as a member would see them.

    With COURSE, shows only that course: its key, or its outline's path. Serves them on this
    machine until Ctrl-C, and prints the address to open in a browser; --open opens it. The pages
    reload when a file is saved. Makes no request and needs no credentials.

    --out writes the same pages into a new or empty folder, to send to somebody or to put on a web
    server.
    """
    from coursesync.operations.config import config_of  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.preview import Site, Viewer  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.preview_files import write_preview  # noqa: PLC0415 - keeps --help quick
    from coursesync.outlines.folder import check_folder  # noqa: PLC0415 - keeps --help quick
    from coursesync.outlines.workspace_files import load  # noqa: PLC0415 - keeps --help quick

    check_folder(workspace.folder)
    if out is not None:
        if port or stop_after is not None or in_browser:
            raise UsageError(
                "--out writes files, and serves nothing",
                Remedy("To serve the preview, leave it out:", Command("preview")),
            )
        settings = config_of(workspace.folder).outlines
        load(workspace.folder, courses=workspace.courses, settings=settings)
        write_preview(workspace.folder, out, workspace.courses)
        say_wrapped(f"Wrote the preview. Open this file in a browser: {out / 'index.html'}")
        return
    if workspace.courses:  # a page would show the error, but the address would be of no use
        with suppress(InvalidOutlines):
            settings = config_of(workspace.folder).outlines
            load(workspace.folder, courses=workspace.courses, settings=settings)
    site = Site(Viewer(workspace.folder, workspace.courses).look)
    updates = "It shows what you save immediately."

    def explain(base_url: str) -> None:
        if in_browser and opened_in_browser(base_url):
            say_wrapped(f"Opened in your browser. {updates}")
            return
        none = "No web browser was found on this computer. " if in_browser else ""
        say_wrapped(f"{none}Open this address in a browser. {updates}")

    serve_here(site, port, stop_after, explain)
