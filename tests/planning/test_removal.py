"""Removals, moves between courses, large changes: no surprises, and no Id is lost by a guess."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from values import AT, EMPTY, Section, actions_in, address, applied, course, plan_of, state_of

from coursesync.planning.action import Action
from coursesync.planning.large_change import is_large, oversized
from coursesync.planning.policy import KEEP_ALL, OnRemoval, Policy
from coursesync.render import markdown, terminal
from coursesync.render.rows import PlanView
from coursesync.state.state import Doubt

if TYPE_CHECKING:
    from collections.abc import Callable

    from coursesync.outlines.outline import Outline
    from coursesync.planning.plan import Plan
    from coursesync.state.state import State

HIDE, DELETE = Policy(OnRemoval.DEACTIVATE), Policy(OnRemoval.DELETE, prune=True)
SAFE = Section("Safe", more={"protect": True})
HERE, THERE = 4711, 4712
PROTECTED = (
    "protected; to delete it, put its section back into the outline without protect: true, "
    "apply, and remove it again"
)


def two(here: Outline, there: Outline, state: State, policy: Policy = KEEP_ALL) -> Plan:
    return plan_of([here, there], state, policy)


def other(*sections: Section | str) -> Outline:
    """Make the outline of another course."""
    return course(*sections, course_id=THERE, key="d")


def test_an_orphan_is_kept_by_default() -> None:
    """By default, and if --prune is missing, a section stays on the site."""
    state = state_of("A", "B")

    assert actions_in(plan_of(course("A"), state)) == [("keep", "section.c.b")]
    unsaid = plan_of(course("A"), state, Policy(OnRemoval.DELETE))
    assert [(c.action, c.reason) for c in unsaid.changes] == [
        (Action.KEEP, "only --prune deletes it")
    ]


@pytest.mark.parametrize("form", [terminal.compose, markdown.compose])
def test_a_plan_says_how_to_go_on_with_what_is_kept(form: Callable[[PlanView], str]) -> None:
    """An orphan comes with advice only if the workspace has not set on_removal."""
    state = state_of("A", "B")
    kept, hidden = plan_of(course("A"), state), plan_of(course("A"), state, HIDE)

    assert "--on-removal delete --prune" in form(PlanView(kept))
    assert "--on-removal" not in form(PlanView(hidden)) + form(
        PlanView(plan_of(course("A", "B"), state))
    )


def test_an_orphan_is_hidden_once() -> None:
    """Deactivation sends the record as it is, but hidden; then the plan is empty."""
    state = state_of("A", "B")
    plan = plan_of(course("A"), state, HIDE)
    (change,) = plan.changes

    assert change.action is Action.DEACTIVATE
    assert change.after == {**state.entries[address("b")].known, "Active": False}
    again = plan_of(course("A"), applied(plan, state), HIDE)
    assert [(c.action, c.reason) for c in again.changes] == [(Action.KEEP, "hidden from members")]


def test_orphans_are_deleted_from_the_last_to_the_first() -> None:
    """Deletions are the last changes of their course, in reverse order."""
    state = state_of("A", "B", "C")
    plan = plan_of(course("New", "A"), state, DELETE)

    assert actions_in(plan) == [
        ("create", "section.c.new"),
        ("delete", "section.c.c"),
        ("delete", "section.c.b"),
    ]
    assert list(applied(plan, state).entries) == [address("a"), address("new")]


def test_an_outline_that_is_gone_is_as_many_orphans() -> None:
    """The same rules apply if the whole file is deleted."""
    assert actions_in(plan_of([], state_of("A", "B"), DELETE)) == [
        ("delete", "section.c.b"),
        ("delete", "section.c.a"),
    ]


def test_what_was_protected_is_not_deleted_after_its_line_is_gone() -> None:
    """The state keeps the protection, so that an orphan stays protected."""
    state = state_of("A", SAFE)
    plan = plan_of(course("A"), state, DELETE)

    assert [(c.action, c.reason) for c in plan.changes] == [(Action.KEEP, PROTECTED)]


def test_protection_alone_changes_the_state_and_sends_nothing() -> None:
    """To protect a section or to release it sends no write."""
    state = state_of("Safe")
    plan = plan_of(course(SAFE), state)
    protected = applied(plan, state)

    assert (actions_in(plan), plan.writes) == ([("protect", "section.c.safe")], 0)
    assert protected.entries[address("safe")].protected
    assert actions_in(plan_of(course(SAFE), protected)) == []
    assert actions_in(plan_of(course("Safe"), protected)) == [("protect", "section.c.safe")]


def test_a_section_is_not_taken_from_another_course_by_likeness() -> None:
    """A section that looks moved is created, with a hint; its old record is not removed."""
    state = state_of("A", "B")
    plan = two(course("A"), other("B"), state, DELETE)

    assert actions_in(plan) == [("keep", "section.c.b"), ("create", "section.d.b")]
    assert [change.likely_same for change in plan.changes] == [address("b", "d"), address("b")]


def test_previous_keys_moves_a_section_to_another_course() -> None:
    """`previous_keys: [course.key]` keeps the Id, which the section's lessons refer to."""
    state = state_of("A", "B")
    plan = two(course("A"), other(Section("B", previous=("c.b",))), state, DELETE)
    (change,) = plan.changes
    after = applied(plan, state)

    assert actions_in(plan) == [("update", "section.d.b")]
    assert (change.previous_address, change.from_course) == (address("b"), HERE)
    assert (change.after or {})["CourseId"] == THERE
    assert after.entries[address("b", "d")].id == state.entries[address("b")].id
    assert address("b") not in after.entries
    assert actions_in(two(course("A"), other(Section("B", previous=("c.b",))), after, DELETE)) == []


