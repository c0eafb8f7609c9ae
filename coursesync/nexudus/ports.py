"""The ports through which requests are sent; adapters and test doubles fit the Protocols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from coursesync.nexudus.exchange import Exchange
    from coursesync.nexudus.limits import Schedule
    from coursesync.nexudus.outcome import Throttled


class Remote(Protocol):
    """The API. A request for records returns the facts of its exchange, and raises nothing."""

    @property
    def logged_in(self) -> bool:
        """Whether there is a token."""

    def ways_in(self) -> Sequence[Callable[[], bool | Throttled]]:
        """Return the ways to a new token, the best first.

        Each sends one request, and returns whether the API gave a token, or Throttled. It raises
        RemoteError if no other way can help.
        """

    def create(self, path: str, record: Mapping[str, object]) -> Exchange:
        """Send one create."""

    def update(self, path: str, record_id: int, record: Mapping[str, object]) -> Exchange:
        """Send one update of a record, with all its properties."""

    def delete(self, path: str, record_id: int) -> Exchange:
        """Send one deletion of a record."""

    def me(self) -> Exchange:
        """Ask who the user of the credentials is."""

    def search(self, path: str, page: int, only: Mapping[str, int]) -> Exchange:
        """Ask for a page, from 1, of the records that the filters in `only` let through."""

    def record(self, path: str, record_id: int) -> Exchange:
        """Ask for one record."""

    def records(self, path: str, ids: Sequence[int]) -> Exchange:
        """Ask for the records of these Ids; the answer is a bare list."""


class Clock(Protocol):
    """The time, and whether the run was asked to stop."""

    def now(self) -> float:
        """Return seconds on a clock that never goes back."""

    def stamp(self) -> str:
        """Return the time of day, ISO 8601 in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait; return early if the run is asked to stop."""

    def stopping(self) -> bool:
        """Return whether the run was asked to stop."""


class Waiting(Protocol):
    """Shows why a run waits."""

    def waiting(self, seconds: float, why: str, rest: float = 0.0) -> None:
        """A wait of `seconds` begins; the rest of the run takes `rest` seconds, 0 if unknown."""


@dataclass(frozen=True, slots=True)
class Line:
    """What requests are sent through, and the schedule that they keep to."""

    remote: Remote
    clock: Clock
    progress: Waiting
    schedule: Schedule
