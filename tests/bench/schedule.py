"""Compares an apply with the best schedule that the API's limits allow: run it by `make bench`.

A real apply, with journal and state on a real disk, runs against the sandbox in this process, which
enforces the published limits strictly, over sliding or fixed windows. The clock is virtual and
moves only when somebody waits, so that hours take seconds. The best schedule for the same requests
is computed in another way than by coursesync: each request at the first moment at which the limits
admit it.

With another client, another program always uses a third of the allowance (a write every three
seconds), even when it is throttled; the sandbox throttles both. (For fixed windows the "best" is
that of sliding windows. A run can be faster, because the other program's share of a window may come
too late.)

A run begins without a state and would wait for lagging lists; its settling time is set to none.

Then it counts the requests of an apply of 200 courses of 8 sections of 5 lessons. There are no
limits, because that is more than a day's allowance of writes. (A run that waits looks again at the
course that it goes on with.)

The last line is on the real clock: the CPU time of a create on this machine.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from pathlib import Path

from virtual import Quiet, VirtualClock, virtual_sandbox

from coursesync.applying.apply import apply
from coursesync.applying.run import Terms
from coursesync.applying.world import World
from coursesync.nexudus.limits import PUBLISHED, Limits, Schedule
from coursesync.outlines.workspace_files import Outlines, load
from coursesync.planning.diff import plan_of
from coursesync.sandbox import Sandbox, Settings
from coursesync.state.file_store import StateFile

TARGET = "http://localhost"
FOREIGN_EVERY = 3.0  # seconds
PAGE = 1_000
AT_WORK = 120.0  # seconds before our run begins
RUDE = 0.0313  # seconds after which it tries again; it ignores Retry-After
FOREIGN: Mapping[str, str | int] = {
    "CourseId": 4999,
    "DisplayOrder": 1,
    "UnlockType": 1,
    "UnlockAfterDays": 0,
    "Title": "Foreign",
}
WITHIN = 1.02
CPU_MS = 5.0


@dataclass(frozen=True)
class Shape:
    """What a run creates: courses that exist, sections in each, lessons in each section."""

    courses: int
    sections: int
    lessons: int = 0

    @property
    def creates(self) -> int:
        """The number of records that it creates."""
        return self.courses * self.sections * (1 + self.lessons)

    @property
    def fewest_reads(self) -> int:
        """The reads of a run that never waits, for an account without other records.

        It looks at the courses and at the sections before it begins, and lists both kinds when it
        ends: twice where there are several pages, because others may write between two of them.
        """
        sections = self.courses * self.sections
        pages = [-(-each // PAGE) for each in (sections, sections * self.lessons)]
        return 2 + sum(number * min(number, 2) for number in pages)

    @property
    def name(self) -> str:
        """Its numbers: courses, sections in each, lessons in each section."""
        lessons = f" x {self.lessons}" if self.lessons else ""
        return f"{self.courses} x {self.sections}{lessons}"


class Windows(Enum):
    """How the sandbox counts requests in a minute: not at all, or as the API may do it."""

    NONE = Settings()
    SLIDING = Settings(limits="sliding")
    FIXED = Settings(limits="fixed")


# for a sandbox that counts nothing
_ENDLESS = 10**9
UNLIMITED = Limits(0.0, _ENDLESS, _ENDLESS, _ENDLESS, _ENDLESS, _ENDLESS)
SHAPES = (Shape(3, 20), Shape(10, 20), Shape(50, 20), Shape(20, 8, 5))
WHOLE = Shape(200, 8, 5)


@dataclass(frozen=True)
class Outcome:
    """A run: the virtual seconds from the first request to the last, and the requests.

    `planned` and `sent` are the writes and reads that the plan says, and those that were sent.
    """

    shape: Shape
    seconds: float
    best: float
    throttled: int
    worst_minute: int
    planned: tuple[int, int]
    sent: tuple[int, int]

    @property
    def ratio(self) -> float:
        """The ratio of its time to the best possible time."""
        return self.seconds / self.best


def write_workspace(folder: Path, shape: Shape) -> Outlines:
    """Write the outlines of a shape, and load them."""
    folder.mkdir(parents=True)
    lessons = "".join(f"      - title: Lesson {number}\n" for number in range(shape.lessons))
    inside = f"    lessons:\n{lessons}" if lessons else ""
    for course in range(shape.courses):
        titles = range(course * shape.sections, (course + 1) * shape.sections)
        sections = "".join(f"  - title: Section {number}\n{inside}" for number in titles)
        text = f"id: {5000 + course}\ntitle: Course {course}\nsections:\n{sections}"
        (folder / f"course-{course:03}.yaml").write_text(text)
    return load(folder)


def run(shape: Shape, windows: Windows, *, foreign: bool = False) -> Outcome:
    """Apply the workspace of a shape on a virtual clock."""
    clock = VirtualClock()
    with (
        tempfile.TemporaryDirectory() as name,
        virtual_sandbox(clock, windows.value) as (
            sandbox,
            remote,
        ),
    ):
        workspace = write_workspace(Path(name) / "courses", shape)
        for outline in workspace.outlines:
            sandbox.add_course(outline.course_id, outline.title)
        if foreign:
            clock.passing = Foreign(sandbox, clock).until
            clock.sleep(AT_WORK)
        store = StateFile(Path(name) / "courses" / "state.json", TARGET)
        state = store.load()
        plan = plan_of(workspace, state)
        schedule = Schedule(UNLIMITED if windows is Windows.NONE else PUBLISHED)
        world = World(remote, clock, Quiet(), schedule, store)
        report = apply(plan, state, world, Terms(settling=0))
        if not report.complete or len(sandbox.sections()) + len(sandbox.lessons()) < shape.creates:
            sys.exit(f"{shape} did not come through: {report.stop}")
        ours = [met for met in sandbox.log if "Foreign" not in str(met.body)]
    throttled = [met.at for met in ours if met.status == 409]
    # leave out throttled requests: the best schedule has none
    letters = [met.method == "POST" for met in ours if met.status != 409]
    minutes = [sum(at <= other < at + 60 for other in throttled) for at in throttled]
    writes = sum(met.method == "POST" for met in ours)
    return Outcome(
        shape,
        ours[-1].at - ours[0].at,
        best_possible(letters, PUBLISHED.writes_a_minute - (20 if foreign else 0)),
        len(throttled),
        max(minutes, default=0),
        (plan.writes, plan.reads),
        (writes, len(ours) - writes),
    )


def best_possible(writes: list[bool], writes_a_minute: int) -> float:
    """Return the time from the first to the last of these requests in the best schedule."""
    limits, all_at, writes_at = PUBLISHED, list[float](), list[float]()
    for write in writes:
        at = all_at[-1] + limits.gap if all_at else 0.0
        for most, seconds in ((120, 60.0), (5_000, 3_600.0)):
            if len(all_at) >= most:
                at = max(at, all_at[-most] + seconds)
        if write and len(writes_at) >= writes_a_minute:
            at = max(at, writes_at[-writes_a_minute] + 60.0)
        all_at.append(at)
        if write:
            writes_at.append(at)
    return all_at[-1]


class Foreign:
    """Another program: writes every three seconds with the same account, whatever the answer."""

    def __init__(self, sandbox: Sandbox, clock: VirtualClock) -> None:
        from coursesync.kinds import KINDS  # noqa: PLC0415 - needs the sandbox
        from coursesync.nexudus.embedded import client  # noqa: PLC0415 - needs the sandbox

        self._remote, self._clock = client(sandbox), clock
        self._path = KINDS["section"].endpoint
        self._next = 0.0371
        self._random = random.Random(20)  # noqa: S311 - only makes the programs independent
        sandbox.add_course(4999, "Foreign")

    def until(self, moment: float) -> None:
        """Send the requests that are due before a moment."""
        beginning = self._clock.seconds
        while self._next < moment:
            self._clock.seconds = max(self._next, beginning)
            exchange = self._remote.create(self._path, FOREIGN)
            taken = exchange.status == HTTPStatus.OK
            every = FOREIGN_EVERY + self._random.uniform(-0.5, 0.5)
            self._next = self._clock.seconds + (every if taken else RUDE)
        self._clock.seconds = beginning


def cpu_a_create(shape: Shape) -> float:
    """Return the CPU time of one create in milliseconds, including the sandbox's."""
    with (
        tempfile.TemporaryDirectory() as name,
        virtual_sandbox(VirtualClock()) as (sandbox, remote),
    ):
        folder = Path(name) / "courses"
        workspace = write_workspace(folder, shape)
        for outline in workspace.outlines:
            sandbox.add_course(outline.course_id, outline.title)
        store = StateFile(folder / "state.json", TARGET)
        state = store.load()
        plan = plan_of(workspace, state)
        clock = VirtualClock()
        world = World(remote, clock, Quiet(), Schedule(), store)
        begun = time.process_time()
        apply(plan, state, world, Terms(settling=0))
        return (time.process_time() - begun) / shape.creates * 1_000


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Run all, print the tables, and fail if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    tell("| shape | creates | windows | other client | took (s) | best (s) | ratio | 409s |")
    tell("|---|---:|---|---|---:|---:|---:|---:|")
    failures = []
    for foreign in (False, True):
        for windows in (Windows.SLIDING, Windows.FIXED):
            for shape in SHAPES:
                found = run(shape, windows, foreign=foreign)
                other, name = "a third" if foreign else "none", windows.name.lower()
                tell(
                    f"| {shape.name} | {shape.creates:,} | {name} | {other} |"
                    f" {found.seconds:,.1f} | {found.best:,.1f} | {found.ratio:.4f} |"
                    f" {found.throttled}"
                    f"{f' (most in a minute: {found.worst_minute})' if foreign else ''} |"
                )
                if foreign and found.worst_minute > 1:
                    failures.append(f"{shape} {name}: {found.worst_minute} 409s in a minute")
                if not foreign and (found.ratio > WITHIN or found.throttled):
                    failures.append(f"{shape} {name}: {found.ratio:.4f}, {found.throttled}")
    whole = run(WHOLE, Windows.NONE)
    tell(
        f"\n{WHOLE.name}, without limits: {whole.sent[0]:,} writes and {whole.sent[1]:,} reads "
        f"(least {WHOLE.creates:,} and {WHOLE.fewest_reads:,})"
    )
    if whole.sent != (WHOLE.creates, WHOLE.fewest_reads):
        failures.append(f"{WHOLE}: {whole.sent} requests")
    cpu = cpu_a_create(Shape(25, 20))
    tell(f"\nCPU a create, client and embedded sandbox together: {cpu:.2f} ms (limit {CPU_MS})")
    if cpu > CPU_MS:
        failures.append(f"{cpu:.2f} ms a create")
    if failures:
        sys.exit("not met: " + "; ".join(failures))


if __name__ == "__main__":
    main()
