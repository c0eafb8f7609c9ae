"""Going online from the command line: signals heeded, and progress shown."""

from __future__ import annotations

import gc
import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from coursesync.cli.progress import progress_on
from coursesync.cli.screen import say_at_once
from coursesync.errors import Interrupted, Terminated
from coursesync.online import connected, drift

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from coursesync.adapters.clock import SystemClock
    from coursesync.cli.session import Session
    from coursesync.online import Drift
    from coursesync.outline import Outline
    from coursesync.ports import Progress, World
    from coursesync.project import Workspace


_STOPPING = "Stopping after the request in flight; Ctrl-C again stops at once."


@contextmanager
def heeding(session: Session, clock: SystemClock, total: int = 0) -> Iterator[Progress]:
    """Yield what shows the progress of so many changes; from then on signals are heeded.

    Args:
        session: the workspace and target.
        clock: knows by which signal the run was told to stop.
        total: the number of changes to show the progress of.
    """
    gc.enable()  # there may be a thousand answers of megabytes
    clock.heed_signals(partial(say_at_once, _stopping(session) if total else _STOPPING))
    with progress_on(sys.stderr, total) as progress:
        yield progress


@contextmanager
def online(session: Session, outlines: Iterable[Outline], clock: SystemClock) -> Iterator[World]:
    """Yield the world that a run works in; from then on signals are heeded.

    Args:
        session: the workspace, target and state.
        outlines: of the courses that the embedded sandbox has.
        clock: knows by which signal the run was told to stop.

    Raises:
        UsageError: there are no credentials in the environment.
    """
    with connected(session, outlines, clock) as world, heeding(session, clock) as progress:
        yield replace(world, progress=progress)


def look_again(session: Session, workspace: Workspace, clock: SystemClock) -> Drift:
    """Look at what others changed; raises as `drift` does, and Terminated after a SIGTERM."""
    try:
        with heeding(session, clock) as progress:
            return drift(workspace, progress=progress, clock=clock)
    except Interrupted as error:
        if clock.signal == signal.SIGTERM:
            raise Terminated(error.problem, error.remedy) from error
        raise


def _stopping(session: Session) -> str:
    return f"{_STOPPING}\nAfter that, what was under way is settled by  {session.hint('apply')}"
