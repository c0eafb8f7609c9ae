"""The records of a course, from a list that is believed only if it is complete."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from virtual import Quiet, Unasked, VirtualClock

from coursesync.errors import Stop
from coursesync.kinds.section import SECTION
from coursesync.nexudus import records as live
from coursesync.nexudus.exchange import Exchange
from coursesync.nexudus.limits import Schedule
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.ports import Line
from coursesync.nexudus.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


COURSE = 4711


@dataclass
class Lister(Unasked):
    """An API that gives one answer after another, and repeats the last one."""

    answers: list[object]
    asked: list[int] = field(default_factory=list)

    def search(self, path: str, page: int, only: Mapping[str, int]) -> Exchange:
        """Answer by the next page."""
        assert (path, only) == (SECTION.endpoint, {SECTION.course_filter: COURSE})
        self.asked.append(page)
        return self._next()

    def records(self, path: str, ids: Sequence[int]) -> Exchange:
        """Answer by the next list of courses."""
        assert path.endswith("/courses")
        self.asked.append(len(ids))
        return self._next()

    def _next(self) -> Exchange:
        body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        headers = {"content-type": "application/json"}
        return Exchange(sent=True, status=200, headers=headers, body=json.dumps(body).encode())


def page(*ids: int, total: int, pages: int = 1, **more: object) -> dict[str, object]:
    records = [{"Id": each, "CourseId": COURSE} for each in ids]
    return {"Records": records, "TotalItems": total, "TotalPages": pages, **more}


def lookout(api: Lister) -> Lookout:
    clock = VirtualClock()
    return Lookout(Sender(Line(api, clock, Quiet(), Schedule(None))))


def looked(api: Lister) -> list[int]:
    return [*lookout(api).around(SECTION, [COURSE]).found]


@pytest.mark.parametrize(
    "partial",
    [
        page(total=1),
        page(1, total=2),
        page(1, 2, total=1),
        page(1, 1, total=2),
        page(1, 1, total=1),
        page(1, total=1, HasNextPage=True),
        page(1, total=1, HasNextPage="no"),
        page(1, total=2, pages=2, HasNextPage=False),
        page(*range(1, live.PAGE_SIZE + 2), total=live.PAGE_SIZE + 1),
    ],
)
def test_a_list_that_is_not_whole_is_not_believed(partial: dict[str, object]) -> None:
    """A list that reports more, or contradicts itself, is read again, and then given up."""
    whole = page(1, 2, total=2)

    assert looked(Lister([partial, whole])) == [1, 2]
    with pytest.raises(Stop) as stop:
        looked(Lister([partial]))
    assert stop.value.unusable


def test_pages_counted_by_another_size_are_not_believed() -> None:
    """If more records are counted than all pages have, nothing is known of the rest."""
    api = Lister([page(1, 2, total=5), page(1, 2, total=5), page(*range(1, 6), total=5)])

    assert looked(api) == [1, 2, 3, 4, 5]


def test_empty_pages_are_not_read_for_ever() -> None:
    """An empty page is the last one that is read, whatever the list counts."""
    api = Lister([page(1, total=150_000, pages=150_000), page(total=150_000, pages=150_000)])
    with pytest.raises(Stop):
        looked(api)

    assert len(api.asked) < 20


def test_no_list_is_without_bounds() -> None:
    """A list of more records than any site has is not read."""
    api = Lister([page(1, total=200_001, pages=201)])
    with pytest.raises(Stop) as stop:
        looked(api)

    assert "200,000" in stop.value.reason
    assert api.asked == [1]


def test_a_course_is_missing_only_where_two_answers_say_so() -> None:
    """One answer without a course is not believed; a second one is."""
    there = [{"Id": 4711}]

    assert lookout(Lister([[], there])).missing([4711]) == frozenset()
    assert lookout(Lister([there])).missing([4711, 4712]) == frozenset({4712})
