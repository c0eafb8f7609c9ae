"""A course before and after a plan shows which section opens on which day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from render.nested import standing
from values import Section, address, course, plan_of, state_of

from coursesync.planning.plan import Course
from coursesync.render.timeline import Station, along, openings, ways, when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.planning.plan import Plan
    from coursesync.render.timeline import Way

UNLOCKS: tuple[object, ...] = ("immediate", "sequential", {"after_days": 7}, {"after_days": 30})


def ways_of(plan: Plan) -> tuple[Way, Way]:
    """Return the records of a plan's only course, before and after the plan."""
    ((found, changes),) = plan.by_course()
    return ways(found, changes)


def titles(stations: Sequence[Station]) -> list[str]:
    """Return the titles in the members' order."""
    return [station.title for station in stations]


def opening(*sections: Section) -> list[int | None]:
    """Return the first day of each section of a new course."""
    _, after = ways_of(plan_of(course(*sections)))
    return [station.day for station in after]


def test_what_stays_is_shown_among_what_changes() -> None:
    """A course is shown whole on both sides, in the members' order on each."""
    before, after = ways_of(plan_of(course("A", "New", "B"), state_of("A", "B", "Gone")))

    assert titles(before) == ["A", "B", "Gone"]
    assert titles(after) == ["A", "New", "B", "Gone"]
    assert [station.change is not None for station in after] == [False, True, False, True]


def test_each_section_is_known_by_its_address() -> None:
    """A record has its old address on the side before, and its new one on the side after."""
    outline = course(Section("A", "new", previous=("a",)), "B", "C")
    before, after = ways_of(plan_of(outline, state_of("A", "B")))

    assert [station.address for station in before] == [address("a"), address("b")]
    assert [station.address for station in after] == [
        address("new"),
        address("b"),
        address("c"),
    ]


def test_days_count_where_a_section_is_timed() -> None:
    """A section that is open from the start has day 0, and a timed one its own day."""
    assert opening(Section("A"), Section("B", more={"unlock": {"after_days": 7}})) == [0, 7]


def test_what_opens_in_sequence_opens_no_sooner_than_what_it_waits_for() -> None:
    """A section that follows one of day 7 does not open before day 7."""
    later = Section("A", more={"unlock": {"after_days": 7}})
    waits = [Section(title, more={"unlock": "sequential"}) for title in ("B", "C")]

    assert opening(later, *waits) == [7, 7, 7]
    assert opening(Section("D"), *waits) == [0, 0, 0]


def test_what_waits_for_a_hidden_section_never_opens() -> None:
    """A section that waits for a hidden one has no day, because members can't do that one."""
    hidden = Section("A", more={"active": False})
    waits = Section("B", more={"unlock": "sequential"})

    assert opening(hidden, waits, Section("C")) == [None, None, 0]


def test_a_first_section_in_sequence_never_opens() -> None:
    """A first section that opens in sequence has no day."""
    assert opening(Section("A", more={"unlock": "sequential"})) == [None]


def nested(*records: tuple[str, object, bool]) -> Way:
    """Return the way through records with an address, an unlock rule, and whether it is shown."""
    stations = []
    for number, (at, unlock, active) in enumerate(records):
        each = standing(at, number, at.rpartition(".")[2], number, unlock=unlock, active=active)
        stations.append(Station(each.address, each.kind, each.attributes))
    return along(reversed(stations))


def days(way: Way) -> dict[str, int | None]:
    """Return the first day of each record, in the members' order."""
    return {station.title: station.day for station in way}


A, B = "section.c.a", "section.c.b"


def test_lessons_are_met_in_their_section() -> None:
    """Each section is followed by its lessons; those directly in the course come last."""
    way = nested(
        ("lesson.c.words", "immediate", True),
        (A, "immediate", True),
        (B, "immediate", True),
        ("lesson.c.b.b1", "immediate", True),
        ("lesson.c.a.a1", "immediate", True),
        ("lesson.c.a.a2", "immediate", True),
    )

    assert titles(way) == ["a", "a1", "a2", "b", "b1", "words"]
    assert [station.inside for station in way] == [None, 0, 0, None, 3, None]
    assert [station.heading for station in way] == [""] * 5 + ["Lessons directly in the course"]


