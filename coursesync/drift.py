"""Drift: has someone else changed on the server what we last wrote there? Pure.

Three sides: what we sent (the state), what the server has (live), and what the outlines want, which
`diff` brings in afterwards. The server may write HTML its own way: where its `UpdatedOn` is that of
our last write, nothing has drifted, whatever it made of the text.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from coursesync.recognition import same_html
from coursesync.resources import kind_of
from coursesync.resources.base import course_of
from coursesync.words import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from coursesync.live import Record
    from coursesync.resources.base import Address, Kind
    from coursesync.state import Entry, State


class Finding(Enum):
    """What a look at the server found of a record."""

    EDITED = "edited"  # by someone else, since we wrote it
    GONE = "deleted"
    ELSEWHERE = "moved"  # to another course, on the server
    NORMALISED = "normalised"  # the server writes our text its own way
    UNMANAGED = "unmanaged"  # in a course of ours, and under no address
    COLLIDES = "collides"  # an unmanaged record has the same place as one of ours

    @property
    def is_drift(self) -> bool:
        """Whether what we wrote is not what is there."""
        return self in {Finding.EDITED, Finding.GONE, Finding.ELSEWHERE}


@dataclass(frozen=True, slots=True)
class Drifted:
    """A record that is not as the state has it, or is not in the state.

    `address` and `entry` are None where it is unmanaged, `record` where it is gone; `properties`
    are those that differ from what we sent.
    """

    finding: Finding
    course_id: int
    address: Address | None = None
    entry: Entry | None = None
    record: Record | None = None
    properties: tuple[str, ...] = ()


def compare(state: State, records: Iterable[Record], kind: Kind) -> tuple[Drifted, ...]:
    """Compare the state with what the server has.

    Args:
        state: what we last sent.
        records: all records of the courses that the state speaks of, and those of its Ids that are
            in other courses.
        kind: their kind.

    Returns:
        What was found, by course; in each, ours by address, then the unmanaged by Id.
    """
    live = {record.id: record for record in records}
    found = list(_ours(state, live))
    found += _unmanaged(state, live, kind)
    return tuple(sorted(found, key=_place))


def _place(found: Drifted) -> tuple[int, bool, str, int]:
    record_id = found.record.id if found.record else 0
    return found.course_id, found.address is None, found.address or "", record_id


def _ours(state: State, live: Mapping[int, Record]) -> Iterator[Drifted]:
    for address, entry in state.entries.items():
        kind, record = kind_of(address), live.get(entry.id)
        if record is None:
            yield Drifted(Finding.GONE, entry.parent_id, address, entry)
            continue
        properties = differing(entry, record, kind)
        if record.parent_id != entry.parent_id:
            finding = Finding.ELSEWHERE
        elif not properties:
            continue
        elif same_moment(entry.updated_on, record.updated_on):
            finding = Finding.NORMALISED
        else:
            finding = Finding.EDITED
        yield Drifted(finding, entry.parent_id, address, entry, record, properties)


def _unmanaged(state: State, live: Mapping[int, Record], kind: Kind) -> Iterator[Drifted]:
    managed = {entry.id for entry in state.entries.values()}
    taken: dict[int, set[object]] = defaultdict(set)
    for entry in state.entries.values():
        taken[entry.parent_id].add(entry.attributes.get(kind.order_property))
    for record in live.values():
        if record.id not in managed and record.parent_id in taken:
            order = record.attributes.get(kind.order_property)
            collides = order in taken[record.parent_id]
            finding = Finding.COLLIDES if collides else Finding.UNMANAGED
            yield Drifted(finding, record.parent_id, record=record)


def refreshed(state: State, found: Iterable[Drifted]) -> State:
    """Return the state as it would be, had we written what the server has.

    What someone edited is as it reads now (what can't be read stays as it was sent), what is gone
    is in no entry; so a plan from it puts both back. Courses with either are to be planned again.
    """
    entries, touched = dict(state.entries), set()
    for each in found:
        if each.address is None or each.entry is None or not each.finding.is_drift:
            continue
        touched.add(course_of(each.address))
        if each.record is None:
            del entries[each.address]
        else:
            sent = {**each.entry.attributes, **each.record.attributes}
            update = {
                "attributes": dict(sorted(sent.items())),
                "updated_on": each.record.updated_on,
            }
            entries[each.address] = each.entry.model_copy(update=update)
    courses = {key: record for key, record in state.courses.items() if key not in touched}
    return state.model_copy(update={"courses": courses, "entries": entries})


def edited(entry: Entry, record: Record, kind: Kind) -> bool:
    """Say whether someone else wrote a record since we did.

    Args:
        entry: what we last sent, and the server's time of that.
        record: what the server has.
        kind: the record's kind.

    Returns:
        False where the times agree, and where all that can be read is as we sent it.
    """
    return not same_moment(entry.updated_on, record.updated_on) and bool(
        differing(entry, record, kind)
    )


def differing(entry: Entry, record: Record, kind: Kind) -> tuple[str, ...]:
    """Return the properties that can be read and that are not as we sent them, sorted."""
    sent, has = entry.attributes, record.attributes
    return tuple(
        name
        for name in sorted(sent.keys() - kind.write_only)
        if name not in has or not _same(name, sent[name], has[name], kind)
    )


def _same(name: str, sent: object, has: object, kind: Kind) -> bool:
    if name == kind.contents_property:
        return same_html(str(sent), str(has))
    return type(sent) is type(has) and sent == has


def same_moment(ours: str | None, theirs: str | None) -> bool:
    """Say whether two times of the server are the same, at the precision of the coarser one."""
    one, other = moment(ours), moment(theirs)
    if one is None or other is None:
        return False
    if not (one.microsecond and other.microsecond):
        one, other = one.replace(microsecond=0), other.replace(microsecond=0)
    return one == other
