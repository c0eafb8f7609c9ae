"""Two machines at once: each with a workspace and a state of its own, and no lock between them.

They run on one virtual clock, a step at a time: at each request, each write to a disk and each
wait, chance says which of the two goes on. Then the site and both states are held to the promises.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import httpx
from forgetful import PowerCut
from machine import TARGET, Broken, Machine, Switch
from virtual import VirtualClock, virtual_sandbox

from coursesync.applying.run import Terms
from coursesync.planning.drift import Finding
from coursesync.sandbox import Fault, Settings
from coursesync.state.store import STATE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from random import Random

    from coursesync.applying.report import Report
    from coursesync.sandbox import Sandbox

COURSES = (4711, 4712)
SECTIONS = "/api/content/coursesections"
LONGEST_LAG = 20.0  # seconds; looks go on for a minute
THEIRS: dict[str, object] = {
    "SystemId": "crm-1",
    "CustomFields": [{"Name": "a", "Value": 1}],
    "ImageFileName": "a.png",
}
CREATES = (
    *("lost-after", "lost-before", "error-after", "no-id", "other-course-id", "known-id"),
    *("throttled-after=3", "too-many-after=2", "unauthorized-after", "throttled=5"),
)
WRONG_IDS = {"other-course-id", "known-id"}
UPDATES = (*sorted({*CREATES} - WRONG_IDS), "no-effect")


class BothClocks(VirtualClock):
    """A clock for two threads of which one runs at a time; it moves when both wait."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance = chance
        self._turns = threading.Condition()
        self._due: dict[int, float] = {}
        self._mine = threading.local()
        self._turn = -1

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass, and the other go on meanwhile."""
        number = getattr(self._mine, "number", None)
        if number is None:
            super().sleep(seconds)
            return
        with self._turns:
            self._due[number] = self.seconds + seconds
            self._pass_on()
            self._turns.wait_for(lambda: self._turn == number)

    def run(self, *jobs: Callable[[], None]) -> None:
        """Run some jobs at once, each in a thread, to their ends."""
        self._due = dict.fromkeys(range(len(jobs)), self.seconds)
        threads = [
            threading.Thread(target=self._take_part, args=(number, job), daemon=True)
            for number, job in enumerate(jobs)
        ]
        for thread in threads:
            thread.start()
        with self._turns:
            self._pass_on()
        for thread in threads:
            thread.join()

    def _take_part(self, number: int, job: Callable[[], None]) -> None:
        self._mine.number = number
        with self._turns:
            self._turns.wait_for(lambda: self._turn == number)
        try:
            job()
        finally:
            with self._turns:
                del self._due[number]
                self._pass_on()

    def _pass_on(self) -> None:
        if self._due:
            self.seconds = max(self.seconds, min(self._due.values()))
            ready = sorted(n for n, due in self._due.items() if due <= self.seconds)
            self._turn = self._chance.choice(ready)
        self._turns.notify_all()


class Steps(Switch):
    """Lets the other machine go on at each effect of this one; may turn this one off."""

    def __init__(self, clock: BothClocks, off_at: int = 0) -> None:
        super().__init__(off_at)
        self._clock = clock

    def __call__(self, effect: str) -> None:
        """Count an effect."""
        self._clock.sleep(0)
        super().__call__(effect)


@dataclass
class Ended:
    """How the runs of the two machines ended, and in which order; None for one that was killed."""

    order: list[int] = field(default_factory=list)
    reports: dict[int, Report | None] = field(default_factory=dict)


class Scene:
    """One site, two machines with clones of one workspace, and what chance has in store."""

    def __init__(self, folder: Path, chance: Random, sandbox: Sandbox, clock: BothClocks) -> None:
        self.chance, self.sandbox, self.clock = chance, sandbox, clock
        self.machines = [Machine(folder / name, sandbox, clock) for name in ("a", "b")]
        self.marks = chance.random() < 2 / 3
        self.theirs: dict[int, dict[str, object]] = {}
        self.crashes = self.runs = self.twins = 0
        self.may_be_killed = True
        for machine in self.machines:
            machine.folder.mkdir()

    def write(self, numbers: Mapping[int, int], version: int) -> None:
        """Write the outlines of both clones: so many sections a course, in some version."""
        for machine in self.machines:
            for course, number in numbers.items():
                lines = [f"id: {course}", "title: A course", "sections:" + " []" * (not number)]
                for each in range(number):
                    changed = version if each % 2 else 0
                    lines += [f"  - key: s{each}", f"    title: Section {each}, {changed}"]
                    lines += [f"    contents: <p>{course} {each} {version}</p>"]
                (machine.folder / f"c{course}.yaml").write_text("\n".join(lines) + "\n")

    def begin(self) -> None:
        """Apply a first version from one clone; the other has its state, or an older one."""
        first, second = self.machines
        numbers = {course: self.chance.randint(0, 3) for course in COURSES}
        self.write(numbers, 0)
        if self.chance.random() < 2 / 3:
            first.apply(terms=Terms(marker=self.marks))
            if self.chance.random() < 2 / 3 and first.state().serial:
                copy_state(first, second)
        for record in self.sandbox.sections():
            if self.chance.random() < 1 / 2:
                record_id = int(str(record["Id"]))
                self.theirs[record_id] = THEIRS
                change(self.sandbox, {"Id": record_id, **THEIRS, "At": record["UpdatedOn"]})
        more = {course: number + self.chance.randint(0, 4) for course, number in numbers.items()}
        self.write(more, 1)
        self.clock.sleep(LONGEST_LAG + 5)

    def let_things_go_wrong(self) -> None:
        """Arm some faults, and let lists lag."""
        self.sandbox.lag_lists(self.chance.choice([0.0, 3.0, LONGEST_LAG]))
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            method = self.chance.choice(["POST", "POST", "PUT"])
            fault = self.chance.choice(CREATES if method == "POST" else UPDATES)
            self.may_be_killed &= fault not in WRONG_IDS
            nth = self.chance.randint(1, 5)
            self.sandbox.add_fault(Fault.parse(f"{method} {SECTIONS}@{nth}:{fault}"))

    def play(self) -> None:
        """Let both apply at once, kill one of them perhaps, and let that run again.

        Raises:
            Broken: a promise was not kept.
        """
        ended = Ended()
        # a run that is killed can't take a wrong Id back; then drift tells
        chances = [self.may_be_killed and self.chance.random() < 1 / 3 for _ in self.machines]
        off = [self.chance.randint(1, 120) if is_killed else 0 for is_killed in chances]
        self.clock.run(
            *(partial(self._run, number, off_at, ended) for number, off_at in enumerate(off))
        )
        for number, report in list(ended.reports.items()):
            if report is None:
                self._run(number, 0, ended)
        self._check_twins(ended)
        self._settle()
        for machine in (*self.machines, self.machines[0]):
            machine.converge()
        for machine in self.machines:
            machine.check()
        self._check_theirs()

    def _run(self, number: int, off_at: int, ended: Ended) -> None:
        machine, switch = self.machines[number], Steps(self.clock, off_at)
        self.runs += 1
        try:
            ended.reports[number] = machine.apply(switch, Terms(marker=self.marks))
        except PowerCut:
            self.crashes += 1
            ended.reports[number] = None
            machine.disk = machine.disk.after_a_kill(Switch())
        ended.order.append(number)

    def _doubles(self, number: int) -> Iterator[tuple[int, set[int]]]:
        """Yield what a machine manages and what is there beside it with the same title."""
        managed = {entry.id for entry in self.machines[number].state().entries.values()}
        places: dict[tuple[object, object], set[int]] = {}
        for record in self.sandbox.sections():
            place = record["CourseId"], record["Title"]
            places.setdefault(place, set()).add(int(str(record["Id"])))
        for ids in places.values():
            for own in ids & managed:
                if ids - managed:
                    yield own, ids - managed

    def _check_twins(self, ended: Ended) -> None:
        """Demand that the run that ended last told each twin, and that a look tells it, too."""
        last = ended.order[-1]
        report = ended.reports[last]
        assert report is not None
        wrongs: list[str] = []
        told = {each.record_id for each in report.twins}
        # what is in doubt is told as such, and a run that had to stop says so
        is_open = bool(report.stop or report.unlisted or report.state.doubts)
        # one that was killed once all was saved could tell nobody; then a look does
        is_open |= not report.results and len(ended.order) > len(self.machines)
        for own, others in self._doubles(last):
            self.twins += len(others)
            if not is_open and not others <= told:
                wrongs.append(f"the last run did not tell {others}, beside {own}")
        if told and report.complete:
            wrongs.append("a run with twins is called complete")
        self.clock.sleep(LONGEST_LAG + 5)
        for number, machine in enumerate(self.machines):
            looked = {each.record_id for each in machine.look() if each.finding is Finding.TWIN}
            wrongs += [
                f"drift of machine {number} does not tell {others}, beside {own}"
                for own, others in self._doubles(number)
                if not others <= looked
            ]
        if wrongs:
            raise Broken((), (), tuple(wrongs))

    def _settle(self) -> None:
        """Do what a person does: settle the doubts, keep one of two records, delete the other."""
        self.sandbox.clear_faults()
        first, second = self.machines
        first.settle_by_hand()
        for _, others in list(self._doubles(0)):
            for each in others:
                remove(self.sandbox, each)
        self.clock.sleep(LONGEST_LAG + 5)
        second.settle_by_hand()

    def _check_theirs(self) -> None:
        """Demand that no update wiped what is not ours."""
        wiped = tuple(
            f"{record['Title']} lost its {name}"
            for record in self.sandbox.sections()
            for name, value in self.theirs.get(int(str(record["Id"])), {}).items()
            if record[name] != value
        )
        if wiped:
            raise Broken((), (), wiped)


@contextmanager
def scene(folder: Path, chance: Random) -> Iterator[Scene]:
    """Yield a scene that chance has set up."""
    clock = BothClocks(chance)
    left_out = ("SectionContents", "Title", "Active", "SystemId", "UpdatedOn", "DisplayOrder")
    settings = Settings(
        lists_null=frozenset(each for each in left_out if chance.random() < 1 / 4),
        put_resets=chance.choice(["nothing", "fields", "everything"]),
        system_id=chance.choice(["kept", "kept", "dropped", "refused"]),
    )
    with virtual_sandbox(clock, settings) as (sandbox, _):
        for course in COURSES:
            sandbox.add_course(course, f"Course {course}")
        found = Scene(folder, chance, sandbox, clock)
        found.begin()
        found.let_things_go_wrong()
        yield found


def copy_state(first: Machine, second: Machine) -> None:
    """Give a clone what the other has committed."""
    path = first.folder / STATE_NAME
    content = first.disk.read(path)
    file = second.disk.create(second.folder / STATE_NAME)
    second.disk.append(file, content)
    second.disk.sync(file)
    second.disk.sync_folder(second.folder)


def change(sandbox: Sandbox, values: dict[str, object]) -> None:
    """Change a record as a colleague, or another program, does."""
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox), base_url=TARGET) as hand:
        hand.put("/_sandbox/sections", json={**values, "By": "crm@x.example"}).raise_for_status()


def remove(sandbox: Sandbox, record_id: int) -> None:
    """Remove a record as a person does."""
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox), base_url=TARGET) as hand:
        hand.delete("/_sandbox/sections", params={"id": str(record_id)}).raise_for_status()
