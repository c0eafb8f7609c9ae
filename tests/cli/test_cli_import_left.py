"""What no outline can hold is left out of an import and named; all else is imported, and valid."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from harness import (
    REQUESTS,
    STATE,
    CommandLine,
    Ran,
    SandboxServer,
    files_below,
    pointed_at,
    sandbox_here,
    saved,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from secrecy.echo import Echo, echoing
from shares import examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NUMBERS = count(60_000)
BIG = f"<p>{'x' * 1_300_000}</p>"


@pytest.fixture(scope="module")
def site() -> Iterator[SandboxServer]:
    with sandbox_here() as server:
        yield server


def left_out(ran: Ran) -> set[int]:
    """Return the Ids of the sections that an import names as left out."""
    return {int(number) for number in re.findall(r"Id ([0-9]+) .*? is not written to", ran.said)}


def check_valid(cli: CommandLine, left: set[int]) -> None:
    """Check that the workspace is valid, its plan is empty, and drift shows the rest."""
    planned, drift = cli("plan", "--detailed-exitcode"), cli("drift")

    assert cli("validate").code == 0
    assert planned.code == 0, planned
    assert drift.code == 0, drift
    assert all(f"{number}" in drift.out for number in left)


def imported(
    site: SandboxServer,
    sections: Sequence[Mapping[str, object]],
    lessons: Sequence[tuple[int, Mapping[str, object]]] = (),
) -> tuple[Ran, list[int], set[int]]:
    """Import a course of such sections into a new workspace; check what holds for any course.

    Each lesson is in the section at its index, or, past the last one, directly in the course.

    Returns:
        What the command said, the Ids of sections and lessons, and those that it left out.
    """
    number = next(NUMBERS)
    site.add_course(number)
    made = [site.foreign_create(number, **section) for section in sections]  # type: ignore[arg-type]
    holders = dict(enumerate(made))
    made += [
        site.create_lesson(number, **fields, SectionId=holders.get(i))  # type: ignore[arg-type]
        for i, fields in lessons
    ]
    with TemporaryDirectory() as folder:
        (Path(folder) / "courses").mkdir()
        cli = pointed_at(CommandLine(Path(folder)), site)
        before = len(site.log())
        ran = cli("import", "--course", str(number))
        left = left_out(ran)
        known = set(saved(Path(folder) / "courses").entries.values()) if set(made) - left else set()

        assert ran.code == 0, ran.err
        assert known == set(made) - left
        assert {met["method"] for met in site.log()[before:]} == {"GET"}
        in_course = set(holders.values())
        check_valid(cli, left & in_course if known & in_course else set())
    return ran, made, left


GOOD = {"title": "Good", "DisplayOrder": 10, "SectionContents": "<p>Hi</p>", "Active": True}
UNTELLABLE: dict[str, dict[str, object]] = {
    "contents of 1.3 MB": {"SectionContents": BIG},
    "a picture in the contents": {"SectionContents": f'<img src="data:image/png;base64,{BIG}">'},
    "contents of 2.7 MB in other letters": {"SectionContents": "漢" * 900_000},
    "a control character": {"SectionContents": "<p>a\x07b</p>"},
    "a null character": {"SectionContents": "<p>a\x00b</p>"},
    "a line separator": {"SectionContents": "<p>a\u2028b</p>"},
    "a title of two lines": {"title": "One\nTwo"},
    "contents that are only a path": {"SectionContents": "page.html"},
    "contents with front matter": {"SectionContents": "---\ntitle: A\n---\n" + "x" * 2_000},
    "a title with what can't be seen": {"title": "un\u202eseen"},
    "a title of 1,001 characters": {"title": "t" * 1_001},
}


@pytest.mark.parametrize("kind", UNTELLABLE)
def test_a_section_that_no_outline_can_hold(site: SandboxServer, kind: str) -> None:
    """It is named with its Id and why, and stays unmanaged; its neighbours are imported."""
    odd = {"title": "Odd", "DisplayOrder": 20, "Active": True, **UNTELLABLE[kind]}
    last = {**GOOD, "title": "Last", "DisplayOrder": 30}
    ran, made, left = imported(site, [GOOD, odd, last])

    assert left == {made[1]}
    assert f"Id {made[1]} " in ran.said
    assert "odd.html" not in ran.said


TELLABLE: dict[str, dict[str, object]] = {
    "a negative order": {"DisplayOrder": -5},
    "the highest order": {"DisplayOrder": 2**31 - 1},
    "lines of Windows": {"SectionContents": "<p>a</p>\r\n<p>b</p>\r\n"},
    "a byte order mark": {"SectionContents": "a\ttab\nand  blanks  \n\n\n"},
    "what YAML would take for more": {"SectionContents": "---\n- a: b\n...\n# c\n%d\n"},
    "Markdown that is none": {"SectionContents": "<p>1. x_y_ \\ &nbsp;*a*</p>\n" * 90},
    "a word of YAML": {"title": "null", "SectionContents": "~"},
    "a file's name": {"title": "page.html", "SectionContents": "<p>page.html</p>"},
    "a title with blanks at its ends": {"title": " Day one "},
    "a title in curly quotes": {"title": "\u201cHi\u201d", "SectionContents": "\u201ea\u201c"},
    "the address of a page": {"SectionContents": "www.example.com/a.html"},
    "a title without a letter": {"title": "???"},
}


@pytest.mark.parametrize("kind", TELLABLE)
def test_a_section_that_looks_odd_is_imported(site: SandboxServer, kind: str) -> None:
    """What an outline can hold after all is imported as it stands."""
    odd = {"title": "Odd", "DisplayOrder": 20, "Active": True, **TELLABLE[kind]}
    _, _, left = imported(site, [GOOD, odd])

    assert left == set()


WRONG: Mapping[str, Sequence[object]] = {
    "UnlockAfterDays": (1.5, "7", "x", True, [], 2**70),
    "UnlockType": (2.0, "2", True, {}),
    "Active": (0, 1, "true", "", []),
    "SectionContents": ({"a": 1}, 12, True, 0, [], "a\ud800"),
    "Title": (12, {"a": 1}, True, "a\udfffb"),
    "DisplayOrder": ("10", 1.5, True),
}
WRONGS = [(name, value) for name, values in WRONG.items() for value in values]


@pytest.mark.parametrize(("name", "value"), WRONGS)
def test_a_value_of_a_wrong_type_is_never_taken_for_another(
    name: str, value: object, cli: CommandLine, courses: Path
) -> None:
    """A section is left out and named if the API gives a value that its property can't have."""
    good = {"Id": 6, "CourseId": 4711, "Title": "One", "DisplayOrder": 10, "UnlockType": 1}
    record = {**good, "UnlockAfterDays": 0, "Active": True, "SectionContents": "<p>Hi</p>"}
    odd = {**record, "Id": 7, "Title": "Two", "UnlockType": 2, name: value}
    with echoing(Echo(listed=[record, odd])) as server:
        to = ("--base-url", server.url)
        ran = cli("import", "--course", "4711", *to, NEXUDUS_TOKEN="x")
        adopted = cli("import", "section.course-4711.two", "7", *to, NEXUDUS_TOKEN="x")

    assert ran.code == 0, ran
    assert left_out(ran) == {7}
    assert f": its {name} " in ran.said
    assert list(saved(courses).entries.values()) == [6]
    assert adopted.code == 1
    assert f"section 7: its {name} " in adopted.said


