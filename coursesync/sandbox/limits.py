"""The published limits: which requests are admitted, and how long the others must wait.

Owns the counts. It must never read a clock or sleep: the time is passed in.
Source: https://developers.nexudus.com/reference/api-limitations
"""

import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from coursesync.sandbox.settings import Settings

WRITES = frozenset({"POST", "PUT", "DELETE"})

# With floating-point times, a caller that waits 0.1 s may seem to arrive slightly too early.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Rule:
    """At most `allowed` requests in each window of `seconds`."""

    allowed: int
    seconds: float
    writes_only: bool = False


def published_rules(writes_a_day: int) -> tuple[Rule, ...]:
    """Return the limits of the vendor's page, with this daily limit of writes."""
    return (
        Rule(1, 0.1),
        Rule(120, 60),
        Rule(5_000, 3_600),
        Rule(200_000, 86_400),
        Rule(60, 60, writes_only=True),
        Rule(writes_a_day, 86_400, writes_only=True),
    )


class Window(Protocol):
    """Counts the admitted requests of one rule."""

    def wait(self, at: float) -> float:
        """Return the seconds from `at` until one more request fits; 0 if it fits now."""

    def add(self, at: float) -> None:
        """Count a request that was admitted at `at`."""


class SlidingWindow:
    """A window over the last `seconds` at any moment."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._admitted: deque[float] = deque(maxlen=rule.allowed)

    def wait(self, at: float) -> float:
        """Return the seconds until the oldest request leaves a full window."""
        if len(self._admitted) < self._rule.allowed:
            return 0.0
        left = self._admitted[0] + self._rule.seconds - at
        return left if left > _TOLERANCE else 0.0

    def add(self, at: float) -> None:
        """Count a request; the oldest one drops out of a full window."""
        self._admitted.append(at)


class FixedWindow:
    """A window of whole minutes, hours or days of the clock; each has its own count."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._number = -1
        self._count = 0

    def wait(self, at: float) -> float:
        """Return the seconds until the next window if this one is full, otherwise 0."""
        if self._number_at(at) != self._number or self._count < self._rule.allowed:
            return 0.0
        return (self._number + 1) * self._rule.seconds - at

    def add(self, at: float) -> None:
        """Count a request in the window that `at` lies in."""
        if self._number_at(at) != self._number:
            self._number, self._count = self._number_at(at), 0
        self._count += 1

    def _number_at(self, at: float) -> int:
        return math.floor((at + _TOLERANCE) / self._rule.seconds)


_WINDOWS: Mapping[str, Callable[[Rule], Window]] = {"sliding": SlidingWindow, "fixed": FixedWindow}


class Limiter:
    """Admits requests by the limits in the settings. It does not count refused requests."""

    def __init__(self, settings: Settings) -> None:
        make = _WINDOWS.get(settings.limits)
        rules = published_rules(settings.writes_a_day) if make else ()
        self._windows = [(rule, make(rule)) for rule in rules if make]
        self._lock = threading.Lock()
        self._latest = -math.inf

    def admit(self, method: str, at: float) -> int:
        """Count the request and return 0, or return the whole seconds that it must wait."""
        with self._lock:
            # Threads may get the lock in another order than they read the clock.
            at = self._latest = max(at, self._latest)
            windows = [
                window for rule, window in self._windows if method in WRITES or not rule.writes_only
            ]
            wait = max((window.wait(at) for window in windows), default=0.0)
            if wait > 0:
                return math.ceil(wait)
            for window in windows:
                window.add(at)
            return 0
