"""Shows the differences of contents as Markdown where their author wrote Markdown.

A state has only HTML, so both sides are converted; where that is not exact, HTML is shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.outlines.html_to_markdown import markdown_of
from coursesync.render.differences import compared_lines

if TYPE_CHECKING:
    from coursesync.kinds.resource import Resource
    from coursesync.render.excerpt import Difference
    from coursesync.render.row import Row


class Sources:
    """Converts a bounded number of contents, because each takes some milliseconds."""

    def __init__(self, most: int = 100) -> None:
        self._left = most

    def differences(self, row: Row) -> tuple[Difference, ...]:
        """Return the differences of a row, those of Markdown contents as Markdown."""
        resource = row.change.resource
        if resource is None or not self._left or not _is_markdown(resource):
            return row.differences
        return tuple(self._as_markdown(row, each) for each in row.differences)

    def _as_markdown(self, row: Row, difference: Difference) -> Difference:
        change = row.change
        if not difference.lines or difference.properties != (change.kind.contents_property,):
            return difference
        self._left -= 1
        sides = (change.before or {}, change.attributes)
        before, after = (markdown_of(change.kind.contents_of(each)) for each in sides)
        if before is None or after is None:
            return difference
        return replace(difference, lines=compared_lines(before, after, row.around.comparisons))


def _is_markdown(resource: Resource) -> bool:
    if resource.in_file:
        return True
    value = resource.tree.value_at(resource.path)
    written = value.get("contents") if isinstance(value, dict) else None
    return isinstance(written, dict) and "markdown" in written
