"""Lessons are shown in their sections, and never without them, in every form."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt
from render.nested import LINK, attributes, change, create, entry, plan, standing

from coursesync.kinds import ITEMS
from coursesync.kinds.address import Address
from coursesync.kinds.field import Ref
from coursesync.nexudus.records import Record
from coursesync.planning.action import Action
from coursesync.planning.drift import Drifted, Finding
from coursesync.planning.large_change import oversized
from coursesync.planning.plan_file import read_plan_file
from coursesync.render import json as json_form
from coursesync.render import markdown, terminal
from coursesync.render.drift import DriftView
from coursesync.render.rows import PlanView

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan
    from coursesync.render.nesting import Line

SECTION, LESSON = ITEMS.values()
WELCOME, WEEK = "section.c.welcome", "section.c.week"


def whole() -> Plan:
    """Plan a new section with lessons, lessons of a section that stays, and one of the course."""
    return plan(
        create(WELCOME, "Welcome", 10),
        create("lesson.c.welcome.desk", "Find your desk", 10, Ref(Address(WELCOME))),
        create("lesson.c.welcome.tour", "A tour", 20, Ref(Address(WELCOME))),
        create("lesson.c.week.kitchen", "The kitchen", 10, 52),
        create("section.c.later", "Later", 30),
        create("lesson.c.glossary", "Words we use", 10),
        stands=(standing(WEEK, 52, "Your first week", 20),),
    )


def lines(made: Plan) -> tuple[Line, ...]:
    """Return the lines of a plan's only course."""
    (course,) = PlanView(made).courses
    return course.lines


def tree(made: Plan) -> list[tuple[int, str, bool]]:
    """Return the depth and the title of each line, and whether it is a change."""
    return [(line.depth, line.title, line.row is not None) for line in lines(made)]


def test_lessons_are_in_their_sections() -> None:
    """Each is below its section; one that stays is a heading; those of the course come last."""
    assert tree(whole()) == [
        (0, "Welcome", True),
        (1, "Find your desk", True),
        (1, "A tour", True),
        (0, "Your first week", False),
        (1, "The kitchen", True),
        (0, "Later", True),
        (0, "Lessons directly in the course", False),
        (1, "Words we use", True),
    ]


def test_the_text_indents_what_is_inside() -> None:
    """A heading has its number and no mark; a lesson's number and title are indented."""
    text = terminal.compose(PlanView(whole()))

    assert "  +   10  Welcome" in text
    assert re.search(r"^  \+     20  A tour +open from the start$", text, re.MULTILINE)
    assert "\n      20  Your first week\n  +     10  The kitchen" in text
    assert "\n  Lessons directly in the course\n  +     10  Words we use" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_table_indents_what_is_inside() -> None:
    """A heading is a row without a mark, and the column names both kinds."""
    text = markdown.compose(PlanView(whole()))
    html = MarkdownIt("commonmark").enable("table").render(text)

    assert "| | order | section or lesson | for members |" in text
    assert "| | 20 | Your first week | |" in text
    assert "| `+` create | 10 | &emsp;&emsp;The kitchen | open from the start |" in text
    assert html.count("<table>") == 1


def test_a_table_that_is_cut_names_the_section_with_each_lesson() -> None:
    """Without the headings, a lesson has the title of its section before its own."""
    many = [create(f"lesson.c.week.l{n}", f"Lesson {n}", n, 52) for n in range(60)]
    made = plan(*many, stands=(standing(WEEK, 52, "Your first week", 20),))
    cut = markdown.compose(PlanView(made), most=3_000)

    assert "Left out here, because of its size: " in cut
    assert re.search(r"\d\d lessons to create", cut)
    assert "| `+` create | 1 | Your first week / Lesson 1 |" in cut
    assert "| | 20 |" not in cut


def test_a_row_says_when_its_lesson_opens_in_its_section() -> None:
    """A lesson in a section that opens later is not said to be open from the start."""
    made = plan(
        create("lesson.c.week.kitchen", "The kitchen", 10, 52),
        stands=(standing(WEEK, 52, "Your first week", 20, unlock={"after_days": 7}),),
    )

    assert "The kitchen  opens with its section" in terminal.compose(PlanView(made))


def test_numbers_are_counted_by_kind() -> None:
    """A number that would mix sections and lessons has a noun for each."""
    assert PlanView(whole()).summary == (
        "Plan: 2 sections and 4 lessons to create, 0 to update, 0 to delete."
    )


