"""Recognises the record of a create among the records of its course.

Owns the rules of evidence, needed when an answer or a whole machine was lost:

- A record *fits* if it has everything that the create sends.
- A record is *near* if one of these is true:
  - it has the create's title, perhaps in another spelling;
  - it has the create's order, and the same contents or a title that the create's title begins with;
  - it was created at the time of the create.
- Only a record that alone fits is adopted. Only if no record is near may a create be sent.
- A marker that was read back is certain for a create that was sent with it. For one that no run is
  known to have sent, it shows only which address a record had once: keys change, and a person may
  have forgotten the record. It is adopted if it has the same contents, or none and the same title,
  unless another record fits; if not, and no other create has the record, a person decides. What
  the outline leaves to the site is not compared then, because people may have changed it.
- A journal of another state proves nothing for this one: the records that an interrupted run of
  another state may have created, its *traces*, are candidates, and a person decides.

It must never guess.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from coursesync.applying.sought import Places, Sought, has_contents, is_recent
from coursesync.kinds import home_of
from coursesync.planning.leave import left_of
from coursesync.planning.live_diff import same

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.nexudus.records import Record
    from coursesync.planning.change import Change
    from coursesync.state.state import State


_TRACED = "an interrupted run of another state created a {noun} at this address"
_UNMARKED = "a record that matches it does not have its marker"
_SEVERAL = "more than one record carries its marker"
_OTHERWISE = "a record with other contents carries its marker"


@dataclass(frozen=True, slots=True)
class Found:
    """The one record that fits, or that has the create's marker."""

    record: Record


@dataclass(frozen=True, slots=True)
class Absent:
    """No record fits, and none is near."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Records among which a person has to choose, and why.

    `marked` says that each of several carries the create's marker: it was carried out.
    """

    reason: str
    candidates: tuple[Record, ...]
    marked: bool = False


Recognition: TypeAlias = Found | Absent | Unclear


def recognise(
    sought: Sequence[Sought],
    unmanaged: Sequence[Record],
    others: Collection[str] = (),
    *,
    keeps_markers: bool = False,
) -> dict[Address, Recognition]:
    """Look for the records of some creates.

    Args:
        sought: the creates of one course.
        unmanaged: the records of that course that have no entry and are no strangers.
        others: the markers of other addresses; a record that carries one is of none of these.
        keeps_markers: whether the API is known to keep markers; a record without the marker of a
            create is then not its record.

    Returns:
        A finding for each create.
    """
    if not sought:
        return {}
    unmanaged = _comparable(sought, unmanaged)
    carrying: dict[str | None, list[Record]] = defaultdict(list)
    for record in unmanaged:
        carrying[record.marker].append(record)
    marked = {at.address: carrying[at.doubt.marker] for at in sought if at.doubt.marker}
    findings: dict[Address, Recognition] = {}
    for each in sought:
        own = marked.get(each.address, [])
        match own if each.is_marked else [record for record in own if _is_alike(each, record)]:
            case [record]:
                findings[each.address] = Found(record)
            case [_, *_]:
                findings[each.address] = Unclear(_SEVERAL, tuple(own), marked=True)
    rest = [each for each in sought if each.address not in findings]
    taken = {record_id for found in findings.values() for record_id in _ids(found)}
    sent = {each.doubt.marker for each in sought}
    free = [
        record
        for record in unmanaged
        if record.id not in taken and (record.marker in sent or record.marker not in others)
    ]
    open_markers = {each.doubt.marker for each in rest} - {None}
    kind = sought[0].change.kind
    places = Places([record for record in free if record.marker not in open_markers], kind)
    whole = places if len(places.records) == len(free) else Places(free, kind)
    fitting = {each.address: whole.fitting(each) for each in rest}
    claims = Counter(record.id for records in fitting.values() for record in records)
    for each in rest:
        is_certain = keeps_markers and each.is_marked
        finding = _finding(each, fitting[each.address], places, claims, is_certain=is_certain)
        findings[each.address] = finding
    taken = {found.record.id for found in findings.values() if isinstance(found, Found)}
    for each in sought:
        own = marked.get(each.address, [])
        left = tuple(record for record in own if record.id not in taken)
        if left and each.address not in fitting:
            findings[each.address] = Unclear(_SEVERAL, tuple(own), marked=True)
        elif left:
            findings[each.address] = _retitled(each, left, fitting[each.address], claims)
    return findings


