"""Writes a new outline as a person would: YAML text and content files from values.

Owns which contents go into files, and the names of these. Every text is written so that the loader
reads that text. It must never check one: a title of two lines is written too, and the loader
reports the mistake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from unicodedata import normalize

from coursesync.kinds import LISTED
from coursesync.kinds.address import FreeKeys, slug
from coursesync.kinds.content_spec import file_named
from coursesync.kinds.contents import MAX_EFFORT, markdown_effort
from coursesync.kinds.field import Role
from coursesync.outlines.checks import ITEMS
from coursesync.outlines.html_to_markdown import markdown_of
from coursesync.outlines.yaml_writer import SHORT, block, document

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from coursesync.kinds.kind import Values
    from coursesync.kinds.tree import Value

LONG = 1_000  # characters of contents: longer ones go into a file
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions
_RESERVED = re.compile("con|prn|aux|nul|(?:com|lpt)[1-9¹²³]", re.IGNORECASE)
_TITLE, _CONTENTS = LISTED.names(Role.TITLE, Role.CONTENTS)
_LONGEST_NAME = 200  # bytes of a file's name without its ending; file systems take 255


@dataclass(frozen=True, slots=True)
class WantedItem:
    """An item for an outline.

    `values` are an author's values by field, with contents as HTML; defaults are not written. `key`
    is "" if it should be made from the title.
    """

    id: int
    values: Values
    key: str = ""

    @property
    def title(self) -> str:
        """The title that members see."""
        return str(self.values.get(_TITLE, ""))

    @property
    def contents(self) -> str:
        """Its contents as HTML."""
        return str(self.values.get(_CONTENTS, ""))


@dataclass(frozen=True, slots=True)
class WantedCourse:
    """A course for an outline; its items are in the members' order.

    No item gets a key of `taken`: the state has these for others.
    """

    course_id: int
    key: str
    title: str
    items: tuple[WantedItem, ...]
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Written:
    """An outline's text, and its content files by their paths from its folder."""

    text: str
    files: Mapping[str, str]


class ContentFiles:
    """Collects the new content files of one course."""

    def __init__(self, course: WantedCourse) -> None:
        fits = len(course.key.encode()) <= _LONGEST_NAME and not is_reserved(course.key)
        self._folder = course.key if fits else f"course-{course.course_id}"
        self._effort = 0
        self._names: set[str] = set()
        self.texts: dict[str, str] = {}

    def fields(self, item: WantedItem) -> dict[str, Value]:
        """Return the fields of an item with a key; long contents go into the files."""
        fields: dict[str, Value] = {"key": item.key, _TITLE: item.title}
        for field in LISTED.fields:
            if field.name == _TITLE or field.name not in item.values:
                continue
            value = item.values[field.name]
            if value == field.default is not None:  # null says more than to leave the field out
                continue
            is_long = field.name == _CONTENTS and _goes_into_a_file(item.contents)
            fields[field.name] = self._added(item) if is_long else value
        return fields

    def _added(self, item: WantedItem) -> dict[str, Value]:
        """Add an item's contents to the files; return the field that names the file."""
        name = item.key
        if len(name.encode()) > _LONGEST_NAME or is_reserved(name) or alike(name) in self._names:
            name = f"{LISTED.name}-{item.id}"
        self._names.add(alike(name))
        path = f"{self._folder}/{name}"
        markdown = markdown_of(item.contents)
        if markdown is None or self._effort + markdown_effort(markdown) > MAX_EFFORT:
            self.texts[f"{path}.html"] = item.contents
            return {"html": f"{path}.html"}
        self._effort += markdown_effort(markdown)
        self.texts[f"{path}.md"] = markdown
        return {"markdown": f"{path}.md"}


def _goes_into_a_file(text: str) -> bool:
    if "\r" in text or text.startswith("\ufeff"):  # reading a file changes these
        return False
    return (
        len(text) > LONG or bool(file_named(text)) or (len(text) > SHORT and block(text, 0) is None)
    )


def alike(name: str) -> str:
    """Return a form of a name that is equal for two names which some file system confuses."""
    return normalize("NFC", normalize("NFC", name).upper().casefold())


def is_reserved(name: str) -> bool:
    """Return whether Windows reserves a name, with any ending."""
    return _RESERVED.fullmatch(name) is not None


def written(course: WantedCourse) -> Written:
    """Write a new outline, whose file must be named after the course's key."""
    files = ContentFiles(course)
    items: list[Value] = [files.fields(item) for item in with_keys(course.items, course.taken)]
    outline: dict[str, Value] = {"id": course.course_id, "title": course.title, ITEMS: items}
    return Written(document(outline), files.texts)


def with_keys(items: Sequence[WantedItem], taken: Collection[str] = ()) -> list[WantedItem]:
    """Give each item without a key one: from its title, with -2, -3 after a `taken` key."""
    free = FreeKeys({*taken, *(item.key for item in items)})
    return [
        item
        if item.key
        else replace(item, key=free.take(slug(item.title) or f"{LISTED.name}-{item.id}"))
        for item in items
    ]
