"""The client against servers whose answers never end: each exchange has a deadline."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from harness import SECTIONS, TOKEN, sandbox_here

from coursesync.kinds.section import SECTION
from coursesync.nexudus.client import Nexudus
from coursesync.nexudus.credentials import Credentials
from coursesync.nexudus.outcome import InDoubt, classify_create

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.kinds.field import FieldValue
    from coursesync.nexudus.exchange import Exchange

SENT: dict[str, FieldValue] = {
    "Active": True,
    "CourseId": 4711,
    "DisplayOrder": 10,
    "SectionContents": "",
    "Title": "One",
    "UnlockAfterDays": 0,
    "UnlockType": 1,
}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def created(url: str, deadline: float) -> tuple[Exchange, float]:
    """Send a create; return the result, and after how many seconds it came."""
    client = Nexudus(url, Credentials(token=TOKEN), deadline=deadline)
    began = time.monotonic()
    exchange = client.create(SECTION.endpoint, SENT)
    client.close()
    return exchange, time.monotonic() - began


@contextmanager
def endless(head: bytes, drop: bytes, pause: float) -> Iterator[str]:
    """A server that answers every request with `head`, and then with one drop after another."""
    stop = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65_536)
                connection.sendall(head)
                while not stop.wait(pause):
                    connection.sendall(drop)
            except OSError:
                return

    def listen(listening: socket.socket) -> None:
        while not stop.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=[connection], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=listen, args=[listening], daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            stop.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=10)


@pytest.mark.parametrize("kind", ["slow-headers=60", "continue-flood", "slow=20"])
def test_an_answer_that_does_not_come_is_in_doubt(kind: str) -> None:
    """A head byte by byte, or endless `100 Continue`: cut at the deadline, and in doubt."""
    with sandbox_here() as server:
        server.fault(f"POST {SECTIONS}@1:{kind}")
        exchange, seconds = created(server.url, 0.5)
        made = len(server.records())

    assert exchange.sent
    assert classify_create(exchange, ()) == InDoubt("no answer came in time")
    assert 0.4 < seconds < 10
    assert made == 1


@pytest.mark.parametrize(
    "head",
    [
        HEAD + b"\r\n",
        HEAD + b"Content-Length: 1000000\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        b"",
    ],
    ids=["to the end of the connection", "of a length", "in chunks", "no answer at all"],
)
def test_a_body_without_end_is_in_doubt(head: bytes) -> None:
    """An endless answer is cut, even if each byte comes soon after the last."""
    drop = b"1\r\n \r\n" if b"chunked" in head else b" "
    with endless(head, drop, 0.02) as url:
        exchange, seconds = created(url, 0.5)

    assert exchange.sent
    assert isinstance(classify_create(exchange, ()), InDoubt)
    assert seconds < 10


def test_a_body_beyond_all_measure_is_in_doubt() -> None:
    """No answer to a create is a megabyte long: a longer one is not read to its end."""
    with endless(HEAD + b"\r\n", b" " * 65_536, 0.0) as url:
        exchange, seconds = created(url, 30)

    assert classify_create(exchange, ()) == InDoubt("the answer was too long")
    assert seconds < 20


def test_an_answer_in_time_is_whole() -> None:
    """A slow answer within the deadline is read completely."""
    with sandbox_here() as server:
        server.fault(f"POST {SECTIONS}@1:slow-headers=0.3")
        exchange, _ = created(server.url, 20)

    assert exchange.status == 200
