"""`course` in an outline: the fields of the course itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from kinds.test_course_tables import WRITTEN
from outlines.refused import diagnostics_of, found_in
from shares import examples

from coursesync.kinds.course import COURSE
from coursesync.kinds.field import is_provisional
from coursesync.kinds.publication import PUBLICATION
from coursesync.outlines.workspace_files import load
from coursesync.outlines.yaml_reader import parse
from coursesync.outlines.yaml_writer import document
from coursesync.text import UNSEEN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from outlines.author import Author

    from coursesync.kinds.field import FieldValue
    from coursesync.kinds.kind import Values
    from coursesync.outlines.outline import Outline

NEW = """\
title: Member onboarding
course:
  summary: Everything you need in your first month.
  description: {markdown: about.md}
  overview: {markdown: overview.md}
  visibility: public
  published: true
  host: 88123
sections:
  - key: welcome
    title: Welcome
    contents: <p>Hi</p>
"""
EXISTING = f"id: 4711\n{NEW}"


def outline_of(courses: Path, text: str) -> Outline:
    """Load a workspace with one outline, and two files that it may name."""
    (courses / "about.md").write_text("# About\n\n*All* of it.\n")
    (courses / "overview.md").write_text("For *you*.\n")
    (courses / "onboarding.yaml").write_text(text)
    (outline,) = load(courses).outlines
    return outline


def has(outline: Outline) -> Mapping[str, FieldValue]:
    """Return the properties of the course's own record."""
    assert outline.course is not None
    return outline.course.attributes


def lines(outline: Outline, *names: str) -> dict[str, int]:
    """Return the lines that give properties of the course's own record."""
    assert outline.course is not None
    return {name: outline.course.where_property(name).line for name in names}


def test_an_outline_without_an_id_makes_the_course(courses: Path) -> None:
    """Its Id is provisional, and its record has what is given, but not whether it is published."""
    outline = outline_of(courses, NEW)

    assert is_provisional(outline.course_id)
    assert [each.attributes["CourseId"] for each in outline.resources] == [outline.course_id]
    assert outline.course is not None
    assert (outline.course.kind, outline.course.address) == (COURSE, "course.onboarding")
    assert has(outline) == {
        "Title": "Member onboarding",
        "SummaryText": "Everything you need in your first month.",
        "FullDescription": "# About\n\n*All* of it.\n",
        "OverviewText": "<p>For <em>you</em>.</p>\n",
        "Visibility": 1,
        "HostId": 88123,
    }
    assert outline.publication is not None
    assert outline.publication.kind is PUBLICATION
    assert outline.publication.address == "publication.onboarding"
    assert outline.publication.attributes == {"Active": True}


def test_a_course_that_exists_has_its_id(courses: Path) -> None:
    """The fields are those of the record with that Id."""
    outline = outline_of(courses, EXISTING)

    assert outline.course_id == 4711
    assert has(outline)["Id"] == 4711
    assert outline.publication is not None
    assert outline.publication.attributes == {"Active": True, "Id": 4711}


def test_a_field_that_is_left_out_is_left_alone(courses: Path) -> None:
    """An empty `course` manages the title alone; without it, nothing of the course is managed."""
    empty = outline_of(courses, "id: 4711\ntitle: T\ncourse: {}\nsections: []\n")
    absent = outline_of(courses, "id: 4711\ntitle: T\nsections: []\n")

    assert has(empty) == {"Id": 4711, "Title": "T"}
    assert empty.publication is None
    assert (absent.course, absent.publication) == (None, None)


def test_the_files_of_a_course_are_among_its_sources(courses: Path) -> None:
    """A changed description is a changed outline."""
    outline = outline_of(courses, EXISTING)

    assert outline.sources.keys() == {"about.md", "onboarding.yaml", "overview.md"}


