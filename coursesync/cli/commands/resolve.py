"""`coursesync resolve`: settle a create that is in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.cli.options import (
    RECORD_ID,
    doubt_argument,
    lock_timeout_option,
    with_target,
    workspace_option,
)
from coursesync.cli.screen import say_wrapped
from coursesync.errors import ExitCode, UsageError
from coursesync.nexudus.clock import SystemClock

if TYPE_CHECKING:
    from coursesync.cli.options import Chosen


@click.command("resolve")
@doubt_argument
@workspace_option
@with_target
@lock_timeout_option
@click.option("--id", "record_id", type=RECORD_ID, help="The Id that it was given.")
@click.option("--not-created", is_flag=True, help="It was not created; the next apply creates it.")
def command(
    *,
    address: str,
    chosen: Chosen,
    record_id: int | None,
    not_created: bool,
    lock_timeout: float,
) -> int:
    """Settle the create of ADDRESS, which is in doubt.

    Look in Nexudus whether the section is there: if so, give its Id with --id; if not, say
    --not-created. Makes no request.
    """
    from coursesync.operations.state import address_of, check_state, resolve  # noqa: PLC0415 - keeps --help quick

    address_of(address)
    if (record_id is not None) == not_created:
        raise UsageError(
            "resolve takes one of the two: --id N or --not-created",
            f"As in  coursesync resolve {address} --id 87654321",
        )
    session = chosen.open()
    clock = SystemClock()
    check_state(session, address)
    with session.held(lock_timeout):
        clock.heed_signals()
        resolve(session, address, record_id)
    is_what = "was not created" if record_id is None else f"has the Id {record_id}"
    say_wrapped(f"{address} {is_what}. See what is left:  {session.hint('plan')}")
    return int(ExitCode.after(clock.signal))
