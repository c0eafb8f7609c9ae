"""`coursesync verify`: is all that a receipt tells still so on the site? Only reads are sent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursesync.cli.forms import failing_as
from coursesync.cli.online import announce, reading
from coursesync.cli.options import verbose_option, with_target, workspace_option
from coursesync.cli.screen import painter, say_wrapped, show
from coursesync.errors import Command, ExitCode, Remedy
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.receipt_file import read_receipt
from coursesync.operations.verify import verify
from coursesync.render.receipt import compose

if TYPE_CHECKING:
    from coursesync.applying.receipt import Mismatch, Receipt
    from coursesync.cli.options import Chosen
    from coursesync.operations.workspace import Project


@click.command("verify")
@click.argument("receipt", type=click.Path(path_type=Path))
@workspace_option
@with_target
@verbose_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to write it.",
)
def command(
    *,
    receipt: Path,
    chosen: Chosen,
    form: str,
) -> int:
    """Say whether all that RECEIPT tells is still so on the site.

    RECEIPT is a file that apply --receipt wrote. Changes nothing; exits with 2 where a section was
    edited, moved or deleted since, or one that was deleted is there again. Needs the credentials
    that apply needs; reads no outline.
    """
    with failing_as(form):
        told = read_receipt(receipt)
        session = chosen.open()
        wrong = _verified(told, session)
    if form == "json":
        from coursesync.render import json  # noqa: PLC0415 - the other form needs none of it

        show(json.compose_receipt(told, wrong))
    else:
        show(compose(told, wrong, painter(sys.stdout)))
        if not all(each.ours for each in wrong):
            say_wrapped(Remedy("What others changed since the last apply:", Command("drift")))
    return int(ExitCode.CHANGES if wrong else ExitCode.DONE)


def _verified(told: Receipt, session: Project) -> tuple[Mismatch, ...]:
    clock = SystemClock()
    announce(session)
    with reading(clock) as progress:
        return verify(told, session, progress=progress, clock=clock)
