"""Drift as Markdown, for a pull request or a step summary. Pure; escaped as a plan is."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from coursesync.differences import bounds_among
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
from coursesync.render.markdown_text import code, details, escape
from coursesync.render.sentences import bare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.drift import Drifted
    from coursesync.plan import Course
    from coursesync.render.sentences import Hint


def render(
    found: Sequence[Drifted],
    courses: Mapping[int, Course],
    managed: int,
    hint: Hint = bare,
) -> str:
    """Write what was found on the site as GitHub-flavoured Markdown; the summary comes first.

    Takes the same as `drift.render`.
    """
    return "\n".join(_lines(found, courses, managed, hint)) + "\n"


def quote(found: Sequence[Drifted], managed: int) -> str:
    """Write the lines that stand above a plan that was refreshed, and one that is blank."""
    return "".join(f"> {escape(line)}\n>\n" for line in brief(found, managed))[:-2] + "\n"


def _lines(
    found: Sequence[Drifted], courses: Mapping[int, Course], managed: int, hint: Hint
) -> Iterator[str]:
    bounds = bounds_among(len(found))
    yield f"**{summary(found, managed)}**"
    if more := besides(found):
        yield ""
        yield more
    for course_id, group in groupby(found, key=lambda each: each.course_id):
        yield ""
        yield f"### {escape(heading(courses, course_id))}"
        yield ""
        yield escape(origin(courses, course_id))
        yield ""
        yield "| | what became of it |"
        yield "|---|---|"
        shown = list(shortened(group))
        yield from map(_row, shown)
        drifted = [each for each in shown if not isinstance(each, str)]
        compared = [(each.edit, told(each, bounds)) for each in drifted]
        edits = [(edit, fields) for edit, fields in compared if edit and fields]
        yield from details(edits, "What changed in")
    for words, command, more in remedies(found):
        yield ""
        typed = f" {code(f'{hint(command)}{more}')}" if command else ""
        yield f"{words}{typed}"


def _row(each: Drifted | str) -> str:
    if isinstance(each, str):
        return f"| | {each} |"
    lines = [f"{escape(name(each))} {escape(sentence(each))}"]
    if stance := stance_of(each):
        lines.append(stance)
    return f"| {each.finding.value} | {'<br>'.join(lines)} |"
