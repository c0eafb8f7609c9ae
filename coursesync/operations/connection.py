"""Connects a project to its target: the world of a run or a look, within the limits.

Owns the choice of the client, and the error that a run becomes when it ends early.
"""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from coursesync.applying.world import World
from coursesync.errors import Interrupted, RemoteError, Stop
from coursesync.nexudus.clock import SystemClock
from coursesync.nexudus.limits import Schedule
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


def schedule_of(project: Project, now: float) -> Schedule:
    """Return the schedule of a run that begins now; it counts the last day's requests."""
    log = RequestLog(project.store.path)
    limits = None if project.embedded else project.config.limits
    return Schedule(limits, log.earlier(now), log.held_until(now))


@contextmanager
def connected(
    project: Project,
    outlines: Iterable[Outline],
    clock: Clock | None = None,
    progress: Progress | None = None,
    credentials: Credentials | None = None,
) -> Iterator[World]:
    """Yield the ports of a run; a Stop inside the block becomes an error.

    The embedded sandbox gets the courses of `outlines`. `credentials` are those of the environment
    by default, `clock` is the machine's. Raises UsageError without credentials, CoursesyncError if
    only `coursesync.toml` names the API, and for a Stop: Interrupted if the clock asked to stop,
    otherwise RemoteError.
    """
    project.check_host()
    clock = clock or SystemClock()
    with (
        _remote(project, outlines, credentials) as remote,
        closing(RequestLog(project.store.path, alone=project.store.hold is not None)) as log,
    ):
        schedule = schedule_of(project, clock.now())
        try:
            yield World(remote, project.store, clock, progress or Unheard(), schedule, log)
        except Stop as stop:
            if clock.stopping():
                raise interrupted() from stop
            raise RemoteError(stop.reason, stop.remedy) from stop


@contextmanager
def _remote(
    project: Project, outlines: Iterable[Outline], credentials: Credentials | None
) -> Iterator[Nexudus]:
    if project.embedded:
        from coursesync.nexudus.embedded import client, open_sandbox  # noqa: PLC0415 - brings the sandbox

        project.prepare()
        with (
            open_sandbox(project.store.path.parent, outlines) as sandbox,
            closing(client(sandbox)) as remote,
        ):
            yield remote
        return
    from coursesync.nexudus.client import Nexudus  # noqa: PLC0415 - brings httpx
    from coursesync.nexudus.credentials import Credentials  # noqa: PLC0415 - brings httpx

    if credentials is None:
        credentials = Credentials.from_environment(os.environ)
    with closing(Nexudus(project.store.target, credentials.checked())) as remote:
        yield remote


def interrupted() -> Interrupted:
    """Return the error of a look that was interrupted."""
    return Interrupted("interrupted while reading what the site has", "Nothing was changed.")
