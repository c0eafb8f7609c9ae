"""What a CI job keeps of a command: outputs for its later steps, and a page for people.

COURSESYNC_OUTPUT and COURSESYNC_SUMMARY name the files; without them, a job on GitHub uses those of
its step. The command writes them itself, so that a step may `exec` it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

# GitHub drops a step's summary if it is larger than 1 MiB:
# https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
_SUMMARY_BYTES = 1_000_000
_ON_GITHUB = {"OUTPUT": "GITHUB_OUTPUT", "SUMMARY": "GITHUB_STEP_SUMMARY"}


def note(**outputs: str) -> None:
    """Add outputs to the file, if one is named.

    Args:
        outputs: by name, with `_` in the place of a hyphen.

    Raises:
        CoursesyncError: the file can't be written, or an output has more than one line.
    """
    check_outputs(**outputs)
    lines = [f"{name.replace('_', '-')}={value}\n" for name, value in outputs.items()]
    _add("OUTPUT", lambda: "".join(lines))


def check_outputs(**outputs: str) -> None:
    """Raise CoursesyncError if a file is named and an output has more than one line."""
    if not _named("OUTPUT"):
        return
    if any(len(f"{each}.".splitlines()) > 1 for each in outputs.values()):
        raise CoursesyncError(
            "COURSESYNC_OUTPUT takes no output of more than one line",
            "Use a file whose name has no line break.",
        )


def summarise(written: Callable[[int], str]) -> None:
    """Add Markdown to the page, if one is named.

    Args:
        written: returns the Markdown for at most the given number of bytes.

    Raises:
        CoursesyncError: the file can't be written.
    """
    _add("SUMMARY", lambda: written(_SUMMARY_BYTES))


def _named(what: str) -> str:
    """Return the path of a file that the environment names; "" if it names none."""
    if own := os.environ.get(f"COURSESYNC_{what}"):
        return own
    return (
        os.environ.get(_ON_GITHUB[what], "") if os.environ.get("GITHUB_ACTIONS") == "true" else ""
    )


def _add(what: str, written: Callable[[], str]) -> None:
    if not (named := _named(what)):
        return
    try:
        with open(named, "a", encoding="utf-8", errors="surrogateescape", opener=_at_once) as file:
            file.write(written())
    except OSError as error:
        raise CoursesyncError(
            f"COURSESYNC_{what} names a file that can't be written: {error.strerror}",
            "Set it to a file in a folder that exists, or leave it out.",
        ) from error


def _at_once(path: str, flags: int) -> int:
    """Open a file without waiting for the reader of a FIFO."""
    return os.open(path, flags | os.O_NONBLOCK, 0o666)


def note_end(code: int) -> None:
    """Add an output with the reason if a command did not end with 0."""
    if code != ExitCode.DONE:
        known = {int(each): each.name.lower().replace("_", "-") for each in ExitCode}
        note(failure_reason=known.get(code, "error"))
