"""The command line as a process, and a sandbox on a socket: what most tests stand on."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(sys.executable).with_name("coursesync")
TOKEN = "sandbox-token"


@dataclass(frozen=True)
class Ran:
    """A process that has ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class CommandLine:
    """The `coursesync` program, run in `cwd` with an environment of its own."""

    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str | Path, timeout: float = 60, **environment: str) -> Ran:
        """Run a command to its end, away from a terminal."""
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)],
            cwd=self.cwd,
            env=self.with_environment(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        """Start a command and go on."""
        return subprocess.Popen(
            [PROGRAM, *map(str, arguments)],
            cwd=self.cwd,
            env=self.with_environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def with_environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """Return an environment that holds nothing of this machine's but what Python needs."""
        kept = {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE")}
        clean = {"PATH": "/usr/bin:/bin", "HOME": str(self.cwd), "LANG": "C.UTF-8"}
        return {**kept, **clean, **self.environment, **more}


@dataclass(frozen=True)
class SandboxServer:
    """A sandbox on a socket, in a process of its own."""

    url: str

    def records(self) -> list[dict[str, object]]:
        """Return every section that it holds."""
        found = httpx.get(f"{self.url}/_sandbox/records").json()
        assert isinstance(found, list)
        return found

    def log(self) -> list[dict[str, object]]:
        """Return every request that it met."""
        found = httpx.get(f"{self.url}/_sandbox/log").json()
        assert isinstance(found, list)
        return found

    def fault(self, *faults: str) -> None:
        """Let requests go wrong, as in `POST /api/content/coursesections@1:lost-after`."""
        httpx.post(f"{self.url}/_sandbox/faults", content="\n".join(faults)).raise_for_status()

    def no_faults(self) -> None:
        """Let everything go right again."""
        httpx.delete(f"{self.url}/_sandbox/faults").raise_for_status()


def serve(cli: CommandLine, courses: Path, *options: str) -> Iterator[SandboxServer]:
    """Serve a sandbox until the generator is closed; it would stop by itself after five minutes."""
    process = cli.start("sandbox", "serve", courses, "--stop-after", "300", *options)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    try:
        assert url.startswith("http://127.0.0.1:"), process.communicate(timeout=10)
        for number in range(4711, 4716):
            course = {"Id": number, "Title": f"Course {number}"}
            httpx.post(f"{url}/_sandbox/courses", json=course).raise_for_status()
        yield SandboxServer(url)
    finally:
        process.terminate()
        process.communicate(timeout=30)
