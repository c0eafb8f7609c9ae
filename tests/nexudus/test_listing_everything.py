"""Reading everything: in few requests, and without losing a record because of a list."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from virtual import Quiet, Unasked, VirtualClock

from coursesync.errors import Stop
from coursesync.kinds.section import SECTION
from coursesync.nexudus.exchange import Exchange
from coursesync.nexudus.limits import Schedule
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.pages import MAX_READINGS
from coursesync.nexudus.ports import Line
from coursesync.nexudus.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


COURSES = frozenset(range(1, 6))
FOREIGN = 99
JSON = {"content-type": "application/json"}


@dataclass
class Listed(Unasked):
    """An API with small pages that others use at the same time. Fits `ports.Remote`.

    `held` are the courses of its records by Id; `meanwhile` happens before each page; `unlisted`
    Ids are in no list yet; `off_by` is how wrong the lists count.
    """

    held: dict[int, int]
    size: int = 3
    meanwhile: Callable[[], object] = lambda: None
    unlisted: frozenset[int] = frozenset()
    off_by: int = 0
    asked: list[str] = field(default_factory=list)

    def search(self, _path: str, page: int, only: Mapping[str, int]) -> Exchange:
        """Answer with a page."""
        course_id = only.get(SECTION.course_filter)
        self.asked.append(f"page {page}" if course_id is None else f"course {course_id}")
        self.meanwhile()
        ids = [
            record_id
            for record_id, course in sorted(self.held.items())
            if course_id in {None, course} and record_id not in self.unlisted
        ]
        first = (page - 1) * self.size
        listed = [self._told(each) for each in ids[first : first + self.size]]
        pages = -(-len(ids) // self.size)
        total = len(ids) + self.off_by
        return answer({"Records": listed, "TotalItems": total, "TotalPages": pages})

    def records(self, _path: str, ids: Sequence[int]) -> Exchange:
        """Answer with those that are there."""
        self.asked.append(f"ids {len(ids)}")
        return answer([self._told(each) for each in ids if each in self.held])

    def record(self, _path: str, record_id: int) -> Exchange:
        """Answer with one, or that it is not there."""
        self.asked.append(f"id {record_id}")
        if record_id in self.held:
            return answer(self._told(record_id))
        return Exchange(sent=True, status=404, headers=JSON)

    def _told(self, record_id: int) -> dict[str, object]:
        return {"Id": record_id, "CourseId": self.held[record_id]}


def answer(content: object) -> Exchange:
    return Exchange(sent=True, status=200, headers=JSON, body=json.dumps(content).encode())


def sweep(api: Listed, courses: frozenset[int], ours: Sequence[int]) -> dict[int, int]:
    """Return the courses of the records that a sweep finds, by Id."""
    clock = VirtualClock()
    line = Line(api, clock, Quiet(), Schedule())
    found = Lookout(Sender(line)).sweep(SECTION, courses, ours).all()
    return {record.id: record.course_id for record in found.values()}


def test_one_course_is_listed_by_itself() -> None:
    """No request is spent on counting other records."""
    api = Listed({1: 1, 2: 1, 3: FOREIGN})

    assert sweep(api, frozenset({1}), [1, 2]) == {1: 1, 2: 1}
    assert api.asked == ["course 1"]


def test_many_courses_are_read_in_pages_of_everything_once() -> None:
    """If that is fewer requests; records that are neither ours nor in our courses are dropped."""
    held = {number: number % 5 + 1 for number in range(1, 13)} | {13: FOREIGN}
    api = Listed(held, size=4)

    assert sweep(api, COURSES, range(1, 13)) == {each: held[each] for each in range(1, 13)}
    assert api.asked == ["page 1", "page 2", "page 3", "page 4"]


def test_among_many_foreign_ones_courses_are_listed_one_by_one() -> None:
    """The first page shows how many records there are, and costs one request."""
    held = {number: number for number in COURSES} | dict.fromkeys(range(10, 40), FOREIGN)
    api = Listed(held)

    assert sweep(api, COURSES, list(COURSES)) == {number: number for number in COURSES}
    assert api.asked == ["page 1", *(f"course {number}" for number in sorted(COURSES))]


def test_what_a_list_lacks_is_asked_for_before_it_is_gone() -> None:
    """Of two records that a list lacks, one exists: lists lag."""
    api = Listed({1: 1, 2: 1}, unlisted=frozenset({2}))

    assert sweep(api, frozenset({1}), [1, 2, 3]) == {1: 1, 2: 1}
    assert api.asked == ["course 1", "ids 2", "id 3"]


def test_one_that_is_in_another_course_is_found_there() -> None:
    """A course's own list can't have it; the list of everything does, without more requests."""
    few, many = Listed({1: 1, 2: FOREIGN}), Listed({1: 1, 2: FOREIGN})

    assert sweep(few, frozenset({1}), [1, 2]) == {1: 1, 2: FOREIGN}
    assert sweep(many, COURSES, [1, 2]) == {1: 1, 2: FOREIGN}
    assert many.asked == ["page 1"]


def test_a_list_that_shifts_is_read_again() -> None:
    """One record is removed in the meantime: a third moves to a page that was read already."""
    api = Listed(dict.fromkeys(range(1, 8), 1))
    api.meanwhile = lambda: len(api.asked) == 2 and api.held.pop(1)

    assert sweep(api, COURSES, [4]).keys() == set(range(2, 8))
    assert api.asked == ["page 1", "page 2", "page 3", "page 1", "page 2"]


def test_a_list_that_never_agrees_with_its_count_ends_the_run() -> None:
    """No record may be called gone because of it."""
    api = Listed({1: 1}, off_by=1)

    with pytest.raises(Stop, match="has 1, but counts 2"):
        sweep(api, frozenset({1}), [1])
    assert len(api.asked) == MAX_READINGS


def test_that_all_is_gone_is_not_believed() -> None:
    """If hundreds of records are missing, this is another account."""
    with pytest.raises(Stop, match="are not on the site") as stop:
        sweep(Listed({}), frozenset({1}), range(1, 500))
    assert "right account" in str(stop.value.remedy)


@given(
    st.dictionaries(st.integers(1, 60), st.sampled_from([1, 2, 3, 4, 5, FOREIGN]), max_size=25),
    st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=12),
    st.sampled_from([frozenset({1, 2}), COURSES]),
)
def test_whatever_others_do_meanwhile_ours_are_found_or_the_run_ends(
    held: dict[int, int], doings: list[tuple[bool, int]], courses: frozenset[int]
) -> None:
    """Others add and remove records between any two pages; none of ours is called gone."""
    ours = {each for each, course in held.items() if course in courses}
    left = list(doings)
    api = Listed(dict(held))

    def meanwhile() -> None:
        if left:
            adds, record_id = left.pop()
            if adds:
                api.held.setdefault(record_id, FOREIGN)
            elif record_id not in ours:
                api.held.pop(record_id, None)

    api.meanwhile = meanwhile
    try:
        found = sweep(api, courses, sorted(ours))
    except Stop:
        return

    assert ours <= found.keys()
    assert all(held[each] == found[each] for each in ours)
