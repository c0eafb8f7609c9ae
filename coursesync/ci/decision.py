"""Which courses of a plan a run may apply, with which grants, and which wait for a person.

Owns how coverage, approvals and grants come together. It must never look at the forge or the state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.kinds.address import course_of
from coursesync.planning.grant import Grant, needs
from coursesync.planning.large_change import oversized

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan

    Allowed = Callable[[Change, Grant], bool]


@dataclass(frozen=True, slots=True)
class Group:
    """Courses, by Id, that are applied at once, with what was allowed for each of their changes."""

    ids: frozenset[int]
    grants: frozenset[Grant] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a run does.

    Attributes:
        groups: what it applies, in turn.
        large: the courses that wait because their change is large, each with the reason.
        together: the courses that wait with another one, because a record moves between them.
    """

    groups: tuple[Group, ...]
    large: Mapping[int, str]
    together: frozenset[int]


def part_of(plan: Plan, ids: Collection[int]) -> Plan:
    """Return a plan with the changes of some courses alone.

    It has the courses from or to which records of theirs move, too.
    """
    changes = tuple(each for each in plan.changes if each.course_id in ids)
    moves = (each for course in plan.courses.values() for each in course.departures)
    pairs = [{each.course_id, each.from_course} for each in moves]
    named = {*ids}.union(*(pair for pair in pairs if pair & {*ids}))
    courses = {each: course for each, course in plan.courses.items() if each in named}
    return replace(plan, courses=courses, changes=changes)


def decide(plan: Plan, pending: Collection[int], held: Collection[int], may: Allowed) -> Decision:
    """Decide about the courses of a plan.

    Args:
        plan: the plan of main.
        pending: the Ids of the courses in which there is something to do.
        held: those that must wait, because something in them is not covered.
        may: whether a person allowed something for a change.
    """
    units = _units(plan, pending)
    waits = {each for unit in units if unit & {*held} for each in unit}
    free = {
        unit: frozenset(each for each in Grant if _granted(plan, unit, each, may))
        for unit in units
        if not unit & waits
    }
    large = _large(plan, [unit for unit in free if Grant.LARGE_CHANGE not in free[unit]])
    by_grants: dict[frozenset[Grant], set[int]] = {}
    for unit, grants in free.items():
        if not unit & large.keys():
            by_grants.setdefault(grants, set()).update(unit)
    groups = tuple(Group(frozenset(ids), grants) for grants, ids in by_grants.items())
    return Decision(groups, large, frozenset(waits - {*held}))


def _large(plan: Plan, units: Iterable[frozenset[int]]) -> dict[int, str]:
    """Return the courses whose change is large; all of them if together they are."""
    found: dict[int, str] = {}
    rest: set[int] = set()
    for unit in units:
        if phrases := oversized(part_of(plan, unit)):
            found |= dict.fromkeys(unit, phrases[0])
        else:
            rest |= unit
    if rest and (phrases := oversized(part_of(plan, rest))):
        found |= dict.fromkeys(rest, phrases[0])
    return found


def _granted(plan: Plan, ids: Collection[int], grant: Grant, may: Allowed) -> bool:
    """Return whether a grant was given for each change of some courses that may need it."""
    needing = [each for each in plan.changes if each.course_id in ids and needs(each, grant)]
    return bool(needing) and all(may(each, grant) for each in needing)


def _units(plan: Plan, pending: Collection[int]) -> list[frozenset[int]]:
    """Divide courses into the smallest sets that no record leaves."""
    ids = {each.key: each.id for each in plan.courses.values()}
    units: dict[int, set[int]] = {each: {each} for each in pending}
    for change in plan.changes:
        others = {change.from_course} | {
            ids.get(course_of(at)) for at in (change.likely_same, change.waiting) if at is not None
        }
        for other in others - {None, change.course_id}:
            if other in units and change.course_id in units:
                both = units[change.course_id] | units[other]
                units |= dict.fromkeys(both, both)
    return sorted({frozenset(each) for each in units.values()}, key=min)
