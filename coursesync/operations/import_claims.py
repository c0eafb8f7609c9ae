"""The records that no import may make an item of, because they have an address already.

Owns the reasons, and the commands that settle them: a record that a create in doubt may have made
is decided by `apply` or by a person. It must never decide which record such a create made.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.applying.recognise import Found as Recognised
from coursesync.applying.recognise import Unclear, recognise
from coursesync.applying.sought import Sought
from coursesync.errors import Command, Remedy
from coursesync.kinds import kind_of
from coursesync.kinds.marker import is_marker
from coursesync.planning.action import Action
from coursesync.planning.plan import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.applying.recognise import Recognition
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.operations.import_records import LiveCourse
    from coursesync.outlines.writer import Identity
    from coursesync.state.state import Doubt, State


@dataclass(frozen=True, slots=True)
class Claim:
    """Why a record can't become an item, and the commands that settle it."""

    problem: str
    remedy: Remedy


def claims(state: State, courses: Sequence[LiveCourse]) -> Mapping[Identity, Claim]:
    """Return the unmanaged records of some courses that a create in doubt may have made."""
    doubts: dict[tuple[int, Kind], dict[Address, Doubt]] = defaultdict(dict)
    for at, doubt in state.doubts.items():
        kind = kind_of(at)
        doubts[kind.course_id_of(doubt.sent), kind][at] = doubt
    if not doubts:
        return {}
    known = {(kind_of(at), entry.id) for at, entry in state.entries.items()}
    found: dict[Identity, Claim] = {}
    for course in courses:
        for kind in course.looked_for:
            every = [each.record for each in course.records if each.kind is kind]
            unmanaged = [each for each in every if (kind, each.id) not in known]
            keeps = any(is_marker(record.marker) for record in every)
            of_these = doubts.get((course.id, kind), {})
            for record_id, claim in _doubted(of_these, unmanaged, keeps_markers=keeps):
                found.setdefault((kind, record_id), claim)
    return found


def _doubted(
    doubts: Mapping[Address, Doubt], unmanaged: Sequence[Record], *, keeps_markers: bool
) -> Iterator[tuple[int, Claim]]:
    """Yield the records that some creates in doubt may have made."""
    sought = [
        Sought(
            Change(Action.DOUBT, at, kind_of(at), kind_of(at).course_id_of(each.sent), each), each
        )
        for at, each in doubts.items()
    ]
    findings = recognise(sought, unmanaged, keeps_markers=keeps_markers)
    for at, doubt in doubts.items():
        finding = findings[at]
        marked = {each.id for each in unmanaged if doubt.marker and each.marker == doubt.marker}
        chosen = {each.id for each in doubt.candidates}
        for record_id in sorted({*_ids(finding), *marked, *chosen}):
            yield record_id, _claim(at, doubt, record_id, finding)


def _ids(finding: Recognition) -> Iterator[int]:
    match finding:
        case Recognised(record):
            yield record.id
        case Unclear(_, candidates):
            yield from (record.id for record in candidates)


def _claim(at: Address, doubt: Doubt, record_id: int, finding: Recognition) -> Claim:
    """Return what is said of a record that the create in doubt `at` an address may have made."""
    problem = f"it may be the record of {at}, which is in doubt"
    if isinstance(finding, Recognised) and not doubt.candidates:
        return Claim(problem, Remedy("To settle that:", Command("apply")))
    was_created = doubt.was_created or (isinstance(finding, Unclear) and finding.marked)
    is_not = Remedy("If it is not:", Command("resolve", at, not_created=True))
    is_it = Remedy("If it is:", Command("resolve", at, id=record_id))
    return Claim(problem, Remedy(is_it, "" if was_created else is_not))
