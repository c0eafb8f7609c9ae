"""The plan: which changes it has, for which outlines and states."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples
from values import (
    AT,
    EMPTY,
    Section,
    actions_in,
    address,
    applied,
    course,
    plan_of,
    state_of,
)

from coursesync.outlines.workspace_files import Outlines
from coursesync.planning import diff
from coursesync.planning.action import Action
from coursesync.state.state import Doubt, State

if TYPE_CHECKING:
    from coursesync.outlines.outline import Outline
    from coursesync.state.json_values import Sent

PICTURE = {"image": "https://cdn.example.com/tour.png"}
NO_PICTURE: dict[str, object] = {"image": None}


def test_what_was_never_sent_is_created_in_the_lists_order() -> None:
    """A new course has one create for each section, in the members' order."""
    plan = plan_of(course("B", "A", "C"))

    assert actions_in(plan) == [("create", address(key)) for key in ("b", "a", "c")]
    assert plan.writes == 3


def test_what_is_as_it_was_sent_is_not_spoken_of() -> None:
    """A course that is as its outline wants it gives an empty plan."""
    plan = plan_of(course("A", "B"), state_of("A", "B"))

    assert plan.changes == ()
    assert not plan.has_changes


def test_another_attribute_is_an_update_of_that_record() -> None:
    """A changed section keeps its Id, and is the only one that is written."""
    state = state_of("A", "B")
    hidden = Section("B", more={"active": False, "unlock": {"after_days": 7}})

    (change,) = plan_of(course("A", hidden), state).changes

    assert change.action is Action.UPDATE
    assert change.record_id == state.entries[address("b")].id


def test_one_section_put_in_between_is_one_create() -> None:
    """A new section between two others changes neither."""
    assert actions_in(plan_of(course("A", "New", "B"), state_of("A", "B"))) == [
        ("create", address("new"))
    ]


def test_a_section_that_moves_is_one_update() -> None:
    """A section that moves in the list changes only its own number."""
    plan = plan_of(course("B", "C", "D", "A"), state_of("A", "B", "C", "D"))

    assert actions_in(plan) == [("update", address("a"))]


def test_a_section_that_is_in_no_outline_is_kept() -> None:
    """A section that was removed from an outline is reported, and nothing is done to it."""
    plan = plan_of(course("A"), state_of("A", "B"))

    assert actions_in(plan) == [("keep", address("b"))]
    assert (plan.writes, plan.has_changes) == (0, False)


def test_a_course_whose_outline_is_gone_is_kept() -> None:
    """To delete a whole outline removes nothing, either."""
    plan = plan_of([], state_of("A", "B"))

    assert actions_in(plan) == [("keep", address("a")), ("keep", address("b"))]
    assert [course.path for course in plan.courses.values()] == [None]


@pytest.mark.parametrize("outlines", [[course("A", "B")], []])
def test_a_create_in_doubt_is_never_sent_again(outlines: list[Outline]) -> None:
    """A section in doubt is reported with its reason, and is neither created nor changed."""
    sent: Sent = {"CourseId": 4711, "DisplayOrder": 20, "Title": "B"}
    doubt = Doubt(sent=sent, reason="no answer came", since=AT)
    state = replace(state_of("A"), doubts={address("b"): doubt})

    doubted = [change for change in plan_of(outlines, state).changes if change.title == "B"]

    assert [(change.action, change.reason) for change in doubted] == [
        (Action.DOUBT, "no answer came")
    ]


def test_a_settled_course_is_not_looked_at() -> None:
    """Complete courses are left out of the plan, with their entries."""
    settled = Outlines((), frozenset({"c"}))

    assert diff.plan_of(settled, state_of("A", "B")).changes == ()