def test_a_section_waits_until_it_is_known_whether_its_record_is_in_the_other_course() -> None:
    """A section that may be a create in doubt of another course waits, or there may be two."""
    doubt = Doubt(sent={"CourseId": HERE, "Title": "B"}, reason="no answer", since=AT)
    state = replace(state_of("A"), doubts={address("b"): doubt})
    plan = two(course("A"), other(Section("B", previous=("c.b",)), "C"), state)

    assert actions_in(plan) == [("doubt", "section.c.b"), ("create", "section.d.c")]
    assert "section.d.b waits until that is settled" in plan.changes[0].reason


def test_a_section_that_has_gone_already_is_sent_all_the_same() -> None:
    """A section that a lost run or a person already moved is sent, so that the state records it."""
    state = state_of("A", "B")
    entry = state.entries[address("b")]
    there = replace(entry, seen={"CourseId": THERE})
    seen = replace(state, entries={**state.entries, address("b"): there})
    plan = two(course("A"), other(Section("B", previous=("c.b",))), seen, DELETE)
    after = applied(plan, seen)

    assert actions_in(plan) == [("update", "section.d.b")]
    assert after.entries[address("b", "d")].sent["CourseId"] == THERE
    assert address("b") not in after.entries


def test_previous_keys_that_two_sections_share_move_nothing() -> None:
    """If two sections claim the same record, neither gets it."""
    state = state_of("A", "B")
    claim = Section("X", previous=("c.b",))
    third = course(claim, course_id=4713, key="e")
    plan = plan_of([course("A"), other(claim), third], state)

    assert [action for action, _ in actions_in(plan)] == ["keep", "create", "create"]


def test_a_section_that_its_course_still_wants_stays_there() -> None:
    """A record can go to another course only if no outline of its own course wants it."""
    plan = two(course("A"), other(Section("A", previous=("c.a",))), state_of("A"))

    assert actions_in(plan) == [("create", "section.d.a")]


@pytest.mark.parametrize(
    ("changed", "of", "stops"),
    [
        *[(1, 3, False), (3, 3, False), (2, 4, False), (3, 4, True), (4, 9, False), (5, 9, True)],
        *[(8, 9, True), (3, 10, False), (4, 10, True), (12, 12, True)],
    ],
)
def test_the_brake_takes_hold_above_half_or_three_tenths(
    changed: int, of: int, *, stops: bool
) -> None:
    """Half of a course of four or more may change without a question, 30 % of one of ten."""
    titles = [f"S{i}" for i in range(of)]
    state = state_of(*titles)
    edited = [
        Section(title, contents="new") if i < changed else title for i, title in enumerate(titles)
    ]

    assert bool(oversized(plan_of(course(*edited), state))) is stops


