"""Each row of the table of outcomes, on a course of its own: the verdict, and how it is settled.

One workspace goes the whole way once, four applies and a `resolve` for each doubt; every test
looks at its own row of what happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, Saved, pointed_at, sandbox_here, saved, write_outline

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness import Ran, SandboxServer

TITLES = ("One", "Two", "Three")


@dataclass(frozen=True)
class Row:
    """A fault on a course's first or second create, and what is to become of that create.

    `made` says whether the server made the record all the same.
    """

    kind: str
    verdict: str
    made: bool = False
    nth: int = 1

    def __str__(self) -> str:
        """Return the row's name in the list of tests."""
        return f"{self.kind}-{self.nth}"


DOUBT, REFUSED = "in doubt", "refused"
ROWS = (
    Row("lost-before", DOUBT),
    Row("lost-after", DOUBT, made=True),
    Row("error-before", DOUBT),
    Row("error-after", DOUBT, made=True),
    Row("html-503", DOUBT),
    Row("html-200", DOUBT, made=True),
    Row("cut-json", DOUBT, made=True),
    Row("cut-body", DOUBT, made=True),
    Row("no-id", DOUBT, made=True),
    Row("known-id", DOUBT, made=True, nth=2),
    Row("conflict", DOUBT),
    Row("redirect", DOUBT),
    Row("timeout-408", DOUBT),
    Row("status=202", DOUBT),
    Row("status=504", DOUBT),
    Row("unsuccessful", REFUSED),
    Row("status=400", REFUSED),
    Row("status=403", REFUSED),
    Row("status=404", REFUSED),
    Row("status=413", REFUSED),
    Row("status=415", REFUSED),
    Row("status=422", REFUSED),
    Row("lost-before", DOUBT, nth=2),
    Row("lost-after", DOUBT, made=True, nth=2),
    Row("cut-json", DOUBT, made=True, nth=2),
    Row("unsuccessful", REFUSED, nth=2),
)
IN_DOUBT = tuple(row for row in ROWS if row.verdict == DOUBT)
each_row = pytest.mark.parametrize("row", ROWS, ids=str)
each_doubt = pytest.mark.parametrize("row", IN_DOUBT, ids=str)


def course_id(row: Row) -> int:
    """Return the Id of a row's course."""
    return 5000 + ROWS.index(row)


def key(row: Row) -> str:
    """Return the key of a row's course; the courses are applied in the order of the rows."""
    return f"c{ROWS.index(row):02}"


def address(row: Row) -> str:
    """Return the address of the section whose create goes wrong."""
    return f"section.{key(row)}.{TITLES[row.nth - 1].lower()}"


@dataclass(frozen=True)
class Stage:
    """A run, and how things stood after it."""

    ran: Ran
    state: Saved
    records: tuple[tuple[int, str, int], ...]
    creates: tuple[tuple[int, str], ...]

    def titles(self, row: Row) -> list[str]:
        """Return the titles of the records in a row's course, in the order of their making."""
        return [title for course, title, _ in self.records if course == course_id(row)]

    def sent(self, row: Row) -> int:
        """Return how many creates were sent for a row's course so far."""
        return sum(course == course_id(row) for course, _ in self.creates)

    def made_id(self, row: Row) -> int:
        """Return the Id of the record whose create went wrong."""
        wanted = (course_id(row), TITLES[row.nth - 1])
        return next(found for course, title, found in self.records if (course, title) == wanted)


@dataclass(frozen=True)
class Story:
    """All that happened."""

    first: Stage
    second: Stage
    resolved: Mapping[str, Ran]
    last: Stage
    planned: Ran


def stage(ran: Ran, server: SandboxServer, courses: Path) -> Stage:
    """Note how things stand."""
    records = [(each["CourseId"], each["Title"], each["Id"]) for each in server.records()]
    bodies = [each["body"] for each in server.creates()]
    creates = [(body["CourseId"], body["Title"]) for body in bodies if isinstance(body, dict)]
    return Stage(
        ran,
        saved(courses),
        tuple((int(str(c)), str(title), int(str(i))) for c, title, i in records),
        tuple(creates),
    )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("outcomes")
    courses = folder / "courses"
    courses.mkdir()
    with sandbox_here() as server:
        cli = pointed_at(CommandLine(folder), server)
        write_outline(courses, "a", 4711, "Zero")  # whose Id is the one that `known-id` gives
        met = 1
        for row in ROWS:
            server.add_course(course_id(row))
            write_outline(courses, key(row), course_id(row), *TITLES)
            server.fault_create(met + row.nth, row.kind)
            met += row.nth  # the rest of the course is held back
        first = stage(cli("apply", "--auto-approve"), server, courses)
        second = stage(cli("apply", "--auto-approve"), server, courses)
        resolved = {}
        for row in IN_DOUBT:
            how = ["--id", str(second.made_id(row))] if row.made else ["--not-created"]
            resolved[str(row)] = cli("resolve", address(row), *how)
        last = stage(cli("apply", "--auto-approve"), server, courses)
        return Story(first, second, resolved, last, cli("plan", "--detailed-exitcode"))


