"""Two machines at once: each with a workspace and a state of its own, and no lock between them.

They run on one virtual clock, a step at a time: at each request, each write to a disk and each
wait, chance says which of the two goes on. Then the site and both states are held to the promises.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from forgetful import ForgetfulDisk, PowerCut
from machine import (
    LONGEST_LAG,
    Broken,
    Machine,
    Switch,
    change,
    known_to,
    records,
    remove,
)
from turns import BothClocks, Steps
from virtual import virtual_sandbox

from coursesync.applying.report import Status
from coursesync.applying.run import Terms
from coursesync.kinds import KINDS
from coursesync.kinds.section import SECTION
from coursesync.planning.drift import Finding
from coursesync.sandbox import Fault, Settings
from coursesync.state import STATE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from random import Random

    from coursesync.applying.report import Report
    from coursesync.sandbox import Sandbox

COURSES = (4711, 4712)
Key: TypeAlias = "tuple[str, int]"
"""A record's kind and Id."""
CRM = "crm@x.example"
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


@dataclass
class Ended:
    """How the runs of the two machines ended, and in which order; None for one that was killed."""

    order: list[int] = field(default_factory=list)
    reports: dict[int, Report | None] = field(default_factory=dict)


class Both:
    """Two machines and what they do at once to one site."""

    def __init__(
        self, sandbox: Sandbox, clock: BothClocks, machines: Sequence[Machine], *, marks: bool
    ) -> None:
        self.sandbox, self.clock, self.machines, self.marks = sandbox, clock, machines, marks
        self.crashes = self.runs = self.twins = 0
        self.ended = Ended()

    def run(self, off: Sequence[int] = (0, 0)) -> None:
        """Let both apply; each is killed at that effect (0: never), and runs once more then."""
        self.clock.run(*(partial(self._run, number, at) for number, at in enumerate(off)))
        for number, report in list(self.ended.reports.items()):
            if report is None:
                self._run(number, 0)

    def _run(self, number: int, off_at: int) -> None:
        machine, switch = self.machines[number], Steps(self.clock, off_at)
        self.runs += 1
        try:
            self.ended.reports[number] = machine.apply(switch, Terms(marker=self.marks))
        except PowerCut:
            self.crashes += 1
            self.ended.reports[number] = None
            machine.disk = machine.disk.after_a_kill(Switch())
        self.ended.order.append(number)

    def _doubles(self, number: int) -> Iterator[tuple[Key, set[Key]]]:
        """Yield what a machine manages and what is there beside it with the same title."""
        managed = known_to(self.machines[number].state())
        for ids in self._places().values():
            for own in ids & managed:
                if ids - managed:
                    yield own, ids - managed

    def _places(self) -> dict[tuple[object, ...], set[Key]]:
        """Return the records by what no two of them should have in common."""
        places: dict[tuple[object, ...], set[Key]] = {}
        for each in records(self.sandbox):
            place = each.kind.name, each.course, each.holder, each.title
            places.setdefault(place, set()).add(each.key)
        return places

    def _managed_by_none(self) -> set[Key]:
        """Return all except one of the duplicates that the first machine does not manage."""
        managed = known_to(self.machines[0].state())
        free = (sorted(ids) for ids in self._places().values() if managed.isdisjoint(ids))
        return {each for ids in free for each in ids[1:]}

    def _rejected(self) -> set[Key]:
        """Return the records that are on the site, and that a person said are not ours."""
        state = self.machines[0].state()
        strangers = {
            (kind.name, each) for kind in KINDS.values() for each in state.strangers_of(kind)
        }
        return {
            each.key for each in records(self.sandbox) if each.is_ours and each.key in strangers
        }

    def _elsewhere(self) -> set[Key]:
        """Return the records that the first machine has in another section.

        Where the API gave a wrong Id for a section, its lessons went astray.
        """
        managed = known_to(self.machines[0].state())
        live = records(self.sandbox)
        ours = {(each.kind, each.course, each.title) for each in live if each.key in managed}
        return {
            each.key
            for each in live
            if each.key not in managed and (each.kind, each.course, each.title) in ours
        }

    def _inside(self, sections: set[Key]) -> set[Key]:
        """Return the lessons in some sections that the first machine does not manage."""
        managed = known_to(self.machines[0].state())
        return {
            each.key
            for each in records(self.sandbox)
            if (SECTION.name, each.holder) in sections and each.key not in managed
        }

    def _looked(self, report: Report, key: Key) -> bool:
        """Return whether a run listed the course of a record because it created something there.

        Something of the same kind.
        """
        courses = {each.key: each.course for each in records(self.sandbox)}
        new = report.with_status(Status.CREATED, Status.ADOPTED, Status.SETTLED)
        looked = {(each.change.kind.name, each.change.course_id) for each in new}
        return (key[0], courses[key]) in looked

    def _told(self) -> list[set[Key]]:
        """Return the pairs of records that any run reported as twins."""
        reports = [report for report in self.ended.reports.values() if report is not None]
        twins = [each for report in reports for each in report.twins]
        return [
            {(each.kind.name, each.record_id), (each.kind.name, each.entry.id)}
            for each in twins
            if each.entry is not None
        ]

    def check_twins(self) -> None:
        """Check that the last run reported each twin, and that a look reports it too."""
        last = self.ended.order[-1]
        report = self.ended.reports[last]
        assert report is not None
        wrongs: list[str] = []
        # the later of two creators sees the earlier one's record; which run ends later is a hair's
        # breadth where both end at the same time
        told = self._told()
        # a doubt is reported as such, and a run that had to stop reports that
        is_open = bool(report.stop or report.unlisted or report.state.doubts)
        # a run that was killed after the save could not report; then a look does
        is_open |= not report.results and len(self.ended.order) > len(self.machines)
        for own, others in self._doubles(last):
            self.twins += len(others)
            if is_open or not self._looked(report, own):
                continue  # a run that creates nothing there lists nothing; then a look tells
            if not all({own, each} in told for each in others):
                wrongs.append(f"no run told {others}, beside {own}")
        if report.twins and report.complete:
            wrongs.append("a run with twins is called complete")
        self.clock.sleep(LONGEST_LAG + 5)
        for number, machine in enumerate(self.machines):
            looked = _twins(machine)
            wrongs += [
                f"drift of machine {number} does not tell {others}, beside {own}"
                for own, others in self._doubles(number)
                if not others <= looked
            ]
        if wrongs:
            raise Broken(unreported=tuple(wrongs))

    def settle(self) -> None:
        """Do what a person does: settle the doubts, keep one of two records, delete the other."""
        self.sandbox.clear_faults()
        self.machines[0].settle_by_hand()
        unwanted = _twins(self.machines[0])
        unwanted |= {each for _, others in self._doubles(0) for each in others}
        unwanted |= self._managed_by_none() | self._elsewhere() | self._rejected()
        self._share_without(unwanted)

    def settle_twins(self) -> None:
        """Do what a person does about the twins that a look reports, and about nothing else.

        A section that was held back has its twin's title only once it is updated.
        """
        if twins := _twins(self.machines[0]):
            self._share_without(twins)

    def _share_without(self, unwanted: set[Key]) -> None:
        """Delete records, and give the other machine the first one's state."""
        for kind, record_id in sorted(unwanted | self._inside(unwanted)):
            remove(self.sandbox, KINDS[kind], record_id)
        self.clock.sleep(LONGEST_LAG + 5)
        # the state is committed and pushed, and pulled on the other machine
        first, second = self.machines
        second.disk = ForgetfulDisk(Switch())
        copy_state(first, second)


