"""Sections put into an outline that an author wrote: text and values in, the whole text out.

Pure. Touches no line that is there but an empty `sections: []`; whoever writes the text checks
that all of it is still read as it was (`rewriting`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError
from coursesync.outlines.checks import ITEMS, item_key
from coursesync.outlines.layout import UnusualLayout, layout_of
from coursesync.outlines.writer import ContentFiles, Written, item_lines, with_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.kinds.tree import Tree
    from coursesync.outlines.layout import Layout
    from coursesync.outlines.writer import WantedCourse, WantedItem

_EMPTY_LIST = re.compile(r"(?<=:)\s*\[\s*\]")


def merged(text: str, tree: Tree, course: WantedCourse) -> Written:
    """Write the sections that an outline lacks into it, each after the one that precedes it.

    A section is there where its key is, given or derived from a title; one without a key, where
    its title is. All other lines stay as they are.

    Args:
        text: a valid outline, every line end a line feed, without a byte order mark.
        tree: what was read from that text.
        course: all sections that the outline is to have, in the members' order.

    Returns:
        The whole text, the very same where nothing is lacking, and the new content files.

    Raises:
        CoursesyncError: the outline's sections stand in brackets or braces.
    """
    there = _places(tree, course.items)
    taken = _keys_of(tree) | course.taken
    lacking = [i for i, place in enumerate(there) if place is None]
    if not lacking:
        return Written(text, {})
    keyed = with_keys([course.items[i] for i in lacking], taken)
    files = ContentFiles(course)
    inserts: dict[int, list[WantedItem]] = {}
    for i, section in zip(lacking, keyed, strict=True):
        inserts.setdefault(_place_of_new(there, i), []).append(section)
    return Written(_inserted(text, tree, inserts, files), files.texts)


def _keys_of(tree: Tree) -> set[str]:
    """Return the keys that an outline's sections have, or had before."""
    keys: set[str] = set()
    for section in _sections_of(tree):
        former = section.get("previous_keys") if isinstance(section, dict) else None
        keys |= {
            item_key(section),
            *(str(key).rpartition(".")[2] for key in former or () if isinstance(former, list)),
        }
    return keys


def _sections_of(tree: Tree) -> list[object]:
    sections = tree.value_at((ITEMS,))
    assert isinstance(sections, list)  # noqa: S101 - a valid outline's are
    return list(sections)


def _places(tree: Tree, sections: Sequence[WantedItem]) -> list[int | None]:
    """Return where each section stands in the outline, None where it does not."""
    outline = _sections_of(tree)
    by_key = {item_key(section): i for i, section in enumerate(outline)}
    places = [by_key.get(section.key) if section.key else None for section in sections]
    met = {place for place in places if place is not None}
    for at, section in enumerate(sections):
        for i, other in enumerate(outline):
            if section.key or i in met or not isinstance(other, dict):
                continue
            if other.get("title") == section.title:
                places[at] = i
                met.add(i)
                break
    return places


def _place_of_new(places: Sequence[int | None], at: int) -> int:
    """Return the index in the outline before which a new section is to stand."""
    before = [place for place in places[:at] if place is not None]
    if before:
        return before[-1] + 1
    after = [place for place in places[at:] if place is not None]
    return after[0] if after else 0


def _inserted(
    text: str, tree: Tree, inserts: Mapping[int, Sequence[WantedItem]], files: ContentFiles
) -> str:
    layout = _layout_with_list(text, tree)
    places = layout.sections or ()
    head = next(field for field in layout.fields if field.name == ITEMS)
    column = places[0].column if places else layout.dash + 2
    between = [] if _is_dense(layout) else [""]
    lines = list(layout.lines)
    if not places:
        empty = "\n".join(lines[head.start : head.end])
        lines[head.start : head.end] = _EMPTY_LIST.sub("", empty).split("\n")
    for i in sorted(inserts, reverse=True):
        at = places[i - 1].end if i else head.start + 1
        parts = [item_lines(each, layout.dash, column, files) for each in inserts[i]]
        new = [line for part in parts for line in [*between, *part]][len(between) :]
        # a block that keeps its last line ends would take one more for its own
        before = between if i and lines[at - 1].strip() else []
        lines[at:at] = [*before, *new, *(between if places and not i else [])]
    return "\n".join([*lines, ""])


def _is_dense(layout: Layout) -> bool:
    """Say whether the sections stand below each other without a blank line between."""
    leads = [layout.lines[each.lead : each.dash] for each in (layout.sections or ())[1:]]
    return bool(leads) and not any(not line.strip() for lead in leads for line in lead)


def _layout_with_list(text: str, tree: Tree) -> Layout:
    """Take an outline apart whose sections stand below each other, or that has none."""
    try:
        layout = layout_of(text, tree)
    except UnusualLayout:
        layout = None
    if layout is None or (layout.sections is None and _sections_of(tree)):
        raise CoursesyncError(
            f"the sections of {tree.path} stand in brackets, where none can be put in between",
            "Write each on lines of its own, below  sections:  and after a  - ",
        )
    return layout
