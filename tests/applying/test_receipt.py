"""Receipts as values: what a run did, and what is not so any more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from values import AT, EMPTY, Section, address, applied, course, plan_of, state_of

from coursesync.applying.receipt import (
    Item,
    Origin,
    Receipt,
    beginning,
    concluded,
    is_possible,
    mismatches,
    not_compared,
)
from coursesync.applying.report import Report, Result, Status
from coursesync.errors import Stop
from coursesync.kinds.section import SECTION
from coursesync.nexudus.records import Record
from coursesync.planning.policy import OnRemoval, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.kinds.attributes import FieldValue
    from coursesync.planning.plan import Plan
    from coursesync.state.state import Entry, State

LATER = "2025-02-01T08:00:00Z"
STATUS = {"create": Status.CREATED, "update": Status.UPDATED, "delete": Status.DELETED}
PICTURE: dict[str, object] = {"image": "https://cdn.example.com/a.png"}
EDITS: dict[str, st.SearchStrategy[FieldValue]] = {
    "Title": st.sampled_from(["A", "Edited"]),
    "SectionContents": st.sampled_from(["<p>Hi</p>", "<P > Hi</p>", "<p>Ho</p>"]),
    "DisplayOrder": st.integers(5, 15),
    "Active": st.booleans(),
    "UnlockType": st.sampled_from([1, 2]),
}


def receipt_of(plan: Plan, state: State | None = None) -> tuple[Receipt, State]:
    """Carry a plan out, and return its receipt with the state that it led to."""
    after = applied(plan, state) if state else applied(plan)
    results = tuple(
        Result(change, STATUS[change.action.value], change.record_id, at=AT)
        for change in plan.changes
    )
    begun = beginning(plan, Origin(), AT)
    return concluded(begun, Report(results, after)), after


def record_of(entry: Entry, at: str | None = None, **edits: FieldValue) -> Record:
    """Return what the server has of an entry, but for these properties."""
    readable = {n: v for n, v in entry.known.items() if n not in SECTION.write_only}
    return Record(entry.id, entry.parent_id, {**readable, **edits}, AT, at or entry.updated_on, "x")


def live(state: State) -> Mapping[int, Record]:
    """Return the server's records where nobody has changed any."""
    return {entry.id: record_of(entry) for entry in state.entries.values()}


def test_what_was_done_holds_while_nobody_changes_it() -> None:
    """Pictures, which can't be read back, and contents included."""
    receipt, state = receipt_of(plan_of(course(Section("A", "a", "<p>Hi</p>", more=PICTURE), "B")))

    assert sorted(receipt.items) == [address("a"), address("b")]
    assert [item.how for item in receipt.items.values()] == [Status.CREATED] * 2
    assert {item.id for item in receipt.items.values()} == set(live(state))
    assert receipt.complete
    assert mismatches(receipt, live(state), state) == ()
    assert not_compared(receipt) == ("image",)


def test_a_receipt_says_of_which_run_it_is() -> None:
    """The plan's digest, where the run came from, the state that it led to, and why it ended."""
    plan, origin = plan_of(course("A")), Origin(actor="octocat", commit="c0ffee")
    begun = beginning(plan, origin, AT)
    after = replace(applied(plan), lineage="its lineage", serial=3)
    ended = concluded(begun, Report((), after, Stop("the writes are made")))

    assert (begun.digest, begun.origin, begun.began) == (plan.digest, origin, AT)
    assert (begun.complete, begun.items, begun.stopped) == (False, {}, None)
    assert (ended.digest, ended.origin, ended.began) == (plan.digest, origin, AT)
    assert (ended.lineage, ended.serial) == ("its lineage", 3)
    assert (ended.complete, ended.stopped) == (False, "the writes are made")


def test_a_receipt_holds_no_text_of_a_section() -> None:
    """It may be kept where a course may not be read."""
    receipt, _ = receipt_of(plan_of(course(Section("A", "a", "<p>Members only</p>"))))

    (item,) = receipt.items.values()

    assert "Members only" not in receipt.model_dump_json()
    assert (item.attributes or {})["Title"] == "A"


def test_what_made_nothing_has_no_item() -> None:
    """A create in doubt that a person settled as never carried out is done, and left nothing."""
    plan = plan_of(course("A"))
    (change,) = plan.changes
    settled = Result(change, Status.SETTLED, at=AT)

    assert concluded(beginning(plan, Origin(), AT), Report((settled,), EMPTY)).items == {}


def test_contents_that_the_server_leaves_out_are_empty() -> None:
    """A list may have no such field where there are none."""
    receipt, state = receipt_of(plan_of(course("A")))
    (entry,) = state.entries.values()
    had = record_of(entry, LATER)
    bare = {name: value for name, value in had.attributes.items() if name != "SectionContents"}

    assert mismatches(receipt, {entry.id: replace(had, attributes=bare)}, state) == ()
    assert not_compared(receipt) == ()


