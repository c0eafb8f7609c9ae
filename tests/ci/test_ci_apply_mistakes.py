"""`coursesync ci apply` once main's outlines have no mistakes any more: what was reviewed goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ci.town import CONFIG, Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import SandboxServer

A, B, C = 4711, 4712, 4713
WRONG = outline(A, "One").replace("title: One", "titel: One, and a door code")


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """Two courses, which are applied."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    made.reviewed(a=outline(A, "One"), b=outline(B, "Two"))
    assert made.apply().code == 0
    return made


def test_reviews_of_other_courses_go_after_a_pushed_mistake(town: Town) -> None:
    """Also a new course's; the course with the mistake needs a person only if it differs."""
    town.push(a=WRONG)
    wrong = town.apply()
    town.reviewed(b=outline(B, "Two", "Three"))
    town.reviewed(c=outline(C, "Four"))
    town.reviewed(a=outline(A, "One"))
    right = town.apply()

    assert (wrong.code, right.code) == (3, 0), (wrong, right)
    assert town.titles == ["Four", "One", "Three", "Two"]


def test_what_was_pushed_with_a_mistake_waits_for_somebody_else(town: Town) -> None:
    """The reviewed repair does not show it, and its author is not the one who pushed it."""
    town.push(a=WRONG)
    town.reviewed("cleo", a=WRONG.replace("titel", "title"), b=outline(B, "Two", "Three"))
    waits = town.apply()
    town.decide(town.line("approve"), by="ada")
    own = town.apply()
    town.decide(town.line("approve"), by="ben")
    other = town.apply()

    assert (waits.code, own.code, other.code) == (6, 6, 0), (waits, own, other)
    assert "Course 4711 waits" in next(iter(town.forge.issues.values())).title
    assert town.titles == ["One, and a door code", "Three", "Two"]


def test_two_reviews_that_merge_into_a_mistake(town: Town) -> None:
    """Each is valid alone, and both add the same key; a reviewed repair lets all of it go."""
    first = outline(A, "One").replace("sections:\n", "sections:\n  - key: x\n    title: Ex\n")
    numbers = [
        town.propose(a=first),
        town.propose(a=f"{outline(A, 'One')}  - key: x\n    title: Why\n"),
    ]
    for number in numbers:
        town.merge(number)
    wrong = town.apply()
    repair = first + "  - key: y\n    title: Why\n"
    town.reviewed(a=repair)
    right = town.apply()

    assert (wrong.code, right.code) == (3, 0), (wrong, right)
    assert town.titles == ["Ex", "One", "Two", "Why"]


def test_two_files_that_take_one_key(town: Town) -> None:
    """Two reviewed courses with the same key; what each specifies is known all the same."""
    texts = {"new/x": outline(C, "x"), "new/y": outline(C + 1, "y")}
    for number in [town.propose(**{at: f"key: new\n{text}"}) for at, text in texts.items()]:
        town.merge(number)
    wrong = town.apply()
    town.reviewed(**{"new/y": f"key: other\n{outline(C + 1, 'y')}"})
    right = town.apply()

    assert (wrong.code, right.code) == (3, 0), (wrong, right)
    assert town.titles == ["One", "Two", "x", "y"]


def test_an_outline_that_can_not_be_read(town: Town) -> None:
    """Nobody knows which course it is about; the valid ones are known, and so are their reviews."""
    town.push(a="<<<<<<< ours\n")
    town.reviewed(b=outline(B, "Two", "Three"))
    wrong = town.apply()
    town.reviewed(a=outline(A, "One"))
    right = town.apply()

    assert (wrong.code, right.code) == (3, 0), (wrong, right)
    assert town.titles == ["One", "Three", "Two"]


def test_a_mistake_in_the_configuration_leaves_the_reviews(town: Town) -> None:
    """The outlines are read without it."""
    town.push(**{"coursesync.toml": "solo = maybe\n"})
    with town.job() as cli:
        wrong = cli("ci", "apply")
    town.reviewed(b=outline(B, "Two", "Three"))
    town.reviewed(**{"coursesync.toml": CONFIG})
    right = town.apply()

    assert (wrong.code, right.code) == (64, 0), (wrong, right)
    assert town.titles == ["One", "Three", "Two"]
