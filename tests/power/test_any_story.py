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

import httpx
import pytest
from forgetful import ForgetfulDisk
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from machine import COLLEAGUE, Machine, Switch
from together import Both, clone_of
from turns import BothClocks
from virtual import virtual_sandbox

from coursesync.errors import StateLocked, Stop
from coursesync.planning.policy import OnRemoval, Policy
from coursesync.sandbox import Fault, FaultKind, Settings
from coursesync.state import STATE_NAME

if TYPE_CHECKING:
    from coursesync.sandbox import Sandbox

COURSES = (4711, 4712)
LOCAL = "http://localhost"
LONGEST_LAG = 20.0  # seconds; looks go on for a minute
SECTIONS = "/api/content/coursesections"
CREATES, UPDATES, DELETES = f"POST {SECTIONS}", f"PUT {SECTIONS}", f"DELETE {SECTIONS}/*"
SEARCHES = f"GET {SECTIONS}"
POLICIES = [Policy(each, prune=True) for each in OnRemoval]
# what a run has to outlive; slow and socket-level ones need a real clock or a real socket. An Id of
# another record (`known-id`) differs visibly from a new one only if that record was listed
KINDS = sorted(
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
    "lists_null": [[], ["SectionContents"], ["SectionContents", "Title", "SystemId", "UpdatedOn"]],
    "put_resets": ["fields", "everything", "nothing"],
    "system_id": ["kept", "dropped", "refused"],
}
FAULTS = st.sampled_from(
    [f"{kind}{AMOUNTS.get(kind, '')}" for kind in KINDS if kind is not FaultKind.FORBIDDEN_TOKEN]
    + ["late=15", "status=502", "status=202", "status=404", "forbidden-token"]
)


