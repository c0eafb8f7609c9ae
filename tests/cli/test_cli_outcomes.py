"""Each row of the table of outcomes, on a course of its own: the outcome, and how it is settled.

Two workspaces go the whole way once. In one the doubts are settled by the apply that has them; in
the other every list fails meanwhile, so that they stand until the next. The faults count creates:
each befalls its course on the first way through, for whatever is sent again comes after that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from harness import (
    SECTIONS,
    CommandLine,
    Saved,
    lift_limits,
    pointed_at,
    sandbox_here,
    saved,
    write_outline,
)

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Ran, SandboxServer

# its stories are told once, not once in each worker
pytestmark = pytest.mark.xdist_group("outcomes")

TITLES = ("One", "Two", "Three")
DOUBT, REFUSED, WAITED = "in doubt", "refused", "waited for"


@dataclass(frozen=True)
class Row:
    """A fault on a course's first or second create, and the outcome that the create is to have.

    `made` says whether the server made the record all the same; `why` is what is told of a doubt.
    """

    kind: str
    outcome: str
    why: str = ""
    made: bool = False
    nth: int = 1

    def __str__(self) -> str:
        """Return the row's name."""
        return f"{self.kind}-{self.nth}"

    @property
    def posts(self) -> int:
        """How many creates of its course are sent on the first way through."""
        return len(TITLES) + 1 if self.outcome == WAITED else self.nth


BROKE = "the connection broke before the answer was complete"
NO_ANSWER = "the API answered HTTP 200 with something that is not in its own format"
NO_ID = "the API reported success, but no Id"
ROWS = (
    Row("lost-before", DOUBT, BROKE),
    Row("lost-after", DOUBT, BROKE, made=True),
    Row("error-before", DOUBT, "the API answered HTTP 500"),
    Row("error-after", DOUBT, "the API answered HTTP 500", made=True),
    Row("html-503", DOUBT, "the API answered HTTP 503"),
    Row("html-200", DOUBT, NO_ANSWER, made=True),
    Row("cut-json", DOUBT, NO_ANSWER, made=True),
    Row("cut-body", DOUBT, BROKE, made=True),
    Row("cut-no-length", DOUBT, NO_ANSWER, made=True),
    Row("no-id", DOUBT, NO_ID, made=True),
    Row("string-id", DOUBT, NO_ID, made=True),
    Row("known-id", DOUBT, "which another record has", made=True, nth=2),
    Row("duplicate-keys", DOUBT, NO_ANSWER, made=True, nth=2),
    Row("nan", DOUBT, NO_ANSWER, made=True),
    Row("wrong-type", DOUBT, NO_ANSWER, made=True),
    Row("errors-and-success", DOUBT, "a failure and a success", made=True),
    Row("conflict", DOUBT, "the API answered HTTP 409"),
    Row("redirect", DOUBT, "the API answered HTTP 302"),
    Row("timeout-408", DOUBT, "the API answered HTTP 408"),
    Row("status=202", DOUBT, "the API answered HTTP 202"),
    Row("status=504", DOUBT, "the API answered HTTP 504"),
    Row("late=0.01", DOUBT, BROKE, made=True),
    Row("unsuccessful", REFUSED),
    Row("status=400", REFUSED),
    Row("status=404", REFUSED),
    Row("status=413", REFUSED),
    Row("status=415", REFUSED),
    Row("status=422", REFUSED),
    Row("lost-before", DOUBT, BROKE, nth=2),
    Row("lost-after", DOUBT, BROKE, made=True, nth=2),
    Row("cut-json", DOUBT, NO_ANSWER, made=True, nth=2),
    Row("unsuccessful", REFUSED, nth=2),
    Row("throttled=1", WAITED),
    Row("throttled=0", WAITED, nth=2),
    Row("throttled-date=1", WAITED, nth=2),
    Row("too-many=1", WAITED),
    Row("slow=0.1", WAITED),
)
DOUBTS = tuple(row for row in ROWS if row.outcome == DOUBT)


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

    def ids(self, row: Row) -> dict[str, int]:
        """Return the records in a row's course, the Id by the title."""
        return {title: found for course, title, found in self.records if course == course_id(row)}

    def titles(self, row: Row) -> list[str]:
        """Return the titles of the records in a row's course, in the order of their making."""
        return [title for course, title, _ in self.records if course == course_id(row)]

    def sent(self, row: Row) -> list[str]:
        """Return the title of each create that was sent for a row's course so far."""
        return [title for course, title in self.creates if course == course_id(row)]

    def entries(self, row: Row) -> dict[str, int]:
        """Return what the state holds for a row's course, the Id by the title."""
        found = {title: f"section.{key(row)}.{title.lower()}" for title in TITLES}
        entries = self.state.entries
        return {title: entries[at] for title, at in found.items() if at in entries}


