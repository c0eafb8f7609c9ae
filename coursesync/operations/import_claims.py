"""The records that no import may make an item of, because they have an address already.

Owns the reasons, and the commands that settle them: `apply` or a person decides about a record that
a create in doubt may have made, and a person about a twin. It must never decide which record such a
create made.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.applying.recognise import Found as Recognised
from coursesync.applying.recognise import Unclear, recognise
from coursesync.applying.sought import Sought
from coursesync.errors import Command, Remedy
from coursesync.kinds import ITEMS, kind_of
from coursesync.kinds.marker import is_marker
from coursesync.planning.action import Action
from coursesync.planning.change import Change
from coursesync.planning.twins import twins

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from coursesync.applying.recognise import Recognition
    from coursesync.kinds.address import Address
    from coursesync.nexudus.records import Record
    from coursesync.operations.import_records import LiveCourse
    from coursesync.outlines.writer import Identity
    from coursesync.state.state import Doubt, Entry, State


@dataclass(frozen=True, slots=True)
class Claim:
    """Why a record can't become an item, and the commands that settle it."""

    problem: str
    remedy: Remedy


def claims(state: State, courses: Collection[LiveCourse]) -> Mapping[Identity, Claim]:
    """Return the records of some courses that a create in doubt may have made, and the twins."""
    known = {(kind_of(at), entry.id) for at, entry in state.entries.items()}
    found: dict[Identity, Claim] = {}
    for kind in ITEMS.values() if known or state.doubts else ():
        every = [each.record for course in courses for each in course.records if each.kind is kind]
        for record_id, at in twins(state, every, kind).items():
            if (entry := state.entries.get(at)) is not None:  # else it is of a create in doubt
                found[kind, record_id] = _twin(at, entry, record_id)
        taken = known | found.keys()
        free = [each for each in every if (kind, each.id) not in taken]
        keeps = any(is_marker(record.marker) for record in every)
        doubts = {at: each for at, each in state.doubts.items() if kind_of(at) is kind}
        for record_id, claim in _doubted(doubts, free, keeps_markers=keeps):
            found[kind, record_id] = claim
    return found


def _twin(at: Address, entry: Entry, record_id: int) -> Claim:
    """Return what is said of a twin of the record at an address."""
    both = (
        Remedy(f"To keep the Id {each}:", Command("resolve", at, keep=each))
        for each in sorted({entry.id, record_id})
    )
    return Claim(f"it is a twin of {at}", Remedy(*both))


def _doubted(
    doubts: Mapping[Address, Doubt], unmanaged: Sequence[Record], *, keeps_markers: bool
) -> Iterator[tuple[int, Claim]]:
    """Yield the records that some creates in doubt of one kind may have made."""
    sought: dict[int, list[Sought]] = defaultdict(list)
    for at, doubt in doubts.items():
        kind = kind_of(at)
        home = kind.course_id_of(doubt.sent)
        sought[home].append(Sought(Change(Action.DOUBT, at, kind, home, doubt), doubt))
    for course_id, creates in sought.items():
        here = [record for record in unmanaged if record.course_id == course_id]
        findings = recognise(creates, here, keeps_markers=keeps_markers)
        for create in creates:
            finding, doubt = findings[create.address], create.doubt
            marked = {each.id for each in here if doubt.marker and each.marker == doubt.marker}
            chosen = {each.id for each in doubt.candidates} & {each.id for each in here}
            for record_id in sorted({*_ids(finding), *marked, *chosen}):
                yield record_id, _claim(create.address, doubt, record_id, finding)


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
