"""`coursesync ci apply`, where a record is taken over or is moved to where members see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from ci.town import CONFIG, Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import SandboxServer

COURSE = 4711


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A repository with one section, which is applied."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    made.reviewed(a=outline(COURSE, "Old"))
    assert made.apply().code == 0
    return made


def named(text: str, key: str, old: str) -> str:
    """State in an outline what the key of a section was."""
    line = f"  - key: {key}\n"
    assert line in text
    return text.replace(line, f"{line}    previous_keys: [{old}]\n")


def test_a_push_gives_no_record_to_another_section(town: Town) -> None:
    """A reviewed new section does not replace one that members have because a push says so."""
    town.reviewed(a=outline(COURSE, "Old", "New", New="Dance"))
    town.push(a=named(outline(COURSE, "New", New="Dance"), "new", "old"))
    ran = town.apply()

    assert ran.code == 6, ran
    assert town.titles == ["Old"]
    assert "takes the place of something that members have" in town.issue()


def test_a_renamed_section_that_is_reworded_before_an_apply_is_applied(town: Town) -> None:
    """Two reviews, one run: nothing waits."""
    town.reviewed(a=outline(COURSE, "Old").replace("key: old", "key: new"))
    town.reviewed(a=outline(COURSE, "New", New="Be kind"))
    ran = town.apply()

    assert ran.code == 0, ran
    assert "New" in town.titles


MOVES = """\
id: 4711
title: Course 4711
sections:
  - key: a
    title: A
    active: false
    lessons: [{}]
  - key: b
    title: B
    lessons: [{}]
"""
TOUR = "{key: tour, title: Tour, contents: {markdown: tour.md}%s}"
FORMER = ", previous_keys: [lesson.a.a.tour]"
BEFORE = MOVES.format(TOUR % "", "")
AFTER = MOVES.format("", TOUR % FORMER)


def test_a_move_shows_members_nothing_that_no_review_saw_there(town: Town) -> None:
    """One review puts a code into a hidden lesson, another one moves it to where it is seen."""
    town.reviewed(**{"a.yaml": BEFORE, "tour.md": "Soon\n"})
    assert town.apply().code == 0
    code, move = town.propose(**{"tour.md": "Door: 1234\n"}), town.propose(a=AFTER)
    town.merge(code)
    town.merge(move)
    ran = town.apply()

    assert ran.code == 6, ran
    assert "is shown to members" in town.issue()


def test_a_section_that_moves_between_courses_is_applied(town: Town) -> None:
    """Both courses are applied at once, also if nothing else changes in the one that it leaves."""
    other = 4712
    town.reviewed(a=outline(COURSE, "Old", "Stay"), b=outline(other, "Two"))
    assert town.apply().code == 0
    moved = named(outline(other, "Two", "Old"), "old", "a.old")
    town.reviewed(a=outline(COURSE, "Stay"), b=moved)
    ran = town.apply()

    assert ran.code == 0, ran
    assert {each["Title"]: each["CourseId"] for each in town.api.records()} == {
        "Stay": COURSE,
        "Two": other,
        "Old": other,
    }


def shown(town: Town) -> list[object]:
    """Return the titles on the site, without those that only make the workspace larger."""
    return [each for each in town.titles if not str(each).startswith("x")]


def test_a_deletion_is_allowed_in_one_of_two_courses_that_a_move_joins(town: Town) -> None:
    """Both are applied at once; only what was allowed is deleted, and the rest waits."""
    other, third = 4712, 4713
    more = [f"x{number}" for number in range(12)]  # so that the change is not a large one
    town.push(**{"coursesync.toml": f'on_removal = "delete"\n{CONFIG}'})
    left, joined = outline(COURSE, "Old", "Gone", "Stay"), outline(other, "Kept", "Two")
    town.reviewed(a=left, b=joined, c=outline(third, "Three", *more))
    assert town.apply().code == 0
    deletes = town.propose(a=outline(COURSE, "Old", "Stay"))
    town.comment()
    (line,) = re.findall(r"^    (/coursesync .+)$", town.result(deletes), re.MULTILINE)
    town.forge.comment("ben", deletes, line)
    town.merge(deletes)
    moved = named(outline(other, "Two", "Old"), "old", "a.old")
    town.reviewed(a=outline(COURSE, "Stay"), b=moved, c=outline(third, "Three", "New", *more))
    ran = town.apply()

    assert ran.code == 6, ran
    assert shown(town) == ["Kept", "New", "Old", "Stay", "Three", "Two"]
    town.decide(town.line("allow prune"))
    ran = town.apply()

    assert ran.code == 0, ran
    assert shown(town) == ["New", "Old", "Stay", "Three", "Two"]
