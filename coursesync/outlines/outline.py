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
from coursesync.kinds.contents import Contents, to_html
from coursesync.kinds.course import COURSE, DESCRIPTION
from coursesync.kinds.course_spec import CourseSpec
from coursesync.kinds.field import Role, provisional_id
from coursesync.kinds.pins import UNPINNED
from coursesync.kinds.publication import PUBLICATION, PUBLISHED
from coursesync.kinds.resource import Resource
from coursesync.outlines.checks import course_key_of, fields_of, is_new_course
from coursesync.outlines.items import Items, each_of, lists_in, name_of, unread
from coursesync.outlines.list_checks import contradictions
from coursesync.outlines.mistakes import diagnose
from coursesync.outlines.models import course_model, item_model
from coursesync.outlines.pictures import is_relative_picture
from coursesync.state.state import CompleteCourse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from coursesync.errors import Where
    from coursesync.kinds.address import Address
    from coursesync.kinds.contents import Render
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.outline_spec import OutlineSpec
    from coursesync.kinds.spec import Spec
    from coursesync.kinds.tree import Path, Tree, Value
    from coursesync.outlines.items import Item, ReadItem

M = TypeVar("M", bound=BaseModel)
_ANY_PICTURE = "https://example.com/picture.png"  # in the place of one that is not looked for


@dataclass(frozen=True, slots=True)
class PicturesOf:
    """How the texts of an outline become HTML, and its pictures addresses.

    Both take the name of the Markdown file that the outline names, "" for the outline itself, and
    raise UnusableFile.

    Attributes:
        html: renders the Markdown of a file; by default in this process, however long that takes.
        address: gives the address of a picture by its path, and the place that names it; by
            default, each path has one.
    """

    html: Render = lambda _name, markdown: to_html(markdown)
    address: Callable[[str, str, Where], str] = lambda _name, _path, _where: _ANY_PICTURE


@dataclass(frozen=True, slots=True)
class Outline:
    """One valid outline: a course and its desired resources, in the members' order.

    `path` is the file's path as shown to people, `file` its path in the workspace; `sources` has
    the digests of that file and of each file that it names, by their paths in the workspace.
    `lists` are the lists beside the main one: their kinds, and the addresses of the items, or of
    the course, that have them. Where there is none, the items of that kind there are not managed.
    `course` is the course's own record, None if it is left alone; `publication` is whether it is
    published, None if that is. `course_id` is provisional if the outline makes the course.
    """

    path: str
    key: str
    course_id: int
    title: str
    resources: tuple[Resource, ...]
    tree: Tree
    file: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    lists: frozenset[tuple[Kind, Address]] = frozenset()
    course: Resource | None = None
    publication: Resource | None = None

    @property
    def when_complete(self) -> CompleteCourse:
        """What the state has of the course once all of the outline is applied."""
        return CompleteCourse(
            id=self.course_id, path=self.file, sources=self.sources, title=self.title
        )


def build(
    tree: Tree,
    read: Callable[[str], str],
    in_state: Callable[[str], Collection[str]] = lambda _course: (),
    read_item: ReadItem = unread,
    pictures: PicturesOf | None = None,
) -> tuple[Outline | None, list[Diagnostic]]:
    """Make an outline of a tree.

    Args:
        tree: the outline's file; its name without the ending is the course's key by default.
        read: gives the text of a content file that the outline names, or raises UnusableFile.
        in_state: gives the keys that the state has in a course, by the course's key; called only
            to propose a new key.
        read_item: gives a Markdown file that is an item, or raises UnusableFile; by default such
            files are not read and count as valid.
        pictures: renders Markdown, and gives the addresses of pictures beside the outline.

    Returns:
        The outline, None if it has a mistake; and every mistake.
    """
    diagnostics: list[Diagnostic] = []
    course_key = course_key_of(tree)
    pictures = pictures or PicturesOf()
    building = _Building(course_key, Contents(read, pictures.html), diagnostics, pictures)
    course, own, publication = building.of_course(tree)
    items = Items(tree, read_item)
    lists = items.lists()
    diagnostics += contradictions(tree, lists, partial(in_state, course_key))
    # a mistake at a place that has one already follows from it
    reported = {diagnostic.where for diagnostic in items.diagnostics}
    building.is_valid = course is not None and not reported
    for item in each_of(lists):
        building.add(item)
    found = (
        [each for each in diagnostics if each.where not in reported] if reported else diagnostics
    )
    found = [*items.diagnostics, *found]
    if found or course is None:
        return None, found
    every = ((listing.kind, listing.parent) for listing in lists_in(lists))
    beside = frozenset(each for each in every if each[0] is not LISTED)
    resources = tuple(building.resources)
    outline = Outline(
        *(tree.path, course_key, building.course_id, course.title, resources, tree),
        lists=beside,
        course=own,
        publication=publication,
    )
    return outline, []


