"""Traces: the records that interrupted runs of other states may have created.

Owns the search for them. It must never adopt one: a journal of another state proves nothing for
this one, so its records are candidates, and a person decides.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.applying.recognise import Found, Sought, Unclear, recognise
from coursesync.kinds import LISTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from coursesync.nexudus.records import Record
    from coursesync.planning.plan import Change
    from coursesync.state.state import State

REASON = f"an interrupted run of another state created a {LISTED.name} at this address"


def may_exist(change: Change, elsewhere: Iterable[State]) -> bool:
    """Return whether another state's run may have created something at a change's address."""
    return any(change.address in {*made.entries, *made.doubts} for made in elsewhere)


def traces(
    change: Change, elsewhere: Iterable[State], unmanaged: Sequence[Record]
) -> tuple[Record, ...]:
    """Return the unmanaged records of its course that another state's run may have created."""
    found = {record.id: record for made in elsewhere for record in _traces(change, made, unmanaged)}
    return tuple(found.values())


def _traces(change: Change, made: State, unmanaged: Sequence[Record]) -> Iterator[Record]:
    entry, doubt = made.entries.get(change.address), made.doubts.get(change.address)
    if entry is not None:
        yield from (record for record in unmanaged if record.id == entry.id)
    if doubt is not None and doubt.parent_id == change.parent_id:
        create = Sought(change, replace(doubt, marker=None, since=""))
        match recognise([create], unmanaged)[change.address]:
            case Found(record):
                yield record
            case Unclear(_, candidates):
                yield from candidates
