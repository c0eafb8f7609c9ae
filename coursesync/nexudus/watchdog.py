"""The watchdog: one thread that ends each exchange that takes too long.

Owns the deadlines of all requests of a process. It is started once, before the first request: when
memory runs out later, a new thread may die before it begins, and `threading.Thread.start` would
wait for ever. It must never end before the process does.
"""

from __future__ import annotations

import _thread
import threading
import time
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE = 10.0  # seconds for a new thread to begin
_AGAIN = 1.0  # seconds until the next try, after memory ran out


class Watchdog:
    """Calls a function that ends an exchange, at the deadline of that exchange."""

    def __init__(self) -> None:
        """Start the thread; raises CoursesyncError without memory for it."""
        self._lock = threading.Lock()
        self._deadlines: dict[Callable[[], None], float] = {}
        self._asleep = threading.Lock()  # released to wake the thread
        begun = threading.Event()
        with suppress(RuntimeError, MemoryError):
            # unlike `threading.Thread.start`, this does not wait for a thread that has died
            _thread.start_new_thread(self._run, (begun,))
            if begun.wait(_PATIENCE):
                return
        raise CoursesyncError(
            "there is not enough memory to send a request",
            "Nothing was sent. End other programs, or raise the limit on memory.",
        )

    @contextmanager
    def watching(self, cut: Callable[[], None], seconds: float) -> Iterator[None]:
        """Call `cut` from the thread if the block takes longer than `seconds`."""
        with self._lock:
            self._deadlines[cut] = time.monotonic() + seconds
        with suppress(RuntimeError):  # it is awake
            self._asleep.release()
        try:
            yield
        finally:
            with self._lock:
                self._deadlines.pop(cut, None)

    def _run(self, begun: threading.Event) -> None:
        begun.set()
        while True:
            try:
                self._asleep.acquire(timeout=self._until_next())
                self._cut_late()
            except MemoryError:
                time.sleep(_AGAIN)

    def _until_next(self) -> float:
        """Return how many seconds to sleep, -1 for no end."""
        with self._lock:
            deadline = min(self._deadlines.values(), default=None)
        return -1 if deadline is None else max(0.0, deadline - time.monotonic())

    def _cut_late(self) -> None:
        now = time.monotonic()
        with self._lock:
            late = [cut for cut, deadline in self._deadlines.items() if deadline <= now]
            for cut in late:
                del self._deadlines[cut]
        for cut in late:
            cut()


@cache
def watchdog_of(process: int) -> Watchdog:
    """Return the watchdog of a process, by its number: after a fork, there is a new one."""
    del process
    return Watchdog()
