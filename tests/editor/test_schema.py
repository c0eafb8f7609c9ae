"""The JSON Schema of outlines: its texts for authors, and that it accepts every valid outline."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

import jsonschema
import pytest
from editor.valid import VALID, is_valid
from harness import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from outlines.test_outline_properties import originals, spoilt
from shares import examples

import coursesync
from coursesync.errors import Code
from coursesync.kinds.content_spec import ContentFile, MarkdownFile
from coursesync.kinds.course_spec import CourseSpec
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION
from coursesync.kinds.unlock_spec import Timed
from coursesync.kinds.visibility_spec import Paid
from coursesync.outlines.models import course_model, item_model
from coursesync.outlines.slip import examples_of
from coursesync.outlines.yaml_reader import parse
from coursesync.text import UNSEEN

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine
    from pydantic import BaseModel

    from coursesync.kinds.tree import Value

COURSE, SECTIONS, LESSONS = course_model(), item_model(SECTION), item_model(LESSON)
MODELS: dict[type[BaseModel], str] = {
    COURSE: "",
    SECTIONS: "",
    LESSONS: "",
    Timed: "unlock",
    ContentFile: "contents",
    CourseSpec: "",
    Paid: "visibility",
    MarkdownFile: "description",
}
OF_COURSE = {CourseSpec, Paid, MarkdownFile}  # what is written in `course`
NEW = {"course", "previous_keys"}  # what an outline may have without an Id
HEAD = {"id": 4711, "title": "Member onboarding"}


@cache
def validator() -> jsonschema.Draft7Validator:
    """Return a validator for the schema."""
    return jsonschema.Draft7Validator(coursesync.schema())


def complaints(value: object) -> list[str]:
    """Return the mistakes that the schema finds in an outline."""
    return [f"{list(each.path)}: {each.message}" for each in validator().iter_errors(value)]


def read(text: str) -> Value:
    """Return the YAML data of a valid outline."""
    tree, found = parse(text, "courses/a.yaml")
    assert tree is not None
    assert found == []
    return tree.value


def are_valid(outline: dict[str, object]) -> bool:
    """Return whether an outline is valid; asserts that the schema accepts a valid one."""
    valid = is_valid(json.dumps(outline, ensure_ascii=False))
    assert not (valid and complaints(outline))
    return valid


def properties(schema: object) -> dict[str, dict[str, object]]:
    """Return every field of a schema, by its path."""
    found: dict[str, dict[str, object]] = {}
    if isinstance(schema, dict):
        for name, inner in schema.items():
            below = properties(inner)
            if name == "properties" and "title" in schema:
                found |= {f"{schema['title']} {field}": inner[field] for field in inner}
            found |= below
    return found


def test_it_is_a_schema_of_draft_7(schema_file: Path) -> None:
    """Editors get the draft that all of them know, without features of a later one."""
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--check-metaschema", schema_file],
        capture_output=True,
        check=False,
    )
    text = schema_file.read_text()

    assert checked.returncode == 0, checked.stdout
    assert json.loads(text)["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert not any(f'"{later}"' in text for later in ("$defs", "prefixItems", "discriminator"))


def test_it_is_the_same_every_time(cli: CommandLine, schema_file: Path) -> None:
    """Promise 10: the same bytes, to a file or to stdout, whatever the order of Python's sets."""
    schemas = {cli("schema", PYTHONHASHSEED=seed).out for seed in ("1", "2")}

    assert schemas == {schema_file.read_text()}
    assert json.loads(schema_file.read_text()) == coursesync.schema()


def test_every_field_is_explained_in_words() -> None:
    """Each field has a title and a description; each that takes a value has an example."""
    fields = properties(coursesync.schema())

    assert len(fields) == sum(len(model.model_fields) for model in MODELS)
    assert [name for name, field in fields.items() if not field.get("title")] == []
    assert [name for name, field in fields.items() if not field.get("description")] == []
    without = {name for name, properties in fields.items() if not {"examples"} & set(properties)}
    # the items of the one have examples, the other has a snippet
    assert without == {"Outline sections", "Outline course"}


