"""Drift: has someone else changed on the server what we last wrote there? Pure.

Three sides: what we sent (the state), what the server has (live), and what the outlines want. The
server may write HTML its own way: where its `UpdatedOn` is that of our last write, nothing has
drifted, whatever it made of the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.recognition import same_html
from coursesync.words import moment

if TYPE_CHECKING:
    from coursesync.live import Record
    from coursesync.resources.base import Kind
    from coursesync.state import Entry


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
    sent, has = entry.attributes, record.attributes
    return tuple(
        name
        for name in sorted(sent.keys() - kind.write_only)
        if name not in has or not _same(name, sent[name], has[name], kind)
    )


def _same(name: str, sent: object, has: object, kind: Kind) -> bool:
    if name == kind.contents_property:
        return same_html(str(sent), str(has))
    return type(sent) is type(has) and sent == has


def same_moment(ours: str | None, theirs: str | None) -> bool:
    """Say whether two times of the server are the same, at the precision of the coarser one."""
    one, other = moment(ours), moment(theirs)
    if one is None or other is None:
        return False
    if not (one.microsecond and other.microsecond):
        one, other = one.replace(microsecond=0), other.replace(microsecond=0)
    return one == other
