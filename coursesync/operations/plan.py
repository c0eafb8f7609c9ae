"""Checking and planning a workspace, for the command line and for scripts alike. No request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.applying.report import Remainder
from coursesync.errors import InvalidOutlines
from coursesync.kinds.address import course_of
from coursesync.operations.workspace import empty_workspace
from coursesync.outlines.workspace_files import load as read_outlines
from coursesync.planning.diff import diff
from coursesync.planning.policy import KEEP_ALL, OnRemoval, Policy

if TYPE_CHECKING:
    import os

    from coursesync.operations.workspace import Workspace
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.plan import Plan
    from coursesync.state.state import State


def validate(folder: str | os.PathLike[str] = "courses") -> Outlines:
    """Check all outlines of a workspace. Needs neither state nor credentials.

    Args:
        folder: the folder of the outlines.

    Returns:
        The outlines; of each piece of their `advice`, `diagnostic()` tells the place.

    Raises:
        UsageError: the folder is none.
        InvalidOutlines: its `diagnostics` are every mistake of every outline.
        CoursesyncError: there is no outline.

    Example:
        >>> for advice in coursesync.validate("courses").advice:
        ...     print(advice.diagnostic())
    """
    path = Path(folder)
    outlines = read_outlines(path)
    if not outlines.outlines:
        raise empty_workspace(path)
    return outlines


def plan(
    workspace: Workspace, *, on_removal: OnRemoval | str | None = None, prune: bool = False
) -> Plan:
    """Say what `apply` would do. Changes nothing and makes no request.

    Args:
        workspace: as `load` read it; or `Drift.workspace`, to plan from what the site has.
        on_removal: what happens to sections that are in no outline any more: "keep",
            "deactivate" or "delete"; by default what `coursesync.toml` says, or else "keep".
        prune: whether such sections are really deleted, where `on_removal` is "delete".

    Returns:
        The plan: its changes in the order of their doing, and a digest over their meaning.

    Raises:
        UsageError: `on_removal` is none of its words.
        InvalidOutlines: two sections would be one record.

    Example:
        >>> plan = coursesync.plan(coursesync.load("courses"))
        >>> plan.has_changes, plan.writes, plan.digest
    """
    policy = workspace.project.policy(on_removal, prune=prune)
    return plan_of(workspace.read, workspace.state, policy)


def plan_of(outlines: Outlines, state: State, policy: Policy = KEEP_ALL) -> Plan:
    """Make the plan of outlines that were read."""
    return diff(outlines.outlines, outlines.settled, state, policy)


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

    Those too that a section has yet to leave: a plan that passed them over would not know it.
    """
    homes = {change.home for change in left.changes if change.home is not None}
    return homes | {change.parent_id for change in left.changes}
