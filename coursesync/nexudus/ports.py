"""What sending needs of the world, as Protocols, fitted by what touches it and by test doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.kinds.attributes import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.exchange import Exchange
    from coursesync.nexudus.limits import Schedule


class Remote(Protocol):
    """The API. A request returns the facts of its exchange, decides nothing and raises nothing."""

    @property
    def logged_in(self) -> bool:
        """Whether there is a token."""

    @property
    def can_log_in(self) -> bool:
        """Whether a token can be had by a login."""

    def log_in(self) -> None:
        """Get a token, by one request.

        Raises:
            RemoteError: none can be had.
            Busy: none can be had now.
        """

    @property
    def renewable(self) -> bool:
        """Whether there is a refresh token, to get a new token by after a 401."""

    def renew(self) -> bool:
        """Get a new token by the refresh token, by one request; say whether there is one.

        A refresh token that was refused is forgotten. Raises as `log_in` does.
        """

    def create(self, kind: Kind, attributes: Attributes) -> Exchange:
        """Send one create."""

    def update(self, kind: Kind, record_id: int, record: Mapping[str, object]) -> Exchange:
        """Send one update of a record, with all that it is to be."""

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
    """Where requests are counted beyond the end of a run."""

    def note(self, *, write: bool) -> None:
        """Count a request that has just ended."""

    def take_back(self) -> None:
        """Forget the request that was counted last: what is throttled is not counted."""

    def hold(self, seconds: float) -> None:
        """Note that the API asked to send nothing for so long."""


class Clock(Protocol):
    """Time, and being told to stop."""

    def now(self) -> float:
        """Return seconds on a clock that never goes back."""

    def stamp(self) -> str:
        """Return the time of day, ISO 8601 in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait; return at once when the run is told to stop."""

    def stopping(self) -> bool:
        """Say whether the run was told to stop."""


class Waiting(Protocol):
    """Who is told what is waited for."""

    def waiting(self, seconds: float, why: str, rest: float = 0.0) -> None:
        """Nothing is sent for this long; all that is left takes `rest` seconds, 0 if unknown."""


class Line(Protocol):
    """All that requests are sent through, and the schedule that they keep to."""

    @property
    def remote(self) -> Remote:
        """The API."""

    @property
    def clock(self) -> Clock:
        """The time, and when to stop."""

    @property
    def progress(self) -> Waiting:
        """Who is told what is waited for."""

    @property
    def schedule(self) -> Schedule:
        """When the next request may start."""

    @property
    def ledger(self) -> Ledger:
        """Where requests are counted beyond the end of a run."""
