"""The command line as a process that may use two seconds and 200 MB, and what it used."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness import PROGRAM
from shares import slowness

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 2  # of processor time: what else the machine does is none of a file's doing
MEGABYTES = 200
# a process of its own, for the peak of a child starts at the size of what it was forked from
MEASURED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
took = os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss
with open(sys.argv[1], "w") as file:
    file.write(str([*took]))
"""


@dataclass(frozen=True)
class Took:
    """A process that has ended: its output, and the time and memory that it used."""

    code: int
    out: str
    err: str
    seconds: float
    megabytes: float

    def within_bounds(self) -> bool:
        """Return whether it kept to two seconds and 200 MB, and ended by itself."""
        in_time = self.seconds < SECONDS * slowness()
        return self.code >= 0 and in_time and self.megabytes < MEGABYTES


def bounded(cwd: Path, *arguments: str) -> Took:
    """Run a command in a folder; kill it if it uses far more than it may."""
    said = subprocess.run(
        [sys.executable, "-ISE", "-c", MEASURED, "took.json", PROGRAM, *arguments],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    code, seconds, peak = json.loads((cwd / "took.json").read_text())
    unit = 1_000_000 if sys.platform == "darwin" else 1_000_000 / 1024
    return Took(code, said.stdout, said.stderr, seconds, peak / unit)
