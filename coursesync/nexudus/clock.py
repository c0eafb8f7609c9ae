"""The system clock, and the signals that ask a run to stop. Fits `ports.Clock`."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SLICE = 0.05  # seconds until a sleep notices a signal


class SystemClock:
    """The machine's clock; the first SIGINT or SIGTERM asks to stop, the second stops at once."""

    def __init__(self) -> None:
        self.signal: int | None = None

    def now(self) -> float:
        """Return seconds on a clock that never goes back."""
        return time.monotonic()

    def stamp(self) -> str:
        """Return the time of day, ISO 8601 in UTC."""
        return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def sleep(self, seconds: float) -> None:
        """Wait; return early if the run is asked to stop."""
        until = time.monotonic() + seconds
        while self.signal is None and (rest := until - time.monotonic()) > 0:
            time.sleep(min(rest, _SLICE))

    def stopping(self) -> bool:
        """Return whether the run was asked to stop."""
        return self.signal is not None

    def catch_signals(self, notify: Callable[[], None] | None = None) -> None:
        """Let the first SIGINT or SIGTERM ask the run to stop, and the second end the process.

        `notify` is called at the first signal, inside the handler: it must not write to a stream
        that the rest of the program uses.
        """

        def stop(number: int, _frame: FrameType | None) -> None:
            self.signal = number
            for each in _SIGNALS:
                signal.signal(each, signal.SIG_DFL)
            if notify is not None:
                notify()

        for number in _SIGNALS:
            signal.signal(number, stop)

    def release_signals(self) -> None:
        """Let SIGINT and SIGTERM end the process: nothing has to be saved any more."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
