"""The progress of an apply: a bar on a terminal, plain lines anywhere else.

The classes implement `applying.world.Progress`.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from coursesync.applying.report import Status
from coursesync.cli.screen import on_terminal, wants_colour
from coursesync.text import duration, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from coursesync.applying.report import Result
    from coursesync.applying.world import Progress
    from coursesync.kinds.address import Address

_WORTH_SAYING = 2.0  # seconds
_LINES_BETWEEN = 50  # two lines that show how long the rest takes
_BAR = 20  # columns, which leaves room for text beside it


@contextmanager
def progress_on(
    stream: IO[str], total: int, *, quiet: bool = False, verbose: bool = False
) -> Iterator[Progress]:
    """Show the progress of `total` changes on a stream; with a total of 0, only the waits."""
    if quiet:
        yield OnlyWrong(stream, total)
        return
    if not total or verbose or not on_terminal(stream):
        yield Lines(stream, total)
        return
    from rich.console import Console  # noqa: PLC0415 - slow, and only for a terminal
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    console = Console(file=stream, no_color=not wants_colour(stream), highlight=False)
    words = TextColumn("{task.description}", markup=False)
    columns = (BarColumn(_BAR), MofNCompleteColumn(), words)
    with Bar(*columns, console=console, transient=True) as bar:
        yield OnBar(bar, bar.add_task("", total=total))


def _line(result: Result) -> str:
    line = f"{result.change.address}: {result.status.words}"
    if result.status is Status.SETTLED and result.record_id is None:
        return f"{line}, it was never created"
    shown = {Status.CREATED, Status.ADOPTED, Status.SETTLED}
    if result.status not in shown:
        return line
    return f"{line}, Id {result.record_id}{f' ({result.reason})' if result.reason else ''}"


def _waiting(seconds: float, why: str) -> str:
    return f"waiting {duration(seconds)}: {why}"


def _left(rest: float) -> str:
    return f"about {duration(rest)} to go"


class Lines:
    """One line for each change."""

    def __init__(self, stream: IO[str], total: int) -> None:
        self._stream = stream
        self._total = total
        self._concluded: set[Address] = set()

    def concluded(self, result: Result, rest: float = 0.0) -> None:
        """Print the outcome of a change."""
        self._concluded.add(result.change.address)  # a change may be concluded twice
        number = len(self._concluded)
        width = len(str(self._total))
        is_due = number % _LINES_BETWEEN == 0 and rest >= _WORTH_SAYING
        left = f" ({_left(rest)})" if is_due else ""
        self._print(f"[{number:>{width}}/{self._total}] {_line(result)}{left}")

    def waiting(self, seconds: float, why: str, rest: float = 0.0) -> None:
        """Print the reason for a wait that is long enough to be noticed."""
        if seconds >= _WORTH_SAYING:
            left = f" ({_left(rest)})" if rest > seconds else ""
            for line in wrapped(f"{_waiting(seconds, why)}{left}", hang="  "):
                self._print(line)

    def _print(self, line: str) -> None:
        with suppress(OSError):  # a closed stream must not end an apply
            print(line, file=self._stream, flush=True)


class OnlyWrong(Lines):
    """A line for each change that did not go well."""

    def concluded(self, result: Result, rest: float = 0.0) -> None:  # noqa: ARG002 - the port's
        """Print the outcome of a change that failed."""
        if not result.done:
            self._print(_line(result))

    def waiting(self, seconds: float, why: str, rest: float = 0.0) -> None:
        """Print nothing."""


class OnBar:
    """A bar, and a line for each change that did not go well."""

    def __init__(self, bar: Bar, task: TaskID) -> None:
        self._bar = bar
        self._task = task

    def concluded(self, result: Result, rest: float = 0.0) -> None:
        """Advance the bar."""
        with suppress(OSError):  # a closed terminal must not end an apply
            if not result.done:
                self._bar.console.print(_line(result), markup=False)
            self._say(result.change.address, rest, advance=1)

    def waiting(self, seconds: float, why: str, rest: float = 0.0) -> None:
        """Show the reason for a wait beside the bar."""
        if seconds >= _WORTH_SAYING:
            with suppress(OSError):
                self._say(_waiting(seconds, why), rest)

    def _say(self, words: str, rest: float, advance: int = 0) -> None:
        left = f"{_left(rest)}, " if rest >= _WORTH_SAYING else ""
        self._bar.update(self._task, advance=advance, description=f"{left}{words}")
