"""A journal as bytes: one record a line, each with a checksum; and what a left-over one tells.

One that was begun from another state is never folded in and never refused: it may have come by a
merge, or its own state may have gone with a checkout.
Knows bytes only; `journal_file` appends them, and `file_store` reads them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

from coursesync.errors import Remedy, Shell, StateError
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
from coursesync.state.state_text import CONFLICT, is_address
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from coursesync.state.journal import Step

_HEAD = b'{"record":"'
LABEL = 12  # figures of a checksum that name a journal


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


@dataclass(frozen=True, slots=True)
class Foreign:
    """A journal that was not begun from the state beside it.

    `why` says how that is known; `label` names the journal once it is set aside, where it can be
    known by the checksum of the state that it was begun from.
    """

    why: str
    label: str


def catch_up(saved: State, content: bytes, journal: Path, checksum: str = "") -> State | Foreign:
    """Carry what a cut-off run did into the state that it began from, and into no other.

    Args:
        saved: the state as it stands in its file.
        content: the journal.
        journal: the journal's file, for the message.
        checksum: the state's.

    Returns:
        The state; `saved` itself where it knows all that the journal tells.

    Raises:
        StateError: the journal seems to be this state's, and is damaged.
    """
    content = _plain(content)
    if (why := _not_a_journal(content)) is not None:
        return Foreign(why, _label(content))
    # a line without its end was never fsynced: what it announces was not begun
    *lines, torn = content.split(b"\n")
    run = begun(content, journal)
    is_ours = run is None or began_from(run, saved, checksum)
    if is_ours and _is_whole(torn[:-1]):  # it had an end, which has become something else
        raise _damaged(len(lines) + 1, journal)
    if run is None:
        return saved
    if is_ours:
        records = [_record(number, each, journal) for number, each in enumerate(lines, 1)]
        return fold(saved, list(_steps(records, journal)))
    told = [_readable(each) for each in lines[1:]]
    steps = [each for each in told if each is not None and not isinstance(each, Header)]
    same = (run.lineage, run.target) == (saved.lineage, saved.target)
    if same and run.serial < saved.serial and len(steps) == len(told) and holds(saved, steps):
        return saved
    return Foreign("was begun from another state", (run.checksum or _label(content))[:LABEL])


def made_by(content: bytes, target: str) -> State:
    """Return what a journal tells of runs against a target, as if nothing had been there before.

    Lines that can't be read tell nothing: this serves to look for records, and for nothing else.
    """
    steps: list[Step] = []
    is_ours = False
    for record in map(_readable, _plain(content).split(b"\n")):
        if isinstance(record, Header):
            is_ours = record.target == target
        elif record is not None and is_ours:
            steps.append(record)
    return fold(State(target=target), steps)


def began_from(run: Header, saved: State, checksum: str) -> bool:
    """Say whether a run began from a state, whose file carries that checksum."""
    if (run.lineage, run.serial, run.target) != (saved.lineage, saved.serial, saved.target):
        return False
    return run.checksum is None or run.checksum == checksum


def _plain(content: bytes) -> bytes:
    """Return a journal with its own line ends, which may have become CRLF on the way through git.

    JSON escapes those that stand within a text.
    """
    return content.replace(b"\r\n", b"\n")


def _not_a_journal(content: bytes) -> str | None:
    """Say why a file can't be a run's journal, damaged or not; None where it may be one."""
    if CONFLICT.search(content):
        return "holds the marks of a merge conflict"
    lines = content.split(b"\n")
    is_torn = len(lines) == 1 and _HEAD.startswith(content[: len(_HEAD)])
    if is_torn or any(each.startswith(_HEAD) or _is_whole(each) for each in lines):
        return None
    return "is none that coursesync wrote"


def _label(content: bytes) -> str:
    return sha256(content).hexdigest()[:LABEL]


def _readable(text: bytes) -> Header | Step | None:
    try:
        return _read(text.rpartition(b" ")[0]) if _is_whole(text) else None
    except (ValueError, TypeError, RecursionError):
        return None


def begun(content: bytes, journal: Path) -> Header | None:
    """Read which state the run began from, where it is a journal and got so far.

    Raises:
        StateError: the first line is damaged, or another coursesync's.
    """
    content = _plain(content)
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
    """Say whether nothing is missing between two lines without which an Id would be lost."""
    if not isinstance(step, Conclusion):
        return True
    return isinstance(before, Intent) and before.address == step.address


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
        version = json.loads(body).get("format", 1) if _is_whole(text) else 1
    except (ValueError, AttributeError, RecursionError):
        return  # damaged, as reading it will say
    if version not in JOURNAL_FORMATS:
        raise StateError(
            f"the journal {journal} has the format {inert(str(version), 20)}; this coursesync "
            f"knows {JOURNAL_FORMATS[-1]}",
            Remedy(
                "Use the coursesync that wrote it, or a newer one:",
                Shell("pip", "install", "-U", "coursesync"),
            ),
        )


def _is_whole(text: bytes) -> bool:
    body, _, checksum = text.rpartition(b" ")
    return bool(body) and checksum == _checksum(body)


def _damaged(number: int, journal: Path) -> StateError:
    return StateError(
        f"the journal {journal} is damaged at line {number}",
        "It tells what a cut-off run did. Before you move it away, look in Nexudus for what "
        "its lines speak of.",
    )


def _checksum(body: bytes) -> bytes:
    return f"{crc32(body):08x}".encode()
