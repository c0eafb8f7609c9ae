"""Turns courses of the site into outlines' items and entries of the state.

Owns what an import takes from a record. It must leave the next plan nothing to do: every item has
an entry with exactly the values of the outline, and with the record's Id and time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from coursesync.kinds import KINDS, LISTED, kind_of
from coursesync.kinds.address import course_address, course_of, is_key, key_of, slug
from coursesync.kinds.field import Role
from coursesync.kinds.inline import line_of
from coursesync.outlines.writer import WantedItem, alike, is_reserved, stem
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Kind, Resource
    from coursesync.kinds.tree import Value
    from coursesync.nexudus.records import Record
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.writer import Identity
    from coursesync.state.state import State

MISREAD = "the outline would not say exactly what the site has"
_LONGEST_TITLE = 200  # characters


@dataclass(frozen=True, slots=True)
class Found:
    """A record on the site, and its kind."""

    kind: Kind
    record: Record

    @property
    def identity(self) -> Identity:
        """What no other record has: two kinds may use the same Id."""
        return self.kind, self.record.id

    @property
    def within(self) -> int:
        """The Id of the record that it is in, 0 if it is directly in its course."""
        link = self.record.attributes.get(self.kind.link)
        return link if type(link) is int else 0

    @property
    def place(self) -> tuple[int, int]:
        """What orders it in its list: its number, then its Id."""
        return self.kind.order_of(self.record.attributes), self.record.id


@dataclass(frozen=True, slots=True)
class LiveCourse:
    """A course on the site, with its records, parents before children.

    `looked_for` are the kinds of which all records of the course were read.
    """

    id: int
    title: str
    records: list[Found]
    looked_for: Sequence[Kind] = (LISTED,)

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


def unsayable(record: Record, kind: Kind) -> str:
    """Return why no outline can hold a record as it is; "" if one can."""
    if record.unknown:  # a list left it out, and the read by its Id failed
        return "its fields can't be read now"
    has = record.attributes
    again = kind.encode(kind.decode(has))
    for name in sorted(has.keys() & again.keys() - kind.idle(has)):
        if again[name] != has[name]:
            return f"its {name} is {has[name]}, which no outline can have"
    if kind.order_property not in has:
        return f"its {kind.order_property} is not a whole number of 32 bits"
    return misfit(record, kind)


def misfit(record: Record, kind: Kind) -> str:
    """Return which property of a record has a value that it can't have; "" if none."""
    for name in sorted(record.odd):
        if kind.types[name] is str and name in record.attributes:
            return f"its {name} contains half a character (a lone surrogate)"
        return f"its {name} is not of the type that the API documents"
    return ""


@dataclass(frozen=True, slots=True)
class Managed:
    """A state with the addresses of its records and the keys of its courses, both by Id.

    `taken` are the keys in use or in doubt in each list, by its `stem`. It is made once for all
    courses of an import, because a state can have tens of thousands of entries.
    """

    state: State
    addresses: Mapping[Identity, Address]
    keys: Mapping[int, str]
    taken: Mapping[str, Collection[str]]

    @classmethod
    def by(cls, state: State) -> Managed:
        """Return what a state manages."""
        taken: dict[str, set[str]] = defaultdict(set)
        for address in (*state.entries, *state.doubts):
            taken[stem(address)].add(key_of(address))
        addresses = {(kind_of(at), entry.id): at for at, entry in state.entries.items()}
        keys = {entry.parent_id: course_of(address) for address, entry in state.entries.items()}
        return cls(state, addresses, keys, taken)


def left_out(
    course: LiveCourse,
    managed: Managed,
    outline: Outline | None,
    excluded: Collection[Identity],
) -> dict[Identity, str]:
    """Return why some records of a course can't be in its outline."""
    there = {resource.address for resource in outline.resources} if outline else set()
    known = {each.identity for each in course.records}
    why: dict[Identity, str] = {}
    for found in course.records:
        reason = _obstacle(found, managed, there if outline else None, excluded)
        if (outer := found.kind.within) and found.within and not reason:
            if (outer, found.within) not in known:
                reason = (
                    f"it is in the {outer.name} {found.within}, which this course does not have"
                )
            elif (outer, found.within) in why:
                reason = left_out_with(outer, found.within)
        if reason:
            why[found.identity] = reason
    return why


def left_out_with(outer: Kind, record_id: int) -> str:
    """Return why what is in a record is left out: that record is."""
    return f"the {outer.name} {record_id}, which it is in, is left out"


def _obstacle(
    found: Found,
    managed: Managed,
    there: Collection[Address] | None,
    excluded: Collection[Identity],
) -> str:
    """Return why a record can't be in an outline, which has what is `there`; "" if it can."""
    at = managed.addresses.get(found.identity)
    if at is not None and managed.state.entries[at].parent_id != found.record.parent_id:
        # in this outline it would be created a second time
        return f"it is managed as {at}, and someone moved it here"
    if at is None or there is None:
        return MISREAD if found.identity in excluded else unsayable(found.record, found.kind)
    if at in there:
        return ""
    return (
        f"it was taken out of the outline; to have it back, write its {found.kind.name} again, "
        f"with `{line_of('key', key_of(at))}`"
    )


