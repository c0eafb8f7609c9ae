"""Items with a parent item: created, moved, numbered and deleted with their parents."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import httpx
import pytest
from values import Section, course
from virtual import Quiet, VirtualClock, virtual_sandbox

from coursesync.applying.apply import apply
from coursesync.applying.report import Report, Status
from coursesync.applying.run import Terms
from coursesync.applying.world import World
from coursesync.kinds import LISTED
from coursesync.kinds.address import address_of, course_address, key_of
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.resource import Resource
from coursesync.nexudus.limits import Schedule
from coursesync.operations.site import refresh
from coursesync.outlines.workspace_files import Outlines
from coursesync.planning.diff import plan_of
from coursesync.planning.drift import twins_in
from coursesync.planning.policy import KEEP_ALL, OnRemoval, Policy
from coursesync.sandbox import Fault, Settings
from coursesync.state.file_store import StateFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.client import Nexudus
    from coursesync.outlines.outline import Outline
    from coursesync.planning.plan import Plan
    from coursesync.sandbox import Sandbox

TARGET = "http://localhost"
PRUNE = Policy(OnRemoval.DELETE, prune=True)
IN_COURSE = ""  # in place of a section's key


def outline(
    within: Mapping[str, list[str] | None], former: Mapping[str, str] | None = None
) -> Outline:
    """Make an outline: for each section's key, the keys of its lessons; None for no list.

    `former` has the former keys of sections and lessons, by their keys.
    """
    old = former or {}
    keys = [key for key in within if key != IN_COURSE]
    made = course(
        *(
            Section(f"Section {old.get(key, key)}", key, previous=(old[key],) if key in old else ())
            for key in keys
        )
    )
    sections = {key_of(each.address): each for each in made.resources}
    resources: list[Resource] = []
    for key, lessons in within.items():
        if key != IN_COURSE:
            resources.append(sections[key])
        where = ("c", key) if key else ("c",)
        for each in lessons or ():
            attributes = LESSON.encode({"title": f"Lesson {old.get(each, each)}"})
            resources.append(
                Resource(
                    LESSON,
                    address_of(LESSON.name, *where, each),
                    {**attributes, LESSON.course_property: 4711},
                    made.tree,
                    (),
                    previous_keys=(old[each],) if each in old else (),
                )
            )
    lists = {
        (LESSON, address_of(LISTED.name, "c", key) if key else course_address("c"))
        for key, lessons in within.items()
        if lessons is not None
    }
    return replace(made, resources=tuple(resources), lists=frozenset(lists))


@dataclass
class Site:
    """A workspace of one outline, and the sandbox that it is applied to."""

    folder: Path
    sandbox: Sandbox
    remote: Nexudus
    clock: VirtualClock = field(default_factory=VirtualClock)

    @property
    def store(self) -> StateFile:
        """The state's file."""
        return StateFile(self.folder / "state.json", TARGET)

    def plan(self, wanted: Outline, policy: Policy = KEEP_ALL) -> Plan:
        """Make the plan."""
        return plan_of(Outlines((wanted,), frozenset()), self.store.load(), policy)

    def apply(
        self, wanted: Outline, policy: Policy = KEEP_ALL, terms: Terms | None = None
    ) -> Report:
        """Plan and apply."""
        store = self.store
        with store.held():
            state = store.load()
            world = World(self.remote, self.clock, Quiet(), Schedule(None), store)
            plan = plan_of(Outlines((wanted,), frozenset()), state, policy)
            return apply(plan, state, world, terms)

    def apply_afresh(self, wanted: Outline) -> Report:
        """Look at the site, then plan and apply; what others changed is overwritten."""
        store = self.store
        with store.held():
            world = World(self.remote, self.clock, Quiet(), Schedule(None), store)
            state, found = refresh(store.load(), world)
            plan = plan_of(Outlines((wanted,), frozenset()), state)
            return apply(plan, state, world, Terms(overwrite_drift=True), found)

    def twins(self) -> list[tuple[str, str]]:
        """Look at the site; return the title and the address of each twin."""
        world = World(self.remote, self.clock, Quiet(), Schedule(None), self.store)
        _, found = refresh(self.store.load(), world)
        return sorted(
            (each.kind.title_of(each.record.attributes), each.address or "")
            for each in twins_in(found)
            if each.record is not None
        )

    def copy(self, kind: Kind, title: str, **changed: int | str | None) -> int:
        """Create a record like the first one with a title, without a marker; return its Id."""
        alike = {LISTED: self.sandbox.sections, LESSON: self.sandbox.lessons}[kind]()
        record = next(each for each in alike if each["Title"] == title)
        sent = {name: value for name, value in record.items() if name in kind.types}
        made = self.remote.create(kind.endpoint, {**sent, **changed})
        return int(json.loads(made.body)["Value"]["Id"])

    def remove(self, kind: Kind, record_id: object) -> None:
        """Remove a record as a person does."""
        with httpx.Client(transport=httpx.WSGITransport(app=self.sandbox), base_url=TARGET) as hand:
            query = {"id": str(record_id)}
            hand.delete(f"/_sandbox/{kind.plural}", params=query).raise_for_status()

    def writes(self, since: int) -> list[str]:
        """Return the methods of the writes that were sent since."""
        return [each.method for each in self.sandbox.log[since:] if each.method != "GET"]

    def lessons(self) -> dict[str, tuple[int, object, object]]:
        """Return each lesson's Id, its section's title and its number, by its own title."""
        titles = {each["Id"]: each["Title"] for each in self.sandbox.sections()}
        return {
            str(each["Title"]): (
                int(str(each["Id"])),
                titles.get(each["SectionId"]),
                each["DisplayOrder"],
            )
            for each in self.sandbox.lessons()
        }


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Yield a site with one course, and a workspace for it."""
    clock = VirtualClock()
    # a record of another kind may have the same Id
    with virtual_sandbox(clock, Settings(ids_apart=0)) as (sandbox, remote):
        sandbox.add_course(4711, "Onboarding")
        yield Site(folder, sandbox, remote, clock)


def test_a_section_and_its_lessons_are_made_in_one_apply(tmp_path: Path) -> None:
    """A lesson gets the Id of its section once that is known; the next plan is empty."""
    wanted = outline({"one": ["a", "b"], "two": ["a"], IN_COURSE: ["glossary"]})
    with site(tmp_path) as here:
        report = here.apply(wanted)

        assert report.complete
        assert not here.plan(wanted).changes
        titles = [(each["Title"], each["SectionId"]) for each in here.sandbox.lessons()]
        ids = {each["Title"]: each["Id"] for each in here.sandbox.sections()}
        assert sorted(titles, key=str) == sorted(
            [
                ("Lesson a", ids["Section one"]),
                ("Lesson a", ids["Section two"]),
                ("Lesson b", ids["Section one"]),
                ("Lesson glossary", None),
            ],
            key=str,
        )
        again = here.apply(wanted)
        assert again.complete
        _, found = refresh(
            here.store.load(),
            World(here.remote, here.clock, Quiet(), Schedule(None), here.store),
        )
        assert found == ()


def test_numbers_count_within_the_parent(tmp_path: Path) -> None:
    """Each list is numbered on its own, in steps of ten."""
    with site(tmp_path) as here:
        here.apply(outline({"one": ["a", "b"], "two": ["c"], IN_COURSE: ["d"]}))

        assert [each[1:] for each in here.lessons().values()] == [
            ("Section one", 10),
            ("Section one", 20),
            ("Section two", 10),
            (None, 10),
        ]


def test_a_lesson_that_moves_keeps_its_id_in_one_write(tmp_path: Path) -> None:
    """To another section, out of any section, or into a new one."""
    steps = [
        outline({"one": ["a"], "two": ["c", "b"], IN_COURSE: []}),
        outline({"one": ["a"], "two": ["c"], IN_COURSE: ["b"]}),
        outline({"one": ["a"], "two": ["c"], "three": ["b"], IN_COURSE: []}),
    ]
    places = ["Section two", None, "Section three"]
    with site(tmp_path) as here:
        here.apply(outline({"one": ["a", "b"], "two": ["c"], IN_COURSE: []}))
        was = here.lessons()["Lesson b"][0]
        for wanted, place in zip(steps, places, strict=True):
            since = len(here.sandbox.log)
            report = here.apply(wanted)

            assert report.complete
            assert here.lessons()["Lesson b"][:2] == (was, place)
            assert here.writes(since).count("PUT") == 1
            assert not here.plan(wanted).changes


def test_lessons_follow_a_section_whose_key_changes(tmp_path: Path) -> None:
    """Only the state changes: nothing is sent."""
    wanted = outline({"first": ["a", "b"], "two": ["a"]}, {"first": "one"})
    with site(tmp_path) as here:
        here.apply(outline({"one": ["a", "b"], "two": ["a"]}))
        since = len(here.sandbox.log)
        report = here.apply(wanted)

        assert report.complete
        assert here.writes(since) == []
        assert sorted(here.store.load().entries) == sorted(
            each.address for each in wanted.resources
        )
        assert not here.plan(wanted).changes


def test_a_refused_section_holds_its_lessons_back(tmp_path: Path) -> None:
    """No lesson is sent without the section that it belongs to."""
    wanted = outline({"one": ["a"], "two": ["b"]})
    with site(tmp_path) as here:
        here.sandbox.add_fault(Fault.parse("POST /api/content/coursesections@2:status=400"))
        report = here.apply(wanted)

        held = [each.change.address for each in report.results if each.status is Status.HELD_BACK]
        assert held == ["lesson.c.two.b"]
        assert list(here.lessons()) == ["Lesson a"]
        assert here.apply(wanted).complete
        assert here.lessons()["Lesson b"][1] == "Section two"


def test_deletions_take_lessons_before_their_section(tmp_path: Path) -> None:
    """A section is deleted once nothing is in it; its lessons are deleted one by one before."""
    with site(tmp_path) as here:
        here.apply(outline({"one": ["a", "b"], "two": ["c"]}))
        since = len(here.sandbox.log)
        report = here.apply(outline({"two": ["c"]}), PRUNE)

        assert report.complete
        gone = [each.path for each in here.sandbox.log[since:] if each.method == "DELETE"]
        assert ["lessons" in each for each in gone] == [True, True, False]
        assert list(here.lessons()) == ["Lesson c"]
        assert len(here.sandbox.sections()) == 1


def test_a_section_stays_as_long_as_one_of_its_lessons_does(tmp_path: Path) -> None:
    """A plan does not promise a deletion that apply would have to refuse."""
    there = outline({"one": ["a", "b"], "two": []})
    kept = [replace(each, protected=True) if each.key == "b" else each for each in there.resources]
    with site(tmp_path) as here:
        here.apply(replace(there, resources=tuple(kept)))
        plan = here.plan(outline({"two": []}), PRUNE)

        assert [(each.action.value, each.address) for each in plan.changes] == [
            ("delete", "lesson.c.one.a"),
            ("keep", "section.c.one"),
            ("keep", "lesson.c.one.b"),
        ]
        assert plan.changes[1].reason == "lesson.c.one.b is in it, and is not deleted"


def test_a_section_with_a_lesson_of_others_is_not_deleted(tmp_path: Path) -> None:
    """The lessons that the plan deletes are accounted for; one that it does not know stops it."""
    with site(tmp_path) as here:
        here.apply(outline({"one": ["a"], "two": []}))
        section = here.sandbox.sections()[0]["Id"]
        made = here.remote.create(
            LESSON.endpoint,
            {
                "CourseId": 4711,
                "SectionId": section,
                "Title": "By hand",
                "DisplayOrder": 50,
                "UnlockType": 1,
                "UnlockAfterDays": 0,
            },
        )
        assert made.status == 200
        report = here.apply(outline({"two": []}), PRUNE)

        stopped = [(each.change.address, each.status) for each in report.results if not each.done]
        assert ("section.c.one", Status.NOT_EMPTY) in stopped
        assert {status for _, status in stopped} <= {Status.NOT_EMPTY, Status.HELD_BACK}
        assert "By hand" in here.lessons()
        assert len(here.sandbox.sections()) == 2


def test_lessons_without_a_list_are_kept(tmp_path: Path) -> None:
    """Where the outline has no list, nothing is deleted, whatever the policy."""
    with site(tmp_path) as here:
        here.apply(outline({"one": ["a"], IN_COURSE: ["b"]}))
        plan = here.plan(outline({"one": None, IN_COURSE: None}), PRUNE)

        assert [(each.action.value, each.address) for each in plan.changes] == [
            ("keep", "lesson.c.b"),
            ("keep", "lesson.c.one.a"),
        ]
        emptied = here.plan(outline({"one": [], IN_COURSE: []}), PRUNE)
        assert {each.action.value for each in emptied.changes} == {"delete"}


def test_a_lost_answer_to_a_lesson_makes_no_second_one(tmp_path: Path) -> None:
    """A create in doubt is looked for among the lessons of its course."""
    wanted = outline({"one": ["a", "b"], "two": ["c"]})
    with site(tmp_path) as here:
        here.sandbox.add_fault(Fault.parse("POST /api/content/courselessons@2:lost-after"))
        report = here.apply(wanted)

        assert report.complete
        assert sorted(here.lessons()) == ["Lesson a", "Lesson b", "Lesson c"]
        assert not here.plan(wanted).changes


def test_a_lost_state_adopts_sections_and_what_is_in_them(tmp_path: Path) -> None:
    """A machine that was lost made them: nothing is made twice."""
    wanted = outline({"one": ["a", "b"], "two": ["a"], IN_COURSE: ["a"]})
    with site(tmp_path) as here:
        here.apply(wanted)
        before = here.lessons()
        here.store.path.unlink()
        report = here.apply(wanted)

        assert report.complete
        assert {each.status for each in report.results} == {Status.ADOPTED}
        assert len(here.sandbox.lessons()) == 4
        assert here.lessons() == before


def test_a_lost_state_does_not_make_a_lesson_twice_that_moved_since(tmp_path: Path) -> None:
    """Its marker shows that it is ours, though another section has it: a person decides."""
    with site(tmp_path) as here:
        here.apply(outline({"one": ["a", "b"], "two": []}))
        before = here.lessons()
        here.store.path.unlink()
        report = here.apply(outline({"one": ["a"], "two": ["b"]}))
        (doubt,) = here.store.load().doubts.values()

        assert not report.complete
        assert here.lessons() == before
        assert [each.id for each in doubt.candidates] == [before["Lesson b"][0]]
        assert "elsewhere in the course" in doubt.reason


def test_what_members_have_completed_is_not_deleted(tmp_path: Path) -> None:
    """Completions would be lost: the course stops before its first write, until that is allowed."""
    there, wanted = outline({"one": ["a", "b"], "two": []}), outline({"one": ["b"], "two": []})
    with site(tmp_path) as here:
        here.apply(there)
        here.sandbox.add_members(4711, 3)
        here.sandbox.complete_lesson(here.lessons()["Lesson a"][0], 2)
        since = len(here.sandbox.log)
        report = here.apply(wanted, PRUNE)

        assert [each.status for each in report.results] == [Status.HAS_COMPLETIONS]
        assert report.results[0].reason == "not deleted: 2 members have completed it"
        assert here.writes(since) == []
        assert here.apply(wanted, PRUNE, Terms(lose_completions=True)).complete
        assert list(here.lessons()) == ["Lesson b"]


def test_what_nobody_has_completed_is_deleted(tmp_path: Path) -> None:
    """Members of the course alone lose nothing."""
    with site(tmp_path) as here:
        here.apply(outline({"one": ["a", "b"]}))
        here.sandbox.add_members(4711, 3)

        assert here.apply(outline({"one": ["b"]}), PRUNE).complete


def test_what_can_not_be_counted_is_not_deleted(tmp_path: Path) -> None:
    """Without the role that counts completions, nothing that members may have done is lost."""
    with site(tmp_path) as here:
        here.apply(outline({"one": ["a", "b"]}))
        here.sandbox.add_fault(
            Fault.parse("GET /api/content/coursecompletedlessons@1x9:forbidden-token")
        )
        report = here.apply(outline({"one": ["b"]}), PRUNE)

        assert [each.status for each in report.results] == [Status.HAS_COMPLETIONS]
        assert "CourseCompletedLesson-List" in report.results[0].reason
        assert len(here.lessons()) == 2


def test_twins_of_two_kinds_with_the_same_id_are_both_reported(tmp_path: Path) -> None:
    """A section and a lesson have the same Id here: neither hides the other's twin."""
    with site(tmp_path) as here:
        here.apply(outline({"one": [], IN_COURSE: ["a"]}))
        for kind, record in [(LISTED, here.sandbox.sections()), (LESSON, here.sandbox.lessons())]:
            sent = {name: value for name, value in record[0].items() if name in kind.types}
            assert here.remote.create(kind.endpoint, sent).status == 200
        report = here.apply(outline({"one": [], "two": [], IN_COURSE: ["a", "b"]}))

        assert sorted((each.kind.name, each.record_id) for each in report.twins) == [
            ("lesson", 1000002),
            ("section", 1000002),
        ]


