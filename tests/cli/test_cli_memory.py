"""A machine without memory: a run ends in words, does not hang, and lets go of the state."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from harness import PROGRAM, TOKEN, lift_limits, run, unmeasured, write_outline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import CommandLine, SandboxServer

MEGABYTE = 1_048_576
# a thread's stack is as large as that of the process may be: so large, none can be started
LAUNCHER = """
import os, resource, sys
memory, stack = map(int, sys.argv[1:3])
resource.setrlimit(resource.RLIMIT_STACK, (stack, resource.RLIM_INFINITY))
resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
os.execv(sys.argv[3], sys.argv[3:])
"""
REQUESTS = """
import resource, sys
from coursesync.kinds.section import SECTION
from coursesync.nexudus.client import Nexudus
from coursesync.nexudus.credentials import Credentials
remote = Nexudus(sys.argv[1], Credentials(token=sys.argv[2]))
print(remote.search(SECTION.endpoint, 1, {}).status)
pages = int(open("/proc/self/statm").read().split()[0])
# less than any thread's stack
resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 4_000_000, -1))
for _ in range(5):
    print(remote.search(SECTION.endpoint, 1, {}).status)
"""


def limited(cli: CommandLine, memory: int, stack: int = 8 * MEGABYTE) -> tuple[int, str]:
    """Run an apply with so many bytes of memory; return its exit code and its output."""
    limits = map(str, (memory, stack))
    done = run(
        [sys.executable, "-c", LAUNCHER, *limits, PROGRAM, "apply", "--auto-approve"],
        cli.cwd,
        unmeasured(cli.with_environment({"PYTHONDONTWRITEBYTECODE": "1"})),
    )
    return done.code, done.err


class Flood(BaseHTTPRequestHandler):
    """Answers every request with 200 MB."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        try:
            for _ in range(200):
                self.wfile.write(b" " * MEGABYTE)
        except OSError:
            return


@contextmanager
def flooding() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flood)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_no_request_needs_a_thread_of_its_own(api: SandboxServer) -> None:
    """Once the first was sent, memory may run out: the others are sent, and watched, as well."""
    done = subprocess.run(
        [sys.executable, "-c", REQUESTS, api.url, TOKEN],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )

    assert (done.stdout.split(), done.stderr) == (["200"] * 6, "")


def test_where_no_thread_can_be_started_nothing_is_sent(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The run says so before its first request, and the next is not kept waiting."""
    write_outline(courses, "a", 4711, "One")
    code, told = limited(author, 4_000 * MEGABYTE, stack=1_000_000 * MEGABYTE)
    met = len(api.log())
    again = author("apply", "--auto-approve")

    assert code == 1, told
    assert "Error: there is not enough memory to send a request." in told
    assert "Traceback" not in told
    assert met == 0
    assert again.code == 0, again.err


def test_an_answer_for_which_there_is_no_memory(author: CommandLine, courses: Path) -> None:
    """It ends the run in words, and the state is free for the next."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One")
    with flooding() as url:
        code, told = limited(author.having({"COURSESYNC_BASE_URL": url}), 260 * MEGABYTE)
    again = author("apply", "--auto-approve")

    assert code == 1, told
    assert "Error: there is not enough memory." in told
    assert "Traceback" not in told
    assert again.code == 0, again.err
