"""Checks and plans a workspace. Makes no request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import UsageError
from coursesync.operations.config import config_of
from coursesync.operations.reading import read_outlines
from coursesync.outlines.folder import check_folder, empty_workspace
from coursesync.planning.apart import check_alone
from coursesync.planning.diff import plan_of
from coursesync.text import inert, listed

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from coursesync.operations.workspace import Workspace
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.plan import Plan
    from coursesync.planning.policy import OnRemoval


_MOST = 10  # courses named in a message


def validate(
    folder: str | os.PathLike[str] = "courses", *, courses: Sequence[str] = ()
) -> Outlines:
    """Check all outlines of a workspace. Needs neither credentials nor a state.

    Args:
        folder: the folder of the outlines.
        courses: the only courses to check; as in `load`.

    Returns:
        The outlines; `diagnostic()` gives the location of each piece of their `advice`.

    Raises:
        UsageError: there is no such folder, or no such course, or `coursesync.toml` is not valid.
        InvalidOutlines: its `diagnostics` are all mistakes of all outlines.
        CoursesyncError: there is no outline.

    Example:
        >>> for advice in coursesync.validate("courses").advice:
        ...     print(advice.diagnostic())
    """
    path = Path(folder)
    check_folder(path)
    outlines = read_outlines(path, config_of(path).outlines, courses)
    if not outlines.outlines:
        raise empty_workspace(path, courses)
    return outlines


def plan(
    workspace: Workspace,
    *,
    on_removal: OnRemoval | str | None = None,
    prune: bool = False,
    delete_courses: Sequence[int] = (),
) -> Plan:
    """Plan what `apply` would do. Changes nothing and makes no request.

    Args:
        workspace: as `load` returns it, or `Drift.workspace`, to plan from what the site has.
        on_removal: what happens to records that left their outline: "keep", "deactivate" or
            "delete"; by default the value in `coursesync.toml`, or "keep".
        prune: whether they are really deleted, if `on_removal` is "delete".
        delete_courses: with `prune`, the Ids of courses to delete with all that is in them:
            coursesync made them, and they have no outline any more.

    Returns:
        The plan: the changes in their order, and a digest of their meaning.

    Raises:
        UsageError: `on_removal` has another value, a course can't be deleted, or a record would
            come from a course that the workspace was loaded without.
        InvalidOutlines: two items would be one record.

    Example:
        >>> plan = coursesync.plan(coursesync.load("courses"))
        >>> plan.has_changes, plan.writes, plan.digest
    """
    policy = workspace.project.policy(on_removal, prune=prune, delete_courses=delete_courses)
    made = plan_of(workspace.read, workspace.state, policy)
    check_alone(made, workspace.read)
    _check_orphans(made)
    return made


def _check_orphans(made: Plan) -> None:
    """Raise UsageError if a course that is to be deleted is no orphan of coursesync's own."""
    gone = (each for each in made.changes if each.kind.is_course and each.resource is None)
    orphans = {each.record_id: inert(each.title, 60) for each in gone}
    for wrong in made.policy.delete_courses:
        if wrong not in orphans:
            named = [f"{course_id} ({title})" for course_id, title in orphans.items()]
            raise UsageError(
                f"{wrong} is no course that coursesync made and that has no outline any more",
                f"Those courses are: {listed(named, _MOST)}."
                if named
                else "There is no such course.",
            )
