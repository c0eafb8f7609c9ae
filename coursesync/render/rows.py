"""One view of a plan, for all renderers: its courses, and a row for each change.

Owns the contents of a row and its rank. It must never lay a row out: the renderers do that, and
they read a plan only through this view.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.nexudus.limits import PUBLISHED, least_seconds
from coursesync.planning.plan import Action
from coursesync.render import plan_words
from coursesync.render.fit import Rank
from coursesync.render.plan_words import LEAVING, UNPROTECTING, WORDING
from coursesync.text import count, duration, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from coursesync.errors import Sentence, Shell
    from coursesync.nexudus.limits import Limits
    from coursesync.planning.plan import Change, Course, Plan
    from coursesync.render.excerpt import Difference
    from coursesync.render.plan_words import Wording

    # returns the words of a command, with the workspace and the target
    Hint: TypeAlias = Callable[[Command], Shell]

_ALWAYS_COUNTED = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE})
# the actions whose rows list the fields that differ
_DETAILED = frozenset({Action.UPDATE, Action.MOVE})


@dataclass(frozen=True)
class Row:
    """A change as people read it; all its text is safe to print.

    `order` and `title` are the record's; `remark` adds to the mark. `question` is for the author to
    answer, and `settlement` explains how to settle a doubt.
    """

    view: PlanView
    change: Change
    wording: Wording
    order: int
    title: str
    remark: str
    rank: Rank
    question: Sentence = ""
    settlement: tuple[Sentence, ...] = ()

    @property
    def words(self) -> str:
        """The remark; if there is none, what members see."""
        if self.remark:
            return self.remark
        kind, attributes = self.change.kind, self.change.attributes
        hidden = "" if kind.is_active(attributes) else ", hidden from members"
        return kind.describe(attributes) + hidden

    @property
    def is_weighty(self) -> bool:
        """Whether it takes something from members, or needs a person's answer.

        Even the longest plan shows it, and a document that must be cut shows it first.
        """
        return self.rank <= Rank.WEIGHTY

    @cached_property
    def compared(self) -> tuple[Difference, ...]:
        """The fields that differ between the known and the wanted values."""
        from coursesync.render.differences import differences  # noqa: PLC0415 - few plans need it

        return differences(self.change, self.view.comparisons)

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """The differences that the row's words don't already say; courses are named by title."""
        change, courses = self.change, self.view.plan.courses
        if change.action not in _DETAILED or self.wording is LEAVING:
            return ()
        if change.home is None:
            return self.compared
        before, after = _course(courses[change.home]), _course(courses[change.parent_id])
        course = (change.kind.parent_property,)
        return tuple(
            replace(each, before=before, after=after) if each.properties == course else each
            for each in self.compared
        )


@dataclass(frozen=True)
class CourseView:
    """A course of a plan: its rows, and the rows of records that move to another course.

    `title` and `path` are safe to print; `path` is "" if there is no outline. `renamed` is the
    question whether an old key changed; "" if there is none.
    """

    course: Course
    title: str
    path: str
    rows: tuple[Row, ...]
    departures: tuple[Row, ...]
    renamed: Sentence


@dataclass(frozen=True)
class PlanView:
    """A plan as people read it.

    `hint` returns the words of a command to type; `limits` are the API's, for the time it takes.
    """

    plan: Plan
    hint: Hint = Command.in_words
    limits: Limits = PUBLISHED

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all courses, in the plan's order."""
        return tuple(row for course in self.courses for row in course.rows)

    @cached_property
    def courses(self) -> tuple[CourseView, ...]:
        """The courses, each with its rows."""
        return tuple(
            CourseView(
                course,
                title=inert(course.title) or inert(course.key),
                path=inert(course.path or ""),
                rows=tuple(_row(change, self) for change in changes),
                departures=tuple(_departure(change, self) for change in course.departures),
                renamed=plan_words.maybe_renamed(changes),
            )
            for course, changes in self.plan.by_course()
        )

    @cached_property
    def comparisons(self) -> int:
        """The number of changes with a before and an after, whose texts are compared."""
        changes = self.plan.changes
        return sum(each.before is not None and each.after is not None for each in changes)

    @cached_property
    def cost(self) -> str:
        """The writes, the time and the share of a day's allowance; "" if nothing changes."""
        plan = self.plan
        if not plan.has_changes:
            return ""
        if not plan.writes and not plan.reads:
            return "Nothing is sent to Nexudus; only the state changes."
        seconds = least_seconds(plan.writes, plan.reads, self.limits)
        least = (
            f"{count(plan.writes, 'write')} ({count(plan.writes + plan.reads, 'request')}), at "
            f"least {duration(seconds)} at the API's limits"
        )
        if not plan.writes:
            return f"{least}."
        share = 100 * plan.writes / self.limits.writes_a_day
        of_the_day = "less than 1 %" if share < 1 else f"{share:.0f} %"
        return f"{least},\n{of_the_day} of a day's {self.limits.writes_a_day:,} writes."

    @property
    def warnings(self) -> Iterator[Sentence]:
        """What to know before the plan is applied."""
        return plan_words.warnings(self.plan)

    @cached_property
    def summary(self) -> str:
        """The number of changes by action: `Plan: 3 to create, 1 to update, 0 to delete.`."""
        numbers = Counter(row.wording for row in self.rows)
        always = [WORDING[action] for action in _ALWAYS_COUNTED]
        parts = [
            f"{numbers[words]} {words.counted}"
            for words in (*WORDING.values(), UNPROTECTING)
            if numbers[words] or words in always
        ]
        return f"Plan: {', '.join(parts)}."


def _row(change: Change, view: PlanView) -> Row:
    question = plan_words.question(change)
    is_released = change.action is Action.PROTECT and not change.protected
    wording = UNPROTECTING if is_released else WORDING[change.action]
    is_doubt = change.action is Action.DOUBT
    known = (change.candidates, change.reason, change.doubt)
    steps = plan_words.settlement(change, *known) if is_doubt else ()
    return Row(
        view,
        change,
        wording,
        order=change.order,
        title=inert(change.title),
        remark=plan_words.remark(change),
        rank=min(wording.rank, Rank.WEIGHTY) if question or _hides(change) else wording.rank,
        question=question,
        settlement=tuple(Remedy(each).placed(view.hint) for each in steps),
    )


def _departure(change: Change, view: PlanView) -> Row:
    prior = change.before or {}
    goes = _course(view.plan.courses[change.parent_id])
    return Row(
        view,
        change,
        LEAVING,
        order=change.kind.order_of(prior),
        title=inert(change.kind.title_of(prior)),
        remark=f"moves to course {goes}; keeps its Id {change.record_id}",
        rank=LEAVING.rank,
    )


def _course(course: Course) -> str:
    return f"{course.id} ({inert(course.title or course.key, 60)})"


def _hides(change: Change) -> bool:
    is_active = change.kind.is_active
    hides = is_active(change.before or {}) and not is_active(change.attributes)
    return change.action is Action.UPDATE and hides
