"""What an author states with previous_keys is carried out, or the plan says why it is not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from values import AT, Section, actions_in, address, applied, course, plan_of, state_of

from coursesync.errors import InvalidOutlines
from coursesync.kinds.address import Address
from coursesync.planning.action import Action
from coursesync.state.state import Doubt

if TYPE_CHECKING:
    from coursesync.errors import Diagnostic
    from coursesync.outlines.outline import Outline
    from coursesync.state.state import State


def lesson(key: str, *former: str, title: str = "") -> dict[str, object]:
    return {"key": key, "title": title or key, "previous_keys": list(former)}


def holding(key: str, *lessons: dict[str, object], former: tuple[str, ...] = ()) -> Section:
    return Section(f"Section {key}", key, previous=former, more={"lessons": list(lessons)})


def mistakes(outlines: Outline | list[Outline], state: State) -> tuple[Diagnostic, ...]:
    """Return the mistakes that a plan finds."""
    with pytest.raises(InvalidOutlines) as found:
        plan_of(outlines, state)
    return found.value.diagnostics


def doubt(state: State, at: str, **sent: str | int) -> State:
    made = Doubt(sent={"CourseId": 4711, "DisplayOrder": 20, **sent}, reason="lost", since=AT)
    return replace(state, doubts={Address(at): made})


A, B = Section("A", "a", "<p>a</p>"), Section("B", "b", "<p>b</p>")
TAKEN = "{} already has a record, so it can't take over that of {}"


@pytest.mark.parametrize(
    ("before", "now", "taker", "taken"),
    [
        # the section that has the new key goes on under another one, without a statement
        (
            [A, B],
            [Section("A", "b", "<p>a</p>", previous=("a",)), Section("B", "n", "<p>b</p>")],
            "section.c.b",
            "section.c.a",
        ),
        # two other resources take both records, and one of them is like the record that was named
        (
            [A, B],
            [Section("X", "b", "<p>x</p>", previous=("a",)), Section("A", "n", "<p>a</p>")],
            "section.c.b",
            "section.c.a",
        ),
        # an address of the own course
        ([A, B], [Section("A", "b", previous=("c.a",))], "section.c.b", "section.c.a"),
        # a lesson moves to where another of that key was
        (
            [holding("a", lesson("x")), holding("b", lesson("x"))],
            [holding("a", lesson("x", "lesson.c.b.x")), holding("b")],
            "lesson.c.a.x",
            "lesson.c.b.x",
        ),
        # within a section that is renamed, too
        (
            [holding("a", lesson("x"), lesson("y"))],
            [holding("z", lesson("x", "y"), former=("a",))],
            "lesson.c.z.x",
            "lesson.c.a.y",
        ),
    ],
)
def test_a_statement_against_a_record_of_its_own_is_a_mistake(
    before: list[Section], now: list[Section], taker: str, taken: str
) -> None:
    """A resource whose key has a record can't take over another: the author has to decide."""
    (found,) = mistakes(course(*now), state_of(*before))

    assert found.problem == TAKEN.format(taker, taken)
    assert "coursesync state rm" in str(found.remedy)


def test_a_statement_against_a_record_of_its_own_is_a_mistake_between_courses() -> None:
    """A section with a record can't take over one of another course."""
    state = applied(plan_of([course("A", "B"), course("B", course_id=4712, key="d")]))
    taker = course(Section("B", "b", previous=("c.b",)), course_id=4712, key="d")

    assert [each.problem for each in mistakes([course("A"), taker], state)] == [
        TAKEN.format("section.d.b", "section.c.b")
    ]


def test_a_record_that_two_name_goes_to_no_third() -> None:
    """A record that two lessons name, each in another way, is not taken by one that is like it."""
    known = holding("a", {**lesson("x"), "contents": "<p>x</p>"})
    now = course(
        holding("z", lesson("p", "x"), former=("a",)),
        holding("b", lesson("q", "lesson.c.a.x"), {**lesson("r"), "contents": "<p>x</p>"}),
    )
    plan = plan_of(now, state_of(known))
    made = [each.address for each in plan.changes if each.action is Action.CREATE]

    assert made == ["lesson.c.z.p", "section.c.b", "lesson.c.b.q", "lesson.c.b.r"]
    assert sum("names it too" in each.reason for each in plan.changes) == len(["p", "q"])


