"""`coursesync fmt`: formats outlines, and writes the key of every item."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.cli.options import workspace_argument
from coursesync.cli.screen import complain, say, say_wrapped, show
from coursesync.errors import Command, ExitCode, Remedy
from coursesync.text import count, on_one_line

if TYPE_CHECKING:
    from coursesync.operations.fmt import Layouts
    from coursesync.operations.locate import Chosen


@click.command("fmt")
@workspace_argument
@click.option(
    "--check",
    is_flag=True,
    help="Change nothing; list the files that would change, and exit with 1 if any would.",
)
def command(workspace: Chosen, *, check: bool) -> int:
    """Format the outlines in WORKSPACE (default: courses).

    Gives each item a key made from its title, puts fields in one order, and
    indents by two spaces. Comments, blank lines, quotes and texts stay as they
    are. With COURSE, formats only the outline of that course: its key, or the
    outline's path. Needs neither network nor credentials.
    """
    from coursesync.operations.fmt import fmt  # noqa: PLC0415 - keeps --help quick

    found = fmt(workspace.folder, check=True, courses=workspace.courses)
    for unusable in found.refused:
        complain(unusable)
    if check:
        show("".join(f"{on_one_line(found.shown(path))}\n" for path in found.changed))
        if found.changed:
            to_format = count(len(found.changed), found.noun)
            say_wrapped(Remedy(f"{to_format} to format:", Command("fmt")))
    elif not _written(found):
        return ExitCode.INTERRUPTED
    if found.same:
        say(f"{count(found.same, found.noun)} already formatted.")
    if found.refused:
        refused = count(len(found.refused), found.noun)
        say(f"{refused} left unchanged, because of the errors above.")
    return ExitCode.ERROR if found.refused or (check and found.changed) else ExitCode.DONE


def _written(found: Layouts) -> bool:
    """Write the texts and print the name of each file; return False if interrupted."""
    try:
        for path in found.changed:
            found.write(path)
            say(on_one_line(f"Formatted {found.shown(path)}"))
    except KeyboardInterrupt:
        say("\nInterrupted; the files named above are formatted, the others unchanged.")
        return False
    return True
