"""A record that another item takes over: the item that members have is taken from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ci.reviews import EVENTS, WELCOME, Main, course, section

if TYPE_CHECKING:
    from ci.reviews import Tree

A, OLD = section("a", contents="One"), section("old", title="House rules", contents="Be kind")
NEW = section("new", title="Party", contents="Dance")
NAMED = {**NEW, "previous_keys": ["old"]}


def tree(*sections: dict[str, Any], on_removal: str = "keep") -> Tree:
    return {"welcome": course(*sections), "on_removal": on_removal}


def replaced(reason: str, commit: str) -> tuple[str, str, str, str]:
    return "section.welcome.new", "", reason, commit


def test_a_pushed_replacement_waits() -> None:
    """A push that gives a new section the record of another one is no rename."""
    main = Main(tree(A, OLD))
    main.merge(tree(A, OLD, NEW))
    main.push(tree(A, NAMED))
    (found, *_) = main.coverage().held[WELCOME]

    assert main.plan().writes == 1
    assert replaced("PUSHED", "2") in main.reasons()
    assert found.what.endswith("takes the place of something that members have")
    assert found.others == ("House rules",)


def test_former_keys_that_are_pushed_after_a_reviewed_removal_wait() -> None:
    """A reviewed removal does not show which section gets the record."""
    main = Main(tree(A, OLD))
    main.merge(tree(A, NEW))
    main.push(tree(A, NAMED))

    assert main.reasons() == [replaced("PUSHED", "2")]


def test_a_removal_that_is_pushed_before_reviewed_former_keys_waits() -> None:
    """Reviewed former keys do not show what was removed by a push before the review began."""
    main = Main(tree(A, OLD))
    main.push(tree(A))
    main.merge(tree(A, NAMED))

    assert main.reasons() == [replaced("PUSHED", "1")]


def test_a_review_that_shows_both_covers_a_replacement() -> None:
    """A review of a rename counts, also where a push removed the section in the meantime."""
    main = Main(tree(A, OLD))
    main.push(tree(A))
    main.merge(tree(A, NAMED), base=tree(A, OLD))

    assert main.plan().writes == 1
    assert main.reasons() == []


def test_a_reviewed_correction_covers_a_replacement() -> None:
    """One review takes a section out, another one says which section gets its record."""
    main = Main(tree(A, OLD))
    main.merge(tree(A, NEW))
    main.merge(tree(A, NAMED))

    assert main.plan().writes == 1
    assert main.reasons() == []


def test_a_push_that_revives_a_kept_record_waits() -> None:
    """A record whose outline forgot it long ago is still what members have."""
    main = Main(tree(A, OLD))
    state = main.state
    main = Main(tree(A))
    main.state = state
    main.merge(tree(A, NEW))
    main.push(tree(A, NAMED))

    assert main.reasons() == [replaced("PUSHED", "2")]


def test_a_replacement_from_another_parent_waits() -> None:
    """The record of a lesson of another section is one that members have there."""
    tour, party = {"key": "tour", "title": "Tour"}, {"key": "party", "title": "Party"}
    b = section("b", lessons=[party])
    main = Main(tree(section("a", lessons=[tour]), section("b", lessons=[])))
    main.merge(tree(section("a", lessons=[tour]), b))
    named = {**party, "previous_keys": ["lesson.welcome.a.tour"]}
    main.push(tree(section("a", lessons=[]), section("b", lessons=[named])))

    assert main.plan().writes == 1
    assert ("lesson.welcome.b.party", "", "PUSHED", "2") in main.reasons()


def test_a_replacement_from_another_course_waits() -> None:
    """The record of a section of another course is one that members have there."""

    def both(events: dict[str, Any], *welcome: dict[str, Any]) -> Tree:
        parts = section("c"), *([events] if events else [])
        return {"welcome": course(*welcome), "events": course(*parts, course_id=EVENTS)}

    main = Main(both({}, A, OLD))
    main.merge(both(NEW, A, OLD))
    main.push(both({**NEW, "previous_keys": ["welcome.old"]}, A))

    assert main.plan().writes == 1
    assert ("section.events.new", "", "PUSHED", "2") in main.reasons()


@pytest.mark.parametrize("stated", [True, False])
def test_a_reviewed_rename_that_the_next_review_rewords_is_covered(*, stated: bool) -> None:
    """Two reviews before one apply: with former keys or a new record, all of it is shown."""
    renamed = {**OLD, "key": "new", **({"previous_keys": ["old"]} if stated else {})}
    main = Main(tree(A, OLD))
    main.merge(tree(A, renamed))
    main.merge(tree(A, {**renamed, "title": "Manners", "contents": "Be good"}))

    assert main.plan().writes == 1
    assert main.reasons() == []


def test_a_pushed_key_that_the_next_review_rewords_waits() -> None:
    """Who gave it the key makes the record new."""
    main = Main(tree(A, OLD))
    main.push(tree(A, {**OLD, "key": "new"}))
    main.merge(tree(A, {**NEW, "contents": "Be good"}))

    assert main.reasons() == [replaced("PUSHED", "1")]


def test_a_rename_does_not_show_a_removal() -> None:
    """Where removed items are hidden, a new record in the place of a renamed one takes it away."""
    main = Main(tree(A, OLD, on_removal="deactivate"))
    main.merge(tree(A, {**OLD, "key": "new"}, on_removal="deactivate"))
    main.merge(
        tree(A, {**OLD, "key": "new", "title": "X", "contents": "Y"}, on_removal="deactivate")
    )

    assert main.reasons() == [("section.welcome.old", "", "NOT_SHOWN", "1")]


def test_a_push_that_renames_an_item_to_a_key_that_another_one_had_waits() -> None:
    """Key by key, each rename is one; the record with the key gets another item's text."""
    main = Main(tree(A, OLD))
    kept = {**OLD, "key": "older"}
    moved = {**kept, "previous_keys": ["old"]}
    main.merge(tree({**A, "title": "Hello", "contents": "Two"}, moved))
    main.push(tree(section("old", title="Hello", contents="Two"), kept))

    assert ("section.welcome.old", "", "PUSHED", "2") in main.reasons()


def test_what_was_withdrawn_and_is_back_is_renamed() -> None:
    """An item that is there again, with its key, is the one that members have."""
    main = Main(tree(A, OLD))
    main.merge(tree(A))
    main.merge(tree(A, OLD))
    main.merge(tree(A, {**OLD, "key": "new", "title": "Manners", "previous_keys": ["old"]}))

    assert main.plan().writes == 1
    assert main.reasons() == []
