"""Advice on Markdown files that look like lessons, and that no outline lists."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from outlines.refused import found_in

if TYPE_CHECKING:
    from outlines.author import Author

HEAD = "id: 4711\ntitle: T\nsections: []\n"
LESSON = "---\ntitle: A\nsummary: B\n---\n\nHi\n"
OTHER = LESSON.replace("title: A", "title: C")
UNLISTED = "advice: this looks like a lesson, and no outline lists it [unlisted-file]"
DRAFT = "If it is a draft, write `active: false` into its front matter."


def write(writer: Author, files: dict[str, str]) -> None:
    """Write files of the workspace."""
    for name, text in files.items():
        path = writer.courses / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_a_forgotten_lesson_is_reported_with_the_line_to_add(writer: Author) -> None:
    """The line names the file from the outline's folder, and to add it is enough."""
    write(writer, {"c.yaml": f"{HEAD}lessons:\n  - w/a.md\n", "w/a.md": LESSON, "w/b.md": OTHER})

    assert found_in(writer.cli("validate").err, "w/b.md") == [
        [
            "1:1",
            UNLISTED,
            (
                "If members should see it, write `- w/b.md` below `lessons:` in courses/c.yaml. "
                f"{DRAFT}"
            ),
        ]
    ]
    write(writer, {"c.yaml": f"{HEAD}lessons:\n  - w/a.md\n  - w/b.md\n"})
    assert writer.cli("validate").err == ""


def test_a_plan_reports_it_even_if_its_outline_did_not_change(writer: Author) -> None:
    """The outlines that were applied before are not parsed, but their files are known."""
    write(writer, {"c.yaml": f"{HEAD}lessons: [a.md]\n", "a.md": LESSON})
    assert writer.cli("apply", "--sandbox", "--auto-approve").code == 0
    assert UNLISTED not in writer.cli("plan", "--sandbox").err
    write(writer, {"b.md": LESSON})

    ran = writer.cli("plan", "--sandbox")

    assert found_in(ran.err, "b.md")[0][:2] == ["1:1", UNLISTED]
    assert "Nothing to do" in ran.out
    assert writer.cli("plan", "--sandbox", "--strict").code == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("b.md", "---\ntitle: A\nactive: false\n---\n\nHi\n"),
        ("b.md", "---\nsummary: B\n---\n\nHi\n"),
        ("b.md", "---\ntitle: A\nlayout: page\n---\n\nHi\n"),
        ("b.md", "---\n\nA line across the page\n\n---\n"),
        ("b.md", "# A note\n"),
        ("b.md", ""),
        ("b.md", "---\ntitle: A\n" + "# more\n" * 1_000 + "---\n"),
        ("w/README.md", LESSON),
        ("readme-authors.markdown", LESSON),
        (".hidden/b.md", LESSON),
        ("b.txt", LESSON),
    ],
)
def test_another_file_is_left_alone(name: str, text: str, writer: Author) -> None:
    """A draft, a README, a note, a page of another tool."""
    write(writer, {"c.yaml": f"{HEAD}lessons: [a.md]\n", "a.md": LESSON, name: text})

    assert writer.cli("validate").err == ""


def test_the_outline_is_named_only_if_it_is_clear(writer: Author) -> None:
    """Of several outlines beside each other, it is the one that names a file in that folder."""
    write(writer, {"c.yaml": HEAD, "d.yaml": HEAD.replace("4711", "4712"), "w/b.md": LESSON})
    assert (
        "below `lessons:` in its outline." in found_in(writer.cli("validate").err, "w/b.md")[0][2]
    )

    write(writer, {"d.yaml": f"{HEAD.replace('4711', '4712')}lessons: [w/a.md]\n"})
    write(writer, {"w/a.md": LESSON})
    assert "`lessons:` in courses/d.yaml." in found_in(writer.cli("validate").err, "w/b.md")[0][2]


def test_another_course_is_never_named(writer: Author) -> None:
    """A file in a folder that has no outline's name may belong to an outline that is not there."""
    write(writer, {"c.yaml": HEAD, "d/w/b.md": LESSON, "c/w/b.md": OTHER, "e.md": OTHER})

    found = writer.cli("validate").err
    assert "`- d/w/b.md` below `lessons:` in its outline." in found_in(found, "d/w/b.md")[0][2]
    assert "`lessons:` in courses/c.yaml." in found_in(found, "c/w/b.md")[0][2]
    assert "`lessons:` in courses/c.yaml." in found_in(found, "e.md")[0][2]


def test_a_lost_outline_is_to_be_restored(writer: Author) -> None:
    """The files of a course that has records and no outline are to be listed nowhere else."""
    write(writer, {"c.yaml": HEAD, "d/b.md": LESSON})
    write(writer, {"d.yaml": f"{HEAD.replace('4711', '4712')}lessons: [d/b.md]\n"})
    assert writer.cli("apply", "--sandbox", "--auto-approve").code == 0
    (writer.courses / "d.yaml").unlink()

    advice = found_in(writer.cli("plan", "--sandbox").err, "d/b.md")[0][2]
    assert "The course d has records in the state, and its outline is gone." in advice
    assert "coursesync doctor" in advice
    assert "c.yaml" not in advice


def test_a_file_above_every_outline_belongs_to_none(writer: Author) -> None:
    """An outline names only files in its own folder or below it."""
    write(writer, {"team/c.yaml": HEAD, "b.md": LESSON, "other/b.md": LESSON})

    assert writer.cli("validate").err == ""


def test_odd_files_are_left_alone(writer: Author) -> None:
    """A link, a FIFO, a folder and other bytes are neither read nor reported."""
    write(writer, {"c.yaml": HEAD, "../b.md": LESSON})
    (writer.courses / "link.md").symlink_to(writer.courses.parent / "b.md")
    (writer.courses / "folder.md").mkdir()
    (writer.courses / "bytes.md").write_bytes(b"---\ntitle: \xff\xfe\n\0" * 1_000)
    os.mkfifo(writer.courses / "fifo.md")

    assert writer.cli("validate").err == ""
