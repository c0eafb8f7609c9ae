"""A section that has lessons is neither deleted nor moved to another course."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import (
    SECTIONS,
    TOKEN,
    CommandLine,
    lift_limits,
    pointed_at,
    sandbox_here,
    saved,
    write_outline,
)

from coursesync.sandbox import ALL_ROLES, Settings, User

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import SandboxServer

LESSONS = "/api/content/courselessons"
PRUNE = ("--on-removal", "delete", "--prune")
APPLY = ("apply", "--auto-approve", "--allow-large-change", *PRUNE)
PLAN = ("plan", "--refresh", *PRUNE)
EVERY_FORCE = ("--overwrite-drift", "--allow-large-change", "--refresh")


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """Two courses that stand on the server, each of three sections."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    write_outline(courses, "b", 4712, "Four", "Five")
    assert author(*APPLY).code == 0
    return author


def take_out_two(courses: Path) -> None:
    """Let one section go, and another be retitled, which is written first."""
    write_outline(courses, "a", 4711, "First", "Three")
    path = courses / "a.yaml"
    path.write_text(path.read_text().replace("First", "First\n    key: one"))


def move_two(courses: Path) -> None:
    """Let a section of the first course go on in the second, which gets a new one, too."""
    write_outline(courses, "a", 4711, "One", "Three")
    path = write_outline(courses, "b", 4712, "Zero", "Four", "Five")
    path.write_text(f"{path.read_text()}  - title: Two\n    previous_keys: [a.two]\n")


def section(courses: Path, address: str = "section.a.two") -> int:
    return saved(courses).entries[address]


def since(api: SandboxServer, number: int) -> list[tuple[object, object]]:
    """Return the requests from that number on."""
    return [(met["method"], met["path"]) for met in api.log()[number:]]


def writes(api: SandboxServer) -> list[dict[str, object]]:
    return [met for met in api.log() if met["method"] != "GET"]


def lists(api: SandboxServer) -> list[dict[str, object]]:
    """Return the lists of lessons that were asked for."""
    return [met for met in api.log() if met["path"] == LESSONS]


@pytest.mark.parametrize(
    ("let_go", "done", "words"),
    [
        (take_out_two, "deleted", "1 section not sent yet, because section.a.two has lessons"),
        (move_two, "moved", "courses/b.yaml:7:5: section.b.two"),
    ],
)
def test_a_section_with_lessons_stays_where_it_is(
    applied: CommandLine,
    api: SandboxServer,
    courses: Path,
    let_go: Callable[[Path], None],
    done: str,
    words: str,
) -> None:
    """Nothing is written in its course; the lessons are named, and what to do with them."""
    lesson = api.create_lesson(4711, "Find your desk", SectionId=section(courses))
    sent = len(writes(api))
    let_go(courses)
    ran = applied(*APPLY)

    assert ran.code == 6
    assert len(writes(api)) == sent
    assert "section.a.two" in saved(courses).entries
    assert f'not {done}, because it has 1 lesson: "Find your desk" (Id {lesson}).' in ran.said
    assert "In Nexudus, move each lesson to another section, or delete it" in ran.said
    assert words in ran.said


