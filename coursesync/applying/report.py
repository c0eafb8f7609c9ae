"""The report of a run: the result of each change, and which courses are finished.

The state keeps the finished courses, because their outlines need not be read again. This module
must never call a course finished if the next plan would mention it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from coursesync.kinds import ITEMS
from coursesync.kinds.address import course_address, course_of
from coursesync.kinds.field import is_provisional
from coursesync.planning.scope import EVERY_COURSE, doubts_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.errors import Sentence, StateError, Stop
    from coursesync.kinds.address import Address
    from coursesync.nexudus.outcome import Problem
    from coursesync.planning.change import Change
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Plan
    from coursesync.planning.scope import Scope
    from coursesync.state.state import Candidate, CompleteCourse, State


# the children that a record may have
_INSIDE = " or ".join(kind.plural for kind in ITEMS.values() if kind.within)


class Status(Enum):
    """The result of a change; `value` is for programs, and for people unless `words` differs."""

    CREATED = "created"
    ADOPTED = "adopted"  # found on the site: created by a run whose state was lost
    SETTLED = "settled"  # it was in doubt, and is no longer
    UPDATED = "updated"
    ALREADY_SO = "already so"  # the site has all of it; only the state changed
    DEACTIVATED = "deactivated"
    DELETED = "deleted"
    # only the state changed
    RE_KEYED = "re-keyed"
    PROTECTED = "protected"
    UNPROTECTED = "no longer protected"
    # the site was changed, or the change was not carried out
    REFUSED = "refused"
    IN_DOUBT = "in doubt"
    HELD_BACK = "held back"  # its course was stopped
    DRIFTED = "skipped: edited in Nexudus"  # since our last write
    GONE = "skipped: deleted in Nexudus"
    UNREADABLE = "skipped: can't be read"
    NOT_EMPTY = f"skipped: has {_INSIDE}"  # or they are not known
    HAS_COMPLETIONS = "skipped: members have completed it"  # or that is not known
    NOT_TRIED = "not tried"  # the run ended before it

    @property
    def words(self) -> str:
        """The status in words for people."""
        return _WORDS.get(self, self.value)


_WORDS = {
    Status.SETTLED: "no longer in doubt",
    Status.DEACTIVATED: "hidden from members",
    Status.RE_KEYED: "with another key",
    Status.HELD_BACK: "not sent yet",
}


@dataclass(frozen=True, slots=True)
class Result:
    """A change and its result.

    Attributes:
        record_id: the Id of its record, if known.
        reason: why it was not carried out.
        problems: the validation errors of the API.
        candidates: the records among which a person has to choose.
        at: when the result was known, ISO 8601 in UTC; "" if the run ended before it.
        remedy: what to do first, if the reason does not say it.
    """

    change: Change
    status: Status
    record_id: int | None = None
    reason: str = ""
    problems: tuple[Problem, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    at: str = ""
    remedy: Sentence = ""

    @property
    def done(self) -> bool:
        """Whether it is carried out."""
        return self.status in DONE


DONE = {
    Status.CREATED,
    Status.ADOPTED,
    Status.SETTLED,
    Status.UPDATED,
    Status.ALREADY_SO,
    Status.DEACTIVATED,
    Status.DELETED,
    Status.RE_KEYED,
    Status.PROTECTED,
    Status.UNPROTECTED,
}


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a run.

    Attributes:
        results: the result of each change, in the plan's order.
        state: the state that the run led to.
        stop: why the run ended early, if it did.
        unsaved: why the state could not be saved, if so.
        left: the number of writes in the next plan; may be more than 0 after a complete run.
        twins: duplicates of our records.
        unlisted: creates that their course does not list.
        unread: records of others that can't be read.
        scope: the courses that the run was for.
    """

    results: tuple[Result, ...]
    state: State
    stop: Stop | None = None
    unsaved: StateError | None = None
    left: int = 0
    twins: tuple[Drifted, ...] = ()
    unlisted: tuple[Result, ...] = ()
    unread: tuple[str, ...] = ()
    scope: Scope = EVERY_COURSE

    @property
    def complete(self) -> bool:
        """Whether the whole plan is carried out and nothing needs a person."""
        done = all(result.done for result in self.results)
        doubts = doubts_in(self.state, self.scope)
        is_clean = not (doubts or self.twins or self.unlisted or self.unread)
        return done and self.stop is None and is_clean

    def with_status(self, *statuses: Status) -> list[Result]:
        """Return the results of these statuses, in order."""
        return [result for result in self.results if result.status in statuses]


_FOUND = {Status.ADOPTED, Status.SETTLED}


def finished_courses(
    plan: Plan, results: Mapping[Address, Result], led_to: State
) -> Mapping[str, CompleteCourse]:
    """Find the courses in which a run has left nothing to do, and nothing to report.

    Args:
        plan: what was carried out.
        results: the result of each change, and of each record that earlier runs created.
        led_to: the state that the run led to.

    Returns:
        These courses as the state has them, by key.
    """
    # a record of an earlier run may also be one that the plan keeps
    changes = [*plan.changes, *(result.change for result in results.values())]
    ids, keys = set[int | None](), {course_of(address) for address in led_to.doubts}
    for planned in changes:
        result = results.get(planned.address)
        change = result.change if result else planned
        # a record that the plan keeps may have the result of its create, by an earlier run
        # the next plan reports an orphan that stays
        is_open = planned.is_left or _is_open(change, result, led_to)
        if is_open:
            # a new course has its Id only since the run
            ids |= {planned.course_id, change.course_id, change.from_course}
        if change.likely_same is not None and is_open:
            keys.add(course_of(change.likely_same))
        if change.waiting is not None:  # the next plan deals with the resource that waited
            keys.add(course_of(change.waiting))
    return {
        key: _identified(key, course, led_to)
        for key, course in plan.complete_if_done.items()
        if course.id not in ids and key not in keys
    }


def _identified(key: str, course: CompleteCourse, led_to: State) -> CompleteCourse:
    """Return a complete course with the Id that the run gave it, if it had none."""
    if not is_provisional(course.id):
        return course
    return replace(course, id=led_to.entries[course_address(key)].id)


def _is_open(change: Change, result: Result | None, led_to: State) -> bool:
    """Return whether the next plan would mention a change's record."""
    if result is None or not result.done:
        return True
    if result.status not in _FOUND:
        return False
    held = led_to.entries.get(change.address)
    if held is None or change.after is None:
        return held is not None
    return held.known != change.after or held.protected != change.stays_protected
