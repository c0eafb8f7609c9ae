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

from coursesync.kinds.address import FreeKeys, slug
from coursesync.kinds.content_spec import file_named
from coursesync.kinds.contents import MAX_EFFORT, markdown_effort
from coursesync.kinds.unlock import SEQUENTIAL, TIMED
from coursesync.outlines.html_to_markdown import markdown_of
from coursesync.outlines.yaml_writer import block, quoted, scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence


SHORT, LONG = 200, 1_000  # characters of contents: up to one on a line, above the other in a file
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions
_RESERVED = re.compile("con|prn|aux|nul|(?:com|lpt)[1-9¹²³]", re.IGNORECASE)
_LONGEST_NAME = 200  # bytes of a file's name without its ending; file systems take 255


@dataclass(frozen=True, slots=True)
class WantedSection:
    """A section that is to stand in an outline.

    `key` is "" where it is to come from the title; `unlock_type` and `unlock_after_days` are the
    API's numbers; `image` is "" where there is none, or it is not known; `pin` is the order that
    is to be pinned.
    """

    id: int
    title: str
    key: str = ""
    contents: str = ""
    unlock_type: int = 1
    unlock_after_days: int = 0
    active: bool = True
    protect: bool = False
    image: str = ""
    pin: int | None = None


@dataclass(frozen=True, slots=True)
class WantedCourse:
    """A course that is to have an outline; its sections are in the members' order.

    `taken` are keys that none of them is to be given: the state has them for other sections.
    """

    course_id: int
    key: str
    title: str
    sections: tuple[WantedSection, ...]
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

    def added(self, section: WantedSection) -> str:
        """Add a section's contents, and return how its outline names the file."""
        name = section.key
        if len(name.encode()) > _LONGEST_NAME or is_reserved(name) or alike(name) in self._names:
            name = f"section-{section.id}"
        self._names.add(alike(name))
        path = f"{self._folder}/{name}"
        markdown = markdown_of(section.contents)
        if markdown is None or self._effort + markdown_effort(markdown) > MAX_EFFORT:
            self.texts[f"{path}.html"] = section.contents
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
    if not course.sections:
        return Written("\n".join([*head, "sections: []", ""]), {})
    keyed = with_keys(course.sections, course.taken)
    parts = [section_lines(each, 2, 4, files) for each in keyed]
    return Written("\n".join([*head, "sections:", *_apart(parts), ""]), files.texts)


def with_keys(
    sections: Sequence[WantedSection], taken: Collection[str] = ()
) -> list[WantedSection]:
    """Give each section that has none a key: from its title, with -2, -3 where it is taken.

    Args:
        sections: in the members' order; keys that they have stay.
        taken: keys that are not to be given.
    """
    free = FreeKeys({*taken, *(section.key for section in sections)})
    return [
        section
        if section.key
        else replace(section, key=free.take(slug(section.title) or f"section-{section.id}"))
        for section in sections
    ]


def _apart(parts: Sequence[list[str]]) -> Iterator[str]:
    for i, part in enumerate(parts):
        yield from ["", *part] if i else part


def section_lines(section: WantedSection, dash: int, column: int, files: ContentFiles) -> list[str]:
    """Write a section, which has a key, with its dash and its fields in these columns, from 0."""
    fields = [f"key: {scalar(section.key)}", f"title: {scalar(section.title)}"]
    if section.unlock_type == TIMED:
        fields.append(f"unlock: {{after_days: {section.unlock_after_days}}}")
    elif section.unlock_type == SEQUENTIAL:
        fields.append("unlock: sequential")
    if section.pin is not None:
        fields.append(f"display_order: {section.pin}")
    if not section.active:
        fields.append("active: false")
    if section.protect:
        fields.append("protect: true")
    if section.image:
        fields.append(f"image: {scalar(section.image)}")
    first, *below = _contents(section, column, files)
    fields += [f"contents: {first}"] if first else []
    lines = [" " * column + field for field in fields]
    lines[0] = (" " * dash + "-").ljust(column) + fields[0]
    return [*lines, *below]


def _contents(section: WantedSection, column: int, files: ContentFiles) -> list[str]:
    """Write contents: the first line follows the field's name, "" where there are none."""
    text = section.contents
    if not text:
        return [""]
    in_file = "\r" not in text and not text.startswith("\ufeff")  # reading a file changes those
    if in_file and (len(text) > LONG or file_named(text)):
        return [files.added(section)]
    plain, lines = scalar(text), block(text, column)
    if "\n" not in text and len(text) <= SHORT and (plain == text or "\\" not in plain):
        return [plain]
    if lines is not None:
        return lines
    if in_file and len(text) > SHORT:
        return [files.added(section)]
    return [quoted(text)]
