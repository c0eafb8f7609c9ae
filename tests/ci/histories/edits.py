"""Edits of a model tree: what an author does, as values that can be done again on another tree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from ci.histories.trees import (
    Conflict,
    Facts,
    course_name,
    courses_in,
    items_in,
    placed,
    telling,
    tidied,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Edit: TypeAlias = "Callable[[Facts], Facts]"


@dataclass
class Numbers:
    """Numbers, each given out once: for items, keys and words."""

    last: int = 0

    def take(self) -> int:
        """Return a new number."""
        self.last += 1
        return self.last


def _need(*conditions: object) -> None:
    if not all(conditions):
        raise Conflict


def _inserted(items: tuple[Any, ...], item: object, before: object) -> tuple[Any, ...]:
    at = items.index(before) if before in items else len(items)
    return (*items[:at], item, *items[at:])


def _holder_of(facts: Facts, item: int) -> Any:  # noqa: ANN401 - a course or an item
    found = [holder for (holder, name), held in facts.items() if name == "list" and item in held]
    _need(found)
    return found[0]


def _course_of(facts: Facts, holder: Any) -> Any:  # noqa: ANN401 - a course or an item
    return holder if isinstance(holder, str) else _holder_of(facts, holder)


def _moved(facts: Facts, item: int, holder: object, before: int | None) -> Facts:
    was = _holder_of(facts, item)
    held = tuple(each for each in facts[was, "list"] if each != item)
    facts = {**facts, (was, "list"): held}
    there = facts[holder, "list"]
    _need(facts[item, "key"] not in {facts[each, "key"] for each in there})
    return {**facts, (holder, "list"): _inserted(there, item, before)}


@dataclass(frozen=True)
class SetFact:
    """Gives an item another value."""

    item: Any
    name: str
    value: Any

    def __call__(self, facts: Facts) -> Facts:
        """Return the facts afterwards."""
        _need((self.item, self.name) in facts)
        return {**facts, (self.item, self.name): self.value}


@dataclass(frozen=True)
class SetLine:
    """Puts a line in the place of another one, above one, or nothing in its place."""

    item: int
    old: str | None
    new: str | None
    keeps: bool = False

    def __call__(self, facts: Facts) -> Facts:
        """Return the facts afterwards."""
        _need((self.item, "lines") in facts)
        lines = facts[self.item, "lines"]
        _need(self.old is None or self.old in lines)
        at = len(lines) if self.old is None else lines.index(self.old)
        new = () if self.new is None else (self.new,)
        rest = lines[at:] if self.keeps else lines[at + 1 :]
        return {**facts, (self.item, "lines"): (*lines[:at], *new, *rest)}


@dataclass(frozen=True)
class SwapLines:
    """Swaps two lines."""

    item: int
    one: str
    other: str

    def __call__(self, facts: Facts) -> Facts:
        """Return the facts afterwards."""
        lines = facts.get((self.item, "lines"), ())
        _need(self.one in lines, self.other in lines)
        now = {self.one: self.other, self.other: self.one}
        return {**facts, (self.item, "lines"): tuple(now.get(each, each) for each in lines)}


@dataclass(frozen=True)
class Add:
    """Adds an item to a list."""

    item: int
    holder: Any
    before: int | None
    values: tuple[tuple[str, Any], ...]

    def __call__(self, facts: Facts) -> Facts:
        """Return the facts afterwards."""
        held = facts.get((self.holder, "list"))
        _need(held is not None)
        keys = {facts[each, "key"] for each in held or ()}
        _need(dict(self.values)["key"] not in keys)
        own = {(self.item, name): value for name, value in self.values}
        return {
            **facts,
            **own,
            (self.holder, "list"): _inserted(held or (), self.item, self.before),
        }


@dataclass(frozen=True)
class Drop:
    """Removes an item, and those in it."""

    item: int

    def __call__(self, facts: Facts) -> Facts:
        """Return the facts afterwards."""
        holder = _holder_of(facts, self.item)
        held = tuple(each for each in facts[holder, "list"] if each != self.item)
        return tidied({**facts, (holder, "list"): held})


@dataclass(frozen=True)
class Place:
    """Moves an item in its list, or to another list."""

    item: int
    holder: Any
    before: int | None

    def __call__(self, facts: Facts) -> Facts:
        """Return the facts afterwards."""
        _need((self.holder, "list") in facts, self.holder != self.item)
        was = _holder_of(facts, self.item)
        _need(_course_of(facts, was) == _course_of(facts, self.holder))
        return _moved(facts, self.item, self.holder, self.before)


@dataclass(frozen=True)
class Cross:
    """Moves an item without others in it to another course, and says so in `previous_keys`."""

    item: int
    course: int

    def __call__(self, facts: Facts) -> Facts:
        """Return the facts afterwards."""
        _need((self.item, "list") in facts, not facts.get((self.item, "list")))
        was = _holder_of(facts, self.item)
        _need(was != course_name(self.course), (self.course, "file") in facts)
        former = f"{facts[int(was[1:]), 'file']}.{facts[self.item, 'key']}"
        moved = _moved(facts, self.item, course_name(self.course), None)
        return {**moved, (self.item, "former"): (former,)}


@dataclass(frozen=True)
class Rename:
    """Gives an item another key, and says so in `previous_keys` or not."""

    item: int
    key: str
    is_stated: bool

    def __call__(self, facts: Facts) -> Facts:
        """Return the facts afterwards."""
        _need((self.item, "key") in facts)
        former = (facts[self.item, "key"],) if self.is_stated else ()
        return {**facts, (self.item, "key"): self.key, (self.item, "former"): former}


@dataclass(frozen=True)
class All:
    """Several edits, one after the other."""

    edits: tuple[Edit, ...]

    def __call__(self, facts: Facts) -> Facts:
        """Return the facts afterwards."""
        for edit in self.edits:
            facts = edit(facts)
        return facts


def first_tree(numbers: Numbers, rng: Random) -> Facts:
    """Return a tree with two courses."""
    facts: Facts = {("all", "on_removal"): rng.choice(["keep", "keep", "delete", "deactivate"])}
    for course_id in (1001, 1002):
        facts |= {(course_id, "file"): f"c{course_id}", (course_name(course_id), "list"): ()}
        for _ in range(rng.randint(2, 4)):
            facts = _new(facts, numbers, rng, course_name(course_id), is_inner=False)(facts)
        for item in items_in(facts):
            if rng.random() < 0.5 and (item, "list") in facts and not facts[item, "list"]:
                facts = _new(facts, numbers, rng, item, is_inner=True)(facts)
    return facts


def _new(facts: Facts, numbers: Numbers, rng: Random, holder: object, *, is_inner: bool) -> Add:
    item = numbers.take()
    words = [f"line {numbers.take()}" for _ in range(rng.randint(1, 5))]
    if len(words) > 2 and rng.random() < 0.6:
        between = rng.choice(["", "", "---"])
        words = [each for word in words for each in (word, between)][: -rng.choice([1, 1, 2])]
    values: dict[str, Any] = {
        "key": f"k{numbers.take()}",
        "title": f"title {item}",
        "active": rng.random() < 0.7,
        "unlock": rng.choice(["immediate", "sequential", 3, 7]),
        "summary": "",
        "lines": tuple(words),
        "former": (),
    }
    if not is_inner:
        values["list"] = ()
    held = facts.get((holder, "list"), ())
    before = rng.choice([None, *held])
    return Add(item, holder, before, tuple(values.items()))


def any_edit(facts: Facts, numbers: Numbers, rng: Random) -> Edit:
    """Return an edit that fits a tree; raises Conflict if the one drawn has nothing to change."""
    items = [each.item for each in placed(facts)]
    if not items or rng.random() < 0.08:
        return _new(facts, numbers, rng, course_name(rng.choice(courses_in(facts))), is_inner=False)
    item = rng.choice(items)
    drawn = rng.random()
    for share, make in _DRAWN:
        drawn -= share
        if drawn < 0:
            return make(facts, numbers, rng, item)
    return _line(facts, numbers, rng, item)


def hidden(facts: Facts, numbers: Numbers, rng: Random) -> Add:
    """Return an edit that adds an item which members do not see yet."""
    holder = rng.choice([course_name(each) for each in courses_in(facts)])
    sections = facts[holder, "list"]
    is_inner = bool(sections) and rng.random() < 0.5
    add = _new(facts, numbers, rng, rng.choice(sections) if is_inner else holder, is_inner=is_inner)
    return replace(add, values=(*add.values, ("active", False)))


def _title(_facts: Facts, numbers: Numbers, _rng: Random, item: int) -> Edit:
    return SetFact(item, "title", f"title {numbers.take()}")


def _active(facts: Facts, _numbers: Numbers, _rng: Random, item: int) -> Edit:
    return SetFact(item, "active", not facts[item, "active"])


def _unlock(_facts: Facts, _numbers: Numbers, rng: Random, item: int) -> Edit:
    return SetFact(item, "unlock", rng.choice(["immediate", "sequential", 3, 7, 14]))


def _drop(_facts: Facts, _numbers: Numbers, _rng: Random, item: int) -> Edit:
    return Drop(item)


def _place(facts: Facts, _numbers: Numbers, rng: Random, item: int) -> Edit:
    holder = _holder_of(facts, item)
    if not isinstance(holder, str) and rng.random() < 0.5:  # a lesson, to another section
        course = _holder_of(facts, holder)  # no progress of members can move to another course
        holder = rng.choice(facts[course, "list"])
    there = [each for each in facts[holder, "list"] if each != item]
    return Place(item, holder, rng.choice([None, *there]))


def _cross(facts: Facts, _numbers: Numbers, rng: Random, item: int) -> Edit:
    return Cross(item, rng.choice(courses_in(facts)))


def _rename(_facts: Facts, numbers: Numbers, rng: Random, item: int) -> Edit:
    return Rename(item, f"k{numbers.take()}", rng.random() < 0.7)


def _file(facts: Facts, numbers: Numbers, rng: Random, _item: int) -> Edit:
    return SetFact(rng.choice(courses_in(facts)), "file", f"f{numbers.take()}")


def _policy(_facts: Facts, _numbers: Numbers, rng: Random, _item: int) -> Edit:
    return SetFact("all", "on_removal", rng.choice(["keep", "delete", "deactivate"]))


def _inner(facts: Facts, numbers: Numbers, rng: Random, item: int) -> Edit:
    _need((item, "list") in facts)
    return _new(facts, numbers, rng, item, is_inner=True)


def _course(_facts: Facts, numbers: Numbers, rng: Random, _item: int) -> Edit:
    course_id = 2000 + numbers.take()
    name = course_name(course_id)

    def add(facts: Facts) -> Facts:
        return {**facts, (course_id, "file"): name, (name, "list"): ()}

    return All((add, _new({}, numbers, rng, name, is_inner=False)))


def _line(facts: Facts, numbers: Numbers, rng: Random, item: int) -> Edit:
    lines = telling(facts[item, "lines"])
    if len(lines) > 1 and rng.random() < 0.3:
        return SwapLines(item, *rng.sample(lines, 2))
    old = rng.choice([None, *lines])
    new = rng.choice([None, f"line {numbers.take()}", f"line {numbers.take()}", ""])
    return SetLine(item, old, new, keeps=rng.random() < 0.4)


_DRAWN = (
    (0.12, _title),
    (0.12, _active),
    (0.10, _unlock),
    (0.08, _drop),
    (0.12, _place),
    (0.03, _cross),
    (0.06, _rename),
    (0.02, _file),
    (0.03, _policy),
    (0.06, _inner),
    (0.01, _course),
)