def items_of(records: Iterable[Found], managed: Managed) -> tuple[WantedItem, ...]:
    """Return records as the items of an outline, in the members' order; equal orders by Id.

    Managed records keep their keys.
    """
    at = managed.addresses
    return tuple(
        WantedItem(
            each.record.id,
            _values(each.kind, _readable(each.record)),
            key_of(at[each.identity]) if each.identity in at else "",
            each.kind,
            each.within,
        )
        for each in sorted(records, key=lambda each: each.place)
    )


def _readable(record: Record) -> Attributes:
    return {name: value for name, value in record.attributes.items() if name not in record.odd}


def was_moved(item: WantedItem, managed: Managed) -> bool:
    """Return whether a managed record is in another record of its course than its address says."""
    at = managed.addresses.get(item.identity)
    if at is None:
        return False
    holder = managed.state.entries.get(item.kind.parent_of(at))
    return (holder.id if holder else 0) != item.within


def _values(kind: Kind, attributes: Attributes) -> dict[str, Value]:
    """Return what an author would write of a record; its place in the list gives its order."""
    title, order = kind.names(Role.TITLE, Role.ORDER)
    values = {name: value for name, value in kind.decode(attributes).items() if name != order}
    return {**values, title: _title(kind, attributes)}


def entries_of(
    outline: Outline, records: Sequence[Found], managed: Managed
) -> Mapping[Address, Entry]:
    """Return the new entries of the items of an imported course.

    An item gets the entry of an unmanaged record in the same list that equals it, or that alone has
    its title. Equal items and records are paired in the members' order.
    """
    known = managed.state.entries.keys() | managed.state.doubts.keys()
    entries: dict[Address, Entry] = {}
    for kind in KINDS.values():  # parents first: what is in one is known by its Id
        free = [each for each in records if each.kind is kind]
        free = [each for each in free if each.identity not in managed.addresses]
        new = [
            _Wanted(each, _parent_id(each, entries, managed))
            for each in outline.resources
            if each.kind is kind and each.address not in known
        ]
        entries |= _new_entries(kind, new, sorted(free, key=lambda each: each.place))
    return entries


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An item of an outline, and the Id of the record that it is in: 0 if it is in the course.

    The Id is None if there is no such record yet.
    """

    resource: Resource
    within: int | None


def _parent_id(
    resource: Resource, entries: Mapping[Address, Entry], managed: Managed
) -> int | None:
    """Return the Id of the record that an item is in, 0 for a course; None if it is unknown."""
    if resource.parent == course_address(course_of(resource.address)):
        return 0
    entry = entries.get(resource.parent) or managed.state.entries.get(resource.parent)
    return entry.id if entry else None


def _new_entries(
    kind: Kind, new: Sequence[_Wanted], free: Sequence[Found]
) -> Iterator[tuple[Address, Entry]]:
    """Pair the items of a kind with records; yield their entries."""
    same = _paired(new, free, partial(_content, kind))
    taken = {found.record.id for found in same.values()}
    titled = _paired(
        [each for each in new if each.resource.address not in same],
        [each for each in free if each.record.id not in taken],
        partial(_title, kind),
        alone=True,
    )
    for each in new:
        at = each.resource.address
        found = same.get(at) or titled.get(at)
        if found is not None:
            record = found.record
            like = each.resource.attributes if at in same else record.attributes
            reads = {name: value for name, value in like.items() if name not in kind.write_only}
            reads[kind.order_property] = record.attributes.get(kind.order_property, 0)
            if found.within:
                reads[kind.link] = found.within
            yield at, adopted(kind, record, reads, protected=each.resource.protected)


def _content(kind: Kind, attributes: Attributes) -> tuple[object, ...]:
    """Return the values of a record, without white space that the server may trim."""
    contents = kind.field(Role.CONTENTS).name
    readable = {n: value for n, value in attributes.items() if n not in kind.write_only}
    values = _values(kind, readable)
    return tuple(kind.encode({**values, contents: str(values[contents]).rstrip()}).items())


def _title(kind: Kind, attributes: Attributes) -> str:
    return kind.title_of(attributes).strip()  # as the server compares them


def _paired(
    items: Sequence[_Wanted],
    records: Sequence[Found],
    trait: Callable[[Attributes], object],
    *,
    alone: bool = False,
) -> dict[Address, Found]:
    """Pair the items and records of each list with the same trait, in order.

    With `alone`, only those whose trait nothing else in the list has.
    """
    left: dict[object, list[Found]] = defaultdict(list)
    for found in records:
        left[found.within, trait(found.record.attributes)].append(found)
    sharing: dict[object, list[_Wanted]] = defaultdict(list)
    for item in items:
        sharing[item.within, trait(item.resource.attributes)].append(item)
    return {
        item.resource.address: found
        for shared, those in sharing.items()
        if not alone or (len(those) == 1 and len(left[shared]) == 1)
        for item, found in zip(those, left[shared], strict=False)
    }


def adopted(kind: Kind, record: Record, attributes: Attributes, *, protected: bool) -> Entry:
    """Return the entry of a record that comes under management as it is."""
    reads = {**attributes, kind.parent_property: record.parent_id}
    entry = Entry(sent={}, id=record.id, parent_id=record.parent_id, protected=protected)
    return entry.reading(reads, record.updated_on)
