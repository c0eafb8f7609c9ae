"""One view of a plan: its courses and their rows, with all that people read of a change.

Owns the words for an action (`WORDING`) and what a row says. It must never lay a row out: the
renderers do that, and they read a plan through this view alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.errors import Code, Remedy
from coursesync.kinds.address import key_of
from coursesync.nexudus.limits import PUBLISHED
from coursesync.planning.plan import Action
from coursesync.render.fit import Rank
from coursesync.render.plan_words import bare, cost, settlement, warnings
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
    """The words for an action: `mark`, `verb` and `style` (a colour's name) stand in its rows.

    `counted` follows a number of them. `left` says what happens to a record that no outline has
    any more. `rank` is how long its rows stay where there is little room.
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
    Action.MOVE: Wording(">", "re-key", "to re-key", "yellow", Rank.ROWS),
    Action.PROTECT: Wording("=", "protect", "to protect or release", "yellow", Rank.ROWS),
    Action.KEEP: Wording("!", "keep", "kept", "cyan", Rank.ROWS, left="kept on the site"),
    Action.DOUBT: Wording("?", "in doubt", "in doubt", "magenta", Rank.WEIGHTY),
}
# of a record that goes to another course, in the course that it leaves
LEAVING = Wording("<", "move away", "to other courses", "yellow", Rank.ROWS)
NOTHING = "Nothing to do: the outlines and the state say the same."
NO_OUTLINE = "without an outline"
_ALWAYS_COUNTED = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE})
# a row of any other action says all of it
_DETAILED = frozenset({Action.UPDATE, Action.MOVE})
_MOST_KEYS = 5  # that one hint names


@dataclass(frozen=True)
class Row:
    """A change as people read it.

    `order` and `title` are those of the record. `remark` is what the mark alone does not say, and
    `meaning` what the record is to members. `question` is what only the author can answer,
    `settlement` how a doubt is settled, a sentence or more each. Text from elsewhere is safe to
    print in all of these. `among` counts the changes of the plan whose texts are compared, and
    `between` names the courses between which the record moves.
    """

    change: Change
    wording: Wording
    order: int
    title: str
    remark: str
    meaning: str
    question: Sentence
    settlement: tuple[Sentence, ...]
    rank: Rank
    among: int = 1
    between: tuple[str, str] | None = None

    @property
    def words(self) -> str:
        """The remark, or else the meaning to members."""
        return self.remark or self.meaning

    @property
    def is_weighty(self) -> bool:
        """Whether it takes something from members, or waits for a person's answer.

        It has a line of its own in the longest plan, and comes first where there is little room.
        """
        return self.rank <= Rank.WEIGHTY

    @cached_property
    def compared(self) -> tuple[Difference, ...]:
        """The fields that differ between what was sent and what is wanted."""
        from coursesync.render.differences import bounds_among, differences  # noqa: PLC0415 - most plans need it not

        return differences(self.change, bounds_among(self.among))

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """Those that the words of the row don't say, with the titles of courses."""
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
    """A course of a plan: its rows, and those of the records that leave it for another.

    `title` and `path` are safe to print; `path` is "" without an outline. `renamed` asks whether a
    new resource is one that is gone, "" where there is nothing to ask.
    """

    course: Course
    title: str
    path: str
    rows: tuple[Row, ...]
    departures: tuple[Row, ...]
    renamed: Sentence


@dataclass(frozen=True)
class PlanView:
    """A plan as people read it; `rows` are those of all courses, in the plan's order.

    `hint` returns the words of a command to type.
    """

    plan: Plan
    hint: Hint
    limits: Limits
    rows: tuple[Row, ...]
    courses: tuple[CourseView, ...]

    @cached_property
    def summary(self) -> str:
        """How many of what, as in `Plan: 3 to create, 1 to update, 0 to delete.`."""
        counts = ((self.plan.count(action), action) for action in WORDING)
        parts = [
            f"{number} {WORDING[action].counted}"
            for number, action in counts
            if number or action in _ALWAYS_COUNTED
        ]
        return f"Plan: {', '.join(parts)}."

    @cached_property
    def cost(self) -> str:
        """The writes, the time and the share of the day's allowance; "" where nothing is to do."""
        return cost(self.plan, self.limits)

    @cached_property
    def warnings(self) -> tuple[Sentence, ...]:
        """What to know of the plan as a whole before it is applied, a sentence or two each."""
        return warnings(self.plan)


