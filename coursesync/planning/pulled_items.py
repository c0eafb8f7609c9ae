"""An item with a record, during a pull: its three sides, and what it takes.

Owns the helpers that put the items of a list into an order. It must never decide what is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.resource import Resource
    from coursesync.kinds.tree import Value
    from coursesync.outlines.rearranging import List
    from coursesync.state.state import Entry


@dataclass(frozen=True, slots=True)
class Conflict:
    """A difference that stays: the site's value can't be taken, or not without being asked for.

    Attributes:
        fields: the names of the outline's fields.
        why: the reason, and what to do; "" if the outline's value was changed as well.
    """

    resource: Resource
    fields: tuple[str, ...]
    why: Sentence = ""


@dataclass(slots=True)
class Item:
    """A resource with an entry: as sent, as the site has it, and as the outline wants it."""

    resource: Resource
    at: Address
    entry: Entry
    base: Attributes
    live: Attributes
    home: List  # its list at the end
    is_elsewhere: bool = False  # it stays where it is, but its record is in another list
    fields: dict[str, Value] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    placed: set[str] = field(default_factory=set)
    clashes: list[str] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        """Its kind."""
        return self.resource.kind

    def order(self, attributes: Attributes) -> tuple[int, int]:
        """Return what it is ordered by."""
        return self.kind.order_of(attributes), self.entry.id


class Placed(Protocol):
    """An item of an outline, and its list at the end."""

    @property
    def resource(self) -> Resource:
        """The item."""

    @property
    def home(self) -> List:
        """The list."""


def own_home(item: Placed) -> List:
    """Return the list of an item in the outline."""
    return item.resource.kind, item.resource.parent


def merged(members: Sequence[Address], order: Sequence[Address]) -> list[Address]:
    """Return `order`, with each member that it lacks after the member before it."""
    found = list(order)
    known = {*order}
    for i, each in enumerate(members):
        if each not in known:
            before = members[i - 1] if i else None
            found.insert(found.index(before) + 1 if before else 0, each)
    return found


def with_arrivals(
    members: Sequence[Address], items: Mapping[Address, Item], arrivals: Collection[Address]
) -> list[Address]:
    """Return the members in their present order, with the arrivals where their numbers say."""
    kept = [each for each in members if each not in arrivals]
    for each in sorted(arrivals, key=lambda at: items[at].order(items[at].live)):
        number = items[each].order(items[each].live)
        later = (
            i
            for i, at in enumerate(kept)
            if at in items and items[at].order(items[at].live) > number
        )
        kept.insert(next(later, len(kept)), each)
    return kept