@given(st.fixed_dictionaries({}, optional=EDITS))
def test_whatever_is_edited_is_told_by_its_name(edits: dict[str, FieldValue]) -> None:
    """No more than that: what says the same in other HTML is no edit."""
    receipt, state = receipt_of(plan_of(course(Section("A", "a", "<p>Hi</p>"))))
    (entry,) = state.entries.values()
    edited = record_of(entry, LATER, **edits)
    had = {**entry.known, "SectionContents": "<p>Hi</p>"}
    wanted = {name for name, value in edits.items() if value not in {had[name], "<P > Hi</p>"}}
    found = mismatches(receipt, {entry.id: edited}, state)
    at_once = mismatches(receipt, {entry.id: record_of(entry, AT, **edits)}, state)

    assert {name for each in found for name in each.properties} == wanted
    # at the very time of our write, contents in other HTML are what the site made of ours
    assert {name for each in at_once for name in each.properties} == wanted - {"SectionContents"}


def test_what_is_gone_moved_or_back_again_is_told() -> None:
    """Deleted by someone, taken to another course, or there although it was deleted."""
    state = state_of("A", "B", "C")
    plan = plan_of(course("A", "Bee"), state, Policy(OnRemoval.DELETE, prune=True))
    receipt, after = receipt_of(plan, state)
    gone = state.entries[address("c")]
    there = {**live(after), gone.id: record_of(gone)}
    (back,) = mismatches(receipt, there, after)
    kept = after.entries[address("bee")]
    moved = replace(record_of(kept), parent_id=4712)
    (elsewhere,) = mismatches(receipt, {**live(after), kept.id: moved}, after)
    left = {number: record for number, record in live(after).items() if number != kept.id}
    (lost,) = mismatches(receipt, left, after)

    assert (back.address, back.item.how, back.record) == (
        address("c"),
        Status.DELETED,
        record_of(gone),
    )
    assert (elsewhere.item, elsewhere.record) == (receipt.items[address("bee")], moved)
    assert (elsewhere.address, elsewhere.properties) == (address("bee"), ("CourseId",))
    assert (lost.address, lost.record) == (address("bee"), None)


def test_what_a_later_apply_changed_is_told_as_such() -> None:
    """The state knows the time of that write; what has another time was changed by others."""
    receipt, state = receipt_of(plan_of(course("A")))
    (entry,) = state.entries.values()
    sent = {**entry.known, "Title": "Bee"}
    ours = replace(entry, sent=sent, updated_on=LATER)
    later = replace(state, entries={address("a"): ours})
    has = {entry.id: record_of(ours)}

    assert [each.ours for each in mismatches(receipt, has, later)] == [True]
    assert [each.ours for each in mismatches(receipt, has, state)] == [False]
    assert [each.ours for each in mismatches(receipt, has, EMPTY)] == [False]


def test_a_receipt_that_no_run_can_leave_is_known() -> None:
    """Two addresses of one record, a deletion that left something, a change that left nothing."""
    receipt, _ = receipt_of(plan_of(course("A", "B")))
    first, second = receipt.items.values()

    def altered(item: Item, **update: object) -> Receipt:
        changed = item.model_copy(update=update)
        return receipt.model_copy(update={"items": {**receipt.items, address("b"): changed}})

    assert is_possible(receipt)
    assert is_possible(altered(second, how=Status.DELETED, attributes=None))
    assert not is_possible(altered(second, id=first.id))
    assert not is_possible(altered(second, how=Status.DELETED))
    assert not is_possible(altered(second, attributes=None))
    assert not is_possible(altered(second, how=Status.REFUSED))
    assert not is_possible(altered(second, attributes={}))
    assert not is_possible(altered(second, course_id=4712))


def test_a_value_of_another_kind_is_another_value() -> None:
    """What is 1 is not `true`, whatever Python says."""
    receipt, state = receipt_of(plan_of(course("A")))
    (entry,) = state.entries.values()
    found = mismatches(receipt, {entry.id: record_of(entry, Active=1)}, state)

    assert [each.properties for each in found] == [("Active",)]


def test_what_a_later_apply_deleted_went_by_our_own_hand() -> None:
    """The state of the same lineage knows it no more; one that knows it, or another, can't tell."""
    receipt, state = receipt_of(plan_of(course("A")))
    empty = replace(state, entries={})
    other = replace(empty, lineage="another")

    assert receipt.lineage == state.lineage
    assert [each.ours for each in mismatches(receipt, {}, empty)] == [True]
    assert [each.ours for each in mismatches(receipt, {}, state)] == [False]
    assert [each.ours for each in mismatches(receipt, {}, other)] == [False]


def test_the_least_that_a_receipt_tells_of_a_record_will_do() -> None:
    """Its title, its place and its course: a kind may have no more."""
    receipt, _ = receipt_of(plan_of(course("A")))
    (item,) = receipt.items.values()
    told = item.attributes or {}
    least = {name: told[name] for name in ("Title", "DisplayOrder", "CourseId")}
    kept = item.model_copy(update={"attributes": least})

    assert is_possible(receipt.model_copy(update={"items": {address("a"): kept}}))
