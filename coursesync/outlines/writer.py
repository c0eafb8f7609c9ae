"""An outline as a person would have written it: values in, YAML text and content files out.

Owns which fields of a section are written, and what goes into a content file. It must never write
a file. What no outline may hold (a title of two lines, a character that can't be seen) is written
all the same, and the loader reports it like any other mistake.
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
from coursesync.outlines.checks import SECTIONS
from coursesync.outlines.html_to_markdown import markdown_of
from coursesync.outlines.yaml_writer import SHORT, block, document

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from coursesync.kinds.tree import Value

LONG = 1_000  # characters of contents: longer ones go into a file
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

    def fields(self, section: WantedSection) -> dict[str, Value]:
        """Return the fields of a section, which has a key; long contents are added to the files."""
        fields: dict[str, Value] = {"key": section.key, "title": section.title}
        if section.unlock_type == TIMED:
            fields["unlock"] = {"after_days": section.unlock_after_days}
        elif section.unlock_type == SEQUENTIAL:
            fields["unlock"] = "sequential"
        if section.pin is not None:
            fields["display_order"] = section.pin
        if not section.active:
            fields["active"] = False
        if section.protect:
            fields["protect"] = True
        if section.image:
            fields["image"] = section.image
        if text := section.contents:
            fields["contents"] = self._added(section) if _goes_into_a_file(text) else text
        return fields

    def _added(self, section: WantedSection) -> dict[str, Value]:
        """Add a section's contents to the files; return how its outline names the file."""
        name = section.key
        if len(name.encode()) > _LONGEST_NAME or is_reserved(name) or alike(name) in self._names:
            name = f"section-{section.id}"
        self._names.add(alike(name))
        path = f"{self._folder}/{name}"
        markdown = markdown_of(section.contents)
        if markdown is None or self._effort + markdown_effort(markdown) > MAX_EFFORT:
            self.texts[f"{path}.html"] = section.contents
            return {"html": f"{path}.html"}
        self._effort += markdown_effort(markdown)
        self.texts[f"{path}.md"] = markdown
        return {"markdown": f"{path}.md"}


def _goes_into_a_file(text: str) -> bool:
    if "\r" in text or text.startswith("\ufeff"):  # reading a file changes those
        return False
    return (
        len(text) > LONG or bool(file_named(text)) or (len(text) > SHORT and block(text, 0) is None)
    )


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
    sections: list[Value] = [
        files.fields(section) for section in with_keys(course.sections, course.taken)
    ]
    outline: dict[str, Value] = {"id": course.course_id, "title": course.title, SECTIONS: sections}
    return Written(document(outline), files.texts)


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
