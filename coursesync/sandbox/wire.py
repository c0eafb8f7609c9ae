"""Answers that a WSGI server can't write, written directly to the socket.

Owns the bytes of these answers and the end of a connection. It must never decide which fault
affects a request. In process there is no socket, and this module does nothing.
"""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug import Response

from coursesync.sandbox.faults import Fault, FaultKind

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_PAUSE = 0.01  # seconds between two of them: a flood for the client, but no load for the machine
_FLOOD = 300.0  # seconds: the longest flood


@dataclass(frozen=True)
class _Line:
    """The connection of one request, its fault's amount, and a function that waits."""

    connection: socket.socket
    environ: "WSGIEnvironment"
    seconds: float
    sleep: Callable[[float], None]


def is_by_hand(environ: "WSGIEnvironment", fault: Fault | None) -> bool:
    """Return whether `end` must write the fault's answer to this request."""
    return fault is not None and fault.kind in _BY_HAND and _socket_of(environ) is not None


def end(
    environ: "WSGIEnvironment",
    fault: Fault | None,
    response: Response | None,
    sleep: Callable[[float], None],
) -> None:
    """Write the fault's answer, if it has one, and end the connection.

    Most faults write nothing: the stream ends at once. In process this does nothing.
    """
    connection = _socket_of(environ)
    if connection is None:
        return
    with suppress(OSError):  # the client may go first
        if fault is not None and fault.kind in _BY_HAND:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _BY_HAND[fault.kind](_Line(connection, environ, fault.amount, sleep), response)
        connection.shutdown(socket.SHUT_RDWR)


def _socket_of(environ: "WSGIEnvironment") -> socket.socket | None:
    connection = environ.get("werkzeug.socket")
    return connection if isinstance(connection, socket.socket) else None


def _flood(line: _Line, _: Response | None) -> None:
    for _number in range(round(_FLOOD / _PAUSE)):
        line.connection.sendall(_CONTINUE)
        line.sleep(_PAUSE)


def _at_once(line: _Line, response: Response | None) -> None:
    if response is not None:
        head, body = _as_bytes(line.environ, response)
        line.connection.sendall(head + body)


def _dribble(line: _Line, response: Response | None) -> None:
    if response is not None:
        head, body = _as_bytes(line.environ, response)
        for byte in head:
            line.connection.sendall(bytes([byte]))
            line.sleep(line.seconds / len(head))
        line.connection.sendall(body)


def _as_bytes(environ: "WSGIEnvironment", response: Response) -> tuple[bytes, bytes]:
    body, status, headers = response.get_wsgi_response(environ)
    named = [f"{name}: {value}\r\n" for name, value in headers]
    head = f"HTTP/1.1 {status}\r\n{''.join(named)}Connection: close\r\n\r\n"
    return head.encode("latin-1"), b"".join(body)


# The faults that need a socket.
_BY_HAND: Mapping[FaultKind, Callable[[_Line, Response | None], None]] = {
    FaultKind.CUT_NO_LENGTH: _at_once,
    FaultKind.SLOW_HEADERS: _dribble,
    FaultKind.CONTINUE_FLOOD: _flood,
}
