"""What `apply` needs of the world, as Protocols: the adapters fit them, and so do test doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from coursesync.journal import Step
    from coursesync.outcome import Exchange
    from coursesync.report import Result
    from coursesync.resources.base import Attributes, Kind
    from coursesync.state import State


class Remote(Protocol):
    """The API. A write returns the facts of its exchange, decides nothing and raises nothing."""

    def log_in(self) -> bool:
        """Get a token where there is none; say whether that took a request.

        Raises RemoteError where none can be had.
        """
        ...

    def renew(self) -> bool:
        """Get a new token after a 401; say whether there is one."""
        ...

    def create(self, kind: Kind, attributes: Attributes) -> Exchange:
        """Send one create."""
        ...


class StateStore(Protocol):
    """Where the state and its journal are kept. Raises StateError where they can't be."""

    def begin(self, state: State) -> State:
        """Make sure that the state can be saved, open a journal on it, and return it as saved."""
        ...

    def recover(self, state: State) -> State:
        """Save what a cut-off run left in the journal, if it left any; return the state."""
        ...

    def append(self, step: Step) -> None:
        """Add a step to the journal; when this returns, it outlives a power cut."""
        ...

    def finish(self, state: State) -> State:
        """Save the state that the journal led to, drop the journal, return the state as saved."""
        ...


class Clock(Protocol):
    """Time, and being told to stop."""

    def now(self) -> float:
        """Return seconds on a clock that never goes back."""
        ...

    def stamp(self) -> str:
        """Return the time of day, ISO 8601 in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; return at once when the run is told to stop."""
        ...

    def stopping(self) -> bool:
        """Say whether the run was told to stop."""
        ...


class Progress(Protocol):
    """Who is told how an apply gets on."""

    def concluded(self, result: Result) -> None:
        """A change was carried out, or was not."""
        ...

    def waiting(self, seconds: float, why: str) -> None:
        """Nothing is sent for this long."""
        ...