def view(plan: Plan, hint: Hint = bare, limits: Limits = PUBLISHED) -> PlanView:
    """Return a plan as people read it.

    Args:
        plan: the plan.
        hint: returns the words of a command to type.
        limits: what the API allows, for the time that the plan takes.
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
    return PlanView(plan, hint, limits, (*rows.values(),), (*courses,))


def _row(change: Change, plan: Plan, hint: Hint, among: int) -> Row:
    question = _question(change)
    rank = WORDING[change.action].rank
    homes = None if change.home is None else (change.home, change.parent_id)
    return Row(
        change=change,
        wording=WORDING[change.action],
        order=change.order,
        title=inert(change.title),
        remark=_remark(change),
        meaning=_meaning(change),
        question=question,
        settlement=(
            settlement(change, change.candidates, hint) if change.action is Action.DOUBT else ()
        ),
        rank=min(rank, Rank.WEIGHTY) if question or _hides(change) else rank,
        among=among,
        between=homes and (_course(plan.courses[homes[0]]), _course(plan.courses[homes[1]])),
    )


def _departure(change: Change, plan: Plan) -> Row:
    """Return the row of a record in the course that it leaves."""
    prior = change.before or {}
    goes = _course(plan.courses[change.parent_id])
    return Row(
        change=change,
        wording=LEAVING,
        order=change.kind.order_of(prior),
        title=inert(change.kind.title_of(prior)),
        remark=f"goes to course {goes}, and keeps its Id {change.record_id}",
        meaning="",
        question="",
        settlement=(),
        rank=LEAVING.rank,
    )


def _course(course: Course) -> str:
    return f"{course.id} ({inert(course.title or course.key, 60)})"


def _remark(change: Change) -> str:
    known = f"(Id {change.record_id})"
    if left := WORDING[change.action].left:
        why = f": {change.reason}" if change.reason else ""
        gone = f"maybe moved to {inert(change.lead)}" if change.lead else "in no outline any more"
        return f"{gone}; {left} {known}{why}"
    if change.action is Action.DOUBT:
        return f"in doubt: {inert(change.reason)}"
    if change.action is Action.PROTECT:
        return f"{'protected from deletion' if change.protected else 'protected no more'} {known}"
    if change.action is Action.CREATE:
        return ""
    if change.was:
        return f"was {inert(change.was)}, and keeps its Id {change.record_id}"
    return inert(change.reason)


def _meaning(change: Change) -> str:
    is_hidden = not change.attributes.get(change.kind.active_property, True)
    return change.kind.describe(change.attributes) + (", hidden from members" if is_hidden else "")


def _hides(change: Change) -> bool:
    """Say whether an update hides what members see."""
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
        f"Is this {inert(change.lead)}, moved here? To move that one, with its Id, instead of "
        "making another, write",
        Code(f"previous_keys: [{inert(former)}]"),
    )


def _maybe_renamed(changes: Sequence[Change]) -> Sentence:
    """Ask whether a new resource of a course is one of its own that is in no outline any more."""
    gone = [each for each in changes if WORDING[each.action].left and each.lead is None]
    new = any(change.action is Action.CREATE and change.lead is None for change in changes)
    if not gone or not new:
        return ""
    gone.sort(key=lambda change: (change.order, change.address))
    keys = [f"{inert(key_of(each.address), 60)} ({inert(each.title, 40)})" for each in gone]
    more = f" and {len(keys) - _MOST_KEYS:,} more" if len(keys) > _MOST_KEYS else ""
    return Remedy(
        f"If a new {gone[0].kind.name} is one that is in no outline any more, under another name, "
        "give it its old key, as in",
        Code(f"previous_keys: [{inert(key_of(gone[0].address), 60)}]"),
        f"The old keys are: {', '.join(keys[:_MOST_KEYS])}{more}.",
    )
