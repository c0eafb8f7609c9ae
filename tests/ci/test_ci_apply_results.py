"""What an apply tells, where main can't be planned from the state in which a course was applied."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from ci.town import CONFIG, Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import SandboxServer

A, B, C = 4711, 4712, 4713
DELETES = f'on_removal = "delete"\n{CONFIG}'


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """The key `a` belongs to a new course now; its old course was deleted while `b` waited."""
    made = Town(github_forge, api, tmp_path)
    made.begin(DELETES)
    made.reviewed(a=outline(A, "One"), b=outline(B, "Two"))
    assert made.apply().code == 0
    made.push(b=outline(B, "Two", "Pushed"))
    made.reviewed(a=None)
    made.apply()
    made.decide("\n".join(re.findall(r"^    (/coursesync allow .+)$", made.issue(), re.MULTILINE)))
    assert made.apply().code == 6
    assert made.titles == ["Two"]
    return made


def test_a_course_with_the_key_of_a_deleted_one_is_applied(town: Town) -> None:
    """It says what this run did; an earlier state that contradicts main is no failure."""
    number = town.propose(a=outline(C, "Three"))
    town.merge(number)
    ran = town.apply()

    assert ran.code == 6, ran
    assert town.titles == ["Three", "Two"]
    assert "### Live now\n\n**1 section of *Course 4713*:** 1 new" in town.result(number)


def test_a_course_beside_it_that_waited_is_shown_as_a_whole(town: Town) -> None:
    """It is planned alone, whatever other courses were before; nothing is left red."""
    number = town.propose(b=outline(B, "Two", "Pushed", "Good"))
    town.merge(number)
    town.reviewed(a=outline(C, "Three"))
    town.apply()
    town.decide(town.line("approve"))
    ran = town.apply()

    assert ran.code == 0, ran
    assert town.status().startswith("success: ")
    assert "### Live now\n\n**2 sections of *Course 4712*:** 2 new" in town.result(number)
