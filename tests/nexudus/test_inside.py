"""Which lessons are in a section, even if lists leave values out or change."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples
from virtual import Quiet, Unasked, VirtualClock

from coursesync.errors import Denied, Stop
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION as SECTIONS
from coursesync.nexudus.exchange import Exchange
from coursesync.nexudus.inside import Inside
from coursesync.nexudus.limits import Schedule
from coursesync.nexudus.ports import Line
from coursesync.nexudus.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

COURSE, SECTION, OTHER = 4711, 5, 6
JSON = {"content-type": "application/json"}
SOME = st.none() | st.integers(SECTION - 1, OTHER)


@dataclass
class Held(Unasked):
    """An API that holds lessons: the section of each, by Id. Its filter has no effect.

    It fits `ports.Remote`. `omitted` are the properties, by Id, that lists leave out; `meanwhile`
    happens before each page.
    """

    held: dict[int, int | None]
    omitted: dict[int, list[str]] = field(default_factory=dict)
    size: int = 1_000
    status: int = 200
    meanwhile: Callable[[], object] = lambda: None
    asked: list[str] = field(default_factory=list)

    def search(self, path: str, page: int, only: Mapping[str, int]) -> Exchange:
        """Answer with a page."""
        assert path.endswith("/courselessons")
        self.asked.append(f"page {page} of {only.get('CourseLesson_Section', 'all')}")
        self.meanwhile()
        if self.status != 200:
            return Exchange(sent=True, status=self.status, headers=JSON)
        ids = sorted(self.held)
        shown = [
            {name: None if name in self.omitted.get(each, ()) else value for name, value in whole}
            for each in ids[self.size * (page - 1) : self.size * page]
            for whole in [self._whole(each).items()]
        ]
        pages = -(-len(ids) // self.size)
        return answer({"Records": shown, "TotalItems": len(ids), "TotalPages": pages})

    def records(self, path: str, ids: Sequence[int]) -> Exchange:
        """Answer with those that are there, whole."""
        assert path.endswith("/courselessons")
        self.asked.append(f"ids {len(ids)}")
        return answer([self._whole(each) for each in ids if each in self.held])

    def _whole(self, number: int) -> dict[str, object]:
        section = self.held[number]
        return {"Id": number, "Title": f"No. {number}", "SectionId": section, "CourseId": COURSE}


def answer(content: object) -> Exchange:
    return Exchange(sent=True, status=200, headers=JSON, body=json.dumps(content).encode())


def lessons_on(
    remote: Held, clock: VirtualClock | None = None, sections: Sequence[int] = ()
) -> Inside:
    clock, holders = clock or VirtualClock(), [(SECTIONS, each) for each in sections]
    return Inside(Sender(Line(remote, clock, Quiet(), Schedule(None))), holders)


@settings(max_examples=examples(200))
@given(
    st.dictionaries(st.integers(1, 2**40), SOME, max_size=12),
    st.lists(st.sampled_from([[], ["Title"], ["SectionId"], ["Title", "SectionId"]]), max_size=12),
    st.integers(1, 5),
)
def test_a_lesson_is_in_the_section_that_a_read_by_id_shows(
    held: dict[int, int | None], omitted: list[list[str]], size: int
) -> None:
    """This holds whatever lists leave out, and however many pages they have."""
    remote = Held(held, dict(zip(held, omitted, strict=False)), size)
    found = lessons_on(remote).of(SECTION, LESSON)

    assert {each.id for each in found} == {n for n, section in held.items() if section == SECTION}
    assert all(LESSON.title_of(each.attributes) == f"No. {each.id}" for each in found)


def test_a_section_whose_lessons_all_say_so_takes_one_request() -> None:
    """Complete lists are believed; incomplete lessons take one more request together."""
    told, doubtful = Held({1: 5, 2: 6}), Held({1: 5, 2: None, 3: None})
    lessons_on(told).of(SECTION, LESSON)
    lessons_on(doubtful).of(SECTION, LESSON)

    assert told.asked == [f"page 1 of {SECTION}"]
    assert doubtful.asked == [f"page 1 of {SECTION}", "ids 2"]


@pytest.mark.parametrize(
    ("held", "size", "asked"),
    [
        ({1: 5, 2: 6, 3: 7}, 1_000, ["page 1 of all"]),
        ({1: 5, 2: None}, 1_000, ["page 1 of all", "ids 1"]),
        ({1: 5, 2: 6, 3: 7}, 2, ["page 1 of all", *(f"page 1 of {each}" for each in (5, 6))]),
    ],
)
def test_several_sections_are_asked_for_together_if_that_is_less(
    held: dict[int, int | None], size: int, asked: list[str]
) -> None:
    """If all lessons are on one page, that page answers for every section."""
    remote = Held(held, size=size)
    lessons = lessons_on(remote, sections=(SECTION, OTHER))
    found = {each: [r.id for r in lessons.of(each, LESSON)] for each in (SECTION, OTHER)}

    assert found == {each: [n for n in held if held[n] == each] for each in (SECTION, OTHER)}
    assert [*dict.fromkeys(each for each in remote.asked if not each.startswith("page 2"))] == asked


def test_a_section_is_listed_again_once_that_is_too_long_ago() -> None:
    """A list is used again up to the age that the caller gives."""
    remote, clock = Held({1: 5}), VirtualClock()
    lessons = lessons_on(remote, clock)
    lessons.of(SECTION, LESSON)
    clock.sleep(59)
    lessons.of(SECTION, LESSON, 60)
    number = len(remote.asked)
    clock.sleep(1)
    remote.held[2] = 5

    assert number == 1
    assert [each.id for each in lessons.of(SECTION, LESSON, 60)] == [1, 2]


def test_a_lesson_that_moves_between_pages_is_not_missed() -> None:
    """If lessons come and go while pages are read, the list is read until it is stable."""
    remote = Held(dict.fromkeys(range(1, 7), 5), size=3)

    def shift() -> None:
        """Move the fourth to the first page, once that is read."""
        if len(remote.asked) == 2:
            del remote.held[1]
            remote.held[9] = 5

    remote.meanwhile = shift

    assert {each.id for each in lessons_on(remote).of(SECTION, LESSON)} == {2, 3, 4, 5, 6, 9}


def test_a_missing_role_is_met_once() -> None:
    """No other section is asked for, because the answer would be the same; the role is named."""
    remote = Held({}, status=401)
    lessons = lessons_on(remote)
    with pytest.raises(Denied) as denied:
        lessons.of(SECTION, LESSON)
    with pytest.raises(Denied):
        lessons.of(OTHER, LESSON)

    assert "CourseLesson-List" in str(denied.value.remedy)
    assert len(remote.asked) == 1


@pytest.mark.parametrize(
    "page",
    [
        {"Records": [{"Id": 1, "SectionId": "5"}], "TotalItems": 1, "TotalPages": 1},
        {"Records": [{"SectionId": 5}], "TotalItems": 1, "TotalPages": 1},
        {"Records": [{"Id": 1, "SectionId": 5}], "TotalItems": 2, "TotalPages": 1},
        {"Records": [], "TotalItems": 1, "TotalPages": 9},
        [],
    ],
)
def test_an_answer_that_can_not_be_right_is_not_believed(page: object) -> None:
    """A lesson that can't be read might be in the section, so the others are no list."""
    remote = Held({})
    remote.search = lambda *_: answer(page)  # type: ignore[method-assign]

    with pytest.raises(Stop, match="usable"):
        lessons_on(remote).of(SECTION, LESSON)
