"""Records without a list in the outline are left alone, whichever addresses around them change."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from values import EMPTY, actions_in, applied, outline_of, plan_of

from coursesync.errors import InvalidOutlines
from coursesync.kinds import kind_of
from coursesync.kinds.address import Address, key_of
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION
from coursesync.planning.action import Action
from coursesync.planning.policy import KEEP_ALL, OnRemoval, Policy

if TYPE_CHECKING:
    from random import Random

    from coursesync.outlines.outline import Outline
    from coursesync.planning.plan import Plan
    from coursesync.state.state import State

    Item: TypeAlias = dict[str, Any]

HIDE, DELETE = Policy(OnRemoval.DEACTIVATE), Policy(OnRemoval.DELETE, prune=True)
TOUR: dict[str, Any] = {"key": "tour", "title": "Tour", "contents": "<p>A tour</p>"}


def outline(*sections: Item, file: str = "c", **more: object) -> Outline:
    """Make an outline; each section has the fields of a mapping."""
    document = {"id": 4711, "title": "C", "sections": list(sections), **more}
    return outline_of(json.dumps(document), f"courses/{file}.yaml")


def section(key: str, *former: str, **more: object) -> Item:
    return {"key": key, "title": "A", "previous_keys": list(former), **more}


def with_tour() -> State:
    """Return a state with a lesson in a section whose outline has no list any more."""
    return applied(plan_of(outline(section("a", lessons=[TOUR]))))


def moved_to(state: State, lesson: str, section_id: int | None) -> State:
    """Return the state after a look: a person has put a lesson into another section."""
    entry = state.entries[Address(lesson)]
    seen = replace(entry, seen={LESSON.parent_property: section_id})
    return replace(state, entries={**state.entries, Address(lesson): seen})


def without(state: State, address: str) -> State:
    """Return the state after `state rm`."""
    return replace(state, entries={a: e for a, e in state.entries.items() if a != address})


def last(state: State, wanted: Outline, policy: Policy) -> tuple[Plan, State]:
    """Apply an outline; return the plan that is made afterwards, and the state."""
    led_to = applied(plan_of(wanted, state, policy), state)
    return plan_of(wanted, led_to, policy), led_to


@pytest.mark.parametrize("policy", [HIDE, DELETE])
@pytest.mark.parametrize(
    ("wanted", "now"),
    [
        (outline(section("b", "a")), "lesson.c.b.tour"),
        (outline(section("a"), file="d"), "lesson.d.a.tour"),
        (outline(section("b", "a"), file="d"), "lesson.d.b.tour"),
    ],
)
def test_lessons_without_a_list_follow_their_section(
    wanted: Outline, now: str, policy: Policy
) -> None:
    """If a section gets another address, its unlisted lessons get it in the state; nothing else."""
    state = with_tour()
    first = plan_of(wanted, state, policy)
    then, led_to = last(state, wanted, policy)

    assert {change.action for change in first.changes} == {Action.MOVE}
    assert actions_in(then) == [("keep", now)]
    assert led_to.entries[Address(now)].id == state.entries[Address("lesson.c.a.tour")].id


def test_a_lesson_without_a_list_directly_in_the_course_follows_the_file() -> None:
    """The lessons of a course are left alone after its file was renamed, too."""
    state = applied(plan_of(outline(lessons=[TOUR])))
    then, _ = last(state, outline(file="d"), DELETE)

    assert actions_in(then) == [("keep", "lesson.d.tour")]


@pytest.mark.parametrize("policy", [HIDE, DELETE])
def test_the_record_decides_where_a_lesson_is_and_not_its_address(policy: Policy) -> None:
    """A lesson that a person put where the outline has no list is left alone."""
    both = outline(section("a", lessons=[TOUR]), {"key": "b", "title": "B"})
    state = applied(plan_of(both))
    b = state.entries[Address("section.c.b")].id
    emptied = outline(section("a", lessons=[]), {"key": "b", "title": "B"})

    for place in (b, None, 987):  # 987 is a section of others
        seen = moved_to(state, "lesson.c.a.tour", place)
        assert actions_in(plan_of(emptied, seen, policy)) == [("keep", "lesson.c.a.tour")]
    listed = outline(section("a"), {"key": "b", "title": "B"}, lessons=[])
    seen = moved_to(state, "lesson.c.a.tour", None)
    assert actions_in(plan_of(listed, seen, policy)) == [("keep", "lesson.c.a.tour")]


def test_lessons_of_a_forgotten_section_are_left_alone() -> None:
    """What is in a section without an entry was never listed there."""
    state = without(with_tour(), "section.c.a")

    for wanted in (outline(section("a")), outline()):
        kept = [each for each in plan_of(wanted, state, DELETE).changes if each.kind is LESSON]
        assert [each.action for each in kept] == [Action.KEEP]


def test_a_protected_lesson_that_left_its_list_says_how_to_delete_it() -> None:
    """The reason names what it is: a lesson."""
    protected = applied(plan_of(outline(section("a", lessons=[{**TOUR, "protect": True}]))))
    (kept,) = plan_of(outline(section("a", lessons=[])), protected, DELETE).changes

    assert kept.action is Action.KEEP
    assert kept.reason == (
        "protected; to delete it, put its lesson back into the outline without protect: true, "
        "apply, and remove it again"
    )


def test_a_removed_section_is_deleted_with_the_lessons_of_its_list() -> None:
    """A section that left its outline took its list with it."""
    assert actions_in(plan_of(outline(), with_tour(), DELETE)) == [
        ("delete", "lesson.c.a.tour"),
        ("delete", "section.c.a"),
    ]


def test_a_new_section_with_the_old_key_takes_no_lesson_that_is_left_alone() -> None:
    """The key of a lesson that is left alone may be used: its record stays as it is."""
    _, state = last(with_tour(), outline(section("b", "a")), KEEP_ALL)
    other = {"key": "tour", "title": "A city tour", "contents": "<p>Quite different</p>"}
    new = {"key": "a", "title": "Another section", "lessons": [other]}

    plan = plan_of(outline(section("b"), new), state)
    ids = {entry.id for entry in state.entries.values()}

    assert actions_in(plan) == [
        ("create", "section.c.a"),
        ("create", "lesson.c.a.tour"),
        ("keep", "lesson.c.b.tour"),
    ]
    assert ids < {entry.id for entry in applied(plan, state).entries.values()}


def test_a_lesson_that_leaves_a_list_together_with_it_moves_if_it_reads_the_same() -> None:
    """An author who moves a section's last lesson may delete its list: the lesson keeps its Id."""
    elsewhere = {"key": "b", "title": "B", "lessons": [TOUR]}
    plan = plan_of(outline(section("a"), elsewhere), with_tour())
    edited = {**elsewhere, "lessons": [{**TOUR, "title": "City"}]}

    assert ("update", "lesson.c.b.tour") in actions_in(plan)
    assert ("create", "lesson.c.b.tour") in actions_in(
        plan_of(outline(section("a"), edited), with_tour())
    )


