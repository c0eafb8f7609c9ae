"""Keeps a record with children from being deleted or moved to another course.

The children of a record stay in their course when the record moves to another. What the API does
with them when the record is deleted is not documented: members' progress in them could be lost.

Owns the look for children: before the first write of a course, and again before each write that
would lose some, because a look is valid for one minute. It must never let a write pass while the
record's children are unknown.
"""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import TYPE_CHECKING

from coursesync.applying.completions import look_for_completions, may_be_deleted
from coursesync.applying.report import Result, Status
from coursesync.applying.world import MAX_AGE
from coursesync.errors import Remedy, Stop
from coursesync.kinds import held_in
from coursesync.kinds.counting import counted, noun, nouns
from coursesync.planning.action import Action
from coursesync.planning.hindrance import Hindrance, Inner
from coursesync.text import inert, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from coursesync.applying.run import CourseRun, Run
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.inside import Identity, Inside
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan

_MOST_NAMED = 10


def hindrance_to(
    change: Change,
    inside: Inside,
    planned: Collection[Identity],
    most_age: float = inf,
) -> Hindrance | None:
    """Find the children that prevent a change from deleting their parent, or moving it away.

    Args:
        change: the change; children that are in its course already do not prevent a move to it.
        inside: lists the children.
        planned: the records that the plan deletes or moves to another parent before.
        most_age: the largest age of a list, in seconds.

    Raises:
        Stop: the run was asked to stop, or may send nothing more for now.
    """
    found: list[Inner] = []
    for kind in held_in(change.kind):
        try:
            records = inside.of(change.record_id or 0, kind, most_age)
        except Stop as stop:
            if not stop.unusable:
                raise
            remedy = Remedy(f"Looking for them needs the role {kind.role}-List.", stop.remedy)
            return Hindrance(change, unknown=stop.reason, remedy=remedy)
        found += (
            Inner(kind, each.id, kind.title_of(each.attributes))
            for each in sorted(records, key=lambda each: each.id)
            if (kind, each.id) not in planned
            and (change.action is Action.DELETE or each.course_id != change.course_id)
        )
    return Hindrance(change, tuple(found), remedy=_remedy(change.kind, found)) if found else None


def _remedy(holder: Kind, found: Iterable[Inner]) -> str:
    kinds = {each.kind for each in found}
    out = f"In Nexudus, move each {noun(kinds)} to another {holder.name}, or delete it."
    completed = [kind for kind in kinds if kind.completions]
    lost = f" Deleting a {noun(completed)} loses the progress of members in it."
    return out + (lost if completed else "")


def leaving(plan: Plan, done: Mapping[Address, Result] | None = None) -> frozenset[Identity]:
    """Return the records that the plan deletes or moves to another parent.

    With `done`, the results of a run: only by changes that were already carried out.
    """
    return frozenset(
        (change.kind, change.entry.id)
        for change in plan.changes
        if change.kind.within
        and (change.action is Action.DELETE or change.moves)
        and (done is None or ((result := done.get(change.address)) is not None and result.done))
    )


def describe(hindrance: Hindrance, most: int = _MOST_NAMED) -> str:
    """Return why a change can't be carried out, as a clause that names at most `most` records."""
    if hindrance.unknown:
        inside = nouns(held_in(hindrance.change.kind))
        return f"its {inside} can't be listed: {hindrance.unknown}"
    names = [f'"{inert(each.title, 40)}" (Id {each.id})' for each in hindrance.inside]
    numbers = Counter(each.kind for each in hindrance.inside)
    return f"it has {counted(numbers)}: {listed(names, most)}"


def look_for_hindrances(run: Run, course: CourseRun) -> None:
    """Look once for what prevents a change, before the first write of a course.

    If a record to be deleted, or moved in from another course, has children, stop this course and
    record the result of that change. Raises Stop if the run can't go on.
    """
    if course.checked:
        return
    course.checked = True
    look_for_completions(run, course)
    for change in course.changes:
        if change.address not in run.results:
            _look(run, change, inf)


def may_be_sent(run: Run, change: Change) -> bool:
    """Look again right before a change is sent, and record its result if it may not be.

    Raises Stop if the run can't go on.
    """
    return may_be_deleted(run, change) and not _look(run, change, MAX_AGE)


def _look(run: Run, change: Change, most_age: float) -> bool:
    """Look for the children that a change would lose; return whether its course is stopped."""
    if not _leaves_others(run, change):
        return False
    planned = leaving(run.plan, None if most_age == inf else run.results)
    run.sender.until_writable()  # so that the look is recent when the write is sent
    if found := hindrance_to(change, run.inside, planned, most_age):
        what = "deleted" if change.action is Action.DELETE else "moved"
        reason = f"not {what}, because {describe(found)}"
        stopped = Result(change, Status.NOT_EMPTY, change.record_id, reason, remedy=found.remedy)
        holds = f"{change.address} has {nouns(each.kind for each in found.inside)}"
        if found.unknown:
            holds = f"the {nouns(held_in(change.kind))} of {change.address} can't be listed"
        run.conclude(stopped, holds=holds)
    return bool(run.course_of(change).held)


def _leaves_others(run: Run, change: Change) -> bool:
    """Return whether its record leaves its children, as the record was last read."""
    _, record = run.fresh.get((change.kind, change.record_id or 0), (0.0, None))
    if record is None or not change.action.overwrites or not held_in(change.kind):
        return change.leaves_others
    # if the record has reached its new course already, nothing is left behind
    return change.action is Action.DELETE or record.course_id != change.course_id
