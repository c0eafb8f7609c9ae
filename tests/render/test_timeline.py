"""A course before and after a plan shows which section opens on which day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from values import Section, address, course, plan_of, state_of

from coursesync.render.timeline import Station, along, ways

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
            if index and station.kind.opens(station.attributes).in_sequence
        ]
