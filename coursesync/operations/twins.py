"""Settles twins: a person says which of two records stays managed. Only reads are sent.

The other record becomes a stranger to the state. It must never be deleted here: that is left to
people.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.errors import Command, CoursesyncError, Remedy
from coursesync.kinds import kind_of
from coursesync.kinds.address import course_of
from coursesync.nexudus.clock import SystemClock
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.sender import Sender
from coursesync.operations.connection import connected
from coursesync.operations.state import address_of, entry_at
from coursesync.planning.live_diff import as_read
from coursesync.planning.twins import namesakes, twins

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.applying.world import Progress, World
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.nexudus.records import Record
    from coursesync.operations.workspace import Project
    from coursesync.state.state import State


def keep(  # noqa: PLR0913 - one parameter an option
    project: Project,
    address: str,
    record_id: int,
    *,
    credentials: Credentials | None = None,
    lock_timeout: float = 0.0,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> tuple[int, ...]:
    """Say which of the records at an address stays managed.

    The address has an Id, and a twin on the site; `record_id` is the Id of the record to keep. The
    other parameters are as in `apply`.

    Returns:
        The Ids of the others, which stay on the site and are not managed any more.

    Raises:
        CoursesyncError: there is nothing at the address, it has no twin, or the Id is of neither.
        RemoteError, StateLocked, StateError, UsageError: as in `apply`.

    Example:
        >>> found = coursesync.drift(coursesync.load("courses")).found
        >>> twin = next(each for each in found if each.own)
        >>> coursesync.keep(coursesync.open_project("courses"), twin.address, 87654321)
        (87654320,)
    """
    clock, at = clock or SystemClock(), address_of(address)
    with project.held(lock_timeout):
        known = project.state()
        entry, kind = entry_at(known, at), kind_of(at)
        with connected(project, (), clock, progress, credentials) as world:
            # a record that a person rejected before can be chosen now
            undecided = replace(known, strangers=())
            live = _of_course(world, undecided, entry.parent_id, kind)
        owners = twins(undecided, live.values(), kind)
        second = {record for record, owner in owners.items() if owner == at}
        either = {entry.id, *second} & live.keys()
        if not second:
            raise CoursesyncError(
                f"{at} has no twin in the course {entry.parent_id}",
                Remedy("See what the site has:", Command("drift")),
            )
        if record_id not in either:
            raise CoursesyncError(
                f"the Id {record_id} is none of those that {at} has on the site: "
                f"{', '.join(map(str, sorted(either)))}",
                "Choose one of these.",
            )
        kept = entry
        if record_id != entry.id:
            kept = as_read(replace(entry, attempted=None, id=record_id), live[record_id], kind)
        others = tuple(sorted(either - {record_id}))
        # first the journal of an interrupted run, because a save drops it
        known = project.store.recover(known)
        courses = {key: each for key, each in known.courses.items() if key != course_of(at)}
        project.store.finish(
            replace(
                known,
                courses=courses,
                entries={**known.entries, at: kept},
                strangers=tuple(sorted({*known.strangers, *others} - {record_id})),
            )
        )
    return others


def _of_course(world: World, known: State, course: int, kind: Kind) -> Mapping[int, Record]:
    lookout = Lookout(Sender(world))
    held = {entry.id for entry in known.entries.values()}
    listed = lookout.around(kind, [course])
    read = lookout.whole(kind, listed, lambda record: record.id not in held)
    alike = namesakes(known, read, kind)
    read = lookout.whole(kind, read, lambda record: record.id in alike)
    return {record.id: record for record in read}
