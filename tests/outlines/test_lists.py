"""Lessons in an outline: in place and in Markdown files, in sections and in the course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ConfigDict, Field
from shares import bounded_time, examples

from coursesync.errors import InvalidOutlines
from coursesync.kinds import ITEMS, KINDS
from coursesync.kinds.content_spec import InContents
from coursesync.kinds.contents import to_html
from coursesync.kinds.kind import Kind
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.rows import (
    ACTIVE,
    KEY,
    ORDER,
    PREVIOUS_KEYS,
    PROTECT,
    TITLE,
    contents_of,
    one_of,
)
from coursesync.kinds.section import SECTION
from coursesync.kinds.spec import MOST_LISTED, STRICT, Spec
from coursesync.kinds.unlock import unlock_of
from coursesync.outlines.item_files import read_item
from coursesync.outlines.schema import schema
from coursesync.outlines.workspace_files import load

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

    from coursesync.kinds.resource import Resource
    from coursesync.outlines.outline import Outline

SECONDS = 10  # far more than it takes
HEAD = "id: 4711\ntitle: Onboarding\n"
COURSE = f"""\
{HEAD}sections:
  - key: welcome
    title: Welcome
    lessons:
      - title: Find your desk
        summary: Where to sit.
        completion: button
        instructor: 88123
        unlock: {{after_days: 2}}
        contents: <p>Sit.</p>
      - welcome/tour.md
  - key: first-week
    title: Your first week
    lessons: []
  - key: later
    title: Later
lessons:
  - key: glossary
    title: Words we use
"""
TOUR = "---\ntitle: A tour\nsummary: Come along.\n---\n\n# Hello\n\nThis way.\n"


def written(courses: Path, files: dict[str, str]) -> Path:
    """Write files of a workspace, and return its folder."""
    for name, text in files.items():
        path = courses / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return courses


def outline_in(courses: Path) -> Outline:
    """Load a workspace with one outline."""
    (outline,) = load(courses).outlines
    return outline


def mistakes(courses: Path) -> list[tuple[str, str]]:
    """Return the place, from the workspace on, and the words of each mistake."""
    with pytest.raises(InvalidOutlines) as refused:
        load(courses)
    prefix = f"{courses}/"
    return [
        (str(each.where).removeprefix(prefix), each.problem.replace(prefix, ""))
        for each in refused.value.diagnostics
    ]


def in_file(courses: Path, text: str) -> list[tuple[str, str]]:
    """Return the mistakes in a course whose only lesson is a file with this text."""
    outline = f"{HEAD}sections: []\nlessons: [a.md]\n"
    return mistakes(written(courses, {"c.yaml": outline, "a.md": text}))


def test_the_order_is_that_of_members_depth_first(courses: Path) -> None:
    """Each section comes before its lessons; the lessons directly in the course come last."""
    outline = outline_in(written(courses, {"onboarding.yaml": COURSE, "welcome/tour.md": TOUR}))

    assert [(each.address, each.parent) for each in outline.resources] == [
        ("section.onboarding.welcome", "course.onboarding"),
        ("lesson.onboarding.welcome.find-your-desk", "section.onboarding.welcome"),
        ("lesson.onboarding.welcome.tour", "section.onboarding.welcome"),
        ("section.onboarding.first-week", "course.onboarding"),
        ("section.onboarding.later", "course.onboarding"),
        ("lesson.onboarding.glossary", "course.onboarding"),
    ]


def test_the_fields_of_a_lesson_become_properties_without_its_section(courses: Path) -> None:
    """A lesson has the course's Id; the plan knows its section, which may have no Id yet."""
    outline = outline_in(written(courses, {"onboarding.yaml": COURSE, "welcome/tour.md": TOUR}))
    found = {str(each.address): each.attributes for each in outline.resources}

    assert found["lesson.onboarding.welcome.find-your-desk"] == {
        "Active": True,
        "CompletionType": 3,
        "CourseId": 4711,
        "InstructorId": 88123,
        "LessonContents": "<p>Sit.</p>",
        "SummaryText": "Where to sit.",
        "Title": "Find your desk",
        "UnlockAfterDays": 2,
        "UnlockType": 3,
    }
    assert found["lesson.onboarding.welcome.tour"] == {
        "Active": True,
        "CompletionType": 2,
        "CourseId": 4711,
        "LessonContents": "<h1>Hello</h1>\n<p>This way.</p>\n",
        "SummaryText": "Come along.",
        "Title": "A tour",
        "UnlockAfterDays": 0,
        "UnlockType": 1,
    }


