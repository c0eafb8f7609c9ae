"""What `apply` needs of the world, as Protocols, fitted by what touches it and by test doubles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.applying.report import Result
    from coursesync.kinds.kind import Attributes, Kind
    from coursesync.nexudus.exchange import Exchange
    from coursesync.nexudus.limits import Schedule
    from coursesync.state.journal import Step
    from coursesync.state.state import State


class Remote(Protocol):
    """The API. A request returns the facts of its exchange, decides nothing and raises nothing."""

    @property
    def logged_in(self) -> bool:
        """Whether there is a token."""
        ...

    @property
    def can_log_in(self) -> bool:
        """Whether a token can be had by a login."""
        ...

    def log_in(self) -> None:
        """Get a token, by one request.

        Raises:
            RemoteError: none can be had.
            Busy: none can be had now.
        """
        ...

    @property
    def renewable(self) -> bool:
        """Whether there is a refresh token, to get a new token by after a 401."""
        ...

    def renew(self) -> bool:
        """Get a new token by the refresh token, by one request; say whether there is one.

        A refresh token that was refused is forgotten. Raises as `log_in` does.
        """
        ...

    def create(self, kind: Kind, attributes: Attributes) -> Exchange:
        """Send one create."""
        ...

    def update(self, kind: Kind, record_id: int, attributes: Attributes) -> Exchange:
        """Send one update of a record, with all that it is to be."""
        ...

    def delete(self, kind: Kind, record_id: int) -> Exchange:
        """Send one deletion of a record."""
        ...

    def search(self, kind: Kind, page: int, course_id: int | None = None) -> Exchange:
        """Ask for a page, from 1, of the records of a kind: a course's, or all."""
        ...

    def record(self, kind: Kind, record_id: int) -> Exchange:
        """Ask for one record."""
        ...

    def records(self, kind: Kind, ids: Sequence[int]) -> Exchange:
        """Ask for the records of these Ids."""
        ...

    def all_courses(self, page: int) -> Exchange:
        """Ask for a page, from 1, of all courses."""
        ...

    def courses(self, ids: Sequence[int]) -> Exchange:
        """Ask for the courses of these Ids."""
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


class Ledger(Protocol):
    """Where requests are counted beyond the end of a run."""

    def note(self, *, write: bool) -> None:
        """Count a request that has just ended."""
        ...

    def take_back(self) -> None:
        """Forget the request that was counted last: what is throttled is not counted."""
        ...

    def hold(self, seconds: float) -> None:
        """Note that the API asked to send nothing for so long."""
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

    def concluded(self, result: Result, rest: float = 0.0) -> None:
        """A change was carried out, or was not; all that is left takes `rest` seconds."""
        ...

    def waiting(self, seconds: float, why: str, rest: float = 0.0) -> None:
        """Nothing is sent for this long; all that is left takes `rest` seconds, 0 if unknown."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """The ports that a run works through, and the schedule that its requests keep to."""

    remote: Remote
    store: StateStore
    clock: Clock
    progress: Progress
    schedule: Schedule
    ledger: Ledger
