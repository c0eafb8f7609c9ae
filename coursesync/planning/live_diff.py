"""What we sent against what a record reads: which properties differ, and who wrote it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds.html import same_html
from coursesync.text import same_moment, unescaped

if TYPE_CHECKING:
    from coursesync.kinds.attributes import Attributes, FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.state.state import Entry


def edits(entry: Entry, record: Record, kind: Kind) -> tuple[str, ...]:
    """Return the properties that someone else wrote since we did, sorted.

    Args:
        entry: what we last sent, and the server's time of that.
        record: what the server has.
        kind: the record's kind.

    Returns:
        Those that can be read and differ. Where the times agree, contents are no edit: the server
        may write HTML its own way. It rewrites nothing else.
    """
    differ = differing(entry, record, kind)
    if same_moment(entry.updated_on, record.updated_on):
        return tuple(name for name in differ if name != kind.contents_property)
    return differ


def differing(entry: Entry, record: Record, kind: Kind) -> tuple[str, ...]:
    """Return the properties that can be read and that are not as we sent them, sorted.

    What a list left out is in none of them.
    """
    sent, has = entry.known, record.attributes
    compared = sent.keys() - kind.write_only - record.unknown - _idle(sent, has, kind)
    return tuple(
        name
        for name in sorted(compared)
        if not same_value(name, sent[name], value_in(has, name, kind), kind)
    )


def fits(sent: Attributes, has: Attributes, kind: Kind) -> bool:
    """Say whether a record's attributes hold all that a create sends, however written.

    Args:
        sent: what a create sends; what can't be read back is not compared.
        has: all that the record reads.
        kind: their kind.
    """
    return all(
        same_value(name, sent.get(name, ""), value_in(has, name, kind), kind)
        for name in {*sent, kind.contents_property} - kind.write_only
    )


def _idle(sent: Attributes, has: Attributes, kind: Kind) -> frozenset[str]:
    """Return the properties that have no effect, neither as they were sent nor as they are."""
    return kind.idle(sent) & kind.idle(has)


def was_ours(entry: Entry, record: Record, kind: Kind) -> bool:
    """Say whether a record that is now in another course can be the one that we wrote.

    A create may have been answered with the Id of a record that others made: it is ours only where
    it still has our contents (or our title, where it has no contents). Its time tells nothing:
    whoever moved ours has written it since.
    """
    contents, has = kind.contents_property, record.attributes
    for sent in (entry.known, entry.attempted or {}):
        if str(sent.get(contents, "")).strip():
            is_ours = same_value(contents, sent[contents], value_in(has, contents, kind), kind)
        else:
            title, bare = kind.title_property, not str(value_in(has, contents, kind)).strip()
            is_ours = (
                bare and title in sent and same_value(title, sent[title], has.get(title), kind)
            )
        if is_ours:
            return True
    return False


def value_in(has: Attributes, name: str, kind: Kind) -> FieldValue | None:
    """Return what a record has; contents that are null are none, as "" is."""
    return has.get(name, "" if name == kind.contents_property else None)


def same_value(name: str, sent: FieldValue, has: FieldValue | None, kind: Kind) -> bool:
    """Say whether a record has a property as it was sent, HTML and titles however written."""
    if name == kind.contents_property:
        return same_html(str(sent), str(has))
    if name == kind.title_property and has is not None:
        return unescaped(str(sent)).strip() == unescaped(str(has)).strip()
    return type(sent) is type(has) and sent == has


def is_last_attempt(entry: Entry, record: Record, kind: Kind) -> bool:
    """Say whether a record is what our last update, whose answer never came, would make of it."""
    if not entry.attempted:
        return False
    return not differing(replace(entry, sent=entry.attempted, seen={}), record, kind)
