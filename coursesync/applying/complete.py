"""Which courses has a run finished?

Owns the answer that the state is to remember: an outline of a finished course need not be read
again. It must never call a course finished for which the next plan would have something to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.applying.report import Status
from coursesync.kinds.address import course_of
from coursesync.planning.plan import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.applying.report import Result
    from coursesync.kinds.address import Address
    from coursesync.planning.plan import Change, Plan
    from coursesync.state.state import CourseRecord, State

# afterwards, the record is reported as one that is kept
_REPORTED = {Action.KEEP, Action.DEACTIVATE}
_FOUND = {Status.ADOPTED, Status.SETTLED}


def completed(
    plan: Plan, results: Mapping[Address, Result], led_to: State
) -> Mapping[str, CourseRecord]:
    """Find the courses for which a run has left nothing to do, and nothing to report.

    Args:
        plan: what was carried out.
        results: what became of each change, and of what earlier runs had created.
        led_to: the state that the run led to.

    Returns:
        What the state is to remember of their outlines, by the courses' keys.
    """
    changes = {change.address: change for change in plan.changes}
    changes.update({address: result.change for address, result in results.items()})
    ids, keys = set[int | None](), {course_of(address) for address in led_to.doubts}
    for change in changes.values():
        if _is_open(change, results.get(change.address), led_to):
            ids |= {change.parent_id, change.home}
            keys |= set(_others(change))
        elif change.action is Action.DOUBT:
            keys |= set(_others(change))  # what waited for the doubt has its turn now
    return {
        key: record
        for key, record in plan.sources.items()
        if record.id not in ids and key not in keys
    }


def _others(change: Change) -> Iterator[str]:
    """Yield the course, if any, of what looks like the record of a change."""
    if change.lead is not None:
        yield course_of(change.lead)


def _is_open(change: Change, result: Result | None, led_to: State) -> bool:
    """Say whether the next plan would speak of a change's record."""
    if change.action in _REPORTED or result is None or not result.done:
        return True
    if result.status not in _FOUND:
        return False
    held = led_to.entries.get(change.address)
    if held is None or change.after is None:
        return held is not None
    wanted = change.resource is not None and change.resource.protected
    return held.known != change.after or held.protected != wanted
