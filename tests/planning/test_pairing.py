"""How a section keeps its Id when its key or title changes, and when that is ambiguous."""

from __future__ import annotations

from dataclasses import replace

import pytest
from values import Section, actions_in, address, applied, course, plan_of, state_of

from coursesync.planning.pairing import identify


def pairs(before: list[Section | str], now: list[Section | str]) -> dict[str, str]:
    """Return the former key of each section that is recognised after a course was applied."""
    found = identify(course(*now).resources, state_of(*before).entries)
    return {new.rpartition(".")[2]: old.rpartition(".")[2] for new, old in found.items()}


def test_a_section_of_the_same_key_is_the_same_wherever_it_stands() -> None:
    """The key identifies a section, never the position: two sections may swap places and texts."""
    before: list[Section | str] = [Section("A", "one", "a"), Section("B", "two", "b")]
    now: list[Section | str] = [Section("A2", "two", "a"), Section("B2", "one", "b")]

    assert pairs(before, now) == {"one": "one", "two": "two"}


def test_a_previous_key_identifies_a_section() -> None:
    """previous_keys identify a section, even if everything else has changed."""
    before: list[Section | str] = [Section("A", "one", "a"), Section("B", "two", "b")]
    now: list[Section | str] = [
        Section("C", "three", "c", previous=("nothing", "two")),
        Section("A", "one", "a"),
    ]

    assert pairs(before, now) == {"three": "two", "one": "one"}


def test_a_previous_key_comes_before_every_likeness() -> None:
    """If previous_keys and the contents disagree, previous_keys decide."""
    before: list[Section | str] = [Section("A", "one", "a"), Section("B", "two", "b")]
    now: list[Section | str] = [
        Section("A", "three", "a", previous=("two",)),
        Section("B", "four", "b", previous=("one",)),
    ]

    assert pairs(before, now) == {"three": "two", "four": "one"}


def test_the_same_contents_identify_a_section_with_a_new_key_and_title() -> None:
    """A re-keyed and retitled section is recognised by its contents, at any place."""
    before: list[Section | str] = [Section("A", "one", "same"), Section("B", "two", "b")]
    now: list[Section | str] = [Section("B", "two", "b"), Section("New", "three", "same")]

    assert pairs(before, now) == {"two": "two", "three": "one"}


def test_the_same_title_identifies_a_section_with_a_new_key() -> None:
    """A re-keyed section with other contents is recognised by its title."""
    before: list[Section | str] = [Section("A", "one", "a"), Section("B", "two", "b")]
    now: list[Section | str] = [Section("A", "three", "other"), Section("B", "two", "b")]

    assert pairs(before, now) == {"three": "one", "two": "two"}


def test_contents_come_before_the_title() -> None:
    """If the contents and the title disagree, the contents decide."""
    before: list[Section | str] = [Section("A", "one", "a"), Section("B", "two", "b")]
    now: list[Section | str] = [Section("A", "three", "b"), Section("B", "four", "a")]

    assert pairs(before, now) == {"three": "two", "four": "one"}


def test_two_sections_without_contents_have_nothing_in_common() -> None:
    """A new section without contents is not paired with a removed one without contents."""
    before = state_of(Section("Keep", "keep"), Section("Old", "old"))
    entry = before.entries[address("old")]
    bare = {name: sent for name, sent in entry.known.items() if name != "SectionContents"}
    entries = {**before.entries, address("old"): replace(entry, sent=bare)}
    found = identify(course(Section("Keep", "keep"), Section("New", "new")).resources, entries)

    assert found == {address("keep"): address("keep")}


@pytest.mark.parametrize("at", range(3))
def test_a_retitled_section_is_recognised_by_its_place(at: int) -> None:
    """A removed and a new section between the same neighbours are one retitled section."""
    before: list[Section | str] = ["First", "Second", "Third"]
    now = [*before[:at], "Retitled", *before[at + 1 :]]
    key = ["first", "second", "third"][at]

    assert pairs(before, now)["retitled"] == key


def test_two_retitled_sections_apart_are_each_recognised() -> None:
    """Each retitled section is recognised by its own neighbours."""
    now: list[Section | str] = ["A2", "B", "C2"]

    assert pairs(["A", "B", "C"], now) == {"a2": "a", "b": "b", "c2": "c"}


def test_the_place_is_no_evidence_where_a_key_was_given() -> None:
    """An author who writes a new key means a new section: place alone does not pair it."""
    now: list[Section | str] = ["A", Section("B2", "b2"), "C"]

    assert pairs(["A", "B", "C"], now) == {"a": "a", "c": "c"}


def test_two_new_in_one_place_are_not_guessed() -> None:
    """If two new sections could be the removed one, neither is paired."""
    assert pairs(["A", "B", "C"], ["A", "B1", "B2", "C"]) == {"a": "a", "c": "c"}


def test_one_new_for_two_gone_is_not_guessed() -> None:
    """If two removed sections could be the new one, neither is paired."""
    assert pairs(["A", "B1", "B2", "C"], ["A", "B", "C"]) == {"a": "a", "c": "c"}


def test_a_section_that_moved_away_is_not_taken_for_the_new_one() -> None:
    """A removed section at the top and a new one at the end are two different sections."""
    assert pairs(["A", "B", "C"], ["B", "C", "D"]) == {"b": "b", "c": "c"}


def test_contents_that_two_sections_share_are_no_evidence() -> None:
    """Equal contents of two sections are no evidence; their titles are."""
    before: list[Section | str] = [Section("A", "one", "same"), Section("B", "two", "same")]
    now: list[Section | str] = [Section("B", "four", "same"), Section("A", "three", "same")]

    assert pairs(before, now) == {"three": "one", "four": "two"}


def test_empty_contents_are_no_evidence() -> None:
    """Two sections without contents are not the same for that reason."""
    before: list[Section | str] = [Section("A", "one"), "Last"]
    now: list[Section | str] = ["Last", Section("B", "two")]

    assert pairs(before, now) == {"last": "last"}


def test_swapped_titles_without_keys_keep_their_titles_ids() -> None:
    """Sections without keys that swap titles are the sections of those titles, moved."""
    before: list[Section | str] = [Section("A", contents="a"), Section("B", contents="b")]
    now: list[Section | str] = [Section("B", contents="a"), Section("A", contents="b")]

    assert pairs(before, now) == {"a": "a", "b": "b"}


def test_a_retitled_section_is_an_update_under_its_old_id() -> None:
    """The plan of a retitled section is one update that names the old title, and no create."""
    state = state_of("First", "Second")

    plan = plan_of(course("First", "Another"), state)
    (change,) = plan.changes

    assert actions_in(plan) == [("update", address("another"))]
    assert change.previous_address == address("second")
    assert change.record_id == state.entries[address("second")].id


def test_writing_the_key_in_is_a_move_without_a_write() -> None:
    """If only a key changes, no request is sent: the entry gets the new address."""
    state = state_of("First", "Second")

    plan = plan_of(course("First", Section("Second", "the-second")), state)

    assert actions_in(plan) == [("move", address("the-second"))]
    assert plan.writes == 0
    assert (
        actions_in(plan_of(course("First", Section("Second", "the-second")), applied(plan, state)))
        == []
    )
