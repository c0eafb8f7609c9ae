"""The fields of an outline, in the order in which they are written.

The one place that gives an order to fields, and knows which of them hold text for members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.outlines.checks import SECTIONS

if TYPE_CHECKING:
    from coursesync.kinds.tree import Path

COURSE_FIELDS = ("id", "key", "title", SECTIONS)
SECTION_FIELDS = (
    "key",
    "previous_keys",
    "title",
    "unlock",
    "display_order",
    "active",
    "protect",
    "image",
    "contents",
)
PROSE = frozenset({"contents"})  # their texts may stand as a block


def fields_at(path: Path) -> tuple[str, ...]:
    """Return the fields of the mapping at a path, in their order; none where they have none."""
    if not path:
        return COURSE_FIELDS
    return SECTION_FIELDS if len(path) == 2 and path[0] == SECTIONS else ()  # noqa: PLR2004
