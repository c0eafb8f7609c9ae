"""The journals that stand beside a state: which one it takes up, and which belongs to another.

Reads, and writes nothing. A journal that was set aside is named by the checksum of the state that
it was begun from, so that it is taken up where that state comes back.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy, Shell, StateError
from coursesync.state.journal_text import LABEL, Foreign, began_from, begun, catch_up, made_by
from coursesync.state.state_text import checksum_of, parse
from coursesync.text import as_argument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from coursesync.errors import Sentence
    from coursesync.state.state import State


@dataclass(frozen=True, slots=True)
class Aside:
    """A journal that is another state's: why, and where it is kept once it is set aside."""

    why: str
    path: Path

    def warning(self, journal: Path, state: Path) -> tuple[str, Remedy]:
        """Say that the journal of a state is another's, and what to do about it."""
        problem = (
            f"the journal {journal} {self.why}, and is not folded into {state}. It is kept: what "
            f"changes the state moves it to {self.path.name}"
        )
        return problem, Remedy(
            "apply looks for what its run made before it makes anything. To fold it in, put back "
            "the state that it was begun from (another branch's, or a later one):",
            Command("state recover"),
            "then does it.",
        )


@dataclass(frozen=True, slots=True)
class Leftover:
    """What the journals beside a state lead to.

    `journal` is the one that tells it, None where there is none; `foreign` the one that stands in
    the place of this state's and is another's.
    """

    state: State
    journal: Path | None = None
    foreign: Aside | None = None


def made_elsewhere(
    journals: Iterable[Path], target: str, read: Callable[[Path], bytes]
) -> tuple[State, ...]:
    """Return what the runs of some journals made, each as if there had been nothing before.

    Args:
        journals: of other states; one that can't be read tells nothing.
        target: the API's base URL.
        read: returns a file's bytes, or raises OSError.
    """
    told = []
    for path in journals:
        with suppress(OSError):
            told.append(made_by(read(path), target))
    return tuple(told)


def aside(journal: Path, label: str) -> Path:
    """Return where a journal is kept that is set aside."""
    return journal.with_name(f"{journal.name}-{label[:LABEL]}")


def take_up(
    saved: State, checksum: str, journal: Path, read: Callable[[Path], bytes | None]
) -> Leftover:
    """Find the journal that was begun from a state, and what it leads to.

    Args:
        saved: the state as it stands in its file.
        checksum: what that carries.
        journal: where a run writes its journal.
        read: returns a file's bytes, None where it is not there.

    Raises:
        StateError: the journal can't be read; or it is this state's, and damaged.
    """
    foreign = None
    if (told := read(journal)) is not None:
        led_to = catch_up(saved, told, journal, checksum)
        if not isinstance(led_to, Foreign):
            return Leftover(led_to, journal)
        foreign = Aside(led_to.why, _free(led_to, told, journal, read))
    own = aside(journal, checksum)
    with suppress(StateError):  # it stays where it is: records are looked for by what it tells
        if checksum and (told := read(own)) is not None:
            led_to = catch_up(saved, told, own, checksum)
            if not isinstance(led_to, Foreign):
                return Leftover(led_to, own, foreign)
    return Leftover(saved, None, foreign)


def _free(
    foreign: Foreign, told: bytes, journal: Path, read: Callable[[Path], bytes | None]
) -> Path:
    """Return where a journal can be kept without taking another's place."""
    path = aside(journal, foreign.label)
    with suppress(StateError):
        if read(path) in {None, told}:
            return path
    return aside(journal, sha256(told).hexdigest())


def way_back(
    state: Path, backup: Path, journal: Path, read: Callable[[Path], bytes | None]
) -> Sentence:
    """Say which state goes with the journal of a cut-off run; "" where no journal stands.

    Raises:
        StateError: the journal can't be read, or is damaged.
    """
    told = read(journal)
    run = None if told is None else begun(told, journal)
    if run is None:
        return ""
    beside = "A cut-off run's journal stands beside it"
    with suppress(StateError):
        kept = read(backup) or b""
        if began_from(run, parse(kept, backup), checksum_of(kept)):
            copied = Shell("cp", as_argument(backup), as_argument(state))
            return Remedy(f"{beside}, and begins from the backup:", copied, "Then go on.")
    if run.serial == 1:  # as `file_store` has it where there is no state
        return Remedy(
            f"{beside}, and tells all that there is: delete the state, and nothing else:",
            Shell("rm", as_argument(state)),
        )
    return f"{beside}: put back the state of serial {run.serial} that it begins from, from git."
