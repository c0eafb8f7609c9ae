"""Commands that save or send requests: they handle signals, show progress and name the API.

The progress is a bar on a terminal, plain lines anywhere else.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import IO, TYPE_CHECKING

from coursesync.applying.report import Status
from coursesync.cli.line import placed
from coursesync.cli.screen import on_terminal, say_at_once, say_once, say_wrapped, wants_colour
from coursesync.errors import Command, Interrupted, Remedy, StateLocked, Terminated
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.config import CONFIG
from coursesync.text import duration
from coursesync.text.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from coursesync.applying.report import Result
    from coursesync.applying.world import Progress
    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.operations.site import Drift
    from coursesync.operations.workspace import Project, Workspace
    from coursesync.planning.policy import Policy

_STOPPING = "Stopping when the current request is done."
_WORTH_SAYING = 2.0  # seconds
_LINES_BETWEEN = 50  # two lines that show how long the rest takes
_BAR = 20  # columns, which leaves room for text beside it


@contextmanager
def saving(
    project: Project, lock_timeout: float, *, dry_run: bool = False
) -> Iterator[SystemClock]:
    """Hold the state and handle signals, so that a save is finished; not for a dry run."""
    clock = SystemClock()
    if dry_run:
        yield clock
        return
    with holding(project, lock_timeout):
        clock.catch_signals()
        yield clock


@contextmanager
def holding(project: Project, lock_timeout: float, *, quiet: bool = False) -> Iterator[None]:
    """Hold the state, and show a wait for it; raises StateLocked after `lock_timeout` seconds."""
    with ExitStack() as held:
        try:
            held.enter_context(project.held())
        except StateLocked as locked:
            if not lock_timeout:
                raise
            with progress_on(sys.stderr, 0, quiet=quiet) as progress:
                progress.waiting(lock_timeout, f"{locked.problem}; it may be free earlier")
                held.enter_context(project.held(lock_timeout))
        yield


@contextmanager
def online(
    clock: SystemClock,
    total: int = 0,
    finish: Command | None = None,
    *,
    quiet: bool = False,
    verbose: bool = False,
) -> Iterator[Progress]:
    """Handle signals, and yield a display of the progress.

    Args:
        clock: records the signal that stops the run.
        total: the number of changes.
        finish: the command that finishes a run that was stopped, if it writes.
        quiet: only what goes wrong is shown.
        verbose: each request is logged, so that there is no bar.

    Raises:
        Terminated: SIGTERM interrupted the run.
    """
    gc.enable()  # a thousand answers may be megabytes each
    after: Sentence = ""
    if total and finish is not None:
        after = placed(Remedy("If it is stopped before that, run this to finish:", finish))
    clock.catch_signals(partial(_say_stopping, clock, after))
    try:
        with progress_on(sys.stderr, total, quiet=quiet, verbose=verbose) as progress:
            yield progress
    except Interrupted as error:
        if clock.signal == signal.SIGTERM:
            raise Terminated(error.problem, error.remedy) from error
        raise


def _say_stopping(clock: SystemClock, after: Sentence) -> None:
    again = "A second SIGTERM" if clock.signal == signal.SIGTERM else "A second Ctrl-C"
    say_at_once("\n".join((f"{_STOPPING} {again} stops it now.", *wrapped(after))))


def remind_of_git(project: Project, *, quiet: bool = False) -> None:
    """Print what of a workspace with a state is not committed yet, and what should not be.

    Jobs of a forge, which set `CI`, commit by steps of their own.
    """
    if quiet or project.embedded or os.environ.get("CI"):
        return
    from coursesync.files.ask_git import root_of  # noqa: PLC0415 - few runs need it
    from coursesync.operations.in_git import check_in_git  # noqa: PLC0415 - few runs need it
    from coursesync.render.checks import Level  # noqa: PLC0415 - few runs need it

    if root_of(project.store.path.parent) is None:
        return
    for check in check_in_git(project, project.store.load()):
        if check.level is not Level.OK:
            say_wrapped(Remedy(f"{check.found}.", check.remedy))


def announce(project: Project) -> None:
    """Print which API a command contacts, once, before the first request.

    Raises:
        CoursesyncError: the credentials must not be sent to that API.
        UsageError: there are none.
    """
    from coursesync.nexudus.credentials import Credentials  # noqa: PLC0415 - few runs need it

    project.check_host()
    if not project.embedded:
        Credentials.from_environment(os.environ)
        other = project.other_host
        names = f" ({CONFIG} names {other})" if other else ""
        say_once(f"Contacting {project.store.target}{names}")


def look_again(workspace: Workspace, clock: SystemClock, policy: Policy | None = None) -> Drift:
    """Read what others changed on the site; raises as `drift` does, and Terminated on SIGTERM."""
    from coursesync.operations.site import drift, interrupted  # noqa: PLC0415 - slow

    if workspace.state.entries:
        announce(workspace.project)
    with online(clock) as progress:
        found = drift(workspace, policy=policy, progress=progress, clock=clock)
        clock.release_signals()
        if clock.stopping():
            raise interrupted()
        return found


@contextmanager
def progress_on(
    stream: IO[str], total: int, *, quiet: bool = False, verbose: bool = False
) -> Iterator[Progress]:
    """Show the progress of `total` changes on a stream; with a total of 0, only the waits."""
    if quiet or verbose or not on_terminal(stream):
        yield _Lines(stream, total, quiet=quiet)
        return
    shown = _OnTerminal(stream, total)
    try:
        if total:
            shown.start()
        yield shown
    finally:
        shown.stop()


def _line(result: Result) -> str:
    line = f"{result.change.address}: {result.status.words}"
    if result.status not in {Status.CREATED, Status.ADOPTED, Status.SETTLED}:
        return line
    if result.record_id is None:
        return f"{line}, it was never created"
    return f"{line}, Id {result.record_id}{f' ({result.reason})' if result.reason else ''}"


def _waiting(seconds: float, why: str) -> str:
    return f"waiting {duration(seconds)}: {why}"


def _left(rest: float) -> str:
    return f"about {duration(rest)} to go"


class _Lines:
    """One line for each change; if `quiet`, only for those that did not go well."""

    def __init__(self, stream: IO[str], total: int, *, quiet: bool) -> None:
        self._stream = stream
        self._total = total
        self._quiet = quiet
        self._concluded: set[Address] = set()

    def concluded(self, result: Result, rest: float = 0.0) -> None:
        if self._quiet:
            if not result.done:
                self._print(_line(result))
            return
        self._concluded.add(result.change.address)  # a change may be concluded twice
        number = len(self._concluded)
        width = len(str(self._total))
        is_due = number % _LINES_BETWEEN == 0 and rest >= _WORTH_SAYING
        left = f" ({_left(rest)})" if is_due else ""
        self._print(f"[{number:>{width}}/{self._total}] {_line(result)}{left}")

    def waiting(self, seconds: float, why: str, rest: float = 0.0) -> None:
        if seconds >= _WORTH_SAYING and not self._quiet:
            left = f" ({_left(rest)})" if rest > seconds else ""
            for line in wrapped(f"{_waiting(seconds, why)}{left}", hang="  "):
                self._print(line)

    def _print(self, line: str) -> None:
        with suppress(OSError):  # a closed stream must not end an apply
            print(line, file=self._stream, flush=True)


class _Wait:
    """The words of a wait, which count down each time that they are shown."""

    def __init__(self, seconds: float, why: str, rest: float) -> None:
        self._until = time.monotonic() + seconds
        self._why = why
        self._after = max(0.0, rest - seconds)

    def __str__(self) -> str:
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            return ""
        rest = seconds + self._after
        left = f"{_left(rest)}, " if self._after >= _WORTH_SAYING else ""
        return f"{left}{_waiting(seconds, self._why)}"


class _OnTerminal:
    """A bar, and a line for each change that did not go well; without changes, only the waits."""

    def __init__(self, stream: IO[str], total: int) -> None:
        self._stream = stream
        self._total = total
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def start(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - slow, and only for a terminal
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn  # noqa: PLC0415
        from rich.progress import Progress as Bar  # noqa: PLC0415

        console = Console(
            file=self._stream, no_color=not wants_colour(self._stream), highlight=False
        )
        columns = (BarColumn(_BAR), MofNCompleteColumn()) if self._total else ()
        words = TextColumn("{task.fields[words]}", markup=False)
        self._bar = Bar(*columns, words, console=console, transient=True)
        self._task = self._bar.add_task("", total=self._total or None, words="")
        self._bar.start()

    def stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    def concluded(self, result: Result, rest: float = 0.0) -> None:
        if self._bar is not None and not result.done:
            with suppress(OSError):  # a closed terminal must not end an apply
                self._bar.console.print(_line(result), markup=False)
        left = f"{_left(rest)}, " if rest >= _WORTH_SAYING else ""
        self._show(f"{left}{result.change.address}", advance=1)

    def waiting(self, seconds: float, why: str, rest: float = 0.0) -> None:
        if seconds >= _WORTH_SAYING:
            self._show(_Wait(seconds, why, rest))

    def _show(self, words: str | _Wait, advance: int = 0) -> None:
        with suppress(OSError):
            if self._bar is None:
                self.start()
            if self._bar is not None and self._task is not None:
                self._bar.update(self._task, advance=advance, words=words)
