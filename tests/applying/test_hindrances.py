"""Which lessons stand in the way of a change, if a search finds more than was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from coursesync.applying.lessons import hindrance_to
from coursesync.kinds.address import address_of
from coursesync.kinds.section import SECTION
from coursesync.nexudus.lessons import Lesson, Lessons
from coursesync.planning.action import Action
from coursesync.planning.plan import Change
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBER, HERE, THERE, ELSEWHERE = 1_000_001, 4711, 4712, 4713


class Inexact:
    """The lessons of a search whose filter has no effect."""

    def __init__(self, *courses: int | None, section: int = NUMBER) -> None:
        self._found = [
            Lesson.model_validate({"Id": number, "SectionId": section, "CourseId": course})
            for number, course in enumerate(courses, 1)
        ]

    def of(self, _course: int, _most: float) -> Sequence[Lesson]:
        """Return all of them."""
        return self._found


def in_the_way(action: Action, found: Inexact) -> list[int | None]:
    """Return the courses of the lessons that stand in the way of a deletion, or of a move."""
    course = THERE if action is Action.UPDATE else HERE
    address = address_of("section", "a", "two")
    change = Change(action, address, SECTION, course, Entry(sent={"CourseId": HERE}, id=NUMBER))
    hindrance = hindrance_to(change, change.lesson_courses, cast("Lessons", found), ())
    return [each.course_id for each in hindrance.lessons] if hindrance else []


@pytest.mark.parametrize("course", [HERE, ELSEWHERE, None])
@pytest.mark.parametrize("action", [Action.DELETE, Action.UPDATE])
def test_a_lesson_of_the_section_counts_in_whichever_course_it_is(
    action: Action, course: int | None
) -> None:
    """A filter may be inexact; an unknown course is no reason to continue."""
    assert in_the_way(action, Inexact(course)) == [course]


def test_a_lesson_in_the_course_to_which_the_section_goes_is_in_nobodys_way() -> None:
    """A lesson of the new course does not hinder a move; it hinders a deletion."""
    assert in_the_way(Action.UPDATE, Inexact(THERE)) == []
    assert in_the_way(Action.DELETE, Inexact(THERE)) == [THERE]


def test_a_lesson_of_another_section_is_in_nobodys_way() -> None:
    """A lesson of another section hinders nothing, in any course."""
    assert in_the_way(Action.DELETE, Inexact(HERE, THERE, section=NUMBER + 1)) == []
