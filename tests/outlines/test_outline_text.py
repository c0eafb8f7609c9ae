"""Outlines that coursesync writes are read as the values that they were written from."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shares import examples

from coursesync.errors import CoursesyncError
from coursesync.kinds.contents import to_html
from coursesync.kinds.inline import quoted, scalar
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION
from coursesync.outlines.outline import Outline, build
from coursesync.outlines.rewriting import laid_out, mistakes_in, with_items
from coursesync.outlines.writer import WantedCourse, WantedItem, Written, written
from coursesync.outlines.yaml_reader import parse
from coursesync.outlines.yaml_writer import block

if TYPE_CHECKING:
    from coursesync.kinds.tree import Value

PATH = "courses/onboarding.yaml"
TITLES = st.sampled_from(
    [
        *("2024", "yes", "null", "C# basics #1", "- x", "@home", "a: b", "1e3", "0x1F", "1:30"),
        *("it's", 'say "hi"', "ends:", "{a}", "[b]", "!x", "&y", "*z", "%", "`q`", "| x", "> y"),
        *("2024-01-01", "日本語", "e\u0301té", "🎉", "a\\b", "???", "Welcome", "On", "3D printing"),
        *("---", "~", "=", ".inf", "“Hi”", "\u2018a\u2019 b", "„"),
    ]
)
CHARACTERS = st.characters(codec="utf-8") | st.sampled_from("\n\n\n\t\r :#-|>'\"\\<p&{}[]")
TEXTS = st.text(CHARACTERS, max_size=40)
LONG_TEXTS = st.builds(lambda text, times: text * times, TEXTS, st.sampled_from([1, 3, 15, 60]))


def read(done: Written) -> Outline | None:
    """Read what was written as the loader does; None if no outline may hold it."""
    tree, found = parse(done.text, PATH)
    outline = build(tree, done.files.__getitem__)[0] if tree is not None else None
    return None if found else outline


def item(item_id: int, title: str, key: str = "", **values: Value) -> WantedItem:
    """Return an item with a title and other values."""
    return WantedItem(item_id, {"title": title, **values}, key)


def lesson(item_id: int, title: str, within: int = 0, key: str = "", **values: Value) -> WantedItem:
    """Return a lesson in the section with that Id, or in the course."""
    return WantedItem(item_id, {"title": title, **values}, key, LESSON, within)


def course(*items: WantedItem) -> WantedCourse:
    """Return a course of these items."""
    return WantedCourse(4711, "onboarding", "Member onboarding", items)


def sayable(text: str, field: str) -> bool:
    """Say whether the loader takes a text at all, in the way that is always open: in quotes."""
    head = f"id: 1\ntitle: T\nsections:\n  - key: a\n    title: {'T' if field != 'title' else ''}"
    tail = quoted(text) if field == "title" else f"\n    contents: {quoted(text)}"
    return not mistakes_in(Written(f"{head}{tail}\n", {}), PATH)


@settings(deadline=None, max_examples=examples(600))
@given(TITLES | TEXTS)
def test_every_title_is_read_as_it_was(title: str) -> None:
    """Members see a title unchanged, even if YAML could read it as something else."""
    assume(sayable(title, "title"))
    outline = read(written(course(item(7, title))))

    assert outline is not None
    assert outline.resources[0].attributes["Title"] == title


@settings(deadline=None, max_examples=examples(800))
@given(LONG_TEXTS, LONG_TEXTS)
def test_all_contents_are_read_as_they_were(first: str, second: str) -> None:
    """Contents of every length and shape keep each character, line ends included."""
    assume(sayable(first, "contents"))
    assume(sayable(second, "contents"))
    outline = read(
        written(course(item(7, "A", "a", contents=first), item(8, "B", "b", contents=second)))
    )

    assert outline is not None
    assert [each.attributes["SectionContents"] for each in outline.resources] == [first, second]


@settings(deadline=None, max_examples=examples(300))
@given(
    st.lists(
        st.builds(
            item,
            st.integers(1, 9),
            TITLES,
            unlock=st.sampled_from(["immediate", "sequential", {"after_days": 7}]),
            active=st.booleans(),
            protect=st.booleans(),
            image=st.sampled_from([None, "https://cdn.example.com/a.png?x=1#y"]),
        ),
        max_size=6,
    )
)
def test_every_field_is_read_as_it_was(items: list[WantedItem]) -> None:
    """Values that are not the default are written and read again; keys are distinct."""
    wanted = [
        replace(each, id=i + 1, values={**each.values, "display_order": i * 10})
        for i, each in enumerate(items)
    ]
    outline = read(written(course(*wanted)))

    assert outline is not None
    for each, resource in zip(wanted, outline.resources, strict=True):
        sent = SECTION.encode({n: v for n, v in each.values.items() if n != "display_order"})
        assert resource.attributes == {**sent, "CourseId": 4711}
        assert resource.protected == each.values["protect"]
        assert resource.pin == each.values["display_order"]


@settings(deadline=None, max_examples=examples(300))
@given(LONG_TEXTS)
def test_a_block_is_read_as_it_was(text: str) -> None:
    """A text that is written as a block is read as that text."""
    lines = block(text, 0)
    assume(lines is not None)
    assert lines is not None
    tree, found = parse("\n".join([f"a: {lines[0]}", *lines[1:], "b: c", ""]), PATH)

    assert not found
    assert tree is not None
    assert tree.value == {"a": text, "b": "c"}


def test_an_outline_looks_as_if_a_person_had_written_it() -> None:
    """Only what is not the default is there, plainly, in the canonical order."""
    done = written(
        course(
            item(1, "Welcome to the space", contents="<p>Hello: come in</p>"),
            item(2, "2024", contents="<p>One</p>\n<p>Two</p>\n", unlock={"after_days": 7}),
            item(3, "???", unlock="sequential", active=False, protect=True, display_order=90),
            item(4, "Welcome to the space", image="https://cdn.example.com/a.png"),
        )
    )

    assert done.files == {}
    assert done.text == dedent("""\
        id: 4711
        title: Member onboarding
        sections:
          - key: welcome-to-the-space
            title: Welcome to the space
            contents: "<p>Hello: come in</p>"

          - key: "2024"
            title: "2024"
            unlock: {after_days: 7}
            contents: |
              <p>One</p>
              <p>Two</p>

          - key: section-3
            title: "???"
            unlock: sequential
            display_order: 90
            active: false
            protect: true

          - key: welcome-to-the-space-2
            title: Welcome to the space
            image: https://cdn.example.com/a.png
        """)


def test_long_contents_become_files_and_markdown_where_that_is_exact() -> None:
    """A long text lies beside the outline: as Markdown where that gives the very HTML."""
    exact = to_html(
        "## Getting in\n\nYour *phone* is your key.\n\n" + "- one\n- two & three\n" * 60
    )
    other = f'<p class="lead">{"long " * 300}</p>\n'
    done = written(course(item(1, "A", contents=exact), item(2, "B", contents=other)))

    assert sorted(done.files) == ["onboarding/a.md", "onboarding/b.html"]
    assert done.files["onboarding/a.md"].startswith("## Getting in")
    assert to_html(done.files["onboarding/a.md"]) == exact
    assert done.files["onboarding/b.html"] == other


def test_lessons_are_written_where_they_are() -> None:
    """Each has a key of its own in its list, and its file a folder of its section's."""
    long = to_html("## Rules\n\n" + "- be *quiet*\n" * 90)
    done = written(
        replace(
            course(
                item(1, "Rules", contents=long),
                item(2, "Wi-Fi"),
                item(3, "Empty"),
                lesson(1, "Rules", 1, completion="button", contents=long),
                lesson(2, "Rules", 1, summary="Again", completion="visited"),
                lesson(3, "Rules", 2),
                lesson(4, "Rules", contents=long),
            ),
            taken={"lesson.onboarding.wi-fi": {"rules"}, "section.onboarding": {"empty"}},
            empty={(LESSON, 3)},
        )
    )

    assert sorted(done.files) == [
        "onboarding/lesson-4.md",
        "onboarding/rules.md",
        "onboarding/rules/rules.md",
    ]
    assert done.text == dedent("""\
        id: 4711
        title: Member onboarding
        sections:
          - key: rules
            title: Rules
            contents: {markdown: onboarding/rules.md}
            lessons:
              - key: rules
                title: Rules
                completion: button
                contents: {markdown: onboarding/rules/rules.md}

              - key: rules-2
                title: Rules
                summary: Again

          - key: wi-fi
            title: Wi-Fi
            lessons:
              - key: rules-2
                title: Rules

          - key: empty-2
            title: Empty
            lessons: []
        lessons:
          - key: rules
            title: Rules
            contents: {markdown: onboarding/lesson-4.md}
        """)
    assert mistakes_in(done, PATH) == []


