"""Replay: what the records of a journal lead to, as the next state. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds.address import course_of
from coursesync.state.journal import Conclusion, Forget, Intent, Look, Move, Protect, addresses
from coursesync.state.state import Doubt, Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coursesync.kinds.address import Address
    from coursesync.state.journal import Step
    from coursesync.state.state import Sent, State

CUT_OFF = "the run was cut off before the answer came"


def fold(state: State, records: Iterable[Step]) -> State:
    """Carry the records of a run into the state, in the order in which they were written.

    An intent without an outcome is a create in doubt, or what its entry was attempted to become.
    Courses that a record touches are no longer known to stand as a whole.
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
            case Intent():
                pending[record.address] = record
            case Look():
                pending.pop(record.address, None)
                _look(record, entries, doubts)
            case Conclusion() if (intent := pending.pop(record.address, None)) is not None:
                _conclude(intent, record, entries, doubts)
    for intent in pending.values():
        _doubt(intent, entries, doubts, CUT_OFF)
    courses = {key: record for key, record in state.courses.items() if key not in touched}
    return replace(state, courses=courses, doubts=doubts, entries=entries)


def _conclude(
    intent: Intent, outcome: Conclusion, entries: dict[Address, Entry], doubts: dict[Address, Doubt]
) -> None:
    if outcome.outcome == "in doubt" or (outcome.outcome == "applied" and outcome.id is None):
        _doubt(intent, entries, doubts, outcome.reason, claimed=outcome.claimed)
    elif outcome.outcome == "applied" and outcome.id is not None:
        doubts.pop(intent.address, None)
        before = entries.pop(intent.was or intent.address, None)
        is_new = intent.action == "create" or (before is not None and before.unconfirmed)
        if intent.action != "delete":
            entries[intent.address] = Entry(
                sent=intent.attributes,
                id=outcome.id,
                parent_id=intent.parent_id,
                protected=intent.protected,
                unconfirmed=is_new,
                updated_on=outcome.updated_on,
            )


def _look(look: Look, entries: dict[Address, Entry], doubts: dict[Address, Doubt]) -> None:
    doubts.pop(look.address, None)
    if look.entry is not None:
        entries[look.address] = look.entry
    if look.doubt is not None:
        entries.pop(look.address, None)  # its Id turned out to be another record's
        doubts[look.address] = look.doubt


def _doubt(
    intent: Intent,
    entries: dict[Address, Entry],
    doubts: dict[Address, Doubt],
    reason: str,
    *,
    claimed: bool = False,
) -> None:
    if intent.action != "create":
        sent = {} if intent.action == "delete" else intent.attributes
        _attempted(entries, intent.was or intent.address, sent)
        return
    doubts[intent.address] = Doubt(
        sent=intent.attributes,
        claimed=claimed,
        marker=intent.marker,
        parent_id=intent.parent_id,
        reason=reason,
        attempts=intent.attempt,
        since=intent.at,
    )


def _attempted(entries: dict[Address, Entry], address: Address, sent: Sent) -> None:
    if address in entries:
        entries[address] = replace(entries[address], attempted=sent)


def holds(state: State, records: Iterable[Step]) -> bool:
    """Say whether the state is what the records led to: to fold them in once more adds nothing.

    The state may know more of what is open at the end of the records: a power cut can take the last
    of them, where the state that they led to was saved already.
    """
    outcomes = [record for record in records if not isinstance(record, Move)]
    told = fold(state, outcomes)
    last = {address: record for record in outcomes for address in addresses(record)}
    is_open = {address for address, record in last.items() if isinstance(record, Intent)}
    touched = last.keys() - is_open - told.doubts.keys()
    settled = state.doubts.keys() | state.entries.keys()
    return told.doubts.keys() <= settled and all(
        _confirmed(told.entries.get(address)) == _confirmed(state.entries.get(address))
        for address in touched
    )


def _confirmed(entry: Entry | None) -> Entry | None:
    """Return an entry as it is after a last look, of which the records tell nothing."""
    return None if entry is None else replace(entry, unconfirmed=False)
