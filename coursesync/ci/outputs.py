"""What a job keeps of a command: outputs for its later steps, and a page for people.

COURSESYNC_OUTPUT and COURSESYNC_SUMMARY name the files, on GitHub `$GITHUB_OUTPUT` and
`$GITHUB_STEP_SUMMARY`: a step may `exec` a command, and has both all the same.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

# a step's summary holds 1 MiB, and is dropped as a whole where it has more:
# https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
_SUMMARY_BYTES = 1_000_000


def note(**outputs: str) -> None:
    """Add outputs to the file; nothing where none is named.

    Args:
        outputs: by name, with `_` where a hyphen is meant.

    Raises:
        CoursesyncError: the file can't be written, or an output has more than one line.
    """
    lines = [f"{name.replace('_', '-')}={value}\n" for name, value in outputs.items()]
    if any(len(line.splitlines()) > 1 for line in lines):  # a second one would be an output, too
        raise CoursesyncError(
            "COURSESYNC_OUTPUT takes no output of more than one line",
            "Name a file without a line end in its name.",
        )
    _add("OUTPUT", lambda: "".join(lines))


def summarise(written: Callable[[int], str]) -> None:
    """Add Markdown to the page; nothing where none is named.

    Args:
        written: what is to stand there, in so many bytes.

    Raises:
        CoursesyncError: the file can't be written.
    """
    _add("SUMMARY", lambda: written(_SUMMARY_BYTES))


def _add(what: str, written: Callable[[], str]) -> None:
    if not (named := os.environ.get(f"COURSESYNC_{what}")):
        return
    try:
        with open(named, "a", encoding="utf-8", errors="surrogateescape", opener=_at_once) as file:
            file.write(written())
    except OSError as error:
        raise CoursesyncError(
            f"COURSESYNC_{what} names a file that can't be written: {error.strerror}",
            "Set it to a file in a folder that is there, or leave it out.",
        ) from error


def _at_once(path: str, flags: int) -> int:
    """Open a file without waiting for whoever would read a FIFO."""
    return os.open(path, flags | os.O_NONBLOCK, 0o666)


def note_end(code: int) -> None:
    """Note why a command did not end with 0, in a word; nothing where it did."""
    if code != ExitCode.DONE:
        known = {int(each): each.name.lower().replace("_", "-") for each in ExitCode}
        note(failure_reason=known.get(code, "error"))
