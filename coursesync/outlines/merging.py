"""Items that an outline lacks, as the edits that add them.

It must never change a item that is there.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from coursesync.outlines.checks import ITEMS, item_key
from coursesync.outlines.edit import AddItem
from coursesync.outlines.writer import ContentFiles, with_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.kinds.tree import Value
    from coursesync.outlines.writer import WantedCourse, WantedItem


def additions(outline: Value, course: WantedCourse) -> tuple[list[AddItem], Mapping[str, str]]:
    """Return the edits that add the items which an outline lacks, each after its predecessor.

    A item is there where its key is, given or derived from a title; one without a key, where
    its title is.

    Args:
        outline: what a valid outline holds.
        course: all items that it is to have, in the members' order.

    Returns:
        The edits, none where nothing is lacking, and the new content files.
    """
    items = outline.get(ITEMS) if isinstance(outline, dict) else None
    held = items if isinstance(items, list) else []
    there = _places(held, course.items)
    lacking = [item for item, place in zip(course.items, there, strict=True) if place is None]
    keyed = with_keys(lacking, _keys_of(held) | course.taken)
    new = sorted(zip(_new_places(there), keyed, strict=True), key=lambda each: each[0])
    files = ContentFiles(course)
    edits = [
        AddItem((ITEMS, place + before), files.fields(item))
        for before, (place, item) in enumerate(new)
    ]
    return edits, files.texts


def _keys_of(items: Sequence[Value]) -> set[str]:
    """Return the keys that an outline's items have, or had before."""
    keys: set[str] = set()
    for item in items:
        keys.add(item_key(item))
        former = item.get("previous_keys") if isinstance(item, dict) else None
        keys |= {
            str(key).rpartition(".")[2] for key in (former if isinstance(former, list) else ())
        }
    return keys


def _places(outline: Sequence[Value], items: Sequence[WantedItem]) -> list[int | None]:
    """Return where each item stands in the outline, None where it does not."""
    by_key = {item_key(item): i for i, item in enumerate(outline)}
    places = [by_key.get(item.key) if item.key else None for item in items]
    met = {place for place in places if place is not None}
    free: defaultdict[object, deque[int]] = defaultdict(deque)
    for i, item in enumerate(outline):
        if i not in met and isinstance(item, dict):
            free[item.get("title")].append(i)
    for at, wanted in enumerate(items):
        if not wanted.key and free[wanted.title]:
            places[at] = free[wanted.title].popleft()
    return places


def _new_places(places: Sequence[int | None]) -> Iterator[int]:
    """Return the index in the outline before which each item that is not there is to stand."""
    at = next((place for place in places if place is not None), 0)
    for place in places:
        if place is None:
            yield at
        else:
            at = place + 1