def test_lacking_lessons_are_put_into_the_list_of_their_section() -> None:
    """Also into one that is in braces, has no list yet, or moves down for a new section."""
    text = dedent("""\
        id: 4711
        title: T
        sections:
          # a
          - title: A
            lessons:
              - title: One   # first

              - title: Three
          - {title: B, lessons: [{title: Four}]}  # b
          - title: C  # c
        """)
    done = with_items(
        text,
        PATH,
        course(
            *(item(1, "New"), item(2, "A"), item(3, "B"), item(4, "C")),
            *(lesson(1, "Zero", 1), lesson(2, "One", 2), lesson(3, "Two", 2)),
            *(lesson(4, "Four", 3), lesson(5, "Five", 3), lesson(6, "Six", 4)),
        ),
    )

    assert done.text == dedent("""\
        id: 4711
        title: T
        sections:
          - key: new
            title: New
            lessons:
              - key: zero
                title: Zero
          # a
          - title: A
            lessons:
              - title: One   # first

              - key: two
                title: Two

              - title: Three
          # b
          - title: B
            lessons:
              - title: Four

              - key: five
                title: Five
          - title: C  # c
            lessons:
              - key: six
                title: Six
        """)
    assert mistakes_in(done, PATH) == []


OLD = dedent("""\
    # Ours.
    id: 4711   # never change it
    title: Member onboarding
    sections:
      # First of all.
      - title: Welcome
        contents: |+
          <p>Hello</p>

      - {title: Rules}   # strict

      # The end.
      - key: end
        title: The end
    """)