def test_an_orphan_yields_its_address() -> None:
    """An orphan gets a free key if a resource has its address, so that no Id is lost."""
    one, two = ({"key": "x", "title": title} for title in ("One", "Two"))
    both = outline(section("a", lessons=[one]), {"key": "b", "title": "B", "lessons": [two]})
    state = without(applied(plan_of(both)), "section.c.a")
    renamed = outline({"key": "a", "previous_keys": ["b"], "title": "B", "lessons": [two]})
    then, led_to = last(state, renamed, DELETE)

    assert actions_in(then) == [("keep", "lesson.c.a.x-2")]
    assert led_to.entries[Address("lesson.c.a.x-2")] == state.entries[Address("lesson.c.a.x")]
    assert led_to.entries[Address("lesson.c.a.x")] == state.entries[Address("lesson.c.b.x")]


# --- any story ---


@dataclass
class Story:
    """An outline that is edited at random, and the state that applying it leads to."""

    random: Random
    file: str = "c"
    sections: list[Item] = field(default_factory=list)
    lessons: list[Item] | None = None
    state: State = EMPTY
    made: int = 0
    highest: int = 1000  # the highest Id that was ever given
    astray: set[int] = field(default_factory=set)  # the lessons that a person moved

    @property
    def outline(self) -> Outline:
        """The outline as it is now."""
        more = {} if self.lessons is None else {"lessons": self.lessons}
        return outline(*self.sections, file=self.file, **more)

    @property
    def lists(self) -> list[tuple[tuple[str, ...], list[Item]]]:
        """Each list of lessons, after the keys of its parents."""
        found: list[tuple[tuple[str, ...], list[Item]]]
        found = [((self.file, s["key"]), s["lessons"]) for s in self.sections if "lessons" in s]
        return found if self.lessons is None else [*found, ((self.file,), self.lessons)]

    def _new(self, keys: str) -> Item:
        self.made += 1
        contents = self.random.choice(["", f"<p>{self.made}</p>"])
        title = self.random.choice(["Same", f"T{self.made}"])
        return {"key": self.random.choice(keys), "title": title, "contents": contents}

    def edit(self) -> None:
        """Change something: what an author does, or a person on the site or in the state."""
        random = self.random
        edits = [
            self._section,
            self._rename,
            self._drop,
            self._give,
            self._lesson,
            self._move,
            self._by_hand,
        ]
        random.choice(edits)()

    def _section(self) -> None:
        if self.sections and self.random.random() < 0.4:
            self.sections.pop(self.random.randrange(len(self.sections)))
            return
        more: Item = {"lessons": []} if self.random.random() < 0.7 else {}
        self.sections.append({**self._new("abcd"), **more})

    def _rename(self) -> None:
        if self.random.random() < 0.3:
            self.file = self.random.choice("cde")
            for each in [*self.sections, *(item for _, items in self.lists for item in items)]:
                each.pop("previous_keys", None)
        elif self.sections:
            chosen = self.random.choice(self.sections)
            chosen["previous_keys"] = [chosen["key"]]
            chosen["key"] = self.random.choice("abcd")

    def _drop(self) -> None:
        if self.random.random() < 0.3:
            self.lessons = None
        elif self.sections:
            self.random.choice(self.sections).pop("lessons", None)

    def _give(self) -> None:
        if self.random.random() < 0.3:
            self.lessons = self.lessons or []
        elif self.sections:
            self.random.choice(self.sections).setdefault("lessons", [])

    def _lesson(self) -> None:
        if self.lists:
            _, items = self.random.choice(self.lists)
            if items and self.random.random() < 0.3:
                items.pop()
            else:
                items.append(self._new("xyz"))

    def _move(self) -> None:
        full = [each for each in self.lists if each[1]]
        if full:
            keys, items = self.random.choice(full)
            item = items.pop(self.random.randrange(len(items)))
            if self.random.random() < 0.5:
                item["previous_keys"] = [".".join(("lesson", *keys, item["key"]))]
            item["key"] = self.random.choice([item["key"], *"xyz"])
            self.random.choice(self.lists)[1].append(item)

    def _by_hand(self) -> None:
        entries = self.state.entries
        sections = [at for at in entries if kind_of(at) is SECTION]
        lessons = [at for at in entries if kind_of(at) is LESSON]
        if sections and self.random.random() < 0.3:
            self.state = without(self.state, self.random.choice(sections))
        elif lessons:
            places = [None, 987, *(entries[at].id for at in sections)]
            chosen = self.random.choice(lessons)
            self.astray.add(entries[chosen].id)
            self.state = moved_to(self.state, chosen, self.random.choice(places))

    def has_list(self, lesson: Address, led_to: State) -> bool:
        """Say whether the outline lists the lessons where one is, by its record's own Id."""
        place = self.state.entries[lesson].known.get(LESSON.parent_property)
        if place is None:
            return self.lessons is not None
        there = [at for at, e in self.state.entries.items() if e.id == place]
        now = {key_of(at) for at, entry in led_to.entries.items() if entry.id == place}
        listed = [each for each in self.sections if each["key"] in now]
        return bool(there) and all("lessons" in each for each in listed)


