"""Import: what is on the site becomes outlines and state, and the next plan has nothing to do."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from harness import (
    REQUESTS,
    STATE,
    CommandLine,
    SandboxServer,
    files_below,
    pointed_at,
    sandbox_here,
    saved,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shares import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMED = {"UnlockType": 3, "UnlockAfterDays": 7}
LONG = f"<h2>Welcome</h2>\n<p>{'All that you need. ' * 80}</p>\n"


def is_empty(cli: CommandLine) -> bool:
    """Say whether a plan has nothing to do, nor anything to say."""
    ran = cli("plan", "--detailed-exitcode")
    return ran.code == 0 and "Nothing to do" in ran.out


@pytest.fixture
def course(api: SandboxServer) -> list[int]:
    """Three sections that someone made on the site, in another order than by their Ids."""
    return [
        api.foreign_create(4711, "Later", DisplayOrder=20, Active=False, **TIMED),
        api.foreign_create(
            4711, "First: the house", DisplayOrder=10, SectionContents="<p>Hi</p>", Active=True
        ),
        api.foreign_create(
            4711, "2024", DisplayOrder=20, UnlockType=2, SectionContents=LONG, Active=True
        ),
    ]


def test_a_course_becomes_an_outline_as_a_person_would_write_it(
    author: CommandLine, courses: Path, course: list[int]
) -> None:
    """Sections in the members' order, defaults left out, long contents in files of their own."""
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert "course 4711, 3 sections imported, 1 content file" in ran.err
    assert (courses / "course-4711.yaml").read_text() == (
        "id: 4711\n"
        "title: Course 4711\n"
        "sections:\n"
        "  - key: first-the-house\n"
        '    title: "First: the house"\n'
        "    contents: <p>Hi</p>\n"
        "    lessons: []\n"
        "\n"
        "  - key: later\n"
        "    title: Later\n"
        "    unlock: {after_days: 7}\n"
        "    active: false\n"
        "    lessons: []\n"
        "\n"
        '  - key: "2024"\n'
        '    title: "2024"\n'
        "    unlock: sequential\n"
        "    contents: {html: course-4711/2024.html}\n"
        "    lessons: []\n"
        "lessons: []\n"
    )
    assert list(saved(courses).entries.values()) == [course[2], course[1], course[0]]


@pytest.mark.usefixtures("courses")
def test_the_next_plan_is_empty_and_nothing_was_written_on_the_site(
    author: CommandLine, api: SandboxServer, course: list[int]
) -> None:
    """Two sections with the same number stay as they are; only reads are sent."""
    before = api.records()
    author("import", "--course", "4711")

    assert is_empty(author)
    assert api.records() == before
    assert {met["method"] for met in api.log()} == {"GET"}
    assert len(course) == 3


def test_an_imported_section_is_updated_under_its_id(
    author: CommandLine, api: SandboxServer, courses: Path, course: list[int]
) -> None:
    """From then on the outline is the truth."""
    author("import", "--course", "4711")
    path = courses / "course-4711.yaml"
    path.write_text(path.read_text().replace("<p>Hi</p>", "<p>Hello</p>"))
    ran = author("apply", "--auto-approve")

    assert "Apply: 1 updated." in ran.err
    changed = {record["Id"]: record["SectionContents"] for record in api.records()}
    assert changed[course[1]] == "<p>Hello</p>"


def test_several_courses_and_all(
    author: CommandLine, api: SandboxServer, courses: Path, course: list[int]
) -> None:
    """Each course gets an outline of its own; `--all` means every course of the account."""
    api.foreign_create(4712, "Other")
    ran = author("import", "--course", "4711", "--course", "4712")
    rest = author("import", "--all")

    assert ran.code == rest.code == 0, rest.err
    assert len(list(courses.glob("*.yaml"))) == 5
    assert is_empty(author)
    assert len(saved(courses).entries) == len(course) + 1


