"""The plan as Markdown, for a pull request or a step summary. Pure.

All that comes from outlines is escaped (`markdown_text`). Where there is a bound, whole parts are
left out, the least important first, and the document says so.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from coursesync.limits import PUBLISHED, Limits
from coursesync.plan import Action
from coursesync.render.changes import (
    LEAVES,
    MARKS,
    detailing,
    leaves,
    maybe_renamed,
    question,
    said,
    settlement,
)
from coursesync.render.markdown_text import code, details, escape
from coursesync.render.room import Part, Rank, fit
from coursesync.render.sentences import NOTHING, bare, cost, summary, warnings
from coursesync.words import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coursesync.advice.pieces import Told
    from coursesync.differences import Difference
    from coursesync.plan import Change, Course, Plan

_MOST_ADVICE = 50
_ROWS_AT_ONCE = 20  # that are kept or left out together
_ROOM_TO_SAY = 400  # bytes, for what was left out
_WORDS = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.MOVE: "re-key",
    Action.PROTECT: "protect",
    Action.DEACTIVATE: "hide",
    Action.DELETE: "delete",
    Action.KEEP: "kept",
    Action.DOUBT: "in doubt",
}


def render(
    plan: Plan,
    limits: Limits = PUBLISHED,
    advice: Told | None = None,
    most: int | None = None,
) -> str:
    """Write a plan as GitHub-flavoured Markdown; the summary comes first, advice folded below.

    Args:
        plan: the plan.
        limits: what the API allows, for the time that it takes.
        advice: what there is to say of its outlines.
        most: how many bytes of UTF-8 it may have. Differences are left out first, then advice, then
            the last sections; the summary, the cost and the digest never.

    Returns:
        Lines, the last with its end.
    """
    if not plan.changes:
        parts = [Part(Rank.ALWAYS, (f"**{NOTHING}**",))]
    else:
        detailed = detailing(plan)
        courses = (_course(course, found, detailed, plan) for course, found in plan.by_course())
        parts = [Part(Rank.ALWAYS, tuple(_head(plan, limits))), *chain.from_iterable(courses)]
    if advice:
        parts.append(Part(Rank.ASIDE, tuple(_advice(advice.first(_MOST_ADVICE)))))
    foot = tuple(_foot(plan))
    size = sum(part.size for part in (*parts, Part(Rank.ALWAYS, foot)))
    if most is None or size <= most:
        return "\n".join((*fit(parts, None).lines, *foot)) + "\n"
    kept = fit(parts, most - _ROOM_TO_SAY - Part(Rank.ALWAYS, foot).size)
    told = _left_out(kept.rows_left_out, kept.details_left_out)
    return "\n".join((*kept.lines, *told, *foot)) + "\n"


def _left_out(sections: int, differences: int) -> Iterator[str]:
    """Say what there was no room for."""
    told = []
    if sections:
        told.append(count(sections, "more section"))
    if differences:
        told.append(f"what changes in {count(differences, 'section')}")
    yield ""
    what = " and ".join(told) or "advice"
    yield f"**Left out here, for room: {what}.** `coursesync plan` shows all of it."


def _head(plan: Plan, limits: Limits) -> Iterator[str]:
    yield f"**{summary(plan)}**"
    if plan.has_changes:
        yield ""
        yield cost(plan, limits)
    for warning in warnings(plan):
        yield ""
        yield f"> {escape(' '.join(warning.split()))}"


def _foot(plan: Plan) -> Iterator[str]:
    yield ""
    yield f"<sub>Target {escape(plan.target)} · digest `{plan.digest}`</sub>"


def _course(
    course: Course,
    changes: list[Change],
    detailed: Callable[[Change], tuple[Difference, ...]],
    plan: Plan,
) -> Iterator[Part]:
    rows = [*map(_row, changes), *(_departure(change, plan) for change in course.departures)]
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[start : start + _ROWS_AT_ONCE]
        yield Part(Rank.ROWS, (*(() if start else _heading(course)), *some), len(some))
    if asked := tuple(_asked(changes)):
        yield Part(Rank.ASIDE, asked)
    for change in changes:
        if found := detailed(change):
            yield Part(Rank.DETAIL, tuple(details([(change, found)])), 1)
        if change.action is Action.DOUBT:
            yield Part(Rank.ASIDE, tuple(_settlement(change)))


def _heading(course: Course) -> Iterator[str]:
    yield ""
    yield f"### {escape(course.title or course.key)}"
    yield ""
    yield f"course {course.id}, {code(course.path) if course.path else 'without an outline'}"
    yield ""
    yield "| | order | section | for members |"
    yield "|---|---:|---|---|"


def _row(change: Change) -> str:
    mark = f"`{MARKS[change.action]}` {_WORDS[change.action]}"
    return f"| {mark} | {change.order} | {escape(change.title)} | {escape(said(change))} |"


def _departure(change: Change, plan: Plan) -> str:
    prior = change.before or {}
    title, order = escape(change.kind.title_of(prior)), change.kind.order_of(prior)
    return f"| `{LEAVES}` moves away | {order} | {title} | {escape(leaves(change, plan))} |"


def _asked(changes: Sequence[Change]) -> Iterator[str]:
    if hinted := maybe_renamed(changes):
        yield ""
        yield escape(hinted)
    for change in changes:
        if asked := question(change):
            yield ""
            yield escape(asked)


def _settlement(change: Change) -> Iterator[str]:
    yield ""
    yield f"To settle {escape(change.title)}, which is in doubt:"
    yield ""
    for line in settlement(change, change.candidates, bare):
        words, _, command = line.partition("  ")
        yield f"- {escape(words)} {code(command.strip()) if command else ''}".rstrip()


def _advice(advice: Told) -> Iterator[str]:
    told = count(len(advice.shown) + advice.more, "piece", "pieces")
    yield ""
    yield f"<details><summary>{told} of advice for the authors</summary>"
    yield ""
    for each in advice.shown:
        yield f"- {code(str(each.where))} {escape(each.problem)}<br>{escape(each.remedy)}"
    if advice.more:
        yield f"- and {advice.more:,} more"
    yield ""
    yield "</details>"