def test_the_key_of_an_orphan_is_not_taken_by_a_rename() -> None:
    """An orphan that is kept has its key still; after `state rm`, the rename is carried out."""
    state = applied(plan_of(course("A", "B")))
    gone = applied(plan_of(course("A"), state), state)
    renamed = course(Section("A", "b", previous=("a",)))
    free = replace(gone, entries={address("a"): gone.entries[address("a")]})

    assert [each.problem for each in mistakes(renamed, gone)] == [
        TAKEN.format("section.c.b", "section.c.a")
    ]
    assert actions_in(plan_of(renamed, free)) == [("move", "section.c.b")]


@pytest.mark.parametrize("former", [("x", "y"), ("x", "lesson.c.a.y")])
def test_two_records_for_one_resource_are_a_mistake(former: tuple[str, ...]) -> None:
    """Former keys may name one record; of two, one would be lost."""
    state = state_of(holding("a", lesson("x"), lesson("y")))
    (found,) = mistakes(course(holding("a", lesson("q", *former))), state)

    both = "lesson.c.a.x and lesson.c.a.y have a record each"
    assert found.problem == f"{both}, and lesson.c.a.q can keep only one of them"


def test_an_older_former_key_may_stay() -> None:
    """Former keys that name no record any more are no mistake."""
    state = state_of(holding("a", lesson("x")))
    named = course(holding("a", lesson("q", "w", "x", "lesson.c.b.x")))
    led_to = applied(plan_of(named, state), state)

    assert led_to.entries[Address("lesson.c.a.q")].id == state.entries[Address("lesson.c.a.x")].id
    assert actions_in(plan_of(named, led_to)) == []


@pytest.mark.parametrize("former", ["x", "lesson.c.a.x", "lesson.c.z.x"])
def test_a_lesson_of_a_renamed_section_is_named_in_three_ways(former: str) -> None:
    """A former key counts in its list, the address as it was, and as it would be now."""
    state = state_of(holding("a", lesson("x")))
    plan = plan_of(course(holding("z", lesson("q", former), former=("a",))), state)

    assert ("lesson.c.z.q", "lesson.c.a.x") in [
        (c.address, c.previous_address) for c in plan.changes
    ]
    assert not plan.count(Action.CREATE)


def test_a_statement_waits_for_no_create_in_doubt() -> None:
    """A resource in doubt takes no other record, and is not sent again beside it."""
    state = doubt(state_of("A"), "section.c.b", Title="B")
    (found,) = mistakes(course(Section("A", "b", previous=("a",))), state)

    assert (
        found.problem == "section.c.b is in doubt, so it can't take over the record of section.c.a"
    )
    assert "coursesync resolve section.c.b --not-created" in str(found.remedy)


@pytest.mark.parametrize("former", ["b", "c.b"])
def test_a_plan_names_the_create_in_doubt_that_is_stated(former: str) -> None:
    """A former key may be that of a create in doubt: it is not called misspelt."""
    renamed = course("A", Section("B", "n", previous=(former,)))
    plan = plan_of(renamed, doubt(state_of("A"), "section.c.b", Title="B"))

    assert actions_in(plan) == [("create", "section.c.n"), ("doubt", "section.c.b")]
    assert "names section.c.b, which is in doubt" in plan.changes[0].reason


def test_the_plan_says_what_hinders_a_statement() -> None:
    """A plan distinguishes a key in use, one that two claim, and one that nobody has."""
    other = course(Section("A", previous=("c.a",)), course_id=4712, key="d")
    claim = Section("X", previous=("c.b",))
    third = course(claim, course_id=4713, key="e")
    fourth = course(claim, course_id=4714, key="f")
    plan = plan_of([course("A"), other, third, fourth], state_of("A", "B"))
    reasons = {c.address: c.reason for c in plan.changes if c.action is Action.CREATE}
    (nobody,) = plan_of(course("A", Section("N", previous=("nix",))), state_of("A")).changes

    assert "names c.a, but another section still has that key" in reasons[address("a", "d")]
    for key in "ef":
        assert "another section names it too" in reasons[address("x", key)]
    assert "coursesync knows no section with that key" in nobody.reason