def test_into_an_existing_outline_it_merges(
    author: CommandLine, courses: Path, course: list[int]
) -> None:
    """What the outline lacks is put in its place; comments and layout of all else stay."""
    path = courses / "house.yaml"
    path.write_text(
        "# ours\nid: 4711\ntitle: Our house  # and yours\nsections:\n"
        '  - title: "First: the house"   # by hand\n    contents: <p>Hi</p>\n'
    )
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert path.read_text().startswith(
        "# ours\nid: 4711\ntitle: Our house  # and yours\nsections:\n"
        '  - title: "First: the house"   # by hand\n    contents: <p>Hi</p>\n'
    )
    assert len(saved(courses).entries) == len(course)
    assert is_empty(author)


def test_what_a_course_may_hold_is_known_before_anything_is_written(
    author: CommandLine, courses: Path, course: list[int]
) -> None:
    """The files that an outline names already count as well; what is too much is left out."""
    (courses / "long.html").write_text(f"<p>{'x' * 999_900}</p>")
    sections = "".join(
        f"  - title: Long {number}\n    contents: {{html: long.html}}\n" for number in range(8)
    )
    (courses / "house.yaml").write_text(f"id: 4711\ntitle: House\nsections:\n{sections}")
    before = files_below(courses)
    assert author("validate").code == 0
    ran = author("import", "--course", "4711")

    entries = saved(courses).entries.values()

    assert ran.code == 0, ran.err
    assert "more than 8,000,000 characters" in ran.said
    assert f'Id {course[2]} "2024" is not written to' in ran.said
    assert files_below(courses).keys() - before.keys() <= {REQUESTS, STATE, f"{STATE}.lock"}
    assert files_below(courses)["long.html"] == before["long.html"]
    assert set(entries) == {course[0], course[1]}
    assert author("validate").code == 0


def test_an_import_again_changes_nothing(
    author: CommandLine, courses: Path, course: list[int]
) -> None:
    """What is managed already is left as it is."""
    author("import", "--course", "4711")
    before = {name: text for name, text in files_below(courses).items() if "state" not in name}
    entries = saved(courses).entries
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert "course 4711, no new sections or lessons" in ran.err
    assert {n: t for n, t in files_below(courses).items() if "state" not in n} == before
    assert saved(courses).entries == entries
    assert len(course) == 3


def test_a_section_that_no_outline_can_hold_is_named_and_left(
    author: CommandLine, api: SandboxServer, courses: Path, course: list[int]
) -> None:
    """A title with what no author can see: the section stays on the site, unmanaged."""
    odd = api.foreign_create(4711, "un\u200bseen", DisplayOrder=40)
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert f"Id {odd}" in ran.err
    assert "is not written to" in ran.err
    assert odd not in saved(courses).entries.values()
    assert len(saved(courses).entries) == len(course)
    assert is_empty(author)


