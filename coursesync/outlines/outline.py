"""Makes an `Outline` of a positioned tree, or all its diagnostics.

Owns the order of the checks. It must never decide which fields are valid (the models do), their
properties (a kind's table does) or the words of mistakes (`mistakes` and `checks` do).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
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
from coursesync.outlines.checks import contradictions, course_key_of, fields_of, item_key
from coursesync.outlines.mistakes import diagnose
from coursesync.state.state import CourseRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.tree import Path, Tree, Value

_TITLE, _ORDER, _CONTENTS = LISTED.names(Role.TITLE, Role.ORDER, Role.CONTENTS)
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Outline:
    """One valid outline: a course and its desired resources, in the members' order.

    `path` is the file's path as shown to people, `file` its path in the workspace; `sources` has
    the digests of that file and of each content file, by their paths in the workspace. `lists` are
    the addresses of the items, and of the course, that have a list of items of their own: where
    there is none, the items there are not managed.
    """

    path: str
    key: str
    course_id: int
    title: str
    resources: tuple[Resource, ...]
    tree: Tree
    file: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    lists: frozenset[Address] = frozenset()

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
    listed = fields_of(tree.value).get(LISTED.plural)
    items = [*map(fields_of, listed[:MOST_LISTED])] if isinstance(listed, list) else []
    keys = [*map(item_key, items)]
    diagnostics += contradictions(tree, items, keys, partial(in_state, course_key))
    contents = Contents(read)
    resources = []
    for i, item in enumerate(items):
        path: Path = (LISTED.plural, i)
        spec = _valid(LISTED.spec(), tree, path, diagnostics)
        values = {name: value for name, value in item.items() if name != _ORDER}
        # for an invalid item too, so that the mistakes in its file are reported at once
        if _CONTENTS in item and (spec or _is_contents(item[_CONTENTS])):
            try:
                values[_CONTENTS] = contents.of(item[_CONTENTS])
            except UnusableFile as unusable:
                diagnostics += unusable.named_at(tree.where((*path, _CONTENTS)))
        if course is None or spec is None or diagnostics:
            continue
        resources.append(
            Resource(
                kind=LISTED,
                address=address_of(LISTED.name, course_key, keys[i]),
                attributes={**LISTED.encode(values), LISTED.parent_property: course.id},
                tree=tree,
                path=path,
                pin=None if spec.display_order == UNPINNED else spec.display_order,
                previous_keys=tuple(spec.previous_keys),
                key_is_derived=not spec.key,
                protected=spec.protect,
            )
        )
    if diagnostics or course is None:
        return None, diagnostics
    return Outline(tree.path, course_key, course.id, course.title, tuple(resources), tree), []


def _valid(model: type[M], tree: Tree, path: Path, diagnostics: list[Diagnostic]) -> M | None:
    try:
        return model.model_validate(tree.value_at(path))
    except ValidationError as error:
        diagnostics += diagnose(error, tree, path, model)
        return None


def _is_contents(written: Value) -> bool:
    with suppress(ValidationError):
        LISTED.spec().model_validate({_TITLE: "-", _CONTENTS: written})
        return True
    return False