@pytest.mark.parametrize(
    ("deleted", "of", "stops"),
    [(3, 3, False), (1, 4, False), (2, 4, True), (2, 9, False), (3, 9, True), (2, 10, True)],
)
def test_the_brake_counts_double_what_is_taken_from_members(
    deleted: int, of: int, *, stops: bool
) -> None:
    """A quarter of a small course may be deleted without a question."""
    titles = [f"S{i}" for i in range(of)]
    plan = plan_of(course(*titles[deleted:]), state_of(*titles), DELETE)

    assert bool(oversized(plan)) is stops


@pytest.mark.parametrize(
    ("more", "is_taken"),
    [
        ({"active": False}, True),
        ({"unlock": {"after_days": 3}}, True),
        ({"unlock": "sequential"}, True),
        ({"contents": "new"}, False),
    ],
)
def test_the_brake_says_how_it_counted(more: dict[str, object], *, is_taken: bool) -> None:
    """What is hidden or opens later is taken from members; other changes are not."""
    titles = [f"S{i}" for i in range(4)]
    edited = [Section(titles[0], more=more), *(Section(t, contents="new") for t in titles[1:3])]
    taken = " (1 of them taken from members, which counts double)" if is_taken else ""

    assert oversized(plan_of(course(*edited, titles[3]), state_of(*titles))) == (
        f"3 of all 4 sections{taken}",
    )


def test_the_brake_counts_what_leaves_a_course_there() -> None:
    """Sections that move to a large course are taken from the small one."""
    here, there = ["A", "B", "C", "D"], [f"T{number}" for number in range(40)]
    state = applied(plan_of([course(*here), other(*there)]))
    moved = [Section(title, previous=(f"c.{title.lower()}",)) for title in here[:2]]

    assert oversized(plan_of([course(*here[2:]), other(*there, *moved)], state)) == (
        "2 of the 4 sections of Onboarding (all of them taken from members, which count double)",
    )


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_brake_never_lets_go_of_a_larger_change(number: int, taken: int, of: int) -> None:
    """More records, or more taken from members, never make a large change a small one."""
    taken = min(taken, number)
    if is_large(number, taken, of):
        assert is_large(number + 1, taken, of)
        assert is_large(number, taken + 1, of)
        assert of >= 4
    else:
        assert of < 4 or number + taken <= of / 2


def test_the_brake_leaves_small_courses_and_new_sections_alone() -> None:
    """Creates do not count, and courses of fewer than four sections have no bound."""
    few = [Section(f"S{i}", contents="new") for i in range(3)]

    assert oversized(plan_of(course(*few), state_of(*(f"S{i}" for i in range(3))))) == ()
    assert oversized(plan_of(course(*(f"S{i}" for i in range(50))))) == ()


def test_the_brake_counts_the_whole_workspace() -> None:
    """Many small courses together are a large change."""
    outlines = [course("A", "B", course_id=number, key=f"k{number}") for number in range(1, 7)]
    state = applied(plan_of(outlines))

    assert oversized(plan_of([], state, DELETE)) == (
        "12 of all 12 sections (all of them taken from members, which count double)",
    )
    assert oversized(plan_of(outlines[2:], state, DELETE)) == (
        "4 of all 12 sections (all of them taken from members, which count double)",
    )
    assert oversized(plan_of(outlines[1:], state, DELETE)) != ()
    assert oversized(plan_of(outlines[1:], state, HIDE)) != ()
    renamed = course(Section("A", contents="new"), "B", course_id=1, key="k1")
    assert oversized(plan_of([renamed, *outlines[1:]], state)) == ()


def test_the_brake_says_it_once_of_a_workspace_of_one_course() -> None:
    """The only course is not reported beside the workspace; one of two courses is."""
    many = [f"S{number}" for number in range(12)]
    edited = [Section(title, contents="new") for title in many]
    alone = state_of(*many)
    both = applied(plan_of([course(*many), other("T")]))

    assert oversized(plan_of(course(*edited), alone)) == ("12 of all 12 sections",)
    assert oversized(plan_of([course(*edited), other("T")], both)) == (
        "12 of the 12 sections of Onboarding",
        "12 of all 13 sections",
    )


