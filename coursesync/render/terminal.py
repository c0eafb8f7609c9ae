"""Writes plans and drift as text for a terminal or a log, 80 columns wide where titles allow."""

from __future__ import annotations

from itertools import accumulate
from textwrap import wrap
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.render.plan_words import COUNTED, LEAVING, NO_OUTLINE, NOTHING
from coursesync.text import inert
from coursesync.text.cells import columns, padded
from coursesync.text.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.planning.drift import Drifted
    from coursesync.render.differences import Paint
    from coursesync.render.drift import DriftView
    from coursesync.render.excerpt import Difference
    from coursesync.render.nesting import Line
    from coursesync.render.row import Row
    from coursesync.render.rows import CourseView, PlanView


_WIDTH = 80
_TITLE_AT = 10  # columns: mark and order come first
_STEP = 2  # columns: the indent of a record within another
_FOUND_AT = 6  # columns: the indent below a finding
MOST_ROWS = 500  # changes listed one by one, unless all are asked for


def plain(_style: str, text: str) -> str:
    """Return text without colour."""
    return text


def compose(view: PlanView, paint: Paint = plain, most: int | None = None) -> str:
    """Write a plan as text.

    `paint` takes a style (a colour's name, or "bold") and a text, and returns the styled text. If a
    plan has more changes than `most`, changes that take nothing from members and need no person's
    answer are only counted.
    """
    return "\n".join(_lines(view, paint, most)) + "\n"


def _lines(view: PlanView, paint: Paint, most: int | None) -> Iterator[str]:
    plan = view.plan
    is_long = most is not None and len(view.rows) > most
    for course in view.courses:
        yield paint("bold", course.title)
        yield f"  {course.course.origin}, {course.path or NO_OUTLINE}"
        if is_long:
            yield from _counts(course, view, paint)
        yield from _rows(course.weighty if is_long else course.lines, paint)
        if course.renamed:
            yield from wrapped(course.renamed, "  ", _WIDTH)
        for sentence in course.waits:
            yield from wrapped(sentence, "  ", _WIDTH)
        yield ""
    if is_long:
        all_of_it = view.hint(Command("plan", full=True))
        yield from wrapped(Remedy(f"To see all {len(view.rows):,} changes:", all_of_it))
        yield ""
    for line in wrapped(view.summary, width=_WIDTH) if view.rows else [NOTHING]:
        yield paint("bold", line) if view.rows else line
    if view.cost:
        yield view.cost
    for warning in view.warnings:
        yield from wrapped(warning, width=_WIDTH)
    yield f"Target: {inert(plan.target)}"
    yield f"Digest: {plan.digest}"


def _counts(course: CourseView, view: PlanView, paint: Paint) -> Iterator[str]:
    """Yield the number of changes for each action that is only counted."""
    rows = [*(row for row in course.rows if not row.is_weighty), *course.departures]
    for words in (*COUNTED, LEAVING):
        if met := [row for row in rows if row.counted_as is words]:
            number = view.number(met, ",")
            yield paint(words.style, f"  {words.mark} {number} {words.counted}")


def _rows(lines: Sequence[Line], paint: Paint) -> Iterator[str]:
    width = _column(lines)
    for line in lines:
        title = _titled(line)
        if (row := line.row) is None:
            order = line.order
            yield f"  {title}" if order is None else f"    {_numbered(line, order, title)}"
        elif row.wording is LEAVING:
            yield from _row(line, row, title, paint, apart=True)
        else:
            fits = _TITLE_AT + width + 2 + columns(row.words) <= _WIDTH
            yield from _row(line, row, padded(title, width) if fits else title, paint)
            yield from _below(row, _TITLE_AT + _STEP * line.depth, paint)


def _titled(line: Line) -> str:
    title = line.row.wording.titled.format(line.title) if line.row else line.title
    return f"{'':{_STEP * line.depth}}{title}"


def _numbered(line: Line, order: int | None, title: str) -> str:
    """Return a title after its number, if any, which is as far to the right as the title."""
    edge = _STEP * line.depth
    number = "" if order is None else order
    return f"{'':{edge}}{number:>4}  {title[edge:]}"


def _column(lines: Sequence[Line]) -> int:
    """Return the width of the titles' column that lets the most rows fit on one line."""
    steps = [0] * (_WIDTH + 1)
    for line in lines:
        if (row := line.row) is None or row.wording is LEAVING:
            continue
        least, most = columns(_titled(line)), _WIDTH - _TITLE_AT - 2 - columns(row.words)
        if least <= most:
            steps[least] += 1
            steps[most + 1] -= 1
    fitting = [*accumulate(steps)]
    return fitting.index(max(fitting))


def _row(line: Line, row: Row, title: str, paint: Paint, *, apart: bool = False) -> Iterator[str]:
    """Yield a change on one line; its words go below if they don't fit, or if `apart`."""
    text = f"  {row.wording.mark} {_numbered(line, row.order, title)}"
    if not apart and columns(text) + 2 + columns(row.words) <= _WIDTH:
        yield paint(row.wording.style, f"{text}  {row.words}")
    else:
        yield paint(row.wording.style, text.rstrip())
        yield from wrapped(row.words, " " * (_TITLE_AT + _STEP * line.depth), _WIDTH)


def _below(row: Row, margin: int, paint: Paint) -> Iterator[str]:
    if row.differences:
        from coursesync.render.differences import detail  # noqa: PLC0415 - few plans need it

        for difference in row.differences:
            yield from detail(difference, margin, _WIDTH, paint)
    for sentence in (row.question, *row.settlement):
        if sentence:
            yield from wrapped(sentence, " " * margin, _WIDTH)


def compose_drift(view: DriftView, paint: Paint = plain) -> str:
    """Write the findings on the site as text; `paint` is as in `compose`."""
    lines = []
    for course in view.courses:
        lines += [paint("bold", course.title), f"  {course.origin}"]
        lines += [line for row in course.rows for line in _found(*row, paint)]
        lines += [f"  . {course.more}", ""] if course.more else [""]
    lines.append(paint("bold", view.summary))
    lines += wrap(view.besides, _WIDTH)
    lines += [line for remedy in view.remedies for line in wrapped(remedy)]
    return "\n".join(lines) + "\n"


def above(view: DriftView) -> str:
    """Write the lines above a refreshed plan, and a blank line."""
    first, *more = view.brief
    lines = [line for each in more for line in wrapped(each, "  ", _WIDTH, "  ")]
    return "\n".join((str(first), *lines)) + "\n\n"


def _found(each: Drifted, changed: Sequence[Difference], paint: Paint) -> Iterator[str]:
    from coursesync.render.differences import detail  # noqa: PLC0415 - few plans need it
    from coursesync.render.drift_words import FINDINGS, name, sentence, stance  # noqa: PLC0415 - a plan does not need it

    words = FINDINGS[each.finding]
    for number, line in enumerate(wrapped(f"{name(each)} {sentence(each)}", width=_WIDTH - 4)):
        yield paint(words.style, f"{'    ' if number else f'  {words.mark} '}{line}")
    for difference in changed:
        yield from detail(difference, _FOUND_AT, _WIDTH, paint)
    if compared := stance(each):
        yield f"{'':{_FOUND_AT}}{compared}"
