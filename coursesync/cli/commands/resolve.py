"""`coursesync resolve`: settles a create in doubt, or chooses which of two twins to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.cli import options, types
from coursesync.cli.screen import say_wrapped
from coursesync.cli.session import announce, remind_of_git, saving
from coursesync.errors import Command, ExitCode, Remedy, UsageError
from coursesync.kinds import held_in, kind_of
from coursesync.kinds.counting import nouns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.kinds.address import Address
    from coursesync.operations.workspace import Project


@click.command("resolve")
@options.doubt_argument
@click.option(
    "--id", "record_id", type=types.RECORD_ID, help="The Id of the record that was created."
)
@click.option(
    "--not-created", is_flag=True, help="No record was created; the next apply creates it."
)
@click.option("--keep", type=types.RECORD_ID, help="The Id of the twin to keep.")
@options.workspace_option
@options.with_project
@options.lock_timeout_option
def command(
    *,
    address: str,
    project: Project,
    record_id: int | None,
    not_created: bool,
    keep: int | None,
    lock_timeout: float,
) -> ExitCode:
    """Settle the create of ADDRESS that is in doubt, or choose which of its twins to keep.

    A create in doubt: look for the record in Nexudus. If it is there, give its Id with --id; if
    not, use --not-created. Makes no request.

    Twins: --keep takes the Id of the record to manage from now on. The other record stays on the
    site until you delete it there. Reads the course, with the same credentials as apply.
    """
    from coursesync.operations.adopt import keep as keep_one  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.state import check_state, checked_address, resolve  # noqa: PLC0415 - keeps --help quick

    at = checked_address(address, project)
    if [record_id is not None, not_created, keep is not None].count(True) != 1:
        raise UsageError(
            "resolve takes one of three: --id ID, --not-created or --keep ID",
            Remedy("For example:", Command("resolve", address, id=87654321)),
        )
    check_state(project, address)
    with saving(project, lock_timeout) as clock:
        if keep is None:
            was_found = resolve(project, address, record_id)
            done = _settled(address, record_id, was_found=was_found)
        else:
            announce(project)
            others = keep_one(project, address, keep, clock=clock)
            done = Remedy(f"{address} is now the record {keep}.", _after(at, others))
    say_wrapped(done)
    remind_of_git(project)
    return ExitCode.after(clock.signal)


def _settled(address: str, record_id: int | None, *, was_found: bool) -> Remedy:
    if record_id is None or was_found:
        is_what = "was not created" if record_id is None else f"has the Id {record_id}"
        return Remedy(f"{address} {is_what}. To see what is left:", Command("plan"))
    return Remedy(
        f"{address} has the Id {record_id} in the state now. That Id was not checked, because no "
        "look has found its record. To compare the record with the outline:",
        Command("drift"),
    )


def _after(address: Address, others: Mapping[int, str]) -> Remedy:
    """Return what to do with the Ids that are not managed any more, and what a deletion loses."""
    if not others:
        return Remedy("To see what is left:", Command("plan"))
    names = " and ".join(map(str, others))
    kinds = held_in(kind_of(address))
    inner = f"Look in Nexudus whether {names} has {nouns(kinds)}." if kinds else ""
    lost = [
        Remedy(
            f"About {each}: {completed}, and deleting it loses that. To keep it instead:",
            Command("resolve", address, keep=each),
        )
        for each, completed in others.items()
        if completed
    ]
    return Remedy(
        inner,
        *lost,
        f"Commit and push the state, and only then delete {names} in Nexudus.",
    )
