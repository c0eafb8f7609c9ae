"""Drafts an import in memory and reads it back before anything is written.

Owns which records each outline gets, and why the others are left out. It reads the workspace with
the drafts in it, by the same loader as later commands, and makes the next plan. It must never
write a file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError
from coursesync.kinds import LISTED
from coursesync.kinds.address import key_of
from coursesync.kinds.inline import line_of
from coursesync.operations.import_entries import (
    Managed,
    course_key,
    entries_of,
    items_of,
    unsayable,
    wanted,
)
from coursesync.operations.import_files import Unwritten, draft, most_that_fit
from coursesync.outlines.workspace_files import load
from coursesync.outlines.writer import alike
from coursesync.planning.diff import plan_of
from coursesync.planning.plan import Action
from coursesync.state.journal import Look, line
from coursesync.state.logbook import fold
from coursesync.state.state_text import parse, serialise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from coursesync.kinds.address import Address
    from coursesync.nexudus.records import Record
    from coursesync.operations.import_files import Draft
    from coursesync.operations.workspace import Project
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.plan import Change
    from coursesync.state.state import Entry, State

_MOST_ROUNDS = 4
_MISREAD = "the outline would not say exactly what the site has"
_REPORT = f"Please report this, with the course's {LISTED.plural}."


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A course that can't be imported, and why; nothing of it is written."""

    course_id: int
    title: str
    error: CoursesyncError


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an import writes, all of it read back.

    `changes` counts the changes of the next plan by course; `left_out` are the courses of which
    nothing is written.
    """

    drafts: Mapping[int, Draft]
    entries: Mapping[Address, Entry]
    changes: Mapping[int, int]
    left_out: tuple[LeftOut, ...]


def prepared(
    project: Project,
    known: State,
    loaded: Outlines,
    titles: Mapping[int, str],
    records: Mapping[int, Sequence[Record]],
) -> Prepared:
    """Draft the outlines and the entries of courses; leave out what would be read differently.

    `titles` and `records` are those of the courses on the site, by the courses' Ids. Raises
    CoursesyncError if the workspace would not be valid, whatever is left out.
    """
    managed = Managed.by(known)
    there = {resource.address for each in loaded.outlines for resource in each.resources}
    excluded: dict[int, str] = {}
    given_up: dict[int, LeftOut] = {}
    for number in range(2 * _MOST_ROUNDS):
        rest = {each: records[each] for each in records if each not in given_up}
        drafts, left = _drafts(project.folder, managed, loaded, titles, rest, excluded)
        drafts, after, more = _together(project.folder, drafts, titles)
        entries = _entries(after, drafts, rest, managed)
        changes = _changes(known, entries, after, drafts)
        unlike = [each for each in changes if each.address not in there]
        wrong = _misread(unlike, entries, {i: each for i, each in rest.items() if i in drafts})
        if not wrong:
            if entries:  # StateError if the state could not be read again
                parse(serialise(fold(known, _looks(entries))), project.store.path)
            counted = Counter(each.parent_id for each in changes)
            return Prepared(drafts, entries, counted, (*left, *more, *given_up.values()))
        if number < _MOST_ROUNDS and wrong.keys() - excluded.keys():
            excluded |= wrong
        else:
            error = CoursesyncError(_MISREAD, _REPORT)
            ids = [i for i, course in rest.items() if any(each.id in wrong for each in course)]
            given_up |= {each: LeftOut(each, titles[each], error) for each in ids}
    raise CoursesyncError(_MISREAD, "Import fewer courses at once.")


def _drafts(
    folder: Path,
    managed: Managed,
    loaded: Outlines,
    titles: Mapping[int, str],
    records: Mapping[int, Sequence[Record]],
    excluded: Mapping[int, str],
) -> tuple[dict[int, Draft], list[LeftOut]]:
    """Draft an outline for each course, or add the missing items to the one that it has.

    `excluded`: records to leave out, with reasons, by Id.
    """
    outlines = {outline.course_id: outline for outline in loaded.outlines}
    reserved = frozenset(managed.keys.values())
    taken = {outline.key for outline in loaded.outlines}
    taken |= {
        alike(outline.file.rpartition("/")[2].rpartition(".")[0]) for outline in loaded.outlines
    }
    drafts: dict[int, Draft] = {}
    left: list[LeftOut] = []
    for course_id, those in records.items():
        title, outline = titles[course_id], outlines.get(course_id)
        key = outline.key if outline else managed.keys.get(course_id, "")
        if not key or (outline is None and key in taken):
            key = course_key(course_id, title, taken, reserved)
        taken |= {key, alike(key)}
        why = {each.id: _obstacle(each, managed, outline, excluded) for each in those}
        ours = [each for each in those if not why[each.id]]
        try:
            drafted = draft(
                folder,
                wanted(course_id, key, title, ours, managed),
                outline.file if outline else None,
            )
        except CoursesyncError as error:
            left.append(LeftOut(course_id, title, error))
            continue
        others = items_of(each for each in those if why[each.id])
        more = (Unwritten(item, why[item.id]) for item in others)
        drafts[course_id] = replace(drafted, unwritten=(*drafted.unwritten, *more))
    return drafts, left


def _obstacle(
    record: Record, managed: Managed, outline: Outline | None, excluded: Mapping[int, str]
) -> str:
    """Return why a record can't be in the outline of its course; "" if it can."""
    at = managed.addresses.get(record.id)
    if at is not None and managed.state.entries[at].parent_id != record.parent_id:
        # in this outline it would be created a second time
        return f"it is managed as {at}, and someone moved it here"
    if at is None or outline is None:
        return excluded.get(record.id) or unsayable(record)
    if any(resource.address == at for resource in outline.resources):
        return ""
    return (
        f"it was taken out of the outline; to have it back, write its {LISTED.name} again, with "
        f"`{line_of('key', key_of(at))}`"
    )


