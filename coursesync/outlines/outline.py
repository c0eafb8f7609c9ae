"""An outline: a positioned tree in, an `Outline` or all its diagnostics out.

The models say what is valid, a kind's table what is sent, `mistakes` how a mistake is reported;
this derives keys, and checks what no single field shows: keys, Ids and pinned orders given twice.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from pydantic import ValidationError

from coursesync.errors import Diagnostic, UnusableFile
from coursesync.kinds import LISTED
from coursesync.kinds.address import address_of
from coursesync.kinds.contents import Contents
from coursesync.kinds.course_spec import MOST_LISTED, CourseSpec
from coursesync.kinds.field import Role
from coursesync.kinds.kind import Resource
from coursesync.kinds.pins import UNPINNED
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

    from coursesync.kinds.attributes import Attributes
    from coursesync.kinds.kind import Values
    from coursesync.kinds.spec import Spec
    from coursesync.kinds.tree import Path, Tree, Value

_TITLE, _ORDER, _CONTENTS = (
    LISTED.field(role).name for role in (Role.TITLE, Role.ORDER, Role.CONTENTS)
)


@dataclass(frozen=True, slots=True)
class Outline:
    """One valid outline: a course, and the resources that it wants, in the members' order.

    `path` is the file's path as shown to people, `file` its path in the workspace; `sources` are
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
        """What the state is to remember of it, once all of it is applied."""
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
        in_state: gives the keys that the state has in a course, by the course's key; asked only
            where a new key has to be proposed.

    Returns:
        The outline, or None where it has any mistake; and every mistake.
    """
    course, diagnostics = _course(tree)
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
        spec = _spec(tree, item, path, diagnostics)
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


def _course(tree: Tree) -> tuple[CourseSpec | None, list[Diagnostic]]:
    try:
        return CourseSpec.model_validate(tree.value), []
    except ValidationError as error:
        return None, list(diagnose(error, tree, (), CourseSpec))


def _spec(tree: Tree, item: Value, path: Path, diagnostics: list[Diagnostic]) -> Spec | None:
    try:
        return LISTED.spec().model_validate(item)
    except ValidationError as error:
        diagnostics += diagnose(error, tree, path, LISTED.spec())
        return None


def _values(item: Value, contents: Contents) -> Values:
    """Return what is sent of a valid item, but for its order: its contents as HTML."""
    assert isinstance(item, dict)  # noqa: S101 - its model says so
    values = {name: value for name, value in item.items() if name != _ORDER}
    if _CONTENTS in values:
        values[_CONTENTS] = contents.of(values[_CONTENTS])
    return values


def _of_file(item: Value, contents: Contents) -> Values:
    """Read the file of an item that has mistakes elsewhere, so that all are reported at once."""
    if isinstance(item, dict) and _CONTENTS in item:
        alone = {_TITLE: "-", _CONTENTS: item[_CONTENTS]}
        with suppress(ValidationError):  # that is reported already
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