def test_a_list_that_is_written_is_managed_even_if_it_is_empty(courses: Path) -> None:
    """`lists` names the parents with a list of lessons; where there is none, none is managed."""
    outline = outline_in(written(courses, {"onboarding.yaml": COURSE, "welcome/tour.md": TOUR}))
    without = COURSE.partition("lessons:\n  - key: glossary")[0].replace("    lessons: []\n", "")

    assert outline.lists == {
        (LESSON, "course.onboarding"),
        (LESSON, "section.onboarding.welcome"),
        (LESSON, "section.onboarding.first-week"),
    }
    assert outline_in(written(courses, {"onboarding.yaml": without})).lists == {
        (LESSON, "section.onboarding.welcome")
    }


def test_an_outline_without_lessons_manages_none(courses: Path) -> None:
    """Outlines as they were before lessons have no list of them."""
    written(courses, {"a.yaml": f"{HEAD}sections:\n  - title: A\n"})

    assert outline_in(courses).lists == frozenset()


@pytest.mark.parametrize(
    ("name", "front", "key"),
    [
        ("tour.md", "", "tour"),
        ("rooms/The Tour.markdown", "", "the-tour"),
        ("tour.md", "key: around\n", "around"),
        ("./tour.MD", "", "tour"),
    ],
)
def test_a_file_gives_the_key_unless_its_front_matter_does(
    name: str, front: str, key: str, courses: Path
) -> None:
    """The key is that of the front matter, else the file's name; never the title."""
    outline = f"{HEAD}sections: []\nlessons:\n  - {name}\n"
    written(courses, {"c.yaml": outline, name: f"---\ntitle: Hello\n{front}---\nHi\n"})
    (found,) = outline_in(courses).resources

    assert found.address == f"lesson.c.{key}"
    assert found.key_is_derived is not bool(front)


def test_a_file_is_named_from_the_outlines_own_folder(courses: Path) -> None:
    """An outline in a folder finds its lessons beside itself, and lists them as sources."""
    outline = f"{HEAD}sections: []\nlessons: [b/tour.md]\n"
    found = outline_in(written(courses, {"a/c.yaml": outline, "a/b/tour.md": TOUR}))

    assert set(found.sources) == {"a/c.yaml", "a/b/tour.md"}


def test_a_changed_file_changes_the_digest(courses: Path) -> None:
    """The digest of a lesson's file is among the sources, so that a change is seen."""
    files = {"c.yaml": f"{HEAD}sections: []\nlessons: [a.md]\n", "a.md": TOUR}
    before = outline_in(written(courses, files))
    after = outline_in(written(courses, {"a.md": TOUR.replace("This", "That")}))
    again = load(courses, {"c": before.when_complete}).outlines

    assert before.sources["a.md"] != after.sources["a.md"]
    assert before.sources["c.yaml"] == after.sources["c.yaml"]
    assert [each.key for each in again] == ["c"]
    assert load(courses, {"c": after.when_complete}).settled == {"c"}


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(start: str, end: str, courses: Path) -> None:
    """A file as an editor on any system writes it."""
    files = {"c.yaml": f"{HEAD}sections: []\nlessons: [a.md]\n"}
    files["a.md"] = (start + TOUR).replace("\n", end)
    (found,) = outline_in(written(courses, files)).resources

    assert found.title == "A tour"
    assert found.contents == "<h1>Hello</h1>\n<p>This way.</p>\n"


