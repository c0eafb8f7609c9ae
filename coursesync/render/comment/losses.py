"""Owns the list of what a plan takes from members, each in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.render.comment.prose import named
from coursesync.render.comment.words import heading, taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.planning.plan import Course
    from coursesync.render.comment.seen import Item
    from coursesync.render.rows import CourseView


def losses(
    found: Sequence[tuple[CourseView, Sequence[Item]]], courses: Mapping[int, Course]
) -> list[tuple[Item, str]]:
    """Return what is taken from members, the heaviest first, each with its line of Markdown.

    Args:
        found: the courses of a plan, each with what its members see differently.
        courses: all courses of the plan, by Id.
    """
    lost = [(course, each) for course, items in found for each in items if each.effect.takes]
    lost.sort(key=lambda each: each[1].effect)
    several = len({id(course) for course, _ in lost}) > 1
    found_in = [f", in {named(course.title)}" if several else "" for course, _ in lost]
    return [
        (item, f"{heading(item, is_mixed=True)}{where}: {taken(item, courses)}")
        for (_, item), where in zip(lost, found_in, strict=True)
    ]
