"""Is a record on the server one that a create made, or would make? Evidence in, a finding out.

Pure. An answer can be lost and a whole machine can: what the server then has is recognised by
what it says, never by hope. A record fits where all that a create sends is in it; it is near where
it can't be told apart from such a record by a person in a hurry, or appeared at the wrong moment.
Only one that fits alone is taken; only where none is near may a create be sent. A marker that was
read back settles both with certainty.
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
    from coursesync.kinds.attributes import Attributes, FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.state.state import Doubt

_LONGEST_WRITTEN = 20 * MAX_TITLE  # characters of a title, each of which may be escaped
_UNMARKED = "a record that is just like it does not carry its marker"
SKEW = timedelta(minutes=5)  # by which two clocks may differ


@dataclass(frozen=True, slots=True)
class Wanted:
    """A create: what it sends, and since when it may have been carried out (None: not sent yet).

    `before` are the Ids that looks had shown before it was sent, and None where an earlier run
    sent it: of a record that is not among them it is not known that it was there already. `marker`
    is what its record carries where the API keeps markers; `is_certain` is that it was sent with
    it, and that the API is known to keep them: a record without it is then another's.
    """

    address: Address
    kind: Kind
    attributes: Attributes
    since: str | None = None
    before: frozenset[int] | None = None
    marker: str | None = None
    is_certain: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The one record that fits, or that carries the create's marker."""

    record: Record


@dataclass(frozen=True, slots=True)
class Absent:
    """No record fits, and none is near."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Records that a person has to look at; `reason` says why, in words."""

    reason: str
    candidates: tuple[Record, ...]


Recognition: TypeAlias = Found | Absent | Unclear


def recognise(wanted: Sequence[Wanted], unmanaged: Sequence[Record]) -> dict[Address, Recognition]:
    """Look for the records of some creates.

    Args:
        wanted: the creates of one course.
        unmanaged: the records of that course that are under no address, and that no person has
            said to be none of ours.

    Returns:
        A finding for each create.
    """
    marked = _by_marker(wanted, unmanaged)
    certain = {each.address: _certain(marked[each.address]) for each in wanted}
    theirs = {record.id for records in marked.values() for record in records}
    rest = [each for each in wanted if certain[each.address] is None]
    left = [record for record in unmanaged if record.id not in theirs]
    places = _Places(left, wanted[0].kind) if wanted else None
    if places is None:
        return {}
    fitting = {each.address: places.fitting(each) for each in rest}
    claims = Counter(record.id for records in fitting.values() for record in records)
    return {
        each.address: certain[each.address] or _finding(each, fitting[each.address], places, claims)
        for each in wanted
    }


def _by_marker(
    wanted: Sequence[Wanted], unmanaged: Sequence[Record]
) -> Mapping[Address, list[Record]]:
    """Return the records that carry the marker of each create."""
    carrying: dict[str, list[Record]] = {}
    for record in unmanaged:
        if record.marker is not None:
            carrying.setdefault(record.marker, []).append(record)
    return {each.address: carrying.get(each.marker or "", []) for each in wanted}


def _certain(marked: list[Record]) -> Recognition | None:
    """Say what markers tell of a create; None where they tell nothing."""
    match marked:
        case [record]:
            return Found(record)
        case [_, *_]:
            return Unclear(SEVERAL_MARKED, tuple(marked))
    return None


def _finding(
    wanted: Wanted, fitting: list[Record], places: _Places, claims: Mapping[int, int]
) -> Recognition:
    match fitting:
        case [_, *_] if wanted.is_certain:
            # the API may have dropped this one's marker, or another program written over it
            return Unclear(_UNMARKED, tuple(fitting))
        case [record] if claims[record.id] == 1:
            return Found(record)
        case [record]:
            return Unclear(
                f"another {wanted.kind.name} of the outline could be it as well", (record,)
            )
        case [_, *_]:
            return Unclear("more than one record could be it", tuple(fitting))
    return Absent() if wanted.is_certain else _nearest(wanted, places, claims)


