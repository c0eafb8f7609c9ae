"""The exit codes of all commands."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ends; 130 and 143 (interrupted) are 128 plus the signal's number."""

    DONE = 0
    ERROR = 1
    CHANGES = 2
    INVALID = 3
    STALE = 4
    LOCKED = 5
    WORK_LEFT = 6
    USAGE = 64
    TRY_LATER = 75  # as EX_TEMPFAIL of sysexits.h
    INTERRUPTED = 130
    TERMINATED = 143

    @classmethod
    def after(cls, signal: int | None) -> ExitCode:
        """Return the exit code of a command that finished, by the signal that it got, if any."""
        return cls.DONE if signal is None else cls(128 + signal)
