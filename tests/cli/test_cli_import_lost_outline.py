"""A lost outline is written again from the site and the state, as the author had it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import saved

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

PICTURE = "https://cdn.example.com/courtyard.png"
OUTLINE = f"""\
id: 4711
title: Course 4711
sections:
  - key: hello
    title: Welcome to the house
    image: {PICTURE}
    contents: <p>one</p>
    lessons:
      - key: desks
        title: Find your desk
        image: {PICTURE}
        contents: <p>desk</p>
      - key: tour
        title: The tour
        contents: <p>tour</p>
  - key: after
    title: Your first week
    contents: <p>two</p>
"""


@pytest.fixture
def outline(author: CommandLine, courses: Path) -> Path:
    """An outline that is applied."""
    path = courses / "house.yaml"
    path.write_text(OUTLINE)
    assert author("apply", "--auto-approve").code == 0
    return path


def is_empty(author: CommandLine) -> bool:
    """Say whether there is nothing to do, nor anything to look at."""
    planned, drift = author("plan"), author("drift")
    return "Nothing to do" in planned.out and drift.code == 0


def test_keys_and_pictures_come_from_the_state(author: CommandLine, outline: Path) -> None:
    """The state has the keys, and the pictures, which nobody can read on the site."""
    outline.unlink()
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    said = " ".join(ran.err.split())
    assert "outline written, with 2 sections and 2 lessons that the state has already" in said
    written = outline.read_text()
    assert ["hello" in written, "desks" in written, written.count(PICTURE)] == [True, True, 2]
    assert is_empty(author)


def test_a_picture_that_someone_removed_is_not_written_again(
    author: CommandLine, api: SandboxServer, outline: Path
) -> None:
    """The outline says what the site has."""
    api.foreign_change(1000001, ImageFileName=None)
    outline.unlink()
    author("import", "--course", "4711")

    assert outline.read_text().count(PICTURE) == 1


def test_what_was_deleted_on_the_site_leaves_the_state(
    author: CommandLine, api: SandboxServer, courses: Path, outline: Path
) -> None:
    """A deleted record that no outline has is forgotten, and the next plan is empty."""
    api.remove_lesson(2000002)
    api.foreign_remove(1000002)
    outline.unlink()
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    said = " ".join(ran.err.split())
    assert "section.house.after (Id 1000002) was deleted on the site, and is no longer" in said
    assert "lesson.house.hello.tour (Id 2000002) was deleted on the site" in said
    assert sorted(saved(courses).entries) == ["lesson.house.hello.desks", "section.house.hello"]
    assert is_empty(author)


def test_what_an_outline_still_has_stays_in_the_state(
    author: CommandLine, api: SandboxServer, courses: Path, outline: Path
) -> None:
    """Whether it is made again is the author's decision; import names the command that helps."""
    api.remove_lesson(2000002)
    before = outline.read_text()
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert "lesson.house.hello.tour (Id 2000002) was deleted on the site." in ran.said
    assert "  coursesync drift" in ran.err
    assert outline.read_text() == before
    assert "lesson.house.hello.tour" in saved(courses).entries


def test_what_others_edited_is_written_as_it_is_on_the_site(
    author: CommandLine, api: SandboxServer, outline: Path
) -> None:
    """The outline and the state follow the site, so nothing is overwritten later."""
    api.foreign_change(1000002, Title="The first seven days", DisplayOrder=15, Active=False)
    api.change_lesson(2000001, LessonContents="<p>another desk</p>", CompletionType=3)
    outline.unlink()
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    written = outline.read_text()
    for line in ("key: after", "title: The first seven days", "another desk", "completion: button"):
        assert line in written
    assert is_empty(author)


def test_what_only_the_state_knows_is_written_too(
    author: CommandLine, courses: Path, outline: Path
) -> None:
    """Protection, and the fields that are left to the site."""
    text = OUTLINE.replace(
        "    title: Your", "    leave: [contents]\n    protect: true\n    title: Your"
    )
    text = text.replace("        title: The tour", "        protect: true\n        title: The tour")
    outline.write_text(text)
    assert author("apply", "--auto-approve").code == 0
    assert len(saved(courses).entries) == 4
    outline.unlink()
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    written = outline.read_text()
    assert [written.count("protect: true"), written.count("leave: [contents]")] == [2, 1]
    assert is_empty(author)


def test_lessons_that_others_moved_keep_their_ids(
    author: CommandLine, api: SandboxServer, courses: Path, outline: Path
) -> None:
    """The outline has them where they are on the site, and the state follows."""
    api.change_lesson(2000001, SectionId=1000002)
    api.change_lesson(2000002, SectionId=None)
    outline.unlink()
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert saved(courses).entries == {
        "lesson.house.after.desks": 2000001,
        "lesson.house.tour": 2000002,
        "section.house.after": 1000002,
        "section.house.hello": 1000001,
    }
    assert is_empty(author)
