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

The last line is on the real clock: the CPU time of a create on this machine.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from virtual import Quiet, VirtualClock, virtual_sandbox

from coursesync.applying.apply import apply
from coursesync.applying.run import Terms
from coursesync.applying.world import World
from coursesync.nexudus.limits import PUBLISHED, Schedule
from coursesync.outlines.workspace_files import Outlines, load
from coursesync.planning.diff import plan_of
from coursesync.sandbox import Sandbox, Settings
from coursesync.state.file_store import StateFile

TARGET = "http://localhost"
CREATES = (60, 200, 1_000)
IN_A_COURSE = 20
FOREIGN_EVERY = 3.0  # seconds
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
class Outcome:
    """A run: the virtual seconds from the first request to the last, and the requests."""

    creates: int
    windows: str
    seconds: float
    best: float
    throttled: int
    worst_minute: int

    @property
    def ratio(self) -> float:
        """The ratio of its time to the best possible time."""
        return self.seconds / self.best


def write_workspace(folder: Path, creates: int) -> Outlines:
    """Write outlines with this number of sections, and load them."""
    folder.mkdir(parents=True)
    for course in range(-(-creates // IN_A_COURSE)):
        titles = range(course * IN_A_COURSE, min((course + 1) * IN_A_COURSE, creates))
        sections = "".join(f"  - title: Section {number}\n" for number in titles)
        text = f"id: {5000 + course}\ntitle: Course {course}\nsections:\n{sections}"
        (folder / f"course-{course:03}.yaml").write_text(text)
    return load(folder)


def run(creates: int, windows: str, *, foreign: bool) -> Outcome:
    """Apply a workspace with this number of sections on a virtual clock."""
    clock = VirtualClock()
    settings = Settings(limits="fixed" if windows == "fixed" else "sliding")
    with (
        tempfile.TemporaryDirectory() as name,
        virtual_sandbox(clock, settings) as (
            sandbox,
            remote,
        ),
    ):
        workspace = write_workspace(Path(name) / "courses", creates)
        for outline in workspace.outlines:
            sandbox.add_course(outline.course_id, outline.title)
        if foreign:
            clock.passing = Foreign(sandbox, clock).until
            clock.sleep(AT_WORK)
        store = StateFile(Path(name) / "courses" / "state.json", TARGET)
        state = store.load()
        plan = plan_of(workspace, state)
        world = World(remote, clock, Quiet(), Schedule(PUBLISHED), store)
        report = apply(plan, state, world, Terms(settling=0))
        if not report.complete or len(sandbox.sections()) < creates:
            sys.exit(f"{creates} creates did not come through: {report.stop}")
        ours = [met for met in sandbox.log if "Foreign" not in str(met.body)]
    throttled = [met.at for met in ours if met.status == 409]
    # leave out throttled requests: the best schedule has none
    letters = [met.method == "POST" for met in ours if met.status != 409]
    minutes = [sum(at <= other < at + 60 for other in throttled) for at in throttled]
    return Outcome(
        creates,
        windows,
        ours[-1].at - ours[0].at,
        best_possible(letters, PUBLISHED.writes_a_minute - (20 if foreign else 0)),
        len(throttled),
        max(minutes, default=0),
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
        from coursesync.kinds import KINDS  # noqa: PLC0415 - the same
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


def cpu_a_create(creates: int) -> float:
    """Return the CPU time of one create in milliseconds, including the sandbox's."""
    with (
        tempfile.TemporaryDirectory() as name,
        virtual_sandbox(VirtualClock()) as (sandbox, remote),
    ):
        folder = Path(name) / "courses"
        workspace = write_workspace(folder, creates)
        for outline in workspace.outlines:
            sandbox.add_course(outline.course_id, outline.title)
        store = StateFile(folder / "state.json", TARGET)
        state = store.load()
        plan = plan_of(workspace, state)
        clock = VirtualClock()
        world = World(remote, clock, Quiet(), Schedule(), store)
        begun = time.process_time()
        apply(plan, state, world, Terms(settling=0))
        return (time.process_time() - begun) / creates * 1_000


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Run all, print the tables, and fail if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    tell("| creates | windows | other client | took (s) | best (s) | ratio | 409s |")
    tell("|---:|---|---|---:|---:|---:|---:|")
    failures = []
    for foreign in (False, True):
        for windows in ("sliding", "fixed"):
            for creates in CREATES:
                found = run(creates, windows, foreign=foreign)
                other = "a third" if foreign else "none"
                tell(
                    f"| {creates:,} | {windows} | {other} | {found.seconds:,.1f} |"
                    f" {found.best:,.1f} | {found.ratio:.4f} | {found.throttled}"
                    f"{f' (most in a minute: {found.worst_minute})' if foreign else ''} |"
                )
                if foreign and found.worst_minute > 1:
                    failures.append(f"{creates} {windows}: {found.worst_minute} 409s in a minute")
                if not foreign and (found.ratio > WITHIN or found.throttled):
                    failures.append(f"{creates} {windows}: {found.ratio:.4f}, {found.throttled}")
    cpu = cpu_a_create(500)
    tell(f"\nCPU a create, client and embedded sandbox together: {cpu:.2f} ms (limit {CPU_MS})")
    if cpu > CPU_MS:
        failures.append(f"{cpu:.2f} ms a create")
    if failures:
        sys.exit("not met: " + "; ".join(failures))


if __name__ == "__main__":
    main()
