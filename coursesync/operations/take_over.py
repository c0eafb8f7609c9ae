"""Takes a state over from a run that a person knows to be lost.

Owns who may: a forge usually says that a run is over, and then the next run takes over by itself.
It must never take over from a run that may still write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Command, CoursesyncError, Remedy, UsageError
from coursesync.state.git_store import SKEW, GitStore
from coursesync.state.lock import has_died_here
from coursesync.state.open_run import in_use
from coursesync.state.state_tip import read_tip
from coursesync.text import inert

if TYPE_CHECKING:
    from coursesync.operations.workspace import Project
    from coursesync.state.state import State


def take_over(project: Project, run: str) -> State:
    """Save a state that a run holds, as if all that its plan names had been sent without an answer.

    Creates are then in doubt, and updates are sent again by the next apply.

    Args:
        project: the workspace; its state is in git.
        run: the Id of the run that holds the state.

    Raises:
        UsageError: the state is not in git.
        CoursesyncError: another run holds it, or none.
        StateLocked: the run may still write: its time has not passed, unless it was on this machine
            and its process has ended.
        TryLater, StateError: as in `apply`.
    """
    store = project.store
    if not isinstance(store, GitStore):
        raise UsageError(
            f"no run of another machine can hold {store.place}",
            "A lock on a file is free as soon as its process ends.",
        )
    tip = read_tip(store.branch, store.branch.fetch())
    if tip is None or (held := tip.run) is None:
        raise CoursesyncError(
            f"no run holds the state in {store.place}", "There is nothing to take over."
        )
    if held.id != run:
        raise CoursesyncError(
            f"the state in {store.place} is held by {held.name}, not by {inert(run, 100)}",
            Remedy("If that one is lost:", Command("state take-over", inert(held.id, 100))),
        )
    if not (held.is_lost(store.now() - SKEW, over=True) or has_died_here(run)):
        raise in_use(store.place, held)
    store.run = held.run  # a run takes up what it left itself
    with project.held():
        return store.recover(project.state())
