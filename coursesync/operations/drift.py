"""Looking for drift: what others changed on the site since the last apply. Only reads are sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.nexudus.clock import SystemClock
from coursesync.operations.connection import connected, interrupted
from coursesync.operations.refresh import hindrances, refresh
from coursesync.planning.diff import plan_of
from coursesync.planning.drift import Finding
from coursesync.planning.plan import Course, Hindrance
from coursesync.planning.policy import KEEP_ALL
from coursesync.planning.refreshed_state import judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.applying.world import Progress
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.workspace import Workspace
    from coursesync.planning.drift import Drifted
    from coursesync.planning.policy import Policy


@dataclass(frozen=True, slots=True)
class Drift:
    """What a look at the site found.

    `found` is all that is not as it was sent, and `courses` those that the workspace speaks of, by
    Id. A plan of `workspace` is made from what the site has. `hindrances` are the lessons at which
    an apply of it would stop, where a policy was given.
    """

    found: tuple[Drifted, ...]
    courses: Mapping[int, Course]
    workspace: Workspace
    hindrances: tuple[Hindrance, ...] = ()

    @property
    def has_drift(self) -> bool:
        """Whether a managed record was edited, deleted or moved on the site, or has a twin."""
        return any(each.finding.needs_care for each in self.found)

    @property
    def is_whole(self) -> bool:
        """Whether every record that is managed could be read."""
        return not any(each.finding is Finding.UNREADABLE for each in self.found)


def drift(
    workspace: Workspace,
    *,
    policy: Policy | None = None,
    credentials: Credentials | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Drift:
    """Look at what others changed on the site since the last apply. Only reads are sent.

    Args:
        workspace: as `load` read it.
        policy: of a plan that is to be made: the lessons that are in its way are looked for, too.
        credentials: as in `apply`.
        progress: is told what is waited for.
        clock: as in `apply`.

    Returns:
        All that was found, with what the outlines say of it. Where the state has no entries,
        nothing is asked, and nothing found.

    Raises:
        UsageError: there are no credentials.
        RemoteError: the API can't be used, or gives no usable answer.
        Interrupted: the clock said to stop.
        InvalidOutlines: an outline became invalid meanwhile.

    Example:
        >>> drift = coursesync.drift(coursesync.load("courses"))
        >>> [(each.finding.value, each.address) for each in drift.found]
        >>> plan = coursesync.plan(drift.workspace)
    """
    project, known, read = workspace.project, workspace.state, workspace.read
    courses = _courses(workspace)
    if not known.entries:
        return Drift((), courses, replace(workspace, found=()))
    clock = clock or SystemClock()
    with connected(project, read.outlines, clock, progress, credentials) as world:
        state, found = refresh(known, world)
        after, stopping = workspace, tuple[Hindrance, ...]()
        if has_drifted := any(each.finding.is_drift for each in found):
            after = project.outlines_for(state)
        if has_drifted or policy:
            plan = plan_of(after.read, state, policy or KEEP_ALL)
            found = judged(found, plan)
            # by the same login: a one-time code can't be used twice
            stopping = hindrances(plan, world) if policy else ()
    if clock.stopping():
        raise interrupted()
    return Drift(found, courses, replace(after, state=state, found=found), stopping)


def _courses(workspace: Workspace) -> dict[int, Course]:
    """Return the courses of a workspace, by Id."""
    folder, known = workspace.project.folder, workspace.state
    settled = {
        record.id: Course(key, record.id, record.title, str(folder / record.path))
        for key, record in known.courses.items()
        if key in workspace.read.settled
    }
    parsed = {
        outline.course_id: Course(outline.key, outline.course_id, outline.title, outline.path)
        for outline in workspace.outlines
    }
    return {**settled, **parsed}
