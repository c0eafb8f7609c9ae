"""Courses that are on the site already, as outlines and as entries of the state.

What is imported is told so that the next plan has nothing to do: every item of the outline is an
entry that says just what the outline says, under the Id and the time of the record.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.kinds import LISTED
from coursesync.kinds.address import course_of, is_key, key_of, slug
from coursesync.kinds.field import Role
from coursesync.outlines.writer import WantedCourse, WantedItem, alike, is_reserved
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.attributes import Attributes
    from coursesync.kinds.kind import Kind, Resource
    from coursesync.kinds.tree import Value
    from coursesync.nexudus.records import Record
    from coursesync.outlines.outline import Outline
    from coursesync.state.state import State


_LONGEST_TITLE = 200  # characters
_TITLE, _ORDER, _CONTENTS = (
    LISTED.field(role).name for role in (Role.TITLE, Role.ORDER, Role.CONTENTS)
)


def course_key(
    course_id: int, title: str, taken: Collection[str], reserved: Collection[str] = ()
) -> str:
    """Return a key for a course, from its title, that is neither `taken` nor `reserved`.

    Nor one that some file system takes for one of those, for `alike` of each is `taken`, too; nor
    one that no file on Windows can have.
    """
    stem = slug(title) or f"course-{course_id}"
    keys = (stem, f"{stem}-{course_id}", f"course-{course_id}")
    for key in keys:
        if is_reserved(key):
            continue
        if is_key(key) and key not in reserved and key not in taken and alike(key) not in taken:
            return key
    return f"c{course_id}"


def unsayable(record: Record) -> str:
    """Say what of a record no outline can give as it is; "" where there is nothing."""
    if record.unknown:  # a list left it out, and the read by its Id failed
        return "what is in it can't be read now"
    has = record.attributes
    said = LISTED.encode(LISTED.decode(has))
    for name in sorted(has.keys() & said.keys() - LISTED.idle(has)):
        if said[name] != has[name]:
            return f"its {name} is {has[name]}, and none that an outline can have"
    if LISTED.order_property not in has:
        return f"its {LISTED.order_property} is not a whole number of 32 bits"
    return misfit(record)


def misfit(record: Record) -> str:
    """Say which property of a record has a value that it can't have; "" where there is none."""
    for name in sorted(record.odd):
        if LISTED.types[name] is str and name in record.attributes:
            return f"its {name} holds half of a character (a lone surrogate)"
        return f"its {name} is of another type than the API's pages give it"
    return ""


@dataclass(frozen=True, slots=True)
class Managed:
    """What a state has under management: the address of each record, and the course of each entry.

    `keys` are the courses' keys by their Ids, `taken` the keys in use or in doubt by the course's.
    Made once for all courses of an import: a state has tens of thousands of entries.
    """

    addresses: Mapping[int, Address]
    known: Collection[Address]
    courses: Mapping[int, int]
    keys: Mapping[int, str]
    taken: Mapping[str, frozenset[str]]

    @classmethod
    def by(cls, state: State) -> Managed:
        """Return what a state has under management; `known` has what is in doubt there, too."""
        known = state.entries.keys() | state.doubts.keys()
        taken: dict[str, set[str]] = defaultdict(set)
        for address in known:
            taken[course_of(address)].add(key_of(address))
        return cls(
            {entry.id: address for address, entry in state.entries.items()},
            known,
            {entry.id: entry.parent_id for entry in state.entries.values()},
            {entry.parent_id: course_of(address) for address, entry in state.entries.items()},
            {key: frozenset(keys) for key, keys in taken.items()},
        )


