"""A journal as bytes: one record per line, each with a checksum.

Owns how lines are written, and what the journal of an interrupted run means for a state. A journal
that began from another state must never be applied to this one. A journal of another state is not
an error: a merge may have brought it here, or a checkout may have removed its state. This module
must never touch a file: `journal_file` and `file_store` do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

from coursesync.errors import StateError
from coursesync.state.journal import (
    JOURNAL_FORMATS,
    Conclusion,
    Header,
    Intent,
    addresses,
    record_of,
)
from coursesync.state.plain import written
from coursesync.state.replay import fold, holds
from coursesync.state.state import State
from coursesync.state.state_text import CONFLICT, is_address, unknown_format

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from coursesync.state.journal import Step

_HEAD = b'{"record":"'
LABEL = 12  # the digits of a checksum that are in the name of a journal that was set aside


def line(record: Header | Step) -> bytes:
    r"""Return a record as a line, including its "\n".

    Raises:
        ValueError or TypeError: the record can't be read again, which would make the whole journal
            useless; this is a bug of the caller.
    """
    text = json.dumps(written(record), ensure_ascii=False, separators=(",", ":"), default=written)
    body = text.encode()
    _read(body)
    return body + b" " + _checksum(body) + b"\n"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A journal that did not begin from the state beside it.

    Attributes:
        why: the evidence, as a predicate for messages.
        label: a part of its name once it is set aside: the start of the checksum of the state that
            it began from or, if it has none, of its own.
    """

    why: str
    label: str


def catch_up(saved: State, content: bytes, journal: Path, checksum: str = "") -> State | Foreign:
    """Apply the journal of an interrupted run to the state that the run began from, and no other.

    Args:
        saved: the state in its file.
        content: the journal's bytes.
        journal: the journal's path, for the message.
        checksum: the checksum of the state's file.

    Returns:
        The state after the run; `saved` itself if it has all of the journal already; `Foreign` if
        the run began from another state.

    Raises:
        StateError: the journal seems to be this state's, and is damaged.
    """
    content = _with_unix_line_ends(content)
    if (why := _not_a_journal(content)) is not None:
        return Foreign(why, _label(content))
    # a line without its end was never fsynced, so the request that it announces was not sent
    *lines, torn = content.split(b"\n")
    run = begun(content, journal)
    is_ours = run is None or began_from(run, saved, checksum)
    if is_ours and _is_whole(torn[:-1]):  # the line had an end, which was changed
        raise _damaged(len(lines) + 1, journal)
    if run is None:
        return saved
    if is_ours:
        records = [_record(number, each, journal) for number, each in enumerate(lines, 1)]
        return fold(saved, list(_steps(records, journal)))
    found = [_readable(each) for each in lines[1:]]
    steps = [each for each in found if each is not None and not isinstance(each, Header)]
    same = (run.lineage, run.target) == (saved.lineage, saved.target)
    if same and run.serial < saved.serial and len(steps) == len(found) and holds(saved, steps):
        return saved
    return Foreign("began from another state", (run.checksum or _label(content))[:LABEL])


def made_by(content: bytes, target: str) -> State:
    """Return the state that a journal's runs against a target lead to from an empty one.

    It skips lines that can't be read, so it must only be used to look for records.
    """
    steps: list[Step] = []
    is_ours = False
    for record in map(_readable, _with_unix_line_ends(content).split(b"\n")):
        if isinstance(record, Header):
            is_ours = record.target == target
        elif record is not None and is_ours:
            steps.append(record)
    return fold(State(target=target), steps)


def began_from(run: Header, saved: State, checksum: str) -> bool:
    """Return whether a run began from a state; `checksum` is that of the state's file."""
    if (run.lineage, run.serial, run.target) != (saved.lineage, saved.serial, saved.target):
        return False
    return run.checksum is None or run.checksum == checksum


def _with_unix_line_ends(content: bytes) -> bytes:
    """Undo the CRLF line ends that git may have made; JSON escapes those within a text."""
    return content.replace(b"\r\n", b"\n")


def _not_a_journal(content: bytes) -> str | None:
    """Return why a file can't be a journal, not even a damaged one; None if it may be one."""
    if CONFLICT.search(content):
        return "contains merge conflict markers"
    lines = content.split(b"\n")
    is_torn = len(lines) == 1 and _HEAD.startswith(content[: len(_HEAD)])
    if is_torn or any(each.startswith(_HEAD) or _is_whole(each) for each in lines):
        return None
    return "was not written by coursesync"


def _label(content: bytes) -> str:
    return sha256(content).hexdigest()[:LABEL]


def _readable(text: bytes) -> Header | Step | None:
    try:
        return _read(text.rpartition(b" ")[0]) if _is_whole(text) else None
    except (ValueError, TypeError, RecursionError):
        return None


def begun(content: bytes, journal: Path) -> Header | None:
    """Read the first line of a journal.

    Returns:
        The state that the run began from; None if this is no journal, or it has no whole line.

    Raises:
        StateError: the first line is damaged, or of a version that this coursesync can't read.
    """
    content = _with_unix_line_ends(content)
    head, end, _ = content.partition(b"\n")
    if not end or _not_a_journal(content) is not None:
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
    """Return whether the intent before an outcome is there: without it, an Id would be lost."""
    if not isinstance(step, Conclusion):
        return True
    return isinstance(before, Intent) and before.address == step.address


def _record(number: int, text: bytes, journal: Path) -> Header | Step:
    record = _readable(text)
    if record is None:
        raise _damaged(number, journal)
    return record


def _read(body: bytes) -> Header | Step:
    record = record_of(json.loads(body.decode()))
    # a state is saved with these addresses, and has to be read again
    if not isinstance(record, Header) and not all(map(is_address, addresses(record))):
        raise ValueError("an invalid address")
    return record


def _check_format(text: bytes, journal: Path) -> None:
    """Raise StateError if a whole first line has an unknown format."""
    body = text.rpartition(b" ")[0]
    try:
        version = json.loads(body).get("format", 1) if _is_whole(text) else 1
    except (ValueError, AttributeError, RecursionError):
        return  # damaged; the caller reports that when it reads the line
    if version not in JOURNAL_FORMATS:
        raise unknown_format(f"the journal {journal}", version, JOURNAL_FORMATS[-1])


def _is_whole(text: bytes) -> bool:
    body, _, checksum = text.rpartition(b" ")
    return bool(body) and checksum == _checksum(body)


def _damaged(number: int, journal: Path) -> StateError:
    return StateError(
        f"the journal {journal} is damaged at line {number}",
        "It records what an interrupted run did. Before you move it away, look in Nexudus for the "
        "records that it names.",
    )


def _checksum(body: bytes) -> bytes:
    return f"{crc32(body):08x}".encode()
