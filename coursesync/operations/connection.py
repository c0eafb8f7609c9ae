"""Connects a project to its target: the world of a run or a look, within the limits.

Owns the choice of the client, and the error that a run becomes when it ends early.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from coursesync.applying.world import World
from coursesync.errors import Interrupted, RemoteError, Stop
from coursesync.nexudus.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from coursesync.applying.report import Result
    from coursesync.applying.world import Progress
    from coursesync.nexudus.client import Nexudus
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.workspace import Project
    from coursesync.outlines.outline import Outline


class Unheard:
    """Progress that shows nothing. Fits `applying.world.Progress`."""

    def concluded(self, result: Result, rest: float = 0.0) -> None:
        """Show nothing."""

    def waiting(self, seconds: float, why: str, rest: float = 0.0) -> None:
        """Show nothing."""


def schedule_of(project: Project, now: float) -> RequestLog:
    """Return the schedule of a run that begins now; it counts the last day's requests."""
    limits = None if project.embedded else project.config.limits
    alone = project.store.hold is not None
    return RequestLog(project.store.path, limits, now, alone=alone)


@contextmanager
def connected(
    project: Project,
    outlines: Iterable[Outline],
    clock: Clock,
    progress: Progress | None = None,
    credentials: Credentials | None = None,
) -> Iterator[World]:
    """Yield the ports of a run; a Stop inside the block becomes an error.

    The embedded sandbox gets the courses of `outlines`. `credentials` are those of the environment
    by default. Raises UsageError without credentials, CoursesyncError if only `coursesync.toml`
    names the API, and for a Stop: Interrupted if the clock asked to stop, otherwise RemoteError.
    """
    project.check_host()
    with ExitStack() as stack:
        remote = _remote(project, outlines, credentials, stack)
        schedule = schedule_of(project, clock.now())
        stack.callback(schedule.close)
        try:
            yield World(remote, clock, progress or Unheard(), schedule, project.store)
        except Stop as stop:
            if clock.stopping():
                raise interrupted() from stop
            raise RemoteError(stop.reason, stop.remedy) from stop


def _remote(
    project: Project,
    outlines: Iterable[Outline],
    credentials: Credentials | None,
    stack: ExitStack,
) -> Nexudus:
    if project.embedded:
        from coursesync.nexudus.embedded import client, open_sandbox  # noqa: PLC0415 - brings the sandbox

        project.prepare()
        sandbox = stack.enter_context(open_sandbox(project.store.path.parent, outlines))
        remote = client(sandbox)
    else:
        from coursesync.nexudus.client import Nexudus  # noqa: PLC0415 - brings httpx
        from coursesync.nexudus.credentials import Credentials  # noqa: PLC0415 - brings httpx

        if credentials is None:
            credentials = Credentials.from_environment(os.environ)
        remote = Nexudus(project.store.target, credentials.checked())
    stack.callback(remote.close)
    return remote


def interrupted() -> Interrupted:
    """Return the error of a look that was interrupted."""
    return Interrupted("interrupted while reading what the site has", "Nothing was changed.")
