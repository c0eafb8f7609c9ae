"""Drafts of outlines for courses that are on the site: what each is to tell, and what it can't.

Reads the workspace, and writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError
from coursesync.kinds import LISTED
from coursesync.kinds.address import key_of
from coursesync.operations.import_entries import Managed, course_key, unsayable, wanted
from coursesync.operations.import_files import Draft, Untold, draft
from coursesync.outlines.writer import alike

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from coursesync.nexudus.records import Record
    from coursesync.operations.workspace import Project
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.workspace_files import Outlines


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A course of the site that can't be imported, and why; nothing is written of it."""

    course_id: int
    title: str
    error: CoursesyncError


def drafts_of(
    project: Project,
    managed: Managed,
    loaded: Outlines,
    titles: Mapping[int, str],
    records: Mapping[int, Sequence[Record]],
    excluded: Mapping[int, str],
) -> tuple[dict[int, Draft], list[LeftOut]]:
    """Draft an outline for each course, or the one that it has with what that lacks.

    Args:
        project: whose workspace the outlines are to stand in.
        managed: what is under management already.
        loaded: the outlines that are there.
        titles: of the courses on the site, by their Ids.
        records: the courses' records there.
        excluded: records that no outline is to have, with the reason, by their Ids.

    Returns:
        The drafts by the courses' Ids, with what each can't tell, and the courses of which there
        can be none; nothing is written.
    """
    outlines = {outline.course_id: outline for outline in loaded.outlines}
    paths = {outline.course_id: outline.file for outline in loaded.outlines}
    homes = managed.keys
    reserved = frozenset(homes.values())
    taken = {outline.key for outline in loaded.outlines}
    taken |= {alike(path.rpartition("/")[2].rpartition(".")[0]) for path in paths.values()}
    drafts, left = {}, []
    for course_id in records:
        title, outline = titles[course_id], outlines.get(course_id)
        home = homes.get(course_id, "")
        if outline is not None:
            key = outline.key
        elif home and home not in taken:
            key = home
        else:
            key = course_key(course_id, title, taken, reserved)
        taken |= {key, alike(key)}
        ours, elsewhere = _parted(records[course_id], managed)
        ours, out = _wanted_of(ours, managed, outline)
        # what an outline has already is not written again
        held = managed.addresses if outline is not None else {}
        ours, odd = _sayable(ours, held, excluded)
        course = wanted(course_id, key, title, ours, managed)
        try:
            each = draft(project.folder, course, paths.get(course_id))
        except CoursesyncError as error:
            left.append(LeftOut(course_id, title, error))
            continue
        drafts[course_id] = replace(each, untold=(*each.untold, *odd, *elsewhere, *out))
    return drafts, left


def _sayable(
    records: Sequence[Record], held: Collection[int], excluded: Mapping[int, str]
) -> tuple[list[Record], list[Untold]]:
    """Part a course's records from those whose fields no outline can give."""
    wrong = {
        record.id: why
        for record in records
        if record.id not in held and (why := excluded.get(record.id) or unsayable(record))
    }
    out = wanted(0, "", "", [record for record in records if record.id in wrong])
    return [record for record in records if record.id not in wrong], [
        Untold(item, wrong[item.id]) for item in out.items
    ]


def _wanted_of(
    records: Sequence[Record], managed: Managed, outline: Outline | None
) -> tuple[list[Record], list[Untold]]:
    """Part a course's records from those that its outline had, and that were taken out of it."""
    if outline is None:
        return list(records), []
    wanted_here = {resource.address for resource in outline.resources}
    gone = {
        record.id: at
        for record in records
        if (at := managed.addresses.get(record.id)) is not None and at not in wanted_here
    }
    out = wanted(0, "", "", [record for record in records if record.id in gone])
    why = (
        f"it was taken out of the outline; to have it back, write its {LISTED.name} again, with  "
        "key: "
    )
    told = [Untold(each, f"{why}{key_of(gone[each.id])}") for each in out.items]
    return [record for record in records if record.id not in gone], told


def _parted(records: Sequence[Record], managed: Managed) -> tuple[list[Record], list[Untold]]:
    """Part a course's records from those that are managed in another course.

    Someone moved these on the site: in this outline they would be made a second time.
    """
    homes = managed.courses
    moved = [
        record for record in records if homes.get(record.id, record.parent_id) != record.parent_id
    ]
    elsewhere = {record.id for record in moved}
    return [record for record in records if record.id not in elsewhere], [
        Untold(
            item,
            f"it is managed as {managed.addresses[item.id]}, and someone moved it here; see  "
            "coursesync drift",
        )
        for item in wanted(0, "", "", moved).items
    ]