def test_no_option_deletes_lessons_with_their_section(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Whatever else is forced, the section stays."""
    api.create_lesson(4711, "Tour", SectionId=section(courses))
    take_out_two(courses)

    assert applied(*APPLY, *EVERY_FORCE).code == 6
    assert len(api.records()) == 5


def test_once_its_lessons_are_elsewhere_a_section_is_deleted(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """As the message says: one is moved, one deleted, one taken out of every section."""
    number, other = section(courses), section(courses, "section.a.three")
    first, second, third = (api.create_lesson(4711, "Tour", SectionId=number) for _ in range(3))
    take_out_two(courses)
    applied(*APPLY)
    api.change_lesson(first, SectionId=other)
    api.remove_lesson(second)
    api.change_lesson(third, SectionId=None)
    ran = applied(*APPLY)

    assert ran.code == 0, ran.err
    assert "section.a.two" not in saved(courses).entries
    assert {each["Id"]: each["SectionId"] for each in api.lessons()} == {first: other, third: None}


def test_a_course_that_loses_sections_is_asked_once(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """One request for all that go, and none for a course from which nothing goes."""
    write_outline(courses, "a", 4711, "One")
    write_outline(courses, "b", 4712, "Four", "Five", "Six")
    met = len(api.log())
    planned = applied("plan", "--on-removal", "delete", "--prune")
    ran = applied(*APPLY, "--allow-large-change")

    assert ran.code == 0, ran.err
    assert [each["query"] for each in lists(api)] == ["page=1&size=1000"]
    # look, re-check, lessons, two deletions, a create, the last look
    assert len(since(api, met)) == 7
    assert "3 writes (7 requests)" in planned.out


def test_where_nothing_goes_no_lesson_is_asked_for(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """To hide a section, to retitle one, or to make one takes no look at lessons."""
    api.create_lesson(4711, "Tour", SectionId=section(courses))
    write_outline(courses, "a", 4711, "One", "Three", "New")
    ran = applied("apply", "--auto-approve", "--on-removal", "deactivate")

    assert ran.code == 0, ran.err
    assert lists(api) == []


@pytest.mark.parametrize("how", [{"SectionId": None}, {"CourseId": 4712}])
def test_once_its_lessons_have_gone_ahead_a_section_is_moved(
    applied: CommandLine, api: SandboxServer, courses: Path, how: dict[str, object]
) -> None:
    """Out of the section, or into the course to which it goes: then nothing is left behind."""
    lesson = api.create_lesson(4711, "Tour", SectionId=section(courses))
    move_two(courses)
    api.change_lesson(lesson, **how)
    ran = applied(*APPLY)

    assert ran.code == 0, ran.err
    assert {each["CourseId"] for each in api.records() if each["Title"] == "Two"} == {4712}


def test_a_section_that_someone_moved_is_not_pulled_from_its_lessons(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """An update that would take it back into its course leaves those that it got meanwhile."""
    number = section(courses)
    api.foreign_change(number, CourseId=4713)
    api.create_lesson(4713, "Tour", SectionId=number)
    path = courses / "a.yaml"
    path.write_text(path.read_text().replace("title: Two", "title: Second\n    key: two"))
    forced = applied("apply", "--auto-approve", "--overwrite-drift")
    refreshed = applied("apply", "--auto-approve", "--refresh")

    assert (forced.code, refreshed.code) == (6, 6)
    assert [each["CourseId"] for each in api.records() if each["Id"] == number] == [4713]


def test_a_list_that_leaves_sections_out_is_not_believed(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A lesson whose section and title the list has no word of is read by its Id."""
    api.change(lists_null=["SectionId"], lists_without=["Title"])
    lesson = api.create_lesson(4711, "Tour", SectionId=section(courses))
    take_out_two(courses)
    ran = applied(*APPLY)

    assert ran.code == 6
    assert f'"Tour" (Id {lesson})' in ran.said
    assert [str(met["query"])[:3] for met in lists(api)] == ["pag", "id="]


def test_a_lesson_outside_of_sections_hinders_nothing(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The search is for those of the section alone."""
    number = section(courses)
    api.create_lesson(4711, "Glossary")
    api.create_lesson(4711, "Tour", SectionId=section(courses, "section.a.one"))
    take_out_two(courses)
    ran = applied(*APPLY)

    assert ran.code == 0, ran.err
    (only,) = lists(api)
    assert str(only["query"]).endswith(f"&CourseLesson_Section={number}")


@pytest.mark.parametrize("left", [("One", "Three"), ("One",)])
def test_a_lesson_of_another_course_keeps_its_section(
    applied: CommandLine, api: SandboxServer, courses: Path, left: tuple[str, ...]
) -> None:
    """Whoever put it there: it is named before the apply, and by it, and nothing is deleted."""
    lesson = api.create_lesson(4715, "Theirs", SectionId=section(courses))
    write_outline(courses, "a", 4711, *left)
    planned, ran = applied(*PLAN), applied(*APPLY, *EVERY_FORCE)

    assert ran.code == 6
    assert f'it has 1 lesson: "Theirs" (Id {lesson})' in " ".join(planned.out.split())
    assert f'it has 1 lesson: "Theirs" (Id {lesson})' in ran.said
    assert len(api.records()) == 5


def test_a_lesson_of_another_course_counts_where_it_is_seen(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Nothing says how exact a filter is: what names the section counts, wherever it is."""
    api.change_lesson(api.create_lesson(4711, "Tour", SectionId=section(courses)), CourseId=4712)
    api.foreign_change(section(courses), CourseId=4712)
    take_out_two(courses)
    ran = applied(*APPLY, "--overwrite-drift")

    assert ran.code == 6
    assert '"Tour"' in ran.said


def test_many_lessons_are_counted_and_ten_are_named(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """In the order of their Ids."""
    made = [
        api.create_lesson(4711, f"Lesson {number}", SectionId=section(courses))
        for number in range(13)
    ]
    take_out_two(courses)
    ran = applied(*APPLY)

    assert "it has 13 lessons" in ran.said
    assert f'"Lesson 9" (Id {made[9]}) and 3 more.' in ran.said
    assert "Lesson 10" not in ran.said


def test_other_courses_are_applied_all_the_same(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Lessons stop the course of which the deletion is part, and no other."""
    api.create_lesson(4711, "Tour", SectionId=section(courses))
    take_out_two(courses)
    write_outline(courses, "b", 4712, "Four")
    ran = applied(*APPLY)

    assert ran.code == 6
    assert "Apply: 1 deleted, 1 not sent yet, 1 skipped: has lessons." in ran.said
    assert "section.b.five" not in saved(courses).entries


def test_a_missing_role_is_named_and_stops_only_what_needs_it(
    cli: CommandLine, courses: Path
) -> None:
    """What goes is left; the rest of the plan is applied; the lists are asked for once."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One", "Two")
    write_outline(courses, "b", 4712, "Four", "Five")
    write_outline(courses, "c", 4713, "Six")
    user = User(roles=ALL_ROLES - {"CourseLesson-List"}, token=TOKEN)
    with sandbox_here(Settings(users=(user,))) as api:
        author = pointed_at(cli, api)
        assert author(*APPLY).code == 0
        write_outline(courses, "a", 4711, "One")
        write_outline(courses, "b", 4712, "Four")
        write_outline(courses, "c", 4713, "Six", "Seven")
        planned = author(*PLAN)
        asked = len(lists(api))
        ran = author(*APPLY, "--allow-large-change")

        assert planned.code == 0
        assert "CourseLesson-List" in planned.out
        assert ran.code == 6
        assert "the role CourseLesson-List" in ran.said
        assert "Apply: 1 created, 2 skipped: has lessons." in ran.said
        left = {"section.a.two", "section.b.five"}
        assert {*left, "section.c.seven"} <= saved(courses).entries.keys()
        assert (asked, len(lists(api)) - asked) == (1, 1)


@pytest.mark.parametrize("status", [403, 404, 500])
def test_lessons_that_can_not_be_listed_stop_only_what_needs_them(
    applied: CommandLine, api: SandboxServer, courses: Path, status: int
) -> None:
    """However the API refuses: the section stays, and other courses go on."""
    api.fault(f"GET {LESSONS}@1+:status={status}")
    write_outline(courses, "a", 4711, "One", "Two")
    write_outline(courses, "b", 4712, "Four", "Five", "Six")
    ran = applied(*APPLY)

    assert ran.code == 6
    assert "its lessons can't be listed" in ran.said
    assert "CourseLesson-List" in ran.said
    assert {"section.a.three", "section.b.six"} <= saved(courses).entries.keys()


def test_a_refreshed_plan_says_at_what_apply_would_stop(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """In every form, by one request more; it is the same plan for all that."""
    number = section(courses)
    lesson = api.create_lesson(4711, "Tour *of* <b>us</b>", SectionId=number)
    take_out_two(courses)
    blind = json.loads(applied("plan", *PLAN[2:], "--format", "json").out)
    met = len(api.log())
    as_json = json.loads(applied(*PLAN, "--format", "json").out)
    asked = since(api, met)
    as_text, as_markdown = applied(*PLAN).out, applied(*PLAN, "--format", "markdown").out
    page = applied(*PLAN, "--format", "html").out

    assert asked == [("GET", SECTIONS), ("GET", LESSONS)]
    assert as_json["digest"] == blind["digest"]
    assert (blind["hindrances"], as_json["hindrances"]) == (
        [],
        [
            {
                "address": "section.a.two",
                "id": number,
                "lessons": [{"id": lesson, "title": "Tour *of* <b>us</b>"}],
                "unknown": "",
            }
        ],
    )
    said = f"apply would stop at section.a.two (Id {number}): it has 1 lesson"
    assert said in " ".join(as_text.split())
    assert r"Tour \*of\* &lt;b&gt;us" in as_markdown
    assert "&lt;b&gt;us&lt;/b&gt;" in page
    assert "In Nexudus, move each lesson to another section" in " ".join(as_text.split())


def test_a_refreshed_plan_that_takes_nothing_asks_for_no_lessons(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Only a course from which something goes is asked."""
    write_outline(courses, "a", 4711, "One", "Three", "New")

    assert applied("plan", "--refresh").code == 0
    assert lists(api) == []


def test_a_refreshed_plan_logs_in_once(cli: CommandLine, courses: Path) -> None:
    """A one-time code can't be used twice: both looks are by the same login."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One", "Two")
    ada = User(email="ada@example.com", password="secret-words", totp="482910", token=None)
    with sandbox_here(Settings(users=(ada,))) as api:
        author = CommandLine(
            cli.cwd,
            {
                "COURSESYNC_BASE_URL": api.url,
                "NEXUDUS_EMAIL": ada.email,
                "NEXUDUS_PASSWORD": ada.password,
                "NEXUDUS_TOTP": "482910",
            },
        )
        assert author(*APPLY).code == 0
        write_outline(courses, "a", 4711, "One")
        met = len(api.log())
        planned = author(*PLAN)

        assert planned.code == 0, planned.err
        assert since(api, met) == [("POST", "/api/token"), ("GET", SECTIONS), ("GET", LESSONS)]