def test_a_deleted_lesson_is_shown_in_its_section() -> None:
    """Deletions come last in the plan, but are read where the record is."""
    gone = entry(91, attributes("lesson.c.week.old", "Old", 20))
    made = plan(
        create("section.c.later", "Later", 30),
        change(Action.DELETE, "lesson.c.week.old", held=gone),
        stands=(standing(WEEK, 52, "Your first week", 20),),
    )

    assert tree(made) == [(0, "Your first week", False), (1, "Old", True), (0, "Later", True)]


def test_a_lesson_whose_section_is_not_known_is_below_its_key() -> None:
    """A lesson is never without its section, even if nothing is known of it."""
    made = plan(create("lesson.c.lost.a", "A", 10, 77))

    assert tree(made) == [(0, "lost", False), (1, "A", True)]


def test_lessons_follow_a_section_that_gets_another_key() -> None:
    """A lesson that still has the old key of its section is shown in it."""
    old = entry(52, attributes(WEEK, "Week", 10))
    gone = entry(91, attributes("lesson.c.week.old", "Old", 10))
    week = attributes(WEEK, "Week", 10)
    moved = change(Action.MOVE, "section.c.days", week, held=old, previous_address=WEEK)
    made = plan(moved, change(Action.KEEP, "lesson.c.week.old", held=gone))

    assert tree(made) == [(0, "Week", True), (1, "Old", True)]


def moved_lesson(link: object, was: str | None, address: str, before: object = 52) -> Change:
    """Return the change that puts a lesson into another section, or out of every one."""
    sent = attributes(address, "Desk", 10)
    held = entry(90, sent if before is None else {**sent, LINK: before})
    after = sent if link is None else {**sent, LINK: link}
    return change(Action.UPDATE, address, after, held=held, previous_address=was)


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        (
            moved_lesson(51, "lesson.c.week.desk", "lesson.c.welcome.desk"),
            "moved from “Your first week” to “Welcome”; {}",
        ),
        (
            moved_lesson(Ref(Address("section.c.new")), "lesson.c.week.desk", "lesson.c.new.desk"),
            "moved from “Your first week” to “New”; {}",
        ),
        (
            moved_lesson(None, "lesson.c.week.desk", "lesson.c.desk"),
            "moved from “Your first week” to the course itself; {}",
        ),
        (
            moved_lesson(52, "lesson.c.desk", "lesson.c.week.desk", before=None),
            "moved from the course itself to “Your first week”; {}",
        ),
        (
            moved_lesson(51, "lesson.c.week.seat", "lesson.c.welcome.desk"),
            "moved from “Your first week” to “Welcome”; {}; was lesson.c.week.seat",
        ),
        (
            moved_lesson(51, None, "lesson.c.welcome.desk", before=77),
            "moved from the section with the Id 77 to “Welcome”; {}",
        ),
    ],
)
def test_a_lesson_that_moves_says_from_where_to_where(moved: Change, words: str) -> None:
    """Sections are named by their titles, not Ids, and it says when the lesson opens."""
    words = words.format("open from the start") + "; keeps its Id 90"
    stands = (standing(WELCOME, 51, "Welcome", 10), standing(WEEK, 52, "Your first week", 20))
    view = PlanView(plan(create("section.c.new", "New", 30), moved, stands=stands))
    (row,) = [row for row in view.rows if row.change is moved]
    text = terminal.compose(view)

    assert row.words == words
    assert row.differences == ()
    assert words in " ".join(text.split())
    assert LINK not in text
    (difference,) = row.compared
    assert (difference.field, difference.properties) == ("section", (LINK,))


def test_what_changes_in_a_lesson_is_in_an_authors_words() -> None:
    """Fields have their names in an outline, and their values in words."""
    address = "lesson.c.week.desk"
    sent = {**attributes(address, "Desk", 10, summary="Old", completion="visited"), LINK: 52}
    wanted = attributes(address, "Desk", 10, summary="New", completion="button", instructor=7)
    made = plan(change(Action.UPDATE, address, {**wanted, LINK: 52}, held=entry(90, sent)))
    (row,) = PlanView(made).rows

    assert [(each.field, *each.values) for each in row.differences] == [
        ("summary", '"Old"', '"New"'),
        ("completion", "done once it is opened", "done by a button"),
        ("instructor", "(none)", "7"),
    ]
    assert "What changes in week / Desk" in markdown.compose(PlanView(made))


def test_json_has_kinds_parents_and_references() -> None:
    """A change has its kind and its parent; an Id that is not known yet is a reference."""
    changes = json.loads(json_form.compose(PlanView(whole())))["changes"]

    assert [(each["kind"], each["parent"]) for each in changes] == [
        ("section", "course.c"),
        ("lesson", WELCOME),
        ("lesson", WELCOME),
        ("lesson", WEEK),
        ("section", "course.c"),
        ("lesson", "course.c"),
    ]
    assert changes[1]["after"][LINK] == {"ref": WELCOME}
    assert changes[3]["after"][LINK] == 52


