"""`coursesync resolve`: settle a create that is in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from coursesync.adapters.clock import SystemClock
from coursesync.cli.options import lock_timeout_option, target_options, workspace_option
from coursesync.cli.screen import say
from coursesync.cli.session import open_session
from coursesync.errors import CoursesyncError, ExitCode, UsageError
from coursesync.recognition import entry_of
from coursesync.resources.base import parse_address
from coursesync.state import resolve
from coursesync.words import inert

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.resources.base import Address
    from coursesync.state import State


class _RecordId(click.IntRange):
    def convert(
        self,
        value: Any,  # noqa: ANN401 - as overridden
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Return the Id; raises UsageError where it can be none."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter as error:
            raise UsageError(
                f'"{inert(str(value), 40)}" is no Id: an Id is a whole number, from 1',
                "Nexudus shows it at the section; write it as in  --id 87654321",
            ) from error


@click.command("resolve")
@click.argument("address")
@workspace_option
@target_options
@lock_timeout_option
@click.option("--id", "record_id", type=_RecordId(1, 2**63 - 1), help="The Id that it was given.")
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
    lock_timeout: float,
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
    with session.store.held(lock_timeout):
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
