"""Advice on the course's own fields, in `course`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Code, Remedy
from coursesync.kinds import LISTED
from coursesync.kinds.publication import PUBLISHED
from coursesync.kinds.visibility import HIDDEN, PUBLIC, VISIBILITY
from coursesync.outlines.advice.advice import Advice
from coursesync.outlines.advice.rule import Rule
from coursesync.outlines.checks import fields_of
from coursesync.text import coded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.kinds.resource import Resource
    from coursesync.outlines.outline import Outline

_FEATURED = "featured"


def own_fields(outline: Outline, seen: Sequence[Resource]) -> Iterator[Advice]:
    """Find fields of a course that contradict each other; `seen` are the items members see."""
    if outline.course is None:
        return
    tree, path = outline.tree, outline.course.path
    values = fields_of(tree.value_at(path))
    if values.get(_FEATURED) is True and values.get(VISIBILITY.name) == HIDDEN:
        problem = "the home page shows a course that only those with its link should find"
        remedy = coded(f"Write `{VISIBILITY.name}: {PUBLIC}`, or delete the line of `{_FEATURED}:`")
        yield Advice(tree, (*path, _FEATURED), problem, remedy, Rule.FEATURED_HIDDEN)
    if values.get(PUBLISHED.name) is True and not seen:
        problem = "members who open this course find nothing in it"
        until = f"until it has a {LISTED.name} that they see."
        remedy = Remedy("Write", Code(f"{PUBLISHED.name}: false"), until)
        yield Advice(tree, (*path, PUBLISHED.name), problem, remedy, Rule.PUBLISHED_EMPTY)