class Story(RuleBasedStateMachine):
    """One workspace of two courses, one site, and all that can happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.clock = BothClocks(Random(0))  # noqa: S311 - repeatable
        self.sandbox, _ = self.stack.enter_context(virtual_sandbox(self.clock, Settings()))
        self.machine = Machine(self.folder, self.sandbox, self.clock)
        self.outlines: dict[int, list[str]] = {course: [] for course in COURSES}
        self.titles: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.protected: set[str] = set()
        self.saves: list[dict[Path, bytes]] = [{}]
        self.lost: set[int] = set()
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
            lines += [f"  - key: {name.lower()}", f"    title: {self.titles[name]}"]
            lines += [f"    contents: <p>{name} {self.versions[name]}</p>"]
            lines += [f"    previous_keys: [c{c}.{name.lower()}]" for c in COURSES if c != course]
            lines += ["    protect: true"] * (name in self.protected)
        if not self.outlines[course]:
            lines[-1] += " []"
        (self.folder / f"c{course}.yaml").write_text("\n".join(lines) + "\n")

    def new(self) -> str:
        """Make up a section."""
        self.made += 1
        name = f"S{self.made}"
        self.titles[name], self.versions[name] = f"Section {name}", 0
        return name

    def one_of(self, course: int, place: int) -> str | None:
        """Choose a section of an outline, if it has any."""
        names = self.outlines[course]
        return names[place % len(names)] if names else None

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
        self.sandbox.lag_lists(lag)
        self.clock.take_turns_by(Random(seed))  # noqa: S311 - repeatable
        with tempfile.TemporaryDirectory() as folder:
            clone = clone_of(self.machine, Path(folder))
            both = Both(self.sandbox, self.clock, (self.machine, clone), marks=True)
            both.run()
            both.check_twins()
            both.settle()
        known = {entry.id for entry in self.machine.state().entries.values()}
        self.lost |= {int(str(record["Id"])) for record in self.sandbox.sections()} - known
        self.saves.append({p: i.content for p, i in self.machine.disk.names.items()})

    @rule(course=st.sampled_from(COURSES), number=st.integers(1, 4))
    def add_sections(self, course: int, number: int) -> None:
        """Put new sections at the end of an outline."""
        for _ in range(number):
            self.outlines[course].append(self.new())
        self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def put_one_between(self, course: int, place: int) -> None:
        """Put a new section between two others."""
        self.outlines[course].insert(place, self.new())
        self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def rewrite_one(self, course: int, place: int) -> None:
        """Change a section's contents."""
        if name := self.one_of(course, place):
            self.versions[name] += 1
            self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def retitle_one(self, course: int, place: int) -> None:
        """Give a section another title."""
        if name := self.one_of(course, place):
            self.titles[name] += " again"
            self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20), to=st.integers(0, 20))
    def put_one_elsewhere(self, course: int, place: int, to: int) -> None:
        """Move a section within its outline."""
        if name := self.one_of(course, place):
            self.outlines[course].remove(name)
            self.outlines[course].insert(to, name)
            self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def give_one_away(self, course: int, place: int) -> None:
        """Move a section to the other course's outline, and state the move in `previous_keys`.

        Not once a machine was lost: which course a section was in, no state can then be sure of.
        """
        if (name := self.one_of(course, place)) and not self.losses:
            self.gave = True
            (other,) = set(COURSES) - {course}
            self.outlines[course].remove(name)
            self.outlines[other].append(name)
            self.write(course)
            self.write(other)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def protect_one(self, course: int, place: int) -> None:
        """Protect a section from deletion, or release it."""
        if name := self.one_of(course, place):
            self.protected ^= {name}
            self.write(course)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def take_one_out(self, course: int, place: int) -> None:
        """Take a section out of an outline; it stays on the site."""
        if self.outlines[course]:
            self.outlines[course].pop(place % len(self.outlines[course]))
            self.write(course)

    @rule(
        method=st.sampled_from([CREATES, UPDATES, DELETES, SEARCHES]),
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
        self.sandbox.lag_lists(seconds)

    @rule(seconds=st.sampled_from([1.0, 30.0, 600.0]))
    def let_time_pass(self, seconds: float) -> None:
        """Do nothing for a while."""
        self.clock.sleep(seconds)

    @rule(course=st.sampled_from(COURSES))
    def let_a_colleague_add(self, course: int) -> None:
        """Let someone click a section of her own together."""
        self.made += 1
        values = {"CourseId": course, "Title": f"By hand {self.made}", "DisplayOrder": self.made}
        whole = {**values, "UnlockType": 1, "UnlockAfterDays": 0, "Active": True}
        foreign(self.sandbox, whole)

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def let_a_colleague_edit(self, course: int, place: int) -> None:
        """Let someone edit one of our sections on the site; the outline wins."""
        self.clock.sleep(2)  # the server's times have no fractions of a second
        name = self.one_of(course, place)
        for record in self.sandbox.sections():
            if name and record["Title"] == self.titles[name]:
                foreign(self.sandbox, {"Id": record["Id"], "Title": f"Not {name}"}, "PUT")

    @rule(course=st.sampled_from(COURSES), place=st.integers(0, 20))
    def let_a_colleague_delete(self, course: int, place: int) -> None:
        """Let someone delete a section of ours on the site."""
        name = self.one_of(course, place)
        for record in self.sandbox.sections():
            if name and record["Title"] == self.titles[name]:
                foreign_remove(self.sandbox, record["Id"])

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
    )
    def be_cut_off(self, at: int, seed: int | None, policy: Policy, *, power: bool) -> None:
        """Apply, and be killed or lose power at some effect."""
        chance = None if seed is None else Random(seed)  # noqa: S311 - repeatable
        self.machine.cut(Switch(at), random=chance, power=power, policy=policy)

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
        known = {entry.id for entry in self.machine.state().entries.values()}
        made = {int(str(record["Id"])) for record in self.sandbox.sections()}
        self.lost |= made - known

    def exempt(self) -> frozenset[int]:
        """Return the records that no state can know: lost with a machine, and in no outline."""
        wanted = {
            (course, self.titles[name]) for course in COURSES for name in self.outlines[course]
        }
        return frozenset(
            int(str(record["Id"]))
            for record in self.sandbox.sections()
            if record["Id"] in self.lost and (record["CourseId"], record["Title"]) not in wanted
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


def foreign(sandbox: Sandbox, values: dict[str, object], method: str = "POST") -> None:
    """Make or change a record as someone else."""
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox), base_url=LOCAL) as hand:
        body = {**values, "By": COLLEAGUE}
        hand.request(method, "/_sandbox/sections", json=body).raise_for_status()


def foreign_remove(sandbox: Sandbox, record_id: object) -> None:
    """Remove a record as someone else."""
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox), base_url=LOCAL) as hand:
        hand.delete("/_sandbox/sections", params={"id": str(record_id)}).raise_for_status()


TestAnyStory = Story.TestCase
TestAnyStory.settings = settings(
    max_examples=100,
    stateful_step_count=14,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