@dataclass(frozen=True)
class Story:
    """Two applies, and the plan after them."""

    first: Stage
    second: Stage
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


def tell(folder: Path, *faults: str) -> Story:
    """Let all that happens in a workspace happen, with more faults during the first apply."""
    courses = folder / "courses"
    courses.mkdir()
    lift_limits(courses)
    with sandbox_here() as server:
        cli = pointed_at(CommandLine(folder), server)
        write_outline(courses, "a", 4711, "Zero")  # whose Id is the one that `known-id` gives
        met = 1
        for row in ROWS:
            server.add_course(course_id(row))
            write_outline(courses, key(row), course_id(row), *TITLES)
            server.fault_create(met + row.nth, row.kind)
            met += row.posts - (row.kind.startswith("slow"))
        server.fault(*faults)
        first = stage(cli("apply", "--auto-approve"), server, courses)
        server.no_faults()
        second = stage(cli("apply", "--auto-approve"), server, courses)
        return Story(first, second, cli("plan", "--detailed-exitcode"))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The whole way, on a server whose lists can be had."""
    return tell(tmp_path_factory.mktemp("outcomes"))


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The same on a server that refuses every list after the first two looks, for one apply."""
    return tell(tmp_path_factory.mktemp("unseen"), f"GET {SECTIONS}@3+:status=404")


def once_each(stage: Stage) -> dict[str, bool]:
    """Say of each row whether each section is there once, under the Id that the state has."""
    return {
        str(row): sorted(stage.titles(row)) == sorted(TITLES)
        and stage.ids(row) == stage.entries(row)
        for row in ROWS
    }


def test_one_apply_settles_every_doubt(story: Story) -> None:
    """It ends with 6 because of what is refused, and with nothing in doubt; the next with 0."""
    codes = (story.first.ran.code, story.second.ran.code, story.planned.code)

    assert codes == (6, 0, 0), story.first.ran.err
    assert story.first.state.doubts == story.second.state.doubts == ()
    assert story.planned.out.startswith("Nothing to do")


def test_what_was_made_is_found_and_not_sent_again(story: Story) -> None:
    """Where the server made the record, each create is sent once, and its Id is found."""
    made = [row for row in DOUBTS if row.made]
    told = story.first.ran.err

    assert {str(row): story.first.sent(row) for row in made} == {
        str(row): list(TITLES) for row in made
    }
    assert [
        str(row) for row in made if f"] {address(row)}: no longer in doubt, Id" not in told
    ] == []


def test_what_left_no_trace_is_sent_once_more(story: Story) -> None:
    """Where the server made nothing, the same create is sent again after the settling time."""
    lost = [row for row in DOUBTS if not row.made]
    told = story.first.ran.err

    assert {str(row): story.first.sent(row) for row in lost} == {
        str(row): [*TITLES[: row.nth], *TITLES[row.nth - 1 :]] for row in lost
    }
    assert [str(row) for row in lost if f"] {address(row)}: created, Id" not in told] == []


def test_the_rest_of_a_doubted_course_waits_for_it(story: Story) -> None:
    """Order matters in a course: nothing is made before what was in doubt, and all is made."""
    assert {str(row): story.first.titles(row) for row in DOUBTS} == {
        str(row): list(TITLES) for row in DOUBTS
    }


def test_a_refusal_stops_its_course(story: Story) -> None:
    """What is refused is sent once, leaves no doubt, and holds the rest of its course back."""
    refused = [row for row in ROWS if row.outcome == REFUSED]
    told = story.first.ran.err

    assert [str(row) for row in refused if f"] {address(row)}: refused\n" not in told] == []
    assert [
        str(row) for row in refused if f"] section.{key(row)}.three: not sent yet" not in told
    ] == []
    assert {str(row): story.first.sent(row) for row in refused} == {
        str(row): list(TITLES[: row.nth]) for row in refused
    }
    assert {str(row): len(story.first.entries(row)) for row in refused} == {
        str(row): row.nth - 1 for row in refused
    }


def test_a_refused_create_is_tried_by_the_next_run(story: Story) -> None:
    """A refusal is known not to have been carried out: the next apply sends it again."""
    refused = [row for row in ROWS if row.outcome == REFUSED]

    assert {str(row): story.second.sent(row) for row in refused} == {
        str(row): [*TITLES[: row.nth], *TITLES[row.nth - 1 :]] for row in refused
    }