def _comparable(sought: Sequence[Sought], records: Sequence[Record]) -> Sequence[Record]:
    """Return the records to compare; a course must have the marker or the title of one sought.

    All courses of a site are listed together, and people make others at any time.
    """
    kind = sought[0].change.kind
    if not kind.is_course:
        return records
    markers = {each.doubt.marker for each in sought} - {None}
    titles = {kind.title_of(each.attributes) for each in sought}
    return [r for r in records if r.marker in markers or kind.title_of(r.attributes) in titles]


def _is_alike(sought: Sought, record: Record) -> bool:
    """Return whether a record has the title and the contents of a create.

    What the outline leaves to the site is not compared; without the title, the contents must tell.
    """
    is_retitled = sought.change.kind.title_property in left_of(sought.change)
    return _agrees(sought, record) and (not is_retitled or has_contents(sought, record))


def _agrees(sought: Sought, record: Record) -> bool:
    """Return whether a record's title and contents are those of a create, or left to the site."""
    kind, sent, has = sought.change.kind, sought.attributes, record.attributes
    compared = {kind.title_property, kind.contents_property} - left_of(sought.change)
    return all(same(name, sent, has, kind) for name in compared)


def _retitled(
    sought: Sought,
    marked: Sequence[Record],
    fitting: Sequence[Record],
    claims: Collection[int],
) -> Recognition:
    """Judge records that have the marker of a create which was not sent, and another title."""
    match marked:
        case [record] if not fitting and record.id not in claims:
            if has_contents(sought, record) or _agrees(sought, record):
                return Found(record)
    return Unclear(_OTHERWISE, (*fitting, *marked))


def _ids(finding: Recognition) -> Iterable[int]:
    match finding:
        case Found(record):
            return (record.id,)
        case Unclear(_, candidates):
            return (record.id for record in candidates)
    return ()


def _finding(
    sought: Sought,
    fitting: list[Record],
    places: Places,
    claims: Mapping[int, int],
    *,
    is_certain: bool,
) -> Recognition:
    match fitting:
        case [_, *_] if is_certain:
            # the API may have dropped this one's marker, or another program written over it
            return Unclear(_UNMARKED, tuple(fitting))
        case [record] if claims[record.id] == 1:
            return Found(record)
        case [record]:
            name = sought.change.kind.name
            return Unclear(f"another {name} of the outline matches its record too", (record,))
        case [_, *_]:
            return Unclear("more than one record matches it", tuple(fitting))
    return Absent() if is_certain else _nearest(sought, places, claims)


def _nearest(sought: Sought, places: Places, claims: Mapping[int, int]) -> Recognition:
    alike = [record for record in places.alike(sought) if record.id not in claims]
    if alike:
        name = sought.change.kind.name
        place = "site" if sought.change.kind.is_course else "course"
        reason = f"the {place} already has a similar {name} that differs from the outline"
        return Unclear(reason, tuple(alike))
    if moved := [record for record in places.elsewhere(sought) if record.id not in claims]:
        name = sought.change.kind.name
        return Unclear(f"coursesync created such a {name} elsewhere in the course", tuple(moved))
    recent = [r for r in places.records if r.id not in claims and is_recent(sought, r)]
    if recent:
        return Unclear("another record appeared in the course at that time", tuple(recent))
    return Absent()


def may_exist(change: Change, elsewhere: Iterable[State]) -> bool:
    """Return whether another state's run may have created something at a change's address."""
    return any(change.address in {*made.entries, *made.doubts} for made in elsewhere)


def trace(
    change: Change, elsewhere: Iterable[State], unmanaged: Sequence[Record]
) -> Unclear | Absent:
    """Look for the unmanaged records of its course that another state's run may have created."""
    found: dict[int, Record] = {}
    for made in elsewhere:
        entry, doubt = made.entries.get(change.address), made.doubts.get(change.address)
        if entry is not None:
            found.update((record.id, record) for record in unmanaged if record.id == entry.id)
        if doubt is not None and home_of(change.address, doubt.sent) == change.course_id:
            create = Sought(change, replace(doubt, marker=None, since=""))
            match recognise([create], unmanaged)[change.address]:
                case Found(record):
                    found[record.id] = record
                case Unclear(_, candidates):
                    found.update((record.id, record) for record in candidates)
    reason = _TRACED.format(noun=change.kind.name)
    return Unclear(reason, tuple(found.values())) if found else Absent()
