"""A world without waiting: one virtual clock for a run and for the sandbox that it talks to."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from coursesync.nexudus.embedded import client
from coursesync.nexudus.limits import Schedule
from coursesync.sandbox import Sandbox, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from coursesync.applying.report import Result
    from coursesync.nexudus.client import Nexudus
    from coursesync.nexudus.exchange import Exchange
    from coursesync.nexudus.limits import Limits
    from coursesync.nexudus.outcome import Throttled

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class VirtualClock:
    """A clock that only moves when someone sleeps. Fits `ports.Clock`.

    `passing` is called with each moment that a sleep leads to, before it is reached: what happens
    in the world meanwhile.
    """

    seconds: float = 0.0
    stopped: bool = False
    passing: Callable[[float], None] | None = None

    def now(self) -> float:
        """Return the seconds that have passed."""
        return self.seconds

    def today(self) -> datetime:
        """Return the time of day."""
        return BEGINNING + timedelta(seconds=self.seconds)

    def stamp(self) -> str:
        """Return the time of day as ISO 8601 in UTC."""
        return self.today().strftime("%Y-%m-%dT%H:%M:%SZ")

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        if self.passing is not None:
            self.passing(self.seconds + seconds)
        self.seconds += seconds

    def stopping(self) -> bool:
        """Say whether the run was told to stop."""
        return self.stopped


class Quiet:
    """Progress that nobody reads; it keeps the results. Fits `applying.world.Progress`."""

    def __init__(self) -> None:
        self.results: list[Result] = []

    def concluded(self, result: Result, rest: float = 0.0) -> None:  # noqa: ARG002 - the port's
        """Keep a result."""
        self.results.append(result)

    def waiting(self, seconds: float, why: str, rest: float = 0.0) -> None:
        """Say nothing."""


class Counted(Schedule):
    """A schedule that shows when each request ended, and whether it was a write."""

    def __init__(self, limits: Limits | None = None) -> None:
        super().__init__(limits)
        self.requests: list[tuple[float, bool]] = []

    def ended(self, now: float, *, write: bool) -> None:
        """Count a request."""
        super().ended(now, write=write)
        self.requests.append((now, write))


class Unasked:
    """An API that nobody asks for anything. Fits `ports.Remote`; a test's own answers some."""

    logged_in = True

    def ways_in(self) -> Sequence[Callable[[], bool | Throttled]]:
        """Have one token, and no way to another."""
        return ()

    def create(self, path: str, record: Mapping[str, object]) -> Exchange:
        """Fail."""
        raise AssertionError((path, record))

    def update(self, path: str, record_id: int, record: Mapping[str, object]) -> Exchange:
        """Fail."""
        raise AssertionError((path, record_id, record))

    def delete(self, path: str, record_id: int) -> Exchange:
        """Fail."""
        raise AssertionError((path, record_id))

    def me(self) -> Exchange:
        """Fail."""
        raise AssertionError("me")

    def search(self, path: str, page: int, only: Mapping[str, int]) -> Exchange:
        """Fail."""
        raise AssertionError((path, page, only))

    def record(self, path: str, record_id: int) -> Exchange:
        """Fail."""
        raise AssertionError((path, record_id))

    def records(self, path: str, ids: Sequence[int]) -> Exchange:
        """Fail."""
        raise AssertionError((path, ids))


@contextmanager
def virtual_sandbox(
    clock: VirtualClock, settings: Settings | None = None, database: Path | None = None
) -> Iterator[tuple[Sandbox, Nexudus]]:
    """Yield a sandbox on the virtual clock, and a client of it in this process."""
    with Sandbox(
        database,
        settings=settings or Settings(),
        clock=clock.now,
        sleep=clock.sleep,
        now=clock.today,
    ) as sandbox:
        remote = client(sandbox)
        try:
            yield sandbox, remote
        finally:
            remote.close()
