"""What later steps of a job are told: lines of NAME=VALUE, in the file COURSESYNC_OUTPUT names.

On GitHub that is `$GITHUB_OUTPUT`: a step may `exec` a command, and has its outputs all the same.
"""

from __future__ import annotations

import os
from pathlib import Path

from coursesync.errors import CoursesyncError, ExitCode


def note(**outputs: str) -> None:
    """Add outputs to the file; nothing where none is named.

    Args:
        outputs: by name, with `_` where a hyphen is meant; of one line each.

    Raises:
        CoursesyncError: the file can't be written.
    """
    if not (named := os.environ.get("COURSESYNC_OUTPUT")):
        return
    lines = (f"{name.replace('_', '-')}={value}\n" for name, value in outputs.items())
    try:
        with Path(named).open("a", encoding="utf-8") as file:
            file.write("".join(lines))
    except OSError as error:
        raise CoursesyncError(
            f"COURSESYNC_OUTPUT names a file that can't be written: {error.strerror}",
            "Set it to a file in a folder that is there, as in  $GITHUB_OUTPUT",
        ) from error


def note_end(code: int) -> None:
    """Note why a command did not end with 0, in a word; nothing where it did."""
    if code != ExitCode.DONE:
        known = {int(each): each.name.lower().replace("_", "-") for each in ExitCode}
        note(failure_reason=known.get(code, "error"))
