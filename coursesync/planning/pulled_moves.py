"""Finds the moves on the site that an outline and the state can't follow.

An address belongs to one record, for good. It must never let an item take another one's.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from coursesync.errors import Code, Remedy
from coursesync.kinds.address import Address, address_of, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.errors import Sentence
    from coursesync.outlines.outline import Outline
    from coursesync.planning.pulled_items import Item, Placed
    from coursesync.state.state import State


def blocked(
    items: Sequence[Item], outline: Outline, state: State
) -> Iterator[tuple[Item, Sentence]]:
    """Yield each item that can't move to its `home`, with the reason.

    Args:
        items: those of the outline that would move.
        outline: the outline.
        state: what was last sent.
    """
    moving = list(items)
    while found := [
        (each, why) for each in moving if (why := _obstacle(each, moving, outline, state))
    ]:
        yield from found
        stay = {id(item) for item, _ in found}
        # what stays keeps its address, which another item may want
        moving = [item for item in moving if id(item) not in stay]


def _obstacle(item: Item, moving: Sequence[Item], outline: Outline, state: State) -> Sentence:
    kind, holder = item.home
    if item.home not in outline.lists:
        return Remedy(
            f"on the site it is in {holder}, and the outline has no list of {kind.plural} there. "
            "Write",
            Code(f"{kind.plural}: []"),
            "below it, and pull again.",
        )
    address = new_address(item)
    resources = {each.address for each in outline.resources}
    free = {each.resource.address for each in moving}
    if address in resources - free or Counter(map(new_address, moving))[address] > 1:
        return f"on the site it is in {holder}, where another {kind.name} has its key"
    left = {each.at for each in moving}
    former = [_beside(item, key) for key in item.resource.previous_keys if "." not in key]
    for each in (address, *former):
        if each in state.doubts or (each in state.entries and each not in left):
            return f"on the site it is in {holder}, where the state has another record at {each}"
    return ""


def new_address(item: Placed) -> Address:
    """Return the address of an item in its list at the end."""
    return _beside(item, item.resource.key)


def _beside(item: Placed, key: str) -> Address:
    kind, holder = item.home
    return address_of(kind.name, *keys_of(holder), key)
