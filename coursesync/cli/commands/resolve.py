"""`coursesync resolve`: settle a create that is in doubt, or say which of two records to keep."""

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
from coursesync.errors import Command, ExitCode, Remedy, UsageError
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
@click.option("--keep", type=RECORD_ID, help="Of what is there twice, the Id to keep.")
def command(
    *,
    address: str,
    chosen: Chosen,
    record_id: int | None,
    not_created: bool,
    keep: int | None,
    lock_timeout: float,
) -> int:
    """Settle the create of ADDRESS, which is in doubt, or say which of its two records to keep.

    In doubt: look in Nexudus whether the record is there. If so, give its Id with --id; if not,
    say --not-created. Makes no request.

    A twin: say with --keep which of the two records is managed from now on. The other stays
    on the site until you delete it there. Reads the course, with the credentials of apply.
    """
    from coursesync.operations.state import address_of, check_state, resolve  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.twins import keep as keep_one  # noqa: PLC0415 - the same

    address_of(address)
    if [record_id is not None, not_created, keep is not None].count(True) != 1:
        raise UsageError(
            "resolve takes one of the three: --id N, --not-created or --keep N",
            Remedy("As in", Command("resolve", address, id=87654321)),
        )
    project = chosen.open()
    clock = SystemClock()
    check_state(project, address)
    with project.held(lock_timeout):
        clock.catch_signals()
        if keep is not None:
            from coursesync.cli.online import announce  # noqa: PLC0415 - keeps completion quick

            announce(project)
            others = keep_one(project, address, keep, clock=clock)
            say_wrapped(
                f"{address} is the record {keep} from now on. Delete "
                f"{' and '.join(map(str, others))} in Nexudus: members see it until then. Look "
                "first whether it has lessons."
            )
            return int(ExitCode.after(clock.signal))
        resolve(project, address, record_id)
    is_what = "was not created" if record_id is None else f"has the Id {record_id}"
    say_wrapped(Remedy(f"{address} {is_what}. See what is left:", Command("plan")))
    return int(ExitCode.after(clock.signal))
