"""Recognises the record of a create among the records of its course.

Owns the rules of evidence, needed when an answer or a whole machine was lost:

- A record *fits* if it has everything that the create sends.
- A record is *near* if its title is that of the create in another spelling, if it has the order
  and the contents or the start of the title, or if it appeared at the time of the create.
- Only a record that alone fits is adopted. Only if no record is near may a create be sent.
- A marker that was read back is certain.

It must never guess.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias
from unicodedata import category, normalize

from coursesync.kinds import kind_of
from coursesync.kinds.address import MAX_TITLE
from coursesync.kinds.html import same_html
from coursesync.kinds.marker import SEVERAL_MARKED
from coursesync.planning.live_diff import fits
from coursesync.state.state import Entry
from coursesync.text import moment, unescaped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes, FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.planning.plan import Change
    from coursesync.state.state import Doubt

_LONGEST_WRITTEN = 20 * MAX_TITLE  # characters of a title that may be escaped throughout
_UNMARKED = "a record that matches it does not have its marker"
SKEW = timedelta(minutes=5)  # the largest difference between two clocks


@dataclass(frozen=True, slots=True)
class Sought:
    """A create whose record is looked for.

    Attributes:
        change: the create.
        doubt: the create as a doubt; `since` is "" if it was not sent yet.
        before: the Ids that looks had shown before it was sent; None if an earlier run sent it.
        until: when the looks end, by the run's clock.
    """

    change: Change
    doubt: Doubt
    before: frozenset[int] | None = None
    until: float = 0.0

    @property
    def address(self) -> Address:
        """The create's address."""
        return self.change.address

    @property
    def attributes(self) -> Attributes:
        """The attributes that it sends."""
        return self.doubt.sent

    @property
    def is_marked(self) -> bool:
        """Whether it was sent with a marker."""
        return bool(self.doubt.since and self.doubt.marker)


@dataclass(frozen=True, slots=True)
class Found:
    """The one record that fits, or that has the create's marker."""

    record: Record


@dataclass(frozen=True, slots=True)
class Absent:
    """No record fits, and none is near."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Records among which a person has to choose, and why."""

    reason: str
    candidates: tuple[Record, ...]


Recognition: TypeAlias = Found | Absent | Unclear


def recognise(
    sought: Sequence[Sought], unmanaged: Sequence[Record], *, keeps_markers: bool = False
) -> dict[Address, Recognition]:
    """Look for the records of some creates.

    Args:
        sought: the creates of one course.
        unmanaged: the records of that course that have no entry and are no strangers.
        keeps_markers: whether the API is known to keep markers; a record without the marker of a
            create is then not its record.

    Returns:
        A finding for each create.
    """
    if not sought:
        return {}
    marked = _by_marker(sought, unmanaged)
    certain = {each.address: _certain(marked[each.address]) for each in sought}
    theirs = {record.id for records in marked.values() for record in records}
    rest = [each for each in sought if certain[each.address] is None]
    places = _Places([r for r in unmanaged if r.id not in theirs], sought[0].change.kind)
    fitting = {each.address: places.fitting(each) for each in rest}
    claims = Counter(record.id for records in fitting.values() for record in records)
    return {
        each.address: certain[each.address]
        or _finding(
            each,
            fitting[each.address],
            places,
            claims,
            is_certain=keeps_markers and each.is_marked,
        )
        for each in sought
    }


def _by_marker(
    sought: Sequence[Sought], unmanaged: Sequence[Record]
) -> Mapping[Address, list[Record]]:
    carrying: dict[str, list[Record]] = {}
    for record in unmanaged:
        if record.marker is not None:
            carrying.setdefault(record.marker, []).append(record)
    return {each.address: carrying.get(each.doubt.marker or "", []) for each in sought}


def _certain(marked: list[Record]) -> Recognition | None:
    """Return what the markers prove; None if they prove nothing."""
    match marked:
        case [record]:
            return Found(record)
        case [_, *_]:
            return Unclear(SEVERAL_MARKED, tuple(marked))
    return None


