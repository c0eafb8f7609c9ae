"""Owns the words for a record's parent: an item of its course, or the course itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from coursesync.kinds import kind_of
from coursesync.kinds.address import key_of
from coursesync.kinds.field import Ref
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import FieldValue, Planned
    from coursesync.kinds.kind import Kind
    from coursesync.planning.change import Change
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Course
    from coursesync.state.state import Entry

    Known: TypeAlias = tuple[Address, Kind, Planned]

ITSELF = "the course itself"
_LONG = 60  # characters of a title


def directly(kind: Kind) -> str:
    """Return the heading of the records of a kind that are directly in their course."""
    return f"{kind.plural.capitalize()} directly in the course"


def holder_of(change: Change) -> tuple[FieldValue | Ref | None, FieldValue | Ref | None]:
    """Return the parent's Id before and after a change; None is the course."""
    link = change.kind.parent_property
    return (change.before or {}).get(link), (change.after or {}).get(link)


def is_moved(change: Change) -> bool:
    """Return whether a change moves a record to another parent in the same course."""
    if (
        not change.kind.parent_property
        or change.before is None
        or change.after is None
        or change.from_course
    ):
        return False
    before, after = holder_of(change)
    return before != after


@dataclass(frozen=True)
class Holders:
    """Records that others may be in: their titles by address, and their addresses by Id."""

    titles: Mapping[Address, str] = field(default_factory=dict)
    addresses: Mapping[tuple[Kind, object], Address] = field(default_factory=dict)

    def name(self, kind: Kind, held_by: FieldValue | Ref | None) -> str:
        """Return the title of a record's parent, or else its key, or its Id.

        `held_by` is its Id, or the reference that stands for it; None is the course.
        """
        if held_by is None or kind.within is None:
            return ITSELF
        known = held_by.ref if isinstance(held_by, Ref) else None
        address = known or self.addresses.get((kind.within, held_by))
        if address is None:
            return f"the {kind.within.name} with the Id {held_by}"
        title = self.titles.get(address)
        return f"“{inert(title, _LONG)}”" if title else inert(key_of(address), _LONG)

    def move(self, change: Change) -> str:
        """Return where a record comes from and goes to; "" if it stays where it is."""
        if not is_moved(change):
            return ""
        before, after = (self.name(change.kind, each) for each in holder_of(change))
        return f"moved from {before} to {after}"


def holders_in(course: Course, changes: Iterable[Change]) -> Holders:
    """Collect what a plan shows of the records of a course."""
    titles: dict[Address, str] = {}
    addresses: dict[tuple[Kind, object], Address] = {}
    for each in course.standing:
        titles[each.address] = each.kind.title_of(each.attributes)
        if each.id is not None:
            addresses[each.kind, each.id] = each.address
        _link(addresses, (each.address, each.kind, each.attributes))
    for change in changes:
        titles[change.address] = change.title
        if change.previous_address:
            titles.setdefault(change.previous_address, change.title)
            _link(addresses, (change.previous_address, change.kind, change.before or {}))
        if change.after is not None:
            _link(addresses, (change.address, change.kind, change.after))
        if change.record_id is not None:
            addresses[change.kind, change.record_id] = change.address
    return Holders(titles, addresses)


def holders_among(found: Iterable[Drifted], entries: Mapping[Address, Entry]) -> Holders:
    """Collect what findings on a site, and the entries of the state, show of the records."""
    drifted = {each.address: each.entry for each in found if each.address and each.entry}
    titles: dict[Address, str] = {}
    addresses: dict[tuple[Kind, object], Address] = {}
    for address, entry in {**entries, **drifted}.items():
        kind, sent = kind_of(address), entry.expected
        titles[address] = kind.title_of(sent)
        addresses[kind, entry.id] = address
        _link(addresses, (address, kind, sent))
    return Holders(titles, addresses)


def _link(addresses: dict[tuple[Kind, object], Address], known: Known) -> None:
    """Learn the Id of the item that a record is in, unless it is known."""
    address, kind, attributes = known
    held_by = attributes.get(kind.parent_property)
    if kind.within is not None and isinstance(held_by, int):
        addresses.setdefault((kind.within, held_by), kind.parent_of(address))
