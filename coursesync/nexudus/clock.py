"""Time as it passes, and the signals that ask a run to stop. Fits `ports.Clock`."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_HEEDED = (signal.SIGINT, signal.SIGTERM)
_SLICE = 0.05  # seconds; how soon a sleep notices that it is to end


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
        """Wait; return at once when the run is told to stop."""
        until = time.monotonic() + seconds
        while self.signal is None and (rest := until - time.monotonic()) > 0:
            time.sleep(min(rest, _SLICE))

    def stopping(self) -> bool:
        """Say whether the run was told to stop."""
        return self.signal is not None

    def heed_signals(self, heard: Callable[[], None] | None = None) -> None:
        """From now on take SIGINT and SIGTERM as the wish to stop in good order; a second kills.

        To the end of the process: what was done has to be saved and told before it ends.

        Args:
            heard: called at the first signal, within the handler: it may use no stream that is
                written to elsewhere. Of the second nobody is told, for that has to end a process
                whatever it hangs in.
        """

        def heed(number: int, _frame: FrameType | None) -> None:
            self.signal = number
            for each in _HEEDED:
                signal.signal(each, signal.SIG_DFL)
            if heard is not None:
                heard()

        for number in _HEEDED:
            signal.signal(number, heed)

    def heed_no_more(self) -> None:
        """From now on let SIGINT and SIGTERM end the process, as they do where nobody heeds them.

        For what comes after a look: nothing has to be saved, and it may take long to print.
        """
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
