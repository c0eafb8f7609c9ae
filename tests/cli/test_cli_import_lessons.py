"""Import of lessons: each is written below its section, or in the course, under its Id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from harness import TOKEN, CommandLine, SandboxServer, pointed_at, sandbox_here, saved

from coursesync.sandbox import ALL_ROLES, Settings, User

if TYPE_CHECKING:
    from pathlib import Path

LESSONS = "/api/content/courselessons"
LONG = f"<h2>Your desk</h2>\n<p>{'Sit where you like. ' * 80}Or stand.</p>\n"


def is_empty(cli: CommandLine) -> bool:
    """Say whether a plan has nothing to do, nor anything to say."""
    ran = cli("plan", "--detailed-exitcode")
    return ran.code == 0 and "Nothing to do" in ran.out


@pytest.fixture
def course(api: SandboxServer) -> dict[str, int]:
    """Two sections with lessons, and lessons in the course itself; returns their Ids."""
    house = api.foreign_create(4711, "The house", DisplayOrder=10, Active=True)
    rules = api.foreign_create(4711, "Rules", DisplayOrder=20, Active=True)
    shown: dict[str, object] = {"Active": True, "UnlockType": 1, "CompletionType": 2}
    in_house: dict[str, object] = {**shown, "SectionId": house}
    return {
        "house": house,
        "rules": rules,
        "tour": api.create_lesson(
            4711,
            "Tour",
            **{**in_house, "DisplayOrder": 20, "SummaryText": "A walk", "CompletionType": 3},
        ),
        "desk": api.create_lesson(
            4711, "Find your desk", **in_house, DisplayOrder=10, LessonContents=LONG
        ),
        "glossary": api.create_lesson(
            4711, "Tour", **shown, DisplayOrder=10, InstructorId=88123, LessonContents="<p>A</p>"
        ),
    }


def test_lessons_are_written_below_their_section(
    author: CommandLine, courses: Path, course: dict[str, int]
) -> None:
    """In the members' order; a section without any gets an empty list, which says so."""
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert "course 4711, 2 sections and 3 lessons imported, 1 content file" in ran.said
    assert (courses / "course-4711.yaml").read_text() == (
        "id: 4711\n"
        "title: Course 4711\n"
        "sections:\n"
        "  - key: the-house\n"
        "    title: The house\n"
        "    lessons:\n"
        "      - key: find-your-desk\n"
        "        title: Find your desk\n"
        "        contents: {markdown: course-4711/the-house/find-your-desk.md}\n"
        "\n"
        "      - key: tour\n"
        "        title: Tour\n"
        "        summary: A walk\n"
        "        completion: button\n"
        "\n"
        "  - key: rules\n"
        "    title: Rules\n"
        "    lessons: []\n"
        "lessons:\n"
        "  - key: tour\n"
        "    title: Tour\n"
        "    instructor: 88123\n"
        "    contents: <p>A</p>\n"
    )
    assert saved(courses).entries == {
        "lesson.course-4711.the-house.find-your-desk": course["desk"],
        "lesson.course-4711.the-house.tour": course["tour"],
        "lesson.course-4711.tour": course["glossary"],
        "section.course-4711.rules": course["rules"],
        "section.course-4711.the-house": course["house"],
    }


@pytest.mark.usefixtures("courses")
def test_lessons_take_one_list_and_reads_by_id(
    author: CommandLine, api: SandboxServer, course: dict[str, int]
) -> None:
    """Only reads are sent, and the next plan has nothing to do."""
    author("import", "--course", "4711")
    met = [each for each in api.log() if each["path"] == LESSONS]

    assert [each["method"] for each in met] == ["GET", "GET"]
    assert is_empty(author)
    assert len(course) == 5


