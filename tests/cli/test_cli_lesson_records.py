"""Lessons by their addresses: in doubt, twice on the site, in the state, and in a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cli.test_cli_completion import offered
from harness import lift_limits, saved

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

LESSONS = "/api/content/courselessons"
APPLY = ("apply", "--auto-approve")
TOUR, DESK, WEEK = "lesson.a.week.tour", "lesson.a.desk", "section.a.week"
EVERYWHERE = pytest.mark.parametrize("address", [TOUR, DESK], ids=["in a section", "in none"])
OUTLINE = """\
id: 4711
title: A
sections:
  - key: week
    title: Week
    lessons:
      - {key: tour, title: Tour, contents: <p>Up.</p>}
lessons:
  - {key: desk, title: Desk, contents: <p>Here.</p>}
"""


@pytest.fixture
def author(author: CommandLine, courses: Path) -> CommandLine:
    """Someone with an outline that has a lesson in a section, and one in none."""
    lift_limits(courses)
    (courses / "a.yaml").write_text(OUTLINE)
    return author


@pytest.fixture
def applied(author: CommandLine) -> CommandLine:
    """The same, applied."""
    assert author(*APPLY).code == 0
    return author


def lesson(api: SandboxServer, address: str) -> dict[str, object]:
    """Return the first lesson of an address's title."""
    title = address.rpartition(".")[2].title()
    return next(each for each in api.lessons() if each["Title"] == title)


def doubt(author: CommandLine, api: SandboxServer, address: str) -> None:
    """Leave the create of a lesson in doubt, as its answer is lost and no list is to be had."""
    create = (TOUR, DESK).index(address) + 1
    api.fault(f"POST {LESSONS}@{create}:lost-after", f"GET {LESSONS}@3+:status=404")
    author(*APPLY)
    api.no_faults()
    assert address in saved(author.cwd / "courses").doubts


@EVERYWHERE
def test_a_lesson_in_doubt_is_settled_by_its_id(
    author: CommandLine, api: SandboxServer, courses: Path, address: str
) -> None:
    """Whoever finds it in Nexudus gives its Id; then the next apply makes no second one."""
    doubt(author, api, address)
    planned = author("plan").out
    found = lesson(api, address)["Id"]
    settled = author("resolve", address, "--id", str(found))
    applied = author(*APPLY)

    assert f"coursesync resolve {address} --id ID" in planned
    assert (settled.code, applied.code) == (0, 0)
    assert saved(courses).entries[address] == found
    assert len(api.lessons()) == 2


@EVERYWHERE
def test_a_lesson_that_was_not_created_is_sent_again(
    author: CommandLine, api: SandboxServer, courses: Path, address: str
) -> None:
    """After `resolve --not-created`, apply creates the lesson in its section."""
    doubt(author, api, address)
    api.remove_lesson(int(str(lesson(api, address)["Id"])))
    settled = author("resolve", address, "--not-created")
    applied = author(*APPLY)
    made = lesson(api, address)
    section = saved(courses).entries[WEEK] if address == TOUR else None

    assert (settled.code, applied.code) == (0, 0)
    assert (made["Id"], made["SectionId"]) == (saved(courses).entries[address], section)
    assert len(api.lessons()) == 2


@EVERYWHERE
@pytest.mark.parametrize("kept", [0, 1], ids=["ours", "the other"])
def test_one_of_two_twins_of_a_lesson_is_kept(
    applied: CommandLine, api: SandboxServer, courses: Path, address: str, kept: int
) -> None:
    """Both are offered; the other one is a stranger from then on."""
    ours = lesson(api, address)
    same = {name: ours[name] for name in ("SectionId", "LessonContents", "Active", "SystemId")}
    twin = api.create_lesson(4711, str(ours["Title"]), **same)
    choices = (int(str(ours["Id"])), twin)
    before = applied("drift")
    chosen = applied("resolve", address, "--keep", str(choices[kept]))
    after = applied("drift")

    assert before.code == 2
    assert all(f"coursesync resolve {address} --keep {each}" in before.out for each in choices)
    assert (chosen.code, after.code) == (0, 0), (chosen.err, after.out)
    assert saved(courses).entries[address] == choices[kept]


@EVERYWHERE
def test_the_state_shows_a_lesson(applied: CommandLine, api: SandboxServer, address: str) -> None:
    """`state show` prints its Id and its section."""
    shown = applied("state", "show", address).out
    known = lesson(api, address)

    assert f"Id: {known['Id']}\n" in shown
    assert (f"section: {known['SectionId']}\n" in shown) == (address == TOUR)
    assert f"{address} {known['Id']}" in applied("state", "list").out


