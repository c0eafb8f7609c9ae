"""Decides what `pull` takes from the site into an outline.

A field is taken where the outline still has the value that was sent. Where both changed, the
outline's value stays, unless the site's is asked for. Order and place are decided for each list in
the same way. This module must never edit a text.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from coursesync.kinds.address import course_address, key_of
from coursesync.kinds.field import Role
from coursesync.planning.live_diff import same_value, unsayable
from coursesync.planning.new_courses import with_ids
from coursesync.planning.pulled_items import Conflict, Item, merged, own_home, with_arrivals
from coursesync.planning.pulled_moves import blocked
from coursesync.planning.pulled_removals import kept
from coursesync.planning.sides import sides_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.resource import Resource
    from coursesync.kinds.tree import Value
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.rearranging import List
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.side import Side
    from coursesync.state.state import Entry, State

_GUESSED = (
    "it has a new key, and is recognised by what it has; "
    "state its old key with previous_keys, then pull again"
)
_ORDER = "order"  # beside the names of fields, the word for the number of an item that has no pin


@dataclass(frozen=True, slots=True)
class Taken:
    """What an item takes from the site.

    Attributes:
        at: the address of its entry in the state.
        entry: that entry, as a look at the site left it.
        fields: an author's values to write, by field; contents are HTML, None removes the field.
        names: the properties that the outline has as the site has them, once these are written.
        placed: the same for its order and its parent.
        home: its list from now on.
    """

    resource: Resource
    at: Address
    entry: Entry
    fields: Mapping[str, Value]
    names: frozenset[str]
    placed: frozenset[str]
    home: List

    @property
    def kind(self) -> Kind:
        """The kind of the item."""
        return self.resource.kind


@dataclass(frozen=True, slots=True)
class Pull:
    """What one outline takes from the site.

    Attributes:
        lists: the items of each list that changes, in the site's order.
        deleted: the addresses in the state of the records that were deleted on the site, each with
            its item of the outline, if there is one.
        kept: why the outline keeps some of these items, by the same addresses.
    """

    outline: Outline
    taken: tuple[Taken, ...]
    lists: Mapping[List, tuple[Address, ...]]
    conflicts: tuple[Conflict, ...]
    deleted: Mapping[Address, Resource | None]
    kept: Mapping[Address, str]

    @property
    def has_changes(self) -> bool:
        """Whether the outline, or what the state has of it, changes."""
        return bool(self.taken or self.lists or self.deleted)


def pulls(
    outlines: Outlines,
    state: State,
    seen: State,
    wanted: Callable[[Address], bool],
    *,
    theirs: bool = False,
) -> Iterator[Pull]:
    """Decide what each outline takes.

    Args:
        outlines: all outlines of the workspace, parsed.
        state: what was last sent.
        seen: the same state after a look at the site (`refreshed`).
        wanted: whether to take anything for an address, of the outlines or of the state.
        theirs: whether to take a value that the outline has changed as well.
    """
    for side in sides_of(with_ids(outlines, state), state).values():
        if side.outline is not None:
            yield _Pulling(side, side.outline, state, seen, wanted, theirs=theirs).pull()


class _Pulling:
    def __init__(
        self,
        side: Side,
        outline: Outline,
        state: State,
        seen: State,
        wanted: Callable[[Address], bool],
        *,
        theirs: bool,
    ) -> None:
        self._side, self._outline, self._theirs = side, outline, theirs
        self._state, self._wanted = state, wanted
        self._there = seen.entries
        self._conflicts: list[Conflict] = []
        self._lists: dict[List, list[Address]] = defaultdict(list)
        self._items: dict[Address, Item] = {}
        self._deleted: dict[Address, Resource | None] = {
            at: None for at in side.orphans if at not in seen.entries and wanted(at)
        }
        for resource in outline.resources:
            home = (resource.kind, resource.parent)
            self._lists[home].append(resource.address)
            at, entry = side.pairs.get(resource.address), side.entry(resource)
            read = None if at is None else seen.entries.get(at)
            if at is None or entry is None or read is None:
                if at is not None and self._is_wanted(resource, at):
                    self._deleted[at] = resource
                continue
            item = Item(resource, at, read, entry.expected, read.known, home)
            if item.kind.course_id_of(item.live) == side.course_id:
                self._items[resource.address] = item
        self._holders = {
            (item.kind, item.entry.id): address for address, item in self._items.items()
        }

    def pull(self) -> Pull:
        """Return what the outline takes."""
        wanted = [item for item in self._items.values() if self._is_wanted(item.resource, item.at)]
        items = [item for item in wanted if not self._is_guessed(item)]
        for item in wanted:
            if self._is_guessed(item) and (names := _differing(item)):
                self._conflicts.append(Conflict(item.resource, names, _GUESSED))
        for item in items:
            self._take_fields(item)
            self._take_place(item)
        moving = [item for item in items if item.home != own_home(item)]
        for item, why in blocked(moving, self._outline, self._state):
            self._stay(item, why)
        lists = self._take_orders({item.resource.address for item in items})
        for item in items:
            if item.clashes:
                self._conflicts.append(Conflict(item.resource, tuple(item.clashes)))
        return Pull(
            self._outline,
            tuple(
                Taken(
                    item.resource,
                    item.at,
                    item.entry,
                    item.fields,
                    frozenset(item.names),
                    frozenset(item.placed),
                    item.home,
                )
                for item in items
                if item.names or item.placed
            ),
            lists,
            tuple(self._conflicts),
            self._deleted,
            kept(
                self._side,
                {at: each for at, each in self._deleted.items() if each is not None},
                {item.resource.address for item in moving if item.home != own_home(item)},
                self._there,
            ),
        )

    def _is_wanted(self, resource: Resource, at: Address) -> bool:
        """Return whether to take anything of an item, by its address or by that of its entry."""
        return self._wanted(resource.address) or self._wanted(at)

    def _is_guessed(self, item: Item) -> bool:
        """Return whether only what an item has tells which entry is its own."""
        address = item.resource.address
        is_stated = item.at in self._side.stated.get(address, ())
        return key_of(item.at) != item.resource.key and not is_stated

    def _take_fields(self, item: Item) -> None:
        kind, wants = item.kind, item.resource.attributes
        for row in kind.fields:
            names = [name for name in row.properties if name in kind.types]
            if not names or row.role is Role.ORDER or same_value(row, item.base, item.live, kind):
                continue
            if same_value(row, wants, item.live, kind):
                item.names.update(names)
            elif not (self._theirs or same_value(row, item.base, wants, kind)):
                item.clashes.append(row.name)
            elif why := unsayable(row, item.live, kind):
                self._conflicts.append(Conflict(item.resource, (row.name,), why))
            else:
                value = row.decode(item.live)
                item.fields[row.name] = value
                item.names.update(names)

    def _take_place(self, item: Item) -> None:
        """Follow a record that was moved into another item, or out of one."""
        kind, name = item.kind, item.kind.parent_property
        now = item.live.get(name) if name else None
        if not name or now == item.base.get(name):
            return
        wants = self._side.parent_id(kind, item.resource.parent)
        if wants == now:
            item.placed.add(name)
            return
        outer = kind.within
        holder = course_address(self._outline.key)
        if now is not None:
            if outer is None or (held := self._holders.get((outer, cast("int", now)))) is None:
                noun = outer.name if outer else "item"
                why = f"on the site it is in the {noun} {now}, which is not in the outline"
                self._stay(item, why)
                return
            holder = held
        if not (self._theirs or wants == item.base.get(name)):
            item.clashes.append(_parent(kind))
            item.is_elsewhere = True
            return
        item.home = (kind, holder)
        item.placed.add(name)

    def _stay(self, item: Item, why: Sentence) -> None:
        """Leave an item where it is, although its record was moved."""
        item.home, item.is_elsewhere = own_home(item), True
        item.placed.clear()
        self._conflicts.append(Conflict(item.resource, (_parent(item.kind),), why))

    def _take_orders(self, wanted: Collection[Address]) -> dict[List, tuple[Address, ...]]:
        """Return the new order of each list that changes."""
        lists = {home: list(members) for home, members in self._lists.items()}
        moved = [each for each in wanted if self._items[each].home != own_home(self._items[each])]
        for address in moved:
            item = self._items[address]
            lists[own_home(item)].remove(address)
            lists.setdefault(item.home, []).append(address)
        found: dict[List, tuple[Address, ...]] = {}
        for home, members in lists.items():
            arrivals = {each for each in moved if self._items[each].home == home}
            order = self._ordered(members, arrivals, wanted)
            if list(order) != self._lists.get(home, []):
                found[home] = tuple(order)
        return found

    def _ordered(
        self, members: Sequence[Address], arrivals: Collection[Address], wanted: Collection[Address]
    ) -> Sequence[Address]:
        """Return the members of a list in the order to write."""
        known = {
            at: self._items[at]
            for at in members
            if at in self._items and not self._items[at].is_elsewhere
        }
        stays = {at: item for at, item in known.items() if at not in arrivals}
        renumbered = [
            at
            for at, item in stays.items()
            if at in wanted and item.order(item.base) != item.order(item.live)
        ]
        if not renumbered and not arrivals:
            return members
        sent = sorted(stays, key=lambda at: stays[at].order(stays[at].base))
        numbers = {  # only of what is wanted those that the site has
            at: item.order(item.live if at in wanted else item.base) for at, item in known.items()
        }
        if renumbered and sent != list(stays) and not self._theirs:
            live = sorted(stays, key=numbers.__getitem__)
            if live != list(stays):
                for at in renumbered:
                    stays[at].clashes.append(_ORDER)
                return with_arrivals(members, known, arrivals)
        for at in (*renumbered, *arrivals):
            self._take_order(known[at])
        return merged(members, sorted(known, key=numbers.__getitem__))

    @staticmethod
    def _take_order(item: Item) -> None:
        row = item.kind.field(Role.ORDER)
        item.placed.add(item.kind.order_property)
        if item.resource.pin is not None and item.resource.pin != item.kind.order_of(item.live):
            item.fields[row.name] = item.kind.order_of(item.live)


def _differing(item: Item) -> tuple[str, ...]:
    """Return the fields of an item that people changed on the site."""
    name = item.kind.parent_property
    is_moved = bool(name) and item.base.get(name) != item.live.get(name)
    fields = [
        row.name
        for row in item.kind.fields
        if any(name in item.kind.types for name in row.properties)
        and not same_value(row, item.base, item.live, item.kind)
    ]
    return (*fields, *([_parent(item.kind)] if is_moved else []))


def _parent(kind: Kind) -> str:
    """Return the word for the parent of an item, beside the names of its fields."""
    return kind.within.name if kind.within else "course"
