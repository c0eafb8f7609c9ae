"""Compares the requests of a look at the site with the fewest possible: run it by `make bench`.

A real look (`drift`, `plan --refresh`) runs against the sandbox in this process, which holds the
records in its own database and enforces the published limits; the clock is virtual, so that minutes
take seconds. The fewest possible requests are computed in another way than by coursesync: from the
known number of records, as the smaller of all pages and the courses' pages.

With more than one course, one extra request for each kind is allowed, to learn the number of pages.
Drifted and deleted sections are read once more by their Ids, up to 200 in a request, and each
deleted section then once alone. Lists that leave out properties cost a look nothing: a section that
nobody wrote since needs no second read. An import then reads all sections by their Ids, 200 in a
request.
"""

import argparse
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from virtual import Quiet, VirtualClock, virtual_sandbox

from coursesync.applying.world import World
from coursesync.kinds.address import address_of
from coursesync.kinds.field import FieldValue
from coursesync.kinds.kind import Kind
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION
from coursesync.nexudus.limits import IDS_AT_ONCE, PUBLISHED, Schedule
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.sender import Sender
from coursesync.operations.site import refresh
from coursesync.sandbox import Sandbox, Settings
from coursesync.state.file_store import StateFile
from coursesync.state.state import Entry, State

TARGET = "http://localhost"
LEFT_OUT = frozenset({"SectionContents", "SystemId", "Active"})
PAGE = 1_000
FOREIGN = 4_999  # an unmanaged course
AT = "2025-01-15T10:30:00Z"
FIRST_ID = 2_000_000
FIRST_LESSON = 5_000_000
_INSERT_LESSON = """
INSERT INTO lessons (Id, UniqueId, CourseId, SectionId, Title, DisplayOrder, UnlockType,
    UnlockAfterDays, CompletionType, SummaryText, LessonContents, Active, CreatedOn, UpdatedOn,
    UpdatedBy)
VALUES (?, ?, ?, ?, ?, ?, 1, 0, 2, '', '<p>Everything.</p>', 1, ?, ?, 'admin@sandbox.example')
"""
_INSERT = """
INSERT INTO sections (Id, UniqueId, CourseId, Title, DisplayOrder, UnlockType, UnlockAfterDays,
    SectionContents, Active, ImageFileName, CreatedOn, UpdatedOn, UpdatedBy)
VALUES (?, ?, ?, ?, ?, 1, 0, '<p>Everything.</p>', 1, NULL, ?, ?, 'admin@sandbox.example')
"""