@pytest.mark.parametrize(
    ("model", "name"),
    [(model, name) for model in MODELS for name in model.model_fields if name != "sections"],
)
def test_every_example_is_valid(model: type[BaseModel], name: str) -> None:
    """The examples in the schema and in the messages of mistakes are valid."""
    above = MODELS[model]
    shown = [each for each in examples_of(model, name, above).pieces if isinstance(each, Code)]
    written = [read(each.text) for each in shown]
    examples = model.model_fields[name].examples or []

    assert written == [{above: {name: each}} if above else {name: each} for each in examples]
    for fields in written:
        assert isinstance(fields, dict)
        if model in OF_COURSE:
            assert are_valid({**HEAD, "course": fields, "sections": []})
            continue
        if model is COURSE and name in NEW:
            course = fields.get("course", {})
            assert isinstance(course, dict)
            new = {**fields, "course": {"host": 88123, **course}}
            assert are_valid({"title": "Member onboarding", **new, "sections": []})
            continue
        of_course = fields if model is COURSE else {}
        item = {"title": "Welcome", **({} if model is COURSE else fields)}
        if model is not LESSONS:
            assert are_valid({**HEAD, "sections": [item], **of_course})
        if model not in {COURSE, SECTIONS}:
            assert are_valid({**HEAD, "sections": [{"title": "A", "lessons": [item]}]})
            assert are_valid({**HEAD, "sections": [], "lessons": [item]})


def test_a_default_is_what_a_missing_line_means() -> None:
    """If the schema has a default, writing it has the effect of leaving out the line."""
    fields = properties(coursesync.schema())
    found = {}
    for word, model in (("Section ", SECTIONS), ("Lesson ", LESSONS)):
        defaults = {
            name.removeprefix(word): field["default"]
            for name, field in fields.items()
            if "default" in field and name.startswith(word)
        }
        found[word] = set(defaults)
        plain = model.model_validate({"title": "Welcome"})

        assert plain == model.model_validate({"title": "Welcome", **defaults})
    assert found == {
        "Section ": {"unlock", "active", "protect"},
        "Lesson ": {"unlock", "active", "protect", "completion"},
    }


def test_the_examples_of_this_project_are_valid() -> None:
    """The schema accepts the outlines in `courses/`."""
    assert [complaints(read(text)) for text in originals()] == [[]] * len(originals())


def test_the_schema_of_this_project_is_the_commands(cli: CommandLine) -> None:
    """The schema in `courses/`, which editors of the examples use, is up to date; all name it."""
    printed = cli("schema", ROOT / "courses")

    assert printed.out == (ROOT / "courses" / "coursesync.schema.json").read_text(), (
        "type  coursesync schema --out courses/coursesync.schema.json"
    )
    assert printed.err == ""


@settings(deadline=None, max_examples=examples(200))
@given(VALID)
def test_no_valid_layout_is_complained_of(text: str) -> None:
    """The schema accepts a valid outline in any layout."""
    assert complaints(read(text)) == []


@settings(deadline=None, max_examples=examples(400))
@given(spoilt())
def test_a_changed_outline_that_is_still_valid_is_accepted(text: str) -> None:
    """A changed outline that is still valid is valid by the schema too."""
    if is_valid(text):
        assert complaints(read(text)) == []


ODD = st.sampled_from([*"aA0-._/\\ \n\t:@?#[]", "é", "ß", "\u0301", "日", "𞤢", "🎉", "\u00a0", "“"])
TEXTS = (
    st.lists(ODD, max_size=6).map("".join)
    | st.text(st.characters(codec="utf-8"), max_size=6)
    | st.sampled_from(["a", "𞤢", "🎉", "a/", "é"]).flatmap(
        lambda one: st.sampled_from([99, 100, 101, 250, 260, 1000, 1001]).map(
            lambda times: one * times
        )
    )
).filter(lambda text: not UNSEEN.search(text))
ADDRESSES = st.builds(
    "{}{}{}".format,
    st.sampled_from(
        ["https://", "HTTP://a/", "https://é.example/b/", "http://[::1]:80", "ftp://a"]
    ),
    TEXTS,
    st.sampled_from(["", ".png", ".JPeG", ".gif?x=.svg", "#a", ".svg", "/a.b/c", "/."]),
)
FILES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "./", "a/./b/", "../", ".a/", "/"]),
    TEXTS,
    st.sampled_from([".html", ".HTM", ".md", ".Markdown", "", ".txt"]),
)
NUMBERS = st.sampled_from([-1, 0, 1, 7, 2**31 - 1, 2**31, 10**9, 10**9 + 1, 1.0, 1.5, True, "7"])
VALUES: dict[str, st.SearchStrategy[object]] = {
    "key": TEXTS,
    "title": TEXTS,
    "previous_keys": st.lists(TEXTS | st.builds("{}.{}".format, TEXTS, TEXTS), max_size=2),
    "protect": st.booleans() | st.none(),
    "display_order": NUMBERS,
    "unlock": st.sampled_from(["immediate", "sequential", "never", None, {}])
    | st.fixed_dictionaries({"after_days": NUMBERS}),
    "contents": TEXTS
    | FILES
    | st.dictionaries(st.sampled_from(["html", "markdown"]), FILES | st.none(), max_size=2),
    "image": ADDRESSES | st.none(),
    "active": st.booleans() | st.none(),
}


