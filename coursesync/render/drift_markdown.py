"""Drift as Markdown, for a pull request or a step summary. Pure; escaped as a plan is."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from coursesync.errors import Command
from coursesync.render.differences import bounds_among
from coursesync.render.drift import (
    besides,
    brief,
    heading,
    name,
    origin,
    remedies,
    sentence,
    shortened,
    stance_of,
    summary,
    told,
)
from coursesync.render.fit import Part, Rank, fit, joined, takes
from coursesync.render.markdown_escape import ROOM_TO_SAY, details, escape, left_out, with_code
from coursesync.render.plan_words import bare
from coursesync.text import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Course
    from coursesync.render.plan_words import Hint


_LEFT_OUT = {
    Rank.WEIGHTY: lambda number: f"{count(number, 'section')} that others changed",
    Rank.ROWS: lambda _number: "what is no drift",
    Rank.DETAIL: lambda number: f"what changed in {count(number, 'section')}",
}


def compose(
    found: Sequence[Drifted],
    courses: Mapping[int, Course],
    managed: int,
    hint: Hint = bare,
    most: int | None = None,
) -> str:
    """Write what was found on the site as GitHub-flavoured Markdown; the summary comes first.

    Takes the same as `drift.compose`, and `most`: how many bytes of UTF-8 it may have. What changed
    is left out first, then what is no drift, then the last that is; the rest stays.
    """
    parts = [Part(Rank.ALWAYS, (*_head(found, managed),)), *_courses(found, courses)]
    foot = Part(Rank.ALWAYS, (*_foot(found, hint),))
    if most is None or takes(*parts, foot) <= most:
        return joined(*parts, foot)
    kept = fit(parts, most - foot.size - ROOM_TO_SAY)
    return joined(kept, left_out(kept, _LEFT_OUT, hint(Command("drift"))), foot)


def quote(found: Sequence[Drifted], managed: int, hint: Hint = bare) -> str:
    """Write the lines that stand above a plan that was refreshed, and one that is blank."""
    return "".join(f"> {with_code(line)}\n>\n" for line in brief(found, managed, hint))[:-2] + "\n"


def _head(found: Sequence[Drifted], managed: int) -> Iterator[str]:
    yield f"**{summary(found, managed)}**"
    if more := besides(found):
        yield ""
        yield more


def _courses(found: Sequence[Drifted], courses: Mapping[int, Course]) -> Iterator[Part]:
    bounds = bounds_among(len(found))
    for course_id, group in groupby(found, key=lambda each: each.course_id):
        shown = sorted(shortened(group), key=_rank)
        for i, each in enumerate(shown):
            above = () if i else _heading(courses, course_id)
            yield Part(_rank(each), (*above, _row(each)), 1)
        drifted = [each for each in shown if not isinstance(each, str)]
        for each in drifted:
            if each.edit and (fields := told(each, bounds)):
                yield Part(Rank.DETAIL, tuple(details([(each.edit, fields)], "What changed in")), 1)


def _rank(each: Drifted | str) -> Rank:
    needs_care = not isinstance(each, str) and each.finding.needs_care
    return Rank.WEIGHTY if needs_care else Rank.ROWS


def _heading(courses: Mapping[int, Course], course_id: int) -> Iterator[str]:
    yield ""
    yield f"### {escape(heading(courses, course_id))}"
    yield ""
    yield escape(origin(courses, course_id))
    yield ""
    yield "| | what became of it |"
    yield "|---|---|"


def _foot(found: Sequence[Drifted], hint: Hint) -> Iterator[str]:
    for remedy in remedies(found, hint):
        yield ""
        yield with_code(remedy)


def _row(each: Drifted | str) -> str:
    if isinstance(each, str):
        return f"| | {each} |"
    lines = [f"{escape(name(each))} {escape(sentence(each))}"]
    if stance := stance_of(each):
        lines.append(stance)
    return f"| {each.finding.value} | {'<br>'.join(lines)} |"
