"""Which lessons stand in the way of a change, in whichever course they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from coursesync.applying.hindrances import hindrance_to
from coursesync.kinds.address import address_of
from coursesync.kinds.section import SECTION
from coursesync.nexudus.records import Record
from coursesync.planning.action import Action
from coursesync.planning.change import Change
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.inside import Inside

NUMBER, HERE, THERE, ELSEWHERE = 1_000_001, 4711, 4712, 4713


class Inexact:
    """The lessons of a section, in these courses."""

    def __init__(self, *courses: int) -> None:
        self._found = [
            Record(number, course, {}, None, None, None) for number, course in enumerate(courses, 1)
        ]

    def of(self, _holder: int, _kind: Kind, _most: float) -> Sequence[Record]:
        """Return all of them."""
        return self._found


def in_the_way(action: Action, *courses: int) -> list[int]:
    """Return which lessons of a section stand in the way of its deletion, or of its move."""
    course = THERE if action is Action.UPDATE else HERE
    address = address_of("section", "a", "two")
    change = Change(action, address, SECTION, course, Entry(sent={"CourseId": HERE}, id=NUMBER))
    hindrance = hindrance_to(change, cast("Inside", Inexact(*courses)), ())
    return [courses[each.id - 1] for each in hindrance.inside] if hindrance else []


@pytest.mark.parametrize("course", [HERE, ELSEWHERE])
@pytest.mark.parametrize("action", [Action.DELETE, Action.UPDATE])
def test_a_lesson_of_the_section_counts_in_whichever_course_it_is(
    action: Action, course: int
) -> None:
    """A lesson of another course may sit in it, too."""
    assert in_the_way(action, course) == [course]


def test_a_lesson_in_the_sections_new_course_does_not_hinder_its_move() -> None:
    """A lesson of the new course does not hinder a move; it hinders a deletion."""
    assert in_the_way(Action.UPDATE, THERE) == []
    assert in_the_way(Action.DELETE, THERE) == [THERE]
