"""Late requests: their client has disconnected, and the sandbox carries them out later.

Owns the queue of these requests. It must never start a thread or read a clock: before the sandbox
uses its records, it passes in the time, and the queue first carries out everything that is due by
then. Requests that are still waiting when the sandbox is closed are never carried out.
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
    """The waiting requests; times are seconds of the sandbox's clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []

    def add(self, due: float, work: Callable[[], None]) -> None:
        """Add work to carry out once its time `due` has come."""
        with self._lock:
            self._waiting.append(_Waiting(due, work))
            self._waiting.sort(key=lambda each: each.due)

    def carry_out(self, at: float) -> None:
        """Carry out all work that is due at the time `at`, the earliest first."""
        with self._lock:
            while self._waiting and self._waiting[0].due <= at:
                self._waiting.pop(0).work()


def detached(request: Request) -> Request | None:
    """Return a copy of the request that needs no connection; None if the body can't be read."""
    try:
        body = request.get_data()
        request.stream.read(1)  # raises if a body without a length was cut at the size limit
    except HTTPException:
        return None
    environ = {
        name: value for name, value in request.environ.items() if name not in _OF_THE_CONNECTION
    }
    copy = Request({**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    copy.max_content_length = request.max_content_length
    return copy
