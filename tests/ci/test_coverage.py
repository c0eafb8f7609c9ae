"""The rule of reviews, clause by clause: the review of the last setter has to show a value."""

from __future__ import annotations

import pytest
from ci.reviews import WELCOME, Main, course, section

A, B = section("a", contents="One\nTwo\nThree"), section("b")
FIRST = {"welcome": course(A, B)}


def but(key: str, **fields: object) -> dict[str, object]:
    """Return section a or b with other fields."""
    return {**(A if key == "a" else B), **fields}


def test_a_reviewed_merge_covers() -> None:
    """What the last setter's review shows is covered."""
    main = Main(FIRST)
    main.merge({"welcome": course(but("a", title="Hello"), B, section("c"))})

    assert main.reasons() == []
    assert main.coverage().covered == {WELCOME}


def test_a_push_covers_nothing() -> None:
    """What was pushed waits, and names the item, the field, and the commit."""
    main = Main(FIRST)
    main.push({"welcome": course(but("a", title="Hello"), B, section("c"))})

    assert main.reasons() == [
        ("section.welcome.a", "title", "PUSHED", "1"),
        ("section.welcome.c", "", "PUSHED", "1"),
    ]


def test_reviews_add_up() -> None:
    """Two reviews from one base are covered, each by its own delta."""
    main = Main(FIRST)
    one = {"welcome": course(but("a", title="Hello"), B)}
    two = {"welcome": course(A, but("b", title="Bye"), section("c"))}
    both = {"welcome": course(but("a", title="Hello"), but("b", title="Bye"), section("c"))}
    main.merge(one)
    main.merge(two, base=FIRST, result=both)

    assert main.reasons() == []


def test_a_push_past_a_review_does_not_count_as_reviewed() -> None:
    """What was reviewed, withdrawn and pushed is not covered: the push set it last."""
    hello = {"welcome": course(but("a", title="Hello"), B)}
    main = Main(FIRST)
    main.merge(hello)
    main.merge(FIRST)
    main.push(hello)

    assert main.reasons() == [("section.welcome.a", "title", "PUSHED", "3")]


def test_a_reviewed_revert_covers_the_reverted_value() -> None:
    """A revert by a review covers what it puts back, also where the other value was applied."""
    main = Main(FIRST)
    main.push({"welcome": course(but("a", title="Hello"), B)})
    state = Main(main.tree).state
    main.merge(FIRST)
    main.state = state

    assert main.plan().has_changes
    assert main.reasons() == []


@pytest.mark.parametrize(
    ("approved", "merged_as", "reason"),
    [(False, "1", "UNAPPROVED"), (True, "head1", "PUSHED")],
)
def test_a_review_that_does_not_count_covers_nothing(
    *, approved: bool, merged_as: str, reason: str
) -> None:
    """A review without approval, or whose head was pushed to main, covers nothing."""
    main = Main(FIRST)
    main.merge(
        {"welcome": course(but("a", title="Hello"), B)}, approved=approved, merged_as=merged_as
    )

    assert main.reasons() == [("section.welcome.a", "title", reason, "1")]


def test_without_another_reviewer_no_approval_is_needed() -> None:
    """A workspace may state that there is no other reviewer."""
    main = Main(FIRST, needs_approval=False)
    main.merge({"welcome": course(but("a", title="Hello"), B)}, approved=False)

    assert main.reasons() == []


def test_while_the_index_lags_nothing_is_known() -> None:
    """A commit whose review the forge does not know yet is neither covered nor held."""
    main = Main(FIRST)
    main.merge_unindexed({"welcome": course(but("a", title="Hello"), B)})
    coverage = main.coverage()

    assert coverage.waiting == {WELCOME}
    assert (coverage.held, coverage.covered) == ({}, frozenset())


def test_while_the_index_lags_nobody_has_to_decide_about_what_is_new() -> None:
    """A new section may be shown to members by the review that brought it."""
    main = Main(FIRST)
    main.merge_unindexed({"welcome": course(A, B, section("c", contents="Door: 1234"))})
    coverage = main.coverage()

    assert coverage.held == {}
    assert coverage.waiting == {WELCOME}


def test_lines_count_one_by_one() -> None:
    """Of a text, the line that was pushed is not covered, and is named."""
    main = Main(FIRST)
    main.merge({"welcome": course(but("a", contents="Uno\nTwo\nThree"), B)})
    main.push({"welcome": course(but("a", contents="Uno\nTwo\nTres"), B)})
    (found,) = main.coverage().held[WELCOME]

    assert (found.field, found.set_by, found.lines) == ("contents", "2", ("Three", "Tres"))


def test_two_reviews_of_one_text_add_up() -> None:
    """Reviews that change other lines of one text are covered together."""
    main = Main(FIRST)
    main.merge({"welcome": course(but("a", contents="Uno\nTwo\nThree"), B)})
    main.merge(
        {"welcome": course(but("a", contents="One\nTwo\nTres"), B)},
        base=FIRST,
        result={"welcome": course(but("a", contents="Uno\nTwo\nTres"), B)},
    )

    assert main.reasons() == []
