"""Compares an entry with its record: which properties differ, and who wrote them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds.html import same_html
from coursesync.text import same_moment, unescaped

if TYPE_CHECKING:
    from coursesync.kinds.field import Attributes, FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.state.state import Entry


def edits(entry: Entry, record: Record, kind: Kind) -> tuple[str, ...]:
    """Return the properties that someone else changed after our last write, sorted.

    If the record's time is that of our last write, a difference in contents does not count: the
    server may have rewritten the HTML. It rewrites nothing else.
    """
    differ = differing(entry, record, kind)
    if same_moment(entry.updated_on, record.updated_on):
        return tuple(name for name in differ if name != kind.contents_property)
    return differ


def as_expected(entry: Entry) -> Entry:
    """Return an entry as if no look had found its record changed."""
    return replace(entry, sent=entry.expected, seen={})


def differing(entry: Entry, record: Record, kind: Kind) -> tuple[str, ...]:
    """Return the properties that can be read and differ from the entry's known ones, sorted.

    Properties that a list left out are not among them.
    """
    known, has = entry.known, record.attributes
    compared = known.keys() - kind.write_only - record.unknown - _idle(known, has, kind)
    return tuple(
        name
        for name in sorted(compared)
        if not same_value(name, known[name], value_in(has, name, kind), kind)
    )


def fits(sent: Attributes, has: Attributes, kind: Kind) -> bool:
    """Return whether a record has all that a create sends, except what can't be read back."""
    return all(
        same_value(name, sent.get(name, ""), value_in(has, name, kind), kind)
        for name in {*sent, kind.contents_property} - kind.write_only
    )


def _idle(sent: Attributes, has: Attributes, kind: Kind) -> frozenset[str]:
    return kind.idle(sent) & kind.idle(has)


def was_ours(entry: Entry, record: Record, kind: Kind) -> bool:
    """Return whether a record in another course is the one that we wrote.

    The answer to a create may have given the Id of a record that others made. The record is ours
    only if it still has our contents, or our title if it has no contents. Its time proves nothing,
    because a move is a write.
    """
    contents, has = kind.contents_property, record.attributes
    for ours in (entry.known, entry.attempted or {}):
        if str(ours.get(contents, "")).strip():
            is_ours = same_value(contents, ours[contents], value_in(has, contents, kind), kind)
        else:
            title, bare = kind.title_property, not str(value_in(has, contents, kind)).strip()
            is_ours = (
                bare and title in ours and same_value(title, ours[title], has.get(title), kind)
            )
        if is_ours:
            return True
    return False


def value_in(has: Attributes, name: str, kind: Kind) -> FieldValue | None:
    """Return the value of a record's property; for contents, null and "" are the same."""
    return has.get(name, "" if name == kind.contents_property else None)


def same_value(name: str, sent: FieldValue, has: FieldValue | None, kind: Kind) -> bool:
    """Return whether a property has the value that was sent; HTML may be written in another way."""
    if name == kind.contents_property:
        return same_html(str(sent), str(has))
    if name == kind.title_property and has is not None:
        return unescaped(str(sent)).strip() == unescaped(str(has)).strip()
    return type(sent) is type(has) and sent == has


def is_last_attempt(entry: Entry, record: Record, kind: Kind) -> bool:
    """Return whether a record has what our last update sent, if its outcome is unknown."""
    if not entry.attempted:
        return False
    return not differing(replace(entry, sent=entry.attempted, seen={}), record, kind)
