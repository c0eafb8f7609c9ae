"""Sends requests one at a time, within the API's limits and with a token.

Owns waits, logins and repeated tries. It must never repeat a request that may have been carried
out: the caller gets its outcome, and decides.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from coursesync.errors import Denied, RemoteError, Stop
from coursesync.nexudus.exchange import Exchange
from coursesync.nexudus.outcome import (
    InDoubt,
    NotSent,
    Refused,
    Throttled,
    Unauthorized,
    classify_read,
)
from coursesync.text import count, duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from coursesync.nexudus.ports import Line

MAX_WAIT = 900.0  # seconds; a run ends with work left instead of waiting longer
MAX_THROTTLED = 30  # times in a row
MAX_TRIES = 3  # to connect, or to get a usable answer to a read
BETWEEN_TRIES = 2.0  # seconds
_BLINK = 1.0  # seconds; after a longer wait, others may have written
T = TypeVar("T")


class Unusable(Stop):
    """The API's answers stay unusable; `failure` says why."""

    def __init__(self, failure: str) -> None:
        super().__init__(
            f"the API gives no usable answer: {failure}",
            "Try again later. If it goes on, check the base URL.",
            unusable=True,
        )
        self.failure = failure


class Sender:
    """Sends every request of a run."""

    def __init__(self, line: Line, max_writes: int | None = None) -> None:
        """Send at most `max_writes` writes if a number is given."""
        self.line = line
        self._most = max_writes
        self._written = 0
        self.planned = 0  # writes still to come, as far as is known
        # number of times that others could have written: after a wait or a rejection
        self.interruptions = 0

    def until_answered(
        self, role: str, attempt: Callable[[], T | Throttled | NotSent | Unauthorized]
    ) -> T:
        """Send a request until its result is known; raises Stop if the run can't go on.

        `role` is the role that the API asks for, for the message; `attempt` makes an attempt, by
        `read` or `write`. Returns the first outcome other than Throttled or NotSent. Unauthorized
        renews the token once.
        """
        unsent, renewed = 0, False
        if not self.line.remote.logged_in:
            self._log_in()
        while True:
            outcome = self._accepted(attempt)
            if isinstance(outcome, NotSent):
                unsent += 1
                failure = f"the API can't be reached: {outcome.reason}"
                if outcome.lasting or unsent >= MAX_TRIES:
                    raise Stop(failure, outcome.remedy, unusable=True)
                self.pause(BETWEEN_TRIES, failure)
            elif not isinstance(outcome, Unauthorized):
                return outcome
            else:
                self.interruptions += 1
                if renewed or not self._log_in():
                    raise _refused_credentials(role, outcome.status)
                renewed = True

    def until_usable(
        self,
        role: str,
        send: Callable[[], Exchange],
        parse: Callable[[Exchange], T],
        missing: T | None = None,
    ) -> T:
        """Repeat a read until `parse` accepts the answer.

        `parse` raises ValueError or RecursionError to reject an answer. `role` is as in
        `until_answered`. `missing` is the result for a 404; if it is None, a 404 raises Stop.
        Raises Stop also if no usable answer came (`Unusable`), or the run can't go on.
        """
        failure = ""
        for attempt in range(MAX_TRIES):
            if attempt:
                self.pause(BETWEEN_TRIES, f"the API gives no usable answer: {failure}")
            answer = self.until_answered(role, lambda: classify_read(self.read(send)))
            failure = "its answer is not what was asked for"
            match answer:
                case Refused(missing=True) if missing is not None:
                    return missing
                case Refused(message):
                    raise Stop(
                        f"the API refuses to list its records: {message}",
                        "Check the base URL.",
                        unusable=True,
                    )
                case InDoubt(reason):
                    failure = reason
                case Exchange() as exchange:
                    with suppress(ValueError, RecursionError):  # a model's error is a ValueError
                        return parse(exchange)
        raise Unusable(failure)

    def until_writable(self) -> None:
        """Wait until a write may start; raises Stop if this run may send no more."""
        if self._written == self._most:
            raise Stop(
                f"{count(self._written, 'write')} sent, which is all that --max-writes allows"
            )
        self._keep_to_limits(write=True)

    def write(self, send: Callable[[], Exchange]) -> Exchange:
        """Send one of the writes that this run may send, which `until_writable` waited for."""
        self._written += 1
        return self._counted(send, write=True)

    def give_back(self) -> None:
        """Allow one more write, because the API did not carry out the last one."""
        self._written -= 1

    def read(self, send: Callable[[], Exchange]) -> Exchange:
        """Send a read as soon as the limits allow it."""
        self._keep_to_limits(write=False)
        return self._counted(send, write=False)

    def pause(self, seconds: float, why: str, rest: float = 0.0) -> None:
        """Wait, and show why; raises Stop if the run was asked to stop."""
        if seconds > max(_BLINK, self.line.schedule.gap):
            self.interruptions += 1
        if seconds > 0:
            self.line.progress.waiting(seconds, why, rest)
            self.line.clock.sleep(seconds)
        self.go_on()

    def rest(self) -> float:
        """Return how many seconds the planned writes take, as far as is known."""
        return self.seconds_for(self.planned)

    def seconds_for(self, writes: int) -> float:
        """Return how many seconds this many writes take, as far as is known."""
        return self.line.schedule.seconds_for(self.line.clock.now(), writes)

    def go_on(self) -> None:
        """Raise Stop if the run was asked to stop."""
        if self.line.clock.stopping():
            raise Stop("the run was interrupted")

    def _counted(self, send: Callable[[], T], *, write: bool) -> T:
        """Send a request, and count it even if it fails; the API does not count throttled ones."""
        answer: object = None
        try:
            answer = result = send()
        finally:
            outcome = classify_read(answer) if isinstance(answer, Exchange) else answer
            if not isinstance(outcome, Throttled):
                self.line.schedule.ended(self.line.clock.now(), write=write)
        return result

    def _accepted(
        self, attempt: Callable[[], T | Throttled | NotSent | Unauthorized]
    ) -> T | NotSent | Unauthorized:
        """Repeat an attempt as long as the API throttles it; return its first other outcome."""
        throttled = 0
        while isinstance(outcome := attempt(), Throttled):
            throttled += 1
            self.interruptions += 1
            seconds = outcome.seconds
            self.line.schedule.throttled(self.line.clock.now(), seconds)
            if seconds > MAX_WAIT or throttled > MAX_THROTTLED:
                raise Stop(
                    f"the API takes no more requests for now; it asks to wait {duration(seconds)}"
                )
        return outcome

    def _keep_to_limits(self, *, write: bool) -> None:
        schedule, now = self.line.schedule, self.line.clock.now()
        seconds = schedule.wait(now, write=write)
        if seconds > MAX_WAIT:
            raise Stop(
                f"the API's limits are used up; the next request may be sent in {duration(seconds)}"
            )
        self.pause(seconds, "the API's limits", self.rest() if seconds >= 1 else 0.0)

    def _log_in(self) -> bool:
        """Get a token, by the first way that works; return whether there was one."""
        ways = self.line.remote.ways_in()
        try:
            return any(self._accepted(partial(self._ask_for_token, way)) for way in ways)
        except RemoteError as error:
            raise Stop(error.problem, error.remedy, unusable=True) from error

    def _ask_for_token(self, way: Callable[[], bool | Throttled]) -> bool | Throttled:
        """Send a request for a token, which counts as a write, because it is a POST."""
        self._keep_to_limits(write=True)
        return self._counted(way, write=True)


def _refused_credentials(role: str, status: int) -> Denied:
    return Denied(
        f"the API refuses the credentials (HTTP {status})",
        "There are two possible causes: the token or password is wrong or has expired, or its user "
        f"lacks the role {role}. Check NEXUDUS_TOKEN (or NEXUDUS_EMAIL and NEXUDUS_PASSWORD), and "
        "the user's roles in Nexudus.",
        unusable=True,
    )
