"""Makes the plan of a workspace from its outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.planning.diff import diff
from coursesync.planning.policy import KEEP_ALL, Policy

if TYPE_CHECKING:
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.plan import Plan
    from coursesync.state.state import State


def plan_of(outlines: Outlines, state: State, policy: Policy = KEEP_ALL) -> Plan:
    """Make the plan of the outlines that were read; see `diff`."""
    return diff(outlines.outlines, outlines.settled, state, policy)
