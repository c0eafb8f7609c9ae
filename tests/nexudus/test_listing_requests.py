"""How many requests it takes to look at some courses."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from virtual import Counted, Quiet, Unasked, VirtualClock

from coursesync.kinds.section import SECTION
from coursesync.nexudus.exchange import Exchange
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.ports import Line
from coursesync.nexudus.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class Listing(Unasked):
    """An API with a number of courses, each with a number of sections. Fits `ports.Remote`.

    A page has ten records.
    """

    courses_there: int
    sections: int

    def search(self, _path: str, page: int, only: Mapping[str, int]) -> Exchange:
        """Answer with a page."""
        everything = [
            {"Id": 1000 * course + number, "CourseId": course}
            for course in range(1, self.courses_there + 1)
            for number in range(self.sections)
            if only in ({}, {SECTION.course_filter: course})
        ]
        pages = -(-len(everything) // 10)
        records = everything[10 * (page - 1) : 10 * page]
        found = {"Records": records, "TotalItems": len(everything), "TotalPages": pages}
        headers = {"content-type": "application/json"}
        return Exchange(sent=True, status=200, headers=headers, body=json.dumps(found).encode())


@pytest.mark.parametrize(
    ("courses", "sections", "requests"),
    [
        (3, 10, 3),  # few courses, each by itself
        (4, 2, 1),  # one page has it all
        (4, 4, 4),  # two pages, read twice
        (4, 6, 5),  # three pages, read twice, would be six: a request a course after the first
        (10, 10, 11),  # as many pages as courses
        (5, 6, 6),  # five requests more, either way
        (12, 5, 12),  # eleven requests more, where the courses would take twelve
        (14, 4, 12),  # twice six pages are fewer
    ],
)
def test_everything_is_listed_only_where_that_is_fewer_requests(
    courses: int, sections: int, requests: int
) -> None:
    """A page counts twice, because it is read twice; the one that was read to decide is spent."""
    clock = VirtualClock()
    schedule, everywhere = Counted(), range(1, courses + 1)
    remote = Listing(courses, sections)
    line = Line(remote, clock, Quiet(), schedule)
    found = Lookout(Sender(line)).around(SECTION, everywhere).found.values()

    assert len(schedule.requests) == requests
    assert Counter(record.course_id for record in found) == dict.fromkeys(everywhere, sections)