@settings(deadline=None, max_examples=examples(300))
@given(
    front=st.lists(st.sampled_from(["title: A", "# note", "", "summary: B"]), max_size=5),
    body=st.lists(st.sampled_from(["# A", "", "text", "    code", "- a", "***", "> q"])).map(
        "\n".join
    ),
)
def test_the_text_below_is_rendered_as_if_it_were_alone(front: list[str], body: str) -> None:
    """The front matter changes nothing in the contents, and the lines stay those of the file."""
    text = "\n".join(("---", *front, "---", body))

    found = read_item(text, "a.md")

    assert to_html(found.text) == to_html(body)
    assert found.text.count("\n") == text.count("\n")


MISTAKES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "no front matter": ("# Hello\n", [("a.md:1:1", "does not begin with front matter")]),
    "an empty file": ("", [("a.md:1:1", "does not begin with front matter")]),
    "never closed": ("---\ntitle: A\n\nHi\n", [("a.md:1:1", "never closed")]),
    "TOML": ("+++\ntitle = 'A'\n+++\n", [("a.md:1:1", "is not YAML")]),
    "JSON": ('{\n"title": "A"\n}\n', [("a.md:1:1", "is not YAML")]),
    "blank lines above": ("\n\n---\ntitle: A\n---\n", [("a.md:3:1", "on the first line")]),
    "no field": ("---\n# nothing\n---\nHi\n", [("a.md:1:1", "the lesson has no `title`")]),
    "no title": ("---\nkey: a\n---\nHi\n", [("a.md:2:1", "the lesson has no `title`")]),
    "a list": (
        "---\n- title: A\n---\n",
        [("a.md:2:1", "must be fields, such as `title:`, and is a list")],
    ),
    "contents": (
        "---\ntitle: A\ncontents: Hi\n---\n",
        [("a.md:3:1", "`contents` can't be here: the text below")],
    ),
    "contents by another name": (
        "---\ntitle: A\nbody: Hi\n---\n",
        [("a.md:3:1", "`body` can't be here: the text below")],
    ),
    "unknown fields": (
        "---\ntitle: A\nsummery: B\nminutes: 5\n---\n",
        [("a.md:3:1", "there is no field `summery`"), ("a.md:4:1", "no field `minutes`")],
    ),
    "a wrong value": (
        "---\ntitle: A\ncompletion: quiz\nunlock: never\n---\n",
        [("a.md:3:13", '`completion` can\'t be "quiz"'), ("a.md:4:9", "`unlock` can't be")],
    ),
    "lists": (
        "---\ntitle: A\nlessons: []\nsections: []\n---\n",
        [("a.md:3:1", "a lesson has no lessons"), ("a.md:4:1", "a lesson has no sections")],
    ),
    "no YAML": ("---\ntitle: A: B\n---\nHi\n", [("a.md:2:9", "there is a second `:`")]),
    "an anchor": ("---\ntitle: &a A\n---\n", [("a.md:2:8", "an anchor (&) is not allowed")]),
    "curly quotes": ("---\ntitle: “A”\n---\n", [("a.md:2:8", "the title is in curly quotes")]),
    "no picture": ("---\ntitle: A\nimage:\n---\n", [("a.md:3:1", "`image` has no value")]),
    "unseen characters": (
        "---\ntitle: A\u200b\n---\nHi\u202e\n",
        [("a.md:2:9", "U+200B"), ("a.md:4:3", "U+202E")],
    ),
    "a merge below": (
        "---\ntitle: A\n---\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> z\n",
        [("a.md:4:1", "the markers are on lines 4, 6, 8")],
    ),
    "a merge in the fields": (
        "---\n<<<<<<< HEAD\ntitle: A\n=======\ntitle: B\n>>>>>>> z\n---\n",
        [("a.md:2:1", "the markers are on lines 2, 4, 6")],
    ),
    "a merge over both": (
        "---\n<<<<<<< HEAD\ntitle: A\n---\na\n=======\ntitle: B\n---\nb\n>>>>>>> z\n",
        [("a.md:2:1", "the markers are on lines 2, 6, 10")],
    ),
    "a pointer": (
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
        [("a.md:1:1", "a pointer of Git LFS")],
    ),
    "a path alone": ("../b/a.md\n", [("a.md:1:1", "the file holds only a path")]),
    "front matter twice": (
        "---\ntitle: A\n---\n\n---\ntitle: A\n---\nHi\n",
        [("a.md:5:1", "begin with front matter again")],
    ),
    "too deep": ("---\ntitle: A\n---\n" + "> " * 9 + "x\n", [("a.md:4:1", "deep on line 4")]),
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_file_is_reported_at_its_place_there(
    text: str, expected: list[tuple[str, str]], courses: Path
) -> None:
    """Every mistake at once, each with the file, line and column that hold it."""
    found = in_file(courses, text)

    assert [where for where, _ in found] == [where for where, _ in expected], found
    assert all(words in found[i][1] for i, (_, words) in enumerate(expected))


