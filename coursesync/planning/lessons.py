"""Describes the lessons that prevent a change; `applying.lessons` finds them.

Progress belongs to lessons and enrolments. A lesson stays in its course when the record that holds
it moves to another. What happens to it when that record is deleted is not documented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.text import count, inert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.nexudus.lessons import Lesson
    from coursesync.planning.plan import Hindrance

_MOST_NAMED = 10
REMEDY = (
    "In Nexudus, move each lesson to another section, or delete it. Deleting a lesson loses the "
    "progress of members in it."
)


def describe(hindrance: Hindrance, most: int = _MOST_NAMED) -> str:
    """Return why a change can't be carried out, as a clause that names at most `most` lessons."""
    if hindrance.unknown:
        return f"its lessons can't be listed: {hindrance.unknown}"
    lessons = hindrance.lessons
    return f"it has {count(len(lessons), 'lesson')}: {_named(lessons, most)}"


def _named(lessons: Sequence[Lesson], most: int) -> str:
    names = [f'"{inert(each.title or "", 40)}" (Id {each.id})' for each in lessons[:most]]
    more = f" and {len(lessons) - most:,} more" if len(lessons) > most else ""
    return f"{', '.join(names)}{more}"
