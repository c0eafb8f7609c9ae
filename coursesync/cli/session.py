"""Commands that save or send requests: they handle signals, show progress and name the API."""

from __future__ import annotations

import gc
import signal
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from coursesync.cli.line import placed
from coursesync.cli.progress import progress_on
from coursesync.cli.screen import say_at_once, say_once
from coursesync.errors import Command, Interrupted, Remedy, Terminated
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.config import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.applying.world import Progress
    from coursesync.operations.drift import Drift
    from coursesync.operations.workspace import Project, Workspace
    from coursesync.planning.policy import Policy

_STOPPING = "Stopping when the current request is done. Ctrl-C again stops now."


@contextmanager
def saving(
    project: Project, lock_timeout: float, *, dry_run: bool = False
) -> Iterator[SystemClock]:
    """Hold the state and handle signals, so that a save is finished; not for a dry run."""
    clock = SystemClock()
    if dry_run:
        yield clock
        return
    with project.held(lock_timeout):
        clock.catch_signals()
        yield clock


@contextmanager
def online(
    clock: SystemClock, total: int = 0, *, quiet: bool = False, verbose: bool = False
) -> Iterator[Progress]:
    """Handle signals, and yield a display of the progress.

    Args:
        clock: records the signal that stops the run.
        total: the number of changes.
        quiet: only what goes wrong is shown.
        verbose: each request is logged, so that there is no bar.

    Raises:
        Terminated: SIGTERM interrupted the run.
    """
    gc.enable()  # a thousand answers may be megabytes each
    after = Remedy("If you do, run this to finish:", Command("apply"))
    stopping = f"{_STOPPING}\n{placed(after)}" if total else _STOPPING
    clock.catch_signals(partial(say_at_once, stopping))
    try:
        with progress_on(sys.stderr, total, quiet=quiet, verbose=verbose) as progress:
            yield progress
    except Interrupted as error:
        if clock.signal == signal.SIGTERM:
            raise Terminated(error.problem, error.remedy) from error
        raise


def announce(project: Project) -> None:
    """Print which API a command contacts, once, before the first request.

    Raises:
        CoursesyncError: the credentials must not be sent to that API.
    """
    project.check_host()
    if not project.embedded:
        other = project.other_host
        names = f" ({CONFIG} names {other})" if other else ""
        say_once(f"Contacting {project.store.target}{names}")


def look_again(
    project: Project, workspace: Workspace, clock: SystemClock, policy: Policy | None = None
) -> Drift:
    """Read what others changed on the site; raises as `drift` does, and Terminated on SIGTERM."""
    from coursesync.operations.connection import interrupted  # noqa: PLC0415 - only for a look
    from coursesync.operations.drift import drift  # noqa: PLC0415 - slow

    if workspace.state.entries:
        announce(project)
    with online(clock) as progress:
        found = drift(workspace, policy=policy, progress=progress, clock=clock)
        clock.release_signals()
        if clock.stopping():
            raise interrupted()
        return found
