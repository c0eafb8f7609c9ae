"""The lines of a text under the rule of reviews: what differs is never taken for the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ci.reviews import WELCOME, Main, Tree, course, section, specified_of
from hypothesis import given
from hypothesis import strategies as st

from coursesync.ci.coverage.delta import more_lines
from coursesync.ci.coverage.specified import Item

A, B, C, D, E = (f"Step {each}" for each in "ABCDE")
TEXTS = st.lists(st.sampled_from(["", "---", "- ", "Note", "One", "Two"]), max_size=9)


def text(*parts: str) -> Tree:
    """Return a tree with a text of paragraphs."""
    return {"welcome": course(section("a", contents="\n\n".join(parts)))}


def written(html: str, markdown: str = "") -> Item:
    """Return an item with these contents."""
    (item,) = specified_of(text("x")).courses[WELCOME].items.values()
    has = {**item.resource.attributes, item.kind.contents_property: html}
    return Item(replace(item.resource, attributes=has, markdown=markdown))


@given(st.lists(TEXTS, min_size=2, max_size=2, unique_by="\n".join), st.booleans())
def test_two_texts_never_have_an_empty_difference(
    texts: list[list[str]],
    is_markdown: bool,  # noqa: FBT001 - drawn
) -> None:
    """Whatever stands in a text several times."""
    was, now = (
        written("<p>", "\n".join(each)) if is_markdown else written("\n".join(each))
        for each in texts
    )

    assert any(more_lines(was, now).values())


def test_markdown_is_not_the_same_as_html() -> None:
    """What is written is read in another way."""
    assert more_lines(written("1 < 2"), written("<p>1 &lt; 2</p>", "1 < 2"))


def test_pictures_that_changed_places_are_a_difference() -> None:
    """Markdown names them by their files, whose pictures may change."""
    text = "![](a.png) ![](b.png)"
    one, two = '<img src="1">', '<img src="2">'

    assert more_lines(written(one + two, text), written(two + one, text))


def test_paragraphs_that_were_pushed_into_another_order_wait() -> None:
    """A review of another paragraph does not show their order."""
    main = Main(text(A, B, C, D))
    main.push(text(A, C, B, D))
    main.merge(text(A, C, B, D, E))

    assert main.reasons() == [("section.welcome.a", "contents", "PUSHED", "1")]


def test_a_reviewed_order_of_paragraphs_is_covered() -> None:
    """A review that only swaps two of them counts."""
    main = Main(text(A, B, C, D))
    main.merge(text(A, C, B, D))

    assert main.reasons() == []


@pytest.mark.parametrize("number", [1, 2])
def test_reviews_of_one_text_add_up_beside_each_other(number: int) -> None:
    """One puts a paragraph before that of another one, or swaps what stands after it."""
    first, other, both = (
        ((A, E, B, C, D), ("Step 1", B, C, D), ("Step 1", E, B, C, D))
        if number == 1
        else ((A, "Step 2", C, D), (A, B, D, C), (A, "Step 2", D, C))
    )
    main = Main(text(A, B, C, D))
    main.merge(text(*first))
    main.merge(text(*other), base=text(A, B, C, D), result=text(*both))

    assert main.reasons() == []


def test_what_a_merge_swaps_beside_its_review_waits() -> None:
    """A review that adds a paragraph does not show that two others changed places."""
    main = Main(text(A, B, C, D))
    main.merge(text(A, B, C, D, E), result=text(A, C, B, D, E))

    assert ("section.welcome.a", "contents", "NOT_SHOWN", "1") in main.reasons()


def test_a_paragraph_between_two_that_another_review_swapped_waits() -> None:
    """Its review shows it below the first and above the last; nobody reviewed the opposite."""
    main = Main(text(A, B, C, D, E))
    main.merge(text(E, B, C, D, A))
    main.merge(
        text(A, B, "Step 3", D, E), base=text(A, B, C, D, E), result=text(E, B, "Step 3", D, A)
    )

    assert main.reasons() == [("section.welcome.a", "contents", "NOT_SHOWN", "2")]


def test_a_swap_around_a_paragraph_that_another_review_wrote_is_covered() -> None:
    """The swap is the last that sets their order, and its review shows it."""
    main = Main(text(A, B, C))
    main.merge(text(A, "Step 2", C))
    main.merge(text(C, B, A), base=text(A, B, C), result=text(C, "Step 2", A))

    assert main.reasons() == []


def test_a_push_that_swaps_two_paragraphs_around_a_reviewed_one_waits() -> None:
    """The site has the two as main has them, but nobody reviewed the third one between them so."""
    main = Main(text(A, B, C, D))
    main.push(text(D, B, C, A))
    main.merge(text(D, B, "Step 3", C, A))
    main.push(text(A, B, "Step 3", C, D))

    assert main.reasons() == [("section.welcome.a", "contents", "PUSHED", "3")]


def test_a_push_that_puts_a_paragraph_back_above_a_reviewed_one_waits() -> None:
    """The site has it; that it stands above the other one was withdrawn, then pushed."""
    main = Main(text(A, B, C))
    main.merge(text(A, B, C, D))
    main.merge(text("Step 1", B, C), base=text(A, B, C), result=text("Step 1", B, C, D))
    main.push(text(A, B, C, D))

    assert main.reasons() == [("section.welcome.a", "contents", "PUSHED", "3")]
