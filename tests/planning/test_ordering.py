"""The order: compared with every other way of assigning the numbers."""

from __future__ import annotations

from itertools import accumulate, chain, combinations, count, pairwise, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from planning.room import has_room
from shares import examples

from coursesync.kinds.pins import Pinned, misfit
from coursesync.planning.ordering import assign

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Numbers = list[int | None]

SMALL = st.none() | st.integers(0, 12)
WIDE = st.none() | st.integers(0, 60) | st.integers(0, 1_000_000_000)


def most_kept(prior: Sequence[int | None], pins: Sequence[int | None]) -> int:
    """Count the prior numbers that can be kept at the most, by trying every choice of them."""
    free = [i for i, pin in enumerate(pins) if pin is None and prior[i] is not None]
    choices: Iterable[tuple[int, ...]] = chain.from_iterable(
        combinations(free, size) for size in range(len(free), -1, -1)
    )
    for choice in choices:
        tried = [prior[i] if i in choice else pin for i, pin in enumerate(pins)]
        if has_room(tried):
            return len(choice)
    raise AssertionError("the pins alone have room")


def kept(numbers: Sequence[int], prior: Sequence[int | None], pins: Sequence[int | None]) -> int:
    """Count the numbers without a pin that have not changed."""
    together = zip(numbers, prior, pins, strict=True)
    return sum(pin is None and number == before for number, before, pin in together)


@st.composite
def lists(draw: st.DrawFn, longest: int = 12) -> tuple[Numbers, Numbers]:
    """Prior numbers and pins of one length; the pins fit."""
    size = draw(st.integers(0, longest))
    numbers, gap = draw(st.sampled_from([(SMALL, 2), (WIDE, 20)]))
    prior = draw(st.lists(numbers, min_size=size, max_size=size))
    gaps = draw(st.lists(st.integers(0, gap), min_size=size, max_size=size))
    pinned = draw(st.lists(st.sampled_from([False, False, True]), min_size=size, max_size=size))
    rising = [i + total for i, total in enumerate(accumulate(gaps))]
    pins = [number if pin else None for number, pin in zip(rising, pinned, strict=True)]
    return prior, pins


@settings(deadline=None, max_examples=examples(200))
@given(lists(40))
def test_numbers_increase_from_zero(given_: tuple[Numbers, Numbers]) -> None:
    """The numbers are strictly increasing and never below 0, whatever was sent before."""
    prior, pins = given_
    numbers = assign(prior, pins)

    assert len(numbers) == len(prior)
    assert all(number >= 0 for number in numbers)
    assert all(one < next_ for one, next_ in pairwise(numbers))


@settings(deadline=None, max_examples=examples(200))
@given(lists(40))
def test_a_pinned_number_holds(given_: tuple[Numbers, Numbers]) -> None:
    """A section with a pin gets that very number."""
    prior, pins = given_
    numbers = assign(prior, pins)

    assert [number for number, pin in zip(numbers, pins, strict=True) if pin is not None] == [
        pin for pin in pins if pin is not None
    ]


@settings(deadline=None, max_examples=examples(300))
@given(lists(9))
def test_as_many_numbers_are_kept_as_can_be(given_: tuple[Numbers, Numbers]) -> None:
    """No other way of numbering needs fewer updates."""
    prior, pins = given_

    assert most_kept(prior, pins) == kept(assign(prior, pins), prior, pins)


@pytest.mark.parametrize("size", range(5))
def test_no_small_case_is_numbered_at_more_writes_than_it_needs(size: int) -> None:
    """Every list of up to four sections with small numbers and pins is numbered at the least."""
    for prior in product([None, 0, 1, 2, 5], repeat=size):
        for pins in product([None, 0, 2, 3], repeat=size):
            if has_room(pins):
                numbers = assign(prior, pins)
                assert has_room(numbers)
                assert most_kept(prior, pins) == kept(numbers, prior, pins)


def test_no_order_of_six_sections_is_restored_at_more_writes_than_it_needs() -> None:
    """Every list of six sections with the numbers 10, 20 or none needs the fewest updates."""
    for prior in product([10, 20, None], repeat=6):
        for pins in ([None] * 6, [None, None, 15, None, None, None]):
            assert most_kept(prior, pins) == kept(assign(prior, pins), prior, pins)


@settings(deadline=None, max_examples=examples(200))
@given(st.lists(SMALL, max_size=8))
def test_pins_misfit_just_where_no_numbering_holds_them(pins: Numbers) -> None:
    """There is a misfit exactly if no rising numbers fit all pins."""
    assert has_room(pins) == (not list(misfit(pins)))


@settings(deadline=None, max_examples=examples(200))
@given(st.lists(SMALL, max_size=8))
def test_without_the_pins_that_misfit_the_rest_fits(pins: Numbers) -> None:
    """If the pins that are named are removed, the others fit."""
    wrong = {i for i, _, _ in misfit(pins)}

    assert has_room([None if i in wrong else pin for i, pin in enumerate(pins)])


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ([5, 5], [(1, 0, Pinned.TWICE)]),
        ([5, 4], [(1, 0, Pinned.FALLS)]),
        ([5, None, 6], [(2, 0, Pinned.NO_ROOM)]),
        ([None, 0], [(1, None, Pinned.NO_ROOM)]),
        ([None, None, 2, 1, 3], [(3, 2, Pinned.FALLS), (4, 2, Pinned.NO_ROOM)]),
    ],
)
def test_a_misfit_names_the_two_and_the_reason(
    pins: Numbers, expected: list[tuple[int, int | None, Pinned]]
) -> None:
    """A pin that does not fit is reported with the pin that it collides with, and why."""
    assert expected == list(misfit(pins))


