"""The sandbox, or another application, on a real socket.

Owns the socket, the threads and the signals. It must never listen on another address than loopback,
nor print: the caller does that.
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
_POLL = 0.02  # seconds until a running server notices a request to stop
_SLICE = 0.2  # seconds until a signal between two waits is noticed, at most


class _SilentHandler(WSGIRequestHandler):
    """Logs no requests; the server still prints the traceback of a bug."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - as overridden
        pass


def serve(
    application: "WSGIApplication",
    port: int = 0,
    *,
    ready: Callable[[str], None],
    stop_after: float | None = None,
) -> None:
    """Serve an application until SIGTERM, SIGINT, or `stop_after` seconds have passed.

    Calls `ready` with the base URL, such as `http://127.0.0.1:8765`, once it accepts connections.
    Port 0 means any free port.

    Raises:
        OSError: the port is not available.
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
    """Serve an application in the background during the block; yields the base URL.

    Raises:
        OSError: the port is not available.
    """
    # Werkzeug ends the whole process if a port is taken, so it gets a bound socket.
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
    # never wait without an end: a signal that comes just before the wait does not end it
    until = math.inf if seconds is None else time.monotonic() + seconds
    while (rest := until - time.monotonic()) > 0:
        time.sleep(min(rest, _SLICE))


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread can set a handler
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
