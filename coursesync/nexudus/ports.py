"""The ports through which requests are sent, as Protocols; adapters and test doubles fit them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.exchange import Exchange
    from coursesync.nexudus.limits import Schedule


class Remote(Protocol):
    """The API. Each request returns the facts of its exchange, decides nothing, raises nothing."""

    @property
    def logged_in(self) -> bool:
        """Whether there is a token."""

    @property
    def can_log_in(self) -> bool:
        """Whether a login can give a token."""

    def log_in(self) -> None:
        """Get a token, in one request.

        Raises RemoteError if there is none to get, or Busy if there is none now.
        """

    @property
    def renewable(self) -> bool:
        """Whether there is a refresh token, to get a new token after a 401."""

    def renew(self) -> bool:
        """Get a new token by the refresh token, in one request; return whether there is one.

        A refused refresh token is forgotten. Raises as `log_in` does.
        """

    def create(self, kind: Kind, attributes: Attributes) -> Exchange:
        """Send one create."""

    def update(self, kind: Kind, record_id: int, record: Mapping[str, object]) -> Exchange:
        """Send one update of a record, with all its properties."""

    def delete(self, kind: Kind, record_id: int) -> Exchange:
        """Send one deletion of a record."""

    def search(self, kind: Kind, page: int, course_id: int | None = None) -> Exchange:
        """Ask for a page, from 1, of the records of a kind: a course's, or all."""

    def record(self, kind: Kind, record_id: int) -> Exchange:
        """Ask for one record."""

    def records(self, kind: Kind, ids: Sequence[int]) -> Exchange:
        """Ask for the records of these Ids."""

    def all_courses(self, page: int) -> Exchange:
        """Ask for a page, from 1, of all courses."""

    def courses(self, ids: Sequence[int]) -> Exchange:
        """Ask for the courses of these Ids."""

    def lessons(self, course_id: int, page: int) -> Exchange:
        """Ask for a page, from 1, of a course's lessons."""

    def lessons_by_id(self, ids: Sequence[int]) -> Exchange:
        """Ask for the lessons of these Ids."""


class Ledger(Protocol):
    """Counts requests across runs."""

    def note(self, *, write: bool) -> None:
        """Count a request that has just ended."""

    def take_back(self) -> None:
        """Forget the last request: a throttled one does not count."""

    def hold(self, seconds: float) -> None:
        """Note that the API asked for this long a pause."""


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


class Line(Protocol):
    """What `Sender` needs to send requests."""

    @property
    def remote(self) -> Remote:
        """The API."""

    @property
    def clock(self) -> Clock:
        """The time, and whether to stop."""

    @property
    def progress(self) -> Waiting:
        """Shows why the run waits."""

    @property
    def schedule(self) -> Schedule:
        """When the next request may start."""

    @property
    def ledger(self) -> Ledger:
        """Counts requests across runs."""
