"""A kind that coursesync does not have is managed like any other: it needs only its table.

`handout` is the kind, `with_handouts` a command line whose registry has its word and whose sandbox
has its route. Nothing else in coursesync knows it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import COURSES, ROOT, TOKEN, CommandLine, Ran, SandboxServer, ask, run, saved

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
HANDOUTS = "/api/content/coursehandouts"
MOST_LINES = 60
OUTLINE = """\
id: {course}
title: Member onboarding
sections:
  - key: welcome
    title: Welcome
    contents: <p>Welcome!</p>
    lessons:
      - key: desk
        title: Find your desk
        contents: <p>Sit where you like.</p>
    handouts:
{inside}  - key: later
    title: Later
    contents: <p>Later.</p>
handouts:
  - key: words
    title: Words we use
"""
MAP = "      - {key: map, title: A map, pages: 2}\n"
RULES = "      - {key: rules, title: House rules, paper: letter}\n"
PRUNED = ("--on-removal", "delete", "--prune", "--allow-large-change")


@dataclass(frozen=True)
class Site:
    """A course on a sandbox that has handouts, and the workspace of its outline."""

    server: SandboxServer
    folder: Path
    course: int

    def __call__(self, *arguments: str) -> Ran:
        """Run a command."""
        return run(with_handouts(*arguments), self.folder, self.environment)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command, which knows handouts and this server."""
        target = {"COURSESYNC_BASE_URL": self.server.url, "NEXUDUS_TOKEN": TOKEN}
        return CommandLine(self.folder).with_environment({**target, **KNOWING})

    @property
    def outline(self) -> Path:
        """The outline's file."""
        return self.folder / "courses" / "onboarding.yaml"

    def write(self, inside: str = MAP + RULES, **replaced: str) -> None:
        """Write the outline, with these handouts in its first section."""
        text = OUTLINE.format(course=self.course, inside=inside)
        for old, new in replaced.items():
            text = text.replace(old, new)
        self.outline.write_text(text)

    def apply(self, *options: str) -> None:
        """Apply the outline, until there is nothing left to do."""
        ran = self("apply", "--auto-approve", *options)
        assert ran.code == 0, ran.err
        assert self("plan", "--detailed-exitcode").code == 0

    def handouts(self) -> dict[str, tuple[object, ...]]:
        """Return the handouts of the course: order, pages, paper and Id, by title."""
        return {
            str(each["Title"]): tuple(each[name] for name in ORDERED)
            for each in self.live()
            if each["CourseId"] == self.course
        }

    def live(self) -> list[dict[str, object]]:
        """Return every handout of the sandbox."""
        found = ask("GET", f"{self.server.url}/_sandbox/handouts").json()
        assert isinstance(found, list)
        return found

    def edit(self, method: str, **fields: object) -> int:
        """Let another editor create or change a handout, and return its Id."""
        made = ask(method, f"{self.server.url}/_sandbox/handouts", json.dumps(fields)).json()
        return int(made["Id"])

    def ids(self) -> dict[str, int]:
        """Return the Ids in the state, by address."""
        return dict(saved(self.folder / "courses").entries)


ORDERED = ("DisplayOrder", "PageCount", "PaperType", "Id")
KNOWING = {"PYTHONPATH": str(ROOT / "tests")}
COURSE = count()


def with_handouts(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "kinds.with_handouts", *arguments]