@pytest.mark.parametrize("contents", ["", "<p>Words</p>"])
def test_lessons_in_a_twin_are_twins_until_they_are_gone(tmp_path: Path, contents: str) -> None:
    """Another clone made the section with its lessons: each is named, also once that is deleted."""
    with site(tmp_path) as here:
        here.sandbox.change(system_id="dropped")
        wanted = outline({"one": ["a"], "two": []})
        resources = [
            replace(each, attributes={**each.attributes, "LessonContents": contents})
            if each.kind is LESSON
            else each
            for each in wanted.resources
        ]
        here.apply(replace(wanted, resources=tuple(resources)))
        section = here.copy(LISTED, "Section one")
        here.copy(LESSON, "Lesson a", SectionId=section)
        with_it = here.twins()
        here.remove(LISTED, section)

        lesson = ("Lesson a", "lesson.c.one.a")
        assert with_it == [lesson, ("Section one", "section.c.one")]
        assert here.twins() == [lesson]


def test_a_copy_in_another_section_of_ours_is_no_twin(tmp_path: Path) -> None:
    """A person may use a lesson twice; nor is one that has only the title in common."""
    with site(tmp_path) as here:
        here.sandbox.change(system_id="dropped")
        here.apply(outline({"one": ["a"], "two": []}))
        (two,) = [each["Id"] for each in here.sandbox.sections() if each["Title"] == "Section two"]
        here.copy(LESSON, "Lesson a", SectionId=int(str(two)))
        here.copy(LESSON, "Lesson a", SectionId=None, DisplayOrder=70)

        assert here.twins() == []


