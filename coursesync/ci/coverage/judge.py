"""Judges the settings of a trail: does the review that the last one merged show it?

Owns what a review has to show of a field, an order or a removal; of the lines of a text,
`line_judge` does. It must never know a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from coursesync.ci.coverage.delta import (
    ADDRESS,
    COURSE,
    FORMER,
    PARENT,
    VISIBLE,
    Delta,
    alone,
)
from coursesync.ci.coverage.setting import shown_by, together
from coursesync.ci.coverage.specified import id_in, tells
from coursesync.ci.coverage.trail import follows
from coursesync.ci.coverage.uncovered import Reason
from coursesync.ci.forges.forge import NotYet
from coursesync.kinds.address import is_course
from coursesync.planning.effects import effects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coursesync.ci.coverage.specified import Item
    from coursesync.ci.coverage.trail import Trail
    from coursesync.kinds.address import Address
    from coursesync.planning.effects import Effect
    from coursesync.planning.policy import OnRemoval


# an item of main, and a field, PARENT, VISIBLE or, in a tuple, a line of it
Seen: TypeAlias = "tuple[Item, str | tuple[str]]"


class Gap(NamedTuple):
    """Why a setting covers nothing: it has a number in the trail, 0 for none.

    `reason` is None while the forge does not know which review its commit merged.
    """

    number: int
    reason: Reason | None


UNSET = Gap(0, Reason.UNSET)


@dataclass(frozen=True, eq=False)
class Judge:
    """Judges the settings of a trail.

    `needs_approval` says that a review counts only if somebody approved its last head. `courses`
    are those in which the judged item is, or was.
    """

    trail: Trail
    needs_approval: bool
    courses: frozenset[int]

    def gap(
        self, number: int, shows: Callable[[Delta, Delta], bool], *, exact: bool = False
    ) -> Gap | None:
        """Return why a setting covers nothing; None if its review counts and shows it.

        `shows` takes what `setting.shown_by` yields. Something that takes from members, or lets
        more people in, is `exact`: a review has to show it by itself.
        """
        if number == 0:
            return UNSET
        settings, last = self.trail.settings, self.trail.ends[number]
        counted = map(self._of_review, together(settings, number, self.courses))
        if gap := next(filter(None, counted), None):
            return gap
        deltas = shown_by(settings, number, last, self.courses, exact=exact)
        return None if any(shows(*e) for e in deltas) else Gap(number, Reason.NOT_SHOWN)

    def _of_review(self, number: int) -> Gap | None:
        """Return why the review of a setting does not count; None if it does."""
        setting = self.trail.settings[number - 1]
        review, needs_approval = setting.review, self.needs_approval and setting.needs_approval
        if isinstance(review, NotYet):
            return Gap(number, None)
        if review is None or review.review.merged_as == review.review.head:
            return Gap(number, Reason.PUSHED)
        if needs_approval and not review.review.approved:
            is_doubtful = review.review.is_doubtful
            return Gap(number, Reason.DOUBTFUL if is_doubtful else Reason.UNAPPROVED)
        return None

    def merged(self, address: Address, number: int) -> Item | None:
        """Return what an item of main was once the review of a setting was merged."""
        return self.trail.path(address)[self.trail.ends[number]]

    def of_field(
        self, address: Address, name: str, wanted: frozenset[Effect] = frozenset()
    ) -> Gap | None:
        """Judge the last setting of something of an item; it must have all `wanted` effects."""
        number = self.trail.setter(address, name)
        item = self.merged(address, number)

        def shows(own: Delta, from_head: Delta) -> bool:
            head = from_head.former(item.address) if item else None
            if item is None or head is None or from_head.sets(item.address, name):
                return False
            shown = _effects(own.former(head.address), head).get(name, frozenset())
            return own.sets(head.address, name) and wanted <= shown

        is_moved = name == COURSE and self.trail.path(address)[0] is not None
        return self.gap(number, shows, exact=bool(wanted) or is_moved)

    def of_order(self, first: Address, second: Address) -> Gap | None:
        """Judge the last setting that brought two items into this order.

        The review must have placed one of them, and have them in this order if it has both.
        """
        number = self.trail.order_setter(first, second)
        pair = [self.merged(each, number) for each in (first, second)]

        def shows(own: Delta, from_head: Delta) -> bool:
            one, two = (from_head.former(each.address) if each else None for each in pair)
            if one is not None and two is not None and one.home == two.home:
                is_moved = _is_placed(own, one) or _is_placed(own, two)
                return follows(one, two, own.after) and is_moved
            return any(_is_placed(own, each) for each in (one, two) if each is not None)

        return self.gap(number, shows)

    def of_removal(self, number: int, address: Address, asked: OnRemoval) -> Gap | None:
        """Judge the setting that removed an item, with what is asked for such items.

        `address` is that of the item before it. A later change of `on_removal` has to be shown
        together with the removal. If the number is 0, main has the item at this address, and what
        gave it the address does not show that its record is removed.
        """
        if self.trail.main.on_removal is not asked:
            return UNSET
        if number == 0:
            return self.gap(self.trail.setter(address, ADDRESS), lambda *_: False)
        removed_from = self.trail.settings[number - 1].before

        def shows(own: Delta, _from_head: Delta) -> bool:
            base = Delta(own.before, removed_from).former(address)
            is_removed = base is not None and own.later(base.address) is None
            return is_removed and own.after.on_removal is asked

        return self.gap(self.trail.policy_setter(number), shows, exact=True)

    def of_replaced(self, address: Address, old: Address) -> Iterator[Gap]:
        """Judge that an item of main gets the record of another one, which had the address `old`.

        One review has to show that the one became the other; or the removal of the other one is
        covered, and so are the address and the former keys of the item, as far as they were set.
        """
        numbers = {name: self.trail.setter(address, name) for name in (ADDRESS, FORMER)}
        number, removals = max(numbers.values()), self.trail.removals(old, old)
        item, settings = self.merged(address, number), self.trail.settings

        def pairs(own: Delta, from_head: Delta) -> bool:
            head = from_head.former(item.address) if item else None
            was = own.former(head.address) if head else None
            return was is not None and any(
                at and Delta(own.before, settings[at - 1].before).former(removed) is was
                for at, removed in removals
            )

        if self.gap(number, pairs, exact=True) is None:
            return
        names = [name for name, at in numbers.items() if at] or [FORMER]
        gaps = {self.of_field(address, name) for name in names}
        for at, removed in removals:
            if at:
                gaps.add(self.of_removal(at, removed, self.trail.main.on_removal))
            else:  # main has the other one somewhere else
                gaps.add(self.gap(number, lambda *_: False))
        yield from sorted(filter(None, gaps), key=lambda each: each.number)

    def of_hidden(self, address: Address) -> Gap | None:
        """Judge what hid an item of main from members, by any means."""
        number = self.trail.setter(address, VISIBLE)
        item = self.merged(address, number)

        def shows(own: Delta, from_head: Delta) -> bool:
            head = from_head.former(item.address) if item else None
            was = own.former(head.address) if head else None
            if head is None or was is None:
                return False
            return own.before.shows(was) and not own.after.shows(head)

        return self.gap(number, shows, exact=True)

    def of_exposed(self, address: Address, name: str, exposed: Address) -> set[Gap]:
        """Judge what an item shows to members, once its `name` has main's value.

        `name` is a field, or VISIBLE.

        For each value of the item `exposed` that was set, one review must have had both in its
        head: the review of that value, or the one of the field. Returns the settings of all values
        of which none had, and that of the field.
        """
        widens, unseen = self.trail.setter(address, name), set[int]()
        item, main = self.trail.main.find(exposed), self.trail.main.find(address)
        if item is None or main is None:
            return set()
        for each in (PARENT, *item.values):
            number = self.trail.setter(exposed, each)
            if number and not self._is_seen(number, widens, (main, name), (item, each)):
                unseen.add(number)
        for line, numbers in self.trail.added(exposed).items():
            for number in numbers - unseen if tells(line) else ():
                if not self._is_seen(number, widens, (main, name), (item, (line,))):
                    unseen.add(number)
        return {gap for number in unseen for gap in self._exposing({number, widens} - {0})}

    def _exposing(self, numbers: set[int]) -> Iterator[Gap]:
        """Yield why settings show something together; if reviews are unknown, only theirs."""
        reviews = {each: self.trail.settings[each - 1].review for each in numbers}
        unknown = {each for each, review in reviews.items() if isinstance(review, NotYet)}
        for each in unknown or numbers:
            yield Gap(each, None if unknown else Reason.EXPOSES)

    def _is_seen(self, number: int, widens: int, one: Seen, other: Seen) -> bool:
        """Return whether a review of one of two settings has two values of main in its head."""
        return any(
            self.gap(each, _counts) is None and self._has(each, *one) and self._has(each, *other)
            for each in {number, widens}
        )

    def _has(self, number: int, item: Item, what: str | tuple[str]) -> bool:
        """Return whether the head of a setting's review has a value of an item of main."""
        there = self.merged(item.address, number)
        last = self.trail.settings[self.trail.ends[number] - 1]
        shown = last.shown(last) if last.has_head(self.courses) else None
        head = shown[1].former(there.address) if shown and there else None
        if head is None or there is None or shown is None:
            return False
        from_head = shown[1]
        if isinstance(what, tuple):
            return what[0] in alone(head.lines)
        if what == VISIBLE:
            return from_head.before.shows(head) is self.trail.main.shows(item)
        if what == PARENT:
            holder = item.resource.parent
            if not is_course(holder):
                now = self.merged(holder, number)
                was = from_head.former(now.address) if now else None
                return was is not None and head.resource.parent == was.address
            return head.resource.parent == holder
        return head.values.get(what) == item.values.get(what)


def _effects(base: Item | None, head: Item) -> dict[str, frozenset[Effect]]:
    has = head.resource.attributes
    return effects(head.kind, base.resource.attributes, has) if base else {}


def _counts(_own: Delta, _from_head: Delta) -> bool:
    return True


def _is_placed(own: Delta, item: Item) -> bool:
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
