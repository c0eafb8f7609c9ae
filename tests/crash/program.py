"""The command line as a process that can be told to die at its Nth effect."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crash import zygote
from crash.zygote import Order
from harness import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Ended:
    """A command that has ended, and its effects in their order."""

    command: tuple[str, ...]
    code: int
    out: str
    err: str
    effects: tuple[str, ...]

    @property
    def was_killed(self) -> bool:
        """Whether it died at the effect that it was to die at."""
        return self.code == -signal.SIGKILL

    @property
    def awaited_an_answer(self) -> bool:
        """Whether it died with a request sent, or begun, that it had no answer to yet."""
        exchange = [each for each in self.effects if each in {"before connect", "after recv"}]
        return self.was_killed and exchange[-1:] == ["before connect"]

    def __str__(self) -> str:
        """Say what a person needs to understand how it ended."""
        told = f"coursesync {' '.join(self.command)}: {self.code}\n{self.out}{self.err}"
        return f"{told}killed {self.effects[-1]}\n" if self.was_killed else told


@dataclass(frozen=True)
class Program:
    """The command line, run in `folder` with just the environment that it is given."""

    zygote: subprocess.Popen[str]
    notes: Path
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *command: str, kill_at: int | None = None) -> Ended:
        """Run a command until it ends, or is killed at that effect; see `Order.kill_at`."""
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        self.zygote.stdin.write(self.order(*command, kill_at=kill_at).written())
        self.zygote.stdin.flush()
        return self.ended(command, int(self.zygote.stdout.readline()))

    def order(self, *command: str, kill_at: int | None = None) -> Order:
        """Return what orders a command."""
        environment = {**_bare(self.folder), **self.environment}
        return Order(command, str(self.folder), environment, str(self.notes), kill_at)

    def ended(self, command: tuple[str, ...], code: int) -> Ended:
        """Return what the last command noted."""
        names = (zygote.OUT, zygote.ERR, zygote.EFFECTS)
        out, err, effects = ((self.notes / name).read_text() for name in names)
        return Ended(command, code, out, err, tuple(effects.splitlines()))

    def within(self, folder: Path, environment: Mapping[str, str]) -> Program:
        """Return the same program elsewhere, with more in its environment."""
        return Program(self.zygote, self.notes, folder, {**self.environment, **environment})


@contextmanager
def ready_program(folder: Path) -> Iterator[Program]:
    """Have the program ready to start in an instant, in an empty folder of its own."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "crash.zygote"],
        cwd=folder,
        env=environment_of_python(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        yield Program(process, folder, folder)


def environment_of_python(home: Path) -> dict[str, str]:
    """Return what a process needs in its environment to import this package, and no more."""
    paths = {"PYTHONPATH": str(ROOT / "tests"), "PYTHONDONTWRITEBYTECODE": "1"}
    return {**_bare(home), **paths}


def _bare(home: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
