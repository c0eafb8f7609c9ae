"""No import and no pull makes an item of a record that has an address already."""

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
