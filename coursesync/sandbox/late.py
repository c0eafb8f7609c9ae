"""Requests whose client is gone, and that are carried out later all the same.

Owns the waiting. It has no thread and never looks at a clock: whoever is about to look at the
records says what time it is, and what is due by then is done first. So it makes no difference that
nothing happened at the very moment. What waits when the sandbox is closed is never done.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from werkzeug import Request
from werkzeug.exceptions import HTTPException

_OF_THE_CONNECTION = frozenset(
    {"werkzeug.socket", "werkzeug.request", "wsgi.input_terminated", "HTTP_TRANSFER_ENCODING"}
)


@dataclass(frozen=True)
class _Waiting:
    due: float
    work: Callable[[], None]


class LateWork:
    """What is still to be done, and when, in seconds of the sandbox's clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []

    def add(self, due: float, work: Callable[[], None]) -> None:
        """Let `work` be done once it is `due`."""
        with self._lock:
            self._waiting.append(_Waiting(due, work))
            self._waiting.sort(key=lambda each: each.due)

    def carry_out(self, at: float) -> None:
        """Do all that is due at `at`, the earliest first, and return when it is done."""
        with self._lock:
            while self._waiting and self._waiting[0].due <= at:
                self._waiting.pop(0).work()


def outliving(request: Request) -> Request | None:
    """Return a copy of the request that needs no connection; None where its body can't be had."""
    try:
        body = request.get_data()
        request.stream.read(
            1
        )  # raises where a body that told no length was cut at the most allowed
    except HTTPException:
        return None
    environ = {
        name: value for name, value in request.environ.items() if name not in _OF_THE_CONNECTION
    }
    copy = Request({**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    copy.max_content_length = request.max_content_length
    return copy
