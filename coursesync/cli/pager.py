"""Shows long results on a terminal through a pager, as git does.

Owns when there is one: only if stdin and stdout are a terminal that a person looks at, and the text
does not fit on it. Anywhere else, the text is printed as it is.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys

import click

from coursesync.cli.screen import on_terminal, show

_OFF = f"{__name__}: off"


def without_pager(context: click.Context, _option: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - as click calls it
    """Take the option that turns the pager off."""
    context.meta[_OFF] = value
    return value


pager_option = click.option(
    "--no-pager",
    is_flag=True,
    expose_value=False,
    callback=without_pager,
    help="Print all of a long result. On a terminal, a pager shows it (COURSESYNC_PAGER, PAGER).",
)


def show_long(text: str) -> None:
    """Print the result of a command on stdout, through a pager where that helps."""
    if (pager := _pager()) and text.count("\n") >= shutil.get_terminal_size().lines:
        _through(pager, text)
    else:
        show(text)


def _pager() -> str:
    """Return the command of the pager, "" for none; the order is git's.

    https://git-scm.com/docs/git-var#Documentation/git-var.txt-GITPAGER
    """
    if click.get_current_context().meta.get(_OFF) or os.environ.get("CI"):
        return ""
    if not (sys.stdin.isatty() and on_terminal(sys.stdout)):
        return ""
    for name in ("COURSESYNC_PAGER", "PAGER"):
        if (command := os.environ.get(name)) is not None:
            return "" if command.strip() == "cat" else command.strip()
    return "less" if shutil.which("less") else ""


def _through(pager: str, text: str) -> None:
    """Show a text with a pager, and wait until that is closed; print it if the pager fails.

    The pager reads a file, whose position shows afterwards whether it has read anything.
    """
    from subprocess import Popen  # noqa: PLC0415 - for a pager only
    from tempfile import TemporaryFile  # noqa: PLC0415 - as above

    # it needs no credentials
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEXUDUS_")}
    words, environment = ["/bin/sh", "-c", pager], {"LESS": "FRX", "LV": "-c", **kept}
    try:
        with TemporaryFile() as file:
            file.write(text.encode(errors="replace"))
            file.seek(0)
            process = Popen(words, stdin=file, env=environment)  # noqa: S603 - the user's own command
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pager
            try:
                has_failed = process.wait() > 0 and not os.lseek(file.fileno(), 0, os.SEEK_CUR)
            finally:
                signal.signal(signal.SIGINT, before)
    except OSError:  # no room for the file, or no shell
        has_failed = True
    if has_failed:
        show(text)
