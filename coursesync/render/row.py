"""A change as people read it.

Owns the contents of a row and its rank. It must never lay a row out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.kinds.field import Role, is_provisional
from coursesync.planning.action import Action
from coursesync.render import plan_words
from coursesync.render.fit import Rank
from coursesync.render.plan_words import LEAVING, WORDING
from coursesync.render.settling import settlement
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from coursesync.errors import Sentence, Shell
    from coursesync.kinds.address import Address
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Course
    from coursesync.render.excerpt import Difference
    from coursesync.render.holders import Holders
    from coursesync.render.plan_words import Wording
    from coursesync.render.waiting import Waiting

    # returns the words of a command, with the workspace and the target
    Hint: TypeAlias = Callable[[Command], Shell]

# the actions whose rows list the fields that differ
_DETAILED = frozenset({Action.UPDATE, Action.MOVE})
# of a course's own record also what is written for a new one, because no page shows it
_DETAILED_OF_COURSE = _DETAILED | {Action.CREATE}


@dataclass(frozen=True)
class Around:
    """What the rows of a course share.

    `courses` are the plan's, by Id; `comparisons` is the number of the plan's changes whose texts
    are compared; `holders` name the possible parents of a record. `opens` has the words for when a
    record of an inner kind opens, by address; `waiting` is what each record waits for. `title` is
    the course's, and `own` is what is said of its own record; both are safe to print.
    """

    courses: Mapping[int, Course]
    comparisons: int
    hint: Hint
    holders: Holders
    opens: Mapping[Address, str]
    waiting: Waiting
    title: str = ""
    own: str = ""


@dataclass(frozen=True)
class Row:
    """A change as people read it; all its text is safe to print.

    `order` and `title` are the record's, the order None if its kind has none; `remark` adds to the
    mark, and `seen` is what members see of it. `question` is for the author to answer, and
    `settlement` explains how to settle a doubt.
    """

    around: Around
    change: Change
    wording: Wording
    order: int | None
    title: str
    remark: str
    seen: str
    rank: Rank
    question: Sentence = ""
    settlement: tuple[Sentence, ...] = ()

    @property
    def words(self) -> str:
        """The remark; if there is none, what members see."""
        return self.remark or self.seen

    @property
    def counted_as(self) -> Wording:
        """The words for a number of such rows: an update that hides counts as hiding."""
        return WORDING[Action.DEACTIVATE] if _hides(self.change) else self.wording

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

        return differences(self.change, self.around.comparisons, self.around.holders)

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """The differences that the row's words don't already say.

        Courses are named by their titles, and so is a record that another one waits for.
        """
        change, courses = self.change, self.around.courses
        if change.kind.of is not None and change.action is Action.UPDATE:
            return ()  # the row says it
        detailed = _DETAILED_OF_COURSE if change.kind.is_course else _DETAILED
        if change.action not in detailed or self.wording is LEAVING:
            return ()
        if change.from_course is None:
            link = (change.kind.parent_property,)
            return tuple(
                self._with_names(each) for each in self.compared if each.properties != link
            )
        before, after = _course(courses[change.from_course]), _course(courses[change.course_id])
        course = (change.kind.course_property,)
        return tuple(
            replace(each, before=before, after=after) if each.properties == course else each
            for each in self.compared
        )

    def _with_names(self, difference: Difference) -> Difference:
        change, waiting = self.change, self.around.waiting
        kind, was, now = change.kind, difference.before, difference.after
        if difference.field not in kind.names(Role.UNLOCK) or was is None or now is None:
            return difference
        was = waiting.name_before(was, kind, change.previous_address or change.address)
        return replace(difference, before=was, after=waiting.name_after(now, kind, change.address))


def row_of(change: Change, around: Around) -> Row:
    """Return the row of a change."""
    question, seen = plan_words.question(change), _seen(change, around)
    wording = plan_words.wording_of(change)
    is_doubt = change.action is Action.DOUBT
    known = (change.candidates, change.doubt)
    steps = settlement(change, *known) if is_doubt else ()
    return Row(
        around,
        change,
        wording,
        order=change.order if change.kind.has(Role.ORDER) else None,
        title=inert(change.title) or (around.title if change.kind.is_course else ""),
        remark=plan_words.remark(change, around.holders, seen),
        seen=seen,
        rank=min(wording.rank, Rank.WEIGHTY) if question or _hides(change) else wording.rank,
        question=question,
        settlement=tuple(Remedy(each).placed(around.hint) for each in steps),
    )


def _seen(change: Change, around: Around) -> str:
    """Return what members see of a record: when it opens, or that it is hidden."""
    kind, attributes = change.kind, change.attributes
    if kind.is_course:
        return around.own
    said = around.opens.get(change.address) or kind.describe(attributes)
    opens = around.waiting.name_after(said, kind, change.address)
    return opens + ("" if kind.is_active(attributes) else ", hidden from members")


def departure_of(change: Change, around: Around) -> Row:
    """Return the row of a record that moves away, in the course that it leaves."""
    prior = change.before or {}
    goes = _course(around.courses[change.course_id])
    return Row(
        around,
        change,
        LEAVING,
        order=change.kind.order_of(prior),
        title=inert(change.kind.title_of(prior)),
        remark=f"moves to course {goes}; keeps its Id {change.record_id}",
        seen="",
        rank=LEAVING.rank,
    )


def _course(course: Course) -> str:
    known = "that is new" if is_provisional(course.id) else course.id
    return f"{known} ({inert(course.name, 60)})"


def _hides(change: Change) -> bool:
    if change.action is not Action.UPDATE or change.kind.of is not None:
        return False
    is_active = change.kind.is_active
    return is_active(change.before or {}) and not is_active(change.attributes)