def test_each_property_of_a_course_leads_to_its_line(courses: Path) -> None:
    """The title stands beside `course`, the others in it."""
    outline = outline_of(courses, EXISTING)
    found = lines(outline, "Id", "Title", "SummaryText", "HostId", "BusinessId")

    assert found == {"Id": 1, "Title": 2, "SummaryText": 4, "HostId": 9, "BusinessId": 4}
    assert outline.publication is not None
    assert outline.publication.where_property("Active").line == 8


def test_the_former_keys_of_a_course_are_kept(courses: Path) -> None:
    """They say that a course was renamed."""
    outline = outline_of(courses, f"previous_keys: [old, older]\n{NEW}")

    assert outline.course is not None
    assert outline.course.previous_keys == ("old", "older")


def test_a_former_key_that_is_in_use_is_a_mistake(courses: Path) -> None:
    """Two outlines can't be one course."""
    (courses / "old.yaml").write_text("id: 1\ntitle: T\nsections: []\n")
    (courses / "new.yaml").write_text(
        "title: T\nprevious_keys: [old, new]\ncourse: {host: 1}\nsections: []\n"
    )
    found = [(each.where.line, each.where.column, each.problem) for each in diagnostics_of(courses)]

    assert found == [
        (2, 17, f'"old" is the key that {courses}/old.yaml has now'),
        (2, 22, '"new" is the key that this course has now'),
    ]


def test_every_mistake_of_a_course_is_reported_at_once(courses: Path) -> None:
    """Those in its fields, in its files and in its items."""
    (courses / "onboarding.yaml").write_text(
        "id: 4711\ntitle: T\ncourse:\n  image: a.png\n  description: {markdown: gone.md}\n"
        "  overview: {html: gone.html}\n  published: 1\n  colour: red\nsections:\n  - key: a\n"
    )

    assert [each.where.line for each in diagnostics_of(courses)] == [4, 5, 6, 7, 8, 10]


def test_formatting_puts_the_fields_of_a_course_in_order(writer: Author) -> None:
    """They follow the title, in the order of the table, indented by two spaces."""
    outline_of(
        writer.courses,
        "course:\n    host: 88123\n    visibility:\n        paid: 12\n    # soon\n"
        "    published: true\n    summary: Hi\nsections: []\ntitle: T\nid: 4711\n",
    )

    assert writer.cli("fmt").code == 0
    assert (writer.courses / "onboarding.yaml").read_text() == (
        "id: 4711\ntitle: T\ncourse:\n  summary: Hi\n  visibility:\n    paid: 12\n  # soon\n"
        "  published: true\n  host: 88123\nsections: []\n"
    )


@settings(deadline=None, max_examples=examples(200))
@given(WRITTEN)
def test_a_written_course_is_read_as_it_was(values: Values) -> None:
    """Each field gets a line of its own, and every text is read again."""
    assume(not any(UNSEEN.search(each) for each in values.values() if isinstance(each, str)))
    text = document({"id": 4711, "title": "T", "course": dict(values), "sections": []})
    tree, found = parse(text, "courses/a.yaml")

    assert tree is not None
    assert found == []
    assert json.dumps(tree.value) == json.dumps(
        {"id": 4711, "title": "T", "course": values, "sections": []}
    )


@pytest.mark.parametrize(
    ("course", "rules"),
    [
        ("featured: true\n  visibility: hidden", ["featured-hidden"]),
        ("featured: true\n  visibility: public", []),
        ("published: true", ["published-empty"]),
        ("published: false", []),
    ],
)
def test_fields_of_a_course_that_contradict_each_other_give_advice(
    course: str, rules: list[str], writer: Author
) -> None:
    """A hidden course on the home page, and a published one without contents."""
    outline_of(writer.courses, f"id: 4711\ntitle: T\ncourse:\n  {course}\nsections: []\n")
    pieces = found_in(writer.cli("validate").err, "onboarding.yaml")

    assert [problem.rpartition("[")[2].rstrip("]") for _, problem, _ in pieces] == rules
