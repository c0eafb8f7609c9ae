"""A journal as bytes: one record a line, each with a checksum; and what a left-over one tells.

Knows bytes only; `journal_file` appends them, and `file_store` reads them.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

from coursesync.errors import StateError
from coursesync.state.journal import Conclusion, Header, Intent, addresses, record_of
from coursesync.state.plain import written
from coursesync.state.replay import fold, holds
from coursesync.state.state import FORMAT
from coursesync.state.state_text import is_address
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from coursesync.state.journal import Step
    from coursesync.state.state import State


def line(record: Header | Step) -> bytes:
    """Write a record as a line, with its end.

    Raises:
        ValueError or TypeError: it is none that could be read again, which would lose all of the
            journal; that is a bug of whoever made it.
    """
    told = json.dumps(written(record), ensure_ascii=False, separators=(",", ":"), default=written)
    body = told.encode()
    _read(body)
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
    *lines, torn = content.split(b"\n")
    if _is_whole(torn[:-1]):  # it had an end, which has become something else
        raise _damaged(len(lines) + 1, journal)
    if not lines:
        return saved
    _check_format(lines[0], journal)
    records = [_record(number, each, journal) for number, each in enumerate(lines, 1)]
    first = records[0]
    if not isinstance(first, Header):
        raise _damaged(1, journal)
    return _caught_up(saved, first, list(_steps(records, journal)), state, journal)


def begun(content: bytes, journal: Path) -> Header | None:
    """Read which state the run began from, where the journal got so far.

    Raises:
        StateError: the first line is damaged, or another coursesync's.
    """
    head, end, _ = content.partition(b"\n")
    if not end:
        return None
    _check_format(head, journal)
    record = _record(1, head, journal)
    if not isinstance(record, Header):
        raise _damaged(1, journal)
    return record


def _steps(records: Sequence[Header | Step], journal: Path) -> Iterator[Step]:
    for number, (before, step) in enumerate(pairwise(records), 2):
        if isinstance(step, Header) or not _may_follow(before, step):
            raise _damaged(number, journal)
        yield step


def _may_follow(before: Header | Step, step: Step) -> bool:
    """Say whether nothing is missing between two lines without which an Id would be lost."""
    if not isinstance(step, Conclusion):
        return True
    return isinstance(before, Intent) and before.address == step.address


def _caught_up(saved: State, run: Header, steps: list[Step], state: Path, journal: Path) -> State:
    if saved.serial and (run.lineage != saved.lineage or run.target != saved.target):
        raise StateError(
            f"the journal {journal} belongs to another state than {state}",
            "It tells what a cut-off run did. Put back the state file that stood beside it, from "
            f"git or from {state}.backup; don't delete the journal before its Ids are known.",
        )
    if run.serial > saved.serial:
        raise _ahead(run.serial, saved.serial, state, journal)
    if run.serial == saved.serial:
        return fold(saved, steps)
    if holds(saved, steps):
        return saved
    raise StateError(
        f"the journal {journal} tells of records that the newer {state} lacks",
        "Put back the state file that stood beside it, or settle what it tells by hand.",
    )


def _ahead(needed: int, serial: int, state: Path, journal: Path) -> StateError:
    """Say what to do where the state that a run began from is not there."""
    older = f"belongs to another state than {state}: that of serial {needed}, not {serial}"
    return StateError(
        f"the journal {journal} {older if serial else f'has lost its state {state}'}",
        "It tells what a cut-off run did. Put back the state file of serial "
        f"{needed}, from git or from {state}.backup; where neither has that serial, put back the "
        "newest that there is, wait a minute, and move the journal to another folder. Then  "
        "coursesync apply  looks at each course first, and adopts what is there.",
    )


def _record(number: int, text: bytes, journal: Path) -> Header | Step:
    if not _is_whole(text):
        raise _damaged(number, journal)
    try:
        return _read(text.rpartition(b" ")[0])
    except (ValueError, TypeError, RecursionError) as error:
        raise _damaged(number, journal) from error


def _read(body: bytes) -> Header | Step:
    record = record_of(json.loads(body.decode()))
    # a state is saved under these names, and has to be read again
    if not isinstance(record, Header) and not all(map(is_address, addresses(record))):
        raise ValueError("an address that is none")
    return record


def _check_format(text: bytes, journal: Path) -> None:
    """Raise StateError where a whole first line says that another coursesync wrote it."""
    body = text.rpartition(b" ")[0]
    try:
        version = json.loads(body).get("format", FORMAT) if _is_whole(text) else FORMAT
    except (ValueError, AttributeError, RecursionError):
        return  # damaged, as reading it will say
    if version != FORMAT:
        raise StateError(
            f"the journal {journal} has the format {inert(str(version), 20)}; this coursesync "
            f"knows {FORMAT}",
            "Use the coursesync that wrote it, or a newer one:  pip install -U coursesync",
        )


def _is_whole(text: bytes) -> bool:
    body, _, checksum = text.rpartition(b" ")
    return checksum == _checksum(body)


def _damaged(number: int, journal: Path) -> StateError:
    return StateError(
        f"the journal {journal} is damaged at line {number}",
        "It tells what a cut-off run did. Before you move it away, look in Nexudus for what "
        "its lines speak of.",
    )


def _checksum(body: bytes) -> bytes:
    return f"{crc32(body):08x}".encode()
