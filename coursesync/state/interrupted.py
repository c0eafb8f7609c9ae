"""The journal that an interrupted run left beside a state, and what it means for that state.

A journal that began from another state must never be applied to this one. It is not an error: a
merge may have brought it here, or a checkout may have removed its state. It is set aside under the
checksum of the state that it began from: if that state comes back, its journal is applied. This
module must never write.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy, Shell, StateError
from coursesync.state.journal import (
    JOURNAL_FORMATS,
    Conclusion,
    Header,
    Intent,
    is_whole,
    record_in,
)
from coursesync.state.replay import fold, holds
from coursesync.state.state import State
from coursesync.state.state_text import CONFLICT, checksum_of, parse, unknown_format
from coursesync.text import as_argument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from coursesync.errors import Sentence
    from coursesync.state.journal import Step

    Read = Callable[[Path], bytes | None]

_HEAD = b'{"record":"'
_LABEL = 12  # the digits of a checksum that are in the name of a journal that was set aside


@dataclass(frozen=True, slots=True)
class Foreign:
    """A journal that did not begin from the state beside it.

    Attributes:
        why: the evidence, as a predicate for messages.
        path: its path once it is set aside; the name ends in the start of a checksum: of the state
            that it began from or, if it names none, of the journal itself.
    """

    why: str
    path: Path

    def warning(self, journal: Path, state: Path) -> tuple[str, Remedy]:
        """Return the warning that a state's journal belongs to another state, and the remedy."""
        problem = (
            f"the journal {journal} {self.why}, so it is not merged into {state}. It is kept: the "
            f"next command that changes the state moves it to {self.path.name}"
        )
        return problem, Remedy(
            "apply looks for the records of its run before it creates anything. To merge it, "
            "restore the state that it began from (another branch's, or a later one). Then run:",
            Command("state recover"),
        )


@dataclass(frozen=True, slots=True)
class Leftover:
    """The state after its unfinished journal, if there is one.

    Attributes:
        state: the state after the interrupted run, if there was one.
        journal: the journal of that run; None if there is none.
        foreign: the journal of another state, if it is where this state's journal would be.
    """

    state: State
    journal: Path | None = None
    foreign: Foreign | None = None


def take_up(saved: State, checksum: str, journal: Path, read: Read) -> Leftover:
    """Find the journal that began from a state, and apply it.

    Args:
        saved: the state in its file.
        checksum: the checksum of that file.
        journal: the path at which a run writes its journal.
        read: returns a file's bytes; None if there is no file.

    Raises:
        StateError: the journal can't be read, or it belongs to this state and is damaged.
    """
    foreign = None
    if (content := read(journal)) is not None:
        led_to = catch_up(saved, content, journal, checksum)
        if isinstance(led_to, State):
            return Leftover(led_to, journal)
        foreign = replace(led_to, path=_free_path(led_to.path, content, journal, read))
    own = _aside(journal, checksum)
    with suppress(StateError):  # a damaged one stays there: `made_by` still uses it
        if checksum and (content := read(own)) is not None:
            led_to = catch_up(saved, content, own, checksum)
            if isinstance(led_to, State):
                return Leftover(led_to, own, foreign)
    return Leftover(saved, None, foreign)


def _free_path(path: Path, content: bytes, journal: Path, read: Read) -> Path:
    """Return `path`; if another journal is there already, a path with the journal's own digest."""
    with suppress(StateError):
        if read(path) in {None, content}:
            return path
    return journal.with_name(f"{journal.name}-{_digest(content)}")


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
        return Foreign(why, _aside(journal, _digest(content)))
    # a line without its end was never fsynced, so the request that it announces was not sent
    *lines, torn = content.split(b"\n")
    run = begun(content, journal)
    is_ours = run is None or _began_from(run, saved, checksum)
    if is_ours and is_whole(torn[:-1]):  # the line had an end, which was changed
        raise _damaged(len(lines) + 1, journal)
    if run is None:
        return saved
    if is_ours:
        return fold(saved, _steps(lines, journal))
    found = [record_in(each) for each in lines[1:]]
    steps = [each for each in found if each is not None and not isinstance(each, Header)]
    same = (run.lineage, run.target) == (saved.lineage, saved.target)
    if same and run.serial < saved.serial and len(steps) == len(found) and holds(saved, steps):
        return saved
    return Foreign("began from another state", _aside(journal, run.checksum or _digest(content)))


def made_by(content: bytes, target: str) -> State:
    """Return the state that a journal's runs against a target lead to from an empty one.

    It skips lines that can't be read, so it must only be used to look for records.
    """
    steps: list[Step] = []
    is_ours = False
    for record in map(record_in, _with_unix_line_ends(content).split(b"\n")):
        if isinstance(record, Header):
            is_ours = record.target == target
        elif record is not None and is_ours:
            steps.append(record)
    return fold(State(target=target), steps)


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
    record = record_in(head)
    if isinstance(record, Header):
        return record
    version = None
    with suppress(ValueError, AttributeError, RecursionError):
        version = json.loads(head.rpartition(b" ")[0]).get("format") if is_whole(head) else None
    if version is None or version in JOURNAL_FORMATS:
        raise _damaged(1, journal)
    raise unknown_format(f"the journal {journal}", version, JOURNAL_FORMATS[-1])


def way_back(state: Path, backup: Path, journal: Path, read: Read) -> Sentence:
    """Return how to restore the state that an interrupted run began from; "" without a journal.

    Raises:
        StateError: the journal can't be read, or is damaged.
    """
    content = read(journal)
    run = None if content is None else begun(content, journal)
    if run is None:
        return ""
    beside = "An interrupted run left a journal beside it"
    with suppress(StateError):
        kept = read(backup) or b""
        if _began_from(run, parse(kept, backup), checksum_of(kept)):
            copied = Shell("cp", as_argument(backup), as_argument(state))
            return Remedy(f"{beside}, which began from the backup. Restore the backup:", copied)
    if run.serial == 1:  # without a file, `file_store` starts from the same empty state
        return Remedy(
            f"{beside}. The journal alone can restore the state. Delete only the state file:",
            Shell("rm", as_argument(state)),
        )
    return f"{beside}, which began from serial {run.serial}: restore that state from git."


def _began_from(run: Header, saved: State, checksum: str) -> bool:
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
    if is_torn or any(each.startswith(_HEAD) or is_whole(each) for each in lines):
        return None
    return "was not written by coursesync"


def _aside(journal: Path, checksum: str) -> Path:
    return journal.with_name(f"{journal.name}-{checksum[:_LABEL]}")


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _steps(lines: Iterable[bytes], journal: Path) -> Iterator[Step]:
    """Yield the steps after the first line; raises StateError at a line that is damaged."""
    for number, (before, step) in enumerate(pairwise(map(record_in, lines)), 2):
        # without the intent before an outcome, its Id would be lost
        follows = not isinstance(step, Conclusion) or (
            isinstance(before, Intent) and before.address == step.address
        )
        if step is None or isinstance(step, Header) or not follows:
            raise _damaged(number, journal)
        yield step


def _damaged(number: int, journal: Path) -> StateError:
    return StateError(
        f"the journal {journal} is damaged at line {number}",
        "It records what an interrupted run did. Before you move it away, look in Nexudus for the "
        "records that it names.",
    )
