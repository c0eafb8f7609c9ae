"""The fields of an outline, in the order in which they are written, and which of them hold prose.

Owns the answer for every path; it must never name a field itself: the tables of the kinds do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.kinds import LISTED
from coursesync.kinds.course_spec import CourseSpec
from coursesync.kinds.field import Role
from coursesync.outlines.checks import ITEMS

if TYPE_CHECKING:
    from coursesync.kinds.tree import Path

COURSE_FIELDS = tuple(CourseSpec.model_fields)
ITEM_FIELDS = tuple(field.name for field in LISTED.fields)
PROSE = frozenset({LISTED.field(Role.CONTENTS).name})  # their texts may be written as a block


def fields_at(path: Path) -> tuple[str, ...]:
    """Return the fields of the mapping at a path, in their order; none where it has none."""
    match path:
        case ():
            return COURSE_FIELDS
        case (list_name, _) if list_name == ITEMS:
            return ITEM_FIELDS
        case _:
            return ()