class Scene:
    """One site, two machines with clones of one workspace, and a source of chance."""

    def __init__(self, folder: Path, chance: Random, sandbox: Sandbox, clock: BothClocks) -> None:
        self.chance, self.sandbox, self.clock = chance, sandbox, clock
        self.machines = [Machine(folder / name, sandbox, clock) for name in ("a", "b")]
        marks = chance.random() < 2 / 3
        self.both = Both(sandbox, clock, self.machines, marks=marks)
        self.theirs: dict[Key, dict[str, object]] = {}
        # the lessons of each course, by the number of their section; -1 is the course itself
        self.within: dict[int, dict[int, list[str]]] = {}
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
                    lines += [f"    {line}" for line in self.lessons(course, each, version)]
                lines += self.lessons(course, -1, version)
                (machine.folder / f"c{course}.yaml").write_text("\n".join(lines) + "\n")

    def lessons(self, course: int, section: int, version: int) -> list[str]:
        """Return the lines of a list of lessons; none if it is not written."""
        keys = self.within[course].get(section)
        if keys is None:
            return []
        lines = ["lessons:" + " []" * (not keys)]
        for key in keys:
            changed = version if key.endswith("1") else 0
            lines += [f"  - key: {key}", f"    title: Lesson {key}, {changed}"]
            lines += [f"    contents: <p>{course} {key} {version}</p>"]
        return lines

    def add_lessons(self, numbers: Mapping[int, int], version: int) -> None:
        """Put lessons into some sections, or directly into the courses."""
        for course, number in numbers.items():
            within = self.within.setdefault(course, {})
            for section in range(-1, number):
                if self.chance.random() < 1 / 2:
                    new = [
                        f"l{version}-{section + 1}-{n}" for n in range(self.chance.randint(0, 2))
                    ]
                    within.setdefault(section, []).extend(new)

    def move_a_lesson(self, numbers: Mapping[int, int]) -> None:
        """Move a lesson of each course that has some to another section, or out of any."""
        for course, within in self.within.items():
            lists = [keys for keys in within.values() if keys]
            if lists:
                key = self.chance.choice(lists).pop()
                within.setdefault(self.chance.randrange(-1, numbers[course]), []).append(key)

    def begin(self) -> None:
        """Apply a first version from one clone; the other has its state, or an older one."""
        first, second = self.machines
        numbers = {course: self.chance.randint(0, 3) for course in COURSES}
        self.add_lessons(numbers, 0)
        self.write(numbers, 0)
        if self.chance.random() < 2 / 3:
            first.apply(terms=Terms(marker=self.both.marks))
            if self.chance.random() < 2 / 3 and first.state().serial:
                copy_state(first, second)
        for each in records(self.sandbox):
            if self.chance.random() < 1 / 2:
                self.theirs[each.key] = THEIRS
                values = {"Id": each.id, **THEIRS, "At": each.values["UpdatedOn"], "By": CRM}
                change(self.sandbox, each.kind, values)
        more = {course: number + self.chance.randint(0, 4) for course, number in numbers.items()}
        self.add_lessons(more, 1)
        if self.chance.random() < 1 / 2:
            self.move_a_lesson(more)
        self.write(more, 1)
        self.clock.sleep(LONGEST_LAG + 5)

    def let_things_go_wrong(self) -> None:
        """Arm some faults, and let lists lag."""
        self.sandbox.change(list_lag=self.chance.choice([0.0, 3.0, LONGEST_LAG]))
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            method = self.chance.choice(["POST", "POST", "PUT"])
            fault = self.chance.choice(CREATES if method == "POST" else UPDATES)
            self.may_be_killed &= fault not in WRONG_IDS
            nth = self.chance.randint(1, 5)
            endpoint = self.chance.choice([kind.endpoint for kind in KINDS.values()])
            self.sandbox.add_fault(Fault.parse(f"{method} {endpoint}@{nth}:{fault}"))

    def play(self) -> None:
        """Let both apply at once, kill one of them perhaps, and let that run again.

        Raises:
            Broken: a promise was not kept.
        """
        # a run that is killed can't take a wrong Id back; then drift tells
        chances = [self.may_be_killed and self.chance.random() < 1 / 3 for _ in self.machines]
        self.both.run([self.chance.randint(1, 120) if is_killed else 0 for is_killed in chances])
        self.both.check_twins()
        self.both.settle()

    @property
    def crashes(self) -> int:
        """How often a machine was killed, or a request went wrong: each left a run without help."""
        return self.both.crashes + sum(met.fault is not None for met in self.sandbox.log)

    def come_to_rest(self) -> None:
        """Apply until nothing is left to do on either machine."""
        self.machines[0].converge()
        self.both.settle_twins()
        for machine in (*self.machines, self.machines[0]):
            machine.converge()

    def check(self) -> None:
        """Check the promises for both machines, and that no update wiped what is not ours."""
        for machine in self.machines:
            machine.check()
        wiped = tuple(
            f"{each.title} lost its {name}"
            for each in records(self.sandbox)
            for name, value in self.theirs.get(each.key, {}).items()
            if each.values[name] != value
        )
        if wiped:
            raise Broken(wiped=wiped)


