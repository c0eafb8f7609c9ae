"""The plan as Markdown, for a pull request or a step summary. Pure.

All that comes from outlines is escaped (`markdown_escape`). Where there is a bound, whole parts are
left out, the least important first, and the document says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Command
from coursesync.nexudus.limits import PUBLISHED, Limits
from coursesync.planning.plan import Action
from coursesync.render.fit import Part, Rank, fit, joined, takes
from coursesync.render.markdown_escape import (
    ROOM_TO_SAY,
    code,
    details,
    escape,
    left_out,
    with_code,
)
from coursesync.render.plan_words import NOTHING, bare, cost, summary, warnings
from coursesync.render.rows import (
    LEAVES,
    MARKS,
    detailing,
    leaves,
    maybe_renamed,
    question,
    said,
    settlement,
    weighs,
)
from coursesync.text import count, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coursesync.outlines.advice.pieces import Told
    from coursesync.planning.plan import Change, Course, Plan
    from coursesync.render.differences import Difference
    from coursesync.render.plan_words import Hint

_MOST_ADVICE = 50
_LONG, _SHORT = 500, 80  # characters of a title in a row; the shorter where there is little room
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


_LEFT_OUT = {
    Rank.LOST: lambda number: f"{count(number, 'section')} to delete",
    Rank.WEIGHTY: lambda number: f"{count(number, 'section')} to hide, or in question",
    Rank.ASKED: lambda number: count(number, "question"),
    Rank.ROWS: lambda number: count(number, "changed section"),
    Rank.NEW: lambda number: count(number, "new section"),
    Rank.DETAIL: lambda number: f"what changes in {count(number, 'section')}",
    Rank.ASIDE: lambda _number: "advice",
}


def compose(
    plan: Plan,
    limits: Limits = PUBLISHED,
    advice: Told | None = None,
    most: int | None = None,
    hint: Hint = bare,
) -> str:
    """Write a plan as GitHub-flavoured Markdown; the summary comes first, advice folded below.

    Args:
        plan: the plan.
        limits: what the API allows, for the time that it takes.
        advice: what there is to say of its outlines.
        most: how many bytes of UTF-8 it may have. Differences are left out first, then advice, then
            new sections, then others; those that `weigh` come first and go last. The summary, the
            cost and the digest stay.
        hint: writes a command so that it can be typed as it stands.

    Returns:
        Lines, the last with its end.
    """
    parts, foot = [*_parts(plan, limits, advice, hint)], Part(Rank.ALWAYS, (*_foot(plan),))
    if most is None or takes(*parts, foot) <= most:
        return joined(*parts, foot)
    ranked = [*_parts(plan, limits, advice, hint, weighty_first=True)]
    kept = fit(ranked, most - foot.size - ROOM_TO_SAY)
    return joined(kept, left_out(kept, _LEFT_OUT, hint(Command("plan", full=True))), foot)


def _parts(
    plan: Plan, limits: Limits, advice: Told | None, hint: Hint, *, weighty_first: bool = False
) -> Iterator[Part]:
    if not plan.changes:
        yield Part(Rank.ALWAYS, (f"**{NOTHING}**",))
    else:
        yield Part(Rank.ALWAYS, tuple(_head(plan, limits)))
        telling = _Telling(plan, detailing(plan), hint, weighty_first)
        for course, changes in plan.by_course():
            yield from telling.course(course, changes)
    if advice:
        yield Part(Rank.ASIDE, tuple(_advice(advice.first(_MOST_ADVICE))), 1)


def _head(plan: Plan, limits: Limits) -> Iterator[str]:
    yield f"**{summary(plan)}**"
    if plan.has_changes:
        yield ""
        yield cost(plan, limits)
    for warning in warnings(plan):
        yield ""
        yield f"> {with_code(warning)}"


def _foot(plan: Plan) -> Iterator[str]:
    yield ""
    yield f"<sub>Target {escape(plan.target)} · digest `{plan.digest}`</sub>"


@dataclass(frozen=True, slots=True)
class _Telling:
    """How the courses of a plan are told; `weighty_first` is for when there is little room."""

    plan: Plan
    detailed: Callable[[Change], tuple[Difference, ...]]
    hint: Hint
    weighty_first: bool

    def course(self, course: Course, changes: list[Change]) -> Iterator[Part]:
        """Yield a course: its table, a part a row, then what is asked, then the differences."""
        longest = _SHORT if self.weighty_first else _LONG
        rows = [(_rank(change), _row(change, longest)) for change in changes]
        rows += [(Rank.ROWS, _departure(each, self.plan)) for each in course.departures]
        if self.weighty_first:
            rows.sort(key=lambda row: row[0])
        for i, (rank, row) in enumerate(rows):
            yield Part(rank, (*(() if i else _heading(course)), row), 1)
        for each in (asked for asked in map(question, changes) if asked):
            yield Part(Rank.ASKED, ("", with_code(each)), 1)
        if hinted := maybe_renamed(changes):  # of rows of any weight
            yield Part(Rank.ROWS, ("", with_code(hinted)))
        for change in changes:
            if found := self.detailed(change):
                yield Part(Rank.DETAIL, tuple(details([(change, found)])), 1)
            if change.action is Action.DOUBT:
                yield Part(Rank.ASKED, tuple(_settlement(change, self.hint)), 1)


def _rank(change: Change) -> Rank:
    if change.action is Action.DELETE:
        return Rank.LOST
    if weighs(change):
        return Rank.WEIGHTY
    return Rank.NEW if change.action is Action.CREATE else Rank.ROWS


def _heading(course: Course) -> Iterator[str]:
    yield ""
    yield f"### {escape(course.title or course.key)}"
    yield ""
    yield f"course {course.id}, {code(course.path) if course.path else 'without an outline'}"
    yield ""
    yield "| | order | section | for members |"
    yield "|---|---:|---|---|"


def _row(change: Change, longest: int) -> str:
    mark = f"`{MARKS[change.action]}` {_WORDS[change.action]}"
    title = escape(inert(change.title, longest))
    return f"| {mark} | {change.order} | {title} | {escape(said(change))} |"


def _departure(change: Change, plan: Plan) -> str:
    prior = change.before or {}
    title, order = escape(change.kind.title_of(prior)), change.kind.order_of(prior)
    return f"| `{LEAVES}` moves away | {order} | {title} | {escape(leaves(change, plan))} |"


def _settlement(change: Change, hint: Hint) -> Iterator[str]:
    yield ""
    yield f"To settle {escape(change.title)}, which is in doubt:"
    yield ""
    for line in settlement(change, change.candidates, hint):
        yield f"- {with_code(line)}"


def _advice(advice: Told) -> Iterator[str]:
    told = count(len(advice.shown) + advice.more, "piece", "pieces")
    yield ""
    yield f"<details><summary>{told} of advice for the authors</summary>"
    yield ""
    for each in advice.shown:
        yield f"- {code(str(each.where))} {escape(each.problem)}<br>{with_code(each.remedy)}"
    if advice.more:
        yield f"- and {advice.more:,} more"
    yield ""
    yield "</details>"
