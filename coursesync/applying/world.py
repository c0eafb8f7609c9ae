"""The ports of a run; adapters and test doubles fit the Protocols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from coursesync.nexudus.ports import Line, Waiting

if TYPE_CHECKING:
    from coursesync.applying.report import Result
    from coursesync.state.store import StateStore

# seconds; a write relies on nothing that was read a minute before, less the time of requests
MAX_AGE = 50.0


class Progress(Waiting, Protocol):
    """Shows the progress of an apply."""

    def concluded(self, result: Result, rest: float = 0.0) -> None:
        """Show the result of a change; the rest of the plan takes `rest` seconds."""


@dataclass(frozen=True, slots=True)
class World(Line):
    """The ports that a run works through: those for its requests, and the store of its state."""

    progress: Progress
    store: StateStore