def test_another_encoding_is_reported_in_the_file(courses: Path) -> None:
    """The first byte that is not UTF-8 is named."""
    written(courses, {"c.yaml": f"{HEAD}sections: []\nlessons: [a.md]\n"})
    (courses / "a.md").write_bytes(b"---\ntitle: Caf\xe9\n---\n")

    ((where, words),) = mistakes(courses)

    assert where == "a.md:2:11"
    assert "not in UTF-8" in words


def test_a_link_is_no_lesson(courses: Path) -> None:
    """A symbolic link is refused, as for content files."""
    written(courses, {"c.yaml": f"{HEAD}sections: []\nlessons:\n  - a.md\n", "b.md": TOUR})
    (courses / "a.md").symlink_to("b.md")

    assert mistakes(courses) == [("c.yaml:5:5", "a.md is a symbolic link")]


def test_front_matter_elsewhere_says_where_the_file_belongs(
    cli: CommandLine, courses: Path
) -> None:
    """A content file with front matter stays a mistake, also if it is listed as a lesson too."""
    outline = (
        f"{HEAD}sections:\n  - title: A\n    contents: {{markdown: a.md}}\nlessons:\n  - a.md\n"
    )
    written(courses, {"c.yaml": outline, "a.md": TOUR})

    ran = cli("validate")

    assert ran.code == 3
    assert "courses/c.yaml:5:15: courses/a.md:1:1: the file begins with front matter" in ran.err
    assert "If the file is a lesson, list it under `lessons:`" in ran.err


def test_one_file_is_one_lesson(courses: Path) -> None:
    """Two items that name one file are a mistake, in whatever lists and however it is written."""
    outline = (
        f"{HEAD}sections:\n  - title: A\n    lessons: [a.md]\nlessons:\n  - ./a.md\n  - b/../a.md\n"
    )
    written(courses, {"c.yaml": outline, "a.md": TOUR})

    found = mistakes(courses)

    assert found[0] == ("c.yaml:7:5", "this file is listed on line 5 already")
    assert "leads out of" in found[1][1]


def test_a_file_that_is_listed_often_is_read_once(courses: Path) -> None:
    """Thousands of lines that name one large file take no longer than one."""
    fields = "".join(f"field-{i}: x\n" for i in range(20_000))
    outline = f"{HEAD}sections: []\nlessons:\n" + "  - a.md\n" * MOST_LISTED
    written(courses, {"c.yaml": outline, "a.md": f"---\ntitle: A\n{fields}---\n"})
    with bounded_time(SECONDS):
        found = mistakes(courses)

    assert found[0] == ("a.md:3:1", "there is no field `field-0`")


def test_the_fields_that_a_file_can_have_are_named(cli: CommandLine, courses: Path) -> None:
    """Contents are not among them: they are the text below."""
    text = "---\ntitle: A\nminutes: 5\n---\n"
    written(courses, {"c.yaml": f"{HEAD}sections: []\nlessons: [a.md]\n", "a.md": text})

    _, _, fields = cli("validate").err.partition("The fields here are: ")

    assert "completion" in fields
    assert "contents" not in fields


def test_one_file_is_a_lesson_of_one_course(courses: Path) -> None:
    """Two outlines that list one file are a mistake, also if one of them did not change."""
    lessons = "sections: []\nlessons: [a.md]\n"
    written(courses, {"c.yaml": HEAD + lessons, "a.md": TOUR})
    record = outline_in(courses).when_complete
    written(courses, {"d.yaml": f"id: 4712\ntitle: D\n{lessons}"})

    for applied in ({}, {"c": record}):
        with pytest.raises(InvalidOutlines) as refused:
            load(courses, applied)
        (found,) = refused.value.diagnostics
        assert found.where.path == f"{courses}/a.md"
        assert "d.yaml" in found.problem
        assert "c.yaml" in found.problem


