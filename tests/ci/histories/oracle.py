"""The oracle: who put each value of main there, and what each reviewer saw.

It is worked out from the facts of items while a history happens, without addresses, outlines or
pairing, and shares no code with the rule that it judges.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from math import inf
from typing import TYPE_CHECKING, Any

from ci.histories.trees import (
    FIELDS,
    SEPARATORS,
    changed,
    courses_of,
    items_in,
    placed,
    telling,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ci.histories.trees import Facts


@dataclass(frozen=True)
class Seen:
    """A merged review: the trees at its base and its head, and the items that its edits placed.

    `counts` says whether it was approved, and merged by the forge.
    """

    base: Facts
    head: Facts
    counts: bool

    def shows(self, item: Any, name: str, value: Any) -> bool:  # noqa: ANN401 - any fact
        """Return whether the reviewer saw a value appear."""
        return bool(self.head.get((item, name)) == value != self.base.get((item, name)))


@dataclass
class Commit:
    """A commit of main: its tree, and the review that it merged, if any."""

    facts: Facts
    seen: Seen | None


@dataclass
class Oracle:
    """Main's commits, and the number of the one that set each fact last."""

    commits: list[Commit] = field(default_factory=list)
    setter: dict[tuple[Any, ...], int] = field(default_factory=dict)

    @property
    def main(self) -> Facts:
        """Main's tree."""
        return self.commits[-1].facts

    def add(self, facts: Facts, seen: Seen | None) -> None:
        """Note a commit."""
        number = len(self.commits)
        before = self.main if self.commits else {}
        self.commits.append(Commit(facts, seen))
        if not number:
            return
        for (item, name), value in changed(before, facts).items():
            self.setter[item, name] = number
            if name == "lines":
                was = set(before.get((item, name)) or ())
                pairs = _line_pairs(facts, item) - _line_pairs(before, item)
                self.setter |= dict.fromkeys(
                    ((item, "line", e) for e in was ^ {*(value or ())}), number
                )
                self.setter |= dict.fromkeys(((item, "lines", *pair) for pair in pairs), number)
        for what, of in _PLACES.items():
            places = of(before), of(facts)
            for item in {*places[0], *places[1]}:
                if places[0].get(item) != places[1].get(item):
                    self.setter[item, what] = number
        for item in items_in(before) ^ items_in(facts):
            self.setter[item, "exists"] = number
        for pair in _pairs(facts) - _pairs(before):
            self.setter["order", *pair] = number
        for item in _lost(before, facts):
            self.setter[item, "lost"] = number

    def counting(self, number: int, since: int) -> Seen | None:
        """Return the review of a commit after `since`, if it counts."""
        seen = self.commits[number].seen if number > since else None
        return seen if seen and seen.counts else None

    def is_shown(self, since: int, item: Any, name: str) -> Seen | None:  # noqa: ANN401 - any fact
        """Return the review that set and showed a fact of main, if one did after `since`."""
        seen = self.counting(self.setter.get((item, name), 0), since)
        value = self.main.get((item, name))
        return seen if seen and seen.shows(item, name, value) else None

    def is_item_shown(self, since: int, item: int) -> bool:
        """Return whether a review set and showed that an item exists."""
        seen = self.counting(self.setter.get((item, "exists"), 0), since)
        return seen is not None and item in items_in(seen.head) - items_in(seen.base)

    def is_set(self, since: int, item: int, *what: str) -> bool:
        """Return whether an item needs a review: it is new, or this was set after `since`."""
        is_new = item not in items_in(self.commits[since].facts)
        return is_new or self.setter.get((item, *what), 0) > since

    def is_lost(self, since: int, item: int) -> bool:
        """Return whether an item came to another course under a key that main did not have."""
        return self.setter.get((item, "lost"), 0) > since

    def is_split_shown(self, since: int, item: int) -> bool:
        """Return whether a review showed what made a new record of an applied item necessary.

        That is its place or its key, or its holder's key.
        """
        holder = _holders(self.main)[item]
        facts = [(item, "key"), (item, "holder"), (holder, "key")]
        number = max(self.setter.get(each, 0) for each in facts)
        last = [each for each in facts if self.setter.get(each, 0) == number > since]
        return any(
            self.is_place_shown(since, item, "holder")
            if name == "holder"
            else self.is_shown(since, each, name)
            for each, name in last
        )

    def is_line_shown(self, since: int, item: int, line: str) -> bool:
        """Return whether a review set and showed that a line is there, or that it is not."""
        number = self.setter.get((item, "line", line), 0)
        if self.setter.get((item, "exists"), 0) > number:  # it was removed, and is new without it
            return self.is_item_shown(since, item)
        seen = self.counting(number, since)
        if not seen:
            return False
        has = [line in (tree.get((item, "lines")) or ()) for tree in (seen.base, seen.head)]
        return has == [not has[1], line in (self.main.get((item, "lines")) or ())]

    def is_line_order_shown(self, since: int, item: int, pair: tuple[str, str]) -> bool:
        """Return whether a review placed one of two lines when they came into this order."""
        seen = self.counting(self.setter.get((item, "lines", *pair), 0), since)
        if not seen:
            return False
        head = _line_pairs(seen.head, item)
        is_placed = any({*pair} & {*each} for each in head - _line_pairs(seen.base, item))
        # a text of one line has no pair
        has = [set(tree.get((item, "lines")) or ()) for tree in (seen.base, seen.head)]
        return pair[::-1] not in head and bool(is_placed or {*pair} & (has[1] - has[0]))

    def is_text_unclear(self, since: int, item: int) -> bool:
        """Return whether the rule may hold a text that reviews showed line by line.

        A commit changed it without a review that counts (or with one that left the text as it
        was), or two changes met, and one of them moved lines: where a line stands counts, too.
        """
        changed = self._text_setters(since, item)
        reviews = [self.counting(each, since) for each in changed]
        if any(
            seen is None or seen.base.get((item, "lines")) == seen.head.get((item, "lines"))
            for seen in reviews
        ):
            return True
        moves = any(seen is not None and _moves_lines(seen, item) for seen in reviews)
        return len(reviews) > 1 and (moves or not self._are_separators_shown(changed, item))

    def are_separators_shown(self, since: int, item: int) -> bool:
        """Return whether a text, if one commit set it, has only separators that a review showed."""
        changed = self._text_setters(since, item)
        return len(changed) != 1 or self._are_separators_shown(changed, item)

    def _text_setters(self, since: int, item: int) -> list[int]:
        texts = [each.facts.get((item, "lines")) for each in self.commits]
        return [at for at in range(since + 1, len(texts)) if texts[at] != texts[at - 1]]

    def _are_separators_shown(self, numbers: list[int], item: int) -> bool:
        """Return whether each review of some commits showed as many more as these added."""
        more: dict[int, list[int]] = {}
        for number in numbers:
            seen = self.counting(number, 0)
            if seen is None:
                return False
            before, after = (self.commits[each].facts for each in (number - 1, number))
            own = more.setdefault(id(seen.head), _separators(item, seen.base, seen.head))
            added = _separators(item, before, after)
            own[:] = [shown - each for shown, each in zip(own, added, strict=True)]
        return not any(any(left) for left in more.values())

    def is_removal_shown(self, since: int, item: int, asked: str) -> bool:
        """Return whether a review showed that an item is removed, with what happens to it."""
        numbers = [self.setter.get(each, 0) for each in ((item, "exists"), ("all", "on_removal"))]
        seen = self.counting(max(numbers[0], numbers[1]), since)
        if not seen or not numbers[0] or item in items_in(self.main):
            return False
        is_removed = item in items_in(seen.base) - items_in(seen.head)
        policies = [tree["all", "on_removal"] for tree in (self.main, seen.head)]
        return is_removed and policies == [asked, asked] and numbers[0] > since

    def is_place_shown(self, since: int, item: int, name: str) -> bool:
        """Return whether a review showed an item's new holder or course."""
        seen = self.counting(self.setter.get((item, name), 0), since)
        if not seen:
            return False
        of = _PLACES[name]
        was, head, main = (of(each).get(item) for each in (seen.base, seen.head, self.main))
        return was != head == main

    def is_order_shown(self, since: int, pair: tuple[int, int]) -> bool:
        """Return whether a review placed one of two items when they came into this order."""
        seen = self.counting(self.setter.get(("order", *pair), 0), since)
        if not seen:
            return False
        new, head = _pairs(seen.head) - _pairs(seen.base), _pairs(seen.head)
        is_placed = any({*pair} & {*each} for each in new)
        return pair[::-1] not in head and is_placed

    def shows_effect(self, since: int, item: int, name: str, old: Any) -> bool:  # noqa: ANN401
        """Return whether a review showed what a change from an old value takes or gives."""
        seen = self.is_shown(since, item, name)
        wanted = effects(name, old, self.main[item, name])
        if not seen:
            return False
        if not wanted:
            return True
        was = seen.base.get((item, name))
        return was is not None and wanted <= effects(name, was, seen.head[item, name])

    def is_hiding_shown(self, since: int, item: int) -> bool:
        """Return whether a review showed that members do not see an item any more."""
        seen = self.counting(self.setter.get((item, "visible"), 0), since)
        trees = (seen.base, seen.head) if seen else ()
        return [_visible(each).get(item) for each in trees] == [True, False]

    def exposes(self, since: int, item: int, name: str) -> bool:
        """Return whether a widening shows members what no reviewer saw together with it."""
        widening = self.counting(self.setter.get((item, name), 0), since)
        visible = _visible(self.main)
        for each in filter(visible.get, (item, *self.main.get((item, "list"), ()))):
            facts = [(each, field) for field in FIELDS]
            for fact in facts:
                number = self.setter.get(fact, 0)
                if number > since and not self._together(
                    (item, name), fact, widening, self.counting(number, since)
                ):
                    return True
            for line in telling(self.main[each, "lines"]):
                number = self.setter.get((each, "line", line), 0)
                reviews = widening, self.counting(number, since)
                if number > since and not any(
                    self._has(seen, (item, name)) and line in (seen.head.get((each, "lines")) or ())
                    for seen in filter(None, reviews)
                ):
                    return True
            if self.setter.get((each, "holder"), 0) > since:
                reviews = widening, self.counting(self.setter[each, "holder"], since)
                if not any(
                    self._has(seen, (item, name))
                    and _holders(seen.head).get(each) == _holders(self.main)[each]
                    for seen in filter(None, reviews)
                ):
                    return True
        return False

    def _together(self, one: Any, other: Any, *reviews: Seen | None) -> bool:  # noqa: ANN401
        return any(
            all(self._has(seen, fact) for fact in (one, other)) for seen in filter(None, reviews)
        )

    def _has(self, seen: Seen, fact: Any) -> bool:  # noqa: ANN401 - any fact
        """Return whether a reviewer saw a fact of main."""
        item, name = fact
        if name == "visible":
            return _visible(seen.head).get(item) == _visible(self.main)[item]
        return bool(seen.head.get(fact) == self.main[fact])