@dataclass(frozen=True)
class Shape:
    """The records of the site, and how many sections others have edited and deleted.

    There are `sections` in each course, and `lessons` in each of them; `foreign` records of each
    kind are in another course.
    """

    courses: int
    sections: int
    lessons: int = 0
    foreign: int = 0
    edited: int = 0
    gone: int = 0
    partial: bool = False

    @property
    def least(self) -> int:
        """The fewest reads that show every record of our courses."""
        lessons = self.sections * self.lessons
        return self._least(self.sections, self.gone) + (self._least(lessons) if lessons else 0)

    def _least(self, in_course: int, gone: int = 0) -> int:
        held = self.courses * in_course - gone + self.foreign
        every = max(1, -(-held // PAGE))
        return min(every, self.courses * max(1, -(-in_course // PAGE)))

    @property
    def allowed(self) -> int:
        """The allowed number of reads."""
        again = bool(self.edited) + bool(self.gone) + self.gone
        return self.least + (self.courses > 1) * (1 + bool(self.lessons)) + again

    def entries(self) -> Iterator[tuple[int, int, int]]:
        """Yield the Id, the course and the order of each of our sections."""
        for number in range(self.courses * self.sections):
            course, section = divmod(number, self.sections)
            yield FIRST_ID + number, 5_000 + course, 10 * (section + 1)

    def inner(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield the Id, the course, the section and the order of each of our lessons."""
        number = FIRST_LESSON
        for section, course, _ in self.entries():
            for lesson in range(self.lessons):
                yield number, course, section, 10 * (lesson + 1)
                number += 1


SHAPES = (
    Shape(1, 20),
    Shape(3, 20),
    Shape(20, 20),
    Shape(1_000, 20),
    Shape(1_000, 20, edited=3, gone=2),
    Shape(3, 20, foreign=100_000),
    Shape(50, 5, foreign=100_000),
    Shape(1, 2_500),
    Shape(3, 20, partial=True),
    Shape(1_000, 20, partial=True),
    Shape(1_000, 20, edited=3, gone=2, partial=True),
    Shape(1, 8, 5),
    Shape(3, 8, 5),
    Shape(200, 8, 5),
    Shape(200, 8, 5, edited=3),
    Shape(200, 8, 5, partial=True),
    Shape(3, 8, 5, foreign=50_000),
)
IMPORTS = (Shape(20, 20), Shape(20, 20, partial=True), Shape(1_000, 20, partial=True))


def state_of(shape: Shape) -> State:
    """Return the state that holds all of our records."""
    entries = {
        address_of("section", f"c{course}", f"s{order}"): Entry(
            sent=_sent(SECTION, course, order), id=record_id, updated_on=AT
        )
        for record_id, course, order in shape.entries()
    }
    for record_id, course, section, order in shape.inner():
        sent = {**_sent(LESSON, course, order), LESSON.parent_property: section}
        address = address_of("lesson", f"c{course}", f"s{section}", f"l{order}")
        entries[address] = Entry(sent=sent, id=record_id, updated_on=AT)
    return State(entries=dict(sorted(entries.items())), target=TARGET)


def _sent(kind: Kind, course: int, order: int) -> dict[str, FieldValue]:
    written = kind.encode({"title": f"Record {order}", "contents": "<p>Everything.</p>"})
    return {**written, kind.course_property: course, kind.order_property: order}


def fill(database: Path, shape: Shape) -> None:
    """Put the records of a shape into the sandbox's own database."""
    ours = [
        (number, str(number), course, f"Record {order}", order, AT, AT)
        for number, course, order in shape.entries()
    ]
    lessons = [
        (number, str(number), course, section, f"Record {order}", order, AT, AT)
        for number, course, section, order in shape.inner()
    ]
    their_lessons = [
        (FIRST_LESSON - 1 - number, str(-number), FOREIGN, None, f"Foreign {number}", 10, AT, AT)
        for number in range(shape.foreign if shape.lessons else 0)
    ]
    theirs = [
        (FIRST_ID - 1 - number, str(-number), FOREIGN, f"Foreign {number}", 10, AT, AT)
        for number in range(shape.foreign)
    ]
    courses = {FOREIGN, *(course for _, course, _ in shape.entries())}
    with sqlite3.connect(database) as connection:
        connection.executemany(
            "INSERT INTO courses (Id, UniqueId, Title, CreatedOn, UpdatedOn)"
            " VALUES (?, ?, ?, ?, ?)",
            [(course, str(course), f"Course {course}", AT, AT) for course in sorted(courses)],
        )
        connection.executemany(_INSERT, [*ours, *theirs])
        connection.executemany(_INSERT_LESSON, [*lessons, *their_lessons])
        connection.execute(
            "UPDATE sections SET Title = 'Theirs', UpdatedOn = '2025-02-01T00:00:00Z'"
            " WHERE Id >= ? AND Id < ?",
            (FIRST_ID, FIRST_ID + shape.edited),
        )
        last = FIRST_ID + shape.courses * shape.sections
        connection.execute("DELETE FROM sections WHERE Id >= ?", (last - shape.gone,))
    connection.close()


@contextmanager
def site(shape: Shape, clock: VirtualClock) -> Iterator[tuple[Sandbox, World]]:
    """Yield a sandbox with the records of a shape, and a world for a look at it."""
    with tempfile.TemporaryDirectory() as name:
        database = Path(name) / "sandbox.sqlite3"
        with virtual_sandbox(clock, settings_of(shape), database) as (sandbox, remote):
            fill(database, shape)
            store = StateFile(Path(name) / "state.json", TARGET)
            yield (
                sandbox,
                World(remote, clock, Quiet(), Schedule(PUBLISHED), store),
            )


def run(shape: Shape) -> tuple[int, float]:
    """Look at a site once; return the number of requests and the virtual seconds."""
    clock = VirtualClock()
    with site(shape, clock) as (sandbox, world):
        _, found = refresh(state_of(shape), world)
        log = sandbox.log
    drifted = sum(each.finding.is_drift for each in found)
    if drifted != shape.edited + shape.gone or any(met.method != "GET" for met in log):
        sys.exit(f"{shape}: {drifted} findings of drift, {len(log)} requests")
    return len(log), clock.now()


def settings_of(shape: Shape) -> Settings:
    """Return the settings of the sandbox's lists."""
    return Settings(limits="sliding", lists_null=LEFT_OUT if shape.partial else frozenset())


def imported(shape: Shape) -> tuple[int, int]:
    """Read everything that an import of every course needs; return the requests and the fewest."""
    with site(shape, VirtualClock()) as (sandbox, world):
        lookout = Lookout(Sender(world))
        listed = lookout.sweep(SECTION, lookout.all_titles().keys(), ()).all()
        read = lookout.whole(SECTION, listed.values(), lambda each: bool(each.unknown)).all()
        log = sandbox.log
    if not all("SectionContents" in each.attributes for each in read.values()):
        sys.exit(f"{shape}: contents are missing")
    courses = -(-(shape.courses + 1) // PAGE)
    by_id = -(-shape.courses * shape.sections // IDS_AT_ONCE) if shape.partial else 0
    return len(log), courses + shape.least + by_id


def main() -> None:
    """Run all, print the tables, and fail if there are more requests than allowed."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    lines = [
        "| courses | sections | lessons | foreign | drifted | lists | GETs | least | took (s) |",
        "|---:|---:|---:|---:|---:|---|---:|---:|---:|",
    ]
    failures = []
    for shape in SHAPES:
        reads, seconds = run(shape)
        lines.append(
            f"| {shape.courses:,} | {shape.sections:,} | {shape.lessons:,} | {shape.foreign:,} |"
            f" {shape.edited + shape.gone} | {'partial' if shape.partial else 'whole'} | {reads} |"
            f" {shape.least} | {seconds:,.1f} |"
        )
        if reads > shape.allowed:
            failures.append(f"{shape}: {reads} requests, and {shape.allowed} are allowed")
    lines += [
        "",
        "| import of courses | sections each | lists | GETs | least |",
        "|---:|---:|---|---:|---:|",
    ]
    for shape in IMPORTS:
        reads, least = imported(shape)
        kind = "partial" if shape.partial else "whole"
        lines.append(f"| {shape.courses:,} | {shape.sections:,} | {kind} | {reads} | {least} |")
        if reads > least + 1:
            failures.append(f"{shape}: {reads} requests for an import, and {least} would do")
    sys.stdout.write("\n".join(lines) + "\n")
    if failures:
        sys.exit("not met: " + "; ".join(failures))


if __name__ == "__main__":
    main()