def _together(
    folder: Path, drafts: Mapping[int, Draft], titles: Mapping[int, str]
) -> tuple[dict[int, Draft], Outlines, list[LeftOut]]:
    """Read the workspace as it would be, with as many of the drafts as it can hold."""
    found: list[Outlines] = []

    def problem(course_ids: Iterable[int]) -> CoursesyncError | None:
        try:
            found.append(load(folder, unwritten=_files(drafts[each] for each in course_ids)))
        except CoursesyncError as error:
            return error
        return None

    kept, wrong = most_that_fit([*drafts], problem)
    fit = {each: drafts[each] for each in kept}
    left = [LeftOut(each, titles[each], error) for each, error in wrong if error is not None]
    # the last successful reading has all that fits
    return fit, found[-1] if found else load(folder), left


def _files(drafts: Iterable[Draft]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    names: set[str] = set()
    for path, content in (each for drafted in drafts for each in drafted.contents.items()):
        if alike(path) in names:
            raise CoursesyncError(
                f"two of these courses would have the file {path}",
                "Import them one after the other, and rename the first one's files in between.",
            )
        names.add(alike(path))
        files[path] = content
    return files


def _entries(
    after: Outlines,
    drafts: Mapping[int, Draft],
    records: Mapping[int, Sequence[Record]],
    managed: Managed,
) -> dict[Address, Entry]:
    entries: dict[Address, Entry] = {}
    for outline in after.outlines:
        if (drafted := drafts.get(outline.course_id)) is not None:
            # an item that an author wrote by hand may be one of the records that were left out
            unwritten = {each.item.id for each in drafted.unwritten if drafted.is_new}
            those = records[outline.course_id]
            free = [each for each in those if each.id not in unwritten and not each.odd]
            entries |= entries_of(outline, free, managed)
    return entries


def _looks(entries: Mapping[Address, Entry]) -> list[Look]:
    return [Look(address=address, entry=each, at="") for address, each in sorted(entries.items())]


def _changes(
    known: State, entries: Mapping[Address, Entry], after: Outlines, drafts: Mapping[int, Draft]
) -> list[Change]:
    changes = plan_of(after, fold(known, _looks(entries))).changes
    return [each for each in changes if each.parent_id in drafts and each.action is not Action.KEEP]


def _misread(
    changes: Iterable[Change],
    entries: Mapping[Address, Entry],
    records: Mapping[int, Sequence[Record]],
) -> dict[int, str]:
    """Return the Ids of the records that are not read back as they are on the site."""
    wrong = {look.entry.id: _MISREAD for look in _looks(entries) if look.entry and not _fits(look)}
    taken = {entry.id for entry in entries.values()}
    for change in changes:
        if (entry := entries.get(change.address)) is not None:
            wrong[entry.id] = _MISREAD
            continue
        title = change.kind.title_of(change.after or {})
        for record in records[change.parent_id]:
            if record.id not in taken and change.kind.title_of(record.attributes) == title:
                wrong[record.id] = _MISREAD
    return wrong


def _fits(look: Look) -> bool:
    """Return whether a journal, and so a state, can hold an entry."""
    try:
        line(look)
    except (ValueError, TypeError):
        return False
    return True
