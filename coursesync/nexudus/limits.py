"""The API's limits: how long so many requests take, and when the next may start.

Pure: the time is passed in, in seconds of one clock that never goes back. The limits are those
published at https://developers.nexudus.com/reference/api-limitations. Whether the API counts by
fixed or by sliding windows is not said: a schedule that keeps to sliding ones keeps to both.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
IDS_AT_ONCE = 200  # records that are asked for by their Ids in one request: what a URL can carry
SETTLING = 60.0  # seconds: how long a list may lag behind what was created
_LESS = 0.95  # of what the API took: some of that may have been the other client's
_MUCH_LESS = 0.7  # of what was asked for, where it can't be told what the API would have taken
_REGAINED = 0.5  # writes a minute, times the square of the minutes without a throttled request
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

    Where the API throttles all the same, another client eats of the allowance. Then as many
    writes a minute as the API took of ours are all that is asked for, and slowly more again. They
    go out in bursts: spread out, each would have its own chance to come within the least time
    after one of the other client's.
    """

    def __init__(
        self,
        limits: Limits | None = PUBLISHED,
        earlier: Iterable[Request] = (),
        held_until: float = float("-inf"),
    ) -> None:
        """Begin a schedule.

        Args:
            limits: what the API allows; None where it sets no limits.
            earlier: the requests of runs before this, on this run's clock, the oldest first.
            held_until: when the wait is over that the API asked an earlier run for.
        """
        self._limits = limits
        windows = limits.windows if limits else ()
        self._ends = [(window, deque[float](maxlen=window.limit)) for window in windows]
        self._held_until, self._throttled_at = held_until, float("-inf")
        self._share = limits.writes_a_minute if limits else 0
        self._taken, self._latest = 0, 0.0  # requests since one was throttled; when the last ended
        for request in earlier:
            self._count(request)

    @property
    def gap(self) -> float:
        """The least time between two requests, in seconds."""
        return self._limits.gap if self._limits else 0.0

    def wait(self, now: float, *, write: bool) -> float:
        """Return how many seconds from `now` the next request has to wait."""
        due = self._held_until
        for window, ends in self._ends:
            if write or not window.writes_only:
                due = max(due, self._free(window, ends, now))
        rest = due - now
        return rest if rest > _HAIR else 0.0

    def ended(self, now: float, *, write: bool) -> None:
        """Note that a request has ended.

        By the server's clock it came at any time up to now: what comes later keeps its distance
        to this.
        """
        self._latest = now
        self._taken += 1
        self._count(Request(now, write))

    def throttled(self, now: float, seconds: float) -> None:
        """Let nothing start for so many seconds, as the API asked, and ask for less from then on.

        A short wait early in a burst is for two requests that met by chance, as a rule: it says
        nothing of the minute's allowance.
        """
        self._uncount()
        if self._taken > 0:  # one cut an episode, however often it is throttled in it
            self._cut(now, seconds)
        self._taken = 0
        self._throttled_at = now
        self._held_until = max(self._held_until, now + seconds)

    def _uncount(self) -> None:
        """Forget the request that ended last: what is throttled is not counted by the API."""
        self._taken -= 1
        for _, ends in self._ends:
            if ends and ends[-1] == self._latest:
                ends.pop()

    def _cut(self, now: float, seconds: float) -> None:
        taken = sum(end + MINUTE > now for end in self._writes_of_the_minute())
        share = self._share_at(now)
        again = now - self._throttled_at < MINUTE / 2
        if taken >= share / 2:
            self._share = max(1, int(_LESS * min(taken, share)))
        elif seconds > 1 or again:
            self._share = max(1, int(_MUCH_LESS * share))

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
        slower = replace(self._limits, writes_a_minute=self._share_at(now))
        return self.wait(now, write=True) + least_seconds(writes, limits=slower)

    def _count(self, request: Request) -> None:
        for window, ends in self._ends:
            if request.write or not window.writes_only:
                ends.append(request.at)

    def _free(self, window: Window, ends: deque[float], now: float) -> float:
        """Return when a window has room for one more."""
        is_minute = window.writes_only and window.seconds == MINUTE
        most = self._share_at(now) if is_minute else window.limit
        if len(ends) < most or ends[-most] + window.seconds <= now:
            return now
        # where others write too, wait for room for a whole burst: its start alone is at risk
        return ends[-1 if most < window.limit else -most] + window.seconds

    def _share_at(self, now: float) -> int:
        """Return how many writes a minute to ask for."""
        usual = self._limits.writes_a_minute if self._limits else 1
        quiet = max(0.0, now - self._throttled_at) / MINUTE
        return usual if quiet > usual else min(usual, self._share + int(_REGAINED * quiet**2))

    def _writes_of_the_minute(self) -> Iterable[float]:
        return next((ends for w, ends in self._ends if w.writes_only and w.seconds == MINUTE), ())
