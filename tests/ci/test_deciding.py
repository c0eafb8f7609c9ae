"""Which courses a run applies, and with what allowed: a decision about a plan as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import write_outline

import coursesync
from coursesync.ci.decision import Group, decide, part_of
from coursesync.ci.results.reasons import Why
from coursesync.ci.results.waiting import WaitingCourses, body_of, title_of
from coursesync.nexudus.limits import PUBLISHED
from coursesync.planning.grant import Grant

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan

A, B, C = 4711, 4712, 4713


def never(_change: Change, _grant: Grant) -> bool:
    """Allow nothing."""
    return False


def planned(courses: Path) -> Plan:
    """Return the plan of the workspace."""
    return coursesync.plan(coursesync.load(courses, sandbox=True))


def applied(courses: Path, **sizes: int) -> None:
    """Apply outlines with so many sections each."""
    for number, (key, size) in enumerate(sizes.items(), A):
        write_outline(courses, key, number, *(f"Week {each}" for each in range(size)))
    workspace = coursesync.load(courses, sandbox=True)
    coursesync.apply(coursesync.plan(workspace), workspace)


def reword(courses: Path, key: str) -> None:
    """Change all sections of an outline, and keep their keys."""
    path = courses / f"{key}.yaml"
    lines = path.read_text().splitlines()
    changed = [
        f"  - key: {line.split(': ')[1].lower().replace(' ', '-')}\n    title: {line[11:]} (new)"
        if line.startswith("  - title: ")
        else line
        for line in lines
    ]
    path.write_text("\n".join(changed) + "\n")


def test_a_course_that_is_held_does_not_hold_the_others(courses: Path) -> None:
    """What nobody reviewed waits in its own course."""
    applied(courses, a=2, b=2)
    reword(courses, "a")
    reword(courses, "b")

    decision = decide(planned(courses), [A, B], [A], never)

    assert decision.groups == (Group(frozenset({B})),)


def test_a_large_change_waits_until_it_is_allowed(courses: Path) -> None:
    """It is allowed for that course alone; the other one goes on without it."""
    applied(courses, a=12, b=12, c=40)
    reword(courses, "a")
    write_outline(courses, "b", B, *(f"Week {each}" for each in range(13)))
    plan = planned(courses)

    waits = decide(plan, [A, B], [], never)
    goes = decide(plan, [A, B], [], lambda _, grant: grant is Grant.LARGE_CHANGE)

    assert waits.groups == (Group(frozenset({B})),)
    assert waits.large == {A: "12 of the 12 sections of Course a"}
    assert set(goes.groups) == {
        Group(frozenset({A}), frozenset({Grant.LARGE_CHANGE})),
        Group(frozenset({B})),
    }


def test_many_small_courses_are_large_together(courses: Path) -> None:
    """The limit holds for all that one run changes, too."""
    applied(courses, a=6, b=6)
    reword(courses, "a")
    reword(courses, "b")

    decision = decide(planned(courses), [A, B], [], never)

    assert decision.groups == ()
    assert decision.large.keys() == {A, B}


def test_what_moves_between_courses_waits_in_both(courses: Path) -> None:
    """A record can't be taken from a course whose change waits."""
    applied(courses, a=2, b=2)
    (courses / "a.yaml").write_text(
        f"id: {A}\ntitle: Course a\nsections:\n  - title: Week 0\n  - title: Week 1\n"
        "  - {key: guest, title: Guest, previous_keys: [b.week-1]}\n"
    )
    write_outline(courses, "b", B, "Week 0")
    plan = planned(courses)

    decision = decide(plan, [A, B], [B], never)

    assert decision.groups == ()
    assert decision.together == {A}


@pytest.mark.parametrize("solo", [True, False])
def test_the_issue_shows_the_plan_and_the_line_to_write(courses: Path, *, solo: bool) -> None:
    """The line has the digest of exactly what the issue shows, and a title does nothing."""
    applied(courses, a=2, b=2)
    reword(courses, "a")
    reword(courses, "b")
    path = courses / "a.yaml"
    path.write_text(path.read_text().replace("Course a", "'<!-- @ada #1 -->'"))
    what = part_of(planned(courses), [A])
    waiting = WaitingCourses(what, {A: (Why("Nobody reviewed it.", ("*this*",)),)}, what.digest)

    body = body_of(waiting, "courses", PUBLISHED, solo=solo)

    assert body.startswith("<!-- coursesync waiting: courses -->\n")
    assert f"\n    /coursesync approve {waiting.plan.digest[:16]}\n" in body
    assert body.count(waiting.plan.digest[:10]) == 1  # only the number to copy is shown
    assert "### What members will see" in body
    assert "Week 0" in body
    assert "section.b" not in body
    assert ("pushed none of it" in body) is not solo
    assert "@ada" not in body
    assert "- Nobody reviewed it.\n" in body
    assert r"- \*this\*" in body
    assert title_of(waiting) == "Not applied yet: <!-- @ada #1 --> waits for a decision"
    assert body.count("<!--") == 1


def test_the_issue_fits_however_much_waits(courses: Path) -> None:
    """A forge refuses a text that is too long."""
    applied(courses, a=300)
    reword(courses, "a")
    why = tuple(Why(f"reason {each}", (f"field {each}",)) for each in range(1000))
    what = part_of(planned(courses), [A])
    needs = {A: tuple((grant, what.digest) for grant in Grant)}
    waiting = WaitingCourses(what, {A: why}, what.digest, needs)

    body = body_of(waiting, "courses", PUBLISHED, solo=False, most=20_000)

    assert len(body.encode()) <= 20_000
    assert all(line in body for _, line in waiting.lines)