def test_a_section_takes_its_lessons_to_its_new_address(
    applied: CommandLine, courses: Path
) -> None:
    """Their addresses say which section they are in: the plan after that has nothing to do."""
    before = saved(courses).entries
    tried = applied("state", "mv", WEEK, "section.a.first", "--dry-run")
    moved = applied("state", "mv", WEEK, "section.a.first")
    (courses / "a.yaml").write_text(OUTLINE.replace("week", "first"))

    assert "lesson.a.week.tour would become lesson.a.first.tour." in tried.said
    assert "lesson.a.week.tour is now lesson.a.first.tour." in moved.said
    assert saved(courses).entries == {
        "lesson.a.desk": before[DESK],
        "lesson.a.first.tour": before[TOUR],
        "section.a.first": before[WEEK],
    }
    assert applied("plan", "--detailed-exitcode").code == 0


def test_a_section_with_a_lesson_in_doubt_keeps_its_address(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A doubt is looked for by its address: it is settled first."""
    doubt(author, api, TOUR)
    moved = author("state", "mv", WEEK, "section.a.first")

    assert moved.code == 1
    assert f"{TOUR} is in doubt" in moved.said
    assert WEEK in saved(courses).entries


@pytest.mark.parametrize(
    ("old", "new", "remedy"),
    [
        (TOUR, "lesson.a.tour", "move that lesson to the course itself."),
        (DESK, "lesson.a.week.desk", "move that lesson to section.a.week."),
        (
            DESK,
            "lesson.a.week.seat",
            "move that lesson to section.a.week. There, write `key: seat`",
        ),
        (TOUR, "lesson.a.week.walk", "write `key: walk` in that lesson, if it is not there yet."),
    ],
)
def test_a_lesson_that_moves_in_the_state_moves_in_the_outline(
    applied: CommandLine, old: str, new: str, remedy: str
) -> None:
    """To another list, under another key, or both."""
    moved = applied("state", "mv", old, new)

    assert moved.code == 0
    assert f"{old} is now {new}. In the outline, {remedy}" in moved.said


def test_a_lesson_that_the_state_forgets_is_adopted_again(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """It stays on the site, and no second one is made."""
    before = saved(courses).entries
    forgotten = [applied("state", "rm", each).code for each in (TOUR, DESK)]
    adopted = applied(*APPLY)

    assert forgotten == [0, 0]
    assert "2 adopted" in adopted.said
    assert saved(courses).entries == before
    assert len(api.lessons()) == 2


@pytest.mark.parametrize("command", ["state show", "state mv", "state rm", "import"])
def test_addresses_of_lessons_are_offered(applied: CommandLine, command: str) -> None:
    """With those of sections, or from the part on that is typed."""
    assert offered(applied, f"coursesync {command} ") == [DESK, TOUR, WEEK]
    assert offered(applied, f"coursesync {command} lesson.a.w") == [TOUR]


def test_lessons_in_doubt_are_offered_to_resolve(author: CommandLine, api: SandboxServer) -> None:
    """They come before all else that can be resolved."""
    doubt(author, api, TOUR)

    assert TOUR in offered(author, "coursesync resolve lesson.")


@pytest.mark.parametrize("last_write", ["since", "ours"])
def test_a_lesson_that_left_its_section_is_found(
    applied: CommandLine, api: SandboxServer, last_write: str
) -> None:
    """A list shows no section for it, even where its time is that of our own last write."""
    found = lesson(api, TOUR)
    at = {"ours": found["UpdatedOn"]}.get(last_write, "2030-01-01T00:00:00Z")
    api.change_lesson(int(str(found["Id"])), SectionId=None, At=at)
    drift = applied("drift")

    assert drift.code == 2
    assert f"{TOUR} (Id {found['Id']}) was edited" in drift.out


def test_a_lesson_like_one_of_another_course_is_a_new_one(
    applied: CommandLine, courses: Path
) -> None:
    """It can't come from there, so the plan does not ask for its former key."""
    (courses / "a.yaml").write_text("id: 4711\ntitle: A\nsections: []\nlessons: []\n")
    (courses / "b.yaml").write_text(OUTLINE.replace("4711", "4712"))
    planned = applied("plan").out

    assert "previous_keys: [a.week]" in planned
    assert "previous_keys: [lesson" not in planned
    assert "possibly moved to lesson" not in planned


def test_a_section_that_the_api_refuses_is_no_field_of_the_lesson(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """It was deleted on the site: there is nothing to correct in the outline."""
    api.foreign_remove(saved(courses).entries[WEEK])
    new = "lessons:\n      - {key: walk, title: Walk, contents: <p>On.</p>}\n"
    (courses / "a.yaml").write_text(OUTLINE.replace("lessons:\n", new, 1))
    refused = applied(*APPLY)
    done = applied(*APPLY, "--refresh")

    assert refused.code == 6
    assert "courses/a.yaml:7:9: the API refuses the section of this lesson" in refused.said
    assert "apply courses --refresh --auto-approve" in refused.said
    assert done.code == 0, done.err
