"""One view of a plan, for all renderers: its courses, and a row for each change.

It must never lay a row out: the renderers do that, and they read a plan only through this view.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.kinds import LISTED
from coursesync.kinds.counting import counted, in_turn
from coursesync.nexudus.limits import PUBLISHED, least_seconds
from coursesync.planning.action import Action
from coursesync.planning.removal import is_acknowledged
from coursesync.render import plan_words
from coursesync.render.holders import holders_in
from coursesync.render.nesting import Tree
from coursesync.render.plan_words import COUNTED, WORDING
from coursesync.render.row import Around, departure_of, row_of
from coursesync.render.timeline import openings
from coursesync.render.waiting import Waiting, waiting_in
from coursesync.text import count, duration, inert

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from coursesync.errors import Sentence, Shell
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.limits import Limits
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Course, Plan
    from coursesync.render.nesting import Line
    from coursesync.render.plan_words import Wording
    from coursesync.render.row import Hint, Row

_MOST_WAITS = 20  # of a course
_ALWAYS_COUNTED = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE})


@dataclass(frozen=True)
class CourseView:
    """A course of a plan: its rows, and the rows of records that move to another course.

    `changes` are all of the course, also those without a row. `title` and `path` are safe to print;
    `path` is "" if there is no outline. `renamed` is the question whether an old key changed; "" if
    there is none. `waiting` is what its records wait for.
    """

    course: Course
    changes: tuple[Change, ...]
    title: str
    path: str
    rows: tuple[Row, ...]
    departures: tuple[Row, ...]
    renamed: Sentence
    waiting: Waiting

    @property
    def waits(self) -> Iterator[str]:
        """Whom the changes affect although their own records need not change."""
        found = self.waiting.waits
        yield from (each.words for each in found[:_MOST_WAITS])
        if (more := len(found) - _MOST_WAITS) > 0:
            verb = "waits" if more == 1 else "wait"
            yield f"{more:,} more now {verb} for another one."

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All rows, also of records that leave, each below its parent."""
        return tuple(self._tree.lines(self.rows, self.departures))

    @cached_property
    def weighty(self) -> tuple[Line, ...]:
        """The weighty rows alone, each below its parent."""
        return tuple(self._tree.lines([row for row in self.rows if row.is_weighty]))

    @cached_property
    def _tree(self) -> Tree:
        return Tree(self.course, self.rows, self.departures)


@dataclass(frozen=True)
class PlanView:
    """A plan as people read it.

    `hint` returns the words of a command to type; `limits` are the API's, for the time it takes.
    `restoring` are the commands that restore a lost outline, by the course's Id. `known` are the
    addresses of records that were reported before as kept on the site: they have no row. Those that
    a person acknowledged have one only if `shows_kept`.
    """

    plan: Plan
    hint: Hint = Command.in_words
    limits: Limits = PUBLISHED
    restoring: Mapping[int, Shell] = field(default_factory=dict)
    known: Collection[Address] = frozenset()
    shows_kept: bool = False

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all courses, in the plan's order."""
        return tuple(row for course in self.courses for row in course.rows)

    @cached_property
    def courses(self) -> tuple[CourseView, ...]:
        """The courses, each with its rows."""
        return tuple(
            self._course(course, tuple(changes))
            for course, changes in self.plan.by_course()
            if course.departures or any(map(self._is_news, changes))
        )

    def _is_news(self, change: Change) -> bool:
        if is_acknowledged(change) and not self.shows_kept:
            return False
        return change.action is not Action.KEEP or change.address not in self.known

    @cached_property
    def _news(self) -> Plan:
        """The plan without what was reported before."""
        plan = self.plan
        return replace(plan, changes=tuple(filter(self._is_news, plan.changes)))

    def _course(self, course: Course, changes: tuple[Change, ...]) -> CourseView:
        holders = holders_in(course, changes)
        opens = openings(course, changes)
        title = inert(course.title) or inert(course.key)
        own = [each for each in changes if each.kind.is_course]
        said = plan_words.own_record(own[0], own) if own else ""
        waiting = waiting_in(course, changes)
        shared = (self.plan.courses, self.comparisons, self.hint, holders, opens, waiting)
        around = Around(*shared, title=title, own=said)
        news = [*filter(self._is_news, changes)]
        return CourseView(
            course,
            changes,
            title=title,
            path=inert(course.path or ""),
            rows=tuple(row_of(change, around) for change in news),
            departures=tuple(departure_of(change, around) for change in course.departures),
            renamed=plan_words.maybe_renamed(news),
            waiting=waiting,
        )

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of the records that change, parents first; the outline's own if none does."""
        return tuple(in_turn(change.kind.record for change in self.plan.changes)) or (LISTED,)

    def number(self, rows: Iterable[Row], style: str = "") -> str:
        """Count rows: `3`, in a format's style; with nouns if the plan has records of other kinds.

        Without a noun, a number counts the records that an outline lists.
        """
        kinds = Counter(row.change.kind.record for row in rows)
        if self.kinds == (LISTED,):
            return format(kinds.total(), style)
        return counted(kinds) or "0"

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
        return self._placed(plan_words.warnings(self._news, self.restoring))

    @property
    def cautions(self) -> Iterator[Sentence]:
        """The warnings about the changes themselves, not about their number."""
        return self._placed(plan_words.cautions(self._news, self.restoring))

    def _placed(self, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
        return (Remedy(each).placed(self.hint) for each in sentences)

    @cached_property
    def summary(self) -> str:
        """The number of changes by action: `Plan: 3 to create, 1 to update, 0 to delete.`."""
        rows: dict[Wording, list[Row]] = {words: [] for words in COUNTED}
        for row in self.rows:
            rows[row.counted_as].append(row)
        always = [WORDING[action] for action in _ALWAYS_COUNTED]
        parts = [
            f"{self.number(met)} {words.counted}"
            for words, met in rows.items()
            if met or words in always
        ]
        return f"Plan: {', '.join(parts)}."
