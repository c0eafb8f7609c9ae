"""The sandbox, or another application, on a real socket.

Owns the socket, the threads and the signals. It must never listen on anything but loopback, and
never print: what the user reads is the caller's business.
"""

import math
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_LOOPBACK = "127.0.0.1"
_POLL = 0.02  # seconds: how soon a running server notices that it is to stop
_SLICE = 0.2  # seconds: the longest that a signal which falls between two waits goes unnoticed


class _SilentHandler(WSGIRequestHandler):
    """Says nothing of a request; a bug's traceback is the server's to print, and still is."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - as overridden
        """Drop the line."""


def serve(
    application: "WSGIApplication",
    port: int = 0,
    *,
    ready: Callable[[str], None],
    stop_after: float | None = None,
) -> None:
    """Serve an application until SIGTERM, SIGINT, or `stop_after` seconds have passed.

    Calls `ready` with the base URL, such as `http://127.0.0.1:8765`, once it takes connections.
    Port 0 is any free one.

    Raises:
        OSError: where the port can't be had.
    """
    with (
        suppress(KeyboardInterrupt),
        _sigterm_as_interrupt(),
        running(application, port) as base_url,
    ):
        ready(base_url)
        _wait(stop_after)


@contextmanager
def running(application: "WSGIApplication", port: int = 0) -> Iterator[str]:
    """Serve an application in the background for as long as the block lasts; yields the base URL.

    Raises:
        OSError: where the port can't be had.
    """
    # Werkzeug ends the whole process where a port is taken, so it gets a socket that is bound.
    with socket.create_server((_LOOPBACK, port)) as listening:
        server = make_server(
            _LOOPBACK,
            listening.getsockname()[1],
            application,
            threaded=True,
            request_handler=_SilentHandler,
            fd=listening.fileno(),
        )
    thread = threading.Thread(target=server.serve_forever, args=(_POLL,), daemon=True)
    thread.start()
    try:
        yield f"http://{_LOOPBACK}:{server.port}"
    finally:
        server.shutdown()
        thread.join()


def _wait(seconds: float | None) -> None:
    # never one wait without an end: a signal that comes just before it would not end it
    until = math.inf if seconds is None else time.monotonic() + seconds
    while (rest := until - time.monotonic()) > 0:
        time.sleep(min(rest, _SLICE))


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set a handler
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
