"""Going online: the client of a session's target, its limits across runs, and signals heeded."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from coursesync.adapters.request_log import RequestLog
from coursesync.cli.progress import progress_on
from coursesync.cli.screen import say_at_once
from coursesync.limits import Schedule
from coursesync.ports import World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from coursesync.adapters.clock import SystemClock
    from coursesync.adapters.nexudus import Nexudus
    from coursesync.cli.session import Session
    from coursesync.outline import Outline


_STOPPING = "Stopping after the request in flight; Ctrl-C again stops at once."


@contextmanager
def online(
    session: Session, outlines: Iterable[Outline], clock: SystemClock, total: int = 0
) -> Iterator[World]:
    """Yield the world that a run works in; from then on signals are heeded.

    Args:
        session: the workspace, target and state.
        outlines: of the courses that the embedded sandbox has.
        clock: knows by which signal the run was told to stop.
        total: the number of changes to show the progress of.

    Raises:
        UsageError: there are no credentials in the environment.
    """
    with ExitStack() as stack:
        remote = _remote(session, outlines, stack)
        log = RequestLog(session.store.path)
        stack.callback(log.close)
        limits = None if session.embedded else session.limits
        now = clock.now()
        schedule = Schedule(limits, log.earlier(now), log.held_until(now))
        clock.heed_signals(partial(say_at_once, _stopping(session) if total else _STOPPING))
        progress = stack.enter_context(progress_on(sys.stderr, total))
        yield World(remote, session.store, clock, progress, schedule, log)


def _stopping(session: Session) -> str:
    return f"{_STOPPING}\nAfter that, what was under way is settled by  {session.hint('apply')}"


def _remote(session: Session, outlines: Iterable[Outline], stack: ExitStack) -> Nexudus:
    """Return a client of the target, which is closed with the stack."""
    if session.embedded:
        from coursesync.adapters.embedded import (  # noqa: PLC0415 - brings the sandbox
            client,
            open_sandbox,
        )

        session.prepare()
        sandbox = stack.enter_context(open_sandbox(session.store.path.parent, outlines))
        remote = client(sandbox)
    else:
        from coursesync.adapters.credentials import Credentials  # noqa: PLC0415 - as the next
        from coursesync.adapters.nexudus import Nexudus  # noqa: PLC0415 - brings httpx

        remote = Nexudus(session.store.target, Credentials.from_environment(os.environ))
    stack.callback(remote.close)
    return remote
