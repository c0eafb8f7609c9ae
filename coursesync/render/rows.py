"""One view of a plan, for all renderers: its courses, and a row for each change.

Owns the words for an action (`WORDING`) and the text of a row. It must never lay a row out: the
renderers do that, and they read a plan only through this view.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.kinds.address import key_of
from coursesync.kinds.inline import line_of
from coursesync.nexudus.limits import PUBLISHED
from coursesync.planning.plan import Action
from coursesync.render.fit import Rank
from coursesync.render.plan_words import cost, settlement, warnings
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.errors import Sentence
    from coursesync.nexudus.limits import Limits
    from coursesync.planning.plan import Change, Course, Plan
    from coursesync.render.differences import Difference
    from coursesync.render.plan_words import Hint


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for an action.

    `mark`, `verb` and `style` (the name of a colour) are for a row; `counted` follows a number.
    `left` says what happens to a record that is no longer in any outline. `rank` is the priority
    of the rows when a document must be cut.
    """

    mark: str
    verb: str
    counted: str
    style: str
    rank: Rank
    left: str = ""


WORDING = {
    Action.CREATE: Wording("+", "create", "to create", "green", Rank.NEW),
    Action.UPDATE: Wording("~", "update", "to update", "yellow", Rank.ROWS),
    Action.DELETE: Wording(
        "-", "delete", "to delete", "red", Rank.LOST, left="to be deleted from the site"
    ),
    Action.DEACTIVATE: Wording(
        *("~", "hide", "to hide from members", "yellow", Rank.WEIGHTY),
        left="to be hidden from members",
    ),
    Action.MOVE: Wording(">", "change the key of", "to get another key", "yellow", Rank.ROWS),
    Action.PROTECT: Wording("=", "protect", "to protect", "yellow", Rank.ROWS),
    Action.KEEP: Wording("!", "keep", "kept", "cyan", Rank.ROWS, left="kept on the site"),
    Action.DOUBT: Wording("?", "in doubt", "in doubt", "magenta", Rank.WEIGHTY),
}
UNPROTECTING = Wording("=", "unprotect", "to unprotect", "yellow", Rank.ROWS)
# for a record that moves to another course, in the course that it leaves
LEAVING = Wording("<", "move away", "to move to another course", "yellow", Rank.ROWS)
NOTHING = "Nothing to do: the outlines match the state."
NO_OUTLINE = "without an outline"
_ALWAYS_COUNTED = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE})
# the actions whose rows list the fields that differ
_DETAILED = frozenset({Action.UPDATE, Action.MOVE})
_MOST_KEYS = 5  # named in one hint


@dataclass(frozen=True)
class Row:
    """A change as people read it; all its text is safe to print.

    `order` and `title` are the record's; `remark` adds to the mark. `question` is for the author to
    answer, and `settlement` explains how to settle a doubt. `among` is the number of changes in the
    plan with a before and an after; it limits the effort of each comparison. `between` names the
    old and the new course of a record that moves.
    """

    change: Change
    wording: Wording
    order: int
    title: str
    remark: str
    rank: Rank
    question: Sentence = ""
    settlement: tuple[Sentence, ...] = ()
    among: int = 1
    between: tuple[str, str] | None = None

    @property
    def words(self) -> str:
        """The remark; if there is none, what members see."""
        if self.remark:
            return self.remark
        kind, attributes = self.change.kind, self.change.attributes
        is_hidden = not attributes.get(kind.active_property, True)
        return kind.describe(attributes) + (", hidden from members" if is_hidden else "")

    @property
    def is_weighty(self) -> bool:
        """Whether it takes something from members, or needs a person's answer.

        Even the longest plan shows it, and a document that must be cut shows it first.
        """
        return self.rank <= Rank.WEIGHTY

    @cached_property
    def compared(self) -> tuple[Difference, ...]:
        """The fields that differ between the known and the wanted values."""
        from coursesync.render.differences import bounds_among, differences  # noqa: PLC0415 - few plans need it

        return differences(self.change, bounds_among(self.among))

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """The differences that the row's words don't already say; courses are named by title."""
        if self.change.action not in _DETAILED or self.wording is LEAVING:
            return ()
        if self.between is None:
            return self.compared
        course, (before, after) = (self.change.kind.parent_property,), self.between
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
    """A plan as people read it: the rows of all courses, in the plan's order.

    `cost` is "" if there is nothing to do; `warnings` is what to know before the plan is applied.
    """

    plan: Plan
    hint: Hint
    limits: Limits
    rows: tuple[Row, ...]
    courses: tuple[CourseView, ...]
    cost: str
    warnings: tuple[Sentence, ...]

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