def test_a_course_that_keeps_an_unconfirmed_lesson_is_not_complete(tmp_path: Path) -> None:
    """The run that confirms it at its end does not take it for one of the outline's."""
    wanted = outline({"one": [], IN_COURSE: ["a"]})
    with site(tmp_path) as here:
        here.sandbox.add_fault(Fault.parse(f"GET {LESSON.endpoint}@3+:status=404"))
        assert here.apply(wanted).stop is not None
        assert here.store.load().entries[address_of(LESSON.name, "c", "a")].unconfirmed
        here.sandbox.clear_faults()
        without = outline({"one": [], IN_COURSE: ["b"]}, {"b": "another"})
        report = here.apply(without)

        assert report.complete
        assert "c" not in report.state.complete
        assert [each.address for each in here.plan(without).changes] == ["lesson.c.a"]


def test_a_rejected_section_does_not_hide_the_lesson_with_its_id(tmp_path: Path) -> None:
    """Only a section is no candidate any more: a lesson in doubt with the same Id is found."""
    wanted = outline({"one": ["a"]})
    with site(tmp_path) as here:
        store = here.store
        here.apply(outline({"one": []}))
        with store.held():
            store.finish(replace(store.load(), strangers={"section": (1000001,)}))
        here.sandbox.add_fault(Fault.parse(f"POST {LESSON.endpoint}@1:lost-after"))
        report = here.apply(wanted)

        assert report.complete
        assert [each["Id"] for each in here.sandbox.lessons()] == [1000001]


