"""Brings courses and records that are on the site already under management.

Owns the order: read the site, check all drafts, write the outlines, save the state. It must never
write to the site, nor print.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError
from coursesync.kinds import LISTED
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.sender import Sender
from coursesync.operations.connection import connected
from coursesync.operations.import_drafts import prepared
from coursesync.operations.import_files import save
from coursesync.operations.state import save_entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.applying.world import Progress
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.nexudus.records import Record
    from coursesync.operations.import_files import Unwritten
    from coursesync.operations.workspace import Project


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
    with project.held(lock_timeout):
        known, loaded = project.state(), project.load_all()
        with connected(project, loaded.outlines, clock, progress, credentials) as world:
            titles, records = _on_the_site(Lookout(Sender(world), world.remote), course_ids)
        ready = prepared(project, known, loaded, titles, records)
        if len(titles) == len(ready.left_out) == 1:
            raise ready.left_out[0].error
        for each in ready.drafts.values():
            save(project.folder, each)
        save_entries(project, known, ready.entries, world.clock)
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
