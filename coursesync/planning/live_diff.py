"""Compares an entry with its record: which properties differ, who wrote them, what a look found.

Owns when two values count as the same. It must never make a request.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from coursesync.kinds import kind_of
from coursesync.kinds.html import same_html
from coursesync.state.state import Entry
from coursesync.text import named, same_moment, unescaped, unseen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes, Field, FieldValue, Planned
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.state.state import Doubt


def edits(
    entry: Entry, record: Record, kind: Kind, known: Attributes | None = None
) -> tuple[str, ...]:
    """Return the properties that someone else changed after our last write, sorted.

    `known` are the attributes to compare with, by default the entry's known ones. If the record's
    time is that of our last write, a difference in contents does not count: the server may have
    rewritten the HTML. It rewrites nothing else.
    """
    differ = differing(entry.known if known is None else known, record, kind)
    if same_moment(entry.updated_on, record.updated_on):
        return tuple(name for name in differ if name != kind.contents_property)
    return differ


def ignoring(record: Record, names: frozenset[str]) -> Record:
    """Return a record without what is left to the site: nothing compares these properties."""
    return replace(record, unknown=record.unknown | names) if names else record


def differing(known: Attributes, record: Record, kind: Kind) -> tuple[str, ...]:
    """Return the properties that can be read and differ from the known ones, sorted.

    Properties that a list left out are not among them.
    """
    has = record.attributes
    idle = kind.idle(known) & kind.idle(has)
    placed = {
        kind.parent_property
    } & has.keys()  # directly in the course, a record has no such property
    compared = (known.keys() | placed) - kind.write_only - record.unknown - idle
    return tuple(name for name in sorted(compared) if not same(name, known, has, kind))


def fits(sent: Attributes, has: Attributes, kind: Kind, apart_from: Collection[str] = ()) -> bool:
    """Return whether a record has all that a create sends, except what can't be read back.

    The properties in `apart_from` are not compared.
    """
    compared = {
        *sent,
        *filter(None, [kind.contents_property, kind.parent_property]),
    } - kind.write_only
    return all(same(name, sent, has, kind) for name in compared.difference(apart_from))


def same(name: str, sent: Attributes, has: Attributes, kind: Kind) -> bool:
    """Return whether a property has the value that was sent; HTML may be written in another way.

    For a text, no value and "" are the same.
    """
    if name == kind.contents_property:
        return same_html(kind.contents_of(sent), kind.contents_of(has))
    ours, theirs = sent.get(name), has.get(name)
    if kind.types.get(name) is str:
        ours, theirs = ours or "", theirs or ""
    if ours is None or theirs is None:
        return ours is theirs and name == kind.parent_property
    if name == kind.title_property:
        return unescaped(str(ours)).strip() == unescaped(str(theirs)).strip()
    return type(ours) is type(theirs) and ours == theirs


def was_ours(entry: Entry, record: Record, kind: Kind) -> bool:
    """Return whether a record in another course is the one that we wrote.

    The answer to a create may have given the Id of a record that others made. The record is ours
    only if it still has our contents, or our title if it has no contents. Its time proves nothing,
    because a move is a write.
    """
    return any(
        has_ours(sent, record.attributes, kind) for sent in (entry.known, entry.attempted or {})
    )


def has_ours(sent: Attributes, has: Attributes, kind: Kind) -> bool:
    """Return whether a record has the contents that we sent, or if both have none, our title."""
    if kind.contents_of(sent).strip():
        return same(kind.contents_property, sent, has, kind)
    is_bare = not kind.contents_of(has).strip()
    return is_bare and same(kind.title_property, sent, has, kind)


def is_last_attempt(entry: Entry, record: Record, kind: Kind) -> bool:
    """Return whether a record has what our last update sent, if its outcome is unknown."""
    return bool(entry.attempted) and not differing(entry.attempted or {}, record, kind)


def as_read(entry: Entry, record: Record, kind: Kind, left: frozenset[str] = frozenset()) -> Entry:
    """Return an entry with the differences between its record and what is known of it.

    The next plan shows the differences. The properties that are `left` to the site stay as they are
    known, so that a difference is drift once the outline manages them again.
    """
    known, there = entry.known, record.attributes
    kept = left - kind.write_only
    has = {name: value for name, value in there.items() if name not in kept}
    has |= {name: known[name] for name in kept & known.keys()}
    reads = _reads(known, has, kind)
    now = {name: value for name, value in sorted(reads.items()) if name not in record.lacking}
    name = kind.contents_property
    is_ours = name not in kept or same(name, known, there, kind)
    return entry.reading(now, record.updated_on if is_ours else None)


def entry_of(doubt: Doubt, record_id: int, address: Address) -> Entry:
    """Return the entry of a record that a person chose for a doubt.

    The entry has the differences between a candidate and the outline; the next plan shows them.
    """
    kind = kind_of(address)
    course = {kind.course_property: doubt.sent[kind.course_property]}
    for candidate in doubt.candidates:
        if candidate.id == record_id:
            reads = _reads(doubt.sent, candidate.attributes, kind)
            entry = Entry(sent=doubt.sent if doubt.attempts else course, id=record_id)
            return entry.reading(reads, candidate.updated_on)
    return Entry(sent=doubt.sent, id=record_id)


def _reads(sent: Attributes, has: Attributes, kind: Kind) -> Attributes:
    """Return `sent` if the record matches it; else the record's values, where they differ.

    Missing order, parent and title are taken from `sent`.
    """
    if fits(sent, has, kind):
        return sent
    needed = {kind.order_property, kind.course_property, kind.title_property} - has.keys()
    alike = {name for name in sent.keys() - kind.write_only if same(name, sent, has, kind)}
    kept = {name: value for name, value in sent.items() if name in needed | alike}
    return dict(sorted({**has, **kept}.items()))


def with_values(
    known: Attributes, names: Iterable[str], record: Record, kind: Kind
) -> dict[str, FieldValue]:
    """Return known attributes, but with the record's values of some properties, sorted."""
    empty = {name: "" for name in names if kind.types.get(name) is str}  # for a text, as null
    values = {name: record.attributes.get(name, empty.get(name)) for name in names}
    both = sorted({**known, **values}.items())
    return {name: value for name, value in both if value is not None}


def same_value(row: Field, one: Planned, other: Planned, kind: Kind) -> bool:
    """Return whether two records have the same value of a field, as authors write it."""
    first, second = cast("Attributes", one), cast("Attributes", other)
    names = [name for name in row.properties if name in kind.types]
    if len(names) > 1:  # one of them may have no effect
        return row.decode(first) == row.decode(second)
    return all(
        same(name, first, second, kind) or first.get(name) == second.get(name) for name in names
    )


def unsayable(row: Field, live: Attributes, kind: Kind) -> str:
    """Return why no outline can have the site's value of a field; "" if one can."""
    again = row.encode(row.decode(live))
    idle = kind.idle(live)
    for name in row.properties:
        if name in live and name not in idle and again.get(name) != live[name]:
            return f"its {name} is {live[name]}, which no outline can have"
        if hidden := next(unseen(str(live.get(name, ""))), None):
            return f"{named(hidden[0])} can't be seen, and is not allowed"
    return ""
