"""A process that has the command line imported, and forks one more for each command.

A fork has what a fresh process has after its imports, and starts ten times sooner. Reads an
`Order` a line from stdin, answers each with the exit code of its process (a signal's is negative),
and ends where stdin does. Run as `python -m zygote`, and talked to through `Zygote`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, NoReturn

import coverage
from pydantic import BaseModel, TypeAdapter

import coursesync

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OUT, ERR, EFFECTS = "out", "err", "effects"
# variables of a command's environment: seconds by which its time of day is ahead, and by which it
# goes on whenever it is looked at
AHEAD, TICK = "CLOCK_AHEAD", "CLOCK_TICK"
# what commands import when they run
_LAZY = ("deepdiff", "encodings.utf_8_sig", "h11", "httpcore", "httpx", "markdown_it", "tomllib")


@dataclass(frozen=True)
class Order:
    """A command to run.

    Attributes:
        arguments: those of the command line.
        folder: where it runs.
        environment: all that there is in its environment.
        notes: the folder for what it writes on `OUT` and `ERR`, and for its `EFFECTS`.
        kill_at: the effect to die at, from 1; 0 is none, and None notes no effects.
        patience: seconds; a command that takes longer is ended by SIGALRM.
        user: whom it runs as; None changes nothing.
    """

    arguments: tuple[str, ...]
    folder: str
    environment: dict[str, str]
    notes: str
    kill_at: int | None = None
    patience: int = 60
    user: int | None = None

    def written(self) -> str:
        """Return it as a line."""
        return json.dumps(asdict(self)) + "\n"


class TimeOfDay:
    """The machine's time of day, unless a command's environment says how another one goes."""

    def __init__(self) -> None:
        self._ahead = self._tick = 0.0
        self._real = time.time, time.sleep

    def begin(self) -> None:
        """Show this time to whatever is imported from now on."""
        vars(time).update(time=self.now, sleep=self.sleep)

    def set(self, environment: Mapping[str, str]) -> None:
        """Go as these variables say."""
        self._ahead, self._tick = (float(environment.get(each, 0)) for each in (AHEAD, TICK))

    def now(self) -> float:
        """Return seconds since 1970."""
        self._ahead += self._tick
        return self._real[0]() + self._ahead

    def sleep(self, seconds: float) -> None:
        """Wait; where each look lets time go on, a second or more takes no time."""
        if self._tick and seconds >= 1:
            self._ahead += seconds
        else:
            self._real[1](seconds)


TIME_OF_DAY = TimeOfDay()


@dataclass(frozen=True)
class Zygote:
    """One that is ready, as those see it who give orders."""

    process: subprocess.Popen[str]
    notes: Path

    def __call__(self, order: Order) -> int:
        """Have an order carried out, and return the exit code of its process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(order.written())
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def noted(self, name: str) -> str:
        """Return what the last command wrote on `OUT` or `ERR`, or its `EFFECTS`."""
        return (self.notes / name).read_text(encoding="utf-8")


@contextmanager
def ready_zygote(notes: Path, measuring: Mapping[str, str] | None = None) -> Iterator[Zygote]:
    """Have a zygote that notes what its commands do in that folder.

    Args:
        notes: the folder.
        measuring: the variables of the environment by which coverage is measured, if it is.
    """
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "zygote"],
        cwd=notes,
        env={**environment_of_python(notes), **(measuring or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        yield Zygote(process, notes)


def measuring() -> dict[str, str]:
    """Return the variables by which a process knows that coverage is measured."""
    return {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE")}


def environment_of_python(home: Path) -> dict[str, str]:
    """Return what a process needs in its environment to import this package, and no more."""
    paths = {"PYTHONPATH": str(Path(__file__).parent), "PYTHONDONTWRITEBYTECODE": "1"}
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", **paths}


def main() -> None:
    """Carry out orders until there are no more."""
    prepare()
    for line in sys.stdin:
        order = Order(**json.loads(line))
        child = os.fork()
        if child == 0:
            run(order)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def prepare() -> None:
    """Make the imports of all commands, and build what is otherwise built at its first use."""
    TIME_OF_DAY.begin()
    _import_all()
    _build_models()
    _read_templates()
    # where coverage is measured, a fork goes on measuring: what was met so far is no part of its
    if (measured := coverage.Coverage.current()) is not None:
        measured.save()


def _import_all() -> None:
    for name in _LAZY:
        import_module(name)
    for module in walk_packages(coursesync.__path__, "coursesync."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def _read_templates() -> None:
    """Read what a command that runs as another user may not be able to read."""
    for name in ("coursesync.toml", "first-course.yaml", "gitattributes", "gitignore"):
        sys.modules["coursesync.operations.forge_files"].template(name)


def _build_models() -> None:
    """Build what is otherwise built at its first use, in each fork anew."""
    modules = [sys.modules[name] for name in sorted(sys.modules) if name.startswith("coursesync.")]
    for value in [value for module in modules for value in vars(module).values()]:
        if isinstance(value, type) and issubclass(value, BaseModel) and value is not BaseModel:
            value.model_rebuild()
        elif isinstance(value, TypeAdapter):
            value.rebuild()


def run(order: Order) -> NoReturn:
    """Run an order in this process, and end it."""
    signal.alarm(order.patience)
    names = (os.devnull, f"{order.notes}/{OUT}", f"{order.notes}/{ERR}")
    streams = [os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC) for name in names]
    program = str(Path(sys.executable).with_name("coursesync"))
    run_as([program, *order.arguments], order.folder, order.environment, streams, order)


def run_as(
    arguments: list[str],
    folder: str,
    environment: Mapping[str, str],
    streams: Sequence[int],
    order: Order | None = None,
) -> NoReturn:
    """Run the command line in this process as if it had been started like that, and end it.

    Args:
        arguments: the program's name first.
        folder: where it runs.
        environment: all that there is in its environment.
        streams: descriptors that take the places of stdin, stdout and stderr.
        order: notes the effects, and dies at one, where it says so.
    """
    from coursesync.cli import main as command_line  # noqa: PLC0415 - an order may come before it

    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        TIME_OF_DAY.set(environment)
        sys.argv = arguments
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if order is not None:
            log = os.open(f"{order.notes}/{EFFECTS}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            if order.kill_at is not None:
                _watch(log, order.kill_at)
            if order.user is not None:
                os.setuid(order.user)
        command_line()
    except BaseException:  # noqa: BLE001 - whatever it is, this process must not read orders
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(70)


def _watch(log: int, kill_at: int) -> None:
    from crash.effects import Watch  # noqa: PLC0415 - most orders note no effects

    Watch(log, kill_at).begin()


if __name__ == "__main__":
    main()
