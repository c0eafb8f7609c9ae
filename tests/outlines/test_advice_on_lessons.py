"""Advice on lessons: when they open, their videos, and files that nobody can read or watch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from outlines.refused import found_in

if TYPE_CHECKING:
    from outlines.author import Author

HEAD = "id: 4711\ntitle: Member onboarding\n"
ID = "dQw4w9WgXcQ"
EMBED = f'<iframe src="https://www.youtube.com/embed/{ID}"></iframe>'
PAGES = [
    f"https://youtu.be/{ID}",
    f"https://youtu.be/{ID}?t=42",
    f"https://www.youtube.com/watch?v={ID}",
    f"https://m.youtube.com/watch?app=desktop&v={ID}",
    f"https://www.youtube.com/shorts/{ID}",
]


def advice(writer: Author, files: dict[str, str]) -> list[list[str]]:
    """Validate a course, and return the advice: file and place, problem, and remedy."""
    for name, text in files.items():
        path = writer.courses / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    ran = writer.cli("validate")
    assert ran.code == 0, ran.err
    names = sorted({line.split(":")[0] for line in ran.err.splitlines() if ": advice: " in line})
    return [
        [f"{name.removeprefix('courses/')}:{place}", problem.removeprefix("advice: "), remedy]
        for name in names
        for place, problem, remedy in found_in(ran.err, name.removeprefix("courses/"))
    ]


def in_file(writer: Author, text: str, fields: str = "") -> list[list[str]]:
    """Return the advice on a course whose only lesson is a Markdown file."""
    outline = f"{HEAD}sections: []\nlessons: [a.md]\n"
    return advice(writer, {"c.yaml": outline, "a.md": f"---\ntitle: A\n{fields}---\n{text}"})


def in_place(writer: Author, *fields: str) -> list[list[str]]:
    """Return the advice on a course whose only lesson is written out."""
    lines = "".join(f"    {field}\n" for field in fields)
    return advice(writer, {"c.yaml": f"{HEAD}sections: []\nlessons:\n  - title: A\n{lines}"})


COURSE = {
    "nothing is open": (
        "sections: [{title: A, unlock: {after_days: 7}, contents: Hi}]\n",
        [("c.yaml:3:31", "for 7 days members can open nothing: this section is the first")],
    ),
    "a lesson directly in the course is open": (
        (
            "sections: [{title: A, unlock: {after_days: 7}, contents: Hi}]\n"
            "lessons: [{title: B, contents: Hi}]\n"
        ),
        [],
    ),
    "the next lesson is open": (
        (
            "sections:\n  - title: A\n    lessons:\n"
            "      - {title: B, unlock: {after_days: 2}, contents: Hi}\n"
            "      - {title: C, contents: Hi}\n"
        ),
        [],
    ),
    "a section without a text and its lessons are locked": (
        (
            "sections:\n  - title: A\n    lessons:\n"
            "      - {title: B, unlock: {after_days: 2}, contents: Hi}\n"
        ),
        [("c.yaml:6:28", "for 2 days members can open nothing: this lesson is the first")],
    ),
    "a section has a text, and its lessons are locked": (
        (
            "sections:\n  - title: A\n    contents: Hi\n    lessons:\n"
            "      - {title: B, unlock: {after_days: 2}, contents: Hi}\n"
        ),
        [],
    ),
    "a section and its lesson are locked": (
        (
            "sections:\n  - title: A\n    unlock: {after_days: 7}\n    lessons:\n"
            "      - {title: B, unlock: {after_days: 9}, contents: Hi}\n"
            "      - {title: C, contents: Hi}\n"
        ),
        [("c.yaml:5:13", "for 7 days members can open nothing: this section is the first")],
    ),
    "the second section opens first": (
        (
            "sections:\n  - {title: A, unlock: {after_days: 9}, contents: Hi}\n"
            "  - {title: B, unlock: {after_days: 7}, contents: Hi}\n"
        ),
        [
            ("c.yaml:5:24", "for 7 days members can open nothing: this section is the first"),
            ("c.yaml:5:24", "members get this section after 7 days, before one above it"),
        ],
    ),
    "what is in a section that waits does not count": (
        (
            "sections:\n  - {title: A, unlock: {after_days: 9}, contents: Hi}\n"
            "  - title: B\n    unlock: sequential\n    lessons: [{title: C, contents: Hi}]\n"
        ),
        [("c.yaml:4:24", "for 9 days members can open nothing")],
    ),
}


@pytest.mark.parametrize(("course", "expected"), COURSE.values(), ids=COURSE)
def test_a_course_that_is_locked_as_a_whole_is_reported_once(
    course: str, expected: list[tuple[str, str]], writer: Author
) -> None:
    """Members can open nothing only if no section and no lesson is open, wherever it is."""
    found = advice(writer, {"c.yaml": HEAD + course})

    assert [place for place, _, _ in found] == [place for place, _ in expected]
    assert all(words in found[i][1] for i, (_, words) in enumerate(expected))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "form", ["{}", "<p>{}</p>", 'Watch <a href="{}">this</a>', '<iframe src="{}"></iframe>']
)
def test_a_video_that_is_not_embedded_completes_nothing(
    form: str, page: str, writer: Author
) -> None:
    """The address of YouTube's own page is no video in the contents; the remedy has its Id."""
    contents = form.format(page)
    found = in_place(writer, f"contents: {contents}", "completion: video")

    ((place, problem, remedy),) = found
    assert place == "c.yaml:7:17"
    assert problem.startswith("members can't complete this lesson: its ")
    assert f"https://www.youtube.com/embed/{ID}" in remedy