ANY_TEXT = st.text(
    st.sampled_from(
        "ab \n\t\r:#-'\"\\{}[]&*!|>%@`\x00\x1b\x85\u200b\u202e\u2028\ufeffß\u03c2\u03c3\u03a3é漢🎉"
    ),
    max_size=12,
)
ANY = st.fixed_dictionaries(
    {
        "title": ANY_TEXT,
        "DisplayOrder": st.integers(-3, 40) | st.sampled_from([2**31 - 1, -(2**31)]),
        "UnlockType": st.sampled_from([1, 2, 3]),
        "UnlockAfterDays": st.integers(0, 9) | st.just(2**31 - 1),
        "Active": st.booleans(),
        "SectionContents": ANY_TEXT | st.just("<p>Long</p>\n" * 200),
    }
)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ANY.filter(lambda each: str(each["title"]).strip()), max_size=6))
def test_whatever_sections_there_are_the_workspace_is_valid_afterwards(
    site: SandboxServer, sections: list[dict[str, object]]
) -> None:
    """Each section is managed or named, the next plan is empty, and nothing was written there."""
    imported(site, sections)


ANY_LESSON = st.fixed_dictionaries(
    {
        "title": ANY_TEXT.filter(lambda title: bool(title.strip())),
        "DisplayOrder": st.integers(-3, 40),
        "UnlockType": st.sampled_from([1, 2, 3]),
        "UnlockAfterDays": st.integers(0, 9),
        "CompletionType": st.sampled_from([1, 2, 3, 4]),
        "Active": st.booleans(),
        "SummaryText": ANY_TEXT,
        "LessonContents": ANY_TEXT | st.just("<p>Long</p>\n" * 200),
        "InstructorId": st.sampled_from([None, 88123]),
    }
)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(ANY.filter(lambda each: str(each["title"]).strip()), max_size=3),
    st.lists(st.tuples(st.integers(0, 3), ANY_LESSON), max_size=6),
)
def test_whatever_lessons_there_are_the_workspace_is_valid_afterwards(
    site: SandboxServer,
    sections: list[dict[str, object]],
    lessons: list[tuple[int, dict[str, object]]],
) -> None:
    """In a section or in the course, each lesson is managed or named, too."""
    imported(site, sections, lessons)


