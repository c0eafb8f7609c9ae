"""Finds mistakes in lists that no single field shows: keys and orders that contradict each other.

Owns the rules for a list, whatever kind its items are. It must never need a valid outline: it reads
the trees, so that these mistakes are reported together with those of the fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, Remedy, Where
from coursesync.kinds import ITEMS
from coursesync.kinds.address import (
    Address,
    FreeKeys,
    address_of,
    course_of,
    keys_of,
    parse_address,
    was_key,
)
from coursesync.kinds.field import Role
from coursesync.kinds.inline import CURLY, in_curly, line_of
from coursesync.kinds.pins import MAX_PIN, Pinned, misfit
from coursesync.outlines.checks import course_key_of, fields_of
from coursesync.outlines.items import each_of, kinds_in, lists_in, name_of
from coursesync.text import coded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.tree import Path, Tree, Value
    from coursesync.outlines.items import Item, Listing


def contradictions(
    tree: Tree, lists: Sequence[Listing], in_state: Callable[[], Collection[str]]
) -> Iterator[Diagnostic]:
    """Find the mistakes in keys, former keys, pinned orders, quotes of titles, and pictures.

    Args:
        tree: the outline.
        lists: the lists of the course.
        in_state: gives the keys that the state has in this course; called for a duplicate only.
    """
    if not course_key_of(tree):
        yield Diagnostic(
            Where(tree.path),
            "no key can be made from the file's name, because it has no letter or digit",
            coded("Rename the file, or give the course one, as in `key: onboarding`"),
        )
    for listing in lists_in(lists):
        yield from _same_keys(listing.items, in_state)
        yield from _orders(listing)
        yield from _in_items(listing)
    yield from _former_keys(lists)
    yield from _curly_title(tree, ("title",), fields_of(tree.value).get("title"))


def _in_items(listing: Listing) -> Iterator[Diagnostic]:
    kind = listing.kind
    title, picture = name_of(kind, Role.TITLE), name_of(kind, Role.PICTURE)
    for item in listing.items:
        fields = item.fields
        text = fields.get(title)
        if isinstance(text, str):
            yield from _curly_title(item.tree, (*item.path, title), text)
            if not item.key and "key" not in fields and text.strip():
                yield _no_key(item)
        if fields.get(picture, "") is None and item.tree.written((*item.path, picture)) == "":
            yield Diagnostic(
                item.tree.where_key((*item.path, picture)),
                f"`{picture}` has no value",
                coded(
                    f"Write `{picture}: null` to remove any picture. Without the line, a picture "
                    "that coursesync set is removed, and any other stays."
                ),
            )


def _no_key(item: Item) -> Diagnostic:
    source = "the file's name" if item.file else "this title"
    return Diagnostic(
        item.gives_key,
        f"no key can be made from {source}, because it has no letter or digit",
        coded(f"Give the {item.kind.name} one, as in `key: first-week`"),
    )


def _same_keys(
    items: Sequence[Item], in_state: Callable[[], Collection[str]]
) -> Iterator[Diagnostic]:
    first: dict[str, Item] = {}
    free: FreeKeys | None = None
    for item in items:
        if not item.key or (other := first.setdefault(item.key, item)) is item:
            continue
        if free is None:
            former = {each.text.rpartition(".")[2] for each in _former_in(items)}
            free = FreeKeys({*(each.key for each in items), *former, *in_state()})
        where = item.gives_key
        in_front = " in its front matter," if item.file and item.listed == where else ","
        yield Diagnostic(
            where,
            _same_key(item, other),
            Remedy(
                f"Give this one a key of its own{in_front} as in",
                line_of("key", free.take(item.key)),
            ),
        )


def _same_key(item: Item, other: Item) -> str:
    that, key = other.called(item.tree), item.key
    source, its = ("file's name" if each.file else "title" for each in (item, other))
    is_given, has_key = ("key" in each.fields for each in (item, other))
    if is_given:
        return (
            f'{that} has the key "{key}" too'
            if has_key
            else f'{that} gets the key "{key}" too, from its {its}'
        )
    if has_key or source != its:
        return f'this {source} gives the key "{key}", and {that} has that key'
    return f'this {source} and that of {that} would both give the key "{key}"'


@dataclass(frozen=True, slots=True)
class _Former:
    """A former key: whose, its place in that item's list of them, and its text."""

    item: Item
    index: int
    text: str

    @property
    def where(self) -> Where:
        return self.item.tree.where((*self.item.path, "previous_keys", self.index))

    @property
    def address(self) -> Address:
        """The address that it stands for; for one from another course, its text."""
        if "." in self.text:
            return Address(self.text)
        kind, *keys, _ = self.item.address.split(".")
        return address_of(kind, *keys, self.text)


def _former_in(items: Iterable[Item]) -> Iterator[_Former]:
    for item in items:
        former = item.fields.get("previous_keys")
        for i, key in enumerate(former if isinstance(former, list) else ()):
            if isinstance(key, str):
                yield _Former(item, i, key)


