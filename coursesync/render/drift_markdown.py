"""Drift as Markdown, for a pull request or a step summary. Pure; escaped as a plan is."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

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
from coursesync.render.markdown import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.drift import Drifted
    from coursesync.plan import Course


def render(found: Sequence[Drifted], courses: Mapping[int, Course]) -> str:
    """Write what was found on the site as GitHub-flavoured Markdown; the summary comes first."""
    return "\n".join(_lines(found, courses)) + "\n"


def quote(found: Sequence[Drifted]) -> str:
    """Write what a plan that was refreshed begins from, to stand above it."""
    return "".join(f"> {escape(line.strip())}\\\n" for line in brief(found))[:-2] + "\n\n"


def _lines(found: Sequence[Drifted], courses: Mapping[int, Course]) -> Iterator[str]:
    yield f"**{summary(found)}**"
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
        for each in shortened(group):
            yield _row(each)
    for words, command, more in remedies(found):
        yield ""
        yield f"{words.strip().replace(chr(10), ' ')} `coursesync {command}{more}`"


def _row(each: Drifted | str) -> str:
    if isinstance(each, str):
        return f"| | {each} |"
    lines = [f"{escape(name(each))} {escape(sentence(each))}"]
    lines += [
        f"{escape(field)}: {escape(before)} → {escape(after)}"
        for field, before, after in told(each)
    ]
    if stance := stance_of(each):
        lines.append(stance)
    return f"| {each.finding.value} | {'<br>'.join(lines)} |"
