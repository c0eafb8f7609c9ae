"""What we sent against what a record reads: which properties differ, and who wrote it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds.html import same_html
from coursesync.text import same_moment

if TYPE_CHECKING:
    from coursesync.kinds.attributes import Attributes, FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.state.state import Entry


def edited(entry: Entry, record: Record, kind: Kind) -> bool:
    """Say whether someone else wrote a record since we did.

    Args:
        entry: what we last sent, and the server's time of that.
        record: what the server has.
        kind: the record's kind.

    Returns:
        False where the times agree, and where all that can be read is as we sent it.
    """
    return not same_moment(entry.updated_on, record.updated_on) and bool(
        differing(entry, record, kind)
    )


def differing(entry: Entry, record: Record, kind: Kind) -> tuple[str, ...]:
    """Return the properties that can be read and that are not as we sent them, sorted."""
    return tuple(
        name
        for name in sorted(entry.attributes.keys() - kind.write_only)
        if not _same(name, entry.attributes[name], value_in(record.attributes, name, kind), kind)
    )


def value_in(has: Attributes, name: str, kind: Kind) -> FieldValue | None:
    """Return what a record has; contents that are null are none, as "" is."""
    return has.get(name, "" if name == kind.contents_property else None)


def _same(name: str, sent: FieldValue, has: FieldValue | None, kind: Kind) -> bool:
    if name == kind.contents_property:
        return same_html(str(sent), str(has))
    return type(sent) is type(has) and sent == has


def is_last_attempt(entry: Entry, record: Record, kind: Kind) -> bool:
    """Say whether a record is what our last update, whose answer never came, would make of it."""
    if not entry.attempted:
        return False
    return not differing(replace(entry, attributes=entry.attempted), record, kind)
