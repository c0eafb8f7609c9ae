"""What a journal of updates and deletions leads to, step by step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from values import AT, EMPTY, address, but

from coursesync.state.journal import Conclusion, Forget, Intent, Move, Protect, addresses
from coursesync.state.replay import CUT_OFF, fold
from coursesync.state.state import CompleteCourse, Doubt, Entry, State

if TYPE_CHECKING:
    from coursesync.state.journal import Step

ONE, TWO, THERE = address("one"), address("two"), address("one", "d")
LATER = "2025-02-01T00:00:00Z"


def entry(title: str = "One", **more: object) -> Entry:
    return but(Entry(sent={"CourseId": 4711, "Title": title}, id=7, updated_on=AT), **more)


def held(**entries: Entry) -> State:
    known = {address(key): each for key, each in entries.items()}
    return replace(EMPTY, entries=known)


def update(title: str = "Uno", **more: object) -> Intent:
    intent = Intent(
        action="update", address=ONE, attributes={"CourseId": 4711, "Title": title}, id=7, at=LATER
    )
    return but(intent, **more)


DELETE = update(action="delete", title="One")


def outcome(what: str = "applied", **more: object) -> Conclusion:
    done = Conclusion(address=ONE, outcome="applied", id=7, updated_on=LATER, at=LATER)
    return but(done, outcome=what, **more)


def test_an_update_that_was_applied_is_what_was_sent_and_when() -> None:
    """The entry has the attributes, the server's time, and the protection of the outline."""
    folded = fold(held(one=entry()), [update(protected=True), outcome()])

    assert folded.entries == {ONE: entry("Uno", updated_on=LATER, protected=True)}
    assert folded.doubts == {}


def test_an_update_that_was_not_applied_leaves_the_entry() -> None:
    """After an update that was refused or never sent, the entry is as before."""
    before = held(one=entry())

    assert fold(before, [update(), outcome("not applied", id=None)]).entries == before.entries
    assert fold(before, [update(), outcome("not applied")]).entries == before.entries


@pytest.mark.parametrize("rest", [[], [outcome("in doubt", id=None)], [outcome(id=None)]])
def test_an_update_in_doubt_is_remembered_with_the_entry(rest: list[Step]) -> None:
    """The entry keeps its Id and has what was attempted, if the outcome is missing or unclear."""
    folded = fold(held(one=entry()), [update(), *rest])

    assert folded.entries == {ONE: entry(attempted=update().attributes)}
    assert folded.entries[ONE].unsure
    assert folded.doubts == {}


def test_an_update_that_comes_through_ends_the_doubt_of_one_before() -> None:
    """After an update is sent again and applied, the entry is no longer unsure."""
    folded = fold(held(one=entry()), [update(), outcome("in doubt"), update(), outcome()])

    assert folded.entries == {ONE: entry("Uno", updated_on=LATER)}


def test_a_deletion_that_was_applied_ends_the_entry() -> None:
    """A deletion removes its entry, and no other entry of the course."""
    before = held(one=entry(), two=entry("Two", id=8))

    assert fold(before, [DELETE, outcome()]).entries == {TWO: entry("Two", id=8)}


def test_a_deletion_in_doubt_keeps_the_entry() -> None:
    """The Id is kept until the record is known to be deleted."""
    assert fold(held(one=entry()), [DELETE]).entries == {ONE: entry(attempted={})}


def test_a_section_comes_from_another_course_only_once_that_is_known() -> None:
    """Before the outcome, the entry is unsure under its old address; then it has the new one."""
    before = replace(EMPTY, entries={THERE: entry()})
    arrival = update(was=THERE)

    assert fold(before, [arrival]).entries == {THERE: entry(attempted=update().attributes)}
    assert fold(before, [arrival, outcome()]).entries == {ONE: entry("Uno", updated_on=LATER)}
    assert addresses(arrival) == (ONE, THERE)


def test_what_is_not_there_can_not_be_unsure() -> None:
    """An update or a protection of what the state does not have changes nothing."""
    protect = Protect(address=ONE, protected=True, at=AT)

    assert fold(EMPTY, [update()]).entries == {}
    assert fold(EMPTY, [protect]).entries == {}


@pytest.mark.parametrize("protected", [True, False])
def test_protection_is_noted(protected: bool) -> None:  # noqa: FBT001 - a case of the table
    """To protect a section or to release it changes nothing else."""
    step = Protect(address=ONE, protected=protected, at=AT)
    before = held(one=entry(protected=not protected), two=entry("Two", id=8))
    folded = fold(before, [step])

    assert folded.entries == {ONE: entry(protected=protected), TWO: entry("Two", id=8)}
    assert addresses(step) == (ONE,)


def test_what_is_gone_is_forgotten_and_nothing_else() -> None:
    """A record is forgotten by address and Id: another record at that address stays."""
    before = held(one=entry(), two=entry("Two", id=8))

    assert fold(before, [Forget(address=ONE, id=7, at=AT)]).entries == {TWO: entry("Two", id=8)}
    assert fold(before, [Forget(address=ONE, id=8, at=AT)]).entries == before.entries
    assert fold(EMPTY, [Forget(address=ONE, id=7, at=AT)]).entries == {}


def test_a_move_comes_before_the_update_of_what_moved() -> None:
    """The entry keeps everything under its new key."""
    folded = fold(held(two=entry()), [Move(to={TWO: ONE}, at=AT), update(), outcome()])

    assert folded.entries == {ONE: entry("Uno", updated_on=LATER)}


@pytest.mark.parametrize(
    "step",
    [
        update(),
        DELETE,
        Protect(address=ONE, protected=True, at=AT),
        Forget(address=ONE, id=7, at=AT),
        Move(to={TWO: ONE}, at=AT),
        update(address=address("one", "e"), was=ONE),
    ],
)
def test_a_course_that_is_touched_has_to_be_looked_at_again(step: Step) -> None:
    """The course is no longer complete; other courses stay complete."""
    record = CompleteCourse(id=4711, path="c.yaml", sources={}, title="C")
    before = replace(held(one=entry()), complete={"c": record, "z": record})

    assert list(fold(before, [step]).complete) == ["z"]


def test_a_create_in_doubt_holds_all_that_was_sent() -> None:
    """A create in doubt becomes a doubt, not an entry, because its Id is unknown."""
    create = update(action="create", id=None, attempt=2)
    folded = fold(EMPTY, [create])
    claimed = fold(EMPTY, [create, outcome("in doubt", id=None, reason="why", claimed=True)])
    doubt = Doubt(sent={"CourseId": 4711, "Title": "Uno"}, reason=CUT_OFF, attempts=2, since=LATER)

    assert folded.doubts == {ONE: doubt}
    assert claimed.doubts == {ONE: replace(doubt, reason="why", claimed=True)}
    assert folded.entries == claimed.entries == {}
