"""Receipts, begun before a run's first write and ended after its last, for scripts and commands."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from coursesync.applying.receipt import beginning, concluded
from coursesync.files import shown
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.origin import origin_of
from coursesync.operations.receipt_file import write_receipt
from coursesync.outlines.content_files import names_in, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.applying.receipt import Receipt
    from coursesync.applying.report import Report
    from coursesync.operations.workspace import Project
    from coursesync.planning.plan import Plan


@dataclass(frozen=True)
class OpenReceipt:
    """The receipt of a run that is under way, in its file; so far it says that the run began."""

    path: Path
    begun: Receipt

    def end(self, report: Report) -> Receipt:
        """Write what was done.

        Args:
            report: what `apply` returned.

        Returns:
            The receipt as it was written.

        Raises:
            CoursesyncError: it can't be written any more.
        """
        receipt = concluded(self.begun, report)
        write_receipt(self.path, receipt)
        return receipt


def begin_receipt(path: str | os.PathLike[str], plan: Plan, project: Project) -> OpenReceipt:
    """Write that a run begins, which shows that its end can be written too.

    Args:
        path: the file; nothing is there yet, or another receipt.
        plan: what is about to be carried out.
        project: its workspace; the commit that is checked out there is noted, and what of
            the plan's outlines and content files is not in it.

    Returns:
        The open receipt, to be ended with what `apply` returns.

    Raises:
        UsageError: it is the state, or what is kept beside that.
        CoursesyncError: it can't be written, or something that is no receipt is there.

    Example:
        >>> opened = coursesync.begin_receipt("receipt.json", plan, workspace.project)
        >>> receipt = opened.end(coursesync.apply(plan, workspace))
    """
    project.check_free(Path(path))
    sources = frozenset(_sources(plan, PurePosixPath(shown(project.folder))))
    done = [each for each in plan.changes if each.action.changes]
    takes_away = any(plan.courses[each.parent_id].path is None for each in done)
    origin = origin_of(project.folder, os.environ, sources, takes_away=takes_away)
    begun = beginning(plan, origin, SystemClock().stamp())
    write_receipt(Path(path), begun)
    return OpenReceipt(Path(path), begun)


def _sources(plan: Plan, folder: PurePosixPath) -> Iterator[str]:
    """Find the files that a plan's changes come from, by their path in the workspace."""
    for course, changes in plan.by_course():
        done = [change for change in changes if change.action.changes]
        if course.path is None or not (done or course.departures):
            continue
        path = PurePosixPath(course.path).relative_to(folder).as_posix()
        yield path
        for resource in [change.resource for change in done if change.resource][:1]:
            for name in names_in(resource.tree.value):
                yield path_of(path, name)
