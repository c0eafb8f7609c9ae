"""A change that the site already has is recorded without a write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, lift_limits, pointed_at
from state.clones import git, new_remote

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer

APPLY = ("apply", "--auto-approve")
OUTLINE = """\
id: 4711
title: Course a
sections:
  - key: one
    title: One
    contents: <p>Old</p>
"""


@pytest.fixture
def courses(tmp_path: Path) -> Path:
    """A workspace in a clone, whose state is in a branch of the remote."""
    courses = new_remote(tmp_path).clone("one")
    lift_limits(courses)
    config = courses / "coursesync.toml"
    config.write_text(f'store = "git"\n{config.read_text()}')
    (courses / "a.yaml").write_text(OUTLINE)
    git(courses, "add", ".")
    git(courses, "commit", "--quiet", "-m", "Courses")
    git(courses, "push", "--quiet", "origin", "HEAD:main")
    return courses


@pytest.fixture
def author(courses: Path, api: SandboxServer) -> CommandLine:
    """The command line where that is applied."""
    author = pointed_at(CommandLine(courses.parent), api)
    assert author(*APPLY).code == 0
    return author


def edit(api: SandboxServer, at: int = 1, **fields: object) -> None:
    """Edit the section as people do on the site, so many years from 2030 on."""
    (record,) = api.records()
    assert isinstance(record["Id"], int)
    api.foreign_change(record["Id"], **fields, At=f"{2030 + at}-01-01T00:00:00Z")


def updates(api: SandboxServer) -> int:
    """Return how many updates the site met."""
    return sum(each["method"] == "PUT" for each in api.log())


def test_what_was_pulled_is_recorded(author: CommandLine, api: SandboxServer) -> None:
    """The plan shows it; apply sends nothing, says so, and then nothing differs."""
    edit(api, Title="Theirs", SectionContents="<p>Theirs</p>")
    pulled = author("pull")
    planned = author("plan")
    before = updates(api)
    applied = author(*APPLY)
    again, drift = author("plan"), author("drift")

    assert (pulled.code, applied.code) == (0, 0), pulled.err + applied.err
    assert "Plan: 0 to create, 1 to update" in planned.out
    assert "section.a.one: already so" in applied.err
    assert "Apply: 1 already so." in applied.err
    assert updates(api) == before
    assert "Nothing to do" in again.out
    assert drift.code == 0, drift.out


def test_a_pulled_field_goes_with_one_that_an_author_changes(
    author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """The site's value that the outline has by now is no edit that somebody would lose."""
    edit(api, Title="Theirs")
    author("pull")
    outline = courses / "a.yaml"
    outline.write_text(outline.read_text().replace("Old", "New"))
    applied = author(*APPLY)

    assert applied.code == 0, applied.err
    (record,) = api.records()
    assert (record["Title"], record["SectionContents"]) == ("Theirs", "<p>New</p>")
    assert author("drift").code == 0


@pytest.mark.parametrize("by_hand", ["<p >New</p>", "<p>New</p> "])
def test_contents_that_are_written_in_another_way_are_sent(
    author: CommandLine, courses: Path, api: SandboxServer, by_hand: str
) -> None:
    """Only exactly the same HTML needs no write."""
    edit(api, SectionContents=by_hand)
    (courses / "a.yaml").write_text(OUTLINE.replace("Old", "New"))
    applied = author(*APPLY)

    assert applied.code == 0, applied.err
    assert "1 updated" in applied.err
    assert api.records()[0]["SectionContents"] == "<p>New</p>"


def test_a_picture_is_sent_though_all_else_is_there(
    author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """What can't be read back may differ."""
    edit(api, Title="New")
    picture = "    image: https://example.com/new.png\n"
    (courses / "a.yaml").write_text(OUTLINE.replace("title: One", "title: New") + picture)
    before = updates(api)
    applied = author(*APPLY)

    assert applied.code == 0, applied.err
    assert updates(api) == before + 1


def test_an_edit_after_that_is_still_found(author: CommandLine, api: SandboxServer) -> None:
    """The record's own time is what later looks compare with."""
    edit(api, Title="Theirs")
    author("pull")
    author(*APPLY)
    edit(api, 2, SectionContents="<p>Later</p>")

    drift = author("drift")

    assert drift.code == 2, drift.out
    assert "contents" in drift.out
