"""A journal as bytes: one record a line, each with a checksum; and what a left-over one tells.

Knows bytes only; `state_file` reads and appends them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from pydantic import ValidationError

from coursesync.errors import StateError
from coursesync.journal import RECORD, Run, fold, holds

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.journal import Step
    from coursesync.state import State


def line(record: Run | Step) -> bytes:
    """Write a record as a line, with its end."""
    body = record.model_dump_json().encode()
    return body + b" " + _checksum(body) + b"\n"


def catch_up(saved: State, content: bytes, state: Path, journal: Path) -> State:
    """Carry what a cut-off run did into the state that it began from.

    Args:
        saved: the state as it stands in its file.
        content: the journal.
        state: the state's file, for the message.
        journal: the journal's file, for the message.

    Raises:
        StateError: the journal is damaged, or is not that of this state.
    """
    # a line without its end was never fsynced: what it announces was not begun
    lines = content.split(b"\n")[:-1]
    if not lines:
        return saved
    first, *steps = (_record(number, each, journal) for number, each in enumerate(lines, 1))
    rest = [step for step in steps if not isinstance(step, Run)]
    if not isinstance(first, Run) or len(rest) != len(steps):
        raise _damaged(1, journal)
    return _caught_up(saved, first, rest, state, journal)


def _caught_up(saved: State, run: Run, steps: list[Step], state: Path, journal: Path) -> State:
    if run.lineage != saved.lineage or run.target != saved.target or run.serial > saved.serial:
        raise StateError(
            f"the journal {journal} belongs to another state than {state}",
            "It tells what a cut-off run did. Put back the state file that stood beside it; "
            "don't delete it before its Ids are known.",
        )
    if run.serial == saved.serial:
        return fold(saved, steps)
    if holds(saved, steps):
        return saved
    raise StateError(
        f"the journal {journal} tells of records that the newer {state} lacks",
        "Put back the state file that stood beside it, or settle what it tells by hand.",
    )


def _record(number: int, written: bytes, journal: Path) -> Run | Step:
    if not _is_whole(written):
        raise _damaged(number, journal)
    try:
        return RECORD.validate_json(written.rpartition(b" ")[0])
    except ValidationError as error:
        raise _damaged(number, journal) from error


def _is_whole(written: bytes) -> bool:
    body, _, checksum = written.rpartition(b" ")
    return checksum == _checksum(body)


def _damaged(number: int, journal: Path) -> StateError:
    return StateError(
        f"the journal {journal} is damaged at line {number}",
        "It tells what a cut-off run did. Before you move it away, look in Nexudus for what "
        "its lines speak of.",
    )


def _checksum(body: bytes) -> bytes:
    return f"{crc32(body):08x}".encode()