def effects(name: str, old: Any, new: Any) -> set[str]:  # noqa: ANN401 - an author's value
    """Return what members lose or gain by a new value."""
    if name == "active":
        return {"shown"} if new and not old else {"hidden"} if old and not new else set()
    if name != "unlock" or old == new:
        return set()
    days = [
        {"immediate": (0, 0), "sequential": (0, inf)}.get(each, (each, each)) for each in (old, new)
    ]
    found = {"earlier"} if days[1][0] < days[0][1] else set()
    return found | ({"later"} if days[1][1] > days[0][0] else set())


def _holders(facts: Facts) -> dict[int, Any]:
    return {each.item: each.holder for each in placed(facts)}


def _visible(facts: Facts) -> dict[int, bool]:
    """Return whether members see each item: it is active, and so is the one that holds it."""
    return {
        each.item: all(facts.get((at, "active"), True) for at in (each.item, each.holder))
        for each in placed(facts)
    }


def is_visible(facts: Facts, item: int) -> bool:
    """Return whether members see an item."""
    return _visible(facts)[item]


def _lost(before: Facts, after: Facts) -> Iterator[int]:
    """Yield the items in another course whose `previous_keys` do not name where they were.

    Another change gave their course's outline another name, for example.
    """
    was, now = courses_of(before), courses_of(after)
    for item in was.keys() & now.keys():
        names = {tree.get((was[item], "file")) for tree in (before, after)}
        former = {f"{name}.{before[item, 'key']}" for name in names}
        if was[item] != now[item] and not former & {*after[item, "former"]}:
            yield item