def test_the_runs_end_with_work_left_until_all_is_settled(story: Story) -> None:
    """The exit codes: 6 while anything is refused or in doubt, 0 once all is settled."""
    codes = (story.first.ran.code, story.second.ran.code, story.last.ran.code, story.planned.code)

    assert codes == (6, 6, 0, 0)
    assert story.planned.out.startswith("Nothing to do")


@each_row
def test_the_verdict(story: Story, row: Row) -> None:
    """The progress tells what became of the create, and the rest of its course is held back."""
    told = story.first.ran.err

    assert f"] {address(row)}: {row.verdict}\n" in told
    assert f"] section.{key(row)}.three: held back\n" in told


@each_row
def test_a_stopped_course_sends_nothing_more(story: Story, row: Row) -> None:
    """The create that goes wrong is sent once and is the last of its course."""
    assert story.first.sent(row) == row.nth
    assert story.first.titles(row) == list(TITLES[: row.nth - (not row.made)])


@each_row
def test_what_the_state_holds(story: Story, row: Row) -> None:
    """The creates before it are entries; it is itself a doubt, or nothing where it was refused."""
    state = story.first.state
    mine = [each for each in state.entries if each.startswith(f"section.{key(row)}.")]

    assert len(mine) == row.nth - 1
    assert (address(row) in state.doubts) == (row.verdict == DOUBT)


@each_doubt
def test_a_doubt_is_told_with_what_to_type(story: Story, row: Row) -> None:
    """Each doubt is told at its line of the outline, with the commands that settle it."""
    line = 4 + row.nth - 1
    told = story.first.ran.err

    assert f"courses/{key(row)}.yaml:{line}:5: nobody knows whether {address(row)} was" in told
    assert f"coursesync resolve {address(row)} --id N -w courses\n" in told
    assert f"coursesync resolve {address(row)} --not-created -w courses\n" in told


@each_doubt
def test_a_doubted_course_is_left_alone(story: Story, row: Row) -> None:
    """A second apply sends nothing for a course in doubt, and the doubt stays."""
    assert story.second.sent(row) == story.first.sent(row)
    assert address(row) in story.second.state.doubts


@pytest.mark.parametrize("row", [row for row in ROWS if row.verdict == REFUSED], ids=str)
def test_a_refused_create_is_tried_by_the_next_run(story: Story, row: Row) -> None:
    """A refusal is known not to have been carried out: the next apply sends it again."""
    assert story.second.titles(row) == list(TITLES)
    assert story.second.sent(row) == len(TITLES) + 1


@each_doubt
def test_resolve_settles_it(story: Story, row: Row) -> None:
    """`resolve` says what it did and what to type next."""
    ran = story.resolved[str(row)]

    assert ran.code == 0, ran.err
    assert ran.out == ""
    assert ("coursesync plan courses" if row.made else "coursesync apply courses") in ran.err


@each_row
def test_nothing_is_there_twice(story: Story, row: Row) -> None:
    """In the end each section is on the server once, under the Id that the state has."""
    last = story.last
    entries = {title: last.state.entries[f"section.{key(row)}.{title.lower()}"] for title in TITLES}
    on_server = {title: found for course, title, found in last.records if course == course_id(row)}

    assert sorted(last.titles(row)) == sorted(TITLES)
    assert entries == on_server
    assert last.state.doubts == ()


@pytest.mark.parametrize("kind", ["throttled=1", "too-many=1"])
def test_a_throttled_create_goes_on_by_itself(
    author: CommandLine, api: SandboxServer, courses: Path, kind: str
) -> None:
    """409 and 429 with `Retry-After` are waited out, and the same create is sent again."""
    write_outline(courses, "a", 4711, "One", "Two")
    api.fault_create(1, kind)
    applied = author("apply", "--auto-approve")
    times = [float(str(each["at"])) for each in api.creates()]

    assert applied.code == 0
    assert [record["Title"] for record in api.records()] == ["One", "Two"]
    assert len(times) == 3
    assert times[1] - times[0] >= 1


def test_too_long_a_wait_ends_the_run(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Told to come back in an hour, the run ends with work left and says when to go on."""
    write_outline(courses, "a", 4711, "One", "Two")
    api.fault_create(2, "throttled=3600")
    applied = author("apply", "--auto-approve")

    assert applied.code == 6
    assert "asks to wait 1 hour" in applied.err
    assert "1 created, 1 not tried" in applied.err
    assert saved(courses).doubts == ()


def test_a_refused_token_stops_the_run(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A 401 ends the run at once, for every course alike, and keeps what was created."""
    write_outline(courses, "a", 4711, "One", "Two")
    write_outline(courses, "b", 4712, "Three")
    api.fault_create(2, "forbidden-token")
    applied = author("apply", "--auto-approve")

    assert applied.code == 1
    assert "1 created, 2 not tried" in applied.err
    assert len(api.creates()) == 2
    assert list(saved(courses).entries) == ["section.a.one"]
    assert saved(courses).doubts == ()
