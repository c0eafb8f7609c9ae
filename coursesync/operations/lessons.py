"""What lessons keep `apply` from some of a plan: a look before anyone says yes. Writes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.nexudus.clock import SystemClock
from coursesync.nexudus.lessons import Lessons
from coursesync.nexudus.sender import Sender
from coursesync.operations.connection import connected, looking
from coursesync.planning.lessons import look

if TYPE_CHECKING:
    from coursesync.applying.world import Progress
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.workspace import Workspace
    from coursesync.planning.plan import Plan


def with_hindrances(
    plan: Plan,
    workspace: Workspace,
    *,
    credentials: Credentials | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Plan:
    """Look at the lessons of the sections that a plan deletes or moves; by one request a course.

    Args:
        plan: what `plan` made of the workspace.
        workspace: the one that it was made of.
        credentials: as in `apply`.
        progress: is told what is waited for.
        clock: as in `apply`.

    Returns:
        The same plan, with what `apply` would stop at. Nothing is asked where it takes no section
        from a course.

    Raises:
        UsageError: there are no credentials.
        RemoteError: the API can't be used.
        Interrupted: the clock said to stop.
    """
    losing = [change for change in plan.changes if change.lesson_courses]
    if not losing:
        return plan
    project, clock = workspace.project, clock or SystemClock()
    with (
        connected(project, workspace.read.outlines, clock, progress, credentials) as world,
        looking(clock),
    ):
        lessons = Lessons(Sender(world), world)
        found = (look(change, change.lesson_courses, lessons) for change in losing)
        return replace(plan, hindrances=tuple(each for each in found if each is not None))