def _nearest(wanted: Wanted, places: _Places, claims: Mapping[int, int]) -> Recognition:
    """Say what is there where nothing fits: what is like it, or came at the wrong moment."""
    alike = [record for record in places.alike(wanted) if record.id not in claims]
    if alike:
        return Unclear(
            "the course has one already that is like it, and not as the outline says", tuple(alike)
        )
    recent = [r for r in places.records if r.id not in claims and _is_recent(wanted, r)]
    if recent:
        return Unclear("something else appeared in the course at that time", tuple(recent))
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

    def fitting(self, wanted: Wanted) -> list[Record]:
        """Return the records that hold all that a create sends."""
        placed = self._ordered.get(self._order(wanted.attributes), ())
        return [
            record for record in placed if fits(wanted.attributes, record.attributes, self._kind)
        ]

    def alike(self, wanted: Wanted) -> list[Record]:
        """Return the records that could be it, had the server rewritten what was sent.

        Such as have its title, however written; or its place, and the beginning of its title or
        its contents.
        """
        title = self._title(wanted.attributes)
        titled = self._titled.get(title, [])
        placed = self._ordered.get(self._order(wanted.attributes), ())
        rewritten = [
            record
            for record in placed
            if title.startswith(self._title(record.attributes) or "\0")
            or self._has_contents(wanted, record)
        ]
        return list({record.id: record for record in [*titled, *rewritten]}.values())

    def _has_contents(self, wanted: Wanted, record: Record) -> bool:
        sent = str(wanted.attributes.get(self._kind.contents_property, ""))
        has = str(record.attributes.get(self._kind.contents_property, ""))
        return bool(sent.strip()) and same_html(sent, has)

    def _title(self, attributes: Attributes) -> str:
        """Return a title as it reads: without what a server may do to how it is written."""
        written = str(attributes.get(self._kind.title_property, ""))[:_LONGEST_WRITTEN]
        seen = "".join(c for c in unescaped(written) if category(c) != "Cf")
        # to put a long run of combining marks in order takes the square of its length
        plain = normalize("NFKC", " ".join(seen.split())[: MAX_TITLE + 1])
        return " ".join(plain.casefold().split())

    def _order(self, attributes: Attributes) -> object:
        return attributes.get(self._kind.order_property)


def entry_of(doubt: Doubt, record_id: int, address: Address) -> Entry:
    """Return the entry of a record that a person chose for a doubt.

    What the server says of a candidate that differs from what was sent is kept: the next plan
    shows what the outline wants changed.
    """
    attributes, updated_on = doubt.attributes, None
    for candidate in doubt.candidates:
        if candidate.id == record_id:
            updated_on = candidate.updated_on
            attributes = as_it_reads(doubt.attributes, candidate.attributes, kind_of(address))
    return Entry(
        attributes=attributes, id=record_id, parent_id=doubt.parent_id, updated_on=updated_on
    )


def found_attributes(sent: Attributes, record: Record, kind: Kind) -> dict[str, FieldValue]:
    """Return the attributes of the entry of a record that a look found.

    As `as_it_reads`, without the properties of which it can be seen that they were never taken.
    """
    reads = as_it_reads(sent, record.attributes, kind)
    return {name: value for name, value in sorted(reads.items()) if name not in record.lacking}


def as_it_reads(sent: Attributes, has: Attributes, kind: Kind) -> Attributes:
    """Return the attributes of an entry whose record was found: as sent where the record fits.

    Elsewhere as the record reads, so that the next plan shows what the outline wants changed. What
    orders and names a record is never lacking, whatever the server said of it.
    """
    if fits(sent, has, kind):
        return sent
    needed = (kind.order_property, kind.parent_property, kind.title_property)
    return dict(sorted({**{name: sent[name] for name in needed if name in sent}, **has}.items()))


def _is_recent(wanted: Wanted, record: Record) -> bool:
    if wanted.since is None:
        return False
    if wanted.before is not None and record.id not in wanted.before:
        return True
    sent, created = moment(wanted.since), moment(record.created_on)
    return sent is None or created is None or created >= sent - SKEW
