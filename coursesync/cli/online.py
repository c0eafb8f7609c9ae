"""Going online from the command line: signals heeded, and progress shown."""

from __future__ import annotations

import gc
import signal
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from coursesync.cli.line import placed
from coursesync.cli.progress import progress_on
from coursesync.cli.screen import say_at_once, say_wrapped
from coursesync.errors import Command, Interrupted, Remedy, Terminated
from coursesync.operations.config import CONFIG
from coursesync.operations.connection import interrupted
from coursesync.operations.drift import drift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.applying.world import Progress
    from coursesync.cli.progress import Verbosity
    from coursesync.nexudus.clock import SystemClock
    from coursesync.operations.drift import Drift
    from coursesync.operations.workspace import Project, Workspace
    from coursesync.planning.policy import Policy


_CONTACTED = f"{__name__}.contacted"
_STOPPING = "Stopping after the request in flight; Ctrl-C again stops at once."


@contextmanager
def heeding(
    clock: SystemClock, total: int = 0, verbosity: Verbosity | None = None
) -> Iterator[Progress]:
    """Yield what shows the progress of so many changes; from then on signals are heeded.

    Args:
        clock: knows by which signal the run was told to stop.
        total: the number of changes to show the progress of.
        verbosity: how much is told.

    Raises:
        Terminated: what was interrupted was so by SIGTERM.
    """
    gc.enable()  # there may be a thousand answers of megabytes
    clock.catch_signals(partial(say_at_once, _stopping() if total else _STOPPING))
    try:
        with progress_on(sys.stderr, total, verbosity) as progress:
            yield progress
    except Interrupted as error:
        if clock.signal == signal.SIGTERM:
            raise Terminated(error.problem, error.remedy) from error
        raise


def announce(project: Project) -> None:
    """Say which API a command is about to contact; once, and before anything is sent.

    Raises:
        CoursesyncError: that API may not have the credentials.
    """
    project.check_host()
    met = click.get_current_context().meta
    if project.embedded or _CONTACTED in met:
        return
    met[_CONTACTED] = True
    other = project.other_host
    names = f" ({CONFIG} names {other})" if other else ""
    say_wrapped(f"Contacting {project.store.target}{names}", hang="  ")


def look_again(
    project: Project, workspace: Workspace, clock: SystemClock, policy: Policy | None = None
) -> Drift:
    """Look at what others changed; raises as `drift` does, and Terminated after a SIGTERM."""
    if workspace.state.entries:
        announce(project)
    with reading(clock) as progress:
        return drift(workspace, policy=policy, progress=progress, clock=clock)


@contextmanager
def reading(clock: SystemClock) -> Iterator[Progress]:
    """Yield what shows the progress of a look; signals are heeded until it has ended.

    Raises:
        Interrupted: a signal came meanwhile; Terminated where it was SIGTERM.
    """
    with heeding(clock) as progress:
        yield progress
        clock.release_signals()
        if clock.stopping():
            raise interrupted()


def _stopping() -> str:
    after = Remedy("After that, what was under way is settled by", Command("apply"))
    return f"{_STOPPING}\n{placed(after)}"
