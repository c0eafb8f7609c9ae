"""Which courses of a plan a run may apply, with which grants, and which wait for a person.

Owns how coverage, approvals and grants come together. It must never look at the forge or the state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.ci.instructions.approvals import Grant
from coursesync.kinds.address import course_of
from coursesync.planning.action import Action
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
    """Return a plan with the changes of some courses alone."""
    courses = {each: plan.courses[each] for each in plan.courses if each in ids}
    changes = tuple(each for each in plan.changes if each.course_id in ids)
    return replace(plan, courses=courses, changes=changes)


def decide(plan: Plan, pending: Collection[int], held: Collection[int], may: Allowed) -> Decision:
    """Decide about the courses of a plan.

    Args:
        plan: the plan of main.
        pending: the Ids of the courses in which there is something to do.
        held: those that must wait, because something in them is not covered.
        may: whether a person allowed something for a change.
    """
    large: dict[int, str] = {}
    units = _units(plan, pending)
    waits = {each for unit in units if unit & {*held} for each in unit}
    free = [unit for unit in units if not unit & waits]
    by_grants: dict[frozenset[Grant], set[int]] = {}
    for unit in free:
        grants = frozenset(each for each in Grant if _granted(plan, unit, each, may))
        by_grants.setdefault(grants, set()).update(unit)
    groups = []
    for grants, ids in by_grants.items():
        kept = ids
        if Grant.LARGE_CHANGE not in grants:
            found = _large(plan, ids, [unit for unit in free if unit <= ids])
            large |= found
            kept = ids - found.keys()
        if kept:
            groups.append(Group(frozenset(kept), grants))
    return Decision(tuple(groups), large, frozenset(waits - {*held}))


def _large(plan: Plan, ids: Collection[int], units: Iterable[frozenset[int]]) -> dict[int, str]:
    """Return the courses of a group whose change is large; all of them if together they are."""
    found: dict[int, str] = {}
    for unit in units:
        if phrases := oversized(part_of(plan, unit)):
            found |= dict.fromkeys(unit, phrases[0])
    rest = {*ids} - found.keys()
    if rest and (phrases := oversized(part_of(plan, rest))):
        found |= dict.fromkeys(rest, phrases[0])
    return found


def _granted(plan: Plan, ids: Collection[int], grant: Grant, may: Allowed) -> bool:
    """Return whether a grant was given for each change of some courses that may need it."""
    needing = [each for each in plan.changes if each.course_id in ids and needs(each, grant)]
    return bool(needing) and all(may(each, grant) for each in needing)


def needs(change: Change, grant: Grant) -> bool:
    """Return whether a change may need a grant; apply finds out whether it does."""
    match grant:
        case Grant.PRUNE:
            return change.action is Action.DELETE
        case Grant.PROGRESS_LOSS:
            return change.loses_completions
        case _:
            return change.action.overwrites


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
