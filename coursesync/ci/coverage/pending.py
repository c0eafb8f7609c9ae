"""What a change of a plan would set on the site, judged one by one.

Owns what is pending of a change: the fields that differ from what the site is known to have, or may
have. It must never decide which review shows it (`judge` does).
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from coursesync.ci.coverage.delta import ADDRESS, COURSE, EXISTS, PARENT, VISIBLE
from coursesync.ci.coverage.judge import UNSET, Gap, Judge
from coursesync.ci.coverage.line_judge import LineJudge
from coursesync.ci.coverage.setting import Shown, beside
from coursesync.ci.coverage.specified import Item, by_id, tells
from coursesync.ci.coverage.trail import Trail
from coursesync.ci.coverage.uncovered import Reason, Uncovered
from coursesync.kinds.field import Role
from coursesync.planning.action import Action
from coursesync.planning.effects import Effect, effects
from coursesync.planning.policy import OnRemoval
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.ci.coverage.site import Site
    from coursesync.kinds.field import Attributes, Planned
    from coursesync.planning.change import Change

_TAG = re.compile(r"<(?P<name>[^\s>]*)[^>]*>")
_ADDRESS = re.compile(r"""\s(?:href|src)=["']([^"']*)""")
_ASKED = {
    Action.DELETE: (OnRemoval.DELETE, Effect.DELETED),
    Action.DEACTIVATE: (OnRemoval.DEACTIVATE, Effect.HIDDEN),
}


class _Finding(NamedTuple):
    """Why something of a change is not covered: a field, and what the change does."""

    gap: Gap
    field: str
    effect: Effect
    lines: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def judged(
    change: Change,
    trails: Mapping[int, Trail],
    site: Site,
    *,
    needs_approval: bool,
) -> tuple[list[Uncovered], bool]:
    """Return what is not covered of a change, and whether that is not known of a part of it yet.

    `trails` and `needs_approval` are as in `coverage`, `site` is as `on_site` returns it. A change
    that sends nothing needs no review.
    """
    if not (change.action.writes or (change.action is Action.DOUBT and change.after is not None)):
        return [], False
    courses = {change.course_id, change.from_course or change.course_id}
    known = [trails[each] for each in courses if each in trails]
    trail = max(known, key=lambda each: len(each.settings), default=Trail(()))
    judge = Judge(trail, needs_approval, trail.courses_of(change) | courses)
    pending = _Pending(change, judge, site)
    findings = [*pending.findings()]
    if len(known) < len(courses):
        findings = [_Finding(Gap(0, Reason.FIRST), "", pending.effect)]
    uncovered = [_uncovered(change, judge, each) for each in findings if each.gap.reason]
    return uncovered, any(each.gap.reason is None for each in findings)


def _uncovered(change: Change, judge: Judge, finding: _Finding) -> Uncovered:
    number, reason = finding.gap
    setting = judge.trail.settings[number - 1] if number else None
    return Uncovered(
        change.address,
        change.title,
        finding.field,
        finding.effect,
        reason or Reason.UNSET,
        setting.commit if setting else None,
        setting.review.review if setting and isinstance(setting.review, Shown) else None,
        finding.lines,
        finding.others,
        beside(judge.trail.settings, number, judge.courses),
    )


class _Pending:
    """What is pending of a change that sends something."""

    def __init__(self, change: Change, judge: Judge, site: Site) -> None:
        """Take a change, what judges the settings of its course, and what is on the site."""
        self.change, self.judge, self.site, self.kind = change, judge, site, change.kind
        self.address = by_id(change.address, change.course_id)
        entry = change.held if isinstance(change.held, Entry) else None
        self.entry = entry
        # what the site may have: nothing, what is known, and what an interrupted update sent
        self.priors: list[Attributes | None] = [None] if entry is None else [entry.known]
        if entry is not None and entry.attempted is not None:
            self.priors.append(entry.attempted or None)
        self.is_new = None in self.priors

    @property
    def split_from(self) -> Item | None:
        """What was applied of the item; None if it is new, or keeps its record."""
        path = self.judge.trail.path(self.address)
        return path[0] if self.entry is None else None

    @property
    def effect(self) -> Effect:
        """What the change does to the item as a whole."""
        if self.change.action in _ASKED:
            return _ASKED[self.change.action][1]
        away = self.change.from_course is not None
        return Effect.NEW if self.is_new else Effect.MOVED_AWAY if away else Effect.CHANGED

    def findings(self) -> Iterator[_Finding]:
        """Yield what is not covered."""
        if self.change.action in _ASKED:
            yield from self._removal(*_ASKED[self.change.action])
            return
        if not self.judge.trail.has(self.address):  # no commit set anything
            yield from self._unset()
            return
        is_split = self.split_from is not None
        name = ADDRESS if is_split else EXISTS
        # what a new record of an applied item has of that item was shown before
        known = {0} if is_split else set[int]()
        if self.is_new and (gap := self.judge.of_field(self.address, name)):
            yield _Finding(gap, "", self.effect)
            known |= {gap.number} if gap.reason else set()
        yield from self._replaced()
        for found in (self._fields(), self._place(), self._contents(), self._order()):
            yield from (each for each in found if each.gap.number not in known)

    def _unset(self) -> Iterator[_Finding]:
        names = [each.name for each in self.kind.fields if self._differs(*each.properties)]
        for name in [""] if self.is_new else names or [""]:
            yield _Finding(UNSET, name, self.effect)

    def _differs(self, *properties: str) -> bool:
        """Return whether the change sets one of some properties."""
        after = self.change.after or {}
        return self.is_new or any(
            self._value(prior, each) != self._value(after, each)
            for prior in self.priors
            for each in properties
        )

    def _value(self, attributes: Planned | None, name: str) -> object:
        """Return the value of a property; for a text, no value and "" are the same."""
        return (attributes or {}).get(name, "" if self.kind.types.get(name) is str else None)

    def _removal(self, asked: OnRemoval, effect: Effect) -> Iterator[_Finding]:
        was = by_id(self.change.previous_address or self.change.address, self.change.course_id)
        removals = self.judge.trail.removals(was, self.address)
        gaps = {self.judge.of_removal(*each, asked) for each in removals} or {UNSET}
        for gap in sorted(filter(None, gaps), key=lambda each: each.number):
            yield _Finding(gap, "", effect)

    def _replaced(self) -> Iterator[_Finding]:
        """Find that the record is another item's, which members have until now."""
        if self.entry is None:
            return
        change, title = self.change, self.kind.title_of(self.entry.known)
        course_id = change.from_course or change.course_id
        old = by_id(change.previous_address or change.address, course_id)
        if self.judge.trail.leads_to(self.address, old):
            return
        for gap in self.judge.of_replaced(self.address, old):
            yield _Finding(gap, "", Effect.REPLACES, others=(title,))

    def _fields(self) -> Iterator[_Finding]:
        kind, change = self.kind, self.change
        split = self.split_from
        before = split.resource.attributes if split else None if self.is_new else change.before
        found = effects(kind, before, change.after or {}) if before else {}
        for each in kind.fields:
            is_apart = each.role in {Role.CONTENTS, Role.ORDER}
            if is_apart or not each.properties or not self._differs(*each.properties):
                continue
            wanted = found.get(each.name, frozenset())
            effect = min(wanted, key=lambda one: one.is_widening, default=Effect.CHANGED)
            if gap := self.judge.of_field(self.address, each.name, wanted):
                yield _Finding(gap, each.name, effect)
            if any(one.is_widening for one in wanted):
                yield from self._exposed(each.name, each.name, effect)

    def _place(self) -> Iterator[_Finding]:
        """Find that the item comes to another place, and what members see with that or do not."""
        kind, split = self.kind, self.split_from
        away = self.change.from_course is not None or self._differs(kind.course_property)
        if away and (gap := self.judge.of_field(self.address, COURSE)):
            yield _Finding(gap, COURSE, Effect.MOVED_AWAY)
        if self._moves and (gap := self.judge.of_field(self.address, PARENT)):
            yield _Finding(gap, kind.within.name if kind.within else "", Effect.MOVED)
        if split is not None:
            yield from self._seen(was=self.judge.trail.settings[0].before.shows(split))
        elif self.is_new:
            yield from self._seen(was=False)
            if kind.has(Role.UNLOCK):
                name = kind.field(Role.UNLOCK).name
                yield from self._exposed(name, name, Effect.EARLIER)
        if self.entry is not None and (away or self._moves):
            yield from self._seen(was=self.site.shows(kind, self.entry.known))

    def _seen(self, *, was: bool) -> Iterator[_Finding]:
        """Find what members see, or do not see any more, once the item is in its place."""
        main = self.judge.trail.main
        item = main.find(self.address)
        is_shown = item is not None and main.shows(item)
        if is_shown and not was:
            yield from self._exposed(VISIBLE, "", Effect.SHOWN)
        if was and not is_shown and (gap := self.judge.of_hidden(self.address)):
            yield _Finding(gap, "", Effect.HIDDEN)

    @property
    def _moves(self) -> bool:
        return bool(self.kind.parent_property) and self._differs(self.kind.parent_property)

    def _exposed(self, name: str, field: str, effect: Effect) -> Iterator[_Finding]:
        """Find what members would see without a review that has it together with `name`."""
        found: dict[Gap, list[str]] = {}
        for item in self.judge.trail.below(self.address):
            if not self.judge.trail.main.shows(item):
                continue
            for gap in self.judge.of_exposed(self.address, name, item.address):
                found.setdefault(gap, []).append(item.resource.title)
        for gap, titles in sorted(found.items(), key=lambda each: each[0].number):
            yield _Finding(gap, field, effect, others=tuple(titles))

    def _contents(self) -> Iterator[_Finding]:
        name = self.kind.contents_property
        if not name or not self._differs(name):
            return
        after, found = self._value(self.change.after, name), dict[_Finding, None]()
        is_foreign = self.entry is not None and name in self.entry.overridden and after != ""
        texts = {self._value(prior, name) for prior in self.priors if prior is not None}
        since = {number for text in texts - {after} for number in self._trees_with(text)}
        for number in {0} if is_foreign or self.is_new else since:
            found |= dict.fromkeys(self._lines(name, number, is_foreign=is_foreign))
        yield from found

    def _lines(self, name: str, since: int, *, is_foreign: bool) -> Iterator[_Finding]:
        """Find the lines that differ between a tree, or someone else's text, and main."""
        field, trail = self.kind.field_of(name), self.judge.trail
        added = trail.line_setters(self.address, since, is_foreign=is_foreign)
        removed = {} if is_foreign else trail.removed(self.address, since)
        if not (added or removed):
            yield _Finding(UNSET, field, Effect.CHANGED)
        found: dict[Gap, dict[str, None]] = {}
        if is_foreign and (item := trail.main.find(self.address)):
            set_since = trail.added(self.address)
            kept = [each for each, _, _ in item.text_places if tells(each)]
            if kept := [each for each in kept if not set_since.get(each)]:
                found[UNSET] = dict.fromkeys(kept)
        judge = LineJudge(self.judge, self.address)
        for gap, gone in judge.of_removed(removed):
            found.setdefault(gap, {}).update(dict.fromkeys(gone))
        for gap, lines in judge.of_added(added):
            own = [(after or before or ("",))[0] for before, after in lines]
            found.setdefault(gap, {}).update(dict.fromkeys(own))
        for gap, ordered in judge.of_order(since, is_foreign=is_foreign):
            found.setdefault(gap, dict.fromkeys(ordered))
        for gap, texts in found.items():
            yield _Finding(gap, field, Effect.CHANGED, tuple(filter(None, texts)))

    def _trees_with(self, text: object) -> set[int]:
        """Return the numbers of the trees of which a text may be; {0} if there is none.

        It is that of the last tree with just this text. If none has it, another version of the
        program may have rendered it: then it may be that of each tree that differs only in what
        depends on the version.
        """
        path = enumerate(self.judge.trail.path(self.address))
        texts = {number: item.resource.contents for number, item in path if item}
        if same := [number for number, each in texts.items() if each == text]:
            return {max(same)}
        for essence in (_shape, _words):
            own = essence(str(text))
            if alike := {number for number, each in texts.items() if essence(each) == own}:
                return alike
        return {0}

    def _order(self) -> Iterator[_Finding]:
        """Find the siblings with which the item changes places.

        The numbers follow. One that is new in its list, and not there again in the order that was
        applied, has to be placed between its neighbours.
        """
        kind, site = self.kind, self.site.places
        if not self._differs(kind.order_property):
            return
        pin, addresses = kind.field_of(kind.order_property), self.judge.trail.beside(self.address)
        at, own, gaps = addresses.index(self.address), site.get(self.address), set[Gap | None]()
        for i, other in enumerate(addresses):
            pair = (other, self.address) if i < at else (self.address, other)
            if own is not None and other in site:
                if i != at and (site[other] > own) is (i < at):
                    gaps.add(self.judge.of_order(*pair))
            elif abs(i - at) == 1 and (gap := self.judge.of_order(*pair)) != UNSET:
                gaps.add(gap)
        if own is not None and self.change.resource and self.change.resource.pin is not None:
            gaps.add(self.judge.of_field(self.address, pin))
        for gap in sorted(filter(None, gaps), key=lambda each: each.number):
            yield _Finding(gap, pin, Effect.ORDERED)


def _words(html: str) -> list[str]:
    """Return the words of a text without its markup."""
    return unescape(_TAG.sub(" ", html)).split()


def _shape(html: str) -> list[str]:
    """Return the words of a text, and its markup with the addresses of links and pictures."""
    return unescape(_TAG.sub(_named, html)).split()


def _named(tag: re.Match[str]) -> str:
    return " ".join(["", tag["name"], *_ADDRESS.findall(tag[0]), ""])
