"""Which records an import and `pull --new` add, and which they leave out and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import doubted, saved

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

OUTLINE = """\
id: 4711
title: Course a
sections:
  - key: one
    title: One
    contents: <p>one</p>
    lessons:
      - key: tour
        title: Tour
        contents: <p>tour</p>
"""
WAYS = [("import", "--course", "4711"), ("pull", "--new")]
ways = pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0])


@ways
@pytest.mark.parametrize("markers", ["kept", "dropped"])
def test_the_record_of_a_create_in_doubt_is_not_added(
    author: CommandLine, api: SandboxServer, courses: Path, way: tuple[str, ...], markers: str
) -> None:
    """It is named with the command that settles it, and apply finds it, although it is retitled."""
    api.change(system_id=markers)
    (courses / "a.yaml").write_text(OUTLINE)
    doubted(author, api)
    retitled = OUTLINE.replace("title: One", "title: First")
    (courses / "a.yaml").write_text(retitled)
    ran = author(*way)

    assert "it may be the record of section.a.one, which is in doubt" in " ".join(ran.said.split())
    assert "coursesync apply" in ran.said
    assert (courses / "a.yaml").read_text() == retitled
    author("apply", "--auto-approve")
    author("apply", "--auto-approve")
    assert [each["Title"] for each in api.records()] == ["First"]
    assert saved(courses).entries["section.a.one"] == 1000001


@ways
def test_a_record_that_may_be_that_of_a_create_in_doubt_is_left_to_a_person(
    author: CommandLine, api: SandboxServer, courses: Path, way: tuple[str, ...]
) -> None:
    """If someone edited it and it has no marker, both answers are offered."""
    api.change(system_id="dropped")
    (courses / "a.yaml").write_text(OUTLINE)
    doubted(author, api)
    api.foreign_change(1000001, DisplayOrder=40)
    ran = author(*way)

    assert "resolve section.a.one --id 1000001" in " ".join(ran.said.split())
    assert "resolve section.a.one --not-created" in " ".join(ran.said.split())
    assert (courses / "a.yaml").read_text() == OUTLINE
    assert "section.a.one" in saved(courses).doubts


@ways
@pytest.mark.parametrize("markers", ["kept", "dropped"])
def test_a_twin_is_not_added(
    author: CommandLine, api: SandboxServer, courses: Path, way: tuple[str, ...], markers: str
) -> None:
    """Twins of a section and its lesson stay twins, and are named with the commands to choose."""
    api.change(system_id=markers)
    (courses / "a.yaml").write_text(OUTLINE)
    assert author("apply", "--auto-approve").code == 0
    twin = api.foreign_create(4711, "One", SectionContents="<p>one</p>", DisplayOrder=40)
    api.create_lesson(4711, "Tour", LessonContents="<p>tour</p>", SectionId=twin, DisplayOrder=10)
    other = api.foreign_create(4711, "Another", DisplayOrder=50)
    ran = author(*way)
    said = " ".join(ran.said.split())

    assert ran.code == 0
    assert "it is a twin of section.a.one" in said
    assert f"resolve section.a.one --keep {twin}" in said
    assert "resolve section.a.one --keep 1000001" in said
    assert "resolve lesson.a.one.tour --keep 2000002" in said
    assert sorted(saved(courses).entries.values()) == [1000001, other, 2000001]
    assert author("drift").code == 2


def test_a_twin_that_an_author_writes_by_hand_is_not_paired_with_it(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """An import leaves the new item without a record: the site has one record more than wanted."""
    (courses / "a.yaml").write_text(OUTLINE)
    assert author("apply", "--auto-approve").code == 0
    twin = api.foreign_create(4711, "One", SectionContents="<p>one</p>", DisplayOrder=40)
    again = "  - key: again\n    title: One\n    contents: <p>one</p>\n"
    (courses / "a.yaml").write_text(OUTLINE + again)
    author("import", "--course", "4711")

    assert twin not in saved(courses).entries.values()


@pytest.fixture
def beside(author: CommandLine, api: SandboxServer, courses: Path) -> CommandLine:
    """The command line of an applied workspace, with new records in several places."""
    (courses / "a.yaml").write_text(OUTLINE + "  - key: two\n    title: Two\n")
    assert author("apply", "--auto-approve").code == 0
    api.foreign_create(4711, "Three", DisplayOrder=90)
    api.foreign_create(4711, "Four\u202e", DisplayOrder=95)
    for title, section in {"In one": 1000001, "In two": 1000002, "In none": None}.items():
        api.create_lesson(4711, title, SectionId=section, DisplayOrder=90)
    return author


def test_only_what_is_new_in_the_named_places_is_added(beside: CommandLine, courses: Path) -> None:
    """Records beside these places are neither added nor named nor offered."""
    offered = beside("pull", "section.a.one")
    ran = beside("pull", "section.a.one", "--new")
    text = (courses / "a.yaml").read_text()

    assert "1 lesson on the site is not in the outlines" in " ".join(offered.err.split())
    assert "coursesync pull section.a.one --new" in " ".join(offered.err.split())
    assert "title: In one" in text
    assert "Three" not in text
    assert "is not written" not in ran.err
    assert "To add" not in beside("pull", "section.a.one").err


def test_a_dry_run_shows_what_would_be_added(beside: CommandLine, courses: Path) -> None:
    """The lines are shown as git shows them, with what can't be added; nothing is written."""
    before = (courses / "a.yaml").read_text()
    ran = beside("pull", "--new", "--dry-run")

    assert "+    title: Three\n" in ran.out
    assert "2 new items added" in ran.err
    assert 'Lesson Id 2000003 "In two" is not written' in " ".join(ran.err.split())
    assert "Nothing was written" in ran.err
    assert (courses / "a.yaml").read_text() == before


def test_what_can_not_be_added_is_named_and_not_offered_again(
    beside: CommandLine, courses: Path
) -> None:
    """A record without a list in the outline, or that no outline can hold, is left alone."""
    offered, ran, again = beside("pull"), beside("pull", "--new"), beside("pull")
    said = " ".join(ran.err.split())

    assert ran.code == 0
    assert "1 section and 1 lesson on the site are not in the outlines" in " ".join(
        offered.err.split()
    )
    assert "the outline has no list of lessons there" in said
    assert 'Lesson Id 2000004 "In none" is not written' in said
    assert "U+202E" in said
    assert "title: In two" not in (courses / "a.yaml").read_text()
    assert "To add" not in again.err


def test_a_pull_names_twins_without_being_asked_to_add_them(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Even where the outline has no list, a twin is named as one, and not offered."""
    (courses / "a.yaml").write_text(OUTLINE)
    assert author("apply", "--auto-approve").code == 0
    (courses / "a.yaml").write_text(OUTLINE.partition("    lessons:")[0])
    api.create_lesson(
        4711, "Tour", LessonContents="<p>tour</p>", SectionId=1000001, DisplayOrder=90
    )
    said = " ".join(author("pull").err.split())

    assert "it is a twin of lesson.a.one.tour" in said
    assert "resolve lesson.a.one.tour --keep 2000002" in said
    assert "To add" not in said
