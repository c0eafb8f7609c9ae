"""The parts of an import that the sandbox can't show: odd records, and which items fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION
from coursesync.nexudus.records import Record
from coursesync.operations.import_entries import entries_of
from coursesync.operations.import_files import most_that_fit
from coursesync.operations.import_records import Found, Managed, course_key, items_of, unsayable
from coursesync.outlines.outline import build
from coursesync.outlines.writer import WantedCourse, written
from coursesync.outlines.yaml_reader import parse
from coursesync.state.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.kinds.field import FieldValue

WHOLE: dict[str, FieldValue] = {"Title": "One", "DisplayOrder": 10, "UnlockType": 1}


def record(**fields: FieldValue) -> Record:
    """Return a record with these properties."""
    return Record(7, 4711, fields, None, None, None)


@pytest.mark.parametrize("unlock", [0, 4, -1, 2**40, "sequential"])
def test_an_unlock_rule_that_no_outline_has(unlock: FieldValue) -> None:
    """It is not read as another rule, which the next update would then write."""
    has = {**WHOLE, "UnlockType": unlock}

    assert "UnlockType" in unsayable(record(**has), SECTION)


def test_an_order_that_is_none() -> None:
    """A number that could not be read is not taken for 0."""
    has = {name: value for name, value in WHOLE.items() if name != "DisplayOrder"}

    assert "DisplayOrder" in unsayable(record(**has), SECTION)
    assert unsayable(record(**WHOLE), SECTION) == ""


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(0, 60))
def test_as_many_fit_as_can_stand_together_in_their_order(sizes: list[int], room: int) -> None:
    """Each item is kept or left with a reason, in order; none that is left would still fit."""

    def problem(items: Sequence[int]) -> str:
        return "" if sum(items) <= room and 7 not in items else "too much"

    kept, left = most_that_fit(sizes, problem)

    assert sorted([*kept, *(each for each, _ in left)]) == sorted(sizes)
    assert not problem(kept)
    assert all(why == "too much" for _, why in left)
    assert all(problem([*kept, each]) for each, _ in left)


def test_very_many_that_do_not_fit_are_not_tried_one_by_one() -> None:
    """The number of tries is bounded, because each reads all files again."""
    tries = []

    def problem(items: Sequence[int]) -> str:
        tries.append(len(items))
        return "too much" if len(items) > 10 else ""

    kept, left = most_that_fit(range(10_000), problem)

    assert (len(kept), len(left)) == (10, 9_990)
    assert len(tries) < 200


def test_a_courses_key_is_no_other_courses() -> None:
    """A key that is taken, in the state, or the same file name for some systems, is not used."""
    assert course_key(7, "House", {"house"}) == "house-7"
    assert course_key(7, "House", set(), {"house"}) == "house-7"
    assert course_key(7, "Stra\u00dfe", {"strasse"}) == "strasse-7"


def test_records_of_two_kinds_may_have_the_same_id() -> None:
    """An Id is one record's only among those of its kind."""
    lesson = {**WHOLE, "CompletionType": 2, "SectionId": 7}
    records = [Found(SECTION, record(**WHOLE)), Found(LESSON, record(**lesson))]
    managed = Managed.by(State(target="x"))
    course = WantedCourse(4711, "house", "House", items_of(records, managed))
    tree, _ = parse(written(course).text, "house.yaml")
    assert tree is not None
    outline, found = build(tree, lambda _name: "")
    assert outline is not None, found
    entries = entries_of(outline, records, managed, is_new=False)

    assert {at: entry.id for at, entry in entries.items()} == {
        "section.house.one": 7,
        "lesson.house.one.one": 7,
    }
    assert entries[outline.resources[1].address].known["SectionId"] == 7
    assert managed.by(State(target="x", entries=entries)).addresses == {
        (SECTION, 7): "section.house.one",
        (LESSON, 7): "lesson.house.one.one",
    }


def test_what_was_not_tried_is_not_blamed() -> None:
    """After many tries, the rest is rejected for that, and not for what is wrong with others."""
    kept, left = most_that_fit(
        range(1000), lambda some: "odd" if any(each % 2 for each in some) else "", "untried"
    )

    assert len(kept) + len(left) == 1000
    assert {why for each, why in left if each % 2 == 0} == {"untried"}
