"""Whether a review gave an item its place.

It must never decide whether the review counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.ci.coverage.delta import COURSE, PARENT
from coursesync.ci.coverage.specified import id_in
from coursesync.ci.coverage.trail import follows

if TYPE_CHECKING:
    from coursesync.ci.coverage.delta import Delta
    from coursesync.ci.coverage.specified import Item


def is_placed(own: Delta, item: Item) -> bool:
    """Return whether a review gave an item of its head its place: it is new there, or moved."""
    was = own.former(item.address)
    if was is None or own.sets(item.address, PARENT) or own.sets(item.address, COURSE):
        return True
    for beside in own.after.courses[id_in(item.address)].lists[item.home]:
        other, other_was = own.after.find(beside), own.former(beside)
        if other is not None and other_was is not None and other_was.home == was.home:
            is_after = follows(item, other, own.after)
            if other is not item and is_after != follows(was, other_was, own.before):
                return True
    return False