@pytest.mark.parametrize(("role", "status"), [("List", 401), ("Read", 403)])
def test_without_the_role_sections_are_imported_alone(
    role: str, status: Literal[401, 403], courses: Path
) -> None:
    """One sentence names the roles; no list of lessons is written, because nobody looked."""
    user = User(roles=ALL_ROLES - {f"CourseLesson-{role}"}, token=TOKEN)
    with sandbox_here(Settings(users=(user,), missing_role=status)) as api:
        section = api.foreign_create(4711, "The house", DisplayOrder=10, Active=True)
        api.create_lesson(4711, "Tour", SectionId=section)
        author = pointed_at(CommandLine(courses.parent), api)
        ran = author("import", "--course", "4711")

        assert ran.code == 0, ran.err
        assert "1 section imported" in ran.said
        assert (
            "No lesson is imported, because the API does not let you read lessons: your user needs "
            "the roles CourseLesson-List and CourseLesson-Read."
        ) in ran.said
        assert "lessons" not in (courses / "course-4711.yaml").read_text()
        assert is_empty(author)


def test_a_lesson_whose_section_is_elsewhere_is_left_out(
    author: CommandLine, api: SandboxServer, courses: Path, course: dict[str, int]
) -> None:
    """It is named with its section; one of a section that is left out is left out with it."""
    other = api.foreign_create(4712, "Elsewhere", DisplayOrder=10, Active=True)
    two = api.foreign_create(4711, "Two\nlines", DisplayOrder=30, Active=True)
    away = api.create_lesson(4711, "Away", SectionId=other)
    below = api.create_lesson(4711, "Below", SectionId=two)
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert (
        f'Lesson Id {away} "Away" is not written to the outline and stays as it is on the site: it '
        f"is in the section {other}, which this course does not have."
    ) in ran.said
    assert f"its section {two} is left out." in ran.said
    assert f"Section Id {two} " in ran.said
    assert "coursesync leaves these sections and lessons alone." in ran.said
    assert not {away, below, two} & set(saved(courses).entries.values())
    assert is_empty(author)
    assert course


OLD = """\
# ours
id: 4711
title: Our house  # and yours
sections:
  - title: The house   # by hand
    lessons:  # in order
      # at the door
      - {title: Tour, summary: A walk, completion: button}
  - {title: Rules}
"""


def test_into_an_existing_outline_lessons_merge(
    author: CommandLine, api: SandboxServer, courses: Path, course: dict[str, int]
) -> None:
    """Each is put into the list of its section; comments and layout of all else stay."""
    quiet = api.create_lesson(4711, "Be quiet", SectionId=course["rules"], Active=True)
    path = courses / "house.yaml"
    path.write_text(OLD)
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert path.read_text() == (
        "# ours\n"
        "id: 4711\n"
        "title: Our house  # and yours\n"
        "sections:\n"
        "  - title: The house   # by hand\n"
        "    lessons:  # in order\n"
        "      - key: find-your-desk\n"
        "        title: Find your desk\n"
        "        contents: {markdown: house/the-house/find-your-desk.md}\n"
        "\n"
        "      # at the door\n"
        "      - {title: Tour, summary: A walk, completion: button}\n"
        "  - title: Rules\n"
        "    lessons:\n"
        "      - key: be-quiet\n"
        "        title: Be quiet\n"
        "lessons:\n"
        "  - key: tour\n"
        "    title: Tour\n"
        "    instructor: 88123\n"
        "    contents: <p>A</p>\n"
    )
    assert saved(courses).entries["lesson.house.rules.be-quiet"] == quiet
    assert len(saved(courses).entries) == 6
    assert is_empty(author)


def test_a_lesson_in_a_markdown_file_is_there_already(
    author: CommandLine, courses: Path, course: dict[str, int]
) -> None:
    """It is found by its title, and a new lesson is put where members see it."""
    outline = (
        "id: 4711\ntitle: T\nsections:\n  - title: The house\n    lessons: [tour.md]\n"
        "  - title: Rules\n    lessons: []\nlessons: [] # none\n"
    )
    (courses / "house.yaml").write_text(outline)
    tour = "---\ntitle: Tour\nkey: walk\nsummary: A walk\ncompletion: button\n---\n"
    (courses / "tour.md").write_text(tour)
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert (courses / "house.yaml").read_text() == (
        "id: 4711\n"
        "title: T\n"
        "sections:\n"
        "  - title: The house\n"
        "    lessons:\n"
        "      - key: find-your-desk\n"
        "        title: Find your desk\n"
        "        contents: {markdown: house/the-house/find-your-desk.md}\n"
        "\n"
        "      - tour.md\n"
        "  - title: Rules\n"
        "    lessons: []\n"
        "lessons: # none\n"
        "  - key: tour\n"
        "    title: Tour\n"
        "    instructor: 88123\n"
        "    contents: <p>A</p>\n"
    )
    assert (courses / "tour.md").read_text() == tour
    assert saved(courses).entries["lesson.house.the-house.walk"] == course["tour"]
    assert is_empty(author)


