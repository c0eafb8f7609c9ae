"""The records of the site that an import puts into outlines, as the items of these.

Owns what an outline can hold of a record, and why it can't. It must never take one value for
another.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.kinds import LISTED, kind_of
from coursesync.kinds.address import (
    address_of,
    course_address,
    course_of,
    is_key,
    key_of,
    keys_of,
    proposed_key,
)
from coursesync.kinds.field import Role
from coursesync.kinds.inline import line_of
from coursesync.kinds.rows import LEAVE, PROTECT
from coursesync.outlines.writer import WantedItem, alike, is_reserved, stem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.tree import Value
    from coursesync.nexudus.records import Record
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.writer import Identity, ListId
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
        """The parent's Id, 0 if the record is directly in its course."""
        link = self.record.attributes.get(self.kind.parent_property)
        return link if type(link) is int else 0

    @property
    def list_id(self) -> ListId:
        """The list that the record belongs to."""
        return self.kind, self.within

    @property
    def place(self) -> tuple[int, int]:
        """What orders it in its list: its number, then its Id."""
        return self.kind.order_of(self.record.attributes), self.record.id


@dataclass(frozen=True, slots=True)
class LiveCourse:
    """A course on the site, with its records, parents before children.

    `looked_for` are the kinds of which all records of the course were read; `gone` are the
    addresses of the managed records that were deleted on the site, with their Ids.
    """

    id: int
    title: str
    records: list[Found]
    looked_for: Sequence[Kind] = (LISTED,)
    gone: Mapping[Address, int] = field(default_factory=dict)

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
    stem = proposed_key(title) or f"course-{course_id}"
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
    if missing := {kind.order_property, kind.title_property} - record.attributes.keys():
        return f"it has no {min(missing)}"
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
        keys = {kind_of(a).course_id_of(e.sent): course_of(a) for a, e in state.entries.items()}
        return cls(state, addresses, keys, taken)


def left_out(
    course: LiveCourse,
    managed: Managed,
    outline: Outline | None,
    excluded: Mapping[Identity, str],
) -> dict[Identity, str]:
    """Return why some records of a course can't be in its outline."""
    there = {resource.address for resource in outline.resources} if outline else set()
    known = {each.identity for each in course.records}
    alone = _left_alone(course, managed, outline) if outline else ()
    why: dict[Identity, str] = {}
    for found in course.records:
        reason = _obstacle(found, managed, there if outline else None, excluded)
        if found.list_id in alone and found.identity not in excluded:
            reason = (
                f"the outline has no list of {found.kind.plural} there, so those that are managed "
                f"there are left alone; write that list again first, with these {found.kind.plural}"
            )
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


def _left_alone(course: LiveCourse, managed: Managed, outline: Outline) -> Collection[ListId]:
    """Return the lists that an outline lacks, although they have managed records.

    If such a list were added to the outline, the plan would treat its other records as removed.
    """
    found: set[ListId] = set()
    for each in course.records:
        if (outer := each.kind.within) is None:
            continue
        inside = managed.addresses.get((outer, each.within))
        holder = inside if each.within else course_address(outline.key)
        if holder is not None and (each.kind, holder) not in outline.lists:
            here = address_of(each.kind.name, *keys_of(holder))
            if each.identity in managed.addresses or managed.taken.get(here):
                found.add(each.list_id)
    return found


def left_out_with(outer: Kind, record_id: int) -> str:
    """Return why a record is left out whose parent is left out."""
    return f"its {outer.name} {record_id} is left out"


def _obstacle(
    found: Found,
    managed: Managed,
    there: Collection[Address] | None,
    excluded: Mapping[Identity, str],
) -> str:
    """Return why a record can't be in an outline, which has what is `there`; "" if it can."""
    at = managed.addresses.get(found.identity)
    entry = None if at is None else managed.state.entries[at]
    if entry is not None and found.kind.course_id_of(entry.sent) != found.record.course_id:
        # in this outline it would be created a second time
        return f"it is managed as {at}, and someone moved it here"
    if at is None or there is None:
        return excluded.get(found.identity) or unsayable(found.record, found.kind)
    if at in there:
        return ""
    return (
        f"it was taken out of the outline; to have it back, write its {found.kind.name} again, "
        f"with `{line_of('key', key_of(at))}`"
    )


def items_of(records: Iterable[Found], managed: Managed) -> tuple[WantedItem, ...]:
    """Return records as the items of an outline, in the members' order; equal orders by Id.

    Managed records keep their keys, and what only the state has of them: whether they are
    protected, what they leave to the site, and what can't be read back.
    """
    at = managed.addresses
    return tuple(
        WantedItem(
            each.record.id,
            {
                **values_of(each.kind, {**_readable(each.record), **_only_sent(each, managed)}),
                **dict(_only_known(at.get(each.identity), managed)),
            },
            key_of(at[each.identity]) if each.identity in at else "",
            each.kind,
            each.within,
        )
        for each in sorted(records, key=lambda each: each.place)
    )


def _only_known(at: Address | None, managed: Managed) -> Iterator[tuple[str, Value]]:
    """Yield the fields of a managed record's item that the site does not have."""
    if at is None:
        return
    entry = managed.state.entries[at]
    if entry.protected:
        yield PROTECT.name, True
    if entry.left:
        yield LEAVE.name, [*entry.left]


def _only_sent(found: Found, managed: Managed) -> Attributes:
    """Return what was sent of a managed record that can't be read back, if it is still there."""
    at = managed.addresses.get(found.identity)
    sent = {} if at is None else managed.state.entries[at].sent
    names = found.kind.write_only - found.record.lacking
    return {name: value for name, value in sent.items() if name in names}


def _readable(record: Record) -> Attributes:
    return {name: value for name, value in record.attributes.items() if name not in record.odd}


def was_moved(item: WantedItem, managed: Managed) -> bool:
    """Return whether a managed record has another parent in its course than its address names."""
    at = managed.addresses.get(item.identity)
    if at is None:
        return False
    holder = managed.state.entries.get(item.kind.parent_of(at))
    return (holder.id if holder else 0) != item.within


def values_of(kind: Kind, attributes: Attributes) -> dict[str, Value]:
    """Return what an author would write of a record; its place in the list gives its order."""
    title, order = kind.names(Role.TITLE, Role.ORDER)
    values = {name: value for name, value in kind.decode(attributes).items() if name != order}
    return {**values, title: title_of(kind, attributes)}


def title_of(kind: Kind, attributes: Attributes) -> str:
    """Return a record's title without blanks at its ends, as the server compares titles."""
    return kind.title_of(attributes).strip()