def test_lacking_sections_are_put_where_members_see_them() -> None:
    """Each stands behind the section that precedes it; not one other line is touched."""
    done = with_items(
        OLD,
        PATH,
        course(
            item(1, "Before"),
            item(2, "Welcome"),
            item(3, "Welcome"),
            item(4, "Rules"),
            item(5, "Wi-Fi", contents="<p>a</p>\n<p>b</p>"),
            item(6, "Another name", key="end"),
            item(7, "End"),
        ),
    )

    assert done.text == dedent("""\
        # Ours.
        id: 4711   # never change it
        title: Member onboarding
        sections:
          - key: before
            title: Before

          # First of all.
          - title: Welcome
            contents: |+
              <p>Hello</p>

          - key: welcome-2
            title: Welcome
          - {title: Rules}   # strict

          - key: wi-fi
            title: Wi-Fi
            contents: |-
              <p>a</p>
              <p>b</p>

          # The end.
          - key: end
            title: The end

          - key: end-2
            title: End
        """)


def test_an_outline_that_lacks_nothing_stays_to_the_letter() -> None:
    """If all sections are there, the text is the same."""
    assert with_items(OLD.rstrip(), PATH, course(item(2, "Welcome"))).text == OLD.rstrip()


@pytest.mark.parametrize(
    "empty",
    [
        *("sections: []", "sections: []  ", "sections: [ ]  # none yet"),
        *("sections: []  # none yet ", "sections:\n  []"),
    ],
)
def test_an_empty_list_takes_sections(empty: str) -> None:
    """An outline that was begun is filled."""
    text = f"id: 4711\ntitle: T\n{empty}\n"
    done = with_items(text, PATH, course(item(1, "A"), item(2, "B")))

    assert "sections: \n" not in done.text
    assert done.text.endswith("  - key: a\n    title: A\n\n  - key: b\n    title: B\n")
    assert mistakes_in(done, PATH) == []


@pytest.mark.parametrize("dash", ["-", "-  # mine", "- "])
def test_new_fields_are_right_of_their_dash(dash: str) -> None:
    """A new section has its own column if the fields above are one column right of the dash."""
    text = f"id: 4711\ntitle: T\nsections:\n{dash}\n key: old\n title: Old\n"
    done = with_items(text, PATH, course(item(1, "Old"), item(2, "B")))

    assert done.text == text + "\n- key: b\n  title: B\n"
    assert mistakes_in(done, PATH) == []


@pytest.mark.parametrize("blank", ["        ", "  ", "        \t"])
def test_a_blank_line_never_becomes_part_of_a_text_above_it(blank: str) -> None:
    """A blank line may be longer than the indent of a block of text that moves above it."""
    head = "id: 4711\ntitle: T\nsections:\n"
    text = f"{head}  - key: a\n{blank}\n    active: true\n    title: |-\n      Hello\n"
    more = f"{head}  - key: a\n    title: A\n{blank}\n"
    new = item(2, "B", contents="<p>a</p>\n<p>b</p>")
    done = with_items(more, PATH, course(item(1, "A"), new))

    assert "    title: |-\n      Hello\n" in laid_out(text, PATH)
    assert "      <p>a</p>\n      <p>b</p>\n" in done.text
    assert done.text.startswith(more.removesuffix(f"{blank}\n"))


def test_sections_in_brackets_take_more() -> None:
    """All of them are put on lines."""
    text = "id: 4711\ntitle: T\nsections: [{title: A}]   # short\n"
    done = with_items(text, PATH, course(item(1, "A"), item(2, "B, b")))

    assert done.text == (
        "id: 4711\ntitle: T\nsections:   # short\n  - title: A\n\n  - key: b-b\n    title: B, b\n"
    )


def test_a_key_after_a_question_mark_is_left_to_a_person() -> None:
    """If nothing can be added, the error says what to write instead."""
    text = "id: 4711\n? title\n: T\nsections: [{title: A}]\n"
    with pytest.raises(CoursesyncError, match="can't be edited"):
        with_items(text, PATH, course(item(1, "B")))


def test_a_title_that_no_outline_may_hold_is_reported_by_the_loader() -> None:
    """The title is written anyway, and reported like any other mistake."""
    done = written(course(item(1, "two\nlines"), item(2, "a\u200bb")))

    assert [each.where.line for each in mistakes_in(done, PATH)] == [5, 8]


@pytest.mark.parametrize("title", ["Welcome", "C# basics", "3D printing", "Why? Because", "it's"])
def test_a_title_stands_plain_where_that_is_safe(title: str) -> None:
    """Nobody would put it in quotes."""
    assert scalar(title) == title
