"""An outline: a positioned tree in, an `Outline` or all its diagnostics out.

Pure. The models say what is valid, `outline_words` how a mistake is told; this room derives
keys, and checks what no single field shows: keys, Ids and pinned orders given twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field, ValidationError

from coursesync.errors import Diagnostic, UnusableFile, Where
from coursesync.ordering import Pinned, misfit
from coursesync.outline_words import diagnose
from coursesync.resources import KINDS
from coursesync.resources.base import MAX_PIN, STRICT, Key, Resource, Title, address_of, slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from coursesync.resources.base import Address, Attributes, ReadContents, Spec
    from coursesync.tree import Path, Tree

SECTIONS = "sections"
_SECTION = KINDS["section"]


@dataclass(frozen=True, slots=True)
class Outline:
    """One valid outline: a course, and the resources that it wants, in the members' order."""

    path: str
    key: str
    course_id: int
    title: str
    resources: tuple[Resource, ...]
    tree: Tree


class CourseSpec(BaseModel):
    """The head of an outline; each of `sections` is checked by its kind's own model."""

    model_config = STRICT

    id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    key: Key | None = None
    title: Title
    sections: list[object]


def build(tree: Tree, read: ReadContents) -> tuple[Outline | None, list[Diagnostic]]:
    """Make an outline of a tree.

    Args:
        tree: the outline's file; its name without the ending is the course's key by default.
        read: gives the text of a content file that the outline names, or raises UnusableFile.

    Returns:
        The outline, or None where it has any mistake; and every mistake.
    """
    course, diagnostics = _course(tree)
    course_key = _course_key(tree, course, diagnostics)
    raw = tree.value.get(SECTIONS) if isinstance(tree.value, dict) else None
    sections: list[object] = [*raw] if isinstance(raw, list) else []
    keys = [_key_of(section) for section in sections]
    diagnostics += _key_mistakes(tree, keys)
    diagnostics += _order_mistakes(tree, sections)
    resources = []
    for i, section in enumerate(sections):
        spec = _spec(tree, section, (SECTIONS, i), diagnostics)
        if spec is not None:
            reading = partial(_contents, tree, (SECTIONS, i, "contents"), read, diagnostics)
            attributes = _SECTION.attributes(spec, course.id if course else 0, reading)
            resources.append(_resource(tree, i, spec, (course_key, keys[i]), attributes))
    if diagnostics or course is None:
        return None, diagnostics
    return Outline(tree.path, course_key, course.id, course.title, tuple(resources), tree), []


def clashes(outlines: Iterable[Outline]) -> Iterator[Diagnostic]:
    """Find the courses that two outlines claim: one key or one course Id given twice.

    Returns:
        A diagnostic at the later of the two, in the order of `outlines`.
    """
    keys: dict[str, Outline] = {}
    ids: dict[int, Outline] = {}
    for outline in outlines:
        if (first := keys.setdefault(outline.key, outline)) is not outline:
            yield Diagnostic(
                outline.tree.where(("key",)),
                f'the course\'s key "{outline.key}" is taken by {first.path}',
                "Rename one of the two files, or give one of them a  key:  of its own.",
            )
        if (first := ids.setdefault(outline.course_id, outline)) is not outline:
            yield Diagnostic(
                outline.tree.where(("id",)),
                f"the course {outline.course_id} has an outline already: {first.path}",
                "One course is one file: correct the id, or move the sections to that file.",
            )


def _course(tree: Tree) -> tuple[CourseSpec | None, list[Diagnostic]]:
    try:
        return CourseSpec.model_validate(tree.value), []
    except ValidationError as error:
        return None, list(diagnose(error, tree, (), CourseSpec))


def _spec(tree: Tree, section: object, path: Path, diagnostics: list[Diagnostic]) -> Spec | None:
    try:
        return _SECTION.spec.model_validate(section)
    except ValidationError as error:
        diagnostics += diagnose(error, tree, path, _SECTION.spec)
        return None


