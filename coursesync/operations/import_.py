"""Courses and records that are on the site already come under management.

Reads the site, writes outlines and the state, and nothing on the site. For the command line and
for scripts alike; prints nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError
from coursesync.kinds import LISTED, kind_of
from coursesync.kinds.address import course_of, key_of
from coursesync.nexudus.clock import SystemClock
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.sender import Sender
from coursesync.operations.connection import connected
from coursesync.operations.import_checks import prepared
from coursesync.operations.import_entries import adopted, misfit
from coursesync.operations.import_files import save
from coursesync.operations.state import address_of
from coursesync.state.journal import Look
from coursesync.state.logbook import Logbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.applying.world import Progress
    from coursesync.kinds.address import Address
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.nexudus.records import Record
    from coursesync.operations.import_drafts import LeftOut
    from coursesync.operations.import_files import Untold
    from coursesync.operations.workspace import Project
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.state.state import Entry, State


@dataclass(frozen=True, slots=True)
class Imported:
    """A course that was imported, or left out.

    Attributes:
        course_id: its Id.
        path: its outline, in the workspace.
        records: how many records came under management.
        content_files: how many were written.
        untold: the records that no outline can tell; they stay on the site as they are.
        left: how many changes the next plan has for it.
        note: what of the course itself is written otherwise than the site has it; of a course that
            was left out, its title.
        error: why nothing of it was written, and what to do; None where it was imported.
    """

    course_id: int
    path: str
    records: int
    content_files: int
    untold: tuple[Untold, ...]
    left: int
    note: str = ""
    error: CoursesyncError | None = None


def import_course(
    project: Project,
    *course_ids: int,
    credentials: Credentials | None = None,
    lock_timeout: float = 0.0,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> tuple[Imported, ...]:
    """Write outlines and state of courses that are on the site; nothing is written there.

    Args:
        project: as `open_project` names it.
        course_ids: the courses' Ids; none given: all courses of the account.
        credentials: as in `apply`.
        lock_timeout: how many seconds to wait for an apply to end.
        progress: is told what is waited for.
        clock: as in `apply`.

    Returns:
        What became of each course. A course that has an outline gets what that lacks. What would
        not be read back as it is on the site is left out, and named; all of it is checked before
        anything is written.

    Raises:
        InvalidOutlines: an outline is invalid; or that of the only course would be.
        CoursesyncError: a course is not there; or the only one can't be imported.
        RemoteError: the API can't be used.
        StateLocked: an apply holds the state.
        StateError: the state can't be read or saved.
        UsageError: there are no credentials.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> coursesync.import_course(project, 4711)
    """
    clock = clock or SystemClock()
    with project.held(lock_timeout):
        known, loaded = project.state(), project.load_all()
        with connected(project, loaded.outlines, clock, progress, credentials) as world:
            titles, records = _on_the_site(Lookout(Sender(world), world.remote), course_ids)
        ready = prepared(project, known, loaded, titles, records)
        if len(titles) == len(ready.left_out) == 1:
            raise ready.left_out[0].error
        for each in ready.drafts.values():
            save(project.folder, each)
        _save(project, known, ready.entries, clock)
    taken = Counter(entry.parent_id for entry in ready.entries.values())
    done = [
        Imported(
            course_id,
            each.path,
            taken[course_id],
            len(each.files.files),
            each.untold,
            ready.changes.get(course_id, 0),
            each.note,
        )
        for course_id, each in ready.drafts.items()
    ]
    return (*done, *(_left_out(each) for each in ready.left_out))


def _left_out(course: LeftOut) -> Imported:
    return Imported(course.course_id, "", 0, 0, (), 0, course.title, course.error)


def adopt(  # noqa: PLR0913 - one parameter an option
    project: Project,
    address: str,
    record_id: int,
    *,
    credentials: Credentials | None = None,
    lock_timeout: float = 0.0,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Entry:
    """Take one record of the site under management, at an address.

    Args:
        project: as `open_project` names it.
        address: the one that it is to have, as `Change.address` has it.
        record_id: its Id.
        credentials: as in `apply`.
        lock_timeout: how many seconds to wait for an apply to end.
        progress: is told what is waited for.
        clock: as in `apply`.

    Returns:
        The entry that the state has from now on: what the record is.

    Raises:
        CoursesyncError: one of the two is managed already, or there is no such record in that
            course.
        RemoteError: the API can't be used.
        StateLocked: an apply holds the state.
        StateError: the state can't be read or saved.
        UsageError: it is no address, or there are no credentials.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> new = coursesync.plan(coursesync.load("courses")).changes[0]
        >>> coursesync.adopt(project, new.address, 87654321)
    """
    clock = clock or SystemClock()
    at = address_of(address)
    with project.held(lock_timeout):
        known, loaded = project.state(), project.load_all()
        _check_free(known, at, record_id)
        with connected(project, loaded.outlines, clock, progress, credentials) as world:
            found = Lookout(Sender(world), world.remote).records(kind_of(at), [record_id])
        record = _in_its_course(found.get(record_id), record_id, at, loaded)
        resources = {r.address: r for each in loaded.outlines for r in each.resources}
        entry = adopted(kind_of(at), record, record.attributes, resources.get(at))
        _save(project, known, {at: entry}, clock)
    return entry


def _on_the_site(
    lookout: Lookout, course_ids: Sequence[int]
) -> tuple[Mapping[int, str], Mapping[int, list[Record]]]:
    """Return the titles and the records of the courses, by their Ids."""
    titles = lookout.titles(course_ids) if course_ids else lookout.all_titles()
    if missing := sorted(set(course_ids) - titles.keys()):
        raise CoursesyncError(
            f"there is no course {missing[0]} in Nexudus",
            "Look for its Id in the address of its page there; the embedded sandbox has only the "
            "courses of your outlines.",
        )
    records: dict[int, list[Record]] = {course_id: [] for course_id in sorted(titles)}
    listed = lookout.sweep(LISTED, titles.keys(), ())
    unread: dict[int, str] = {}
    read = lookout.whole(LISTED, listed, lambda each: bool(each.unknown), unread)
    for record in (*read, *(each for each in listed if each.id in unread)):
        if record.parent_id in records:  # or it was moved meanwhile
            records[record.parent_id].append(record)
    return titles, records


def _check_free(known: State, address: Address, record_id: int) -> None:
    held = {entry.id: at for at, entry in known.entries.items()}
    if record_id in held:
        home = held[record_id]
        word = f"{course_of(home)}.{key_of(home)}"
        raise CoursesyncError(
            f"{kind_of(address).name} {record_id} is managed already, as {home}",
            f"To give it another key:  coursesync state mv {home} {address}"
            if course_of(home) == course_of(address)
            else f"To move it to this course, write  previous_keys: [{word}]  beside its title in "
            "that outline, and apply.",
        )
    if address in known.doubts:
        raise CoursesyncError(
            f"{address} is in doubt", f"Settle that first:  coursesync resolve {address} --help"
        )
    if address in known.entries:
        raise CoursesyncError(
            f"{address} is the {kind_of(address).name} {known.entries[address].id} already",
            f"To forget that first:  coursesync state rm {address}",
        )


def _in_its_course(
    record: Record | None, record_id: int, address: Address, loaded: Outlines
) -> Record:
    noun = kind_of(address).name
    if record is None:
        raise CoursesyncError(
            f"there is no {noun} {record_id} in Nexudus",
            "Look for its Id in the address of its page there.",
        )
    if why := misfit(record):
        raise CoursesyncError(f"{noun} {record_id}: {why}", "Save it again in Nexudus.")
    for outline in loaded.outlines:
        if outline.key == course_of(address) and outline.course_id != record.parent_id:
            raise CoursesyncError(
                f"{noun} {record_id} is in the course {record.parent_id}, and {outline.path} is "
                f"of the course {outline.course_id}",
                f"Give the address of a {noun} in that course's outline.",
            )
    return record


def _save(project: Project, known: State, entries: Mapping[Address, Entry], clock: Clock) -> State:
    if not entries:
        return project.store.recover(known)
    log = Logbook(project.store, known)
    for address, entry in sorted(entries.items()):
        log.record(Look(address=address, entry=entry, at=clock.stamp()))
    log.check()
    return project.store.finish(log.led_to())
