"""`coursesync fmt`: outlines in their canonical layout, with every item's key written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.cli.options import workspace_argument
from coursesync.cli.screen import complain, say, say_wrapped, show
from coursesync.errors import Command, ExitCode, Remedy
from coursesync.text import count, on_one_line

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.operations.fmt import Layouts


@click.command("fmt")
@workspace_argument
@click.option(
    "--check", is_flag=True, help="Change nothing: list what would change, and then exit with 1."
)
def command(workspace: Path, *, check: bool) -> int:
    """Lay out the outlines in WORKSPACE (default: courses) in one way.

    Each item gets the key that its title gives, fields stand in one order,
    and an indent is two blanks. Comments, blank lines, quotes and texts stay as
    they are. Needs neither network nor credentials.
    """
    from coursesync.operations.fmt import fmt  # noqa: PLC0415 - keeps --help quick

    found = fmt(workspace, check=True)
    for unusable in found.refused:
        complain(unusable)
    if check:
        show("".join(f"{on_one_line(found.shown(path))}\n" for path in found.changed))
    elif not _written(found):
        return ExitCode.INTERRUPTED
    if found.changed and check:
        say_wrapped(Remedy(f"{count(len(found.changed), 'outline')} to lay out:", Command("fmt")))
    _sum_up(found.same, len(found.refused))
    return ExitCode.ERROR if found.refused or (check and found.changed) else ExitCode.DONE


def _written(found: Layouts) -> bool:
    """Write the texts, naming each file; say whether it came to its end."""
    try:
        for path in found.changed:
            found.write(path)
            say(on_one_line(f"Laid out {found.shown(path)}"))
    except KeyboardInterrupt:
        say("\nInterrupted; the outlines named above are laid out, the others as they were.")
        return False
    return True


def _sum_up(same: int, refused: int) -> None:
    if same:
        say(f"{count(same, 'outline')} laid out already.")
    if refused:
        say(f"{count(refused, 'outline')} left alone, for the reason above.")