@pytest.mark.parametrize("section_delete", ["ungroups", "deletes"])
@pytest.mark.parametrize("system_id", ["kept", "dropped"])
@pytest.mark.parametrize("fault", ["lost-after", "lost-before"])
def test_a_lesson_in_doubt_is_looked_for_though_its_section_is_gone(
    tmp_path: Path, fault: str, system_id: str, section_delete: str
) -> None:
    """The section is made again; the lesson is sent again only if it was looked for in vain."""
    wanted = outline({"one": ["a", "b"]})
    with site(tmp_path) as here:
        here.sandbox.change(section_delete=section_delete, system_id=system_id)
        here.sandbox.add_fault(Fault.parse(f"POST {LESSON.endpoint}@2:{fault}"))
        here.sandbox.add_fault(Fault.parse(f"GET {LESSON.endpoint}@2+:status=404"))
        assert "lesson.c.one.b" in here.apply(wanted).state.doubts
        here.sandbox.clear_faults()
        here.remove(LISTED, here.sandbox.sections()[0]["Id"])
        here.apply_afresh(wanted)
        report = here.apply_afresh(wanted)

        titles = [each["Title"] for each in here.sandbox.lessons()]
        assert sorted(map(str, titles)) == ["Lesson a", "Lesson b"]
        if (fault, system_id, section_delete) == ("lost-after", "dropped", "ungroups"):
            left = report.state.doubts[address_of(LESSON.name, "c", "one", "b")]
            assert [each.id for each in left.candidates] == [1000002]
        else:
            assert report.complete
            assert not here.plan(wanted).changes


def test_a_create_that_nobody_wants_any_more_keeps_what_it_was_sent_with(tmp_path: Path) -> None:
    """A list that lags showed its record, which is gone: it is in doubt again, and recognisable."""
    with site(tmp_path) as here:
        here.sandbox.add_fault(Fault.parse(f"POST {LESSON.endpoint}@1:lost-after"))
        here.sandbox.add_fault(Fault.parse(f"GET {LESSON.endpoint}@3+:status=404"))
        left = here.apply(outline({"one": [], IN_COURSE: ["a"]})).state.doubts
        here.sandbox.clear_faults()
        here.sandbox.change(list_lag=50)
        here.clock.sleep(100)
        here.remove(LESSON, here.sandbox.lessons()[0]["Id"])
        state = here.apply(outline({"one": [], IN_COURSE: []})).state

        assert [*left] == [*state.doubts] == ["lesson.c.a"]
        assert [each.sent for each in state.doubts.values()] == [
            each.sent for each in left.values()
        ]
