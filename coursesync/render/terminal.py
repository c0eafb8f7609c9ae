"""The plan as text, for a terminal or a log: 80 columns wherever the titles allow it. Pure."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.nexudus.limits import PUBLISHED, Limits
from coursesync.planning.plan import Action
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
from coursesync.text import inert, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coursesync.planning.plan import Change, Course, Plan
    from coursesync.render.differences import Difference
    from coursesync.render.plan_words import Hint


_WIDTH = 80
_TITLE_AT = 10  # columns: mark and order come first
MOST_ROWS = 500  # changes that are told one by one, where nobody asks for all
# how many there are of what `weighs` nothing is told in these words
_COUNTED = {
    Action.CREATE: "to create",
    Action.UPDATE: "to update",
    Action.MOVE: "to re-key",
    Action.PROTECT: "to protect or release",
    Action.KEEP: "in no outline, kept",
}
_STYLES = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.MOVE: "yellow",
    Action.PROTECT: "yellow",
    Action.DEACTIVATE: "yellow",
    Action.DELETE: "red",
    Action.KEEP: "cyan",
    Action.DOUBT: "magenta",
}


def plain(_style: str, text: str) -> str:
    """Leave text as it is: the paint of a log."""
    return text


def compose(
    plan: Plan,
    paint: Callable[[str, str], str] = plain,
    hint: Hint = bare,
    limits: Limits = PUBLISHED,
    most: int | None = None,
) -> str:
    """Write a plan as text.

    Args:
        plan: the plan.
        paint: takes a style (a colour's name, or "bold") and a text, returns the text in it.
        hint: writes a command so that it can be typed as it stands.
        limits: what the API allows, for the time that it takes.
        most: of a plan with more changes than this, those that take nothing from members and ask
            nothing are counted, not told one by one; None for any number.

    Returns:
        Lines, the last with its end.
    """
    return "\n".join(_lines(plan, paint, hint, limits, most)) + "\n"


def _lines(
    plan: Plan, paint: Callable[[str, str], str], hint: Hint, limits: Limits, most: int | None
) -> Iterator[str]:
    detailed = detailing(plan)
    is_long = most is not None and len(plan.changes) > most
    for course, changes in plan.by_course():
        yield paint("bold", _heading(course))
        yield f"  {_origin(course)}"
        if is_long:
            yield from _counts(course, changes, paint)
        told = [each for each in changes if not is_long or weighs(each)]
        yield from _rows(told, detailed, paint, hint)
        if not is_long:
            yield from _departures(course, plan, paint)
        if hinted := maybe_renamed(changes):
            yield from wrapped(hinted, "  ", _WIDTH)
        yield ""
    if is_long:
        yield from wrapped(
            Remedy(
                f"Each of these {len(plan.changes):,} changes:", hint(Command("plan", full=True))
            )
        )
        yield ""
    yield paint("bold", summary(plan)) if plan.changes else NOTHING
    if takes := cost(plan, limits):
        yield takes
    for warning in warnings(plan):
        yield from wrapped(warning, width=_WIDTH)
    yield f"Target: {inert(plan.target)}"
    yield f"Digest: {plan.digest}"


def _counts(
    course: Course, changes: Sequence[Change], paint: Callable[[str, str], str]
) -> Iterator[str]:
    """Yield how many changes there are of each kind that is only counted."""
    numbers = Counter(change.action for change in changes if not weighs(change))
    for action, words in _COUNTED.items():
        if number := numbers[action]:
            yield paint(_STYLES[action], f"  {MARKS[action]} {number:,} {words}")
    if course.departures:
        yield paint("yellow", f"  {LEAVES} {len(course.departures):,} to other courses")


def _departures(course: Course, plan: Plan, paint: Callable[[str, str], str]) -> Iterator[str]:
    """Yield what goes to other courses."""
    for change in course.departures:
        prior = change.before or {}
        line = f"  {LEAVES} {change.kind.order_of(prior):>4}  {inert(change.kind.title_of(prior))}"
        yield paint("yellow", line)
        yield from wrapped(leaves(change, plan), f"{'':{_TITLE_AT}}", _WIDTH)


def _rows(
    changes: Sequence[Change],
    detailed: Callable[[Change], tuple[Difference, ...]],
    paint: Callable[[str, str], str],
    hint: Hint,
) -> Iterator[str]:
    """Yield the changes of a course, their titles and words in columns."""
    told = [said(change) for change in changes]
    titles = [inert(change.title) for change in changes]
    width = _column(titles, told)
    for change, title, words in zip(changes, titles, told, strict=True):
        fits = _TITLE_AT + width + 2 + len(words) <= _WIDTH
        yield from _change(change, title.ljust(width) if fits else title, words, paint)
        yield from _below(change, detailed(change), paint, hint)


def _column(titles: Sequence[str], told: Sequence[str]) -> int:
    """Return the width of the titles' column with which the most rows fit on one line."""
    steps = [0] * (_WIDTH + 1)
    for title, words in zip(titles, told, strict=True):
        least, most = len(title), _WIDTH - _TITLE_AT - 2 - len(words)
        if least <= most:
            steps[least] += 1
            steps[most + 1] -= 1
    fitting = [*accumulate(steps)]
    return fitting.index(max(fitting))


def _below(
    change: Change,
    differences: Sequence[Difference],
    paint: Callable[[str, str], str],
    hint: Hint,
) -> Iterator[str]:
    """Yield what stands below a change's own line: what it changes, and what a person may do."""
    margin = f"{'':{_TITLE_AT}}"
    if differences:
        from coursesync.render.detail import detail  # noqa: PLC0415 - most plans need it not

        for difference in differences:
            yield from detail(difference, _TITLE_AT, _WIDTH, paint)
    if asked := question(change):
        yield from wrapped(asked, margin, _WIDTH)
    if change.action is Action.DOUBT:
        for line in settlement(change, change.candidates, hint):
            yield from wrapped(line, margin, _WIDTH)


def _heading(course: Course) -> str:
    return inert(course.title) or inert(course.key)


def _origin(course: Course) -> str:
    return f"course {course.id}, {inert(course.path) if course.path else 'without an outline'}"


def _change(
    change: Change, title: str, words: str, paint: Callable[[str, str], str]
) -> Iterator[str]:
    style = _STYLES[change.action]
    line = f"  {MARKS[change.action]} {change.order:>4}  {title}"
    if len(line) + 2 + len(words) <= _WIDTH:
        yield paint(style, f"{line}  {words}")
    else:
        yield paint(style, line.rstrip())
        yield from wrapped(words, f"{'':{_TITLE_AT}}", _WIDTH)
