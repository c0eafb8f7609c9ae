"""An outline as a person would have written it: values in, YAML text and content files out.

Pure. Knows not where the values come from, and writes no file. Every text is written so that
the loader reads that very text; one that no outline may hold (a title of two lines, a character
that can't be seen) is written all the same, and told by the loader like any other mistake.
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
from coursesync.kinds.field import ABSENT, Role
from coursesync.outlines.html_to_markdown import markdown_of
from coursesync.outlines.yaml_writer import block, flow, quoted, scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from coursesync.kinds.kind import Values

SHORT, LONG = 200, 1_000  # characters of contents: up to one on a line, above the other in a file
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions
_RESERVED = re.compile("con|prn|aux|nul|(?:com|lpt)[1-9¹²³]", re.IGNORECASE)
_TITLE, _CONTENTS = (LISTED.field(role).name for role in (Role.TITLE, Role.CONTENTS))
_LONGEST_NAME = 200  # bytes of a file's name without its ending; file systems take 255


@dataclass(frozen=True, slots=True)
class WantedItem:
    """An item that is to stand in an outline.

    `values` are what an author would write of it, by field, with contents as HTML; what has the
    value of its field's default is not written. `key` is "" where it is to come from the title.
    """

    id: int
    values: Values
    key: str = ""

    @property
    def title(self) -> str:
        """What members see it called."""
        return str(self.values.get(_TITLE, ""))

    @property
    def contents(self) -> str:
        """Its contents as HTML."""
        return str(self.values.get(_CONTENTS, ""))


@dataclass(frozen=True, slots=True)
class WantedCourse:
    """A course that is to have an outline; its items are in the members' order.

    `taken` are keys that none of them is to be given: the state has them for others.
    """

    course_id: int
    key: str
    title: str
    items: tuple[WantedItem, ...]
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Written:
    """An outline's text, and the content files that it names by their path from its folder."""

    text: str
    files: Mapping[str, str]


class ContentFiles:
    """The content files of one course, as they come to be."""

    def __init__(self, course: WantedCourse) -> None:
        fits = len(course.key.encode()) <= _LONGEST_NAME and not is_reserved(course.key)
        self._folder = course.key if fits else f"course-{course.course_id}"
        self._effort = 0
        self._names: set[str] = set()
        self.texts: dict[str, str] = {}

    def added(self, item: WantedItem) -> str:
        """Add an item's contents, and return how its outline names the file."""
        name = item.key
        if len(name.encode()) > _LONGEST_NAME or is_reserved(name) or alike(name) in self._names:
            name = f"{LISTED.name}-{item.id}"
        self._names.add(alike(name))
        path = f"{self._folder}/{name}"
        markdown = markdown_of(item.contents)
        if markdown is None or self._effort + markdown_effort(markdown) > MAX_EFFORT:
            self.texts[f"{path}.html"] = item.contents
            return f"{{html: {path}.html}}"
        self._effort += markdown_effort(markdown)
        self.texts[f"{path}.md"] = markdown
        return f"{{markdown: {path}.md}}"


def alike(name: str) -> str:
    """Return what two names share that some file system takes for one."""
    return normalize("NFC", normalize("NFC", name).upper().casefold())


def is_reserved(name: str) -> bool:
    """Say whether Windows keeps a name for itself, whatever ending a file has with it."""
    return _RESERVED.fullmatch(name) is not None


def written(course: WantedCourse) -> Written:
    """Write a new outline; its file is to be named after the course's key.

    Returns:
        The text and the content files; their line ends are line feeds, and they are UTF-8.
    """
    files = ContentFiles(course)
    head = [f"id: {course.course_id}", f"title: {scalar(course.title)}"]
    if not course.items:
        return Written("\n".join([*head, f"{LISTED.plural}: []", ""]), {})
    keyed = with_keys(course.items, course.taken)
    parts = [item_lines(each, 2, 4, files) for each in keyed]
    return Written("\n".join([*head, f"{LISTED.plural}:", *_apart(parts), ""]), files.texts)


def with_keys(items: Sequence[WantedItem], taken: Collection[str] = ()) -> list[WantedItem]:
    """Give each item that has none a key: from its title, with -2, -3 where it is taken.

    Args:
        items: in the members' order; keys that they have stay.
        taken: keys that are not to be given.
    """
    free = FreeKeys({*taken, *(item.key for item in items)})
    return [
        item
        if item.key
        else replace(item, key=free.take(slug(item.title) or f"{LISTED.name}-{item.id}"))
        for item in items
    ]


def _apart(parts: Sequence[list[str]]) -> Iterator[str]:
    for i, part in enumerate(parts):
        yield from ["", *part] if i else part


def item_lines(item: WantedItem, dash: int, column: int, files: ContentFiles) -> list[str]:
    """Write an item, which has a key, with its dash and its fields in these columns, from 0."""
    fields = [f"key: {scalar(item.key)}", f"{_TITLE}: {scalar(item.title)}"]
    below: list[str] = []
    for field in LISTED.fields:
        value = item.values.get(field.name, field.default)
        if value is ABSENT or value == field.default or field.name == _TITLE:
            continue
        if field.name == _CONTENTS:
            written, *below = _contents(item, column, files)
        else:
            written = scalar(value) if isinstance(value, str) else flow(value)
        fields.append(f"{field.name}: {written}")
    lines = [" " * column + field for field in fields]
    lines[0] = (" " * dash + "-").ljust(column) + fields[0]
    return [*lines, *below]


def _contents(item: WantedItem, column: int, files: ContentFiles) -> list[str]:
    """Write contents: the first line follows the field's name."""
    text = item.contents
    in_file = "\r" not in text and not text.startswith("\ufeff")  # reading a file changes those
    if in_file and (len(text) > LONG or file_named(text)):
        return [files.added(item)]
    plain, lines = scalar(text), block(text, column)
    if "\n" not in text and len(text) <= SHORT and (plain == text or "\\" not in plain):
        return [plain]
    if lines is not None:
        return lines
    if in_file and len(text) > SHORT:
        return [files.added(item)]
    return [quoted(text)]
