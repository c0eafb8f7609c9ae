"""Sections that an outline lacks, as the edits that add them.

It must never change a section that is there.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from coursesync.outlines.checks import SECTIONS, section_key
from coursesync.outlines.edit import AddItem
from coursesync.outlines.writer import ContentFiles, with_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.kinds.tree import Value
    from coursesync.outlines.writer import WantedCourse, WantedSection


def additions(outline: Value, course: WantedCourse) -> tuple[list[AddItem], Mapping[str, str]]:
    """Return the edits that add the sections which an outline lacks, each after its predecessor.

    A section is there where its key is, given or derived from a title; one without a key, where
    its title is.

    Args:
        outline: what a valid outline holds.
        course: all sections that it is to have, in the members' order.

    Returns:
        The edits, none where nothing is lacking, and the new content files.
    """
    sections = outline.get(SECTIONS) if isinstance(outline, dict) else None
    held = sections if isinstance(sections, list) else []
    there = _places(held, course.sections)
    lacking = [
        section for section, place in zip(course.sections, there, strict=True) if place is None
    ]
    keyed = with_keys(lacking, _keys_of(held) | course.taken)
    new = sorted(zip(_new_places(there), keyed, strict=True), key=lambda each: each[0])
    files = ContentFiles(course)
    edits = [
        AddItem((SECTIONS, place + before), files.fields(section))
        for before, (place, section) in enumerate(new)
    ]
    return edits, files.texts


def _keys_of(sections: Sequence[Value]) -> set[str]:
    """Return the keys that an outline's sections have, or had before."""
    keys: set[str] = set()
    for section in sections:
        keys.add(section_key(section))
        former = section.get("previous_keys") if isinstance(section, dict) else None
        keys |= {
            str(key).rpartition(".")[2] for key in (former if isinstance(former, list) else ())
        }
    return keys


def _places(outline: Sequence[Value], sections: Sequence[WantedSection]) -> list[int | None]:
    """Return where each section stands in the outline, None where it does not."""
    by_key = {section_key(section): i for i, section in enumerate(outline)}
    places = [by_key.get(section.key) if section.key else None for section in sections]
    met = {place for place in places if place is not None}
    free: defaultdict[object, deque[int]] = defaultdict(deque)
    for i, section in enumerate(outline):
        if i not in met and isinstance(section, dict):
            free[section.get("title")].append(i)
    for at, wanted in enumerate(sections):
        if not wanted.key and free[wanted.title]:
            places[at] = free[wanted.title].popleft()
    return places


def _new_places(places: Sequence[int | None]) -> Iterator[int]:
    """Return the index in the outline before which each section that is not there is to stand."""
    at = next((place for place in places if place is not None), 0)
    for place in places:
        if place is None:
            yield at
        else:
            at = place + 1
