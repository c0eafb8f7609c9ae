"""Outlines with mistakes on main: what reviews showed of the other courses, and of a repair."""

from __future__ import annotations

import pytest
from ci.reviews import EVENTS, WELCOME, Main, course, section, wrong

A, B = section("a"), section("b")
EVENT = section("c")
FIRST = {"welcome": course(A, B), "events": course(EVENT, course_id=EVENTS)}
PARTY = course(section("c", title="Party"), course_id=EVENTS)
NEW_B = course(A, section("b", title="Bee"))
NEW_B_TREE = {**FIRST, "welcome": NEW_B}
FOUR = course(A, section("b", title="Bee"), section("d"))


def test_mistakes_in_one_course_leave_the_reviews_of_others() -> None:
    """A review of another course counts, whatever was pushed to this one, before and after it."""
    main = Main(FIRST)
    main.push(main.edited(welcome=wrong()))
    main.merge(main.edited(events=PARTY))
    main.merge(main.edited(welcome=course(A, B)))

    assert main.coverage().covered == {EVENTS}
    assert main.reasons() == []


def test_a_push_with_mistakes_may_have_set_anything_in_its_course() -> None:
    """What the repair has and the last valid outline had not, nobody is known to have reviewed."""
    main = Main(FIRST)
    main.push(main.edited(welcome=wrong()))
    main.merge(main.edited(welcome=NEW_B))

    assert main.reasons() == [("section.welcome.b", "title", "PUSHED", "1")]
    assert main.coverage().commits == {"1", "2"}


def test_who_pushed_between_two_valid_outlines_can_not_approve() -> None:
    """Each commit in which the outline had mistakes may have set it."""
    main = Main(FIRST)
    main.merge(main.edited(welcome=wrong(number=1)))
    main.push(main.edited(welcome=wrong(number=2)))
    main.merge(main.edited(welcome=NEW_B))

    assert main.reasons() == [("section.welcome.b", "title", "PUSHED", "2")]
    assert main.coverage().commits == {"1", "2", "3"}


def test_reviews_that_merge_into_mistakes_count_once_a_review_repairs_them() -> None:
    """Whichever of them set something, somebody reviewed it."""
    main = Main(FIRST)
    main.merge(NEW_B_TREE, FIRST, main.edited(welcome=wrong()))
    main.merge(main.edited(welcome=FOUR), main.tree)

    assert main.reasons() == []


@pytest.mark.parametrize(
    ("facts", "reason", "commit"),
    [
        ({"approved": False}, "UNAPPROVED", "1"),
        ({"merged_as": "head1"}, "PUSHED", "1"),
        ({"is_clean": False}, "NOT_SHOWN", "2"),
    ],
)
def test_one_of_them_that_does_not_count(
    facts: dict[str, object], reason: str, commit: str
) -> None:
    """A merge without an approval, or one with other files than git makes, may have set it."""
    main = Main(FIRST)
    main.merge(NEW_B_TREE, FIRST, main.edited(welcome=wrong()), **facts)
    main.merge(main.edited(welcome=NEW_B), main.tree)

    assert {each[2:] for each in main.reasons()} == {(reason, commit)}
    assert main.coverage().commits == {"1", "2"}


def test_a_repair_by_a_push_covers_nothing() -> None:
    """It is the first commit after which anybody knows what main specifies."""
    main = Main(FIRST)
    main.merge(NEW_B_TREE, FIRST, main.edited(welcome=wrong()))
    main.push(main.edited(welcome=NEW_B))

    assert main.reasons() == [("section.welcome.b", "title", "PUSHED", "2")]


def test_a_repair_that_began_before_the_mistakes_shows_its_own() -> None:
    """What it shows is known from two valid outlines; what else differs may have been pushed."""
    main = Main(FIRST)
    main.push(main.edited(welcome=wrong()))
    main.merge({**FIRST, "welcome": NEW_B}, FIRST, {**FIRST, "welcome": FOUR})

    assert {each[:3] for each in main.reasons()} == {("section.welcome.d", "", "NOT_SHOWN")}


def test_the_index_may_not_know_yet_who_reviewed_the_mistakes() -> None:
    """That is temporary: the course waits, and no reason is given."""
    main = Main(FIRST)
    main.merge_unindexed(main.edited(welcome=wrong()))
    main.merge(main.edited(welcome=NEW_B))

    assert main.coverage().waiting == {WELCOME}
    assert main.reasons() == []


def test_a_review_of_an_outline_with_mistakes_shows_nothing_of_it() -> None:
    """Its head can't be read, so it does not cover what main has, by whatever means."""
    main = Main(FIRST)
    main.merge({**FIRST, "welcome": wrong()}, FIRST, NEW_B_TREE)

    assert main.reasons() == [("section.welcome.b", "title", "NOT_SHOWN", "1")]


def test_what_moves_out_of_a_course_with_mistakes_waits() -> None:
    """Nobody knows what the review of the other course took from it."""
    main = Main(FIRST)
    main.push(main.edited(welcome=wrong()))
    guest = section("b", previous_keys=["welcome.b"])
    events = course(EVENT, guest, course_id=EVENTS)
    main.merge({"welcome": course(A), "events": events})

    assert main.coverage().covered == set()
    assert "PUSHED" in {each[2] for each in main.reasons()}


@pytest.mark.parametrize("by", ["a review without mistakes", "a review with mistakes"])
def test_what_takes_from_members_is_shown_by_one_review_alone(by: str) -> None:
    """Together, several reviews do not show it, because nobody looked at them together."""
    hidden = course(A, section("b", active=False))
    main = Main(FIRST)
    head = {**FIRST, "welcome": hidden} if by == "a review without mistakes" else main.tree
    main.merge(head, FIRST, main.edited(welcome=wrong()))
    main.merge(main.edited(welcome=hidden), main.tree)

    found = [("section.welcome.b", "active", "NOT_SHOWN", "2")]
    assert main.reasons() == ([] if by == "a review without mistakes" else found)


def test_what_was_so_before_and_after_the_mistakes_was_not_set_meanwhile() -> None:
    """What a review set before them stays covered."""
    main = Main(FIRST)
    main.merge(NEW_B_TREE)
    main.push(main.edited(welcome=wrong()))
    main.push(NEW_B_TREE)

    assert main.reasons() == []
