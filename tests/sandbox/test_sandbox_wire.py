"""The promises of answers that need a real socket, read byte by byte."""

from __future__ import annotations

import json
import socket
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest
from harness import sandbox_here, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness import SandboxServer

SECTIONS = "/api/content/coursesections"
BODY = json.dumps(
    {"CourseId": 4711, "Title": "x", "DisplayOrder": 1, "UnlockType": 1, "UnlockAfterDays": 0}
)
REQUEST = (
    f"POST {SECTIONS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sandbox-token\r\n"
    f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}"
)


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with sandbox_here() as made:
        yield made


def connect(server: SandboxServer, kind: str) -> socket.socket:
    """Arm a fault and send a create that it affects."""
    server.fault(f"POST {SECTIONS}:{kind}")
    host, _, port = server.url.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    connection.sendall(REQUEST.encode())
    return connection


def read_to_the_end(connection: socket.socket) -> bytes:
    """Read until the server ends the connection normally; a reset would raise."""
    read = b""
    while more := connection.recv(4096):
        read += more
    return read


def test_half_a_body_ends_cleanly(server: SandboxServer) -> None:
    """`cut-no-length` tells no length and no chunks, sends half a body, and closes."""
    with connect(server, "cut-no-length") as connection:
        head, _, body = read_to_the_end(connection).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"content-length" not in head.lower()
    assert b"transfer-encoding" not in head.lower()
    assert body.startswith(b'{"Status": 200')
    assert not body.endswith(b"}")
    assert len(server.records()) == 1


def test_headers_come_byte_by_byte(server: SandboxServer) -> None:
    """`slow-headers` takes its seconds to send the head, and then sends the whole body."""
    before = time.monotonic()
    with connect(server, "slow-headers=0.5") as connection:
        pieces = list(iter(lambda: connection.recv(4096), b""))
    took = time.monotonic() - before
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")

    assert took >= 0.5
    assert len(pieces) > len(head) / 4
    assert f"Content-Length: {len(body)}".encode() in head
    assert json.loads(body)["Value"]["Id"] == server.records()[0]["Id"]
    assert [met["status"] for met in server.log()] == [200]


def test_a_flood_of_continues_has_no_answer(server: SandboxServer) -> None:
    """`continue-flood` sends only `100 Continue`; the write was carried out."""
    with connect(server, "continue-flood") as connection:
        read = b""
        while len(read) < 1000:
            read += connection.recv(4096)

    assert set(read.split(b"\r\n\r\n")[:-1]) == {b"HTTP/1.1 100 Continue"}
    assert len(server.records()) == 1
    assert [(met["status"], met["carried_out"]) for met in server.log()] == [(None, True)]


def has_met(server: SandboxServer, number: int) -> bool:
    return len(server.log()) == number


def test_a_client_may_go_first(server: SandboxServer, capfd: pytest.CaptureFixture[str]) -> None:
    """A client that leaves in the middle harms nothing, and nothing is printed."""
    for number, kind in enumerate(("continue-flood", "slow-headers=1"), 1):
        with connect(server, kind) as connection:
            connection.recv(1)
        wait_until(partial(has_met, server, number))

    assert len(server.records()) == 2
    assert capfd.readouterr() == ("", "")
