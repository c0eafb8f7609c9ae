"""The API's limits as windows; how long so many writes take, and when the next may start.

Pure: the time is passed in. The limits are those published at
https://developers.nexudus.com/reference/api-limitations. Whether the API counts by fixed or by
sliding windows is not said: a schedule that keeps to sliding ones keeps to both.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

WRITES_A_DAY = 5_000


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` requests in any `seconds`."""

    limit: int
    seconds: float


# those of all requests (one a 100 ms, 120 a minute, 5,000 an hour, 200,000 a day) bind writes
# too; but for the first, those of writes are the tighter ones
WRITES = (Window(1, 0.1), Window(60, 60.0), Window(5_000, 3_600.0), Window(WRITES_A_DAY, 86_400.0))
UNLIMITED: tuple[Window, ...] = ()


def least_seconds(writes: int, windows: tuple[Window, ...] = WRITES) -> float:
    """Return how many seconds so many writes take at the least, from the first to the last."""
    rest, seconds = max(0, writes - 1), 0.0
    for window in sorted(windows, key=lambda window: -window.seconds):
        seconds += rest // window.limit * window.seconds
        rest %= window.limit
    return seconds


class Schedule:
    """When each write may start, for one run: never sooner than the windows allow."""

    def __init__(self, windows: tuple[Window, ...] = WRITES) -> None:
        self._starts = [(window, deque[float](maxlen=window.limit)) for window in windows]
        self._held_until = 0.0

    def wait(self, now: float) -> float:
        """Return how many seconds from `now` the next write has to wait."""
        due = self._held_until
        for window, starts in self._starts:
            if len(starts) == window.limit:
                due = max(due, starts[0] + window.seconds)
        return max(0.0, due - now)

    def started(self, now: float) -> None:
        """Note that a write starts now."""
        for _, starts in self._starts:
            starts.append(now)

    def hold(self, until: float) -> None:
        """Let nothing start before `until`: the API asked to wait."""
        self._held_until = max(self._held_until, until)