def test_keys_are_unique_within_their_list_alone(courses: Path) -> None:
    """Two sections, and the course, may have lessons of one key; a section's may be the same."""
    lesson = "lessons: [{key: a, title: A}]\n"
    outline = f"{HEAD}sections:\n  - title: A\n    {lesson}  - title: B\n    {lesson}{lesson}"

    assert [each.address for each in outline_in(written(courses, {"c.yaml": outline})).resources][
        1:
    ] == ["lesson.c.a.a", "section.c.b", "lesson.c.b.a", "lesson.c.a"]


def test_two_files_of_one_key_are_named(courses: Path) -> None:
    """Where a key comes from a file's name, the message says so, and names the other file."""
    outline = f"{HEAD}sections: []\nlessons:\n  - a/tour.md\n  - b/tour.md\n  - b/other.md\n"
    files = {"c.yaml": outline, "a/tour.md": TOUR, "b/tour.md": TOUR}
    written(courses, {**files, "b/other.md": TOUR.replace("title", "key: tour\ntitle")})

    assert mistakes(courses) == [
        (
            "b/other.md:2:6",
            'the lesson in a/tour.md gets the key "tour" too, from its file\'s name',
        ),
        (
            "c.yaml:6:5",
            'this file\'s name and that of the lesson in a/tour.md would both give the key "tour"',
        ),
    ]


def test_former_keys_go_to_the_plan_as_they_are_written(courses: Path) -> None:
    """A former key is of the same list, or the address that the lesson had in its course."""
    keys = ["old", "lesson.c.week-1.old", "lesson.c.older"]
    lessons = f"lessons: [{{title: A, previous_keys: [{', '.join(keys)}]}}]"
    outline = f"{HEAD}sections:\n  - title: S\n    {lessons}\n"
    *_, found = outline_in(written(courses, {"c.yaml": outline})).resources

    assert found.previous_keys == tuple(keys)


def test_a_course_has_a_number_of_items_in_all(courses: Path) -> None:
    """The items of all lists count together; each list by itself would do."""
    half = MOST_LISTED // 2
    items = "".join(f"  - {{title: A {i}}}\n" for i in range(half))
    one_more = "  - {title: One more}\n"
    full = f"{HEAD}sections:\n{items}lessons:\n{items}"

    assert len(outline_in(written(courses, {"c.yaml": full})).resources) == MOST_LISTED
    assert mistakes(written(courses, {"c.yaml": full + one_more})) == [
        (f"c.yaml:{half + 4}:1", "with this list the course has more than 5,000 items")
    ]


def test_advice_on_a_file_is_at_its_line(cli: CommandLine, courses: Path) -> None:
    """What members would not see in a lesson's file is shown at the line of that file."""
    text = f"{TOUR}\n<script>alert(1)</script>\n"
    written(courses, {"c.yaml": f"{HEAD}sections: []\nlessons: [a.md]\n", "a.md": text})

    assert "courses/a.md:10:1: advice: " in cli("validate").err


def test_validate_counts_each_kind(cli: CommandLine, courses: Path) -> None:
    """The last line says how many sections and lessons there are."""
    written(courses, {"onboarding.yaml": COURSE, "welcome/tour.md": TOUR})

    assert cli("validate").out == "1 outline, 3 sections, 3 lessons: all valid.\n"


class PollSpec(Spec):
    """One poll."""

    model_config = ConfigDict(**STRICT, title="Poll")

    answers: Literal["one", "many"] = Field("one", title="Answers", description="How many.")
    contents: InContents = ""
    unlock: Literal["immediate"] = "immediate"
    active: bool = True