def _key_of(section: object) -> str:
    """Return a section's key, given or derived; "" where it can have none."""
    if not isinstance(section, dict):
        return ""
    key, title = section.get("key"), section.get("title")
    if "key" in section:
        return key if isinstance(key, str) else ""
    return slug(title) if isinstance(title, str) else ""


def _key_mistakes(tree: Tree, keys: list[str]) -> Iterator[Diagnostic]:
    first: dict[str, int] = {}
    for i, key in enumerate(keys):
        if not key:
            yield from _no_key(tree, (SECTIONS, i))
        elif (other := first.setdefault(key, i)) != i:
            given = tree.find((SECTIONS, i, "key"))[1]
            line = tree.where((SECTIONS, other)).line
            yield Diagnostic(
                tree.where((SECTIONS, i, "key" if given else "title")),
                f'the section on line {line} has the key "{key}" too',
                f"Give this one a key of its own, as in  key: {key}-2",
            )


def _no_key(tree: Tree, path: Path) -> Iterator[Diagnostic]:
    section = tree.value_at(path)
    if isinstance(section, dict) and "key" not in section:
        title = section.get("title")
        if isinstance(title, str) and title.strip():
            yield Diagnostic(
                tree.where((*path, "title")),
                "no key can be made from this title, for it has no letter or digit",
                "Give the section one, as in  key: first-week",
            )


def _order_mistakes(tree: Tree, sections: list[object]) -> Iterator[Diagnostic]:
    pins = [
        pin
        if isinstance(section, dict)
        and type(pin := section.get("display_order")) is int
        and 0 <= pin <= MAX_PIN
        else None
        for section in sections
    ]
    for i, before, wrong in misfit(pins):
        where = tree.where((SECTIONS, i, "display_order"))
        line = tree.where((SECTIONS, before, "display_order")).line if before is not None else 0
        yield Diagnostic(where, *_ORDER_WORDS[wrong](line))


_ORDER_WORDS: dict[Pinned, Callable[[int], tuple[str, str]]] = {
    Pinned.TWICE: lambda line: (
        f"this display_order is pinned on line {line} already",
        "Give each pinned section a number of its own.",
    ),
    Pinned.FALLS: lambda line: (
        f"this display_order is below the one pinned before it, on line {line}",
        "Members see the list's order: move the section, or change the number.",
    ),
    Pinned.NO_ROOM: lambda line: (
        "too few numbers are left for the sections before this one"
        + (f" and after the pin on line {line}" if line else ""),
        "Pin a higher number here; steps of ten leave room for more.",
    ),
}


def _course_key(tree: Tree, course: CourseSpec | None, diagnostics: list[Diagnostic]) -> str:
    if course is not None and course.key:
        return course.key
    key = slug(tree.path.rpartition("/")[2].rpartition(".")[0])
    if not key:
        diagnostics.append(
            Diagnostic(
                Where(tree.path),
                "no key can be made from the file's name, for it has no letter or digit",
                "Rename the file, or give the course one, as in  key: onboarding",
            )
        )
    return key


def _contents(
    tree: Tree, path: Path, read: ReadContents, diagnostics: list[Diagnostic], name: str
) -> str:
    try:
        return read(name)
    except UnusableFile as unusable:
        diagnostics.append(Diagnostic(tree.where(path), unusable.problem, unusable.remedy))
        return ""


def _resource(
    tree: Tree, index: int, spec: Spec, keys: tuple[str, str], attributes: Attributes
) -> Resource:
    return Resource(
        kind=_SECTION,
        address=address_of(_SECTION.name, *keys),
        attributes=attributes,
        tree=tree,
        path=(SECTIONS, index),
        pin=spec.display_order,
        previous=_addresses(keys[0], spec.previous_keys) if spec.previous_keys else (),
        key_is_derived="key" not in spec.model_fields_set,
    )


def _addresses(course: str, keys: Iterable[str]) -> tuple[Address, ...]:
    return tuple(address_of(_SECTION.name, course, key) for key in keys)