def test_courses_come_in_the_order_of_their_keys() -> None:
    """The order in which outlines were read does not show in the plan."""
    b, a = course("X", key="b", course_id=2), course("Y", key="a", course_id=1)

    assert plan_of([b, a]) == plan_of([a, b])
    assert [key for key, _ in ((c.key, n) for c, n in plan_of([b, a]).by_course())] == ["a", "b"]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({}, {}, None),
        ({}, PICTURE, {"NewImageUrl": PICTURE["image"]}),
        ({}, NO_PICTURE, {"ClearImageFile": True}),
        (PICTURE, PICTURE, None),
        (PICTURE, NO_PICTURE, {"ClearImageFile": True}),
        (PICTURE, {}, {"ClearImageFile": True}),
        (NO_PICTURE, NO_PICTURE, None),
        (NO_PICTURE, {}, None),
        (NO_PICTURE, PICTURE, {"NewImageUrl": PICTURE["image"]}),
    ],
)
def test_a_picture_is_set_cleared_or_left(
    before: dict[str, object], now: dict[str, object], expected: dict[str, object] | None
) -> None:
    """A picture that we sent and that is no longer wanted is cleared; otherwise nothing is sent."""
    plan = plan_of(course(Section("A", more=now)), state_of(Section("A", more=before)))
    names = {"NewImageUrl", "ClearImageFile"}
    sent = [
        {name: value for name, value in change.attributes.items() if name in names}
        for change in plan.changes
    ]

    assert sent == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("now", "expected"), [("Section('B', 'b'), 'C'", "False"), ("Section('B2', 'b')", "True")]
)
def test_deepdiff_is_imported_only_where_something_has_changed(now: str, expected: str) -> None:
    """A plan of creates alone is rendered without the slow import."""
    script = (
        "from values import *; from coursesync.render import terminal, markdown, json;"
        "from coursesync.render.rows import PlanView;"
        f"plan = plan_of(course('A', {now}), state_of('A', Section('B', 'b')));"
        "view = PlanView(plan); terminal.compose(view), markdown.compose(view), json.compose(view);"
        "print('deepdiff' in sys.modules)"
    )
    path = json.dumps(sys.path)

    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {path}; {script}"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert ran.stdout == f"{expected}\n"


TITLES = st.sampled_from(["Welcome", "First week", "Kitchen", "Wi-Fi", "Rules", "Going further"])
SECTIONS = st.builds(
    Section,
    title=TITLES,
    contents=st.sampled_from([None, "a", "b", "c"]),
    pin=st.sampled_from([None, None, None, 10, 25, 40]),
    more=st.sampled_from([{}, PICTURE, NO_PICTURE, {"active": False}]),
)


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """An outline of a few sections; each has a key of its own, most of them from the title."""
    drawn = draw(st.lists(SECTIONS, max_size=6, unique_by=lambda section: section.title))
    rising = sorted(section.pin for section in drawn if section.pin is not None)
    pins = iter(dict.fromkeys(rising))
    sections = []
    for i, section in enumerate(drawn):
        key = draw(st.sampled_from([None, None, f"key-{i}"]))
        pin = next(pins, None) if section.pin is not None and i < 3 else None
        sections.append(Section(section.title, key, section.contents, pin, (), section.more))
    return course(*sections)


@settings(deadline=None, max_examples=examples(200))
@given(st.lists(outlines(), min_size=1, max_size=4))
def test_what_was_applied_is_not_planned_again(edits: list[Outline]) -> None:
    """Through any edits of an outline, plan and apply lead to an empty plan, and lose no Id."""
    state: State = EMPTY
    for outline in edits:
        before = {entry.id for entry in state.entries.values()}
        state = applied(plan_of(outline, state), state)

        assert not plan_of(outline, state).has_changes
        assert before <= {entry.id for entry in state.entries.values()}
        assert {resource.address for resource in outline.resources} <= state.entries.keys()


@settings(deadline=None, max_examples=examples(100))
@given(outlines(), outlines())
def test_a_plan_is_the_same_each_time_it_is_made(first: Outline, then: Outline) -> None:
    """The same outlines and state give an equal plan, whatever order the state's entries have."""
    state = applied(plan_of(first))
    reversed_ = replace(state, entries=dict(reversed([*state.entries.items()])))

    assert plan_of(then, state) == plan_of(then, reversed_)
    assert plan_of(then, state).digest == plan_of(then, reversed_).digest
