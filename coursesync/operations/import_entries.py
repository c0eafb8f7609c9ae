"""Turns courses of the site into outlines' items and entries of the state.

Owns what an import takes from a record. It must leave the next plan nothing to do: every item has
an entry with exactly the values of the outline, and with the record's Id and time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.kinds import LISTED
from coursesync.kinds.address import course_of, is_key, key_of, slug
from coursesync.kinds.field import Role
from coursesync.kinds.inline import line_of
from coursesync.outlines.writer import WantedItem, alike, is_reserved
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Kind, Resource
    from coursesync.kinds.tree import Value
    from coursesync.nexudus.records import Record
    from coursesync.outlines.outline import Outline
    from coursesync.state.state import State

MISREAD = "the outline would not say exactly what the site has"
_LONGEST_TITLE = 200  # characters
_TITLE, _ORDER, _CONTENTS = LISTED.names(Role.TITLE, Role.ORDER, Role.CONTENTS)


@dataclass(frozen=True, slots=True)
class LiveCourse:
    """A course on the site, with its records."""

    id: int
    title: str
    records: list[Record]

    @property
    def short_title(self) -> str:
        """Its title on one line, of bounded length: people read it in plans."""
        short = " ".join(self.title.split())[:_LONGEST_TITLE].strip()
        return short or f"Course {self.id}"


def course_key(
    course_id: int, title: str, taken: Collection[str], reserved: Collection[str] = ()
) -> str:
    """Return a key for a course, made from its title, that is neither `taken` nor `reserved`.

    The key is also safe as a Windows file name, and differs from `taken` by more than case or
    Unicode form.
    """
    stem = slug(title) or f"course-{course_id}"
    keys = (stem, f"{stem}-{course_id}", f"course-{course_id}")

    def is_free(key: str) -> bool:
        is_used = key in reserved or key in taken or alike(key) in taken
        return is_key(key) and not is_reserved(key) and not is_used

    return next(filter(is_free, keys), f"c{course_id}")


def unsayable(record: Record) -> str:
    """Return why no outline can hold a record as it is; "" if one can."""
    if record.unknown:  # a list left it out, and the read by its Id failed
        return "its fields can't be read now"
    has = record.attributes
    again = LISTED.encode(LISTED.decode(has))
    for name in sorted(has.keys() & again.keys() - LISTED.idle(has)):
        if again[name] != has[name]:
            return f"its {name} is {has[name]}, which no outline can have"
    if LISTED.order_property not in has:
        return f"its {LISTED.order_property} is not a whole number of 32 bits"
    return misfit(record)


def misfit(record: Record) -> str:
    """Return which property of a record has a value that it can't have; "" if none."""
    for name in sorted(record.odd):
        if LISTED.types[name] is str and name in record.attributes:
            return f"its {name} contains half a character (a lone surrogate)"
        return f"its {name} is not of the type that the API documents"
    return ""


@dataclass(frozen=True, slots=True)
class Managed:
    """A state with the addresses of its records and the keys of its courses, both by Id.

    `taken` are the keys in use or in doubt, by the course's key. It is made once for all courses of
    an import, because a state can have tens of thousands of entries.
    """

    state: State
    addresses: Mapping[int, Address]
    keys: Mapping[int, str]
    taken: Mapping[str, Collection[str]]

    @classmethod
    def by(cls, state: State) -> Managed:
        """Return what a state manages."""
        taken: dict[str, set[str]] = defaultdict(set)
        for address in (*state.entries, *state.doubts):
            taken[course_of(address)].add(key_of(address))
        addresses = {entry.id: address for address, entry in state.entries.items()}
        keys = {entry.parent_id: course_of(address) for address, entry in state.entries.items()}
        return cls(state, addresses, keys, taken)


