"""Adds the records that the outlines lack, within the addresses that a pull is limited to.

Owns which of them can be added, and only to the lists that the outlines have. Reading back and
writing are an import's. It must never name a record outside these addresses.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.files import decode
from coursesync.kinds import LISTED
from coursesync.kinds.address import course_address
from coursesync.operations.import_ import prepare
from coursesync.operations.import_claims import claims
from coursesync.operations.import_files import Unwritten
from coursesync.operations.import_records import Managed, items_of
from coursesync.outlines.content_files import Files
from coursesync.planning.drift import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from coursesync.kinds.address import Address
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.import_ import Imported, Prepared
    from coursesync.operations.import_records import Found, LiveCourse
    from coursesync.operations.pull_drafts import Pulled
    from coursesync.operations.workspace import Project
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.outlines.writer import Identity
    from coursesync.planning.drift import Drifted
    from coursesync.state.state import State


def is_new(each: Drifted, loaded: Outlines, covers: Callable[[Address], bool]) -> bool:
    """Return whether a look found a record without an entry, or a twin, in what is covered."""
    if each.finding is Finding.TWIN:
        return each.address is not None and covers(each.address)
    if each.finding not in {Finding.UNMANAGED, Finding.COLLIDES} or each.entry is not None:
        return False
    homes = (course_address(o.key) for o in loaded.outlines if o.course_id == each.course_id)
    return any(covers(each.within or home) for home in homes)


class NewRecords:
    """The records of some courses that have no entry, and that `covers` lets in by their place."""

    def __init__(
        self, project: Project, live: Mapping[int, LiveCourse], covers: Callable[[Address], bool]
    ) -> None:
        self._project, self._covers = project, covers
        self._live = live

    def added(self, done: Pulled, clock: Clock) -> Pulled:
        """Write them into the outlines, and save the state, which is held, if people commit it."""
        if not self._live:
            return done
        known, prepared, imported = self._prepared()
        if self._project.store.is_file:
            prepared.write(self._project, known, clock)
        else:
            prepared.write_outlines(self._project)
        return replace(done, imported=imported)

    def shown(self, done: Pulled) -> Pulled:
        """Return what would be added; of a file that the pull changes too, only that is shown."""
        if not self._live:
            return done
        _, prepared, imported = self._prepared()
        texts = dict(done.texts)
        for draft in prepared.drafts:
            was = decode(Files(self._project.folder).inside(draft.path))
            for path, content in draft.contents.items():
                before, after = was if path == draft.path else None, content.decode()
                if before != after:
                    texts.setdefault(path, (before, after))
        return replace(done, imported=imported, texts=texts)

    def offered(self, done: Pulled, found: Iterable[Drifted]) -> Pulled:
        """Return which of the records that a look found can be added, and what has to be settled.

        A person settles twins and the records that a create in doubt may have made.
        """
        if not self._live:
            return done
        _, _, imported = self._prepared()
        failed = {each.course_id for each in imported if each.error}
        left = {each.item.identity for course in imported for each in course.left_out}
        new = (e for e in found if e.finding is not Finding.TWIN and e.course_id not in failed)
        rest = [
            replace(each, records=0, left_out=tuple(e for e in each.left_out if e.remedy))
            for each in imported
            if not each.error
        ]
        return replace(
            done,
            new=tuple(each for each in new if (each.kind, each.record_id) not in left),
            imported=tuple(each for each in rest if each.left_out),
        )

    def _prepared(self) -> tuple[State, Prepared, tuple[Imported, ...]]:
        """Prepare the import of those that have a list; return the state and the results as well.

        The results name those that have none, and only records without an entry.
        """
        known, loaded = self._project.state(), self._project.load_all()
        managed, claimed = Managed.by(known), claims(known, self._live.values())
        courses: dict[int, LiveCourse] = {}
        unlisted: dict[int, list[Found]] = defaultdict(list)
        for outline in loaded.outlines:
            if (course := self._live.get(outline.course_id)) is None:
                continue
            records = []
            for each in course.records:
                holder = _holder(outline, each, managed)
                if each.identity in managed.addresses:
                    records.append(each)
                elif self._covers(holder):
                    is_named = each.identity in claimed  # by the import, with what settles it
                    has_list = _has_list(outline, each, holder, managed)
                    (records if is_named or has_list else unlisted[course.id]).append(each)
            courses[course.id] = replace(course, records=records)
        prepared = prepare(self._project, known, loaded, courses)
        imported = tuple(
            replace(each, left_out=_left(each, unlisted[each.course_id], managed))
            for each in prepared.imported
        )
        return known, prepared, imported


def _left(course: Imported, unlisted: Collection[Found], managed: Managed) -> tuple[Unwritten, ...]:
    ours: Collection[Identity] = managed.addresses.keys()
    no_list = "the outline has no list of {} there"
    return (
        *(each for each in course.left_out if each.item.identity not in ours),
        *(
            Unwritten(item, no_list.format(item.kind.plural))
            for item in items_of(unlisted, managed)
        ),
    )


def _holder(outline: Outline, found: Found, managed: Managed) -> Address:
    """Return the address of the item that a record is in; the course for a new one's records."""
    outer = found.kind.within
    inside = managed.addresses.get((outer, found.within)) if outer and found.within else None
    return inside or course_address(outline.key)


def _has_list(outline: Outline, found: Found, holder: Address, managed: Managed) -> bool:
    """Return whether an outline says which records there are where a record is."""
    outer = found.kind.within
    is_inside_new = bool(found.within) and (outer, found.within) not in managed.addresses
    return found.kind is LISTED or is_inside_new or (found.kind, holder) in outline.lists
