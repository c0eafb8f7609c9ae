"""Reaches the site: connects a project to its target, and looks there for what others changed.

Owns the choice of the client, the error that a run becomes when it ends early, and the look for
drift, which only reads.
"""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from coursesync.applying.hindrances import hindrance_to, leaving
from coursesync.applying.world import World
from coursesync.errors import Interrupted, RemoteError, Stop
from coursesync.kinds import KINDS
from coursesync.nexudus.clock import SystemClock
from coursesync.nexudus.inside import Inside
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.request_log import RequestLog
from coursesync.nexudus.sender import Sender
from coursesync.planning.diff import plan_of
from coursesync.planning.drift import Drifted, Finding, compare
from coursesync.planning.hindrance import Hindrance
from coursesync.planning.leave import left_by
from coursesync.planning.live_diff import ignoring
from coursesync.planning.new_courses import with_ids
from coursesync.planning.plan import Course
from coursesync.planning.policy import KEEP_ALL
from coursesync.planning.refreshed_state import judged, refreshed
from coursesync.planning.scope import EVERY_COURSE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from coursesync.applying.report import Result
    from coursesync.applying.world import Progress
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.client import Nexudus
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.listing import Read
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.workspace import Project, Workspace
    from coursesync.outlines.outline import Outline
    from coursesync.planning.plan import Plan
    from coursesync.planning.policy import Policy
    from coursesync.planning.scope import Scope
    from coursesync.state.state import State

_NOTHING: Mapping[Address, frozenset[str]] = {}


class NoProgress:
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
        remote_of(project, outlines, credentials) as remote,
        closing(schedule_of(project, clock.now())) as schedule,
    ):
        try:
            yield World(remote, clock, progress or NoProgress(), schedule, project.store)
        except Stop as stop:
            if clock.stopping():
                raise interrupted() from stop
            raise RemoteError(stop.reason, stop.remedy) from stop


@contextmanager
def remote_of(
    project: Project, outlines: Iterable[Outline], credentials: Credentials | None
) -> Iterator[Nexudus]:
    """Yield the client of a project's target; raises UsageError as `connected` does."""
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


@dataclass(frozen=True, slots=True)
class Drift:
    """The result of a look at the site.

    Attributes:
        found: the records that differ from what was sent.
        courses: the courses of the workspace, by Id.
        workspace: the workspace, with the state updated to what the site has.
        hindrances: what would stop an apply of that plan; empty without a policy.
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
        """Whether every managed record could be read."""
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

    If the `policy` of the next plan is given, what would stop its apply is looked for
    as well. The other parameters are as in `apply`.

    Returns:
        All differences, compared with the outlines. If the state has no entries, no request is
        made, and nothing is found.

    Raises:
        UsageError, RemoteError, Interrupted, InvalidOutlines: there are no credentials, the API
            can't be used, the clock asked to stop, or an outline became invalid.

    Example:
        >>> drift = coursesync.drift(coursesync.load("courses"))
        >>> [(each.finding.value, each.address) for each in drift.found]
        >>> plan = coursesync.plan(drift.workspace)
    """
    project, known, read = workspace.project, workspace.state, workspace.read
    scope, courses = workspace.scope, _courses(workspace)
    if not workspace.known.entries:
        return Drift((), courses, replace(workspace, found=()))
    with connected(project, read.outlines, clock, progress, credentials) as world:
        state, found = refresh(known, world, left_by(read, known), scope)
        after, stopping = workspace, tuple[Hindrance, ...]()
        if has_drifted := any(each.finding.is_drift for each in found):
            after = project.outlines_for(state)
        if has_drifted or policy:
            plan = plan_of(after.read, state, policy or KEEP_ALL)
            found = judged(found, plan)
            # in the same login, because a one-time code can't be used twice
            stopping = _hindrances(plan, world) if policy else ()
    if world.clock.stopping():
        raise interrupted()
    return Drift(found, courses, replace(after, state=state, found=found), stopping)


def _courses(workspace: Workspace) -> dict[int, Course]:
    folder, known = workspace.project.folder, workspace.state
    read = with_ids(workspace.read, known)
    settled = {
        record.id: Course(key, record.id, record.title, str(folder / record.path))
        for key, record in known.complete.items()
        if key in workspace.read.settled
    }
    parsed = {
        outline.course_id: Course(outline.key, outline.course_id, outline.title, outline.path)
        for outline in (*read.outlines, *read.others)
    }
    return {**settled, **parsed}


def refresh(
    state: State,
    world: World,
    left: Mapping[Address, frozenset[str]] = _NOTHING,
    scope: Scope = EVERY_COURSE,
) -> tuple[State, tuple[Drifted, ...]]:
    """Read, in as few requests as possible, the records that the state holds of some courses.

    `left` are the properties that are not compared, by the address of their entry; see `left_by`.
    Returns the state updated to what the server has, and all differences. Raises Stop.
    """
    lookout = Lookout(Sender(world))
    found: list[Drifted] = []
    for kind in KINDS.values():
        every = state.entries_of(kind)
        ours = {at: e for at, e in every.items() if scope.covers(kind.course_id_of(e.sent))}
        if not ours:
            continue
        courses = {kind.course_id_of(entry.sent) for entry in ours.values()}
        listed = lookout.sweep(kind, courses, [entry.id for entry in ours.values()])
        not_ours = {ours[at].id: names for at, names in left.items() if at in ours}
        confirm = partial(_confirmed, lookout, kind, not_ours)
        records = _ignoring(listed, not_ours).found.values()
        found += compare(state, records, kind, confirm, listed.failures, ours)
    return refreshed(state, found), tuple(found)


def _confirmed(
    lookout: Lookout, kind: Kind, left: Mapping[int, frozenset[str]], ids: Collection[int]
) -> Read:
    return _ignoring(lookout.records(kind, ids), left)


def _ignoring(read: Read, left: Mapping[int, frozenset[str]]) -> Read:
    """Return records without the properties that are left to the site, which are by Id."""
    found = {at: ignoring(each, left.get(at, frozenset())) for at, each in read.found.items()}
    return replace(read, found=found)


def _hindrances(plan: Plan, world: World) -> tuple[Hindrance, ...]:
    """Return the changes at which `apply` would stop, because other records are in theirs.

    It takes at most a request for each of these changes. What can't be listed is a hindrance, too;
    raises Stop as `refresh` does.
    """
    inside, planned = Inside(Sender(world), plan.holders), leaving(plan)
    leaving_others = (change for change in plan.changes if change.leaves_others)
    found = (hindrance_to(change, inside, planned) for change in leaving_others)
    return tuple(each for each in found if each is not None)
