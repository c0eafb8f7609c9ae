"""Brings courses and records that are on the site already under management.

Owns the order: read the site, check all drafts, write the outlines, save the state. It must never
write to the site, nor print.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Command, CoursesyncError, Remedy
from coursesync.kinds import LISTED, kind_of
from coursesync.kinds.address import course_of
from coursesync.nexudus.clock import SystemClock
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.sender import Sender
from coursesync.operations.connection import connected
from coursesync.operations.import_drafts import prepared
from coursesync.operations.import_entries import adopted, misfit
from coursesync.operations.import_files import save
from coursesync.operations.state import address_of, in_doubt, to_another_course
from coursesync.state.journal import Look
from coursesync.state.logbook import Logbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.applying.world import Progress
    from coursesync.kinds.address import Address
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.nexudus.records import Record
    from coursesync.operations.import_files import Unwritten
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
        content_files: how many content files were written.
        is_new: whether its outline was written, and not only added to.
        left_out: the records that no outline can hold, with reasons; they stay on the site.
        left: how many changes the next plan has for it.
        note: how its title differs from the site's; for a course that was left out, its title.
        error: why nothing of it was written, and what to do; None if it was imported.
    """

    course_id: int
    path: str
    records: int
    content_files: int
    left_out: tuple[Unwritten, ...]
    left: int
    is_new: bool = False
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

    If no Ids are given, all courses of the account are imported. The other parameters are as in
    `apply`.

    Returns:
        The result for each course. If a course has an outline, missing items are added to it. A
        record that would be read back differently is left out and named; all is checked before
        anything is written.

    Raises:
        InvalidOutlines: an outline is invalid, or that of the only course would be.
        CoursesyncError: a course does not exist, or the only one can't be imported.
        RemoteError, StateLocked, StateError, UsageError: as in `apply`.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> coursesync.import_course(project, 4711)
    """
    clock = clock or SystemClock()
    with project.held(lock_timeout):
        known, loaded = project.state(), project.load_all()
        with connected(project, loaded.outlines, clock, progress, credentials) as world:
            titles, records = _on_the_site(Lookout(Sender(world)), course_ids)
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
            each.unwritten,
            ready.changes.get(course_id, 0),
            each.is_new,
            each.note,
        )
        for course_id, each in ready.drafts.items()
    ]
    left_out = (
        Imported(each.course_id, "", 0, 0, (), 0, note=each.title, error=each.error)
        for each in ready.left_out
    )
    return (*done, *left_out)


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
    """Bring one record of the site under management, at an address as in `Change.address`.

    The other parameters are as in `apply`.

    Returns:
        The new entry of the state, with the values of the record.

    Raises:
        CoursesyncError: one of the two is managed already, or the course has no such record.
        RemoteError, StateLocked, StateError, UsageError: as in `apply`.

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
            found = Lookout(Sender(world)).records(kind_of(at), [record_id])
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
            "Open the course in Nexudus; its Id is in the address of the page. The embedded "
            "sandbox has only the courses of your outlines.",
        )
    records: dict[int, list[Record]] = {course_id: [] for course_id in sorted(titles)}
    listed = lookout.sweep(LISTED, titles.keys(), ())
    unread: dict[int, str] = {}
    read = lookout.whole(LISTED, listed, lambda each: bool(each.unknown), unread)
    for record in (*read, *(each for each in listed if each.id in unread)):
        if record.parent_id in records:  # else it was moved in the meantime
            records[record.parent_id].append(record)
    return titles, records


def _check_free(known: State, address: Address, record_id: int) -> None:
    held = {entry.id: at for at, entry in known.entries.items()}
    if record_id in held:
        home = held[record_id]
        raise CoursesyncError(
            f"{kind_of(address).name} {record_id} is managed already, as {home}",
            Remedy("To give it another key:", Command("state mv", home, address))
            if course_of(home) == course_of(address)
            else to_another_course(home, "it to this course", "that outline"),
        )
    if address in known.doubts:
        raise in_doubt(address, known.doubts[address])
    if address in known.entries:
        raise CoursesyncError(
            f"{address} is the {kind_of(address).name} {known.entries[address].id} already",
            Remedy("To forget that first:", Command("state rm", address)),
        )


def _in_its_course(
    record: Record | None, record_id: int, address: Address, loaded: Outlines
) -> Record:
    noun = kind_of(address).name
    if record is None:
        raise CoursesyncError(
            f"there is no {noun} {record_id} in Nexudus",
            f"Open the {noun} in Nexudus; its Id is in the address of the page.",
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


def _save(project: Project, known: State, entries: Mapping[Address, Entry], clock: Clock) -> None:
    if not entries:
        project.store.recover(known)
        return
    log = Logbook(project.store, known)
    for address, entry in sorted(entries.items()):
        log.record(Look(address=address, entry=entry, at=clock.stamp()))
    log.check()
    project.store.finish(log.led_to())