def wanted(
    course_id: int, key: str, title: str, records: Iterable[Record], managed: Managed | None = None
) -> WantedCourse:
    """Tell a course as an outline is to have it.

    Args:
        course_id: the course's Id.
        key: its key.
        title: its title on the site.
        records: its records on the site.
        managed: what is under management already; by default nothing.

    Returns:
        The course; its items are in the members' order, the older first where two have the
        same number, and have keys where they are managed.
    """
    addresses = managed.addresses if managed else {}
    items = tuple(
        _item(record, key_of(addresses[record.id]) if record.id in addresses else "")
        for record in sorted(records, key=_place)
    )
    # for people who read plans: one line, and not endless
    told = " ".join(title.split())[:_LONGEST_TITLE].strip()
    taken = managed.taken.get(key, frozenset()) if managed else frozenset()
    return WantedCourse(course_id, key, told or f"Course {course_id}", items, taken)


def _place(record: Record) -> tuple[int, int]:
    return LISTED.order_of(record.attributes), record.id


def _item(record: Record, key: str) -> WantedItem:
    has = {name: value for name, value in record.attributes.items() if name not in record.odd}
    return WantedItem(record.id, _said(has), key)


def _said(attributes: Attributes) -> dict[str, Value]:
    """Return what an author would write of a record; its place in the list gives its order."""
    said = {name: value for name, value in LISTED.decode(attributes).items() if name != _ORDER}
    return {**said, _TITLE: _title(attributes)}


def entries_of(
    outline: Outline, records: Sequence[Record], managed: Managed
) -> Mapping[Address, Entry]:
    """Find the entries that the items of an imported course are to have.

    Args:
        outline: as it is once the course was written into it.
        records: the course's records on the site.
        managed: what is under management already.

    Returns:
        An entry for each item that is just like a record that nobody manages, or that has the
        title of one alone. Of several that are alike, the first in order is the first on the site.
    """
    free = sorted((r for r in records if r.id not in managed.addresses), key=_place)
    new = [resource for resource in outline.resources if resource.address not in managed.known]
    alike = _paired(new, free, _told)
    rest = [resource for resource in new if resource.address not in alike]
    taken = {record.id for record in alike.values()}
    left = [record for record in free if record.id not in taken]
    titled = _paired(rest, left, _title, alone=True)
    entries = {
        resource.address: _entry(resource, record, like=resource.attributes)
        for resource in new
        if (record := alike.get(resource.address)) is not None
    }
    return entries | {
        resource.address: _entry(resource, record, like=record.attributes)
        for resource in rest
        if (record := titled.get(resource.address)) is not None
    }


def _told(attributes: Attributes) -> tuple[object, ...]:
    """Return what a record says, but for white space at its ends, which the server may trim."""
    readable = {n: value for n, value in attributes.items() if n not in LISTED.write_only}
    said = _said(readable)
    return tuple(LISTED.encode({**said, _CONTENTS: str(said[_CONTENTS]).rstrip()}).items())


def _title(attributes: Attributes) -> str:
    return LISTED.title_of(attributes).strip()  # as the server compares them


def _paired(
    resources: Sequence[Resource],
    records: Sequence[Record],
    trait: Callable[[Attributes], object],
    *,
    alone: bool = False,
) -> dict[Address, Record]:
    """Pair what has the same trait, in order; with `alone` only where each has it alone."""
    left: dict[object, deque[Record]] = defaultdict(deque)
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


def _entry(resource: Resource, record: Record, like: Attributes) -> Entry:
    order = resource.kind.order_property
    readable = {n: v for n, v in like.items() if n not in resource.kind.write_only}
    whole = {**readable, order: record.attributes.get(order, 0)}
    return adopted(resource.kind, record, whole, resource)


def adopted(
    kind: Kind, record: Record, attributes: Attributes, resource: Resource | None = None
) -> Entry:
    """Return the entry of a record that is taken under management as it stands."""
    reads = {**attributes, kind.parent_property: record.parent_id}
    wanted = resource.attributes if resource is not None else {}
    entry = Entry(
        sent=dict(sorted({**reads, **wanted, kind.parent_property: record.parent_id}.items())),
        id=record.id,
        parent_id=record.parent_id,
        protected=resource is not None and resource.protected,
    )
    return entry.reading(reads, record.updated_on)