def obstacle(
    record: Record, managed: Managed, outline: Outline | None, excluded: Mapping[int, str]
) -> str:
    """Return why a record can't be in the outline of its course; "" if it can."""
    at = managed.addresses.get(record.id)
    if at is not None and managed.state.entries[at].parent_id != record.parent_id:
        # in this outline it would be created a second time
        return f"it is managed as {at}, and someone moved it here"
    if at is None or outline is None:
        return excluded.get(record.id) or unsayable(record)
    if any(resource.address == at for resource in outline.resources):
        return ""
    return (
        f"it was taken out of the outline; to have it back, write its {LISTED.name} again, with "
        f"`{line_of('key', key_of(at))}`"
    )


def items_of(records: Iterable[Record], managed: Managed) -> tuple[WantedItem, ...]:
    """Return records as the items of an outline, in the members' order; equal orders by Id.

    Managed records keep their keys.
    """
    at = managed.addresses
    return tuple(
        WantedItem(
            record.id,
            _values({n: v for n, v in record.attributes.items() if n not in record.odd}),
            key_of(at[record.id]) if record.id in at else "",
        )
        for record in sorted(records, key=_place)
    )


def _place(record: Record) -> tuple[int, int]:
    return LISTED.order_of(record.attributes), record.id


def _values(attributes: Attributes) -> dict[str, Value]:
    """Return what an author would write of a record; its place in the list gives its order."""
    values = {name: value for name, value in LISTED.decode(attributes).items() if name != _ORDER}
    return {**values, _TITLE: _title(attributes)}


def entries_of(
    outline: Outline, records: Sequence[Record], managed: Managed
) -> Mapping[Address, Entry]:
    """Return the new entries of the items of an imported course.

    An item gets the entry of an unmanaged record that equals it, or that alone has its title. Equal
    items and records are paired in the members' order.
    """
    free = sorted((r for r in records if r.id not in managed.addresses), key=_place)
    known = managed.state.entries.keys() | managed.state.doubts.keys()
    new = [resource for resource in outline.resources if resource.address not in known]
    same = _paired(new, free, _content)
    rest = [resource for resource in new if resource.address not in same]
    taken = {record.id for record in same.values()}
    left = [record for record in free if record.id not in taken]
    titled = _paired(rest, left, _title, alone=True)
    entries: dict[Address, Entry] = {}
    for resource in new:
        record = same.get(resource.address) or titled.get(resource.address)
        if record is not None:
            kind = resource.kind
            like = resource.attributes if resource.address in same else record.attributes
            reads = {name: value for name, value in like.items() if name not in kind.write_only}
            reads[kind.order_property] = kind.order_of(record.attributes)
            entries[resource.address] = adopted(kind, record, reads, protected=resource.protected)
    return entries


def _content(attributes: Attributes) -> tuple[object, ...]:
    """Return the values of a record, without white space that the server may trim."""
    readable = {n: value for n, value in attributes.items() if n not in LISTED.write_only}
    values = _values(readable)
    return tuple(LISTED.encode({**values, _CONTENTS: str(values[_CONTENTS]).rstrip()}).items())


def _title(attributes: Attributes) -> str:
    return LISTED.title_of(attributes).strip()  # as the server compares them


def _paired(
    resources: Sequence[Resource],
    records: Sequence[Record],
    trait: Callable[[Attributes], object],
    *,
    alone: bool = False,
) -> dict[Address, Record]:
    """Pair items and records of the same trait, in order; with `alone` only unique ones."""
    left: dict[object, list[Record]] = defaultdict(list)
    for record in records:
        left[trait(record.attributes)].append(record)
    sharing: dict[object, list[Resource]] = defaultdict(list)
    for resource in resources:
        sharing[trait(resource.attributes)].append(resource)
    return {
        resource.address: record
        for shared, those in sharing.items()
        if not alone or (len(those) == 1 and len(left[shared]) == 1)
        for resource, record in zip(those, left[shared], strict=False)
    }


def adopted(kind: Kind, record: Record, attributes: Attributes, *, protected: bool) -> Entry:
    """Return the entry of a record that comes under management as it is."""
    reads = {**attributes, kind.parent_property: record.parent_id}
    entry = Entry(sent={}, id=record.id, parent_id=record.parent_id, protected=protected)
    return entry.reading(reads, record.updated_on)
