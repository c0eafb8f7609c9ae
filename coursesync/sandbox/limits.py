"""The published limits, and who has to wait.

Owns the counting. It must never read a clock of its own or sleep: the time is passed in.
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

# A caller that waits 0.1 s may arrive, in floating point, a hair before 0.1 s are over.
_HAIR = 1e-6


@dataclass(frozen=True)
class Rule:
    """At most `allowed` requests in each window of `seconds`."""

    allowed: int
    seconds: float
    writes_only: bool = False


def published_rules(writes_a_day: int) -> tuple[Rule, ...]:
    """Return the limits of the vendor's page, with the daily write limit that is asked for."""
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
        """Return the seconds from `at` until one more request fits; 0 where it does."""
        ...

    def add(self, at: float) -> None:
        """Count a request that was admitted at `at`."""
        ...


class SlidingWindow:
    """The last `seconds`, whenever they began."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._admitted: deque[float] = deque(maxlen=rule.allowed)

    def wait(self, at: float) -> float:
        """Return the seconds until the oldest request that fills the window leaves it."""
        if len(self._admitted) < self._rule.allowed:
            return 0.0
        left = self._admitted[0] + self._rule.seconds - at
        return left if left > _HAIR else 0.0

    def add(self, at: float) -> None:
        """Count a request; one that a full window has outlived drops out."""
        self._admitted.append(at)


class FixedWindow:
    """The clock's own minutes, hours and days: a new count begins with each."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._number = -1
        self._count = 0

    def wait(self, at: float) -> float:
        """Return the seconds until the next window, where this one is full."""
        if self._number_at(at) != self._number or self._count < self._rule.allowed:
            return 0.0
        return (self._number + 1) * self._rule.seconds - at

    def add(self, at: float) -> None:
        """Count a request in the window that `at` lies in."""
        if self._number_at(at) != self._number:
            self._number, self._count = self._number_at(at), 0
        self._count += 1

    def _number_at(self, at: float) -> int:
        return math.floor((at + _HAIR) / self._rule.seconds)


_WINDOWS: Mapping[str, Callable[[Rule], Window]] = {"sliding": SlidingWindow, "fixed": FixedWindow}


class Limiter:
    """Admits requests as the settings say. What it turns away, it does not count."""

    def __init__(self, settings: Settings) -> None:
        make = _WINDOWS.get(settings.limits)
        rules = published_rules(settings.writes_a_day) if make else ()
        self._windows = [(rule, make(rule)) for rule in rules if make]
        self._lock = threading.Lock()
        self._latest = -math.inf

    def admit(self, method: str, at: float) -> int:
        """Return 0 and count the request, or return the whole seconds it has to wait."""
        with self._lock:
            # A thread may have read the clock and come here after another that read it later.
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