def test_a_second_import_adds_what_is_new(
    author: CommandLine, api: SandboxServer, courses: Path, course: dict[str, int]
) -> None:
    """Managed lessons stay where they are, also one that someone moved to another section."""
    author("import", "--course", "4711")
    path = courses / "course-4711.yaml"
    before = path.read_text()
    same = author("import", "--course", "4711")
    api.change_lesson(course["tour"], SectionId=course["rules"])
    moved = author("import", "--course", "4711")
    quiet = api.create_lesson(4711, "Tour", SectionId=course["rules"], DisplayOrder=5, Active=True)
    more = author("import", "--course", "4711")

    assert "course 4711, no new sections or lessons." in same.said
    assert "course 4711, no new sections or lessons." in moved.said
    assert "course 4711, 1 lesson imported." in more.said
    new = "    lessons:\n      - key: tour\n        title: Tour\n"
    assert path.read_text() == before.replace("    lessons: []\n", new)
    assert saved(courses).entries["lesson.course-4711.rules.tour"] == quiet
    assert is_empty(author)


@pytest.mark.parametrize("within", ["section", "course"])
def test_a_list_that_lessons_are_left_alone_by_is_not_written(
    author: CommandLine, api: SandboxServer, courses: Path, within: str
) -> None:
    """With it, the plan would take the managed lessons that it lacks for removed ones."""
    path = courses / "c.yaml"
    lessons = "lessons: [{key: tour, title: Tour}]}\n"
    bare = "id: 4711\ntitle: C\nsections:\n  - {key: a, title: A}\n"
    inside = {
        "section": bare.replace("A}\n", f"A, {lessons}"),
        "course": bare + lessons[:-2] + "\n",
    }
    path.write_text(inside[within])
    assert author("apply", "--auto-approve").code == 0
    path.write_text(bare)
    section = saved(courses).entries["section.c.a"]
    other = {"SectionId": section} if within == "section" else {}
    foreign = api.create_lesson(4711, "Foreign", **other, DisplayOrder=5, Active=True)
    ran = author("import", "--course", "4711")
    planned = author("plan", "--on-removal", "delete", "--prune")

    assert ran.code == 0, ran.err
    assert path.read_text() == bare
    assert f'Lesson Id {foreign} "Foreign" is not written' in ran.said
    assert "the outline has no list of lessons there, so those that are managed there" in ran.said
    assert "0 to delete" in planned.out


def test_a_lesson_is_adopted_only_below_its_own_section(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """An address names a section: the one that the lesson is in on the site."""
    outline = "id: 4711\ntitle: C\nsections:\n  - {key: a, title: A}\n  - {key: b, title: B}\n"
    (courses / "c.yaml").write_text(outline)
    assert author("apply", "--auto-approve").code == 0
    section = saved(courses).entries["section.c.b"]
    inside = api.create_lesson(4711, "In", SectionId=section, DisplayOrder=5, Active=True)
    outside = api.create_lesson(4711, "Out", DisplayOrder=5, Active=True)
    wrong = [author("import", f"lesson.c.{at}z", str(inside)) for at in ("a.", "q.", "")]
    wrong += [author("import", "lesson.c.a.z", str(outside))]
    right = [
        author("import", "lesson.c.b.z", str(inside)),
        author("import", "lesson.c.z", str(outside)),
    ]

    assert [each.code for each in wrong] == [1, 1, 1, 1]
    assert f"is in the section {section}, so its address can't be lesson.c.a.z" in wrong[0].said
    assert f"coursesync import lesson.c.b.z {inside}" in wrong[0].said
    assert "is in no section" in wrong[3].said
    assert [each.code for each in right] == [0, 0]
