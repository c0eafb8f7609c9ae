"""A lesson that is added to a section while a run waits is found before the write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import TOKEN, write_outline
from virtual import VirtualClock

import coursesync
from coursesync import Credentials, Status

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer

    from coursesync import Report, Workspace

GIVEN = Credentials(token=TOKEN)
SECTIONS, LESSONS = "/api/content/coursesections", "/api/content/courselessons"
ONE_A_MINUTE = "settling_time = 0\n[limits]\nwrites_a_minute = 1\n"


def opened(courses: Path, api: SandboxServer) -> Workspace:
    (courses / "coursesync.toml").write_text(ONE_A_MINUTE)
    return coursesync.load(courses, base_url=api.url)


def run(courses: Path, api: SandboxServer, clock: VirtualClock) -> Report:
    """Plan and apply, and delete what is in no outline."""
    workspace = opened(courses, api)
    plan = coursesync.plan(workspace, on_removal="delete", prune=True)
    return coursesync.apply(
        plan, workspace, credentials=GIVEN, allow_large_change=True, clock=clock
    )


@pytest.fixture
def clock(courses: Path, api: SandboxServer) -> VirtualClock:
    """Return a clock that is one hour after three sections were applied."""
    clock = VirtualClock()
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    assert run(courses, api, clock).complete
    clock.sleep(3_600)
    return clock


def lessons_asked(api: SandboxServer) -> int:
    return sum(met["path"] == LESSONS for met in api.log())


def let_a_lesson_come(clock: VirtualClock, api: SandboxServer, title: str) -> None:
    """Add a lesson to a section when the run first waits after its look."""
    (number,) = [each["Id"] for each in api.records() if each["Title"] == title]

    def passing(_until: float) -> None:
        if lessons_asked(api) and not api.lessons():
            api.create_lesson(4711, "Late", SectionId=number)

    clock.passing = passing


def test_a_lesson_that_comes_between_the_look_and_the_deletion_is_seen(
    courses: Path, api: SandboxServer, clock: VirtualClock
) -> None:
    """The limits let an update go first, and the deletion wait for a minute."""
    write_outline(courses, "a", 4711, "First", "Three")
    path = courses / "a.yaml"
    path.write_text(path.read_text().replace("First", "First\n    key: one"))
    let_a_lesson_come(clock, api, "Two")
    report = run(courses, api, clock)

    assert [each.status for each in report.results] == [Status.UPDATED, Status.NOT_EMPTY]
    assert lessons_asked(api) == 2
    assert len(api.records()) == 3


def test_a_deletion_that_was_throttled_is_sent_again_after_another_look(
    courses: Path, api: SandboxServer, clock: VirtualClock
) -> None:
    """A lesson that is added during a wait of five minutes, as the API asked, is found."""
    write_outline(courses, "a", 4711, "One", "Three")
    (number,) = [each["Id"] for each in api.records() if each["Title"] == "Two"]
    api.fault(f"DELETE {SECTIONS}/{number}@1:throttled=300")
    let_a_lesson_come(clock, api, "Two")
    report = run(courses, api, clock)

    assert [each.status for each in report.results] == [Status.NOT_EMPTY]
    assert len(api.records()) == 3
    assert [met["status"] for met in api.log() if met["method"] == "DELETE"] == [409]


def test_a_deletion_waits_first_and_then_looks(
    courses: Path, api: SandboxServer, clock: VirtualClock
) -> None:
    """With one write a minute, no look is older than a minute at its deletion."""
    (courses / "a.yaml").unlink()
    write_outline(courses, "b", 4712, "Other")
    before_waits: list[object] = []

    def passing(until: float) -> None:
        if until - clock.now() > 10:
            before_waits.append(api.log()[-1]["path"])

    clock.passing = passing
    report = run(courses, api, clock)

    assert report.complete
    assert lessons_asked(api) == 3
    assert len(before_waits) >= 2
    assert LESSONS not in before_waits
