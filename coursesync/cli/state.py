"""`coursesync state`: look into the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.cli.screen import say
from coursesync.cli.session import open_session, target_options, workspace_argument

if TYPE_CHECKING:
    from pathlib import Path


@click.group("state")
def command() -> None:
    """Look into the state."""


@command.command("list")
@workspace_argument
@target_options
def list_entries(
    workspace: Path, base_url: str | None, state: str | None, *, sandbox: bool
) -> None:
    """List each address in the state of WORKSPACE (default: courses) with its Id."""
    known = open_session(workspace, base_url, state, sandbox=sandbox).state()
    lines = {address: str(entry.id) for address, entry in known.entries.items()}
    lines |= dict.fromkeys(known.doubts, "in doubt")
    for address, told in sorted(lines.items()):
        click.echo(f"{address} {told}")
    if not lines:
        say("The state is empty: nothing has been applied yet.")
