"""An outline: a positioned tree in, an `Outline` or all its diagnostics out.

Pure. The models say what is valid, `mistakes` how a mistake is told; this derives
keys, and checks what no single field shows: keys, Ids and pinned orders given twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coursesync.errors import Diagnostic, UnusableFile
from coursesync.kinds import KINDS
from coursesync.kinds.address import address_of
from coursesync.kinds.attributes import MAX_ID
from coursesync.kinds.contents import Contents
from coursesync.kinds.kind import Resource
from coursesync.kinds.pins import UNPINNED
from coursesync.kinds.spec import STRICT, Key, Title
from coursesync.outlines.checks import (
    SECTIONS,
    course_key_of,
    key_mistakes,
    order_mistakes,
    picture_mistakes,
    section_key,
    title_mistakes,
)
from coursesync.outlines.mistakes import diagnose
from coursesync.state.state import CourseRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from coursesync.kinds.attributes import Attributes
    from coursesync.kinds.spec import Spec
    from coursesync.kinds.tree import Path, Tree

_SECTION = KINDS["section"]
MAX_SECTIONS = 5_000  # what the API lets one write in a day


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


class CourseSpec(BaseModel):
    """The outline of one course."""

    model_config = ConfigDict(**STRICT, title="Outline")

    id: Annotated[int, Field(ge=1, le=MAX_ID)] = Field(
        title="The course's Id",
        description="The course's Id in Nexudus. coursesync makes no courses: it must be there.",
        examples=[4711],
    )
    key: Key | None = Field(
        None,
        title="The course's name",
        description="The course's name in addresses, as in section.onboarding.welcome; by default "
        "the file's name without its ending.",
        examples=["onboarding"],
    )
    title: Title = Field(
        title="Title",
        description="The course's title, for people who read plans.",
        examples=["Member onboarding"],
    )
    # each of them is checked by its kind's own model
    sections: Annotated[list[object], Field(max_length=MAX_SECTIONS)] = Field(
        title="Sections",
        description="The sections, in the order in which members see them.",
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
    raw = tree.value.get(SECTIONS) if isinstance(tree.value, dict) else None
    sections: list[object] = list(islice(raw, MAX_SECTIONS)) if isinstance(raw, list) else []
    keys = [section_key(section) for section in sections]
    diagnostics += key_mistakes(tree, keys, partial(in_state, course_key))
    diagnostics += order_mistakes(tree, sections)
    diagnostics += picture_mistakes(tree, sections)
    diagnostics += title_mistakes(tree, sections)
    contents = Contents(read)
    resources = []
    for i, section in enumerate(sections):
        spec = _spec(tree, section, (SECTIONS, i), diagnostics)
        if spec is not None:
            try:
                attributes = spec.attributes(course.id if course else 0, contents)
            except UnusableFile as unusable:
                where = tree.where((SECTIONS, i, "contents"))
                diagnostics += unusable.named_at(where)
                continue
            resources.append(_resource(tree, i, spec, (course_key, keys[i]), attributes))
        elif (file := _file_mistake(section, contents)) is not None:
            where = tree.where((SECTIONS, i, "contents"))
            diagnostics += file.named_at(where)
    if diagnostics or course is None:
        return None, diagnostics
    return Outline(tree.path, course_key, course.id, course.title, tuple(resources), tree), []


def _course(tree: Tree) -> tuple[CourseSpec | None, list[Diagnostic]]:
    try:
        return CourseSpec.model_validate(tree.value), []
    except ValidationError as error:
        return None, list(diagnose(error, tree, (), CourseSpec))


def _spec(tree: Tree, section: object, path: Path, diagnostics: list[Diagnostic]) -> Spec | None:
    try:
        return _SECTION.spec().model_validate(section)
    except ValidationError as error:
        diagnostics += diagnose(error, tree, path, _SECTION.spec())
        return None


def _file_mistake(section: object, contents: Contents) -> UnusableFile | None:
    """Say what is wrong with the file of a section that has mistakes elsewhere."""
    if not isinstance(section, dict) or "contents" not in section:
        return None
    try:
        alone = _SECTION.spec().model_validate({"title": "-", "contents": section["contents"]})
        alone.attributes(0, contents)
    except ValidationError:
        return None  # that is told already
    except UnusableFile as unusable:
        return unusable
    return None


def _resource(
    tree: Tree, index: int, spec: Spec, keys: tuple[str, str], attributes: Attributes
) -> Resource:
    return Resource(
        kind=_SECTION,
        address=address_of(_SECTION.name, *keys),
        attributes=attributes,
        tree=tree,
        path=(SECTIONS, index),
        pin=None if spec.display_order == UNPINNED else spec.display_order,
        previous_keys=tuple(spec.previous_keys),
        key_is_derived=not spec.key,
        protected=spec.protect,
    )
