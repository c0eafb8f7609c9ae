"""Acknowledges that records which left their outline stay on the site: no plan reports them again.

It must never make a request.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.errors import Command, CoursesyncError, Remedy
from coursesync.kinds import kind_of
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.state import checked_address, entry_at, entry_steps, save_entries
from coursesync.planning.action import Action
from coursesync.planning.diff import plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.kinds.address import Address
    from coursesync.operations.workspace import Project
    from coursesync.state.state import Entry


def leave(project: Project, *addresses: str, dry_run: bool = False) -> Mapping[Address, Entry]:
    """Leave records that left their outline on the site, without a report in each plan.

    The records in them without an outline stay as well. They stay in the state, so that a look at
    the site and a deletion still find them. With `dry_run`, only check that it is possible.

    Returns:
        The entries by address.

    Raises:
        UsageError, CoursesyncError: one is not an address, there is nothing at it, or an outline
            has it.
        InvalidOutlines: an outline has mistakes.
        StateLocked, StateError: as in `apply`.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> coursesync.leave(project, min(project.state().entries))
    """
    named = [checked_address(each, project) for each in addresses]
    with nullcontext() if dry_run else project.held():
        workspace = project.load()
        changes = plan_of(workspace.read, workspace.known).changes
        left = {each.address: each.entry for each in changes if each.action is Action.KEEP}
        for address in named:
            if address not in left:
                entry_at(workspace.known, address)
                raise CoursesyncError(
                    f"{address} is in an outline, or gets another address with the next apply",
                    Remedy("Only what the plan shows as kept stays. To see it:", Command("plan")),
                )
        kept = {
            address: replace(entry, kept=True)
            for address, entry in left.items()
            if address in named or kind_of(address).parent_of(address) in named
        }
        if not dry_run:
            steps = entry_steps(kept, {}, {}, SystemClock().stamp())
            save_entries(project, workspace.known, steps)
    return kept