@contextmanager
def scene(folder: Path, chance: Random) -> Iterator[Scene]:
    """Yield a scene that chance has set up."""
    clock = BothClocks(chance)
    left_out = (
        *("SectionContents", "LessonContents", "SectionId", "Title", "Active", "SystemId"),
        *("UpdatedOn", "DisplayOrder"),
    )
    settings = Settings(
        ids_apart=0,
        section_delete=chance.choice(["ungroups", "deletes"]),
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


def clone_of(machine: Machine, folder: Path) -> Machine:
    """Make another machine with the same outlines and the same state."""
    for path in machine.folder.glob("*.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())
    clone = Machine(folder, machine.sandbox, machine.clock)
    if machine.state().serial:
        copy_state(machine, clone)
    return clone


def copy_state(first: Machine, second: Machine) -> None:
    """Give a clone what the other has committed."""
    path = first.folder / STATE_NAME
    if path not in first.disk.names:
        return
    content = first.disk.read(path)
    file = second.disk.create(second.folder / STATE_NAME)
    second.disk.append(file, content)
    second.disk.sync(file)
    second.disk.sync_folder(second.folder)


def _twins(machine: Machine) -> set[Key]:
    """Return the twins that a look tells."""
    found = [each for each in machine.look() if each.finding is Finding.TWIN]
    return {(each.kind.name, each.record_id) for each in found}
