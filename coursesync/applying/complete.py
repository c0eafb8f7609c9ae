"""Which courses has a run finished?

Owns the answer, which the state keeps: the outline of a finished course need not be read again. It
must never call a course finished if the next plan would mention it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.applying.report import Status
from coursesync.kinds.address import course_of
from coursesync.planning.plan import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.applying.report import Result
    from coursesync.kinds.address import Address
    from coursesync.planning.plan import Change, Plan
    from coursesync.state.state import CourseRecord, State

# the next plan reports these records as kept
_REPORTED = {Action.KEEP, Action.DEACTIVATE}
_FOUND = {Status.ADOPTED, Status.SETTLED}


def completed(
    plan: Plan, results: Mapping[Address, Result], led_to: State
) -> Mapping[str, CourseRecord]:
    """Find the courses in which a run has left nothing to do, and nothing to report.

    Args:
        plan: what was carried out.
        results: the result of each change, and of each record that earlier runs created.
        led_to: the state that the run led to.

    Returns:
        The records of these courses for the state, by key.
    """
    # a record of an earlier run may also be one that the plan keeps
    changes = [*plan.changes, *(result.change for result in results.values())]
    ids, keys = set[int | None](), {course_of(address) for address in led_to.doubts}
    for change in changes:
        is_open = _is_open(change, results.get(change.address), led_to)
        if is_open:
            ids |= {change.parent_id, change.home}
        # the next plan deals with a resource that waited for a doubt
        if change.lead is not None and (is_open or change.action is Action.DOUBT):
            keys.add(course_of(change.lead))
    return {
        key: record
        for key, record in plan.sources.items()
        if record.id not in ids and key not in keys
    }


def _is_open(change: Change, result: Result | None, led_to: State) -> bool:
    """Return whether the next plan would mention a change's record."""
    if change.action in _REPORTED or result is None or not result.done:
        return True
    if result.status not in _FOUND:
        return False
    held = led_to.entries.get(change.address)
    if held is None or change.after is None:
        return held is not None
    wanted = change.resource is not None and change.resource.protected
    return held.known != change.after or held.protected != wanted
