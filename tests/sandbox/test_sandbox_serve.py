"""The promises of the sandbox on a real socket."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from coursesync.sandbox import Fault, Sandbox, Settings
from coursesync.sandbox.serve import running, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECTIONS = "/api/content/coursesections"
HEADERS = {"Authorization": "Bearer sandbox-token"}
BODY = {
    "CourseId": 1,
    "Title": "Welcome",
    "DisplayOrder": 10,
    "UnlockType": 1,
    "UnlockAfterDays": 0,
}
PROGRAM = """
import sys
from pathlib import Path
from coursesync.sandbox import Sandbox
from coursesync.sandbox.serve import serve

with Sandbox(Path(sys.argv[1])) as sandbox:
    sandbox.add_course(1, "One")
    serve(sandbox, ready=lambda url: print(url, flush=True))
"""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(settings=Settings(max_body=1000)) as made:
        made.add_course(1, "One")
        yield made


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with running(sandbox) as base_url, httpx.Client(base_url=base_url, headers=HEADERS) as made:
        yield made


@contextmanager
def program(path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a sandbox in a process of its own; yields it with its base URL."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def test_it_answers_over_the_socket(client: httpx.Client, sandbox: Sandbox) -> None:
    """A create over the socket is stored."""
    assert client.post(SECTIONS, json=BODY).status_code == 200
    assert len(sandbox.sections()) == 1


@pytest.mark.parametrize(("kind", "stored"), [("lost-before", 0), ("lost-after", 1)])
def test_a_dropped_connection_ends_without_a_byte(
    client: httpx.Client, sandbox: Sandbox, kind: str, stored: int
) -> None:
    """A client sees the connection end before any answer, and the next request works."""
    sandbox.add_fault(Fault.parse(f"POST {SECTIONS}:{kind}"))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.post(SECTIONS, json=BODY)

    assert len(sandbox.sections()) == stored
    assert client.get(SECTIONS).status_code == 200


def test_a_cut_body_ends_too_early(client: httpx.Client, sandbox: Sandbox) -> None:
    """A client gets fewer bytes than `Content-Length` announced."""
    sandbox.add_fault(Fault.parse(f"POST {SECTIONS}:cut-body"))
    with pytest.raises(httpx.RemoteProtocolError, match=r"incomplete|without sending complete"):
        client.post(SECTIONS, json=BODY)

    assert len(sandbox.sections()) == 1


def test_a_long_body_without_a_length_is_413(client: httpx.Client) -> None:
    """A streamed body is read up to `max_body` bytes and no further."""

    def stream() -> Iterator[bytes]:
        yield b'{"Title": "' + b"x" * 2000 + b'"}'

    headers = {"Content-Type": "application/json"}

    assert client.post(SECTIONS, content=stream(), headers=headers).status_code == 413


def test_requests_are_answered_side_by_side() -> None:
    """One slow request does not hold up another."""
    slow = threading.Event()
    free = threading.Event()

    def sleep(_seconds: float) -> None:
        slow.set()
        assert free.wait(10)

    with Sandbox(sleep=sleep) as sandbox, running(sandbox) as base_url:
        sandbox.add_fault(Fault.parse("* /slow:slow"))
        held = threading.Thread(target=httpx.get, args=(f"{base_url}/slow",))
        held.start()
        assert slow.wait(10)
        other = httpx.get(f"{base_url}/_sandbox/log")
        free.set()
        held.join()

    assert other.status_code == 200


def test_it_is_silent(
    client: httpx.Client, sandbox: Sandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    """Requests, dropped connections and noise on the socket leave stdout and stderr empty."""
    sandbox.add_fault(Fault.parse(f"GET {SECTIONS}:lost-after"))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.get(SECTIONS)
    client.get(SECTIONS)
    with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as noise:
        noise.sendall(b"\x00nonsense\r\n\r\n")
        noise.recv(100)

    assert capfd.readouterr() == ("", "")


def test_it_listens_on_loopback_alone(sandbox: Sandbox) -> None:
    """The base URL names 127.0.0.1."""
    with running(sandbox) as base_url:
        assert base_url.startswith("http://127.0.0.1:")


def test_a_port_that_is_taken_is_an_error(sandbox: Sandbox) -> None:
    """A second server on the same port raises `OSError`, and the process lives on."""
    with running(sandbox) as base_url, pytest.raises(OSError, match="in use"):
        serve(sandbox, int(base_url.rpartition(":")[2]), ready=print)


def test_it_stops_after_a_while(sandbox: Sandbox) -> None:
    """With `stop_after` it serves that long, and then the port is closed."""
    seen: list[tuple[str, int]] = []

    def ready(base_url: str) -> None:
        seen.append((base_url, httpx.get(f"{base_url}/_sandbox/log").status_code))

    serve(sandbox, ready=ready, stop_after=0.01)

    assert seen[0][1] == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{seen[0][0]}/_sandbox/log")


def test_it_serves_from_any_thread(sandbox: Sandbox) -> None:
    """Outside the main thread, which can't catch signals, it serves too."""
    urls: list[str] = []
    thread = threading.Thread(
        target=serve, args=(sandbox,), kwargs={"ready": urls.append, "stop_after": 0.01}
    )
    thread.start()
    thread.join()

    assert len(urls) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """SIGTERM and SIGINT end the server with exit code 0 and nothing on stderr."""
    with program(tmp_path / "sandbox.sqlite") as (process, base_url):
        answered = httpx.get(f"{base_url}/_sandbox/log")
        process.send_signal(number)
        out, err = process.communicate(timeout=10)

    assert (answered.status_code, process.returncode, out, err) == (200, 0, "", "")


def test_what_was_answered_survives_kill_9(tmp_path: Path) -> None:
    """A create that was answered is in the file, however the process ended."""
    path = tmp_path / "sandbox.sqlite"
    with program(path) as (process, base_url):
        created = httpx.post(f"{base_url}{SECTIONS}", json=BODY, headers=HEADERS).json()
        process.kill()
        process.wait()
    with Sandbox(path) as sandbox:
        assert [each["Id"] for each in sandbox.sections()] == [created["Value"]["Id"]]


def test_sigterm_means_what_it_did_before(sandbox: Sandbox) -> None:
    """After serving, the caller's handler of SIGTERM is restored."""
    before = signal.getsignal(signal.SIGTERM)
    serve(sandbox, ready=lambda _: None, stop_after=0)

    assert signal.getsignal(signal.SIGTERM) == before