@settings(deadline=None, max_examples=examples(100))
@given(st.integers(0, 50))
def test_a_new_course_counts_in_tens(size: int) -> None:
    """If nothing was sent before, the numbers are 10, 20, 30."""
    nothing: Numbers = [None] * size

    assert [10 * k for k in range(1, size + 1)] == assign(nothing, nothing)


@settings(deadline=None, max_examples=examples(100))
@given(st.integers(1, 30), st.data())
def test_one_section_put_in_between_changes_no_other(size: int, data: st.DataObject) -> None:
    """In a course counted in tens, a new section at any place gets a number of its own."""
    prior: Numbers = [10 * k for k in range(1, size + 1)]
    at = data.draw(st.integers(0, size))
    with_new = [*prior[:at], None, *prior[at:]]

    numbers = assign(with_new, [None] * len(with_new))

    assert prior == numbers[:at] + numbers[at + 1 :]


@settings(deadline=None, max_examples=examples(100))
@given(lists(20))
def test_numbers_once_given_stay(given_: tuple[Numbers, Numbers]) -> None:
    """A second plan assigns the same numbers."""
    prior, pins = given_
    numbers: Numbers = [*assign(prior, pins)]

    assert assign(numbers, pins) == numbers


HELD = st.frozensets(st.integers(0, 14), max_size=8)


def has_room_beside(numbers: Sequence[int | None], held: frozenset[int]) -> bool:
    """Return whether rising numbers that nothing holds can replace each None."""
    least = 0
    for number in numbers:
        if number is None:
            least = next(free for free in count(least) if free not in held)
        elif number < least:
            return False
        least = (least if number is None else number) + 1
    return True


def most_kept_beside(
    prior: Sequence[int | None], pins: Sequence[int | None], held: frozenset[int]
) -> int:
    """Count the prior numbers that can be kept at the most, if held numbers are not used."""
    free = [i for i, pin in enumerate(pins) if pin is None and prior[i] is not None]
    choices: Iterable[tuple[int, ...]] = chain.from_iterable(
        combinations(free, size) for size in range(len(free), -1, -1)
    )
    for choice in choices:
        tried = [prior[i] if i in choice else pin for i, pin in enumerate(pins)]
        if has_room_beside(tried, held):
            return len(choice)
    raise AssertionError("the pins alone have room")


@settings(deadline=None, max_examples=examples(300))
@given(lists(20), HELD)
def test_no_number_that_is_held_is_given_out(
    given_: tuple[Numbers, Numbers], held: frozenset[int]
) -> None:
    """A section gets a held number only if it had it, pinned it, or no other is left."""
    prior, pins = given_
    numbers = assign(prior, pins, held=held)
    shared = [
        number
        for number, *own in zip(numbers, prior, pins, strict=True)
        if number in held and number not in own
    ]

    assert all(one < next_ for one, next_ in pairwise(numbers))
    assert all(pin in {None, number} for pin, number in zip(pins, numbers, strict=True))
    if has_room_beside(pins, held):
        assert shared == []


@settings(deadline=None, max_examples=examples(300))
@given(lists(8), HELD)
def test_as_many_numbers_are_kept_beside_those_that_are_held(
    given_: tuple[Numbers, Numbers], held: frozenset[int]
) -> None:
    """No other way of numbering that avoids the held numbers needs fewer updates."""
    prior, pins = given_
    held = held.difference(prior, pins)
    assume(has_room_beside(pins, held))
    numbers = assign(prior, pins, held=held)

    assert most_kept_beside(prior, pins, held) == kept(numbers, prior, pins)


@settings(deadline=None, max_examples=examples(200))
@given(lists(20), HELD)
def test_numbers_given_beside_those_that_are_held_stay(
    given_: tuple[Numbers, Numbers], held: frozenset[int]
) -> None:
    """A second plan assigns the same numbers; held numbers elsewhere change nothing."""
    prior, pins = given_
    numbers: Numbers = [*assign(prior, pins, held=held)]
    alone = assign(prior, pins)

    assert assign(numbers, pins, held=held) == numbers
    assert assign(prior, pins, held=held.difference(range(max(alone, default=0) + 1))) == alone


@pytest.mark.parametrize(
    ("prior", "held", "expected"),
    [
        ([10, 20, None], {30}, [10, 20, 40]),
        ([10, 20, None, None], {30, 50}, [10, 20, 40, 60]),
        ([10, None, 30], {20}, [10, 19, 30]),
        ([10, None, 12], {11}, [3, 7, 12]),
        ([None, 1], {0}, [10, 20]),
        ([60, None], {60}, [60, 70]),
        ([60, 50], {60}, [10, 50]),
    ],
)
def test_new_numbers_beside_an_orphans(prior: Numbers, held: set[int], expected: list[int]) -> None:
    """A held number is avoided, by steps of ten or in the gap; or others are renumbered."""
    assert assign(prior, [None] * len(prior), held=held) == expected


def test_pins_that_leave_no_other_number_hold() -> None:
    """A section between two pins gets a held number if there is no other."""
    assert assign([None] * 3, [4, None, 6], held={5}) == [4, 5, 6]


def test_a_thousand_sections_reversed_are_renumbered_at_once() -> None:
    """A long list in the opposite order keeps one number and takes no noticeable time."""
    prior: Numbers = [10 * k for k in range(1000, 0, -1)]

    numbers = assign(prior, [None] * 1000)

    assert kept(numbers, prior, [None] * 1000) == 1