def test_a_lesson_opens_at_the_later_of_its_own_day_and_its_sections() -> None:
    """A section's rule holds for all that is in it."""
    way = nested(
        (A, {"after_days": 7}, True),
        ("lesson.c.a.soon", "immediate", True),
        ("lesson.c.a.early", {"after_days": 3}, True),
        ("lesson.c.a.late", {"after_days": 9}, True),
    )

    assert days(way) == {"a": 7, "soon": 7, "early": 7, "late": 9}
    assert [when(station, way) for station in way[1:]] == [
        "opens with its section",
        "unlocks 3 days after enrolment, not before its section",
        "unlocks 9 days after enrolment",
    ]


def test_a_lesson_waits_for_the_lesson_before_it_in_its_section() -> None:
    """In sequence counts within a section; the first lesson there waits for nothing, for ever."""
    way = nested(
        (A, "immediate", True),
        ("lesson.c.a.a1", {"after_days": 5}, True),
        ("lesson.c.a.a2", "sequential", True),
        (B, "immediate", True),
        ("lesson.c.b.b1", "sequential", True),
    )

    assert days(way) == {"a": 0, "a1": 5, "a2": 5, "b": 0, "b1": None}
    assert [station.follows for station in way] == [None, None, 1, None, None]


def test_a_section_waits_for_all_lessons_of_the_section_before_it() -> None:
    """A section has no progress of its own: it is done once its visible lessons are."""
    hidden = ("lesson.c.a.draft", {"after_days": 90}, False)
    lessons = (("lesson.c.a.a1", {"after_days": 5}, True), hidden)
    way = nested((A, "immediate", True), *lessons, (B, "sequential", True))

    assert days(way) == {"a": 0, "a1": 5, "draft": None, "b": 5}
    assert way[3].follows == 0


def test_what_has_nothing_to_complete_is_no_step() -> None:
    """A lesson that waits for one without anything to complete never opens; a section can be."""
    at = ("lesson.c.a.a1", "lesson.c.a.a2")
    reading = standing(at[0], 1, "a1", 1, completion="none")
    waiting = standing(at[1], 2, "a2", 2, unlock="sequential", completion="none")
    sections = [standing(A, 3, "a", 1), standing(B, 4, "b", 2, unlock="sequential")]
    way = along(
        Station(each.address, each.kind, each.attributes) for each in (*sections, reading, waiting)
    )

    assert days(way) == {"a": 0, "a1": 0, "a2": None, "b": 0}


def test_lessons_of_a_hidden_section_are_not_seen() -> None:
    """Members can't open what is in a hidden section."""
    way = nested((A, "immediate", False), ("lesson.c.a.a1", "immediate", True))

    assert [(station.is_hidden, station.is_unseen) for station in way] == [
        (True, True),
        (False, True),
    ]
    assert days(way) == {"a": None, "a1": None}


LISTS = st.lists(st.tuples(st.sampled_from(UNLOCKS), st.booleans()), max_size=3)


@given(st.lists(st.tuples(st.sampled_from(UNLOCKS), st.booleans(), LISTS), max_size=4))
def test_a_plan_says_when_a_lesson_opens_as_the_whole_way_does(
    told: list[tuple[object, bool, list[tuple[object, bool]]]],
) -> None:
    """The words for a lesson need only its section and the sections before it."""
    stands = [
        standing(at, 1, at, number, unlock=unlock, active=active)
        for number, (one, is_active, lessons) in enumerate(told)
        for at, unlock, active in (
            (f"section.c.s{number}", one, is_active),
            *((f"lesson.c.s{number}.l{i}", *each) for i, each in enumerate(lessons)),
        )
    ]
    found = Course("c", 4711, "Onboarding", None, standing=tuple(stands))
    _, after = ways(found, [])

    assert openings(found, []) == {
        each.address: when(each, after) for each in after if each.inside is not None
    }


@given(st.lists(st.tuples(st.sampled_from(UNLOCKS), st.booleans()), max_size=8))
def test_a_way_is_the_same_however_its_sections_are_given(told: list[tuple[object, bool]]) -> None:
    """Order and days don't depend on how the sections are listed."""
    sections = [
        Section(f"S{number}", more={"unlock": unlock, "active": active})
        for number, (unlock, active) in enumerate(told)
    ]
    found = list(plan_of(course(*sections)).by_course())
    for whole, changes in found:
        _, after = ways(whole, changes)

        assert along(reversed(after)) == after
        assert [station.follows for station in after if station.follows is not None] == [
            index - 1
            for index, station in enumerate(after)
            if index and station.opening.in_sequence
        ]
