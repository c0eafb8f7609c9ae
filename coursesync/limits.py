"""The API's limits: how long so many requests take, and when the next may start.

Pure: the time is passed in, in seconds of one clock that never goes back. The limits are those
published at https://developers.nexudus.com/reference/api-limitations. Whether the API counts by
fixed or by sliding windows is not said: a schedule that keeps to sliding ones keeps to both.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
# after a throttled request: how much slower, and how much quicker again in each minute without one
_SLOWER = 0.8
_QUICKER = 2.0  # requests a minute
_HAIR = 1e-6  # seconds; sums of decimal fractions are off by less


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` requests (or only writes) in any `seconds`."""

    limit: int
    seconds: float
    writes_only: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How many requests the API takes; `gap` is the least time between two, in seconds.

    The defaults are the published ones.
    """

    gap: float = 0.1
    writes_a_minute: int = 60
    writes_a_day: int = 5_000
    requests_a_minute: int = 120
    requests_an_hour: int = 5_000
    requests_a_day: int = 200_000

    @property
    def windows(self) -> tuple[Window, ...]:
        """The same as windows, the longest first."""
        return (
            Window(self.requests_a_day, DAY),
            Window(self.writes_a_day, DAY, writes_only=True),
            Window(self.requests_an_hour, HOUR),
            Window(self.requests_a_minute, MINUTE),
            Window(self.writes_a_minute, MINUTE, writes_only=True),
            Window(1, self.gap),
        )


PUBLISHED = Limits()


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the past: when it ended, and whether it was a write."""

    at: float
    write: bool


def least_seconds(writes: int, reads: int = 0, limits: Limits = PUBLISHED) -> float:
    """Return how many seconds so many requests take at the least, from the first to the last."""
    every = [window for window in limits.windows if not window.writes_only]
    tighter = [w for w in limits.windows if w.writes_only or w.seconds == limits.gap]
    return max(_least(writes + reads, every), _least(writes, tighter))


def _least(requests: int, windows: Iterable[Window]) -> float:
    rest, seconds = max(0, requests - 1), 0.0
    for window in windows:
        seconds += rest // window.limit * window.seconds
        rest %= window.limit
    return seconds


class Schedule:
    """When each request may start: never sooner than the windows allow, whoever ran before.

    Where the API throttles all the same (another client eats of the allowance), the rest is spread
    evenly at a lower rate, which rises again slowly: bursts would be throttled anew each minute.
    """

    def __init__(self, limits: Limits | None = PUBLISHED, earlier: Iterable[Request] = ()) -> None:
        """Begin a schedule.

        Args:
            limits: what the API allows; None where it sets no limits.
            earlier: the requests of runs before this, on this run's clock, the oldest first.
        """
        self._limits = limits
        windows = limits.windows if limits else ()
        self._ends = [(window, deque[float](maxlen=window.limit)) for window in windows]
        self._held_until = self._last = float("-inf")
        self._rate, self._rated_at = float("inf"), 0.0  # requests a minute, once throttled
        for request in earlier:
            self._count(request)

    def wait(self, now: float, *, write: bool) -> float:
        """Return how many seconds from `now` the next request has to wait."""
        due = max(self._held_until, self._last + self._spread(now))
        for window, ends in self._ends:
            if len(ends) == window.limit and (write or not window.writes_only):
                due = max(due, ends[0] + window.seconds)
        rest = due - now
        return rest if rest > _HAIR else 0.0

    def ended(self, now: float, *, write: bool) -> None:
        """Note that a request has ended.

        By the server's clock it came at any time up to now: what comes later keeps its distance
        to this.
        """
        self._last = now
        self._count(Request(now, write))

    def throttled(self, now: float, seconds: float) -> None:
        """Let nothing start for so many seconds, as the API asked, and go slower from then on."""
        self._held_until = max(self._held_until, now + seconds)
        usual = self._limits.writes_a_minute if self._limits else 60
        self._rate = max(1.0, min(self._rate_at(now), usual) * _SLOWER)
        self._rated_at = self._held_until

    def writes_left(self, now: float) -> int | None:
        """Return how many writes the day's allowance still has; None where there is none."""
        if self._limits is None:
            return None
        return next(
            window.limit - sum(end + window.seconds > now for end in ends)
            for window, ends in self._ends
            if window.writes_only and window.seconds == DAY
        )

    def seconds_for(self, now: float, writes: int) -> float:
        """Return how many seconds from `now` so many more writes take, as far as can be known."""
        if self._limits is None:
            return 0.0
        spread = self._spread(now) * max(0, writes - 1)
        at_best = max(spread, least_seconds(writes, limits=self._limits))
        return self.wait(now, write=True) + at_best

    def _count(self, request: Request) -> None:
        for window, ends in self._ends:
            if request.write or not window.writes_only:
                ends.append(request.at)

    def _rate_at(self, now: float) -> float:
        return self._rate + _QUICKER * max(0.0, now - self._rated_at) / MINUTE

    def _spread(self, now: float) -> float:
        rate = self._rate_at(now)
        usual = self._limits.writes_a_minute if self._limits else 60
        return 0.0 if rate >= usual else MINUTE / rate
