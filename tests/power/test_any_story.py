"""Any story: outlines edited, applied, cut off, lost, and a server that misbehaves at every turn.

After each apply that comes to its end the promises hold; at the end of every story, too: nothing
is on the server twice, the state lacks no Id, and there is nothing left to create.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from forgetful import ForgetfulDisk
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from machine import (
    BY_HAND,
    COLLEAGUE,
    LONGEST_LAG,
    Machine,
    Switch,
    change,
    known_to,
    records,
    remove,
)
from together import Both, clone_of
from turns import BothClocks
from virtual import virtual_sandbox

from coursesync.errors import StateLocked, Stop
from coursesync.kinds import KINDS
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION
from coursesync.planning.policy import OnRemoval, Policy
from coursesync.sandbox import Fault, FaultKind, Settings
from coursesync.state import STATE_NAME

if TYPE_CHECKING:
    from machine import Live

COURSES = (4711, 4712)
ENDPOINTS = [kind.endpoint for kind in KINDS.values()]
REQUESTS = [
    *(f"{method} {endpoint}" for method in ("POST", "PUT", "GET") for endpoint in ENDPOINTS),
    *(f"DELETE {endpoint}/*" for endpoint in ENDPOINTS),
]
POLICIES = [Policy(each, prune=True) for each in OnRemoval]
# what a run has to outlive; slow and socket-level ones need a real clock or a real socket. An Id of
# another record (`known-id`) differs visibly from a new one only if that record was listed
FAULT_KINDS = sorted(
    set(FaultKind)
    - {FaultKind.SLOW, FaultKind.SLOW_HEADERS, FaultKind.LATE, FaultKind.STATUS, FaultKind.KNOWN_ID}
    - {FaultKind.NO_EFFECT, FaultKind.OTHER_COURSE_ID}
    # carried out though the contract says that it was not: one look comes before it is sent again,
    # which a list that lags can make vain; then the last look tells (`together`)
    - {FaultKind.THROTTLED_AFTER, FaultKind.TOO_MANY_AFTER, FaultKind.UNAUTHORIZED_AFTER}
)
AMOUNTS = {
    FaultKind.THROTTLED: "=2",
    FaultKind.TOO_MANY: "=2",
    FaultKind.THROTTLED_DATE: "=3",
}
READINGS: dict[str, list[object]] = {
    "lists_null": [
        [],
        ["SectionContents", "LessonContents"],
        ["SectionContents", "LessonContents", "SectionId", "Title", "SystemId", "UpdatedOn"],
    ],
    "put_resets": ["fields", "everything", "nothing"],
    "system_id": ["kept", "dropped", "refused"],
    "section_delete": ["ungroups", "deletes", "refused"],
}
FAULTS = st.sampled_from(
    [
        f"{kind}{AMOUNTS.get(kind, '')}"
        for kind in FAULT_KINDS
        if kind is not FaultKind.FORBIDDEN_TOKEN
    ]
    + ["late=15", "status=502", "status=202", "status=404", "forbidden-token"]
)


class Story(RuleBasedStateMachine):
    """One workspace of two courses, one site, and all that can happen to them.

    Attributes:
        outlines: the names of each course's sections.
        within: the names of the lessons of each list, by the section's name or the course's Id; a
            list that is not written is not in here.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.clock = BothClocks(Random(0))  # noqa: S311 - repeatable
        # a section and a lesson may have the same Id
        settings = Settings(ids_apart=0)
        self.sandbox, _ = self.stack.enter_context(virtual_sandbox(self.clock, settings))
        self.machine = Machine(self.folder, self.sandbox, self.clock)
        self.outlines: dict[int, list[str]] = {course: [] for course in COURSES}
        self.within: dict[int | str, list[str]] = {}
        self.titles: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.protected: set[str] = set()
        self.saves: list[dict[Path, bytes]] = [{}]
        self.lost: set[tuple[str, int]] = set()
        self.losses = 0
        self.gave = False
        self.made = 0
        for course in COURSES:
            self.sandbox.add_course(course, f"Course {course}")
            self.write(course)

    def write(self, course: int) -> None:
        """Write a course's outline."""
        lines = [f"id: {course}", "title: A course", "sections:"]
        for name in self.outlines[course]:
            lines += self.item(name)
            lines += [f"    previous_keys: [c{c}.{name.lower()}]" for c in COURSES if c != course]
            lines += [f"    {line}" for line in self.list_in(name)]
        if not self.outlines[course]:
            lines[-1] += " []"
        lines += self.list_in(course)
        (self.folder / f"c{course}.yaml").write_text("\n".join(lines) + "\n")

    def item(self, name: str) -> list[str]:
        """Return the lines that a section and a lesson have in common."""
        lines = [f"  - key: {name.lower()}", f"    title: {self.titles[name]}"]
        lines += [f"    contents: <p>{name} {self.versions[name]}</p>"]
        return lines + ["    protect: true"] * (name in self.protected)

    def list_in(self, parent: int | str) -> list[str]:
        """Return the lines of a list of lessons; none if the list is not written."""
        if parent not in self.within:
            return []
        names = self.within[parent]
        lines = [line for name in names for line in self.item(name)]
        return ["lessons:" + " []" * (not names), *lines]

    def new(self, letter: str = "S") -> str:
        """Make up a section, or a lesson."""
        self.made += 1
        name = f"{letter}{self.made}"
        noun = "Section" if letter == "S" else "Lesson"
        self.titles[name], self.versions[name] = f"{noun} {name}", 0
        return name

    def parents(self, course: int) -> list[int | str]:
        """Return what may have a list of lessons."""
        return [course, *self.outlines[course]]

    def one_of(self, course: int, place: int) -> str | None:
        """Choose a section or a lesson of an outline, if it has any."""
        lessons = [each for at in self.parents(course) for each in self.within.get(at, ())]
        names = [*self.outlines[course], *lessons]
        return names[place % len(names)] if names else None

    def list_of(self, course: int, name: str) -> list[str]:
        """Return the list that a section or a lesson is in."""
        if name in self.outlines[course]:
            return self.outlines[course]
        lists = (self.within.get(at, []) for at in self.parents(course))
        return next(names for names in lists if name in names)

    def live(self, name: str) -> list[Live]:
        """Return the records that have the title of a section or a lesson."""
        kind = SECTION if name.startswith("S") else LESSON
        found = records(self.sandbox)
        return [each for each in found if each.kind is kind and each.title == self.titles[name]]

    def settled(self) -> bool:
        """Whether nothing that a run left waits for the next one."""
        return all(
            path.name in {STATE_NAME, f"{STATE_NAME}.backup"} for path in self.machine.disk.names
        )

    @rule(name=st.sampled_from(sorted(READINGS)), number=st.integers(0, 2))
    def let_the_api_be_another(self, name: str, number: int) -> None:
        """Let lists leave out properties, updates reset what they lack, or the API drop markers."""
        self.sandbox.change(**{name: READINGS[name][number]})

    @rule(seed=st.integers(0, 9), lag=st.sampled_from([0.0, 3.0, LONGEST_LAG]))
    def apply_from_two_clones(self, seed: int, lag: float) -> None:
        """Let a clone of the workspace apply at the same time, with the state that git has.

        Whoever ends last tells each twin; a person deletes what the first machine does not manage.
        """
        if self.losses or not self.settled():
            return
        self.sandbox.clear_faults()
        self.clock.sleep(LONGEST_LAG + 20)
        self.sandbox.change(list_lag=lag)
        self.clock.take_turns_by(Random(seed))  # noqa: S311 - repeatable
        with tempfile.TemporaryDirectory() as folder:
            clone = clone_of(self.machine, Path(folder))
            both = Both(self.sandbox, self.clock, (self.machine, clone), marks=True)
            both.run()
            both.check_twins()
            both.settle()
        made = {each.key for each in records(self.sandbox)}
        self.lost |= made - known_to(self.machine.state())
        self.saves.append({p: i.content for p, i in self.machine.disk.names.items()})

    @rule(course=st.sampled_from(COURSES), number=st.integers(1, 4))
    def add_sections(self, course: int, number: int) -> None:
        """Put new sections at the end of an outline."""
        for _ in range(number):
            self.outlines[course].append(self.new())
        self.write(course)

    @rule(course=st.sampled_from(COURSES), number=st.integers(1, 3))
    def add_a_section_with_lessons(self, course: int, number: int) -> None:
        """Put a new section with new lessons at the end of an outline."""
        name = self.new()
        self.outlines[course].append(name)
        self.within[name] = [self.new("L") for _ in range(number)]
        self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20), number=st.integers(1, 3))
    def add_lessons(self, course: int, place: int, number: int) -> None:
        """Put new lessons into a section, or directly into the course."""
        parents = self.parents(course)
        lessons = self.within.setdefault(parents[place % len(parents)], [])
        for _ in range(number):
            lessons.insert(place, self.new("L"))
        self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20), to=st.integers(0, 20))
    def move_a_lesson(self, course: int, place: int, to: int) -> None:
        """Move a lesson to another section, or out of any."""
        parents = self.parents(course)
        lessons = [each for at in parents for each in self.within.get(at, ())]
        if lessons:
            name = lessons[place % len(lessons)]
            self.list_of(course, name).remove(name)
            self.within.setdefault(parents[to % len(parents)], []).insert(place, name)
            self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def drop_a_list(self, course: int, place: int) -> None:
        """Delete a list of lessons from an outline; they stay on the site as they are."""
        parents = self.parents(course)
        self.within.pop(parents[place % len(parents)], None)
        self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def put_one_between(self, course: int, place: int) -> None:
        """Put a new section between two others."""
        self.outlines[course].insert(place, self.new())
        self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def rewrite_one(self, course: int, place: int) -> None:
        """Change the contents of a section or a lesson."""
        if name := self.one_of(course, place):
            self.versions[name] += 1
            self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def retitle_one(self, course: int, place: int) -> None:
        """Give a section or a lesson another title."""
        if name := self.one_of(course, place):
            self.titles[name] += " again"
            self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20), to=st.integers(0, 20))
    def put_one_elsewhere(self, course: int, place: int, to: int) -> None:
        """Move a section or a lesson within its list."""
        if name := self.one_of(course, place):
            names = self.list_of(course, name)
            names.remove(name)
            names.insert(to, name)
            self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def give_one_away(self, course: int, place: int) -> None:
        """Move a section to the other course's outline, and state the move in `previous_keys`.

        Its lessons stay in their course. Not once a machine was lost: which course a section was
        in, no state can then be sure of.
        """
        if (names := self.outlines[course]) and not self.losses:
            self.gave = True
            (other,) = set(COURSES) - {course}
            name = names.pop(place % len(names))
            self.outlines[other].append(name)
            if left := self.within.pop(name, []):
                self.within.setdefault(course, []).extend(left)
            self.write(course)
            self.write(other)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def protect_one(self, course: int, place: int) -> None:
        """Protect a section or a lesson from deletion, or release it."""
        if name := self.one_of(course, place):
            self.protected ^= {name}
            self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def take_one_out(self, course: int, place: int) -> None:
        """Take a section with its lessons, or a lesson, out of an outline; it stays on the site."""
        if name := self.one_of(course, place):
            self.list_of(course, name).remove(name)
            self.within.pop(name, None)
            self.write(course)

    @rule(
        method=st.sampled_from(REQUESTS),
        nth=st.integers(1, 4),
        kind=FAULTS,
    )
    def let_something_go_wrong(self, method: str, nth: int, kind: str) -> None:
        """Let a later request fail."""
        times = "x2" if kind == "forbidden-token" else ""
        self.sandbox.add_fault(Fault.parse(f"{method}@{nth}{times}:{kind}"))

    @rule(seconds=st.sampled_from([0.0, 3.0, LONGEST_LAG]))
    def let_lists_lag(self, seconds: float) -> None:
        """Let lists lag by so many seconds."""
        self.sandbox.change(list_lag=seconds)

    @rule(seconds=st.sampled_from([1.0, 30.0, 600.0]))
    def let_time_pass(self, seconds: float) -> None:
        """Do nothing for a while."""
        self.clock.sleep(seconds)

    @rule(course=st.sampled_from(COURSES), place=st.integers(-5, 20))
    def let_a_colleague_add(self, course: int, place: int) -> None:
        """Let someone click a section of her own together, or a lesson: perhaps in a section."""
        self.made += 1
        values = {"CourseId": course, "Title": f"{BY_HAND} {self.made}", "DisplayOrder": self.made}
        whole = {**values, "UnlockType": 1, "UnlockAfterDays": 0, "Active": True}
        found = records(self.sandbox)
        places = [each.id for each in found if each.kind is SECTION and each.course == course]
        kind = LESSON if place >= 0 else SECTION
        if kind is LESSON and place % 4 and places:
            whole["SectionId"] = places[place % len(places)]
        change(self.sandbox, kind, {**whole, "By": COLLEAGUE}, "POST")

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def let_a_colleague_edit(self, course: int, place: int) -> None:
        """Let someone edit one of our records on the site; the outline wins."""
        self.clock.sleep(2)  # the server's times have no fractions of a second
        name = self.one_of(course, place)
        for record in self.live(name) if name else ():
            title = f"Not {name}"
            change(self.sandbox, record.kind, {"Id": record.id, "Title": title, "By": COLLEAGUE})

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20), to=st.integers(-1, 20))
    def let_a_colleague_move(self, course: int, place: int, to: int) -> None:
        """Let someone move one of our lessons on the site, or take it out; the outline wins."""
        self.clock.sleep(2)
        found = records(self.sandbox)
        lessons = [each for each in found if each.kind is LESSON and each.course == course]
        places = [each.id for each in found if each.kind is SECTION and each.course == course]
        if lessons:
            there = places[to % len(places)] if places and to >= 0 else None
            lesson = lessons[place % len(lessons)]
            if lesson.holder != there:
                values = {"Id": lesson.id, "SectionId": there, "By": COLLEAGUE}
                change(self.sandbox, LESSON, values)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def let_a_colleague_delete(self, course: int, place: int) -> None:
        """Let someone delete a record of ours on the site; of a section, the API may refuse it."""
        name = self.one_of(course, place)
        for record in self.live(name) if name else ():
            remove(self.sandbox, record.kind, record.id)

    @rule(policy=st.sampled_from(POLICIES), afresh=st.booleans())
    def apply(self, policy: Policy, *, afresh: bool) -> None:
        """Apply, whatever the result."""
        with suppress(Stop):
            self.machine.apply(policy=policy, afresh=afresh)
        self.saves.append({p: i.content for p, i in self.machine.disk.names.items()})

    @rule(
        at=st.integers(1, 60),
        seed=st.none() | st.integers(0, 9),
        policy=st.sampled_from(POLICIES),
        power=st.booleans(),
        edits=st.lists(st.tuples(st.sampled_from(COURSES), st.integers(0, 20)), max_size=3),
    )
    def be_cut_off(
        self,
        at: int,
        seed: int | None,
        policy: Policy,
        edits: list[tuple[int, int]],
        *,
        power: bool,
    ) -> None:
        """Apply, and be killed or lose power at some effect; then retitle what may be in doubt."""
        chance = None if seed is None else Random(seed)  # noqa: S311 - repeatable
        self.machine.cut(Switch(at), random=chance, power=power, policy=policy)
        for course, place in edits:
            if name := self.one_of(course, place):
                self.titles[name] += " again"
                self.write(course)

    @rule(at=st.integers(1, 30))
    def apply_twice_at_once(self, at: int) -> None:
        """Start a second apply while the first is under way: it is refused, and harms nothing."""
        second = Machine(self.folder, self.sandbox, self.clock)
        switch = Intruder(at, second, self.machine)
        self.machine.apply(switch)

    @rule(which=st.integers(0, 5))
    def lose_the_machine(self, which: int) -> None:
        """Continue with the files in git: an older state or none, and no journal.

        At most once if a section was moved to the other course: an older state, put in the place
        of a rebuilt one, has it in its former course, and can't know the new record.
        """
        if self.gave and self.losses:
            return
        self.losses += 1
        before = self.saves[-1 - which % len(self.saves)]
        if any(path.name == STATE_NAME for path in before):
            # as long as it takes to notice and to start over; without a state, apply itself waits
            self.clock.sleep(LONGEST_LAG + 20)
        self.machine.disk = ForgetfulDisk(Switch())
        for path, content in before.items():
            if path.name == STATE_NAME:
                file = self.machine.disk.create(path)
                self.machine.disk.append(file, content)
                self.machine.disk.sync(file)
        self.machine.disk.sync_folder(self.folder)
        made = {each.key for each in records(self.sandbox)}
        self.lost |= made - known_to(self.machine.state())

    def exempt(self) -> frozenset[tuple[str, int]]:
        """Return the records that no state can know: lost with a machine, and in no outline.

        A lesson that an outline has elsewhere is such a record.
        """
        live = records(self.sandbox)
        sections: dict[int | None, str | None] = {None: None}
        for each in live:
            if each.kind is SECTION:
                sections[each.id] = each.title
        wanted: set[tuple[object, ...]] = set()
        for course, names in self.outlines.items():
            wanted |= {(SECTION.name, course, None, self.titles[name]) for name in names}
            for at in self.parents(course):
                where = self.titles.get(str(at))
                lessons = self.within.get(at, ())
                wanted |= {(LESSON.name, course, where, self.titles[name]) for name in lessons}
        return frozenset(
            each.key
            for each in live
            if each.key in self.lost
            and (each.kind.name, each.course, sections.get(each.holder), each.title) not in wanted
        )

    @precondition(lambda self: self.made > 0)
    @rule()
    def come_to_rest(self) -> None:
        """End all faults, apply until nothing is left to do, and check the promises."""
        self.sandbox.clear_faults()
        self.clock.sleep(LONGEST_LAG + 20)
        self.machine.converge()
        self.machine.check(self.exempt())

    def teardown(self) -> None:
        """End every story well."""
        try:
            self.come_to_rest()
        finally:
            self.stack.close()


class Intruder(Switch):
    """At one effect of a run, lets a second run try its luck."""

    def __init__(self, at: int, second: Machine, first: Machine) -> None:
        super().__init__()
        self._at, self._second, self._first = at, second, first

    def __call__(self, effect: str) -> None:
        """Count an effect."""
        super().__call__(effect)
        if len(self.effects) == self._at:
            self._second.disk = self._first.disk
            with pytest.raises(StateLocked):
                self._second.apply()
            self._first.disk.effect = self


TestAnyStory = Story.TestCase
TestAnyStory.settings = settings(
    max_examples=100,
    stateful_step_count=14,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
