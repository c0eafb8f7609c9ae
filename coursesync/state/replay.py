"""Applies the steps of a run to the state that it began from.

It must never lose an Id, nor a create that may have been carried out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds import KINDS, kind_of
from coursesync.kinds.address import address_of, course_of
from coursesync.state.journal import Conclusion, Forget, Intent, Look, Move, Protect, addresses
from coursesync.state.state import Doubt, Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coursesync.kinds.address import Address
    from coursesync.state.journal import Step
    from coursesync.state.state import State

CUT_OFF = "the run was interrupted before the answer came"


def fold(state: State, records: Iterable[Step]) -> State:
    """Apply the records of a run to a state, in the order in which they were written.

    A create without an outcome is in doubt. An update or a deletion without one becomes the entry's
    `attempted`. A course that a record affects is no longer complete.
    """
    entries, doubts = dict(state.entries), dict(state.doubts)
    pending: dict[Address, Intent] = {}
    touched: set[str] = set()
    for record in records:
        touched.update(map(course_of, addresses(record)))
        match record:
            case Move():
                entries = {record.to.get(address, address): e for address, e in entries.items()}
            case Protect() if record.address in entries:
                held = entries[record.address]
                entries[record.address] = replace(held, protected=record.protected)
            case Forget() if record.address in entries and entries[record.address].id == record.id:
                del entries[record.address]
                _drop_shared(record.address, record.id, entries)
            case Intent():
                pending[record.address] = record
            case Look():
                pending.pop(record.address, None)
                _look(record, entries, doubts)
            case Conclusion() if (intent := pending.pop(record.address, None)) is not None:
                _conclude(intent, record, entries, doubts)
    for address, intent in pending.items():
        cut_off = Conclusion(address=address, outcome="in doubt", reason=CUT_OFF, at=intent.at)
        _conclude(intent, cut_off, entries, doubts)
    complete = {key: record for key, record in state.complete.items() if key not in touched}
    return replace(state, complete=complete, doubts=doubts, entries=entries)


def _conclude(
    intent: Intent, outcome: Conclusion, entries: dict[Address, Entry], doubts: dict[Address, Doubt]
) -> None:
    at = intent.was or intent.address
    if outcome.outcome == "applied" and outcome.id is not None:
        doubts.pop(intent.address, None)
        before = entries.pop(at, None)
        if intent.action == "delete":
            _drop_shared(intent.address, outcome.id, entries)
        is_new = intent.action == "create" or (before is not None and before.unconfirmed)
        # only the record of a course can be updated before it has an entry
        is_found = intent.action == "update" and before is None
        if intent.action != "delete":
            entries[intent.address] = Entry(
                sent=kind_of(intent.address).identified(intent.attributes, outcome.id),
                external=before.external if before else is_found,
                id=outcome.id,
                left=before.left if before else (),
                protected=intent.protected,
                unconfirmed=is_new,
                updated_on=outcome.updated_on,
            )
    elif outcome.outcome != "not applied" and intent.action == "create":
        doubts[intent.address] = Doubt(
            sent=intent.attributes,
            claimed=outcome.claimed,
            marker=intent.marker,
            reason=outcome.reason,
            attempts=intent.attempt,
            since=intent.at,
        )
    elif outcome.outcome != "not applied" and at in entries:
        sent = {} if intent.action == "delete" else intent.attributes
        entries[at] = replace(entries[at], attempted=sent)


def _drop_shared(deleted: Address, record_id: int, entries: dict[Address, Entry]) -> None:
    """Drop the entries of another kind that have the same record: it is deleted."""
    kind, course = kind_of(deleted), course_of(deleted)
    for other in KINDS.values():
        at = address_of(other.name, course)
        if other.of is kind and at in entries and entries[at].id == record_id:
            del entries[at]


def _look(look: Look, entries: dict[Address, Entry], doubts: dict[Address, Doubt]) -> None:
    doubts.pop(look.address, None)
    if look.entry is not None:
        entries[look.address] = look.entry
    if look.doubt is not None:
        entries.pop(look.address, None)  # its Id is another record's, as the look found out
        doubts[look.address] = look.doubt


def holds(state: State, records: Iterable[Step]) -> bool:
    """Return whether a state has the outcome of all records already.

    A power cut can remove the last records after the state was saved, so for intents without an
    outcome, the state may know more than the records.
    """
    outcomes = [record for record in records if not isinstance(record, Move)]
    again = fold(state, outcomes)
    last = {address: record for record in outcomes for address in addresses(record)}
    is_open = {address for address, record in last.items() if isinstance(record, Intent)}
    touched = last.keys() - is_open - again.doubts.keys()
    settled = state.doubts.keys() | state.entries.keys()
    return again.doubts.keys() <= settled and all(
        _confirmed(again.entries.get(address)) == _confirmed(state.entries.get(address))
        for address in touched
    )


def _confirmed(entry: Entry | None) -> Entry | None:
    """Ignore `unconfirmed`, `kept` and `left`, which the journal does not record."""
    return None if entry is None else replace(entry, unconfirmed=False, kept=False, left=())