def test_what_is_throttled_is_waited_for(story: Story) -> None:
    """Told to come back, with seconds or with a date, the run does, and is never in doubt."""
    waited = [row for row in ROWS if row.outcome == WAITED and not row.kind.startswith("slow")]
    told = story.first.ran.err

    assert {str(row): story.first.sent(row) for row in waited} == {
        str(row): [*TITLES[: row.nth], *TITLES[row.nth - 1 :]] for row in waited
    }
    assert [str(row) for row in waited if f"] {address(row)}: created, Id" not in told] == []


def test_nothing_is_there_twice(story: Story) -> None:
    """In the end each section is on the server once, under the Id that the state has."""
    assert once_each(story.second) == {str(row): True for row in ROWS}


def test_a_run_that_cannot_look_leaves_the_doubts(unseen: Story) -> None:
    """Without a list nothing is settled and nothing sent again: the run ends with 1."""
    stands = unseen.first.state.doubts

    assert unseen.first.ran.code == 1
    assert "Stopped: the API refuses to list its records" in unseen.first.ran.err
    assert sorted(stands) == sorted(address(row) for row in DOUBTS)
    assert {str(row): unseen.first.sent(row) for row in DOUBTS} == {
        str(row): list(TITLES[: row.nth]) for row in DOUBTS
    }
    assert {str(row): len(unseen.first.entries(row)) for row in DOUBTS} == {
        str(row): row.nth - 1 for row in DOUBTS
    }


def test_a_doubt_is_reported_with_what_to_type(unseen: Story) -> None:
    """Each doubt is shown at its line, with its reason and the commands that settle it."""
    told = re.sub(r"\n  (?! )", " ", unseen.first.ran.err)
    lines = {
        f"courses/{key(row)}.yaml:{row.nth + 3}:5: {address(row)} is in doubt: ": row
        for row in DOUBTS
    }
    said = {
        start: next((line for line in told.splitlines() if line.startswith(start)), "")
        for start in lines
    }

    assert [str(row) for start, row in lines.items() if row.why not in said[start]] == []
    for row in DOUBTS:
        assert f"coursesync resolve {address(row)} --id ID\n" in told
        assert f"coursesync resolve {address(row)} --not-created\n" in told


def test_the_next_run_settles_what_is_left(unseen: Story) -> None:
    """An apply that can look again finds what was made, sends what was not, and ends with 0."""
    sent = {str(row): unseen.second.sent(row) for row in DOUBTS}

    assert (unseen.second.ran.code, unseen.planned.code) == (0, 0), unseen.second.ran.err
    assert unseen.second.state.doubts == ()
    assert once_each(unseen.second) == {str(row): True for row in ROWS}
    assert sent == {
        str(row): list(TITLES) if row.made else [*TITLES[: row.nth], *TITLES[row.nth - 1 :]]
        for row in DOUBTS
    }


@pytest.mark.parametrize("kind", ["throttled=1", "too-many=1", "throttled-date=1", "throttled=0"])
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


@pytest.mark.parametrize(("seconds", "words"), [(3600, "1 hour"), (999999999, "11,574 days")])
def test_too_long_a_wait_ends_the_run(
    author: CommandLine, api: SandboxServer, courses: Path, seconds: int, words: str
) -> None:
    """Told to come back in an hour or never, the run ends with work left and says when to go on."""
    write_outline(courses, "a", 4711, "One", "Two")
    api.fault_create(2, f"throttled={seconds}")
    applied = author("apply", "--auto-approve")

    assert applied.code == 6
    assert f"asks to wait {words}" in applied.err
    assert "1 created, 1 not tried" in applied.err
    assert saved(courses).doubts == ()


def test_a_create_is_sent_three_times_at_the_most(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A create that vanishes each time stays in doubt after the third, until a person says so."""
    write_outline(courses, "a", 4711, "One", "Two")
    api.fault(f"POST {SECTIONS}@1x3:lost-before")
    first = author("apply", "--auto-approve")
    sent, doubts = len(api.creates()), saved(courses).doubts
    second = author("apply", "--auto-approve")
    sent_again = len(api.creates()) - sent
    author("resolve", "section.a.one", "--not-created")
    third = author("apply", "--auto-approve")

    assert (first.code, sent, doubts) == (6, 3, ("section.a.one",))
    assert "it was sent 3 times" in first.err
    assert "1 in doubt, 1 not sent yet" in first.err
    assert (second.code, sent_again) == (6, 0)
    assert third.code == 0
    assert [record["Title"] for record in api.records()] == ["One", "Two"]


def test_a_claim_is_never_sent_again(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A record that the API reported as created and no list shows is left to a person."""
    write_outline(courses, "a", 4711, "One")
    api.change(list_lag=3_600)
    api.fault_create(1, "no-id")
    applied = author("apply", "--auto-approve")

    assert applied.code == 6
    assert len(api.creates()) == 1
    assert "was sent 1 time, and no record of it was found" in applied.err


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
