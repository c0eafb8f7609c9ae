"""An import as it would be, read back before anything of it is written.

Reads the workspace with the drafts as if they stood in it, by the loader that reads it later, and
makes the next plan. Writes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError
from coursesync.kinds import LISTED
from coursesync.operations.import_drafts import LeftOut, drafts_of
from coursesync.operations.import_entries import Managed, entries_of
from coursesync.operations.import_files import most_that_fit
from coursesync.outlines.workspace_files import load
from coursesync.outlines.writer import alike
from coursesync.planning.diff import plan_of
from coursesync.planning.plan import Action
from coursesync.state.journal import Look
from coursesync.state.journal_text import line
from coursesync.state.replay import fold
from coursesync.state.state_text import parse, serialise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from coursesync.kinds.address import Address
    from coursesync.nexudus.records import Record
    from coursesync.operations.import_files import Draft
    from coursesync.operations.workspace import Project
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.plan import Change
    from coursesync.state.state import Entry, State

_MOST_ROUNDS = 4
_MISREAD = "the outline would not say just what the site has"
_REPORT = f"Please report this, with the course's {LISTED.plural}."


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an import is to write, all of which was read back.

    `changes` is how many the next plan has for each course; `left_out` the courses of which
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
    """Draft the outlines and the entries of courses, and leave out what would not be read back.

    Args:
        project: whose workspace the outlines are to stand in.
        known: its state.
        loaded: the outlines that are there.
        titles: of the courses on the site, by their Ids.
        records: the courses' records there.

    Raises:
        CoursesyncError: the workspace would not be valid, whatever is left out.
    """
    managed = Managed.by(known)
    there = {resource.address for each in loaded.outlines for resource in each.resources}
    excluded: dict[int, str] = {}
    given_up: dict[int, LeftOut] = {}
    for number in range(2 * _MOST_ROUNDS):
        rest = {each: records[each] for each in records if each not in given_up}
        drafts, left = drafts_of(project, managed, loaded, titles, rest, excluded)
        drafts, after, more = _together(project.folder, drafts, titles)
        entries = _entries(after, drafts, rest, managed)
        changes = _changes(known, entries, after, drafts)
        unlike = [each for each in changes if each.address not in there]
        wrong = _misread(unlike, entries, {i: each for i, each in rest.items() if i in drafts})
        if not wrong:
            _check_state(project, known, entries)
            counted = Counter(each.parent_id for each in changes)
            return Prepared(drafts, entries, counted, (*left, *more, *given_up.values()))
        if number < _MOST_ROUNDS and wrong.keys() - excluded.keys():
            excluded |= wrong
        else:
            error = CoursesyncError(_MISREAD, _REPORT)
            ids = [i for i, course in rest.items() if any(each.id in wrong for each in course)]
            given_up |= {each: LeftOut(each, titles[each], error) for each in ids}
    raise CoursesyncError(_MISREAD, "Import fewer courses at once.")


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
    # the last that was read is all that fits
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
            # what an author wrote by hand may be one of the others
            untold = {each.item.id for each in drafted.untold if drafted.is_new}
            free = [
                each
                for each in records[outline.course_id]
                if each.id not in untold and not each.odd
            ]
            entries |= entries_of(outline, free, managed)
    return entries


def _looks(entries: Mapping[Address, Entry], at: str = "") -> list[Look]:
    return [Look(address=address, entry=each, at=at) for address, each in sorted(entries.items())]


def _changes(
    known: State, entries: Mapping[Address, Entry], after: Outlines, drafts: Mapping[int, Draft]
) -> list[Change]:
    """Return what the next plan would do in the drafted courses."""
    changes = plan_of(after, fold(known, _looks(entries))).changes
    return [each for each in changes if each.parent_id in drafts and each.action is not Action.KEEP]


def _misread(
    changes: Iterable[Change],
    entries: Mapping[Address, Entry],
    records: Mapping[int, Sequence[Record]],
) -> dict[int, str]:
    """Return the records that are not read back as they are on the site, by their Ids."""
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
    """Say whether a journal can hold an entry, and so a state."""
    try:
        line(look)
    except (ValueError, TypeError):
        return False
    return True


def _check_state(project: Project, known: State, entries: Mapping[Address, Entry]) -> None:
    """Raise StateError where the state could not be read again."""
    if entries:
        parse(serialise(fold(known, _looks(entries))), project.store.path)
