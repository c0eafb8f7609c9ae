"""`coursesync open`: opens the page of a course or of a record in Nexudus. It makes no request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.cli import options
from coursesync.cli.browser import opened_in_browser
from coursesync.cli.screen import say_wrapped, show

if TYPE_CHECKING:
    from coursesync.operations.workspace import Project


@click.command("open")
@options.address_argument
@click.option("--print", "only_print", is_flag=True, help="Print the page's address instead.")
@options.workspace_option
@options.with_project
def command(*, address: str, project: Project, only_print: bool) -> None:
    """Open the page of ADDRESS in Nexudus, in the browser of this computer.

    ADDRESS is a course's key or its outline's path, or the address or the key of an item. The
    pattern of its page is in coursesync.toml, below [pages]. Makes no request and needs no
    credentials.
    """
    from coursesync.operations.pages import page_of  # noqa: PLC0415 - keeps --help quick

    page = page_of(project, address)
    if not only_print and opened_in_browser(page):
        say_wrapped(f"Opened {page}")
        return
    show(f"{page}\n")
    if not only_print:
        say_wrapped(
            "No web browser was found on this computer. Open the address in a browser elsewhere."
        )
