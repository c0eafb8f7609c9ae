"""A record that moves to another course is shown in both courses, with their titles."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from render.reviewed import courses, items, page_of
from values import Section, address, course, plan_of, state_of

from coursesync.render import json as json_form
from coursesync.render import markdown, terminal
from coursesync.render.rows import PlanView
from coursesync.render.timeline import ways
from coursesync.state.state import CompleteCourse

if TYPE_CHECKING:
    from coursesync.planning.plan import Plan

HERE, THERE = 4711, 4712
STATE = state_of("A", "B")


def moved(*stay: str, outlines: bool = True) -> Plan:
    """Plan the move of section B out of a course, whose outline may be gone."""
    taking = course(
        Section("B", previous=("c.b",)), course_id=THERE, key="d", title="Using the space"
    )
    return plan_of([course(*stay), taking] if outlines else [taking], STATE)


def test_a_course_that_only_loses_a_section_is_a_course_of_the_plan() -> None:
    """A course that only loses sections has no change, and is shown whole, with what leaves it."""
    plan = moved("A")
    (losing, nothing), (taking, changes) = plan.by_course()

    assert (losing.id, nothing, taking.id) == (HERE, [], THERE)
    assert losing.departures == tuple(changes) == plan.changes
    assert [[station.title for station in way] for way in ways(losing, nothing)] == [
        ["A", "B"],
        ["A"],
    ]
    assert ways(taking, changes)[0] == ()


def test_the_review_page_asks_what_the_text_asks() -> None:
    """A course asks whether a new section is an old one, and whether a section moved."""
    (asking,) = courses(page_of(plan_of(course(Section("Z", contents="<p>new</p>"), "A"), STATE)))
    silent, _ = courses(page_of(moved("A")))

    (asked,) = asking.select(".asked")
    assert asked.text.startswith("Is a new section an old one under a new key?")
    assert "1 question" in asking.select(".counts")[0].text
    assert silent.select(".asked") == []


def test_a_new_section_is_asked_about_once() -> None:
    """A section that may come from another course is not also taken for an old one of its own."""
    taking = course(Section("B", contents="b"), course_id=THERE, key="d")
    state = state_of("A", Section("B", contents="b"))
    stood = state.entries[address("a")]
    elsewhere = {**stood.known, "CourseId": THERE, "DisplayOrder": 90}
    gone = replace(stood, sent=elsewhere, id=77)
    also = replace(gone, id=78)
    there = {**state.entries, address("x", "d"): gone, address("y", "d"): also}
    written = terminal.compose(
        PlanView(plan_of([course("A"), taking], replace(state, entries=there)))
    )

    assert "Is this section.c.b, moved here?" in written
    assert "possibly moved to section.d.b; kept on the site (Id 1002)" in " ".join(written.split())
    assert "Is a new section" not in written


def test_json_names_the_course_of_each_change() -> None:
    """Two courses with one key stay apart; a change names its course, and the one it leaves."""
    taking = course(Section("B", previous=("c.b",)), course_id=THERE, key="c")
    told = json.loads(json_form.compose(PlanView(plan_of([course("A"), taking], STATE))))
    (change,) = told["changes"]

    assert [(each["key"], each["id"]) for each in told["courses"]] == [("c", HERE), ("c", THERE)]
    assert (change["home_course_id"], change["course_id"]) == (HERE, THERE)


def test_a_plan_knows_its_courses() -> None:
    """A plan knows the key, title, outline and number of records of each course."""
    losing, taking = moved("A").courses.values()
    known = CompleteCourse(id=HERE, path="courses/c.yaml", sources={}, title="Onboarding")
    left = plan_of([], replace(STATE, complete={"c": known})).courses[HERE]

    assert (losing.key, losing.title, losing.path, losing.managed) == (
        "c",
        "Onboarding",
        "courses/c.yaml",
        1,
    )
    assert (taking.key, taking.title, taking.path, taking.managed) == (
        "d",
        "Using the space",
        "courses/d.yaml",
        1,
    )
    assert (left.key, left.title, left.path, left.managed) == ("c", "Onboarding", None, 2)


def test_a_course_whose_outline_is_gone_is_still_known_by_its_key() -> None:
    """A course is shown even if all its sections leave it."""
    losing, _ = next(moved(outlines=False).by_course())

    assert (losing.key, losing.path) == ("c", None)
    assert [change.previous_address for change in losing.departures] == [address("b")]


def test_text_says_it_in_both_courses() -> None:
    """The old course says where the record goes, the new course where it comes from."""
    lines = re.sub(r"\s+", " ", terminal.compose(PlanView(moved("A"))))

    assert "< 20 B moves to course 4712 (Using the space); keeps its Id 1002" in lines
    assert "course: 4711 (Onboarding) -> 4712 (Using the space)" in lines


def test_a_long_plan_counts_what_leaves() -> None:
    """If changes are only counted, departures are counted too."""
    assert (
        "  < 1 to move to another course"
        in terminal.compose(PlanView(moved("A")), most=0).splitlines()
    )


def test_markdown_says_it_in_both_courses() -> None:
    """In Markdown, a departure is a row in the table of the course that it leaves."""
    written = markdown.compose(PlanView(moved("A")))

    assert "| `<` move away | 20 | B | moves to course 4712 (Using the space)" in written
    assert "| course | 4711 (Onboarding) | 4712 (Using the space) |" in written


def test_the_review_page_says_it_in_both_courses() -> None:
    """A section that departs is shown where it was, with where it goes, and in its new course."""
    losing, taking = courses(page_of(moved("A")))
    stays, leaves = items(losing)
    (arrives,) = items(taking)

    assert (stays.title, stays.labels, stays.past) == ("A", (), False)
    assert (leaves.title, leaves.labels, leaves.past) == ("B", ("Moved to another course",), True)
    assert leaves.notes == ("moves to course 4712 (Using the space); keeps its Id 1002",)
    assert losing.select(".counts")[0].text == "1 moved to another course"
    assert (arrives.title, arrives.labels, arrives.past) == ("B", ("Moved",), False)
