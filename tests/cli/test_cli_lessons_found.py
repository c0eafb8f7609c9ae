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
