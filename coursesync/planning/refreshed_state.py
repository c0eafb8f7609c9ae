"""Computes two things from drift: the state as read, and how each outline compares with it.

The plan from that state shows how to restore the site, and what the outlines want of each record.

It must never take over a record that was not ours.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds.address import course_of
from coursesync.kinds.field import Ref
from coursesync.planning.action import Action
from coursesync.planning.drift import Finding, Stance
from coursesync.planning.live_diff import differing, with_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import FieldValue, Planned
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.planning.change import Change
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Plan
    from coursesync.state.state import Entry, State


def refreshed(state: State, found: Iterable[Drifted]) -> State:
    """Return the state after a look: a plan from it reverts edits and restores deleted records.

    - The entry of an edited or moved record gets the values that the record has now. Properties
      that can't be read, or are left to the site, stay as they are in the entry. If the contents
      are among them, the time stays too, because it would make them ours.
    - A deleted record has no entry.
    - The entry of a record that was never ours and is in another course does not change, so that no
      plan moves the record.

    The outlines of all affected courses are read again by the next plan.
    """
    entries, touched = dict(state.entries), set[str]()
    for each in found:
        is_known = each.finding.is_drift or each.finding is Finding.RESTORED
        if each.address is None or each.entry is None or not is_known or each.is_foreign:
            continue
        touched.add(course_of(each.address))
        if each.record is None:
            del entries[each.address]
        else:
            reads = _as_it_reads(each, each.entry, each.record)
            is_whole = each.kind.contents_property not in each.record.unknown
            read_on = each.record.updated_on if is_whole else each.entry.updated_on
            entries[each.address] = each.entry.reading(reads, read_on)
    complete = {key: each for key, each in state.complete.items() if key not in touched}
    return replace(state, complete=complete, entries=entries)


def _as_it_reads(drifted: Drifted, entry: Entry, record: Record) -> dict[str, FieldValue]:
    """Return an entry's attributes, with the record's values for those that differ.

    Equivalent HTML stays as it is in the entry; otherwise every look would cause an update. The
    order of a moved record stays too, because its number belongs to another course.
    """
    elsewhere = record.course_id != drifted.kind.course_id_of(entry.sent)
    attributes = dict(entry.known)
    if not elsewhere:  # someone undid the other edits that an earlier look found
        changed = {*drifted.properties, *drifted.kind.write_only, *record.unknown}
        attributes |= {name: entry.sent[name] for name in entry.overridden - changed}
    # every entry needs an order: if it can't be read, it stays as it is
    order = drifted.kind.order_property
    keeps_order = elsewhere or type(record.attributes.get(order)) is not int
    names = [name for name in drifted.properties if name != order or not keeps_order]
    return with_values(attributes, names, record, drifted.kind)


def settled(state: State, found: Iterable[Drifted]) -> dict[Address, Entry]:
    """Return the entries of edited records that need no write; `state` is the `refreshed` one.

    If the outline wants what the record has now, the entry has that as sent, so that the next look
    does not find the edit again. If the edit was undone, the entry has forgotten it.
    """
    entries = {}
    for each in found:
        entry = state.entries.get(each.address) if each.address is not None else None
        if each.address is None or entry is None:
            continue
        if each.is_agreed:
            entries[each.address] = _as_sent(entry)
        elif each.finding is Finding.RESTORED:
            entries[each.address] = entry
    return entries


def _as_sent(entry: Entry) -> Entry:
    """Return an entry in which the values that others wrote over ours count as sent."""
    known = {**entry.sent, **{name: entry.seen[name] for name in entry.overridden}}
    sent = {name: value for name, value in known.items() if value is not None}
    seen = {name: has for name, has in entry.seen.items() if name not in entry.overridden}
    return replace(entry, sent=sent, seen=seen)


def judged(found: Iterable[Drifted], plan: Plan) -> tuple[Drifted, ...]:
    """Add its stance to each record that has drifted; the plan is from the `refreshed` state.

    An edit that the entry knows and the outline has is settled: it is left out, because there is
    nothing to apply.
    """
    found = tuple(found)
    changes = {change.previous_address or change.address: change for change in plan.changes}
    ids = {each.address: each.entry.id for each in found if each.address and each.entry}
    stances = (
        replace(each, stance=_stance(each, changes.get(each.address), ids))
        if each.finding.is_drift and each.address is not None
        else each
        for each in found
    )
    return tuple(each for each in stances if not _is_settled(each))


def _is_settled(each: Drifted) -> bool:
    is_edit = each.finding is Finding.EDITED and each.stance is Stance.SAME
    if not is_edit or each.entry is None or each.record is None:
        return False
    return not differing(each.entry.known, each.record, each.kind)


def _stance(each: Drifted, change: Change | None, ids: Mapping[Address, int]) -> Stance:
    """Return how the outline compares with a record; `ids` are those that records had."""
    if change is None:
        return Stance.NONE if each.record is None else Stance.SAME
    if change.is_left or change.action is Action.DELETE:
        return Stance.NONE
    if change.action not in {Action.UPDATE, Action.CREATE}:
        return Stance.SAME
    expected = each.entry.expected if each.entry is not None else {}
    # a parent that was deleted as well is a reference to the record that replaces it
    attributes = {
        name: ids.get(value.ref, value) if isinstance(value, Ref) else value
        for name, value in change.attributes.items()
    }
    wanted = each.kind.settle(expected, attributes)
    is_as_sent = _without_order(wanted, each.kind) == _without_order(expected, each.kind)
    return Stance.AS_SENT if is_as_sent else Stance.CHANGED


def _without_order(attributes: Planned, kind: Kind) -> dict[str, FieldValue | Ref]:
    """Return attributes without the order, which may result from changes by others."""
    return {name: value for name, value in attributes.items() if name != kind.order_property}
