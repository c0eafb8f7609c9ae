"""After a pull, one instruction says what to commit: the state too, unless a merge records it."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import STATE, lift_limits, saved

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, Ran, SandboxServer

GIT = shutil.which("git") or "git"
APPLY = ("apply", "--auto-approve")
OUTLINE = """\
id: 4711
title: Course a
sections:
  - title: One
    lessons:
      - title: Tour
  - title: Two
    lessons: []
"""


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """A committed workspace that stands on the server, in a repository."""
    lift_limits(courses)
    (courses / "a.yaml").write_text(OUTLINE)
    (courses / ".gitignore").write_text("*.state.json.*\n")
    assert author(*APPLY).code == 0
    git(author.cwd, "init", "-q")
    git(author.cwd, "add", "courses")
    git(author.cwd, "commit", "-qm", "x")
    return author


@pytest.fixture
def merged(applied: CommandLine) -> CommandLine:
    """The same, with the workflow that applies what is merged."""
    workflows = applied.cwd / ".github/workflows"
    workflows.mkdir(parents=True)
    (workflows / "apply.yml").write_text("name: Apply\n")
    return applied


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run([GIT, *who, *words], cwd=folder, check=True, capture_output=True)


def put_back(ran: Ran, folder: Path) -> None:
    """Type the command that puts the state back."""
    (command,) = (each.strip() for each in ran.err.splitlines() if "git checkout" in each)
    subprocess.run(shlex.split(command), cwd=folder, check=True, capture_output=True)


def test_without_a_workflow_the_state_is_committed_too(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The message says so once."""
    api.foreign_change(saved(courses).entries["section.a.one"], Title="Theirs")
    ran = applied("pull", CI="")

    assert ran.code == 0, ran.err
    assert "Then commit the files and the state together" in ran.said
    assert ran.said.count("ommit") == 1


def test_with_the_workflow_the_state_stays_as_it_was(
    merged: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The command puts it back, and an apply of the pulled files records the same."""
    api.foreign_change(saved(courses).entries["section.a.one"], Title="Theirs")
    api.change_lesson(
        saved(courses).entries["lesson.a.one.tour"],
        SectionId=saved(courses).entries["section.a.two"],
    )
    before = (courses / STATE).read_bytes()
    ran = merged("pull", CI="")
    put_back(ran, merged.cwd)
    ids = sorted(saved(courses).entries.values())

    assert ran.code == 0, ran.err
    assert ran.said.count("ommit") == 1
    assert (courses / STATE).read_bytes() == before
    assert merged(*APPLY).code == 0
    assert merged("drift").code == 0
    assert sorted(saved(courses).entries.values()) == ids


def test_new_items_are_committed_with_the_state(
    merged: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Without their Ids, the merge would create them a second time."""
    api.create_lesson(4711, "New", SectionId=saved(courses).entries["section.a.two"])
    ran = merged("pull", "--new", CI="")

    assert ran.code == 0, ran.err
    assert "The state has the Ids of new items: commit it too" in ran.said
    assert "git checkout" not in ran.said


def test_a_missing_list_comes_with_its_line(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """With that line in the outline, the same command takes the move."""
    entries = saved(courses).entries
    (courses / "a.yaml").write_text(OUTLINE.replace("    lessons: []\n", ""))
    api.change_lesson(entries["lesson.a.one.tour"], SectionId=entries["section.a.two"])
    ran = applied("pull")

    assert ran.code == 1
    assert "has no list of lessons there. Write `lessons: []` below it, and pull again." in ran.said
    (courses / "a.yaml").write_text(OUTLINE)
    assert applied("pull").code == 0
    assert "lesson.a.two.tour" in saved(courses).entries


@pytest.mark.parametrize(("number", "words"), [(1, "1 lesson on the"), (2, "2 lessons on the")])
def test_what_the_outlines_lack_is_counted_by_kind(
    applied: CommandLine, api: SandboxServer, courses: Path, number: int, words: str
) -> None:
    """Lessons are called lessons, and one is "it"."""
    for each in range(number):
        api.create_lesson(4711, f"New {each}", SectionId=saved(courses).entries["section.a.two"])
    ran = applied("pull")

    assert words in ran.said
    assert f"To add {'it' if number == 1 else 'them'}:" in ran.said
