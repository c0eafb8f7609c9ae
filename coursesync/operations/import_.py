"""Brings courses and records that are on the site already under management.

Owns the order: read the site, draft in memory, read the drafts back, write the outlines, save the
state. The drafts are read by the same loader as later commands use, in the workspace, and the next
plan is made: what would be read differently is left out. It must never write to the site, nor
print.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError
from coursesync.kinds import ITEMS, kind_of
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.sender import Sender
from coursesync.operations.import_claims import claims
from coursesync.operations.import_entries import entries_of
from coursesync.operations.import_files import drafts_of, files_of, most_that_fit, save
from coursesync.operations.import_misread import is_renumbered, misread
from coursesync.operations.import_reading import read_courses
from coursesync.operations.import_records import MISREAD, Managed
from coursesync.operations.site import connected
from coursesync.operations.state import entry_steps, save_entries
from coursesync.outlines.assets import relative_in
from coursesync.planning.diff import plan_of
from coursesync.state.journal import Look
from coursesync.state.replay import fold
from coursesync.state.state_text import parse, serialise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from coursesync.applying.world import Progress
    from coursesync.kinds.address import Address
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.import_claims import Claim
    from coursesync.operations.import_files import Draft, Unwritten
    from coursesync.operations.import_records import LiveCourse
    from coursesync.operations.workspace import Project
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.outlines.writer import Identity
    from coursesync.planning.change import Change
    from coursesync.state.state import Entry, State

_MOST_ROUNDS = 4
_MOST_OF_A_VALUE = 60  # characters of a value that a message shows


@dataclass(frozen=True, slots=True)
class Imported:
    """A course that was imported, or left out.

    Attributes:
        course_id: its Id.
        path: its outline, in the workspace.
        records: how many records came under management.
        content_files: how many content files were written.
        left_out: the records that no outline can hold, with reasons; they stay on the site.
        left: how many changes the next plan has for it.
        is_new: whether its outline was written, and not only added to.
        by_kind: how many of these are of each kind, by its name.
        unlisted: the names of the kinds that the credentials may not read: nothing is imported of
            them.
        note: how its title differs from the site's; for a course that was left out, its title.
        error: why nothing of it was written, and what to do; None if it was imported.
        renumbered: how many of the imported records get another order by the next plan, because
            the site's orders are equal, or do not fit the order of the existing outline.
        gone: the managed records that were deleted on the site.
        known: of a new outline, how many records were managed before, by the kind's name.
    """

    course_id: int
    path: str = ""
    records: int = 0
    content_files: int = 0
    left_out: tuple[Unwritten, ...] = ()
    left: int = 0
    is_new: bool = False
    note: str = ""
    error: CoursesyncError | None = None
    by_kind: Mapping[str, int] = field(default_factory=dict)
    unlisted: tuple[str, ...] = ()
    renumbered: int = 0
    gone: tuple[Gone, ...] = ()
    known: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gone:
    """A managed record that was deleted on the site; `is_forgotten`: it leaves the state, too."""

    address: Address
    record_id: int
    is_forgotten: bool


def import_course(
    project: Project,
    *course_ids: int,
    credentials: Credentials | None = None,
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
    with project.held():
        known, loaded = project.state(), project.load_all()
        with connected(project, loaded.outlines, clock, progress, credentials) as world:
            live = read_courses(Lookout(Sender(world)), known, course_ids)
        done = prepare(project, known, loaded, live)
        if len(done.imported) == 1 and (error := done.imported[0].error):
            raise error
        done.write(project, known, world.clock)
        return done.imported


@dataclass(frozen=True, slots=True)
class Prepared:
    """An import that was read back, before it is written: its files, its entries, its results.

    `forgotten` are the addresses that leave the state, with their Ids: neither an outline nor the
    site has them. `moved` are the new addresses of records that others moved, by the old ones.
    """

    drafts: Collection[Draft]
    entries: Mapping[Address, Entry]
    imported: tuple[Imported, ...]
    forgotten: Mapping[Address, int] = field(default_factory=dict)
    moved: Mapping[Address, Address] = field(default_factory=dict)

    def write(self, project: Project, known: State, clock: Clock) -> None:
        """Write the outlines, and save the state, which is held."""
        self.write_outlines(project)
        save_entries(
            project, known, entry_steps(self.entries, self.forgotten, self.moved, clock.stamp())
        )

    def write_outlines(self, project: Project) -> None:
        """Write the outlines alone."""
        for each in self.drafts:
            save(project.folder, each)


def prepare(
    project: Project, known: State, loaded: Outlines, live: Mapping[int, LiveCourse]
) -> Prepared:
    """Draft the outlines and the entries of courses; leave out what would be read differently.

    Returns what to write, all of it read back, and what will be imported then. Raises
    CoursesyncError if the workspace would not be valid, whatever is left out.
    """
    managed, claimed = Managed.by(known), claims(known, live.values())
    there = {resource.address for each in loaded.outlines for resource in each.resources}
    excluded = {identity: claim.problem for identity, claim in claimed.items()}
    given_up: dict[int, CoursesyncError] = {}
    relative = relative_in(project.files())
    for number in range(2 * _MOST_ROUNDS):
        rest = [each for each in live.values() if each.id not in given_up]
        drafts, unfit = drafts_of(project.folder, rest, loaded, managed, excluded, relative)
        drafts, after, more = _together(project, drafts)
        entries = _entries(after, drafts, live, managed, claimed)
        moved = _moved(entries, managed)
        gone = {at: i for each in drafts for at, i in live[each].gone.items()}
        forgotten = _forgotten(after, gone, known.entries.keys() - gone - moved.keys())
        steps = entry_steps(entries, forgotten, moved, "")
        looks = [each for each in steps if isinstance(each, Look)]
        state = fold(known, steps)
        planned = plan_of(after, state).changes
        changes = [each for each in planned if each.course_id in drafts and each.action.changes]
        new = [each for each in changes if each.address not in there]
        unlike = [e for e in new if drafts[e.course_id].is_new or not is_renumbered(e)]
        wrong = dict(misread(unlike, looks, live))
        if not wrong:
            if entries or forgotten:  # StateError if the state could not be read again
                parse(serialise(state), project.store.path)
            renumbered = Counter(each.course_id for each in new if is_renumbered(each))
            done = [
                replace(
                    _imported(live[i], _settled(each, claimed), entries, changes, forgotten),
                    renumbered=renumbered[i],
                )
                for i, each in drafts.items()
            ]
            errors = {**unfit, **more, **given_up}
            left = [Imported(i, note=live[i].title, error=error) for i, error in errors.items()]
            return Prepared(drafts.values(), entries, (*done, *left), forgotten, moved)
        if number < _MOST_ROUNDS and wrong.keys() - excluded.keys():
            excluded = {**wrong, **excluded}
        else:
            error = CoursesyncError(
                MISREAD, "Please report this, with what the course has in Nexudus."
            )
            lost = [
                each for each in rest if wrong.keys() & {record.identity for record in each.records}
            ]
            given_up |= {each.id: error for each in lost}
    raise CoursesyncError(MISREAD, "Import fewer courses at once.")


def _imported(
    course: LiveCourse,
    draft: Draft,
    entries: Mapping[Address, Entry],
    changes: Iterable[Change],
    forgotten: Collection[Address],
) -> Imported:
    taken = Counter(
        kind_of(at).name
        for at, entry in entries.items()
        if kind_of(at).course_id_of(entry.sent) == course.id
    )
    apart = {each.item.identity for each in draft.unwritten}
    written = Counter(each.kind.name for each in course.records if each.identity not in apart)
    known = written - taken if draft.is_new else Counter[str]()
    return Imported(
        course.id,
        draft.path,
        taken.total(),
        len(draft.files.files),
        draft.unwritten,
        sum(change.course_id == course.id for change in changes),
        draft.is_new,
        draft.note,
        by_kind={name: taken[name] for name in ITEMS if taken[name]},
        unlisted=tuple(name for name, kind in ITEMS.items() if kind not in course.looked_for),
        gone=tuple(Gone(at, i, at in forgotten) for at, i in sorted(course.gone.items())),
        known={name: known[name] for name in ITEMS if known[name]},
    )


def _moved(entries: Mapping[Address, Entry], managed: Managed) -> dict[Address, Address]:
    """Return the new address of each managed record that others moved within its course."""
    was = {at: managed.addresses.get((kind_of(at), entry.id)) for at, entry in entries.items()}
    return {old: at for at, old in sorted(was.items()) if old is not None and old != at}


def _forgotten(
    after: Outlines, gone: Mapping[Address, int], remaining: Collection[Address]
) -> dict[Address, int]:
    """Return the managed records that neither an outline nor the site has, nor anything in them.

    `gone` are those that the site does not have, `remaining` are the addresses of all others.
    """
    there = {resource.address for each in after.outlines for resource in each.resources}
    leaving = {at: record_id for at, record_id in gone.items() if at not in there}
    remain = {kind_of(at).parent_of(at) for at in {*remaining, *(gone.keys() - leaving)}}
    return {at: leaving[at] for at in sorted(leaving.keys() - remain)}


def _settled(draft: Draft, claimed: Mapping[Identity, Claim]) -> Draft:
    """Give the records that are left out because of a claim its remedy."""
    return replace(
        draft,
        unwritten=tuple(
            replace(left, remedy=claim.remedy)
            if (claim := claimed.get(left.item.identity))
            else left
            for left in draft.unwritten
        ),
    )


def _together(
    project: Project, drafts: Mapping[int, Draft]
) -> tuple[dict[int, Draft], Outlines, dict[int, CoursesyncError]]:
    """Read the workspace as it would be, with as many of the drafts as it can hold."""
    found: list[Outlines] = []

    def problem(course_ids: Iterable[int]) -> CoursesyncError | None:
        try:
            unwritten = files_of(drafts[each] for each in course_ids)
            found.append(project.load_all(unwritten))
        except CoursesyncError as error:
            return error
        return None

    kept, wrong = most_that_fit([*drafts], problem)
    errors = {course_id: error for course_id, error in wrong if error is not None}
    # the last successful reading has all that fits
    after = found[-1] if found else project.load_all()
    return {each: drafts[each] for each in kept}, after, errors


def _entries(
    after: Outlines,
    drafts: Mapping[int, Draft],
    live: Mapping[int, LiveCourse],
    managed: Managed,
    claimed: Collection[Identity],
) -> dict[Address, Entry]:
    entries: dict[Address, Entry] = {}
    for outline in after.outlines:
        if (drafted := drafts.get(outline.course_id)) is not None:
            # an item that an author wrote by hand may be one of the records that were left out
            unwritten = {each.item.identity for each in drafted.unwritten if drafted.is_new}
            unwritten.update(claimed)
            records = live[outline.course_id].records
            free = [r for r in records if r.identity not in unwritten and not r.record.odd]
            entries |= entries_of(outline, free, managed, is_new=drafted.is_new)
    return entries
