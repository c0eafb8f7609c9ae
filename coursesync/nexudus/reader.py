"""Reading: requests that change nothing, sent again until a usable answer comes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from coursesync.errors import Stop
from coursesync.nexudus.outcome import Answered, InDoubt, Refused, classify_read
from coursesync.nexudus.sender import BETWEEN_TRIES, MAX_TRIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from coursesync.nexudus.exchange import Exchange
    from coursesync.nexudus.outcome import NotCarriedOut
    from coursesync.nexudus.sender import Sender

T = TypeVar("T")


class Unusable(Stop):
    """The API answers, and not as it should, however often it is asked: `failure` says how."""

    def __init__(self, failure: str) -> None:
        super().__init__(
            f"the API gives no usable answer: {failure}",
            "Try again later; if it stays so, check the base URL.",
            unusable=True,
        )
        self.failure = failure


class Reader:
    """The way of every read whose answer is needed."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def pause(self, why: str) -> None:
        """Wait before a read is sent again; raises Stop where the run was told to stop."""
        self._sender.pause(BETWEEN_TRIES, why)

    def read(
        self,
        role: str,
        send: Callable[[], Exchange],
        parse: Callable[[Exchange], T | None],
        missing: T | None = None,
    ) -> T:
        """Read until a usable answer comes.

        Args:
            role: the role that the API asks for, for the message.
            send: sends the request.
            parse: reads an answer; None where it is not usable.
            missing: what is read of what is not there; None where that is no answer.

        Raises:
            Stop: no usable answer came (`Unusable`), or none can be had.
        """
        failure = ""
        for attempt in range(MAX_TRIES):
            if attempt:
                self._sender.pause(BETWEEN_TRIES, f"the API gives no usable answer: {failure}")
            answer = self._sender.until_answered(role, partial(self._attempt, send))
            failure = "it answered with something else than a list"
            match answer:
                case Refused(missing=True) if missing is not None:
                    return missing
                case Refused(message):
                    raise Stop(
                        f"the API refuses to tell what it has: {message}",
                        "Check the base URL.",
                        unusable=True,
                    )
                case Answered(exchange):
                    parsed = parse(exchange)
                    if parsed is not None:
                        return parsed
                case InDoubt(reason):
                    failure = reason
        raise Unusable(failure)

    def _attempt(
        self, send: Callable[[], Exchange]
    ) -> Answered | Refused | InDoubt | NotCarriedOut:
        return classify_read(self._sender.read(send))
