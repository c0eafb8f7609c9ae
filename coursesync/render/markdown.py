"""Writes plans and drift as Markdown, for a pull request or a step summary.

All text from outlines is escaped (`markdown_escape`). If the size is bounded, whole parts are left
out, the least important first, and the document says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Command
from coursesync.kinds import LISTED
from coursesync.render.drift_words import FINDINGS, name, sentence, stance
from coursesync.render.fit import Part, Rank, fit, joined
from coursesync.render.markdown_escape import (
    ROOM_TO_SAY,
    code,
    details,
    escape,
    left_out,
    with_code,
)
from coursesync.render.plan_words import NO_OUTLINE, NOTHING
from coursesync.text import count, inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.errors import Shell
    from coursesync.outlines.advice.pieces import FirstPieces
    from coursesync.planning.drift import Drifted
    from coursesync.render.drift import CourseDrift, DriftView
    from coursesync.render.rows import CourseView, PlanView, Row

_MOST_ADVICE = 50
_SHORT = 80  # characters of a title when the document must be cut
# what is left out, in words; `{}` is the number of records, with its noun
_LEFT_OUT = {
    Rank.LOST: "{} to delete",
    Rank.WEIGHTY: "{} to hide from members, or to answer a question about",
    Rank.ASKED: "questions about {}",
    Rank.ROWS: "{} with other changes",
    Rank.NEW: "{} to create",
    Rank.DETAIL: "what changes in {}",
    Rank.ASIDE: "advice",
}
_DRIFT_LEFT_OUT = {
    Rank.WEIGHTY: "{} that others changed",
    Rank.ROWS: "findings that are not drift",
    Rank.DETAIL: "what changed in {}",
}


def compose(view: PlanView, advice: FirstPieces | None = None, most: int | None = None) -> str:
    """Write a plan as GitHub-flavoured Markdown: the summary first, the advice folded at the end.

    `most` is the bytes of UTF-8 that it may have. If it must be cut, parts go in the order of
    `Rank`, the last first, and weighty rows move to the top.
    """
    target = f"<sub>Target {escape(view.plan.target)} · digest `{view.plan.digest}`</sub>"
    foot = Part(Rank.ALWAYS, ("", target))
    whole = joined([*_parts(view, advice), foot])
    if most is None or len(whole.encode()) <= most:
        return whole
    parts = [*_parts(view, advice, weighty_first=True)]
    return _cut(parts, foot, most, _LEFT_OUT, view.hint(Command("plan", full=True)))


def _cut(
    parts: Sequence[Part], foot: Part, most: int, words: Mapping[Rank, str], command: Shell
) -> str:
    """Write the parts that fit, a note on the others (see `left_out`), and the foot."""
    kept, left = fit(parts, most - foot.size - ROOM_TO_SAY)
    return joined([*kept, left_out(left, words, command), foot])


def _parts(
    view: PlanView, advice: FirstPieces | None, *, weighty_first: bool = False
) -> Iterator[Part]:
    if not view.rows:
        yield Part(Rank.ALWAYS, (f"**{NOTHING}**",))
    else:
        head = [f"**{view.summary}**", *(["", view.cost] if view.cost else [])]
        for warning in view.warnings:
            head += ["", f"> {with_code(warning)}"]
        yield Part(Rank.ALWAYS, tuple(head))
        for course in view.courses:
            yield from _course(course, weighty_first=weighty_first)
    if advice:
        yield Part(Rank.ASIDE, tuple(_advice(advice.first(_MOST_ADVICE))), 1)


def _course(course: CourseView, *, weighty_first: bool) -> Iterator[Part]:
    """Yield the parts of a course: the rows of its table, the questions, then the differences."""
    rows = [*course.rows, *course.departures]
    if weighty_first:
        rows.sort(key=lambda row: row.rank)
    for i, row in enumerate(rows):
        title = inert(row.title, _SHORT) if weighty_first else row.title
        yield Part(row.rank, (*(() if i else _heading(course)), _row(row, title)), 1)
    for row in course.rows:
        if row.question:
            yield Part(Rank.ASKED, ("", with_code(row.question)), 1)
    if course.renamed:
        yield Part(Rank.ROWS, ("", with_code(course.renamed)))
    for row in course.rows:
        if row.differences:
            yield Part(Rank.DETAIL, tuple(details(row.title, row.differences)), 1)
        if row.settlement:
            heading = f"To settle {escape(row.title)}, which is in doubt:"
            lines = (f"- {with_code(line)}" for line in row.settlement)
            yield Part(Rank.ASKED, ("", heading, "", *lines), 1)


def _heading(course: CourseView) -> tuple[str, ...]:
    path = code(course.path) if course.path else NO_OUTLINE
    return (
        *("", f"### {escape(course.title)}", "", f"course {course.course.id}, {path}", ""),
        *(f"| | order | {LISTED.name} | for members |", "|---|---:|---|---|"),
    )


def _row(row: Row, title: str) -> str:
    mark = f"`{row.wording.mark}` {row.wording.verb}"
    return f"| {mark} | {row.order} | {escape(title)} | {escape(row.words)} |"


def _advice(advice: FirstPieces) -> Iterator[str]:
    pieces = count(len(advice.shown) + advice.more, "piece")
    yield ""
    yield f"<details><summary>{pieces} of advice for the authors</summary>"
    yield ""
    for each in advice.shown:
        yield f"- {code(str(each.where))} {escape(each.problem)}<br>{with_code(each.remedy)}"
    if advice.more:
        yield f"- and {advice.more:,} more"
    yield ""
    yield "</details>"


def compose_drift(view: DriftView, most: int | None = None) -> str:
    """Write the findings on the site as GitHub-flavoured Markdown, the summary first.

    `most` is the bytes of UTF-8 that it may have. If it must be cut, differences go first, then
    findings that are not drift.
    """
    head = [f"**{view.summary}**", *(["", view.besides] if view.besides else [])]
    parts = [Part(Rank.ALWAYS, tuple(head))]
    for course in view.courses:
        parts += _course_drift(course, view)
    foot = Part(
        Rank.ALWAYS, tuple(line for each in view.remedies for line in ("", with_code(each)))
    )
    whole = joined([*parts, foot])
    if most is None or len(whole.encode()) <= most:
        return whole
    return _cut(parts, foot, most, _DRIFT_LEFT_OUT, view.hint(Command("drift")))


def above(view: DriftView) -> str:
    """Write the lines above a refreshed plan, and a blank line."""
    return "\n>\n".join(f"> {with_code(line)}" for line in view.brief) + "\n\n"


def _course_drift(course: CourseDrift, view: DriftView) -> Iterator[Part]:
    ranked = sorted(course.found, key=lambda each: FINDINGS[each.finding].rank)
    heading = (
        *("", f"### {escape(course.title)}", "", escape(course.origin), ""),
        *("| | what was found |", "|---|---|"),
    )
    for i, each in enumerate(ranked):
        yield Part(FINDINGS[each.finding].rank, (*(() if i else heading), _found(each)), 1)
    if course.more:
        yield Part(Rank.ROWS, (f"| | {course.more} |",), 1)
    for each in ranked:
        if (edit := each.edit) and (found := view.differences(each)):
            yield Part(Rank.DETAIL, tuple(details(edit.title, found, "What changed in")), 1)


def _found(each: Drifted) -> str:
    lines = [f"{escape(name(each))} {escape(sentence(each))}", *filter(None, [stance(each)])]
    return f"| {FINDINGS[each.finding].verb} | {'<br>'.join(lines)} |"