COURSE_VALUES: dict[str, st.SearchStrategy[object]] = {
    "summary": TEXTS | st.sampled_from(["a" * 400, "a" * 401, "𞤢" * 400]) | st.none(),
    "description": TEXTS | FILES | st.dictionaries(st.sampled_from(["html", "markdown"]), FILES),
    "overview": VALUES["contents"],
    "show_overview": st.booleans() | st.none(),
    "visibility": st.sampled_from(["public", "hidden", "private", "paid", "Public", 2, None, {}])
    | st.fixed_dictionaries({"paid": NUMBERS}),
    "published": st.booleans() | st.sampled_from(["yes", None]),
    "location": NUMBERS | st.none(),
    "host": NUMBERS | st.none(),
    "group": TEXTS | st.none(),
    "featured": st.booleans() | st.none(),
    "display_order": NUMBERS,
    "image": ADDRESSES | st.none(),
    "banner": ADDRESSES | st.none(),
}
LESSON_VALUES: dict[str, st.SearchStrategy[object]] = {
    **VALUES,
    "previous_keys": st.lists(
        TEXTS
        | st.builds("lesson.a.{}".format, TEXTS)
        | st.builds("lesson.a.{}.{}".format, TEXTS, TEXTS),
        max_size=2,
    ),
    "summary": TEXTS | st.none(),
    "completion": st.sampled_from(["none", "visited", "button", "video", "quiz", None]),
    "instructor": NUMBERS | st.none(),
}


@pytest.mark.parametrize("name", LESSON_VALUES)
@settings(deadline=None, max_examples=examples(400))
@given(data=st.data())
def test_a_value_of_a_lesson_that_the_loader_takes_is_not_complained_of(
    name: str, data: st.DataObject
) -> None:
    """The same for a lesson, in a section and directly in the course."""
    lesson = {"key": "desk", "title": "Your desk", name: data.draw(LESSON_VALUES[name])}
    section = {"key": "welcome", "title": "Welcome", "lessons": [lesson]}
    are_valid({**HEAD, "sections": [section]})
    are_valid({**HEAD, "sections": [], "lessons": [lesson]})


@pytest.mark.parametrize("name", COURSE_VALUES)
@settings(deadline=None, max_examples=examples(400))
@given(data=st.data())
def test_a_value_of_a_course_that_the_loader_takes_is_not_complained_of(
    name: str, data: st.DataObject
) -> None:
    """The same for a course, one that is there and one that is made."""
    course = {name: data.draw(COURSE_VALUES[name])}
    are_valid({**HEAD, "course": course, "sections": []})
    are_valid({"title": "Member onboarding", "course": {"host": 88123, **course}, "sections": []})


@pytest.mark.parametrize("has_id", [True, False])
@pytest.mark.parametrize("course", [None, {}, {"summary": "Hi"}, {"host": 1}])
def test_an_outline_without_an_id_is_valid_if_it_makes_the_course(
    course: dict[str, object] | None, *, has_id: bool
) -> None:
    """The schema and the loader agree on which outlines need no Id."""
    given_id = {"id": 4711} if has_id else {}
    of_course = {} if course is None else {"course": course}
    outline = {**given_id, "title": "Member onboarding", **of_course, "sections": []}

    assert are_valid(outline) == (not complaints(outline))


@settings(deadline=None, max_examples=examples(400))
@given(FILES)
def test_a_file_that_the_loader_takes_as_a_lesson_is_not_complained_of(name: str) -> None:
    """The path of a Markdown file is a lesson, and is valid by the schema too."""
    are_valid({**HEAD, "sections": [], "lessons": [name]})


@pytest.mark.parametrize("name", VALUES)
@settings(deadline=None, max_examples=examples(400))
@given(data=st.data())
def test_a_value_that_the_loader_takes_is_not_complained_of(name: str, data: st.DataObject) -> None:
    """An outline that coursesync accepts, with any texts and numbers, is valid by the schema."""
    section = {"key": "welcome", "title": "Welcome", name: data.draw(VALUES[name])}
    are_valid({**HEAD, "sections": [section]})
