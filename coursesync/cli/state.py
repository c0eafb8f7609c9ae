"""`coursesync state`: look into the state, and save what a cut-off run left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.adapters.clock import SystemClock
from coursesync.cli.options import SecondsRange, target_options, workspace_argument
from coursesync.cli.screen import say
from coursesync.cli.session import open_session
from coursesync.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path


@click.group("state")
def command() -> None:
    """Look into the state, and look after it."""


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


@command.command("recover")
@workspace_argument
@target_options
@click.option(
    "--lock-timeout",
    type=SecondsRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="How long to wait for an apply to end.  [default: 0]",
)
def recover(
    *,
    workspace: Path,
    base_url: str | None,
    state: str | None,
    sandbox: bool,
    lock_timeout: float,
) -> int:
    """Save what a cut-off run left in its journal.

    plan and apply heed such a journal by themselves; this is for a machine that is about to go,
    as in a CI job that commits the state. Makes no request.
    """
    session = open_session(workspace, base_url, state, sandbox=sandbox)
    session.prepare()
    clock = SystemClock()
    with session.store.held(lock_timeout):
        clock.heed_signals()
        left = session.store.journal_path.exists()
        session.store.recover(session.state())
    if not left:
        say("There is nothing to recover.")
    else:
        say(f"What the cut-off run did is saved in {session.store.path}.")
    return int(ExitCode.after(clock.signal))
