"""Finds the journal of an interrupted run that belongs to a state, among those beside it.

A journal that was set aside is named after the checksum of the state that it began from: if that
state comes back, its journal is applied. This module must never write.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy, Shell, StateError
from coursesync.state.journal_text import LABEL, Foreign, began_from, begun, catch_up
from coursesync.state.state_text import checksum_of, parse
from coursesync.text import as_argument

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from coursesync.errors import Sentence
    from coursesync.state.state import State


@dataclass(frozen=True, slots=True)
class Aside:
    """A journal of another state: the evidence, and its path once it is set aside."""

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
            "restore the state that it began from (another branch's, or a later one). Then run",
            Command("state recover"),
        )


@dataclass(frozen=True, slots=True)
class Leftover:
    """What the journals beside a state lead to.

    Attributes:
        state: the state after the interrupted run, if there was one.
        journal: the journal of that run; None if there is none.
        foreign: the journal of another state, if it is where this state's journal would be.
    """

    state: State
    journal: Path | None = None
    foreign: Aside | None = None


def _aside(journal: Path, label: str) -> Path:
    return journal.with_name(f"{journal.name}-{label[:LABEL]}")


def take_up(
    saved: State, checksum: str, journal: Path, read: Callable[[Path], bytes | None]
) -> Leftover:
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
        if not isinstance(led_to, Foreign):
            return Leftover(led_to, journal)
        foreign = Aside(led_to.why, _free_path(led_to, content, journal, read))
    own = _aside(journal, checksum)
    with suppress(StateError):  # a damaged one stays there: `elsewhere` still uses it
        if checksum and (content := read(own)) is not None:
            led_to = catch_up(saved, content, own, checksum)
            if not isinstance(led_to, Foreign):
                return Leftover(led_to, own, foreign)
    return Leftover(saved, None, foreign)


def _free_path(
    foreign: Foreign, content: bytes, journal: Path, read: Callable[[Path], bytes | None]
) -> Path:
    """Return a path for a journal at which there is no other journal."""
    path = _aside(journal, foreign.label)
    with suppress(StateError):
        if read(path) in {None, content}:
            return path
    return _aside(journal, sha256(content).hexdigest())


def way_back(
    state: Path, backup: Path, journal: Path, read: Callable[[Path], bytes | None]
) -> Sentence:
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
        if began_from(run, parse(kept, backup), checksum_of(kept)):
            copied = Shell("cp", as_argument(backup), as_argument(state))
            return Remedy(f"{beside}, which began from the backup. Restore the backup:", copied)
    if run.serial == 1:  # without a file, `file_store` starts from the same empty state
        return Remedy(
            f"{beside}. The journal alone can restore the state. Delete only the state file:",
            Shell("rm", as_argument(state)),
        )
    return f"{beside}, which began from serial {run.serial}: restore that state from git."