def _former_keys(lists: Sequence[Listing]) -> Iterator[Diagnostic]:
    formers = [*_former_in(each_of(lists))]
    claimed: dict[Address, Item] = {}
    items = [*each_of(lists)] if formers else []
    holders = {item.address: item for item in reversed(items)}
    parents = {item.key for item in items if kinds_in(item.kind)}
    for former in formers:
        item, noun = former.item, former.item.kind.name
        shown = former.text[:100]
        if words := _no_place(former, parents):
            yield Diagnostic(former.where, *words)
            continue
        holder, other = holders.get(former.address), claimed.setdefault(former.address, item)
        if holder is not None:
            problem = f'"{shown}" is still the key of {holder.called(item.tree)}'
            remedy = f"Delete it here, or give that {noun} another key: a former key is not in use."
        elif other is not item:
            problem = f'{other.called(item.tree)} has the former key "{shown}" too'
            remedy = f"Only one {noun} can keep its Id: delete it from the other."
        else:
            continue
        yield Diagnostic(former.where, problem, remedy)


def _no_place(former: _Former, parents: Collection[str]) -> tuple[str, Sentence] | None:
    """Return what is wrong with a former key that is not of the same list; None: nothing."""
    kind, text = former.item.kind, former.text
    parts, course = text.split("."), course_of(former.item.address)
    if "." not in text or kind.within is None or not all(map(was_key, parts)):
        return None  # its model reports what can't be a key
    address = parse_address(text)
    named = ITEMS.get(text.partition(".")[0]) if address else None
    if address is None or named is None:
        first = parts[0]
        if first not in {course, *parents, *ITEMS}:
            return _from_elsewhere(kind, first)
        *within, last = parts[0 if first in parents else 1 + (first in ITEMS) :] or parts[-1:]
        if len(within) > 1:  # any of these may be the key
            last = "KEY"
        meant = [address_of(kind.name, course, *within[:1], last)]
        if not within and parents:
            meant.append(address_of(kind.name, course, min(parents), last))
        return f'"{text[:100]}" is neither a key nor an address', _as_address(*meant)
    if named is not kind:
        keys = [course, *keys_of(address)[1:], former.item.key]
        problem = f'"{text[:100]}" is the address of a {named.name}, not of a {kind.name}'
        return problem, _as_address(address_of(kind.name, *keys))
    if course_of(address) != course:
        return _from_elsewhere(kind, course_of(address))
    return None


def _as_address(meant: Address, in_item: Address | None = None) -> Remedy:
    start = "Write the key alone if it was in this list, and else its address, as in"
    if in_item is None:
        return Remedy(start, line_of("previous_keys", [meant]))
    return Remedy(
        start,
        line_of("previous_keys", [meant]),
        "or, if it was in another item of the course, with that item's key:",
        line_of("previous_keys", [in_item]),
    )


def _from_elsewhere(kind: Kind, course: str) -> tuple[str, Sentence]:
    problem = (
        f"a {kind.name} can't come from another course, here {course[:100]}: what members "
        "completed there would be lost"
    )
    remedy = (
        f"Delete this former key, so that the {kind.name} is created here, with a key of its own; "
        "then remove it from that course's outline."
    )
    return problem, remedy


def _curly_title(tree: Tree, path: Path, title: Value) -> Iterator[Diagnostic]:
    """Find a plain title in curly quotes, where an author probably meant quotes of YAML."""
    if not isinstance(title, str) or not title or title[0] not in CURLY or title[-1] not in CURLY:
        return
    if tree.written(path) is not None:
        yield Diagnostic(
            tree.where(path),
            f"the title {in_curly(title)}",
            coded('Type the quotes as `"`; to show them to members, put `"` around them.'),
        )


def _orders(listing: Listing) -> Iterator[Diagnostic]:
    kind, items = listing.kind, listing.items
    order = name_of(kind, Role.ORDER)
    written = (item.fields.get(order) for item in items)
    pins = [pin if type(pin) is int and 0 <= pin <= MAX_PIN else None for pin in written]
    for i, before, wrong in misfit(pins):
        after = "" if before is None else _pinned_at(items[before], items[i], order)
        yield Diagnostic(items[i].where(order), *_ORDER_WORDS[wrong](kind, order, after))


def _pinned_at(item: Item, beside: Item, order: str) -> str:
    where = item.where(order)
    file = "" if item.tree is beside.tree else f" of {where.path}"
    return f"on line {where.line}{file}"


_ORDER_WORDS: dict[Pinned, Callable[[Kind, str, str], tuple[str, str]]] = {
    Pinned.TWICE: lambda kind, order, place: (
        f"this {order} is pinned {place} already",
        f"Give each pinned {kind.name} a number of its own.",
    ),
    Pinned.FALLS: lambda kind, order, place: (
        f"this {order} is below the one pinned before it, {place}",
        f"Members see the order of the list: move the {kind.name}, or change the number.",
    ),
    Pinned.NO_ROOM: lambda kind, _order, place: (
        f"too few numbers are left for the {kind.plural} before this one"
        + (f" and after the pin {place}" if place else ""),
        "Pin a higher number here; steps of ten leave room for more.",
    ),
}