@contextmanager
def served(folder: Path, *command: str) -> Iterator[str]:
    """Run a command that serves something, and yield its address."""
    environment = CommandLine(folder).with_environment(KNOWING)
    with subprocess.Popen(
        with_handouts(*command, "--stop-after", "300"),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().decode().strip()
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    """A sandbox with handouts, and twenty courses."""
    with served(tmp_path_factory.mktemp("served"), "sandbox", "serve", ".") as url:
        server = SandboxServer(url)
        for number in range(COURSES[0], COURSES[0] + 20):
            server.add_course(number)
        yield server


@pytest.fixture
def site(tmp_path: Path, server: SandboxServer) -> Iterator[Site]:
    """A course of its own for each test, with an outline of it."""
    (tmp_path / "courses").mkdir()
    site = Site(server, tmp_path, COURSES[0] + next(COURSE))
    site.write()
    yield site
    server.no_faults()


def test_a_kind_is_one_short_file() -> None:
    """Its table and its model need no more, and import only what kinds are made of."""
    lines = (HERE / "handout.py").read_text(encoding="utf-8").splitlines()
    imported = [line.split()[1] for line in lines if line.startswith("from coursesync")]

    assert len(lines) <= MOST_LINES
    assert all(name.startswith("coursesync.kinds.") for name in imported)


def test_mistakes_in_an_item_are_shown_in_their_place(site: Site) -> None:
    """Fields, their types and misplaced names are checked as for any kind."""
    site.write("      - {key: map, title: A map, pages: two, paper: a5, page: 3}\n")
    ran = site("validate")

    assert ran.code == 3
    where = [line for line in ran.err.splitlines() if line.startswith("courses/")]
    assert [each.partition(": ")[0] for each in where] == [
        f"courses/onboarding.yaml:12:{column}" for column in (41, 53, 57)
    ]


def test_an_item_has_its_place_in_the_schema_and_in_the_layout(site: Site) -> None:
    """`schema` offers the list in a section and in the course; `fmt` sorts its fields."""
    site.write("      - paper: letter\n        pages: 2\n        title: A map\n        key: map\n")
    known, counted, formatted = site("schema"), site("validate"), site("fmt")
    properties = json.loads(known.out)["definitions"]

    assert "handouts" in properties["Section"]["properties"]
    assert set(properties["Handout"]["properties"]) >= {"pages", "paper"}
    assert "1 outline, 2 sections, 1 lesson, 2 handouts: all valid." in counted.out + counted.err
    assert formatted.code == 0, formatted.err
    assert (
        "    handouts:\n"
        "      - key: map\n"
        "        title: A map\n"
        "        pages: 2\n"
        "        paper: letter\n"
    ) in site.outline.read_text()


def test_a_plan_shows_it_in_every_form(site: Site) -> None:
    """In a section, one kind comes after the other; each record is at its address."""
    text, markdown, as_json, page = (
        site("plan", "--format", form) for form in ("text", "markdown", "json", "html")
    )
    changes = json.loads(as_json.out)["changes"]

    assert [each["address"] for each in changes] == [
        "section.onboarding.welcome",
        "lesson.onboarding.welcome.desk",
        "handout.onboarding.welcome.map",
        "handout.onboarding.welcome.rules",
        "section.onboarding.later",
        "handout.onboarding.words",
    ]
    assert (
        "  +     10  Find your desk  open from the start\n"
        "  +     10  A map           handout\n"
        "  +     20  House rules     handout\n"
    ) in text.out
    assert "Plan: 2 sections, 3 handouts and 1 lesson to create" in text.out
    assert "Handouts directly in the course" in markdown.out
    assert "handout.onboarding.welcome.map" in page.out


def test_members_pages_show_it(site: Site) -> None:
    """In the preview of the outlines, and on the sandbox's own pages after an apply."""
    site.apply()
    with served(site.folder, "preview", "courses") as previewed:
        preview = ask("GET", f"{previewed}/courses/onboarding").text
    page = ask("GET", f"{site.server.url}/courses/{site.course}").text

    for shown in (preview, page):
        assert all(title in shown for title in ("A map", "House rules", "Words we use"))
        assert "Handouts directly in the course" in shown


def test_the_state_is_looked_after(site: Site) -> None:
    """Its entries are listed, shown, and given another key."""
    site.apply()
    former, new = "handout.onboarding.welcome.rules", "handout.onboarding.welcome.house"
    number = site.ids()[former]
    listed, shown = site("state", "list"), site("state", "show", former)
    moved = site("state", "mv", former, new)

    assert f"{former} {number}" in listed.out
    assert "House rules" in shown.out
    assert moved.code == 0, moved.err
    assert site.ids()[new] == number


def test_an_apply_converges(site: Site) -> None:
    """What was created is kept through changes, a new order and a move, and nothing is left."""
    site.apply()
    made = site.handouts()
    site.write(RULES.replace("letter", "a4") + MAP.replace("2", "5"))
    site.apply()
    changed = site.handouts()
    moved = "    handouts:\n" + MAP.replace("{", "{previous_keys: [handout.onboarding.words], ")
    site.outline.write_text(
        site.outline.read_text().partition("handouts:\n  - key: words")[0]
        + moved.replace("key: map", "key: words").replace("A map", "Words we use")
    )
    site.apply()

    assert {title: each[:3] for title, each in made.items()} == {
        "A map": (10, 2, 1),
        "House rules": (20, 1, 2),
        "Words we use": (10, 1, 1),
    }
    assert {title: each[:3] for title, each in changed.items()} == {
        "A map": (10, 5, 1),
        "House rules": (5, 1, 1),
        "Words we use": (10, 1, 1),
    }
    assert {title: each[3] for title, each in site.handouts().items()} == {
        title: each[3] for title, each in made.items()
    }
    assert "handout.onboarding.later.words" in site.ids()


def test_an_edit_on_the_site_is_drift(site: Site) -> None:
    """It is found by property, in the outline's words, and overwritten only on demand."""
    site.apply()
    number = site.ids()["handout.onboarding.welcome.map"]
    site.edit("PUT", Id=number, PageCount=9, PaperType=2)
    seen, as_json = site("drift"), site("drift", "--format", "json")
    site.write(MAP.replace("2", "3") + RULES)
    refused = site("apply", "--auto-approve")
    site.apply("--overwrite-drift")

    assert seen.code == as_json.code == 2
    assert "pages: 2 -> 9" in seen.out
    assert "paper: on A4 -> on Letter" in seen.out
    assert refused.code == 6
    assert site.handouts()["A map"][:3] == (10, 3, 1)


def test_a_record_of_the_site_is_imported_into_the_outline(site: Site) -> None:
    """With its fields, into its section's list; it is managed from then on."""
    site.apply()
    section = site.ids()["section.onboarding.later"]
    number = site.edit(
        "POST",
        CourseId=site.course,
        SectionId=section,
        Title="A form",
        DisplayOrder=10,
        PageCount=4,
        PaperType=2,
        Active=True,
    )
    ran = site("import", "--course", str(site.course))

    assert ran.code == 0, ran.err
    assert (
        "    handouts:\n"
        "      - key: a-form\n"
        "        title: A form\n"
        "        pages: 4\n"
        "        paper: letter\n"
    ) in site.outline.read_text()
    assert site.ids()["handout.onboarding.later.a-form"] == number
    assert site("plan", "--detailed-exitcode").code == 0


def test_a_course_of_the_site_is_imported_as_an_outline(site: Site) -> None:
    """All its handouts are in it; without an outline of the course, one is written."""
    site.apply()
    other = replace(site, folder=site.folder / "elsewhere")
    (other.folder / "courses").mkdir(parents=True)
    ran = other("import", "--course", str(site.course))
    (made,) = (other.folder / "courses").glob("*.yaml")

    assert ran.code == 0, ran.err
    assert "3 handouts" in ran.said
    assert "pages: 2" in made.read_text()
    assert other("plan", "--detailed-exitcode").code == 0


def test_what_is_removed_is_deleted_on_demand(site: Site) -> None:
    """A list that is no longer there keeps its records; an item that is not is deleted."""
    site.apply()
    site.write(RULES, **{"handouts:\n  - key: words\n    title: Words we use\n": ""})
    site.apply(*PRUNED)

    assert set(site.handouts()) == {"House rules", "Words we use"}


def test_a_lost_answer_is_settled_by_the_next_run(site: Site) -> None:
    """The record that it made is found, and not created twice."""
    site.server.fault(f"POST {HANDOUTS}@2:lost-after", f"GET {HANDOUTS}@3+:status=404")
    lost = site("apply", "--auto-approve")
    doubts = saved(site.folder / "courses").doubts
    site.server.no_faults()
    site.apply()

    assert lost.code != 0
    assert doubts == ("handout.onboarding.welcome.rules",)
    assert [each["Title"] for each in site.live() if each["CourseId"] == site.course] == [
        "A map",
        "House rules",
        "Words we use",
    ]


def test_a_section_with_one_in_it_is_not_deleted(site: Site) -> None:
    """Whoever put it there: a section is deleted only once nothing is in it."""
    site.apply()
    section = site.ids()["section.onboarding.later"]
    number = site.edit(
        "POST", CourseId=site.course, SectionId=section, Title="Mine", DisplayOrder=1,
        PageCount=1, PaperType=1,
    )  # fmt: skip
    text = site.outline.read_text()
    site.outline.write_text(text.replace("  - key: later\n    title: Later\n", "").replace(
        "    contents: <p>Later.</p>\n", ""
    ))  # fmt: skip
    ran = site("apply", "--auto-approve", *PRUNED)

    assert ran.code == 6
    assert f'it has 1 handout: "Mine" (Id {number})' in ran.said
    assert section in {each["Id"] for each in site.server.records()}


def test_a_kind_beside_the_main_one_is_managed_where_it_is_listed(tmp_path: Path) -> None:
    """It need not be in another: its list in the course says what there is, if there is one."""
    (tmp_path / "courses").mkdir()
    outline = tmp_path / "courses" / "a.yaml"
    head = "id: 4711\ntitle: A\nsections: []\n"
    environment = CommandLine(tmp_path).with_environment({**KNOWING, "HANDOUTS": "apart"})

    def ran(*command: str) -> Ran:
        return run(with_handouts(*command, "--sandbox"), tmp_path, environment)

    outline.write_text(f"{head}handouts:\n  - title: A map\n  - title: Rules\n")
    made, after = ran("apply", "--auto-approve"), ran("plan", "--detailed-exitcode")
    outline.write_text(head)
    kept = ran("plan", *PRUNED[:3])
    outline.write_text(f"{head}handouts:\n  - title: Rules\n")
    pruned = ran("plan", *PRUNED[:3])

    assert (made.code, after.code) == (0, 0), made.err
    assert "2 handouts kept" in kept.out
    assert "1 handout to delete" in pruned.out