def test_one_section_is_adopted_at_an_address(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The Id is in the state, and the plan shows what the outline wants changed."""
    record_id = api.foreign_create(4711, "Hello", DisplayOrder=10)
    (courses / "a.yaml").write_text("id: 4711\ntitle: A\nsections:\n  - {key: one, title: One}\n")
    ran = author("import", "section.a.one", str(record_id))
    planned = author("plan")

    assert ran.code == 0, ran.err
    assert saved(courses).entries == {"section.a.one": record_id}
    assert "0 to create, 1 to update" in planned.out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 64, "import takes one of three"),
        (("section.a.one",), 64, "import takes one of three"),
        (("--course", "4711", "--all"), 64, "import takes one of three"),
        (("--course", "99"), 1, "there is no course 99 in Nexudus"),
        (("nonsense", "7"), 64, '"nonsense" is not an address'),
        (("section.a.one", "99"), 1, "there is no section 99 in Nexudus"),
    ],
)
def test_what_can_not_be_imported_is_an_error(
    author: CommandLine, courses: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """Each with what to type instead, and nothing is written."""
    before = files_below(courses)
    ran = author("import", *arguments)

    assert ran.code == code
    assert words in ran.err
    assert {n for n in files_below(courses) if not n.endswith(".requests")} == set(before)


def test_a_file_that_is_there_is_not_overwritten(
    author: CommandLine, courses: Path, course: list[int]
) -> None:
    """An author's file stands in the way: it stays, and nothing else is written."""
    (courses / "course-4711").mkdir()
    (courses / "course-4711" / "2024.html").write_text("mine")
    ran = author("import", "--course", "4711")

    assert ran.code == 1
    assert "courses/course-4711/2024.html exists already" in ran.err
    assert (courses / "course-4711" / "2024.html").read_text() == "mine"
    assert not (courses / "course-4711.yaml").exists()
    assert len(course) == 3


@pytest.fixture(scope="module")
def site() -> Iterator[SandboxServer]:
    with sandbox_here() as server:
        yield server


NUMBERS = count(50_000)
TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=30)
HTML = st.lists(
    st.sampled_from(
        ["<p>Hi</p>", "<h2>A &amp; B</h2>", "\n", " ", "plain", "<ul><li>x</li></ul>", "* y", LONG]
    ),
    max_size=5,
).map("".join)
FIELDS = st.fixed_dictionaries(
    {
        "DisplayOrder": st.integers(0, 40),
        "UnlockType": st.sampled_from([1, 2, 3]),
        "UnlockAfterDays": st.integers(0, 9),
        "Active": st.booleans(),
        "SectionContents": HTML | TEXTS,
    }
)
SECTIONS = st.tuples(TEXTS.map(str.strip).filter(bool), FIELDS)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(SECTIONS, max_size=6))
def test_whatever_the_sandbox_has_is_imported_so_that_the_next_plan_is_empty(
    site: SandboxServer, sections: list[tuple[str, dict[str, object]]]
) -> None:
    """Any titles, contents and numbers, also where several are alike."""
    number = next(NUMBERS)
    site.add_course(number)
    made = [site.foreign_create(number, title, **fields) for title, fields in sections]
    with TemporaryDirectory() as folder:
        courses = Path(folder) / "courses"
        courses.mkdir()
        cli = pointed_at(CommandLine(Path(folder)), site)
        ran = cli("import", "--course", str(number))
        planned = cli("plan", "--detailed-exitcode")

        assert ran.code == 0, ran.err
        assert planned.code == 0, planned
        left = ran.err.count("is not written to")
        entries = saved(courses).entries if made else {}
        assert len(entries) == len(made) - left
        assert set(entries.values()) <= set(made)


@pytest.mark.usefixtures("courses")
@pytest.mark.parametrize(
    "contents",
    [
        f"<p>&#{'9' * 5_000};</p>\n",
        f"<p>&#{'0' * 5_000}65;</p>\n",
        f"<ol start='{'9' * 5_000}'><li>a</li></ol>\n",
        "<ol start='²'><li>a</li></ol>\n",
        f"<table><tr><td colspan='{'9' * 5_000}'>a</td></tr></table>\n",
    ],
)
def test_contents_with_a_number_that_python_does_not_read_are_imported(
    contents: str, author: CommandLine, api: SandboxServer
) -> None:
    """A number of thousands of digits stays in the HTML as it is on the site."""
    api.foreign_create(4711, "A", SectionContents=LONG + contents, Active=True)
    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    assert is_empty(author)


@pytest.mark.usefixtures("courses")
@pytest.mark.parametrize(
    ("contents", "problem"),
    [
        ("<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> topic\n", "unsettled merge"),
        (f"---\ntitle: A\nminutes: 5\n---\n{LONG}", "front matter"),
    ],
)
def test_what_would_not_be_read_back_is_left_out_and_named(
    contents: str, problem: str, author: CommandLine, api: SandboxServer
) -> None:
    """A section that an earlier mistake put on the site stops the import of no other."""
    api.foreign_create(4711, "Broken", SectionContents=contents, Active=True)
    api.foreign_create(4711, "Whole", SectionContents="<p>Hi</p>", Active=True)
    ran = author("import", "--course", "4711")

    assert problem in ran.said
    assert "Broken" in ran.said
    assert "title: Whole" in (author.cwd / "courses" / "course-4711.yaml").read_text()
    assert author("validate").code == 0


@pytest.mark.usefixtures("course")
def test_the_example_beside_an_imported_course_is_named(author: CommandLine, courses: Path) -> None:
    """An outline that still has no course would be a mistake for ever: the command to delete it."""
    author("init")
    ran = author("import", "--course", "4711")
    (courses / "first-course.yaml").unlink()
    again = author("import", "--course", "4711")

    assert (ran.code, again.code) == (0, 0), ran.err
    assert "rm courses/first-course.yaml" in ran.err
    assert "first-course" not in again.err
