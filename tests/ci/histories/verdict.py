"""What the oracle says of a plan: the changes that a reviewed history does not allow."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ci.histories.oracle import effects, is_visible
from ci.histories.trees import FIELDS, items_in, lines_of, placed, telling

from coursesync.kinds.unlock import opening
from coursesync.planning.action import Action
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci.histories.oracle import Oracle

    from coursesync.kinds.address import Address
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan

_PROPERTIES = {"title": "Title", "active": "Active", "summary": "SummaryText"}


@dataclass
class Verdict:
    """Judges the changes of a plan of main.

    `since` has the number of the commit that was applied, by course; `item_of` says which item a
    record on the site is.
    """

    oracle: Oracle
    plan: Plan
    since: Mapping[int, int | None]
    item_of: Mapping[int, int]
    # courses that the rule may hold, though reviews showed each change to somebody
    unsure: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Find the items of main by their addresses."""
        self.items = {each.address: each for each in placed(self.oracle.main)}

    def by_course(self) -> dict[int, list[str]]:
        """Return what is not allowed, by course; with those that items move between."""
        found: dict[int, list[str]] = {}
        for change in self.plan.changes:
            if change.action.writes or (change.action is Action.DOUBT and change.after is not None):
                own = [f"{change.address}: {each}" for each in self._change(change)]
                found.setdefault(change.course_id, []).extend(own)
        for holder, course_id in {(e.holder, e.course) for e in self.items.values()}:
            found.setdefault(course_id, []).extend(self._order(holder))
        ties = [(c.course_id, c.from_course) for c in self.plan.changes if c.from_course]
        for _ in ties:
            for one, other in ties:
                if found.get(one) or found.get(other):
                    for each in (one, other):
                        found[each] = found.get(each) or ["tied"]
                if {one, other} & self.unsure:
                    self.unsure |= {one, other}
        return found

    def _change(self, change: Change) -> Iterator[str]:
        since = self.since.get(change.course_id)
        if change.from_course is not None and since is not None:
            other = self.since.get(change.from_course)
            since = None if other is None else min(since, other)
        if since is None:
            yield "first"
        elif change.action in {Action.DELETE, Action.DEACTIVATE}:
            item = self.item_of.get(change.record_id or 0)
            asked = change.action.value
            if item is None or not self.oracle.is_removal_shown(since, item, asked):
                yield "removal"
        elif (at := self.items.get(change.address)) is None:
            yield "not on main"
        elif self.oracle.is_lost(since, at.item) and not isinstance(change.held, Entry):
            yield "new, though its review showed a move"
        elif isinstance(change.held, Entry) and change.held.attempted != {}:
            if self.oracle.is_lost(since, at.item):  # which item it is, only the state knows
                self.unsure.add(change.course_id)
            yield from self._update(change, since, at.item)
        else:
            if self.oracle.is_text_unclear(since, at.item):
                self.unsure.add(change.course_id)
            yield from self._create(since, at.item)

    def _create(self, since: int, item: int) -> Iterator[str]:
        is_split = item in items_in(self.oracle.commits[since].facts)
        shown = self.oracle.is_split_shown if is_split else self.oracle.is_item_shown
        if not shown(since, item):
            yield "new"
        is_set = partial(self.oracle.is_set, since, item)
        for name in filter(is_set, FIELDS):
            if not self.oracle.is_shown(since, item, name):
                yield name
        yield from self._split(since, item) if is_split else self._exposed(since, item)
        lines = telling(self.oracle.main[item, "lines"])
        for line in lines:
            if is_set("line", line) and not self.oracle.is_line_shown(since, item, line):
                yield f"line {line}"
        if not self.oracle.are_separators_shown(since, item):
            yield "separators"
        pairs = {each for each in combinations(lines, 2) if is_set("lines", *each)}
        yield from self._line_order(since, item, pairs)
        for name in filter(is_set, ("holder", "course")):
            if not self.oracle.is_place_shown(since, item, name):
                yield name

    def _exposed(self, since: int, item: int) -> Iterator[str]:
        """Judge what members see of an item that they did not have."""
        for name in ("visible", "unlock"):
            if self.oracle.exposes(since, item, name):
                yield f"new, and exposed by {name}"

    def _update(self, change: Change, since: int, item: int) -> Iterator[str]:
        assert isinstance(change.held, Entry)
        after, priors = change.after or {}, [change.held.known]
        if change.held.attempted is not None:
            priors.append(change.held.attempted)
        known = priors[0]
        for name in FIELDS:
            values = [_value(name, each) for each in (*priors, after)]
            if all(each == values[-1] for each in values):
                continue
            old = _value(name, known)
            if not self.oracle.shows_effect(since, item, name, old):
                yield name
            elif effects(name, old, self.oracle.main[item, name]) & {"shown", "earlier"} and (
                self.oracle.exposes(since, item, name)
            ):
                yield f"exposed by {name}"
        for prior in priors:
            yield from self._lines(change, since, item, prior)
        link = change.kind.parent_property
        if link and any(each.get(link) != after.get(link) for each in priors):
            yield from self._move(change, since, item)
        if change.from_course is not None and not self.oracle.is_place_shown(since, item, "course"):
            yield "course"

    def _split(self, since: int, item: int) -> Iterator[str]:
        """Judge what a new record of an applied item takes from members, or shows them."""
        facts = self.oracle.commits[since].facts
        for name in FIELDS:
            old = facts[item, name]
            if old == self.oracle.main[item, name]:
                continue
            if not self.oracle.shows_effect(since, item, name, old):
                yield f"effect of {name}"
            elif effects(name, old, self.oracle.main[item, name]) & {"shown", "earlier"} and (
                self.oracle.exposes(since, item, name)
            ):
                yield f"exposed by {name}"
        yield from self._sight(since, item, was=is_visible(facts, item))

    def _move(self, change: Change, since: int, item: int) -> Iterator[str]:
        """Judge a move to another holder, with what it shows members or hides from them."""
        if not self.oracle.is_place_shown(since, item, "holder"):
            yield "holder"
        yield from self._sight(since, item, was=self._is_seen(change))

    def _sight(self, since: int, item: int, *, was: bool) -> Iterator[str]:
        now = is_visible(self.oracle.main, item)
        if now and not was and self.oracle.exposes(since, item, "visible"):
            yield "exposed by a move"
        if was and not now and not self.oracle.is_hiding_shown(since, item):
            yield "hidden by a move"

    def _is_seen(self, change: Change) -> bool:
        """Return whether members see a record, which something may hold."""
        before, kind = change.before or {}, change.kind
        records: dict[tuple[str, object], Mapping[str, Any]] = {}
        for other in self.plan.changes:
            records[other.kind.name, other.record_id] = other.before or {}
        for course in self.plan.courses.values():
            for each in course.standing:
                records[each.kind.name, each.id] = each.attributes
        holder = kind.within.name if kind.within else "", before.get(kind.parent_property)
        return all(each.get("Active", True) for each in (before, records.get(holder, {})))

    def _lines(self, change: Change, since: int, item: int, prior: Any) -> Iterator[str]:  # noqa: ANN401
        was, now = (change.kind.contents_of(each) for each in (prior, change.after or {}))
        if was == now:
            return
        if self.oracle.is_text_unclear(since, item):
            self.unsure.add(change.course_id)
        if not self.oracle.are_separators_shown(since, item):
            yield "separators"
        texts = [telling(lines_of(each)) for each in (was, now)]
        yield from self._line_order(
            since, item, {*combinations(texts[1], 2)} - {*combinations(texts[0], 2)}
        )
        lines = [{*each} for each in texts]
        ours = {line for line in lines[0] ^ lines[1] if not line.startswith("someone")}
        is_other_html = lines_of(was) == lines_of(now) or was.startswith("<p>someone")
        if is_other_html and not ours:
            trees = self.oracle.commits[since].facts, self.oracle.main
            own = [each.get((item, "lines")) or () for each in trees]
            ours = {*telling(own[0])} ^ {*telling(own[1])}
            if own[0] == own[1] and not self.oracle.is_item_shown(since, item):
                yield "contents without a line"
        for line in ours:
            if not self.oracle.is_line_shown(since, item, line):
                yield f"line {line}"

    def _line_order(self, since: int, item: int, pairs: set[tuple[str, str]]) -> Iterator[str]:
        for pair in pairs:
            if not self.oracle.is_line_order_shown(since, item, pair):
                yield f"order of {pair}"

    def _order(self, holder: Any) -> Iterator[str]:  # noqa: ANN401 - a course or an item
        """Yield the pairs in a list that would come into an order which no review showed."""
        items = self.oracle.main[holder, "list"]
        course_id = next(e.course for e in self.items.values() if e.holder == holder)
        since, has = self.since.get(course_id), self._places()
        for i, one in enumerate(items):
            for at, other in enumerate(items[i + 1 :]):
                # what is new in the list is placed between its neighbours
                is_so = has[one] < has[other] if {one, other} <= has.keys() else at > 0
                if is_so or not {one, other} & self._numbered:
                    continue
                if since is not None and self._is_split_pair(since, one, other):
                    continue
                if since is None or not self.oracle.is_order_shown(since, (one, other)):
                    yield f"order of {one} and {other}"

    def _is_split_pair(self, since: int, one: int, other: int) -> bool:
        """Return whether two items were in this order, and one of them gets a new record."""
        there = items_in(self.oracle.commits[since].facts)
        is_unset = self.oracle.setter.get(("order", one, other), 0) <= since
        return is_unset and {one, other} <= there and bool({one, other} & self._new)

    @cached_property
    def _new(self) -> set[int]:
        """The items that get a record."""
        new = (each for each in self.plan.changes if not isinstance(each.held, Entry))
        return {self.items[each.address].item for each in new if each.address in self.items}

    def _places(self) -> dict[int, tuple[int, int]]:
        """Return the number and the Id of each item that is in its list on the site."""
        found: dict[int, tuple[int, int]] = {}
        for change in self.plan.changes:
            at = self.items.get(change.address)
            if at is None or not isinstance(change.held, Entry) or change.from_course is not None:
                continue
            before, link = change.held.known, change.kind.parent_property
            if change.after is None or before.get(link) == change.after.get(link):
                found[at.item] = int(before["DisplayOrder"]), change.held.id
        for course in self.plan.courses.values():
            for each in course.standing:
                if each.address in self.items:
                    number = int(each.attributes["DisplayOrder"])
                    found[self.items[each.address].item] = number, each.id or 0
        return found

    @cached_property
    def _numbered(self) -> set[int]:
        """The items whose number is sent."""
        return {
            self.items[change.address].item
            for change in self.plan.changes
            if change.address in self.items
            and change.after is not None
            and not (
                isinstance(change.held, Entry)
                and change.held.known.get("DisplayOrder") == change.after.get("DisplayOrder")
            )
        }


def _value(name: str, attributes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - an author's value
    if name != "unlock":
        return attributes.get(_PROPERTIES[name], "" if name == "summary" else None)
    opens = opening(attributes)
    return (
        "sequential" if opens.in_sequence else opens.days if opens.days is not None else "immediate"
    )


def known_items(oracle: Oracle) -> Mapping[Address, int]:
    """Return the items of main by their addresses."""
    return {each.address: each.item for each in placed(oracle.main)}
