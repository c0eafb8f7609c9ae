"""Receipts, begun before a run's first write and ended after its last, for scripts and commands."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.applying.receipt import beginning, concluded
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.origin import origin_of
from coursesync.operations.receipt_file import write_receipt

if TYPE_CHECKING:
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
        project: its workspace; the commit that is checked out there is noted.

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
    begun = beginning(plan, origin_of(project.folder, os.environ), SystemClock().stamp())
    write_receipt(Path(path), begun)
    return OpenReceipt(Path(path), begun)
