"""Traces: what runs that were begun from other states tell of a create that this one wants.

Pure. A record that such a run made is a candidate and no more: what a journal of another state
says has no place in this one, and a person decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.applying.recognise import Found, Unclear, Wanted, recognise
from coursesync.kinds import LISTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from coursesync.nexudus.records import Record
    from coursesync.planning.plan import Change
    from coursesync.state.state import State

REASON = f"a cut-off run of another state created a {LISTED.name} at this address"


def are_told(change: Change, elsewhere: Iterable[State]) -> bool:
    """Say whether such a run created, or may have created, something at a change's address."""
    return any(change.address in {*made.entries, *made.doubts} for made in elsewhere)


def traces(
    change: Change, elsewhere: Iterable[State], unmanaged: Sequence[Record]
) -> tuple[Record, ...]:
    """Return the records that such a run may have made for a create.

    Args:
        change: the create.
        elsewhere: what these runs made, as their journals tell.
        unmanaged: the records of its course that are under no address.
    """
    found = {record.id: record for made in elsewhere for record in _traces(change, made, unmanaged)}
    return tuple(found.values())


def _traces(change: Change, made: State, unmanaged: Sequence[Record]) -> Iterator[Record]:
    entry, doubt = made.entries.get(change.address), made.doubts.get(change.address)
    if entry is not None:
        yield from (record for record in unmanaged if record.id == entry.id)
    if doubt is not None and doubt.parent_id == change.parent_id:
        wanted = Wanted(change.address, change.kind, doubt.attributes)
        match recognise([wanted], unmanaged)[change.address]:
            case Found(record):
                yield record
            case Unclear(_, candidates):
                yield from candidates