def _finding(
    sought: Sought,
    fitting: list[Record],
    places: _Places,
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


def _nearest(sought: Sought, places: _Places, claims: Mapping[int, int]) -> Recognition:
    alike = [record for record in places.alike(sought) if record.id not in claims]
    if alike:
        name = sought.change.kind.name
        reason = f"the course already has a similar {name} that differs from the outline"
        return Unclear(reason, tuple(alike))
    recent = [r for r in places.records if r.id not in claims and _is_recent(sought, r)]
    if recent:
        return Unclear("another record appeared in the course at that time", tuple(recent))
    return Absent()


class _Places:
    """The records of a course by their titles and by their orders."""

    def __init__(self, records: Sequence[Record], kind: Kind) -> None:
        self.records = records
        self._kind = kind
        self._titled: dict[str, list[Record]] = {}
        self._ordered: dict[object, list[Record]] = {}
        for record in records:
            self._titled.setdefault(self._title(record.attributes), []).append(record)
            self._ordered.setdefault(self._order(record.attributes), []).append(record)

    def fitting(self, sought: Sought) -> list[Record]:
        """Return the records that have everything that a create sends."""
        placed = self._ordered.get(self._order(sought.attributes), ())
        return [
            record for record in placed if fits(sought.attributes, record.attributes, self._kind)
        ]

    def alike(self, sought: Sought) -> list[Record]:
        """Return the records that could be it if the server rewrote what was sent.

        These have its title, in any spelling; or its place, and the start of its title or its
        contents.
        """
        title = self._title(sought.attributes)
        titled = self._titled.get(title, [])
        placed = self._ordered.get(self._order(sought.attributes), ())
        rewritten = [
            record
            for record in placed
            if title.startswith(self._title(record.attributes) or "\0")
            or self._has_contents(sought, record)
        ]
        return list({record.id: record for record in [*titled, *rewritten]}.values())

    def _has_contents(self, sought: Sought, record: Record) -> bool:
        sent = str(sought.attributes.get(self._kind.contents_property, ""))
        has = str(record.attributes.get(self._kind.contents_property, ""))
        return bool(sent.strip()) and same_html(sent, has)

    def _title(self, attributes: Attributes) -> str:
        """Return a title without the differences that a server may add to its spelling."""
        written = str(attributes.get(self._kind.title_property, ""))[:_LONGEST_WRITTEN]
        seen = "".join(c for c in unescaped(written) if category(c) != "Cf")
        # normalising a long run of combining marks takes the square of its length
        plain = normalize("NFKC", " ".join(seen.split())[: MAX_TITLE + 1])
        return " ".join(plain.casefold().split())

    def _order(self, attributes: Attributes) -> object:
        return attributes.get(self._kind.order_property)


def entry_of(doubt: Doubt, record_id: int, address: Address) -> Entry:
    """Return the entry of a record that a person chose for a doubt.

    The entry has the differences between a candidate and what was sent; the next plan shows them.
    """
    entry = Entry(sent=doubt.sent, id=record_id, parent_id=doubt.parent_id)
    for candidate in doubt.candidates:
        if candidate.id == record_id:
            reads = as_it_reads(doubt.sent, candidate.attributes, kind_of(address))
            return entry.reading(reads, candidate.updated_on)
    return entry


def found_attributes(sent: Attributes, record: Record, kind: Kind) -> dict[str, FieldValue]:
    """Return the attributes that a record has after a look.

    As `as_it_reads`, without properties that the read shows to be empty.
    """
    reads = as_it_reads(sent, record.attributes, kind)
    return {name: value for name, value in sorted(reads.items()) if name not in record.lacking}


def as_it_reads(sent: Attributes, has: Attributes, kind: Kind) -> Attributes:
    """Return `sent` if the record matches it; else the record's own values.

    The next plan then shows the differences. Missing order, parent and title are taken from `sent`.
    """
    if fits(sent, has, kind):
        return sent
    needed = (kind.order_property, kind.parent_property, kind.title_property)
    return dict(sorted({**{name: sent[name] for name in needed if name in sent}, **has}.items()))


def _is_recent(sought: Sought, record: Record) -> bool:
    if not sought.doubt.since:
        return False
    if sought.before is not None and record.id not in sought.before:
        return True
    sent, created = moment(sought.doubt.since), moment(record.created_on)
    return sent is None or created is None or created >= sent - SKEW