@dataclass(slots=True)
class _Building:
    key: str
    contents: Contents
    diagnostics: list[Diagnostic]
    pictures: PicturesOf
    course_id: int = 0
    is_valid: bool = True
    resources: list[Resource] = field(default_factory=list)
    # by kind: the model, and the names of the order, of the contents and of the picture
    _facts: dict[Kind, tuple[type[Spec], str, str, str]] = field(default_factory=dict)

    def add(self, item: Item) -> None:
        """Check an item; if there is no mistake yet, add its resource."""
        if not item.is_readable:
            return
        kind, diagnostics = item.kind, self.diagnostics
        if kind not in self._facts:
            order, contents = name_of(kind, Role.ORDER), name_of(kind, Role.CONTENTS)
            picture = name_of(kind, Role.PICTURE)
            self._facts[kind] = (item_model(kind), order, contents, picture)
        model, order, contents, picture = self._facts[kind]
        values = {name: value for name, value in item.fields.items() if name != order}
        given = None
        if picture in values and is_relative_picture(values[picture]):
            where = item.where(picture)
            values[picture] = self._address(item.file, str(values[picture]), where)
            given = {**item.fields, picture: values[picture]}
        spec = _valid(model, item.tree, item.path, kind, diagnostics, given)
        markdown = ""
        # for an invalid item too, so that the mistakes in its file are reported at once
        if contents in values and (spec or _is_contents(kind, values[contents])):
            try:
                values[contents], markdown = self._html(item, values[contents])
            except UnusableFile as unusable:
                diagnostics += unusable.diagnostics_at(item.where(contents))
        if spec is None or diagnostics or not self.is_valid:
            return
        self.resources.append(
            Resource(
                kind=kind,
                address=item.address,
                attributes={**kind.encode(values), kind.course_property: self.course_id},
                tree=item.tree,
                path=item.path,
                pin=None if spec.display_order == UNPINNED else spec.display_order,
                previous_keys=tuple(spec.previous_keys),
                key_is_derived=not spec.key,
                in_file=bool(item.file),
                protected=spec.protect,
                leave=tuple(spec.leave),
                markdown=markdown,
            )
        )

    def of_course(self, tree: Tree) -> tuple[OutlineSpec | None, Resource | None, Resource | None]:
        """Check what is not in a list.

        Returns:
            The outline's own fields, None if there is a mistake; and the resources of the course's
            record and of its publication, None if they are not managed.
        """
        is_new = is_new_course(tree)
        written = fields_of(tree.value).get(COURSE.name)
        values = fields_of(written)
        for name in [each.name for each in COURSE.fields if each.trace and each.name in values]:
            if is_relative_picture(values[name]):
                where = tree.where((COURSE.name, name))
                values = {**values, name: self._address("", str(values[name]), where)}
        given = {**fields_of(tree.value), COURSE.name: values} if values else None
        spec = _valid(course_model(is_new=is_new), tree, (), None, self.diagnostics, given)
        values = {**values, **self._texts_of_course(tree, values)}
        if spec is None or self.diagnostics:
            return spec, None, None
        self.course_id = provisional_id(self.key) if is_new else spec.id
        if not isinstance(written, dict):
            return spec, None, None
        known = {} if is_new else {COURSE.course_property: spec.id}
        titled = {COURSE.field(Role.TITLE).name: spec.title, **values}
        shown = {PUBLISHED.name: titled.pop(PUBLISHED.name, None)}
        own, publication = (
            Resource(
                kind=kind,
                address=address_of(kind.name, self.key),
                attributes={**kind.encode(given), **known},
                tree=tree,
                path=(COURSE.name,),
                previous_keys=tuple(spec.previous_keys),
                key_is_derived=not spec.key,
                leave=tuple(name for name in kind.leavable if name not in given),
            )
            for kind, given in ((COURSE, titled), (PUBLICATION, shown))
        )
        return spec, own, publication if PUBLISHED.name in values else None

    def _texts_of_course(self, tree: Tree, values: Mapping[str, Value]) -> dict[str, Value]:
        """Return the texts of the course that may be in files: one as Markdown, one as HTML."""
        found: dict[str, Value] = {}
        (overview,) = COURSE.names(Role.CONTENTS)
        for name in (DESCRIPTION.name, overview):
            if name not in values or not _is_valid(CourseSpec, {name: values[name]}):
                continue
            try:
                found[name] = (
                    self.contents.of(values[name])[0]
                    if name == overview
                    else self.contents.source(values[name])
                )
            except UnusableFile as unusable:
                self.diagnostics += unusable.diagnostics_at(tree.where((COURSE.name, name)))
        return found

    def _address(self, file: str, written: str, where: Where) -> str:
        """Return the address of a picture beside a file, which names it at a place."""
        try:
            return self.pictures.address(file, written, where)
        except UnusableFile as unusable:
            self.diagnostics += unusable.diagnostics_at(where)
            return _ANY_PICTURE

    def _html(self, item: Item, written: Value) -> tuple[str, str]:
        """Return the HTML of contents, and their Markdown if they are written in it."""
        if item.file:
            return self.contents.rendered(item.file, item.text), item.text
        return self.contents.of(written)


def _valid(
    model: type[M],
    tree: Tree,
    path: Path,
    kind: Kind | None,
    diagnostics: list[Diagnostic],
    given: Mapping[str, Value] | None = None,
) -> M | None:
    """Validate the value at a path, or what is given in its place."""
    try:
        return model.model_validate(tree.value_at(path) if given is None else given)
    except ValidationError as error:
        diagnostics += diagnose(error, tree, path, model, kind)
        return None


def _is_contents(kind: Kind, written: Value) -> bool:
    title, contents = (name_of(kind, role) for role in (Role.TITLE, Role.CONTENTS))
    return _is_valid(item_model(kind), {title: "-", contents: written})


def _is_valid(model: type[BaseModel], values: Mapping[str, Value]) -> bool:
    with suppress(ValidationError):
        model.model_validate(values)
        return True
    return False