TITLES = st.lists(st.sampled_from("ABCDEFG"), unique=True, max_size=7)
POLICIES = st.builds(Policy, st.sampled_from(OnRemoval), st.booleans())


@given(
    st.lists(
        st.tuples(TITLES, st.sets(st.sampled_from("ABCDEFG")), POLICIES), min_size=1, max_size=6
    )
)
def test_whatever_was_applied_leaves_nothing_but_what_is_kept(
    edits: list[tuple[list[str], set[str], Policy]],
) -> None:
    """After an apply, the next plan only reports what is kept; what is protected always stays."""
    state = EMPTY
    for titles, safe, policy in edits:
        sections = [Section(t, key=t.lower(), more={"protect": t in safe}) for t in titles]
        plan = plan_of(course(*sections), state, policy)
        protected = {a for a, entry in state.entries.items() if entry.protected}
        state = applied(plan, state)
        again = plan_of(course(*sections), state, policy)

        assert all(c.address not in protected for c in plan.changes if c.action is Action.DELETE)
        assert {change.action for change in again.changes} <= {Action.KEEP}
        if policy == DELETE:
            assert {c.reason for c in again.changes} <= {PROTECTED}


STORIES = st.lists(
    st.lists(st.sampled_from("ABCDEFGH"), unique=True, max_size=8), min_size=2, max_size=5
)


@given(STORIES, st.sampled_from([KEEP_ALL, HIDE, Policy(OnRemoval.DELETE), DELETE]))
def test_no_two_records_of_a_course_share_a_number(story: list[list[str]], policy: Policy) -> None:
    """After any edits of an outline, no two sections on the site have the same number."""
    state = EMPTY
    for titles in story:
        before = state
        state = applied(plan_of(course(*titles), state, policy), state)
        numbers = [entry.known["DisplayOrder"] for entry in state.entries.values()]
        left = {at: before.entries[at] for at in before.entries if at in state.entries}

        assert len(set(numbers)) == len(numbers), (story, policy)
        assert not plan_of(course(*titles), state, policy).has_changes
        assert all(
            state.entries[at].known["DisplayOrder"] == entry.known["DisplayOrder"]
            for at, entry in left.items()
            if at not in {address(title.lower()) for title in titles}
        )


def orders(plan: Plan) -> list[tuple[str, int]]:
    return [(change.action.value, change.order) for change in plan.changes]


def test_a_new_section_takes_no_orphans_number() -> None:
    """No section gets the number of an orphan that stays."""
    plan = plan_of(course("A", "B", "Other", "New"), state_of("A", "B", "C"))

    assert orders(plan) == [("create", 40), ("create", 50), ("keep", 30)]


def test_a_deleted_sections_number_is_free() -> None:
    """The number of an orphan that is deleted may be used."""
    plan = plan_of(course("A", "B", "Other", "New"), state_of("A", "B", "C"), DELETE)

    assert orders(plan) == [("create", 30), ("create", 40), ("delete", 30)]


@pytest.mark.parametrize("form", [terminal.compose, markdown.compose])
def test_an_orphans_number_may_be_pinned(form: Callable[[PlanView], str]) -> None:
    """A pinned number is used, and the plan names the orphan that has the same number."""
    plan = plan_of(course("A", "B", Section("Other", pin=30), "New"), state_of("A", "B", "C"))

    assert orders(plan) == [("create", 30), ("create", 40), ("keep", 30)]
    assert "their order is undefined" in " ".join(form(PlanView(plan)).split())


def test_a_create_in_doubt_that_no_outline_wants_keeps_its_number() -> None:
    """The number of a create in doubt is not used for another section."""
    doubt = Doubt(
        sent={"CourseId": HERE, "DisplayOrder": 30, "Title": "C"},
        reason="no answer came",
        since=AT,
    )
    state = replace(state_of("A", "B"), doubts={address("c"): doubt})
    plan = plan_of(course("A", "B", "Other", "New"), state)

    assert [c.order for c in plan.changes if c.action is Action.CREATE] == [40, 50]