def view(plan: Plan, hint: Hint = Command.in_words, limits: Limits = PUBLISHED) -> PlanView:
    """Return a plan as people read it.

    `hint` returns the words of a command to type; `limits` are the API's, for the time it takes.
    """
    compared = sum(each.before is not None and each.after is not None for each in plan.changes)
    rows = {id(change): _row(change, plan, hint, compared) for change in plan.changes}
    courses = [
        CourseView(
            course=course,
            title=inert(course.title) or inert(course.key),
            path=inert(course.path or ""),
            rows=tuple(rows[id(change)] for change in changes),
            departures=tuple(_departure(change, plan) for change in course.departures),
            renamed=_maybe_renamed(changes),
        )
        for course, changes in plan.by_course()
    ]
    return PlanView(
        plan=plan,
        hint=hint,
        limits=limits,
        rows=(*rows.values(),),
        courses=(*courses,),
        cost=cost(plan, limits),
        warnings=(*warnings(plan),),
    )


def _row(change: Change, plan: Plan, hint: Hint, among: int) -> Row:
    question = _question(change)
    is_released = change.action is Action.PROTECT and not change.protected
    wording = UNPROTECTING if is_released else WORDING[change.action]
    homes = None if change.home is None else (change.home, change.parent_id)
    return Row(
        change=change,
        wording=wording,
        order=change.order,
        title=inert(change.title),
        remark=_remark(change),
        question=question,
        settlement=(
            settlement(change, change.candidates, hint) if change.action is Action.DOUBT else ()
        ),
        rank=min(wording.rank, Rank.WEIGHTY) if question or _hides(change) else wording.rank,
        among=among,
        between=homes and (_course(plan.courses[homes[0]]), _course(plan.courses[homes[1]])),
    )


def _departure(change: Change, plan: Plan) -> Row:
    prior = change.before or {}
    goes = _course(plan.courses[change.parent_id])
    return Row(
        change=change,
        wording=LEAVING,
        order=change.kind.order_of(prior),
        title=inert(change.kind.title_of(prior)),
        remark=f"moves to course {goes}; keeps its Id {change.record_id}",
        rank=LEAVING.rank,
    )


def _course(course: Course) -> str:
    return f"{course.id} ({inert(course.title or course.key, 60)})"


def _remark(change: Change) -> str:
    known = f"(Id {change.record_id})"
    if left := WORDING[change.action].left:
        why = f": {change.reason}" if change.reason else ""
        lead = change.lead
        gone = f"possibly moved to {inert(lead)}" if lead else "no longer in any outline"
        return f"{gone}; {left} {known}{why}"
    if change.action is Action.DOUBT:
        return f"in doubt: {inert(change.reason)}"
    if change.action is Action.PROTECT:
        return f"{'protected from deletion' if change.protected else 'no longer protected'} {known}"
    if change.action is Action.CREATE:
        return ""
    if change.was:
        return f"was {inert(change.was)}; keeps its Id {change.record_id}"
    return inert(change.reason)


def _hides(change: Change) -> bool:
    active = change.kind.active_property
    was, now = (change.before or {}).get(active, True), change.attributes.get(active, True)
    return change.action is Action.UPDATE and bool(was) and not now


def _question(change: Change) -> Sentence:
    if change.action is not Action.CREATE:
        return ""
    if change.lead is None:
        return change.reason
    former = ".".join(str(change.lead).split(".")[1:])
    return Remedy(
        f"Is this {inert(change.lead)}, moved here? To keep its Id instead of creating a new "
        f"{change.kind.name}, add to it:",
        line_of("previous_keys", [inert(former)]),
    )


def _maybe_renamed(changes: Sequence[Change]) -> Sentence:
    gone = [each for each in changes if WORDING[each.action].left and each.lead is None]
    new = any(change.action is Action.CREATE and change.lead is None for change in changes)
    if not gone or not new:
        return ""
    gone.sort(key=lambda change: (change.order, change.address))
    keys = [f"{inert(key_of(each.address), 60)} ({inert(each.title, 40)})" for each in gone]
    more = f" and {len(keys) - _MOST_KEYS:,} more" if len(keys) > _MOST_KEYS else ""
    return Remedy(
        f"Is a new {gone[0].kind.name} an old one under a new key? To keep its Id, give it the old "
        "key, as in",
        line_of("previous_keys", [inert(key_of(gone[0].address))]),
        f"The old keys are: {', '.join(keys[:_MOST_KEYS])}{more}.",
    )
