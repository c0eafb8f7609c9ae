"""What changed between two trees, item by item.

Owns which item of one tree is which of the other: the planner's own pairing decides, with what
authors state in `previous_keys`. It must never know which commit or review made the change.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from coursesync.ci.coverage.specified import id_in
from coursesync.kinds import KINDS
from coursesync.kinds.address import is_course
from coursesync.planning.former_keys import elsewhere
from coursesync.planning.pairing import identify, unambiguous

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coursesync.ci.coverage.specified import Item, Line, Specified, SpecifiedCourse
    from coursesync.kinds.address import Address
    from coursesync.kinds.resource import Resource

# what can be set of an item, besides its fields
EXISTS: Final = "existence"
COURSE: Final = "course"
PARENT: Final = "parent"
ADDRESS: Final = "address"
FORMER: Final = "previous_keys"
VISIBLE: Final = "visible"

# what says which item it is, by its name
_IDENTITY: Mapping[str, Callable[[Item], object]] = {
    EXISTS: lambda _: True,
    COURSE: lambda item: id_in(item.address),
    ADDRESS: lambda item: item.address,
    FORMER: lambda item: item.resource.previous_keys,
}


@dataclass(frozen=True, eq=False)
class Delta:
    """What changed from one tree to another.

    `names` has the Ids of courses by keys that neither tree has any more.
    """

    before: Specified
    after: Specified
    names: Mapping[str, int] = field(default_factory=dict)

    def former(self, address: Address) -> Item | None:
        """Return what an item of the later tree was in the earlier one; None if it is new."""
        return self.before.find(self._was(address))

    def later(self, address: Address) -> Item | None:
        """Return what an item of the earlier tree is in the later one; None if it was removed."""
        if self._is_same(id_in(address)):
            return self.after.find(address)
        return self.after.find(self._now.get(address))

    def sets(self, address: Address, name: str) -> bool:
        """Return whether the change sets something of an item of the later tree.

        `name` is a field, or one of the names above. What was left to the site is set
        when it is not left any more.
        """
        item, was = self.after.find(address), self.former(address)
        if item is None or was is None or item is was:
            return item is not was
        if name == PARENT:
            return self._was(item.resource.parent) != was.resource.parent
        if name == VISIBLE:
            return self.after.shows(item) is not self.before.shows(was)
        if name in _IDENTITY:
            return _IDENTITY[name](item) != _IDENTITY[name](was)
        return item.values.get(name) != was.values.get(name) or is_taken_back(was, item, name)

    def lines(self, address: Address) -> Counter[Line]:
        """Return how many more of each line an item of the later tree has; below 0 for fewer."""
        return more_lines(self.former(address), self.after.find(address))

    def _was(self, address: Address) -> Address | None:
        if is_course(address):
            return address
        course_id = id_in(address)
        if self._is_same(course_id):
            return address
        return self._pairs_in(course_id).get(address) or self._crossed.get(address)

    @cached_property
    def _now(self) -> Mapping[Address, Address]:
        changed = (each for each in self.after.courses if not self._is_same(each))
        found = {old: new for each in changed for new, old in self._pairs_in(each).items()}
        return found | {old: new for new, old in self._crossed.items()}

    @cached_property
    def _known(self) -> dict[int, bool | dict[Address, Address]]:
        return {}

    def _is_same(self, course_id: int) -> bool:
        if course_id not in self._known:
            was, now = self.before.courses.get(course_id), self.after.courses.get(course_id)
            is_same = was is not None and now is not None and now.is_same(was)
            self._known[course_id] = is_same or self._paired(was, now)
        return self._known[course_id] is True

    def _pairs_in(self, course_id: int) -> Mapping[Address, Address]:
        found = self._known[course_id]
        return {} if isinstance(found, bool) else found

    def _paired(
        self, was: SpecifiedCourse | None, now: SpecifiedCourse | None
    ) -> dict[Address, Address]:
        """Return the earlier address of each item of a course, by its later one."""
        pairs: dict[Address, Address] = {}
        if was is None or now is None:
            return pairs
        for kind in KINDS.values():
            resources = [
                self._with_ids(each.resource) for each in now.items.values() if each.kind is kind
            ]
            entries = {at: entry for at, entry in was.entries.items() if was.items[at].kind is kind}
            pairs |= identify(resources, entries, {old: new for new, old in pairs.items()})
        return pairs

    @cached_property
    def _crossed(self) -> Mapping[Address, Address]:
        """The earlier address of each item that moved to another course, by its later one."""
        new = [
            self._with_ids(item.resource)
            for course in self.after.courses.values()
            if not self._is_same(course.id)
            for item in course.items.values()
            if item.resource.previous_keys and item.address not in self._pairs_in(course.id)
        ]
        claims = [(each.address, old) for each in new for old in elsewhere(each)]
        if not claims:
            return {}
        paired = {old for each in self.after.courses for old in self._pairs_in(each).values()}
        return unambiguous(
            [(at, old) for at, old in claims if old not in paired and self._left(old, at)]
        )

    def _left(self, old: Address, new: Address) -> bool:
        """Return whether an item of the earlier tree may have moved to the course of a new one."""
        was = self.before.find(old)
        return was is not None and id_in(old) != id_in(new) and not self._is_same(id_in(old))

    def _with_ids(self, resource: Resource) -> Resource:
        """Return a resource whose former keys name courses by their Ids, as its address does.

        Keys of courses that neither tree has are left out.
        """
        if not any("." in key for key in resource.previous_keys):
            return resource
        at = 1 if resource.kind.within else 0
        ids = {**self.names, **self.after.ids, **self.before.ids}
        keys = []
        for key in resource.previous_keys:
            parts = key.split(".")
            if len(parts) > 1 and (course_id := ids.get(parts[at])) is not None:
                parts[at] = str(course_id)
            if len(parts) == 1 or parts[at].isdecimal():
                keys.append(".".join(parts))
        return replace(resource, previous_keys=tuple(keys))


def changed_courses(delta: Delta) -> frozenset[int]:
    """Return the Ids of the courses that differ between the two trees of a delta."""
    before, after = delta.before.courses, delta.after.courses
    there = before.keys() & after.keys()
    changed = {each for each in there if not after[each].is_same(before[each])}
    return frozenset(changed | (before.keys() ^ after.keys()))


def own_delta(base: Specified, head: Specified) -> Delta:
    """Return what changed between two trees in the courses that both are known to specify."""
    return Delta(base.without(head.unknown), head.without(base.unknown))


def is_taken_back(was: Item, item: Item, name: str) -> bool:
    """Return whether a field was left to the site, and is not left any more."""
    return name in was.resource.leave and name not in item.resource.leave


def more_lines(was: Item | None, now: Item | None) -> Counter[Line]:
    """Return how many more of each line an item has than it had; below 0 for fewer."""
    if was is not None and now is not None:
        if is_taken_back(was, now, now.kind.field_of(now.kind.contents_property)):
            was = None
        elif was is now or was.lines == now.lines:
            return Counter()
    found = Counter(now.lines if now else {})
    found.subtract(was.lines if was else {})
    return found


def alone(lines: Mapping[Line, int]) -> Counter[str]:
    """Return numbers of lines without regard to where they stand."""
    found = Counter[str]()
    for (_, place), more in lines.items():
        if place is not None:
            found[place[0]] += more
    return found
