"""`coursesync resolve`: settle a create that is in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.adapters.clock import SystemClock
from coursesync.cli.screen import say
from coursesync.cli.session import open_session, target_options, workspace_option
from coursesync.errors import CoursesyncError, ExitCode, UsageError
from coursesync.recognition import entry_of
from coursesync.resources.base import parse_address
from coursesync.state import resolve

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.resources.base import Address
    from coursesync.state import State


@click.command("resolve")
@click.argument("address")
@workspace_option
@target_options
@click.option(
    "--id", "record_id", type=click.IntRange(1, 2**63 - 1), help="The Id that it was given."
)
@click.option("--not-created", is_flag=True, help="It was not created; the next apply creates it.")
def command(  # noqa: PLR0913 - one parameter an option
    *,
    address: str,
    workspace: Path,
    base_url: str | None,
    state: str | None,
    sandbox: bool,
    record_id: int | None,
    not_created: bool,
) -> int:
    """Settle the create of ADDRESS, which is in doubt.

    Look in Nexudus whether the section is there: if so, give its Id with --id; if not, say
    --not-created. Makes no request.
    """
    at = _address(address)
    if (record_id is not None) == not_created:
        raise UsageError(
            "resolve takes one of the two: --id N or --not-created",
            f"As in  coursesync resolve {address} --id 87654321",
        )
    session = open_session(workspace, base_url, state, sandbox=sandbox)
    if not session.store.path.parent.is_dir():  # the lock would make it
        raise CoursesyncError(f"{address} is not in doubt", "There is no state yet.")
    clock = SystemClock()
    with session.store.held():
        known = session.state()
        _check(known, at, record_id)
        clock.heed_signals()
        # the journal first, if a run was cut off: a save of its own drops it
        known = session.store.recover(known)
        entry = None if record_id is None else entry_of(known.doubts[at], record_id, at)
        session.store.finish(resolve(known, at, entry))
    if record_id is None:
        say(f"{address} was not created. See what is left:  {session.hint('plan')}")
    else:
        say(f"{address} has the Id {record_id}. See what is left:  {session.hint('plan')}")
    return int(ExitCode.after(clock.signal))


def _address(text: str) -> Address:
    address = parse_address(text)
    if address is None:
        raise UsageError(
            f'"{text}" is no address', "An address is like  section.onboarding.welcome"
        )
    return address


def _check(state: State, address: Address, record_id: int | None) -> None:
    if address not in state.doubts:
        others = ", ".join(sorted(state.doubts)) or "nothing is in doubt"
        raise CoursesyncError(f"{address} is not in doubt", f"In doubt: {others}.")
    found = [candidate.id for candidate in state.doubts[address].candidates]
    if found and record_id is not None and record_id not in found:
        raise CoursesyncError(
            f"the Id {record_id} is none of those that were found for {address}: "
            f"{', '.join(map(str, found))}",
            "Look for the Id again; the next apply looks once more, too.",
        )
    for other, entry in state.entries.items():
        if entry.id == record_id:
            raise CoursesyncError(
                f"the Id {record_id} is that of {other}",
                "A record can have one address only: look for the Id again.",
            )
