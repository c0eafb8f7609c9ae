"""Brings what people changed on the site into the outlines and the state.

Owns the order: look at the site, decide, write in memory, read that back, write the files, save the
state. What would be read differently is left out and named. It must never write to the site, nor
print.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy, UsageError
from coursesync.kinds import kind_of
from coursesync.kinds.address import Address, course_address, course_of, keys_of, parse_address
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.sender import Sender
from coursesync.operations.import_reading import read_courses
from coursesync.operations.pull_drafts import PullDraft, Pulled
from coursesync.operations.pull_new import NewRecords, is_new
from coursesync.operations.site import connected, refresh
from coursesync.outlines.folder import empty_workspace, names_outline, unknown_course
from coursesync.planning.leave import left_by
from coursesync.planning.pulled import pulls
from coursesync.planning.scope import Scope
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from coursesync.applying.world import Progress
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.workspace import Project
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.state.state import State


def pull(  # noqa: PLR0913 - one parameter an option
    project: Project,
    *addresses: str,
    theirs: bool = False,
    new: bool = False,
    deleted: bool = False,
    dry_run: bool = False,
    credentials: Credentials | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Pulled:
    """Bring what people changed on the site into the outlines; nothing is written there.

    Args:
        project: as in `apply`.
        addresses: of courses (a key, or the outline's path in the workspace) or items; all that is
            in them counts as well. None for all.
        theirs: whether to take the site's value of a field that the outline has changed as well.
        new: whether to add the records that the outlines do not have.
        deleted: whether to remove the items whose records were deleted on the site.
        dry_run: whether to write nothing.
        credentials: as in `apply`.
        progress: as in `apply`.
        clock: as in `apply`.

    Returns:
        What was taken, what was not, and the texts of the files.

    Raises:
        UsageError, CoursesyncError: there is no outline, or nothing is at an address.
        InvalidOutlines: an outline is invalid.
        RemoteError, StateLocked, StateError, UsageError: as in `apply`.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> coursesync.pull(project, dry_run=True).taken
    """
    with nullcontext() if dry_run else project.held():
        known, loaded = project.state(), project.load_all()
        if not loaded.outlines:
            raise empty_workspace(project.folder)
        scope = _Scope(_checked(addresses, known, loaded, project.folder))
        with connected(project, loaded.outlines, clock, progress, credentials) as world:
            courses = {each.course_id for each in loaded.outlines if scope.touches(each.key)}
            only = Scope(scope.addresses, frozenset(courses))
            seen, found = refresh(known, world, left_by(loaded, known), only)
            more = [e for e in found if e.course_id in courses and is_new(e, loaded, scope.covers)]
            lookout, ids = Lookout(Sender(world)), sorted(courses)
            live = read_courses(lookout, known, ids) if ids and (new or more) else {}
        planned = tuple(pulls(loaded, known, seen, scope.covers, theirs=theirs))
        pulling = PullDraft(project, known, loaded, planned, deleted=deleted)
        done = pulling.prepared()
        if not dry_run:
            pulling.save(done, world.clock)
        adding = NewRecords(project, live, scope.covers)
        if not new:
            return adding.offered(done, more)
        return adding.shown(done) if dry_run else adding.added(done, world.clock)


def _checked(
    addresses: Sequence[str], known: State, loaded: Outlines, folder: Path
) -> tuple[Address, ...]:
    """Return the addresses; raises UsageError for one that nothing is at."""
    wanted = {each.address for outline in loaded.outlines for each in outline.resources}
    there = {*wanted, *known.entries, *(course_address(each.key) for each in loaded.outlines)}
    keys = {each.file: each.key for each in loaded.outlines}
    found = []
    for each in addresses:
        text = keys.get(each, each)
        at = course_address(text) if "." not in text else parse_address(text)
        at = Address(text) if at is None and Address(text) in there else at
        if at is not None and at in there:
            found.append(at)
            continue
        if "." not in text or names_outline(text):
            raise unknown_course(folder, text, keys)
        raise UsageError(
            f"there is nothing at the address {inert(text, 100)}",
            Remedy("See the addresses that there are:", Command("state list")),
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Scope:
    """The addresses that a person named; none for all."""

    addresses: tuple[Address, ...]

    def covers(self, address: Address) -> bool:
        """Return whether an item is one of these, or in one of them."""
        return not self.addresses or any(_is_in(address, each) for each in self.addresses)

    def touches(self, course: str) -> bool:
        """Return whether one of these is in a course, or is that course."""
        return not self.addresses or any(course_of(each) == course for each in self.addresses)


def _is_in(address: Address, above: Address) -> bool:
    if address == above:
        return True
    keys, outer = keys_of(address), keys_of(above)
    if len(keys) <= len(outer) or keys[: len(outer)] != outer:
        return False
    within = kind_of(address).within
    return len(outer) == 1 or (within is not None and above.startswith(f"{within.name}."))
