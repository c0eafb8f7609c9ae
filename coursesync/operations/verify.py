"""Is all that a receipt tells still so on the site? Only reads are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.applying.receipt import mismatches
from coursesync.errors import (
    Command,
    CoursesyncError,
    Remedy,
    Shell,
    StateError,
    UsageError,
)
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.connection import connected, looking
from coursesync.operations.refresh import look_up
from coursesync.state.state import State
from coursesync.text import inert

if TYPE_CHECKING:
    from coursesync.applying.receipt import Mismatch, Receipt
    from coursesync.applying.world import Progress
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.workspace import Project


def verify(
    receipt: Receipt,
    project: Project,
    *,
    credentials: Credentials | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> tuple[Mismatch, ...]:
    """Say whether all that a receipt tells is still so on the site. Only reads are sent.

    Args:
        receipt: of a run against this project's target, as `read_receipt` reads it.
        project: names the target; of its state only what a later apply did is read, if it can be.
        credentials: as in `apply`.
        progress: is told what is waited for.
        clock: as in `apply`.

    Returns:
        What is not so any more; nothing where all of it is.

    Raises:
        UsageError: the receipt is of another target, or there are no credentials.
        CoursesyncError: it is of a run that was cut off: it does not say what that did.
        RemoteError: the API can't be used, or gives no usable answer.
        Interrupted: the clock said to stop.

    Example:
        >>> receipt = coursesync.read_receipt("receipt.json")
        >>> coursesync.verify(receipt, coursesync.open_project("courses"))
    """
    if receipt.target != project.store.target:
        raise UsageError(
            f"the receipt is of {inert(receipt.target)}, not of {inert(project.store.target)}",
            Remedy(
                "Name the same target as the apply that wrote it:",
                Shell("--base-url"),
                "or",
                Shell("--sandbox"),
            ),
        )
    if not receipt.items and not receipt.complete and receipt.stopped is None:
        raise CoursesyncError(
            "the receipt is of a run that was cut off, and does not say what that did",
            Remedy("What it did is in the state:", Command("state list")),
        )
    clock = clock or SystemClock()
    with connected(project, (), clock, progress, credentials) as world, looking(clock):
        live = look_up(receipt, world)
    return mismatches(receipt, live, _known(project))


def _known(project: Project) -> State:
    """Return the state, or an empty one where it can't be read: a receipt stands by itself."""
    try:
        return project.state()
    except StateError:
        return State(target=project.store.target)
