"""`coursesync validate`: every mistake of every outline at once, without a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.cli.options import workspace_argument
from coursesync.cli.screen import show
from coursesync.words import count

if TYPE_CHECKING:
    from pathlib import Path


@click.command("validate")
@workspace_argument
def command(workspace: Path) -> None:
    """Check the outlines in WORKSPACE (default: courses).

    Makes no request and needs neither state nor credentials.
    """
    from coursesync.adapters.outline_files import load  # noqa: PLC0415 - keeps --help quick
    from coursesync.cli.session import empty_workspace  # noqa: PLC0415 - the same

    outlines = load(workspace).outlines
    if not outlines:
        raise empty_workspace(workspace)
    sections = sum(len(outline.resources) for outline in outlines)
    show(f"{count(len(outlines), 'outline')}, {count(sections, 'section')}: all valid.\n")
