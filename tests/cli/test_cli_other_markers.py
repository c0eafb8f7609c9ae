"""A record with the marker of one address is no candidate for another, and never a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import doubted, saved, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer


def carried(api: SandboxServer, title: str) -> str:
    """Return the marker that the record with a title carries."""
    return next(str(each["SystemId"]) for each in api.records() if each["Title"] == title)


def write(courses: Path, *titles: str) -> None:
    path = write_outline(courses, "a", 4711)
    items = (f"  - key: k{i}\n    title: {title}\n" for i, title in enumerate(titles))
    path.write_text(path.read_text() + "".join(items))


def test_the_twin_of_one_record_is_not_asked_about_for_another(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A new section has the title of a twin, in another spelling: it is created, not in doubt."""
    write(courses, "Tour")
    assert author("apply", "--auto-approve").code == 0
    twin = api.foreign_create(4711, "Tour", SystemId=carried(api, "Tour"), DisplayOrder=90)
    write(courses, "Tour", "TOUR")
    ran = author("apply", "--auto-approve")

    assert saved(courses).doubts == ()
    assert "section.a.k1" in saved(courses).entries
    assert ran.code == 6  # because of the twin
    assert str(twin) in ran.said
    assert author("drift").code == 2


def test_the_record_of_a_create_in_doubt_is_no_twin_of_another(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """It looks like another section's, and it is found by the next run all the same."""
    write(courses, "Tour")
    assert author("apply", "--auto-approve").code == 0
    write(courses, "Tour", "Tour 2")
    doubted(author, api)
    (number,) = (each["Id"] for each in api.records() if each["Title"] == "Tour 2")
    assert isinstance(number, int)
    api.foreign_change(number, Title="Tour")
    seen = author("drift")
    author("apply", "--auto-approve", "--overwrite-drift")

    assert "1 not managed, 1 in doubt" in seen.out
    assert saved(courses).entries["section.a.k1"] == number
