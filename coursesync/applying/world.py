"""What a run needs of the world, as Protocols, fitted by what touches it and by test doubles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from coursesync.nexudus.ports import Waiting

if TYPE_CHECKING:
    from coursesync.applying.report import Result
    from coursesync.nexudus.limits import Schedule
    from coursesync.nexudus.ports import Clock, Ledger, Remote
    from coursesync.state.store import StateStore


class Progress(Waiting, Protocol):
    """Who is told how an apply gets on."""

    def concluded(self, result: Result, rest: float = 0.0) -> None:
        """A change was carried out, or was not; all that is left takes `rest` seconds."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """The ports that a run works through, and the schedule that its requests keep to.

    Fits `nexudus.ports.Line`.
    """

    remote: Remote
    store: StateStore
    clock: Clock
    progress: Progress
    schedule: Schedule
    ledger: Ledger