@pytest.mark.parametrize("title", ["Mem\u202eber", "\x00", "Two\nlines", "t" * 5_000, "null", " "])
def test_a_course_title_that_no_outline_can_hold(
    author: CommandLine, api: SandboxServer, courses: Path, title: str
) -> None:
    """The title is for people, and is not sent: the course is imported under one that can be."""
    api.add_course(9_001, title)
    made = api.foreign_create(9_001, "One", DisplayOrder=10)
    ran = author("import", "--course", "9001")

    assert ran.code == 0, ran.err
    assert list(saved(courses).entries.values()) == [made]
    check_valid(author, set())
    if "\u202e" in title or "\x00" in title:
        assert "An outline can't hold its title" in ran.said


def test_one_course_that_can_not_be_imported_with_all_others(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """It is named with the reason and the remedy, the rest is imported, and the exit code is 1."""
    made = {
        number: api.foreign_create(number, "One", SectionContents="x" * 2_000)
        for number in (4711, 4712)
    }
    in_the_way = courses / "course-4711" / "one.html"
    in_the_way.parent.mkdir()
    in_the_way.write_text("mine")
    ran = author("import", "--all")

    assert ran.code == 1
    assert 'Course 4711 "Course 4711" is not imported' in ran.said
    assert "courses/course-4711/one.html exists already" in ran.said
    assert "Move it away, then run this again." in ran.said
    assert in_the_way.read_text() == "mine"
    assert not (courses / "course-4711.yaml").exists()
    assert list(saved(courses).entries.values()) == [made[4712]]
    assert author("validate").code == 0
    assert author("plan", "--detailed-exitcode").code == 0


def test_an_outline_that_nothing_can_be_put_into_holds_up_no_other_course(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A key after a ? is left to its author with a message; the other course is imported."""
    api.foreign_create(4711, "New")
    other = api.foreign_create(4712, "One")
    house = courses / "house.yaml"
    text = "id: 4711\n? title\n: House\nsections: [{title: Old}]\n"
    house.write_text(text)
    ran = author("import", "--course", "4711", "--course", "4712")

    assert ran.code == 1
    assert "has a key after a ?" in ran.said
    assert house.read_text() == text
    assert list(saved(courses).entries.values()) == [other]


def test_an_outline_without_room_is_named_and_not_the_site(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """If the outline itself takes nothing more, the import fails and names the file."""
    made = api.foreign_create(4711, "New")
    house = courses / "house.yaml"
    house.write_text("id: 4711\ntitle: House\nsections: []\n" + "#" * 1_048_530 + "\n")
    ran = author("import", "--course", "4711")

    assert ran.code == 1
    assert "nothing can be added to courses/house.yaml" in ran.said
    assert f"Id {made}" not in ran.said


def test_a_course_without_sections_is_written(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The message says that its outline is new, and does not say that all is known."""
    api.add_course(4711, "House")
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert "course 4711, outline written; the course has no sections or lessons yet" in ran.said
    assert (courses / "house.yaml").read_text().endswith("sections: []\nlessons: []\n")


def test_titles_that_some_file_system_takes_for_one(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """No two files of a workspace differ in case alone, or in how a letter is composed."""
    titles = ["Straße", "Strasse", "οδος", "οδοσ", "Straße"]
    for n, title in enumerate(titles):
        api.foreign_create(4711, title, DisplayOrder=n, SectionContents=f"<p>{n}</p>" + "x" * 2_000)
    (courses / "house.yaml").write_text("id: 4712\nkey: other\ntitle: House\nsections: []\n")
    api.add_course(9_001, "House")
    ran = author("import", "--all")
    names = [each.upper().casefold() for each in files_below(courses)]

    assert ran.code == 0, ran.err
    assert len(set(names)) == len(names)
    assert len(saved(courses).entries) == len(titles)
    assert author("plan", "--detailed-exitcode").code == 0


def test_a_title_whose_key_is_an_orphans(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A live section takes no address that the state has for another record."""
    outline = courses / "house.yaml"
    outline.write_text("id: 4711\ntitle: House\nsections:\n  - title: One\n  - title: Two\n")
    assert author("apply", "--auto-approve").code == 0
    outline.write_text("id: 4711\ntitle: House\nsections:\n  - title: Two\n")
    live = api.foreign_create(4711, "One", SectionContents="<p>other</p>", DisplayOrder=50)
    before = saved(courses).entries
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert saved(courses).entries == {**before, "section.house.one-2": live}
    assert author("plan", "--detailed-exitcode").code == 0


def test_more_than_a_workspace_may_hold(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """One course that is too much together with the others is left out, and they are imported."""
    (courses / "much").mkdir()
    for n in range(19_975):
        (courses / "much" / f"{n}").touch()
    for number in (4711, 4712):
        for n in range(12):
            api.foreign_create(number, f"S{n}", DisplayOrder=n, SectionContents="x" * 2_000)
    ran = author("import", "--course", "4711", "--course", "4712")

    assert ran.code == 1
    assert "more than 20,000 files and folders" in ran.said
    assert len(saved(courses).entries) == 12
    assert (courses / "course-4711.yaml").exists()
    assert not (courses / "course-4712").exists()


def test_nothing_is_written_where_nothing_can_be(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Two courses that can't be imported leave no file behind."""
    for number in (4711, 4712):
        api.foreign_create(number, "One", SectionContents="x" * 2_000)
        (courses / f"course-{number}").write_text("a file")
    before = files_below(courses)
    ran = author("import", "--course", "4711", "--course", "4712")

    assert ran.code == 1
    assert {
        n: t for n, t in files_below(courses).items() if n not in {REQUESTS, f"{STATE}.lock"}
    } == before


def test_a_course_whose_only_section_is_left_out(site: SandboxServer) -> None:
    """Nothing is imported, and nobody says that all of it is known."""
    ran, made, left = imported(site, [{**GOOD, "title": "One\nTwo"}])

    assert left == set(made)
    assert "no section or lesson imported" in ran.said
    assert "known" not in ran.said
