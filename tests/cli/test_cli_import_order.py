"""Import into an existing outline: sections are added even if their numbers don't fit its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import saved

from coursesync.outlines.workspace_files import load

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

IMPORT = ("import", "--course", "4711")
APPLY = ("apply", "--auto-approve", "--allow-large-change")


def write(courses: Path, *titles: str) -> None:
    """Write an outline of the course with these sections."""
    lines = "".join(f"  - key: {title.lower()}\n    title: {title}\n" for title in titles)
    (courses / "a.yaml").write_text(f"id: 4711\ntitle: A\nsections:\n{lines}")


def titles(courses: Path) -> list[str]:
    """Return the titles in the outline, in order."""
    (outline,) = load(courses).outlines
    return [each.kind.title_of(each.attributes) for each in outline.resources]


def on_the_site(api: SandboxServer) -> list[str]:
    """Return the titles on the site, in the members' order."""
    places = {str(each["Title"]): (each["DisplayOrder"], each["Id"]) for each in api.records()}
    return sorted(places, key=lambda title: tuple(map(int, map(str, places[title]))))


@pytest.mark.parametrize(
    ("numbers", "held"),
    [
        ([0, 0, 0, 0, 0], ["Mine"]),
        ([0, 0, 0, 0, 0], ["Mine", "S2"]),
        ([1, 2, 3, 4, 5], ["S3", "Mine", "S1"]),
        ([10, 20, 30, 40, 50], ["S3", "Mine", "S1"]),
        ([10, 10, 20, 20, 30], ["S5", "S1"]),
    ],
)
def test_whatever_the_numbers_all_sections_are_added(
    author: CommandLine, api: SandboxServer, courses: Path, numbers: list[int], held: list[str]
) -> None:
    """None is left out; of equal numbers the older Id is first; the outline's order then holds."""
    made = {
        f"S{i}": api.foreign_create(4711, f"S{i}", DisplayOrder=number, Active=True, UnlockType=1)
        for i, number in enumerate(numbers, 1)
    }
    write(courses, *held)
    ran = author(*IMPORT)
    drift = author("drift")
    after = titles(courses)
    applied = author(*APPLY)

    assert ran.code == 0, ran.err
    assert "is not written to the outline" not in ran.said
    assert {*after} == {*made, *held}
    assert {*made.values()} <= {*saved(courses).entries.values()}
    assert drift.code == 0, drift.out
    assert applied.code == 0, applied.err
    assert on_the_site(api) == titles(courses) == after
    assert author("plan", "--detailed-exitcode").code == 0


def test_equal_numbers_beside_a_new_section_are_named(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The import says that the next plan renumbers what it added, and why."""
    for title in ("S1", "S2", "S3"):
        api.foreign_create(4711, title, DisplayOrder=0, Active=True, UnlockType=1)
    write(courses, "Mine")
    ran = author(*IMPORT)

    assert titles(courses) == ["S1", "S2", "S3", "Mine"]
    assert "gives 2 imported records another order number, because the numbers" in ran.said
    assert "3 changes would be made next" in ran.said


def test_numbers_that_fit_are_kept(author: CommandLine, api: SandboxServer, courses: Path) -> None:
    """Where the outline has the site's order, the next plan changes nothing of what was added."""
    for title, number in (("S1", 10), ("S2", 20), ("S3", 30)):
        api.foreign_create(4711, title, DisplayOrder=number, Active=True, UnlockType=1)
    write(courses, "S1", "S3")
    ran = author(*IMPORT)

    assert titles(courses) == ["S1", "S2", "S3"]
    assert "order number" not in ran.said
    assert author("plan", "--detailed-exitcode").code == 0
