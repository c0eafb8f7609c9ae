"""What drift and resolve say of lessons that others changed or copied on the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import lift_limits, saved

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

APPLY = ("apply", "--auto-approve")
A, B = "lesson.c.s.a", "lesson.c.b"
OUTLINE = """\
id: 4711
title: Course
sections:
- {key: s, title: First, lessons: [{key: a, title: A, contents: one}]}
- {key: t, title: Second, lessons: []}
lessons:
- {key: b, title: B, contents: two}
"""


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """A course with two lessons, which stands on the site."""
    lift_limits(courses)
    (courses / "c.yaml").write_text(OUTLINE)
    done = author(*APPLY)
    assert done.code == 0, done.err
    return author


def id_of(courses: Path, address: str) -> int:
    return saved(courses).entries[address]


def test_the_twin_of_a_lesson_is_weighed_by_its_completions(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The choice counts the members who completed the other one, and names the way back."""
    first = id_of(courses, B)
    twin = api.create_lesson(4711, "B", LessonContents="two", DisplayOrder=10)
    api.complete(first, 5)
    found = applied("drift")
    kept = applied("resolve", B, "--keep", str(twin))
    back = applied("resolve", B, "--keep", str(first))

    assert "Look in Nexudus which of the two members have completed." in " ".join(found.out.split())
    assert "has lessons" not in f"{found.out}{kept.err}"
    assert f"About {first}: 5 members have completed it, and deleting it loses that." in kept.said
    assert f"coursesync resolve {B} --keep {first}" in kept.said
    assert "completed" not in back.said
    assert id_of(courses, B) == first


def test_a_lesson_without_a_summary_is_adopted_as_it_is(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """No value and an empty text are the same: nothing is sent; another change shows alone."""
    lesson = api.create_lesson(4711, "C", DisplayOrder=20, CompletionType=2, UnlockType=1)
    api.change_lesson(lesson, LessonContents=None, SummaryText=None, Active=True)
    path = courses / "c.yaml"
    path.write_text(f"{path.read_text()}- {{key: c, title: C}}\n")
    adopted = applied("import", "lesson.c.c", str(lesson))
    planned = applied("plan", "--detailed-exitcode")
    path.write_text(path.read_text().replace("title: C}", "title: Cc}"))
    retitled = applied("plan")

    assert adopted.code == 0, adopted.err
    assert planned.code == 0, planned.out
    assert 'title: "C" -> "Cc"' in retitled.out
    assert "(empty)" not in retitled.out


def test_an_unmanaged_lesson_is_named_with_its_section(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Lessons with the same title are named with their sections."""
    inside = api.create_lesson(4711, "X", SectionId=id_of(courses, "section.c.t"))
    beside = api.create_lesson(4711, "X")
    found = applied("drift").out

    assert f'lesson "X" (Id {inside}) at 1 in section.c.t is not managed' in found
    assert f'lesson "X" (Id {beside}) at 1 is not managed' in found


def test_a_lesson_that_changed_its_section_has_not_moved_to_another_course(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """It counts as edited, and the other count says what it counts."""
    api.change_lesson(id_of(courses, A), SectionId=id_of(courses, "section.c.t"))
    found = applied("drift").out

    assert "section: “First” -> “Second”" in found
    assert "Drift: 1 edited, 0 deleted, 0 moved to another course." in found


def test_a_lesson_gets_the_address_of_a_section_that_there_is(
    applied: CommandLine, courses: Path
) -> None:
    """The message says where its lines go in the outline."""
    refused = applied("state", "mv", A, "lesson.c.u.a")
    moved = applied("state", "mv", A, "lesson.c.t.a")

    assert refused.code == 1
    assert "lesson.c.u.a would be in section.c.u, which is not in the state" in refused.said
    assert "move that lesson to section.c.t" in moved.said
    assert "lesson.c.t.a" in saved(courses).entries


def test_the_end_of_an_address_is_completed(applied: CommandLine) -> None:
    """Of a lesson, too: a key alone is no address."""
    refused = applied("state", "show", "a")
    shown = applied("state", "show", A)

    assert f"Did you mean `{A}`?" in refused.said
    assert "completion: visited\n" in shown.out
    assert "section: 1000001\n" in shown.out
