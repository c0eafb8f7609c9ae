"""What a review shows by its own delta: which items it touches, and the digest of all of it.

Both are functions of two trees alone. `/coursesync allow` names that digest.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from coursesync.ci.coverage.delta import COURSE, PARENT
from coursesync.ci.coverage.specified import by_id
from coursesync.planning.action import Action
from coursesync.planning.policy import OnRemoval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.ci.coverage.delta import Delta
    from coursesync.ci.coverage.specified import Item, Specified
    from coursesync.kinds.address import Address
    from coursesync.planning.change import Change

_VERSION = 1
_ASKED = {Action.DELETE: OnRemoval.DELETE, Action.DEACTIVATE: OnRemoval.DEACTIVATE}


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


def has_effect(delta: Delta, change: Change) -> bool:
    """Return whether a review shows all that a change does to an existing record.

    A number that only follows from the order is shown with the list whose order changes.
    """
    courses = {change.course_id, change.from_course or change.course_id}
    if any(each in tree.unknown for tree in (delta.before, delta.after) for each in courses):
        return False
    address = by_id(change.address, change.course_id)
    asked = _ASKED.get(change.action)
    if asked is not None:
        was = delta.before.find(by_id(change.previous_address or change.address, change.course_id))
        is_gone = was is not None and delta.later(was.address) is None
        return is_gone and delta.after.on_removal is asked
    item, now = delta.after.find(address), change.after or {}
    if item is None:
        return False
    before, kind, has = change.before or {}, change.kind, item.resource.attributes
    names = {name for name in (*before, *now) if before.get(name) != now.get(name)}
    fields = {kind.field_of(name) for name in names & has.keys()}
    contents, number = kind.contents_property, kind.order_property
    is_shown = (
        all(has[name] == now.get(name) for name in names & has.keys())
        and all(
            any(delta.lines(address).values())
            if contents and each == kind.field_of(contents)
            else delta.sets(address, each)
            for each in fields
        )
        and (change.from_course is None or delta.sets(address, COURSE))
        and (not change.moves or delta.sets(address, PARENT))
    )
    return is_shown and (number not in names or address in _touched(delta))


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