def poll(name: str, within: Kind | None) -> Kind:
    """Return an invented kind: in the course, and in the items of another kind."""
    return Kind(
        name=name,
        plural=f"{name}s",
        endpoint=f"/api/content/{name}s",
        role=name,
        course_filter=f"{name}_Course",
        course_property="CourseId",
        course_title_property="CourseTitle",
        marker_property="SystemId",
        spec=lambda: PollSpec,
        within=within,
        parent_property="SectionId" if within else "",
        fields=(
            *(KEY, PREVIOUS_KEYS, TITLE, unlock_of(name)),
            one_of("answers", "Answers", {"one": (1, "one"), "many": (2, "many")}, "one"),
            *(ORDER, ACTIVE, PROTECT, contents_of("Text")),
        ),
    )


@pytest.mark.parametrize("within", [SECTION, None], ids=["inside", "beside"])
def test_another_kind_is_listed_like_lessons(
    within: Kind | None, courses: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kind needs its table and its model alone to be read, checked and shown to editors."""
    kind = poll("poll", within)
    monkeypatch.setitem(ITEMS, "poll", kind)
    monkeypatch.setitem(KINDS, "poll", kind)
    inner = "    polls: [{title: Lunch, answers: many}, b.md]\n" if within else ""
    outline = f"{HEAD}sections:\n  - title: A\n{inner}    lessons: []\npolls:\n  - title: Tea\n"
    written(courses, {"c.yaml": outline, "b.md": TOUR.replace("summary: Come", "answers: one #")})
    found = outline_in(courses)

    inside: list[tuple[str, object]] = [("poll.c.a.lunch", 2), ("poll.c.a.b", 1)]
    assert [(each.address, each.attributes.get("Answers")) for each in found.resources] == [
        ("section.c.a", None),
        *(inside if within else ()),
        ("poll.c.tea", 1),
    ]
    own = {(kind, "section.c.a")} if within else set()
    assert found.lists == {(LESSON, "section.c.a"), (kind, "course.c"), *own}
    definitions = schema()["definitions"]
    assert isinstance(definitions, dict)
    assert ("polls" in definitions["Section"]["properties"]) is (within is not None)
    assert mistakes(written(courses, {"c.yaml": outline.replace("Tea", "Tea\n    answer: 1")})) == [
        (f"c.yaml:{9 if within else 8}:5", "there is no field `answer`")
    ]


def test_a_resource_knows_the_place_of_each_property(courses: Path) -> None:
    """What the server objects to is shown at its line, in the outline or in the lesson's file."""
    outline = outline_in(written(courses, {"onboarding.yaml": COURSE, "welcome/tour.md": TOUR}))
    found: dict[str, Resource] = {each.address: each for each in outline.resources}
    tour = found["lesson.onboarding.welcome.tour"]
    desk = found["lesson.onboarding.welcome.find-your-desk"]
    names = ("SummaryText", "LessonContents", "Title")

    places = [str(each.where_property(name)) for each in (desk, tour) for name in names]
    assert [place.removeprefix(f"{courses}/") for place in places] == [
        *("onboarding.yaml:8:18", "onboarding.yaml:12:19", "onboarding.yaml:7:16"),
        *("welcome/tour.md:3:10", "welcome/tour.md:6:1", "welcome/tour.md:2:8"),
    ]
    assert tour.path == ()


@pytest.mark.parametrize(
    ("former", "meant"),
    [
        ("lesson.c.a.b.x", "lesson.c.a.KEY"),
        ("a.b.x", "lesson.c.a.KEY"),
        ("c.a.x", "lesson.c.a.x"),
        ("a.x", "lesson.c.a.x"),
        ("c.x", "lesson.c.x"),
    ],
)
def test_the_remedy_of_a_former_key_is_the_address_that_was_meant(
    former: str, meant: str, courses: Path
) -> None:
    """The remedy has the keys that were written; of too many, it does not choose the last one."""
    lesson = f"{{title: Q, previous_keys: [{former}]}}"
    text = f"{HEAD}sections:\n  - title: A\n    lessons: [{lesson}]\n"
    with pytest.raises(InvalidOutlines) as found:
        outline_in(written(courses, {"c.yaml": text}))

    (mistake,) = found.value.diagnostics
    assert f"as in `previous_keys: [{meant}]" in str(mistake.remedy)
