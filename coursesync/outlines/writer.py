"""Writes a new outline as a person would: YAML text and content files from values.

Owns which contents go into files, and the names of these. Every text is written so that the loader
reads that text. It must never check one: a title of two lines is written too, and the loader
reports the mistake.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias
from unicodedata import normalize

from coursesync.kinds import LISTED
from coursesync.kinds.address import FreeKeys, proposed_key
from coursesync.kinds.content_spec import file_named
from coursesync.kinds.field import Role
from coursesync.outlines.checks import ITEMS
from coursesync.outlines.html_to_markdown import markdown_of
from coursesync.outlines.items import kinds_in
from coursesync.outlines.yaml_writer import SHORT, block, document

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind, Values
    from coursesync.kinds.tree import Value

    # an item by its kind and Id; a list by its kind and the Id of the item that has it, or 0
    Identity: TypeAlias = tuple[Kind, int]
    ListId: TypeAlias = tuple[Kind, int]

LONG = 1_000  # characters of contents: longer ones go into a file
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions
_RESERVED = re.compile("con|prn|aux|nul|(?:com|lpt)[1-9¹²³]", re.IGNORECASE)
_LONGEST_NAME = 200  # bytes of a file's name without its ending; file systems take 255


@dataclass(frozen=True, slots=True)
class WantedItem:
    """An item for an outline.

    `values` are an author's values by field, with contents as HTML; defaults are not written. `key`
    is "" if it should be made from the title. `within` is the Id of the item that lists it, 0 for
    the course.
    """

    id: int
    values: Values
    key: str = ""
    kind: Kind = LISTED
    within: int = 0

    @property
    def identity(self) -> Identity:
        """What no other item has: two kinds may use the same Id."""
        return self.kind, self.id

    @property
    def list_id(self) -> ListId:
        """The list that the item belongs to."""
        return self.kind, self.within

    @property
    def title(self) -> str:
        """The title that members see."""
        return str(self.values.get(self.kind.field(Role.TITLE).name, ""))

    @property
    def contents(self) -> str:
        """Its contents as HTML."""
        return str(self.values.get(self.kind.names(Role.CONTENTS)[0], ""))


@dataclass(frozen=True, slots=True)
class WantedCourse:
    """A course for an outline.

    Attributes:
        items: all of them, those of each list in the members' order; an item whose `within` is not
            among them is not written.
        taken: for each list, the keys that the state has for others, by `stem`.
        empty: the lists that are written although they have no item.
        relative: takes contents and the path of their file from the outline's folder, and gives
            pictures beside it relative paths.
    """

    course_id: int
    key: str
    title: str
    items: tuple[WantedItem, ...]
    taken: Mapping[str, Collection[str]] = field(default_factory=dict)
    empty: Collection[ListId] = ()
    relative: Callable[[str, str], str] = lambda html, _path: html


def stem(address: Address) -> str:
    """Return what the addresses in one list have in common."""
    return address.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Written:
    """An outline's text, and its content files by their paths from its folder."""

    text: str
    files: Mapping[str, str]


class ItemWriter:
    """Writes the items of one course as values, and collects their new content files.

    Its methods take the items that an item is in, from the outermost on, all with keys.
    """

    def __init__(self, course: WantedCourse) -> None:
        self._course = course
        self._folder = course.key if is_file_name(course.key) else f"course-{course.course_id}"
        self._paths: dict[Identity, str] = {}  # of the content files, without an ending
        self._taken: set[str] = set()  # these paths, as `alike`
        self._items: defaultdict[ListId, list[WantedItem]] = defaultdict(list)
        for item in course.items:
            self._items[item.list_id].append(item)
        self.texts: dict[str, str] = {}

    def items(self, kind: Kind, above: Sequence[WantedItem]) -> Sequence[WantedItem]:
        """Return the wanted items of a list."""
        return self._items.get((kind, above[-1].id if above else 0), ())

    def with_keys(
        self, items: Sequence[WantedItem], above: Sequence[WantedItem], taken: Collection[str] = ()
    ) -> list[WantedItem]:
        """Give the new items of a list keys that neither the state nor `taken` has."""
        keys = (self._course.key, *(item.key for item in above))
        known = (self._course.taken.get(f"{item.kind.name}.{'.'.join(keys)}") for item in items[:1])
        return with_keys(items, {*taken, *chain.from_iterable(filter(None, known))})

    def lists(self, kind: Kind | None, above: Sequence[WantedItem]) -> dict[str, Value]:
        """Return the lists of an item of a kind, or for None of the course, by their names."""
        found: dict[str, Value] = {}
        for each in kinds_in(kind):
            items = self.items(each, above)
            if items or (each, above[-1].id if above else 0) in self._course.empty:
                keyed = self.with_keys(items, above)
                found[each.plural] = [self.fields(item, above) for item in keyed]
        return found

    def fields(self, item: WantedItem, above: Sequence[WantedItem]) -> dict[str, Value]:
        """Return the fields of an item with a key; long contents go into the files."""
        title, contents = item.kind.names(Role.TITLE, Role.CONTENTS)
        fields: dict[str, Value] = {"key": item.key, title: item.title}
        for each in item.kind.fields:
            if each.name == title or each.name not in item.values:
                continue
            value = item.values[each.name]
            if value == each.default is not None:  # null says more than to leave the field out
                continue
            is_long = each.name == contents and _goes_into_a_file(item.contents)
            fields[each.name] = self._added(item, above) if is_long else value
        return {**fields, **self.lists(item.kind, (*above, item))}

    def _added(self, item: WantedItem, above: Sequence[WantedItem]) -> dict[str, Value]:
        """Add an item's contents to the files; return the field that names the file."""
        path = self._path((*above, item))
        markdown = markdown_of(self._course.relative(item.contents, f"{path}.md"))
        if markdown is None:
            self.texts[f"{path}.html"] = item.contents
            return {"html": f"{path}.html"}
        self.texts[f"{path}.md"] = markdown
        return {"markdown": f"{path}.md"}

    def _path(self, items: Sequence[WantedItem]) -> str:
        """Return the path of an item's file, or of the folder for the items in it."""
        if not items:
            return self._folder
        *above, item = items
        if item.identity not in self._paths:
            folder, name = self._path(above), item.key
            if not is_file_name(name) or alike(f"{folder}/{name}") in self._taken:
                name = f"{item.kind.name}-{item.id}"
            self._taken.add(alike(f"{folder}/{name}"))
            self._paths[item.identity] = f"{folder}/{name}"
        return self._paths[item.identity]


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


def is_file_name(name: str) -> bool:
    """Return whether every file system takes a name, with any ending."""
    return len(name.encode()) <= _LONGEST_NAME and not is_reserved(name)


def written(course: WantedCourse) -> Written:
    """Write a new outline, whose file must be named after the course's key."""
    writer = ItemWriter(course)
    outline: dict[str, Value] = {"id": course.course_id, "title": course.title, ITEMS: []}
    return Written(document({**outline, **writer.lists(None, ())}), writer.texts)


def with_keys(items: Sequence[WantedItem], taken: Collection[str] = ()) -> list[WantedItem]:
    """Give each item without a key one: from its title, with -2, -3 after a `taken` key."""
    free = FreeKeys({*taken, *(item.key for item in items)})
    return [
        item
        if item.key
        else replace(item, key=free.take(proposed_key(item.title) or f"{item.kind.name}-{item.id}"))
        for item in items
    ]