@pytest.mark.parametrize("contents", [EMBED, f"<p>Hello</p>{EMBED}", EMBED.replace("https:", "")])
def test_an_embedded_video_completes_its_lesson(contents: str, writer: Author) -> None:
    """YouTube's embed code is a video, with and without other text."""
    assert in_place(writer, f"contents: {contents}", "completion: video") == []


@pytest.mark.parametrize("form", ["https://youtu.be/{}", "[film](https://youtu.be/{})"])
def test_the_remedy_for_a_video_holds_when_it_is_pasted(form: str, writer: Author) -> None:
    """In a lesson's file, the line to write makes the lesson one that members can complete."""
    ((_, _, remedy),) = in_file(writer, f"\n{form.format(ID)}\n", "completion: video\n")
    pasted = remedy[remedy.index("<iframe") :]

    assert "the text below the second `---`" in remedy
    assert in_file(writer, f"\n{pasted}\n", "completion: video\n") == []


def test_a_video_that_members_cant_watch_is_reported_without_a_completion(writer: Author) -> None:
    """A bare address is text, and YouTube's page in a frame stays empty; a link is a link."""
    for contents in (PAGES[0], f'<iframe src="{PAGES[2]}"></iframe>'):
        ((place, problem, _),) = in_place(writer, f"contents: {contents}")
        assert place == "c.yaml:6:15"
        assert problem.startswith("members can't watch the video of this lesson: its ")
    assert in_place(writer, f'contents: <a href="{PAGES[0]}">film</a>') == []
    assert in_place(writer, f"contents: Our film is at {PAGES[0]}") == []


def test_a_lesson_without_any_video_has_two_ways_out(writer: Author) -> None:
    """Where there is no address, the author is told where YouTube shows the embed code."""
    ((_, problem, remedy),) = in_file(writer, "Hi\n", "completion: video\n")

    assert problem == (
        "members can't complete this lesson: its contents have no YouTube video [video-missing]"
    )
    assert "Put YouTube's embed code into the text below the second `---`" in remedy
    assert remedy.endswith("or write `completion: visited`")


@pytest.mark.parametrize("text", ["", "\n\n", "<!-- later -->\n"])
def test_an_empty_file_is_reported_with_the_place_of_its_text(text: str, writer: Author) -> None:
    """`contents:` would be a mistake there; to hide the lesson, its fields take a line."""
    ((_, problem, remedy),) = in_file(writer, text)

    assert problem == "members who open this lesson find it empty [empty-contents]"
    assert remedy == (
        "Write its text below the second `---` or, to hide it until then, `active: false` above it."
    )
    assert in_file(writer, "Hi\n") == []
    assert in_file(writer, text, "active: false\n") == []


def test_an_empty_content_file_is_named(writer: Author) -> None:
    """The text belongs into the file, not in its place."""
    (writer.courses / "b.md").write_text("\n")

    ((_, _, remedy),) = in_place(writer, "contents: {markdown: b.md}")

    assert remedy == "Write its text into `b.md` or, to hide it until then, write `active: false`"


def test_the_title_as_a_heading_is_found_in_each_form(writer: Author) -> None:
    """The place is that of the heading: in the lesson's file, or in the file of its contents."""
    (writer.courses / "b.md").write_text("\nA\n=\n\nHi\n")

    found = in_file(writer, "\n# A\n\nHi\n")
    (writer.courses / "a.md").unlink()
    found += in_place(writer, "contents: {markdown: b.md}")

    assert [(place, re.sub(" in .*", "", remedy)) for place, _, remedy in found] == [
        ("a.md:5:1", "Delete that heading"),
        ("b.md:2:1", "Delete that heading"),
    ]
    assert in_file(writer, "\n# Another\n\nHi\n") == []