_PLACES: dict[str, Callable[[Facts], dict[int, Any]]] = {"holder": _holders, "course": courses_of}
_PLACES["visible"] = _visible


def _separators(item: int, before: Facts, after: Facts) -> list[int]:
    """Return how many more of each separator a text has."""
    texts = [[*(tree.get((item, "lines")) or ())] for tree in (before, after)]
    return [texts[1].count(each) - texts[0].count(each) for each in SEPARATORS]


def _moves_lines(seen: Seen, item: int) -> bool:
    """Return whether a review brings lines of a text, which it leaves there, into another order."""
    was, now = ([*(tree.get((item, "lines")) or ())] for tree in (seen.base, seen.head))
    both = {*was} & {*now}
    return [each for each in was if each in both] != [each for each in now if each in both]


def _line_pairs(facts: Facts, item: int) -> set[tuple[str, str]]:
    """Return the pairs of lines in a text, in their order."""
    return {*combinations(telling(facts.get((item, "lines")) or ()), 2)}


def _pairs(facts: Facts) -> set[tuple[int, int]]:
    """Return the pairs of items in one list, in their order."""
    lists = [held for (_, name), held in facts.items() if name == "list"]
    return {(one, other) for held in lists for i, one in enumerate(held) for other in held[i + 1 :]}