def test_a_plan_file_keeps_its_references(tmp_path: Path) -> None:
    """A plan file is read back with the same meaning, and with the same digest."""
    made = whole()
    path = tmp_path / "plan.json"
    path.write_text(json_form.compose(PlanView(made)), encoding="utf-8")
    reviewed = read_plan_file(path)

    assert reviewed.digest == made.digest
    assert {*reviewed.meanings} == {*made.meanings}


def test_a_large_change_names_the_kinds() -> None:
    """The records of a plan with lessons are not all sections."""
    changes = [
        change(Action.DELETE, f"lesson.c.week.l{n}", held=entry(n, attributes(WEEK, "L", n)))
        for n in range(1, 9)
    ]
    made = plan(*changes, managed=12)

    assert oversized(made) == (
        "8 of all 12 sections and lessons (all of them taken from members, which count double)",
    )


def test_the_question_about_keys_is_asked_for_each_kind() -> None:
    """A new lesson is never taken for an old section, and its old key is a whole address."""
    section = change(Action.KEEP, WEEK, held=entry(52, attributes(WEEK, "Week", 10)))
    lesson = change(
        Action.KEEP,
        "lesson.c.welcome.old",
        held=entry(90, attributes("lesson.c.welcome.old", "Old", 10)),
    )
    stands = (standing(WELCOME, 51, "Welcome", 10),)
    new = create("lesson.c.welcome.new", "New", 20, 51)
    (apart,) = PlanView(plan(new, section, stands=stands)).courses
    (asked,) = PlanView(plan(new, section, lesson, stands=stands)).courses

    assert apart.renamed == ""
    assert str(asked.renamed).startswith("Is a new lesson an old one under a new key?")
    assert "previous_keys: [lesson.c.welcome.old]" in str(asked.renamed)


def test_drift_says_between_which_sections_a_lesson_was_moved() -> None:
    """A section that is known has its name; another has its Id."""
    sent = {**attributes("lesson.c.week.desk", "Desk", 10), LINK: 52}
    record = Record(
        id=90,
        course_id=4711,
        attributes={**sent, LINK: 77},  # type: ignore[dict-item]
        created_on=None,
        updated_on="2025-02-01T10:00:00Z",
        updated_by="ana@example.com",
    )
    found = Drifted(
        Finding.EDITED,
        4711,
        LESSON,
        Address("lesson.c.week.desk"),
        entry(90, sent),
        record,
        (LINK,),
    )
    known = {
        Address(WEEK): entry(52, attributes(WEEK, "Your first week", 20)),
        Address(WELCOME): entry(77, attributes(WELCOME, "Welcome", 10)),
    }
    little = terminal.compose_drift(DriftView((found,), {}, 1))
    much = terminal.compose_drift(DriftView((found,), {}, 3, entries=known))

    assert "section: week -> the section with the Id 77" in little
    assert "section: “Your first week” -> “Welcome”" in much


def test_a_long_plan_shows_weighty_rows_in_their_sections() -> None:
    """Where changes are only counted, a lesson that is deleted still stands in its section."""
    gone = entry(91, attributes("lesson.c.welcome.old", "Old", 20))
    many = [create(f"lesson.c.welcome.l{n}", f"L{n}", n, 51) for n in range(9)]
    update = change(
        Action.UPDATE,
        WELCOME,
        attributes(WELCOME, "Welcome", 10),
        held=entry(51, attributes(WELCOME, "Hello", 10)),
    )
    made = plan(update, *many, change(Action.DELETE, "lesson.c.welcome.old", held=gone))
    text = terminal.compose(PlanView(made), most=5)

    assert "  + 9 lessons to create\n  ~ 1 section to update\n" in text
    assert "\n      10  Welcome\n  -     20  Old" in text
    assert "L3" not in text


def test_any_kind_is_shown_inside_another() -> None:
    """A kind that nobody has thought of has its own heading, numbers and words."""
    quiz = replace(LESSON, name="quiz", plural="quizzes")
    inside = replace(create("lesson.c.welcome.q", "A quiz", 30, 51), kind=quiz)
    alone = replace(create("lesson.c.q", "Another quiz", 30), kind=quiz)
    made = plan(create(WELCOME, "Welcome", 10), create("lesson.c.l", "L", 10), inside, alone)

    assert tree(made) == [
        (0, "Welcome", True),
        (1, "A quiz", True),
        (0, "Lessons directly in the course", False),
        (1, "L", True),
        (0, "Quizzes directly in the course", False),
        (1, "Another quiz", True),
    ]
    assert "Plan: 1 section, 1 lesson and 2 quizzes to create," in PlanView(made).summary
