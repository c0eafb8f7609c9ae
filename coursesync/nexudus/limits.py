"""The API's limits: how long a number of requests takes, and when the next one may start.

Owns the schedule. Time is passed in, in seconds of one clock that never goes back. The limits are
published at https://developers.nexudus.com/reference/api-limitations. They don't say whether the
API counts by fixed or by sliding windows: a schedule that keeps to sliding ones keeps to both.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
IDS_AT_ONCE = 200  # records read by Id in one request; a URL holds no more
SETTLING = 60.0  # seconds that a list may lag behind a create
_LESS = 0.95  # after throttling, allow 95 % of what was accepted
_MUCH_LESS = 0.7  # or 70 % of the present rate, if that is unknown
_REGAINED = 0.5  # without throttling for m minutes, allow 0.5 m^2 more writes a minute
_HAIR = 1e-6  # seconds; sums of decimal fractions are off by less


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` requests (or only writes) in any `seconds`."""

    limit: int
    seconds: float
    writes_only: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How many requests the API allows; `gap` is the least time between two, in seconds.

    The defaults are the published limits.
    """

    gap: float = 0.1
    writes_a_minute: int = 60
    writes_a_day: int = 5_000
    requests_a_minute: int = 120
    requests_an_hour: int = 5_000
    requests_a_day: int = 200_000

    @property
    def windows(self) -> tuple[Window, ...]:
        """The limits as windows, the longest first."""
        return (
            Window(self.requests_a_day, DAY),
            Window(self.writes_a_day, DAY, writes_only=True),
            Window(self.requests_an_hour, HOUR),
            Window(self.requests_a_minute, MINUTE),
            Window(self.writes_a_minute, MINUTE, writes_only=True),
            Window(1, self.gap),
        )


PUBLISHED = Limits()


def least_seconds(writes: int, reads: int = 0, limits: Limits = PUBLISHED) -> float:
    """Return the least seconds from the first to the last of these requests."""
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
    """When each request may start: never sooner than the windows allow, counting earlier runs.

    If the API throttles nevertheless, another client uses the same allowance. Then the schedule
    allows only about as many writes a minute as the API accepted. Then it raises the rate slowly.
    Writes stay in bursts: spread out, each could collide with a write of the other client.
    """

    def __init__(self, limits: Limits | None = PUBLISHED) -> None:
        """Begin a schedule; `limits` is None if the API has none."""
        self._limits = limits
        windows = limits.windows if limits else ()
        self._ends = [(window, deque[float](maxlen=window.limit)) for window in windows]
        self._held_until = self._throttled_at = float("-inf")
        self._share = limits.writes_a_minute if limits else 0
        self._taken = 0  # requests since a throttled one
        self.gap = limits.gap if limits else 0.0  # the least time between two requests, in seconds

    def wait(self, now: float, *, write: bool) -> float:
        """Return how many seconds from `now` the next request has to wait."""
        due = self._held_until
        for window, ends in self._ends:
            if write or not window.writes_only:
                due = max(due, self._free(window, ends, now))
        rest = due - now
        return rest if rest > _HAIR else 0.0

    def ended(self, now: float, *, write: bool) -> None:
        """Count a request that has ended, and that the API did not throttle.

        It counts at its end time; the server may have counted it any time before.
        """
        self._taken += 1
        self._count(now, write=write)

    def throttled(self, now: float, seconds: float) -> None:
        """Start nothing for `seconds`, as the API asked, and then allow fewer writes.

        The request itself is not counted, because the API does not count it.
        A short wait early in a burst usually means that two requests met by chance: it says nothing
        about the allowance of the minute.
        """
        if self._taken > 0:  # reduce once for a series of throttled requests
            self._cut(now, seconds)
        self._taken = 0
        self._throttled_at = now
        self._held_until = max(self._held_until, now + seconds)

    def _cut(self, now: float, seconds: float) -> None:
        taken = self._writes_in(MINUTE, now)
        share = self._share_at(now)
        again = now - self._throttled_at < MINUTE / 2
        if taken >= share / 2:
            self._share = max(1, int(_LESS * min(taken, share)))
        elif seconds > 1 or again:
            self._share = max(1, int(_MUCH_LESS * share))

    def writes_left(self, now: float) -> int | None:
        """Return how many writes are left of the day's allowance; None without limits."""
        if self._limits is None:
            return None
        return self._limits.writes_a_day - self._writes_in(DAY, now)

    def seconds_for(self, now: float, writes: int) -> float:
        """Return how many seconds from `now` this many more writes take, as far as is known."""
        if self._limits is None:
            return 0.0
        slower = replace(self._limits, writes_a_minute=self._share_at(now))
        return self.wait(now, write=True) + least_seconds(writes, limits=slower)

    def _count(self, at: float, *, write: bool) -> None:
        for window, ends in self._ends:
            if write or not window.writes_only:
                ends.append(at)

    def _free(self, window: Window, ends: deque[float], now: float) -> float:
        """Return when a window has room for one more."""
        is_minute = window.writes_only and window.seconds == MINUTE
        most = self._share_at(now) if is_minute else window.limit
        if len(ends) < most or ends[-most] + window.seconds <= now:
            return now
        # if others write, too, wait for room for a whole burst: only its start is at risk
        return ends[-1 if most < window.limit else -most] + window.seconds

    def _share_at(self, now: float) -> int:
        """Return how many writes a minute to ask for."""
        usual = self._limits.writes_a_minute if self._limits else 1
        quiet = max(0.0, now - self._throttled_at) / MINUTE
        return usual if quiet > usual else min(usual, self._share + int(_REGAINED * quiet**2))

    def _writes_in(self, seconds: float, now: float) -> int:
        """Count the writes in the window of this length that ends now."""
        windows = (ends for w, ends in self._ends if w.writes_only and w.seconds == seconds)
        return sum(end + seconds > now for ends in windows for end in ends)
