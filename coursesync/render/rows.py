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
from coursesync.text import inert, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from coursesync.errors import Sentence, Shell
    from coursesync.nexudus.limits import Limits
    from coursesync.planning.plan import Change, Course, Plan
    from coursesync.render.differences import Difference

    # returns the words of a command, with the workspace and the target
    Hint: TypeAlias = Callable[[Command], Shell]


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for an action, or for a finding on the site.

    `mark`, `verb` and `style` (the name of a colour) are for a row; `counted` follows a number.
    `rank` is the priority of the rows when a document must be cut. `left` says what happens to a
    record that is no longer in any outline.
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
    plan with a before and an after. `between` names the old and the new course of a record that
    moves.
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
        from coursesync.render.differences import differences  # noqa: PLC0415 - few plans need it

        return differences(self.change, self.among)

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
    """A course of a plan: its rows, and the rows of records that move to another course."""

    course: Course
    rows: tuple[Row, ...]
    departures: tuple[Row, ...]

    @property
    def title(self) -> str:
        """Its title, or its key; safe to print."""
        return inert(self.course.title) or inert(self.course.key)

    @property
    def path(self) -> str:
        """Its outline, safe to print; "" if there is none."""
        return inert(self.course.path or "")

    @cached_property
    def renamed(self) -> Sentence:
        """The question whether an old key changed; "" if there is none."""
        return _maybe_renamed([row.change for row in self.rows])


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
        changes = self.plan.changes
        among = sum(each.before is not None and each.after is not None for each in changes)
        return tuple(
            CourseView(
                course,
                rows=tuple(_row(change, self, among) for change in changes),
                departures=tuple(_departure(change, self.plan) for change in course.departures),
            )
            for course, changes in self.plan.by_course()
        )

    @cached_property
    def cost(self) -> str:
        """The writes, the time and the share of a day's allowance; "" if nothing changes."""
        return cost(self.plan, self.limits)

    @property
    def warnings(self) -> Iterator[Sentence]:
        """What to know before the plan is applied."""
        return warnings(self.plan)

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


def _row(change: Change, view: PlanView, among: int) -> Row:
    question = _question(change)
    is_released = change.action is Action.PROTECT and not change.protected
    wording = UNPROTECTING if is_released else WORDING[change.action]
    steps = settlement(change, change.candidates) if change.action is Action.DOUBT else ()
    courses = view.plan.courses
    return Row(
        change=change,
        wording=wording,
        order=change.order,
        title=inert(change.title),
        remark=_remark(change),
        question=question,
        settlement=tuple(Remedy(each).placed(view.hint) for each in steps),
        rank=min(wording.rank, Rank.WEIGHTY) if question or _hides(change) else wording.rank,
        among=among,
        between=None
        if change.home is None
        else (_course(courses[change.home]), _course(courses[change.parent_id])),
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
    return Remedy(
        f"Is a new {gone[0].kind.name} an old one under a new key? To keep its Id, give it the old "
        "key, as in",
        line_of("previous_keys", [inert(key_of(gone[0].address))]),
        f"The old keys are: {listed(keys, _MOST_KEYS)}.",
    )
