"""Makes an `Outline` of a positioned tree, or all its diagnostics.

Owns the order of the checks. It must never decide which fields are valid (the models do), their
properties (a kind's table does) or the words of mistakes (`mistakes` and `checks` do).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from coursesync.errors import Diagnostic, UnusableFile
from coursesync.kinds import LISTED
from coursesync.kinds.address import address_of
from coursesync.kinds.contents import Contents
from coursesync.kinds.field import Role
from coursesync.kinds.kind import Resource
from coursesync.kinds.pins import UNPINNED
from coursesync.kinds.spec import MOST_LISTED, CourseSpec
from coursesync.outlines.checks import (
    course_key_of,
    item_key,
    key_mistakes,
    order_mistakes,
    picture_mistakes,
    title_mistakes,
)
from coursesync.outlines.mistakes import diagnose
from coursesync.state.state import CourseRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Values
    from coursesync.kinds.spec import Spec
    from coursesync.kinds.tree import Path, Tree, Value

_TITLE, _ORDER, _CONTENTS = LISTED.names(Role.TITLE, Role.ORDER, Role.CONTENTS)
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Outline:
    """One valid outline: a course and its desired resources, in the members' order.

    `path` is the file's path as shown to people, `file` its path in the workspace; `sources` has
    the digests of that file and of each content file, by their paths in the workspace.
    """

    path: str
    key: str
    course_id: int
    title: str
    resources: tuple[Resource, ...]
    tree: Tree
    file: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def record(self) -> CourseRecord:
        """The record of the outline in the state, once all of it is applied."""
        return CourseRecord(
            id=self.course_id, path=self.file, sources=self.sources, title=self.title
        )


def build(
    tree: Tree,
    read: Callable[[str], str],
    in_state: Callable[[str], Collection[str]] = lambda _course: (),
) -> tuple[Outline | None, list[Diagnostic]]:
    """Make an outline of a tree.

    Args:
        tree: the outline's file; its name without the ending is the course's key by default.
        read: gives the text of a content file that the outline names, or raises UnusableFile.
        in_state: gives the keys that the state has in a course, by the course's key; called only
            to propose a new key.

    Returns:
        The outline, None if it has a mistake; and every mistake.
    """
    diagnostics: list[Diagnostic] = []
    course = _valid(CourseSpec, tree, (), diagnostics)
    course_key = course_key_of(tree)
    raw = tree.value.get(LISTED.plural) if isinstance(tree.value, dict) else None
    items: list[Value] = list(islice(raw, MOST_LISTED)) if isinstance(raw, list) else []
    keys = [item_key(item) for item in items]
    diagnostics += key_mistakes(tree, keys, partial(in_state, course_key))
    diagnostics += order_mistakes(tree, items)
    diagnostics += picture_mistakes(tree, items)
    diagnostics += title_mistakes(tree, items)
    contents = Contents(read)
    resources = []
    for i, item in enumerate(items):
        path: Path = (LISTED.plural, i)
        spec = _valid(LISTED.spec(), tree, path, diagnostics)
        try:
            values = _values(item, contents) if spec else _of_file(item, contents)
        except UnusableFile as unusable:
            diagnostics += unusable.named_at(tree.where((*path, _CONTENTS)))
            continue
        if spec is not None:
            attributes = {
                **LISTED.encode(values),
                LISTED.parent_property: course.id if course else 0,
            }
            resources.append(_resource(tree, path, spec, (course_key, keys[i]), attributes))
    if diagnostics or course is None:
        return None, diagnostics
    return Outline(tree.path, course_key, course.id, course.title, tuple(resources), tree), []


def _valid(model: type[M], tree: Tree, path: Path, diagnostics: list[Diagnostic]) -> M | None:
    try:
        return model.model_validate(tree.value_at(path))
    except ValidationError as error:
        diagnostics += diagnose(error, tree, path, model)
        return None


def _values(item: Value, contents: Contents) -> Values:
    """Return a valid item's values except its order; contents become HTML."""
    assert isinstance(item, dict)  # noqa: S101 - its model says so
    values = {name: value for name, value in item.items() if name != _ORDER}
    if _CONTENTS in values:
        values[_CONTENTS] = contents.of(values[_CONTENTS])
    return values


def _of_file(item: Value, contents: Contents) -> Values:
    """Read the content file of an item with mistakes, so that its mistakes are reported too."""
    if isinstance(item, dict) and _CONTENTS in item:
        alone = {_TITLE: "-", _CONTENTS: item[_CONTENTS]}
        with suppress(ValidationError):  # it is reported already
            LISTED.spec().model_validate(alone)
            return _values(alone, contents)
    return {}


def _resource(
    tree: Tree, path: Path, spec: Spec, keys: tuple[str, str], attributes: Attributes
) -> Resource:
    return Resource(
        kind=LISTED,
        address=address_of(LISTED.name, *keys),
        attributes=attributes,
        tree=tree,
        path=path,
        pin=None if spec.display_order == UNPINNED else spec.display_order,
        previous_keys=tuple(spec.previous_keys),
        key_is_derived=not spec.key,
        protected=spec.protect,
    )
