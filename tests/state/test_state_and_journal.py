"""How a journal becomes state: nothing is lost, and nothing uncertain is believed."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from values import AT, EMPTY, address, state_of

from coursesync.kinds.address import address_of
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION
from coursesync.state.confirmed import mark_complete
from coursesync.state.journal import Conclusion, Header, Intent, Look, Move, Step, line, record_of
from coursesync.state.replay import CUT_OFF, fold, holds
from coursesync.state.state import (
    Candidate,
    CompleteCourse,
    Doubt,
    Entry,
    State,
    resolve,
)
from coursesync.state.state_text import parse, serialise

if TYPE_CHECKING:
    from coursesync.kinds.address import Address

WELCOME = address("welcome")
SENT: dict[str, str | int | bool] = {"CourseId": 4711, "DisplayOrder": 10, "Title": "Welcome"}


def intent(at: Address = WELCOME, attempt: int = 1) -> Intent:
    return Intent(address=at, attributes=SENT, attempt=attempt, at=AT)


def outcome(
    what: Literal["applied", "not applied", "in doubt"],
    record_id: int | None = None,
    at: Address = WELCOME,
    reason: str = "",
) -> Conclusion:
    return Conclusion(address=at, outcome=what, id=record_id, reason=reason, at=AT, updated_on=AT)


def entry(record_id: int = 1001) -> Entry:
    return Entry(sent=SENT, id=record_id, updated_on=AT)


def doubt(reason: str) -> Doubt:
    return Doubt(sent=SENT, reason=reason, since=AT)


def state(
    entries: dict[Address, Entry] | None = None, doubts: dict[Address, Doubt] | None = None
) -> State:
    return replace(EMPTY, entries=entries or {}, doubts=doubts or {})


def test_an_applied_create_is_an_entry_with_its_id() -> None:
    """The state has the Id that the server gave, and what was sent."""
    new = replace(entry(), unconfirmed=True)  # until a last look finds it in its course

    assert fold(EMPTY, [intent(), outcome("applied", 1001)]) == state({WELCOME: new})


def test_an_intent_without_an_outcome_is_in_doubt() -> None:
    """A run that was cut off before the answer leaves a doubt, never nothing."""
    assert fold(EMPTY, [intent()]) == state(doubts={WELCOME: doubt(CUT_OFF)})


def test_a_create_that_was_not_applied_leaves_nothing() -> None:
    """A refused or unsent create is neither an entry nor a doubt."""
    assert fold(EMPTY, [intent(), outcome("not applied")]) == EMPTY


def test_an_outcome_in_doubt_keeps_its_reason() -> None:
    """The reason of a doubt is kept for the person who settles it."""
    folded = fold(EMPTY, [intent(), outcome("in doubt", reason="no answer came")])

    assert folded == state(doubts={WELCOME: doubt("no answer came")})


def test_a_claim_of_success_is_kept() -> None:
    """If the API reported success, the state says so: no later run sends the create again."""
    claim = Conclusion(address=WELCOME, outcome="in doubt", claimed=True, at=AT)

    assert fold(EMPTY, [intent(), claim]).doubts[WELCOME].claimed


def test_a_success_without_an_id_is_in_doubt() -> None:
    """An outcome that says applied but gives no Id is not believed."""
    assert list(fold(EMPTY, [intent(), outcome("applied")]).doubts) == [WELCOME]


def test_a_later_success_settles_the_doubt() -> None:
    """A doubt ends when the same create turns out to be carried out."""
    steps: list[Step] = [intent(), outcome("in doubt"), intent(attempt=2), outcome("applied", 1001)]

    assert fold(EMPTY, steps) == state({WELCOME: replace(entry(), unconfirmed=True)})


def test_a_later_refusal_settles_no_doubt() -> None:
    """A refused second attempt does not settle the doubt of the first."""
    steps: list[Step] = [intent(), outcome("in doubt"), intent(attempt=2), outcome("not applied")]

    assert list(fold(EMPTY, steps).doubts) == [WELCOME]


def test_an_outcome_without_an_intent_changes_nothing() -> None:
    """An outcome without an intent has no effect."""
    assert fold(EMPTY, [outcome("applied", 1001)]) == EMPTY


def test_each_address_has_its_own_intent() -> None:
    """An outcome settles only the create at its own address."""
    other = address("other")

    folded = fold(EMPTY, [intent(), intent(other), outcome("applied", 1001, other)])

    assert (list(folded.entries), list(folded.doubts)) == ([other], [WELCOME])


def test_a_move_keeps_the_entry_under_another_address() -> None:
    """A record whose key changed keeps its Id and loses its old address."""
    moved = address("hello")

    folded = fold(state({WELCOME: entry()}), [Move(to={WELCOME: moved}, at=AT)])

    assert folded == state({moved: entry()})


def test_a_move_leaves_the_others_where_they_are() -> None:
    """An entry that does not move keeps its address, and what comes after the move counts."""
    moved, other = address("hello"), address("other")
    before = state({WELCOME: entry(), other: entry(1002)})

    folded = fold(before, [Move(to={WELCOME: moved}, at=AT), intent(address("new"))])

    assert dict(folded.entries) == {moved: entry(), other: entry(1002)}
    assert list(folded.doubts) == [address("new")]


def test_what_a_run_touched_is_no_longer_known_to_be_complete() -> None:
    """A course that a record touches is read again; the others are not."""
    record = CompleteCourse(id=4711, path="c.yaml", sources={}, title="C")
    before = mark_complete(EMPTY, {"c": record, "d": record})

    assert list(fold(before, [intent(), outcome("applied", 1001)]).complete) == ["d"]


def test_folding_changes_no_state_that_went_in() -> None:
    """A fold makes a new state and leaves the old one unchanged."""
    before = state_of("A", "B")
    copy = deepcopy(before)

    fold(before, [intent(), outcome("applied", 1001)])

    assert before == copy


def test_folding_in_parts_is_folding_at_once() -> None:
    """A journal cut between two creates gives the same state as the whole one."""
    other = address("other")
    first: list[Step] = [intent(), outcome("applied", 1001)]
    then: list[Step] = [intent(other), outcome("in doubt", at=other)]

    assert fold(fold(EMPTY, first), then) == fold(EMPTY, [*first, *then])


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (state({WELCOME: entry(1001)}), True),
        (state({address("moved"): entry(1001)}), False),
        (state({WELCOME: replace(entry(1001), sent={**SENT, "Title": "Hello"})}), False),
        (state({WELCOME: entry(1002)}), False),
        (state(doubts={WELCOME: doubt("")}), False),
        (EMPTY, False),
    ],
)
def test_a_state_holds_a_journal_when_it_knows_every_id(
    known: State,
    expected: bool,  # noqa: FBT001 - a table's column
) -> None:
    """A state holds a journal only if it has each of its Ids, at the address and as sent."""
    assert holds(known, [intent(), outcome("applied", 1001)]) is expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (state(doubts={WELCOME: doubt("")}), True),
        (state({WELCOME: entry()}), True),
        (EMPTY, False),
        (state({address("other"): entry()}), False),
    ],
)
def test_a_state_holds_a_journal_when_it_knows_every_doubt(
    known: State,
    expected: bool,  # noqa: FBT001 - a table's column
) -> None:
    """A state holds a journal only if it has each of its doubts, or has them settled."""
    assert holds(known, [intent()]) is expected


def test_a_move_needs_no_holding() -> None:
    """A move gives no new Id, so none can be missing."""
    assert holds(EMPTY, [Move(to={WELCOME: address("hello")}, at=AT)])


def test_only_the_journals_records_are_compared_with_the_state() -> None:
    """Older entries and doubts of the state do not matter."""
    known = state({WELCOME: entry()}, {address("other"): doubt("x")})

    assert holds(known, [intent(), outcome("applied", 1001)])


def test_settling_with_an_id_makes_the_entry() -> None:
    """A person who names the Id turns the doubt into that entry."""
    settled = resolve(state(doubts={WELCOME: doubt("x")}), WELCOME, entry())

    assert settled == state({WELCOME: entry()})


@pytest.mark.parametrize(("chosen", "strangers"), [(None, (5, 7, 1001)), (entry(), (5, 7))])
def test_candidates_that_were_not_chosen_are_strangers(
    chosen: Entry | None, strangers: tuple[int, ...]
) -> None:
    """The candidates that a person rejected become strangers, and are never adopted."""
    candidates = tuple(Candidate(attributes=SENT, id=number) for number in (1001, 7))
    left = replace(doubt("x"), candidates=candidates)
    before = replace(state(doubts={WELCOME: left}), strangers={"section": (5,)})

    assert resolve(before, WELCOME, chosen).strangers_of(SECTION) == strangers


def test_a_stranger_of_one_kind_is_none_of_another() -> None:
    """A section and a lesson may have the same Id: to reject one says nothing of the other."""
    lesson = address_of("lesson", "onboarding", "glossary")
    left = replace(doubt("x"), candidates=(Candidate(attributes=SENT, id=7),))
    settled = resolve(
        replace(state(doubts={lesson: left}), strangers={"section": (5,)}), lesson, None
    )

    assert settled.strangers_of(SECTION) == (5,)
    assert settled.strangers_of(LESSON) == (7,)
    assert parse(serialise(settled), Path("state.json")) == replace(settled, format=2)


def test_a_record_that_was_found_is_an_entry() -> None:
    """A record that was adopted or found is an entry, and the doubt is gone."""
    found = Look(address=WELCOME, entry=entry(), at=AT)
    in_doubt: list[Step] = [intent(), outcome("in doubt", reason="x")]

    assert fold(EMPTY, [found]) == state({WELCOME: entry()})
    assert fold(EMPTY, [*in_doubt, found]) == state({WELCOME: entry()})
    assert fold(state(doubts={WELCOME: doubt("x")}), [found]) == state({WELCOME: entry()})


def test_a_look_that_found_nothing_ends_the_doubt() -> None:
    """A look that finds no trace ends the doubt; only a second attempt makes a new one."""
    nothing = Look(address=WELCOME, at=AT)

    assert fold(EMPTY, [intent(), outcome("in doubt"), nothing]) == EMPTY
    assert fold(EMPTY, [intent(), outcome("in doubt"), nothing, intent(attempt=2)]) == state(
        doubts={WELCOME: replace(doubt(CUT_OFF), attempts=2)}
    )


def test_a_look_that_a_person_has_to_judge_is_a_doubt_with_its_candidates() -> None:
    """The candidates of a look are kept for the person who decides, even if nothing was sent."""
    candidate = Candidate(attributes=SENT, id=7, updated_by="ada@space.example")
    left = replace(doubt("near"), candidates=(candidate,))
    found = Look(address=WELCOME, doubt=left, at=AT)

    assert fold(EMPTY, [found]) == state(doubts={WELCOME: left})
    assert fold(EMPTY, [intent(), outcome("in doubt"), found]) == state(doubts={WELCOME: left})


def test_a_look_settles_what_was_cut_off() -> None:
    """A look settles an earlier intent without an outcome."""
    found = Look(address=WELCOME, entry=entry(), at=AT)

    assert fold(EMPTY, [intent(), found]) == state({WELCOME: entry()})


def test_what_was_found_touches_its_course() -> None:
    """A course in which a look found something is no longer complete."""
    record = CompleteCourse(id=4711, path="c.yaml", sources={}, title="C")
    before = mark_complete(EMPTY, {"c": record, "d": record})

    assert list(fold(before, [Look(address=WELCOME, at=AT)]).complete) == ["d"]


def test_a_state_holds_what_was_found_when_it_knows_its_id() -> None:
    """An adopted Id counts as a created one."""
    found = Look(address=WELCOME, entry=entry(), at=AT)

    assert holds(state({WELCOME: entry()}), [found])
    assert not holds(state(doubts={WELCOME: doubt("x")}), [found])
    assert holds(EMPTY, [intent(), Look(address=WELCOME, at=AT)])


def test_settling_as_not_created_leaves_nothing() -> None:
    """A person who says that nothing was made ends the doubt without an entry."""
    assert resolve(state(doubts={WELCOME: doubt("x")}), WELCOME, None) == EMPTY


def test_settling_what_is_not_in_doubt_is_an_error() -> None:
    """To settle an address without a doubt is an error."""
    with pytest.raises(KeyError):
        resolve(state({WELCOME: entry()}), WELCOME, entry(7))


@pytest.mark.parametrize(
    "record",
    [
        Header(lineage="x", serial=1, target="https://example.com"),
        intent(),
        outcome("in doubt", reason='a "reason" — with\nlines'),
        Move(to={WELCOME: address("hello")}, at=AT),
        Look(address=WELCOME, at=AT),
        Look(address=WELCOME, entry=entry(), at=AT),
        Look(address=WELCOME, doubt=doubt("x"), at=AT),
    ],
)
def test_a_record_is_read_back_as_it_was_written(record: Header | Step) -> None:
    """Every kind of record survives its line of the journal, which is one line."""
    told = line(record)

    assert told.count(b"\n") == 1
    assert record_of(told.rpartition(b" ")[0]) == record


@pytest.mark.parametrize(
    "told",
    [
        "{}",
        "[]",
        '{"record":"others","at":""}',
        '{"record":["intent"],"at":""}',
        '{"record":"forget","address":"section.a.b","id":true,"at":""}',
        '{"record":"forget","address":1,"id":1,"at":""}',
        '{"record":"look","address":"section.a.b","entry":{"id":0},"at":""}',
        '{"record":"outcome","address":"section.a.b","outcome":"perhaps","at":""}',
        '{"record":"intent","address":"section.a.b","attributes":{},"parent_id":"1","attempt":1,"at":""}',
        '{"record":"move","address":"section.a.b","to":"b","at":"","more":1}',
        '{"record":"intent","address":"section.a.b","attributes":{"x":1.5},"parent_id":1,"attempt":1,"at":""}',
    ],
)
def test_a_line_that_says_something_else_is_not_read(told: str) -> None:
    """A record is read strictly: no unknown value, no other type, no additional field."""
    with pytest.raises((ValueError, TypeError)):
        record_of(told.encode())
