"""Refreshing from the command line: go online, look, and say in words where that can't be done."""

from __future__ import annotations

import gc
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.cli.online import online
from coursesync.cli.session import plan_of
from coursesync.errors import Interrupted, RemoteError, Terminated
from coursesync.plan import Course
from coursesync.policy import KEEP_ALL
from coursesync.refreshing import refresh as look
from coursesync.stance import judged
from coursesync.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coursesync.adapters.clock import SystemClock
    from coursesync.adapters.outline_files import Workspace
    from coursesync.cli.session import Session
    from coursesync.drift import Drifted
    from coursesync.outline import Outline
    from coursesync.policy import Policy
    from coursesync.state import State


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a command plans from once it has looked: the state, the outlines, what was found."""

    state: State
    workspace: Workspace
    found: tuple[Drifted, ...]
    courses: Mapping[int, Course]


def look_again(
    session: Session, known: State, clock: SystemClock, policy: Policy = KEEP_ALL
) -> Refreshed:
    """Load the workspace, look at the site, and say of what has drifted what the outline says.

    Args:
        session: the workspace and the target.
        known: the state.
        clock: knows by which signal the look was told to stop.
        policy: what the plan may do to what is in no outline any more.

    Raises:
        InvalidOutlines: an outline is invalid; nothing was asked of the API then.
        CoursesyncError: as `refresh` and loading a workspace do.
    """
    before = session.workspace(known)
    sent = plan_of(before, known, policy)
    state, found = refresh(session, known, before.outlines, clock)
    drifted = any(each.finding.is_drift for each in found)
    after = session.workspace(state) if drifted else before
    found = judged(found, sent, plan_of(after, state, policy)) if drifted else found
    return Refreshed(state, after, found, _courses(session, before, known))


def _courses(session: Session, workspace: Workspace, known: State) -> dict[int, Course]:
    """Return the courses of a workspace, by Id."""
    settled = {
        record.id: Course(key, record.id, record.title, str(session.folder / record.path))
        for key, record in known.courses.items()
        if key in workspace.settled
    }
    parsed = {
        outline.course_id: Course(outline.key, outline.course_id, outline.title, outline.path)
        for outline in workspace.outlines
    }
    return {**settled, **parsed}


def refresh(
    session: Session, known: State, outlines: Iterable[Outline], clock: SystemClock
) -> tuple[State, tuple[Drifted, ...]]:
    """Look at what became of the records of a state; only reads are sent, within the limits.

    Args:
        session: the workspace and the target.
        known: the state.
        outlines: of the courses that the embedded sandbox has.
        clock: knows by which signal the look was told to stop; signals are heeded from here on.

    Returns:
        The state as it would be, had we written what the server has; and all that was found. Where
        the state has no records, nothing is asked.

    Raises:
        UsageError: there are no credentials in the environment.
        RemoteError: the API can't be used, or gives no usable answer.
        Interrupted: the look was told to stop; Terminated: by SIGTERM.
    """
    if not known.entries:
        return known, ()
    gc.enable()  # there may be a thousand answers of megabytes
    with online(session, outlines, clock) as world:
        try:
            found = look(known, world)
        except Stop as stop:
            _heed(clock)
            raise RemoteError(stop.reason, stop.remedy) from stop
    _heed(clock)
    return found


def _heed(clock: SystemClock) -> None:
    if clock.signal is not None:
        kind = Terminated if clock.signal == signal.SIGTERM else Interrupted
        raise kind("interrupted while reading what the site has", "Nothing was changed.")
