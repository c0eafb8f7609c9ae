"""What a review shows by its own delta: which items it touches, and the digest of all of it.

Both are functions of two trees alone. `/coursesync allow` names that digest.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.ci.delta import Delta
    from coursesync.ci.specified import Item, Specified
    from coursesync.kinds.address import Address

_VERSION = 1


def touched(delta: Delta) -> frozenset[Address]:
    """Return the addresses of the items that change, with the course's Id in place of its key.

    A list whose order changes touches all of its items, because their numbers may change.
    """
    return frozenset(_touched(delta))


def _touched(delta: Delta) -> Iterator[Address]:
    for address, item in _items(delta.after):
        was = delta.former(address)
        if was is None or not item.is_same(was):
            yield address
            yield from () if was is None else (was.address,)
    yield from (at for at, _ in _items(delta.before) if delta.later(at) is None)
    for course_id, course in delta.after.courses.items():
        before = delta.before.courses.get(course_id)
        for home, addresses in course.lists.items():
            if before is None or before.lists.get(home) != addresses:
                yield from addresses


def _items(tree: Specified) -> Iterator[tuple[Address, Item]]:
    for course in tree.courses.values():
        yield from course.items.items()


def digest_of_delta(delta: Delta) -> str:
    """Return the SHA-256, in hex, of what changes from one tree to the other."""
    rows = [
        [address, _written(delta.before.find(address)), _written(delta.after.find(address))]
        for address in sorted(touched(delta))
    ]
    policies = [delta.before.on_removal.value, delta.after.on_removal.value]
    whole = json.dumps([_VERSION, policies, rows], ensure_ascii=False, sort_keys=True)
    return sha256(whole.encode(errors="surrogatepass")).hexdigest()


def _written(item: Item | None) -> object:
    if item is None:
        return None
    it = item.resource
    return [
        {name: it.attributes[name] for name in sorted(it.attributes)},
        it.markdown,
        it.contents,
        it.pin,
        sorted(it.leave),
        list(it.previous_keys),
        it.parent,
    ]