@settings(deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([KEEP_ALL, HIDE, DELETE]))
def test_no_story_takes_what_is_left_alone(random: Random, policy: Policy) -> None:
    """No plan deletes or hides a lesson of a list that the outline does not have; no Id is lost.

    After each apply, the next plan only reports what is kept, and each lesson's address is below
    that of the section that it was sent to, unless a person has moved it.
    """
    story = Story(random)
    for _ in range(12):
        before = deepcopy((story.file, story.sections, story.lessons))
        for _ in range(random.randint(1, 3)):
            story.edit()
        try:
            wanted = story.outline
            plan = plan_of(wanted, story.state, policy)
        except (AssertionError, InvalidOutlines):  # a mistake: the author takes the edit back
            event("a mistake")
            story.file, story.sections, story.lessons = before
            continue
        led_to = applied(plan, story.state, highest=story.highest)
        story.highest += plan.count(Action.CREATE)
        for change in plan.changes:
            if change.action in {Action.DELETE, Action.DEACTIVATE} and change.kind is LESSON:
                event(change.action.value)
                assert story.has_list(change.previous_address or change.address, led_to)
        gone = {change.record_id for change in plan.changes if change.action is Action.DELETE}
        ids = {entry.id for entry in story.state.entries.values()}
        assert ids - {entry.id for entry in led_to.entries.values()} == gone
        story.state = led_to
        again = plan_of(wanted, led_to, policy)
        assert {change.action for change in again.changes} <= {Action.KEEP}
        held = {entry.id: at for at, entry in led_to.entries.items() if kind_of(at) is SECTION}
        for at, entry in led_to.entries.items():
            place = entry.sent.get(LESSON.parent_property) if kind_of(at) is LESSON else None
            if place in held and entry.id not in story.astray:
                assert LESSON.parent_of(at) == held[int(str(place))]
