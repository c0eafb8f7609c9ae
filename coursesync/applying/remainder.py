"""What is left once a run has ended: the next plan's writes, and the courses that are complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.applying.report import Remainder
from coursesync.errors import InvalidOutlines
from coursesync.kinds.address import course_of
from coursesync.planning.workspace_plan import plan_of

if TYPE_CHECKING:
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.plan import Plan
    from coursesync.planning.policy import Policy
    from coursesync.state.state import State


def remainder(outlines: Outlines, policy: Policy, state: State) -> Remainder:
    """Say what the next plan would find left once a run has led to `state`.

    Returns:
        The writes of that plan, and the records of the parsed courses that it does not speak of.
        Where the outlines contradict what the run found, that is for the next plan to tell: the
        state has to be saved first.
    """
    try:
        left = plan_of(outlines, state, policy)
    except InvalidOutlines as error:
        return Remainder({}, len(error.diagnostics))
    spoken_of = _unfinished(left)
    waiting = {course_of(each.lead) for each in left.changes if each.lead is not None}
    complete = {
        key: record
        for key, record in outlines.records.items()
        if record.id not in spoken_of and key not in waiting
    }
    return Remainder(complete, left.writes)


def _unfinished(left: Plan) -> set[int]:
    """Return the Ids of the courses that a plan speaks of.

    Those too that a record has yet to leave: a plan that passed them over would not know it.
    """
    homes = {change.home for change in left.changes if change.home is not None}
    return homes | {change.parent_id for change in left.changes}
