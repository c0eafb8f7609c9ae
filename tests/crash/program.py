"""The command line as a process that can be made to die at its Nth effect."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zygote import EFFECTS, ERR, OUT, Order, Zygote, ready_zygote

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
        """Describe how it ended, for a person."""
        told = f"coursesync {' '.join(self.command)}: {self.code}\n{self.out}{self.err}"
        return f"{told}killed {self.effects[-1]}\n" if self.was_killed else told


@dataclass(frozen=True)
class Program:
    """The command line, run in `folder` with just the environment that it is given."""

    zygote: Zygote
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *command: str, kill_at: int | None = None) -> Ended:
        """Run a command until it ends, or is killed at that effect; see `Order.kill_at`."""
        return self.ended(command, self.zygote(self.order(*command, kill_at=kill_at)))

    def order(self, *command: str, kill_at: int | None = None) -> Order:
        """Return what orders a command."""
        bare = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LANG": "C.UTF-8"}
        environment = {**bare, **self.environment}
        return Order(command, str(self.folder), environment, str(self.zygote.notes), kill_at)

    def ended(self, command: tuple[str, ...], code: int) -> Ended:
        """Return what the last command noted."""
        out, err, effects = map(self.zygote.noted, (OUT, ERR, EFFECTS))
        return Ended(command, code, out, err, tuple(effects.splitlines()))

    def within(self, folder: Path, environment: Mapping[str, str]) -> Program:
        """Return the same program elsewhere, with more in its environment."""
        return Program(self.zygote, folder, {**self.environment, **environment})


@contextmanager
def ready_program(folder: Path) -> Iterator[Program]:
    """Have the program ready to start in an instant, in an empty folder of its own."""
    with ready_zygote(folder) as zygote:
        yield Program(zygote, folder)
