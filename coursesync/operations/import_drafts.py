"""Drafts of outlines for courses that are on the site: what each is to tell, and what it can't.

Reads the workspace, and writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds.address import course_of, key_of
from coursesync.operations.import_entries import Managed, course_key, wanted
from coursesync.operations.import_files import Draft, Untold, draft

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.nexudus.records import Record
    from coursesync.operations.workspace import Project
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.workspace_files import Outlines


def drafts_of(
    project: Project,
    managed: Managed,
    loaded: Outlines,
    titles: Mapping[int, str],
    records: Mapping[int, Sequence[Record]],
) -> dict[int, Draft]:
    """Draft an outline for each course, or the one that it has with what that lacks.

    Args:
        project: whose workspace the outlines are to stand in.
        managed: what is under management already.
        loaded: the outlines that are there.
        titles: of the courses on the site, by their Ids.
        records: their sections.

    Returns:
        The drafts by the courses' Ids, with what each can't tell; nothing is written.

    Raises:
        InvalidOutlines: an outline as a whole would not be valid.
        CoursesyncError: one that is there can't be added to.
    """
    outlines = {outline.course_id: outline for outline in loaded.outlines}
    paths = {record.id: record.path for record in loaded.records.values()}
    taken = {outline.key for outline in loaded.outlines}
    known: defaultdict[str, set[str]] = defaultdict(set)
    for address in managed.known:
        known[course_of(address)].add(key_of(address))
    drafts = {}
    for course_id in records:
        outline = outlines.get(course_id)
        key = outline.key if outline else course_key(course_id, titles[course_id], taken)
        taken.add(key)
        ours, elsewhere = _parted(records[course_id], managed)
        ours, out = _wanted_of(ours, managed, outline)
        course = wanted(course_id, key, titles[course_id], ours, managed)
        course = replace(course, taken=frozenset(known[key]))
        each = draft(project.folder, course, paths.get(course_id))
        drafts[course_id] = replace(each, untold=(*each.untold, *elsewhere, *out))
    return drafts


def _wanted_of(
    records: Sequence[Record], managed: Managed, outline: Outline | None
) -> tuple[list[Record], list[Untold]]:
    """Part a course's sections from those that its outline had, and that were taken out of it."""
    if outline is None:
        return list(records), []
    wanted_here = {resource.address for resource in outline.resources}
    gone = {
        record.id: at
        for record in records
        if (at := managed.addresses.get(record.id)) is not None and at not in wanted_here
    }
    out = wanted(0, "", "", [record for record in records if record.id in gone])
    why = "it was taken out of the outline; to have it back, write its section again, with  key: "
    told = [Untold(each, f"{why}{key_of(gone[each.id])}") for each in out.sections]
    return [record for record in records if record.id not in gone], told


def _parted(records: Sequence[Record], managed: Managed) -> tuple[list[Record], list[Untold]]:
    """Part a course's sections from those that are managed in another course.

    Someone moved these on the site: in this outline they would be made a second time.
    """
    homes = managed.courses
    moved = [
        record for record in records if homes.get(record.id, record.parent_id) != record.parent_id
    ]
    elsewhere = {record.id for record in moved}
    return [record for record in records if record.id not in elsewhere], [
        Untold(
            section,
            f"it is managed as {managed.addresses[section.id]}, and someone moved it here; see  "
            "coursesync drift",
        )
        for section in wanted(0, "", "", moved).sections
    ]
