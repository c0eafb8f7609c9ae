"""Main's history since a course was applied: which commit set what.

Owns the search for the last commit that set something. It must never decide whether a review covers
it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from coursesync.ci.coverage.delta import alone, more_lines
from coursesync.ci.coverage.setting import Shown
from coursesync.ci.coverage.specified import by_id, id_in
from coursesync.kinds.address import address_of, key_of, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.ci.coverage.setting import Setting
    from coursesync.ci.coverage.specified import Item, Line, Specified
    from coursesync.kinds.address import Address
    from coursesync.planning.change import Change

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Trail:
    """The settings since some commit, the oldest first; the last one made main as it is.

    A setting has its number: 1 for the oldest. Tree 0 is the one before it, tree `n` the one after
    setting `n`.
    """

    settings: Sequence[Setting]
    _paths: dict[Address, tuple[Item | None, ...]] = field(default_factory=dict)

    @property
    def main(self) -> Specified:
        """What main specifies; only if there is a setting."""
        return self.settings[-1].after

    def has(self, address: Address) -> bool:
        """Return whether main has an item."""
        return bool(self.settings) and self.main.find(address) is not None

    def beside(self, address: Address) -> tuple[Address, ...]:
        """Return the addresses in the list of an item of main, in order."""
        item = self.main.find(address)
        return self.main.courses[id_in(address)].lists[item.home] if item else ()

    def below(self, address: Address) -> Iterator[Item]:
        """Yield an item of main, and those in it."""
        held = {address}
        for item in self.main.courses[id_in(address)].items.values():
            if item.address == address or item.resource.parent in held:
                held.add(item.address)
                yield item

    @cached_property
    def ends(self) -> Sequence[int]:
        """For each number, from 0 on, that of the last setting that merged the same review."""
        reviews = [
            each.review.review.number if isinstance(each.review, Shown) else None
            for each in self.settings
        ]
        last = {review: number for number, review in enumerate(reviews, 1)}
        return [0, *(number if r is None else last[r] for number, r in enumerate(reviews, 1))]

    def path(self, address: Address) -> tuple[Item | None, ...]:
        """Return what an item of main is in each tree; None where it does not exist."""
        if address not in self._paths:
            item = self.main.find(address) if self.settings else None
            found = [item]
            for setting in reversed(self.settings):
                item = None if item is None else setting.delta.former(item.address)
                found.append(item)
            self._paths[address] = tuple(reversed(found))
        return self._paths[address]

    def courses_of(self, change: Change) -> frozenset[int]:
        """Return the courses in which the item of a change was since the first tree."""
        path = self.path(by_id(change.address, change.course_id))
        return frozenset(id_in(each.address) for each in path if each)

    def setter(self, address: Address, name: str) -> int:
        """Return the number of the last setting of something of an item of main; 0 for none."""
        path = self.path(address)
        for number in range(len(self.settings), 0, -1):
            item = path[number]
            if item is None:
                return 0
            if item is not path[number - 1] and self._sets(number, item, name):
                return number
        return 0

    def _sets(self, number: int, item: Item, name: str) -> bool:
        return self.settings[number - 1].delta.sets(item.address, name)

    def leads_to(self, address: Address, old: Address) -> bool:
        """Return whether an item of main is the one that a record with an address was made for.

        An item that is there again later, at the same address, counts as the same. If tree 0 does
        not have the old address, a run that was not completed may have given it to the record.
        """
        addresses = [address]
        for setting in reversed(self.settings):
            was = setting.delta.former(addresses[-1])
            addresses.append(was.address if was else addresses[-1])
        is_applied = self._tree(0).find(old) is not None
        return addresses[-1] == old if is_applied else old in addresses

    def is_ordered(self, number: int, first: Address, second: Address) -> bool:
        """Return whether two items of main are in this order in one list of a tree."""
        return follows(self.path(first)[number], self.path(second)[number], self._tree(number))

    def _tree(self, number: int) -> Specified:
        return self.settings[number - 1].after if number else self.settings[0].before

    def order_setter(self, first: Address, second: Address) -> int:
        """Return the number of the last setting that brought two items of main into this order."""
        for number in range(len(self.settings), 0, -1):
            if not self.is_ordered(number - 1, first, second):
                return number
        return 0

    def line_setters(
        self, address: Address, since: int = 0, *, is_foreign: bool = False
    ) -> dict[Line, set[int]]:
        """Return the settings that added the lines in which main's text differs from another one.

        Args:
            address: that of an item of main.
            since: the number of the tree with the text.
            is_foreign: whether the text is someone else's: then each line of main differs, and has
                the number 0 if no setting set it.

        Returns:
            For each line that main has and the text does not have, the number of each setting that
            added it. What was undone later does not count.
        """
        path = self.path(address)
        first = path[0].text_lines if is_foreign and path[0] else ()
        found = {line: [(0, 1)] for line in first}
        for number in range(since + 1, len(path)):
            _stack(found, number, more_lines(path[number - 1], path[number]))
        return _numbers(found, 1)

    def removed(self, address: Address, since: int) -> dict[str, set[int]]:
        """Return the settings that removed or added lines since a tree, wherever they stand."""
        found = self._alone(address, since, {})
        return _numbers(found, -1) | _numbers(found, 1)

    def added(self, address: Address) -> dict[str, set[int]]:
        """Return the settings that added lines last, whichever line is after them."""
        first = self.path(address)[0]
        known = {line: [(0, 1)] * n for line, n in alone(first.lines).items()} if first else {}
        numbers = _numbers(self._alone(address, 0, known), 1)
        return {line: found - {0} for line, found in numbers.items()}

    def _alone(
        self, address: Address, since: int, found: dict[str, list[tuple[int, int]]]
    ) -> dict[str, list[tuple[int, int]]]:
        path = self.path(address)
        for number in range(since + 1, len(path)):
            _stack(found, number, alone(more_lines(path[number - 1], path[number])))
        return found

    def removals(self, address: Address, now: Address) -> set[tuple[int, Address]]:
        """Return the settings that removed the items with an address that main does not have.

        Args:
            address: that of the entry in the state.
            now: the same, below the present address of its parent.

        Returns:
            With each number the item's address before it. There are several if several items had
            the address; an item that is there again later, at the same address, counts as the same.
            The number is 0 if main has the item somewhere else.
        """
        numbers = range(len(self.settings))
        there = [number for number in numbers if self._tree(number).find(address) is not None]
        found = {self._removal(number, address) for number in there}
        if not found:  # it got this address when its parent got another one
            found = {self._removal(*each) for each in self._below_parent(now)}
        return {
            (at, was)
            for at, was in found
            if not any(self._tree(number).find(was) for number in numbers[at:] if at)
        }

    def _removal(self, number: int, address: Address) -> tuple[int, Address]:
        for later, setting in enumerate(self.settings[number:], number + 1):
            now = setting.delta.later(address)
            if now is None:
                return later, address
            address = now.address
        return 0, address

    def _below_parent(self, now: Address) -> Iterator[tuple[int, Address]]:
        """Yield where items were whose parent, and so the address, has another one now.

        Yields the number of each tree that has one, with its address there.
        """
        for number in range(len(self.settings)):
            course = self._tree(number).courses.get(id_in(now))
            for item in course.items.values() if course else ():
                own = item.resource
                if own.key != key_of(now):
                    continue
                is_removed, parent = self._removal(number, own.parent)
                if not is_removed and address_of(own.kind.name, *keys_of(parent), own.key) == now:
                    yield number, item.address

    def policy_setter(self, since: int) -> int:
        """Return the number of the last setting of `on_removal`, at least `since`."""
        for number in range(len(self.settings), since, -1):
            setting = self.settings[number - 1]
            if setting.before.on_removal is not setting.after.on_removal:
                return number
        return since


def _stack(found: dict[T, list[tuple[int, int]]], number: int, more: Mapping[T, int]) -> None:
    """Put the lines that a setting adds and removes upon those of the settings before it."""
    for line, each in more.items():
        sign, stack = (1 if each > 0 else -1), found.setdefault(line, [])
        for _ in range(abs(each)):
            if stack and stack[-1][1] != sign:
                stack.pop()
            else:
                stack.append((number, sign))


def _numbers(stacks: Mapping[T, list[tuple[int, int]]], sign: int) -> dict[T, set[int]]:
    return {
        line: {number for number, _ in stack}
        for line, stack in stacks.items()
        if stack and stack[-1][1] == sign
    }


def follows(first: Item | None, second: Item | None, tree: Specified) -> bool:
    """Return whether two items of a tree are in one list of it, the second after the first."""
    if first is None or second is None or first.home != second.home:
        return False
    places = tree.courses[id_in(first.address)].places
    return places[first.address] < places[second.address]


def trails(
    settings: Sequence[Setting], root: str, applied: Mapping[int, str], since: str
) -> dict[int, Trail]:
    """Return the trail of each course since it was applied.

    Args:
        settings: of main's first-parent history after `root`, the oldest first.
        root: a commit; the last one that `applied` and `since` do not precede.
        applied: for each course the commit of main that was applied, by the course's Id.
        since: main's commit when the record of applied commits began: a course that had no outline
            there has all of its history since.

    Returns:
        By course Id; without the courses of which nobody knows what was applied.
    """
    begins = {root: 0} | {each.commit: number for number, each in enumerate(settings, 1)}
    commits = dict(applied)
    if since in begins and settings:
        number = begins[since]
        there = settings[number - 1].after if number else settings[0].before
        courses = (each.after.courses for each in settings[number:])
        new = {course_id for each in courses for course_id in each}.difference(there.courses)
        new = {each for each in new if each not in there.unknown}
        commits = dict.fromkeys(new, since) | commits
    known = {number: Trail(settings[number:]) for number in {*begins.values()}}
    return {each: known[begins[at]] for each, at in commits.items() if at in begins}
